"""What the platform gets to see, and what our own network never does."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from raiment.adapters.http.outgoing import PinnedResolver, outgoing_session
from raiment.adapters.platforms.answer import read_answer
from raiment.adapters.platforms.webhook import (
    WebhookPlatform,
    event,
    open_platform,
    webhook_secret,
    webhook_signer,
)
from raiment.adapters.vault import Keys
from raiment.casework.action import ANSWERS, Action, ActionKind, ActionState
from raiment.errors import ConfigurationError
from raiment.hosts import is_private_name
from raiment.settings import Platform

SECRET = "whsec_" + "QUJD" * 11
NOW = datetime(2026, 11, 23, 13, 0, tzinfo=timezone(timedelta(hours=1)))
ACTION = Action(
    id="act_" + "0" * 26,
    case_id="case_" + "0" * 26,
    item_id="item_" + "0" * 26,
    kind=ActionKind.REMOVE,
    round=1,
    state=ActionState.PENDING,
    attempts=3,
    platform_id="post-1",
)


async def _sent(secret: str, handler: Any = None) -> tuple[dict[str, str], bytes, str]:
    """Send ACTION to a server; return what it got and the word for its answer."""
    got: list[tuple[dict[str, str], bytes]] = []

    async def take(request: web.Request) -> web.StreamResponse:
        got.append((dict(request.headers), await request.read()))
        return await handler(request) if handler else web.json_response({"outcome": "done"})

    app = web.Application()
    app.router.add_route("*", "/{any:.*}", take)
    server = TestServer(app)
    await server.start_server()
    async with outgoing_session(seconds=5) as session:
        url = str(server.make_url("/hook?token=x"))
        answer = await WebhookPlatform(url, webhook_signer(secret), session).send(
            ACTION, datetime.now(UTC)
        )
    await server.close()
    ((headers, body),) = got
    return headers, body, answer.word


async def test_the_library_of_standard_webhooks_verifies_what_we_send() -> None:
    """Any platform checks it with a stock library; another secret or body fails."""
    headers, body, word = await _sent(SECRET)

    assert word == "acknowledged"
    assert Webhook(SECRET).verify(body, headers)["type"] == "content.remove"
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "QUJE" * 11).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"remove", b"verify"), headers)
    assert headers["webhook-id"] == ACTION.id


def test_the_body_names_the_content_and_nothing_else() -> None:
    """No address, hash or person travels in a webhook; an unregistered place has no name at all."""
    assert json.loads(event(ACTION, NOW)) == {
        "type": "content.remove",
        "timestamp": "2026-11-23T12:00:00.000Z",
        "data": {
            "action_id": ACTION.id,
            "content_id": "post-1",
            "case": ACTION.case_id,
        },
    }
    assert json.loads(event(replace(ACTION, platform_id=None), NOW))["data"]["content_id"] is None


async def test_a_redirect_is_not_followed() -> None:
    """A platform cannot send the call on to somewhere else."""

    async def elsewhere(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPTemporaryRedirect("/elsewhere")

    _, _, word = await _sent(SECRET, elsewhere)
    assert word == "redirect-307"


async def test_a_compressed_answer_cannot_grow() -> None:
    """What claims to be compressed is not unpacked, so it says nothing."""

    async def bomb(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\x1f\x8b" + b"\0" * 100, headers={"content-encoding": "gzip"})

    _, _, word = await _sent(SECRET, bomb)
    assert word == "delivered"


@given(
    kind=st.sampled_from(ActionKind),
    status=st.integers(100, 599),
    body=st.none() | st.binary(max_size=50) | st.sampled_from([b'{"outcome":"done"}', b"{", b"3"]),
)
def test_only_a_fitting_outcome_in_a_200_acknowledges(
    kind: ActionKind, status: int, body: bytes | None
) -> None:
    """No other answer ends an action, whatever bytes come."""
    answer = read_answer(kind, status, body)
    if answer.outcome is not None:
        assert status == 200
        assert answer.outcome in ANSWERS[kind]


@pytest.mark.parametrize("kind", list(ActionKind))
def test_every_outcome_that_fits_is_understood(kind: ActionKind) -> None:
    """The vocabulary of answers is the one of casework."""
    for outcome in ANSWERS[kind]:
        body = json.dumps({"outcome": outcome.value, "more": 1}).encode()
        assert read_answer(kind, 200, body).outcome is outcome


@pytest.mark.parametrize(
    "secret",
    ["", "secret", "whsec_", "whsec_!!!", "whsec_QUJD", "whsec_" + "QUJD" * 30, "QUJD" * 11],
)
async def test_a_secret_that_cannot_work_stops_the_start(secret: str) -> None:
    """The setting is named, the secret is not quoted."""
    platform = Platform("http://127.0.0.1:1/", secret or "x", None)
    with pytest.raises(ConfigurationError) as caught:
        async with open_platform(platform, Keys(bytes(32))):
            pytest.fail("opened")
    assert caught.value.setting == "RAIMENT_PLATFORM_WEBHOOK_SECRET"
    assert "QUJD" not in str(caught.value)


def test_the_secret_is_the_operators_or_else_the_installations() -> None:
    """Both sides can always be told which one is in force."""
    keys = Keys(bytes(32))
    assert webhook_secret(Platform("http://x/", SECRET, None), keys) == SECRET
    assert webhook_secret(Platform("http://x/", None, None), keys) == keys.webhook
    assert webhook_secret(None, keys) == keys.webhook
    assert webhook_signer(keys.webhook)


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("localhost", True),
        ("platform", True),
        ("web.internal", True),
        ("nas.local.", True),
        ("Hooks.Example.org", False),
        ("localhost.example.org", False),
        ("internal.evil.example", False),
    ],
)
def test_a_name_says_whether_it_is_private(host: str, private: bool) -> None:
    """Only such a name may lead into the operator's own network."""
    assert is_private_name(host) is private


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.0.0.7", "169.254.169.254", "::1", "fd00::1", "::ffff:10.0.0.7"]
)
async def test_a_public_name_never_leads_into_our_network(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever controls a name's records cannot make us call inside; a private name still works."""

    def resolve(*_args: object, **_kwargs: object) -> list[Any]:
        if ":" in address:
            return [(socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, 80, 0, 0))]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    resolver = PinnedResolver()
    with pytest.raises(OSError, match="public"):
        await resolver.resolve("hooks.example.org", 80)
    assert [found["host"] for found in await resolver.resolve("platform", 80)] == [address]


async def test_a_name_with_one_private_address_is_not_called(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody honest mixes them; all public is what a platform has."""
    tcp = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    records = [(*tcp, ("93.184.216.34", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: records)

    found = await PinnedResolver().resolve("hooks.example.org", 80)
    assert [one["host"] for one in found] == ["93.184.216.34"]
    records.append((*tcp, ("192.168.1.1", 80)))
    with pytest.raises(OSError, match="public"):
        await PinnedResolver().resolve("hooks.example.org", 80)
