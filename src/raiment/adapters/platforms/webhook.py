"""
Actions sent to the platform as Standard Webhooks (https://www.standardwebhooks.com).

The ``webhook-id`` is the action's id, at every sending: the platform recognises a repeat by it. The body names
the content by the platform's own id and holds no address, no hash and nothing about a person.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import msgspec
from aiohttp import ClientError, ClientSession
from standardwebhooks import Webhook

from raiment.adapters.http.outgoing import outgoing_session, read_at_most
from raiment.adapters.platforms.answer import MOST_BYTES, NO_ANSWER, TIMEOUT, Answer, read_answer
from raiment.adapters.vault import Keys
from raiment.casework.action import Action
from raiment.errors import ConfigurationError
from raiment.settings import Platform

PATIENCE_SECONDS: Final = 10.0
_SECRET_BYTES: Final = range(24, 65)  # Standard Webhooks: 24 to 64 bytes


@dataclass(frozen=True, slots=True)
class WebhookPlatform:
    """The platform at *url*."""

    url: str
    signer: Webhook
    session: ClientSession

    async def send(self, action: Action, now: datetime) -> Answer:
        """Send *action* once and return what came back; never raises for what the platform does."""
        body = event(action, now)
        headers = {
            "content-type": "application/json",
            "webhook-id": action.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self.signer.sign(action.id, now.astimezone(UTC), body.decode()),
        }
        try:
            async with self.session.post(
                self.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                answered = await read_at_most(response.content, MOST_BYTES)
                return read_answer(action.kind, response.status, answered)
        except TimeoutError:
            return Answer(TIMEOUT)
        except (ClientError, OSError):
            return Answer(NO_ANSWER)


def event(action: Action, now: datetime) -> bytes:
    """Return the body that asks for *action*."""
    data = {"action_id": action.id, "content_id": action.platform_id, "case": action.case_id}
    timestamp = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return msgspec.json.encode(
        {"type": f"content.{action.kind.value}", "timestamp": timestamp, "data": data}
    )


def webhook_secret(platform: Platform | None, keys: Keys) -> str:
    """Return the secret that both sides know: the operator's, or the installation's own."""
    return (platform.webhook_secret if platform else None) or keys.webhook


@asynccontextmanager
async def open_platform(
    platform: Platform | None, keys: Keys
) -> AsyncIterator[WebhookPlatform | None]:
    """
    Lend the platform of the settings, None where none is connected.

    Raise ConfigurationError where its secret is not one of Standard Webhooks.
    """
    if platform is None:
        yield None
        return
    signer = webhook_signer(webhook_secret(platform, keys))
    async with outgoing_session(seconds=PATIENCE_SECONDS) as session:
        yield WebhookPlatform(platform.webhook_url, signer, session)


def webhook_signer(secret: str) -> Webhook:
    """Return what signs and verifies under *secret*, ``whsec_`` and base64 of 24 to 64 bytes."""
    variable = "RAIMENT_PLATFORM_WEBHOOK_SECRET"
    prefix, _, encoded = secret.rpartition("whsec_")
    try:
        key = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError as error:
        raise ConfigurationError(variable, "must be whsec_ and base64") from error
    if prefix or not secret.startswith("whsec_") or len(key) not in _SECRET_BYTES:
        raise ConfigurationError(variable, "must be whsec_ and base64 of 24 to 64 bytes")
    return Webhook(key)
