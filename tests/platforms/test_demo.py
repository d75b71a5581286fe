"""The demonstration platform does what Raiment asks of a platform."""

from __future__ import annotations

import stat
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from raiment.adapters.platforms.preview import HEADER, preview_token

SECRET = "whsec_" + "QUJD" * 11


async def test_a_picture_is_published_only_after_raiment_allowed_it(
    demo: Any, raiment: Any
) -> None:
    """Raiment is told what and where; then everybody sees it, with a way to report it."""
    post = await demo.publish()

    (told,) = raiment.registered
    assert told["content_id"] == post
    assert told["location"] == f"http://demo.example/posts/{post}"
    assert told["media_url"] == f"http://demo.example/media/{post}"
    page = (await demo.client.get("/")).text
    assert f"/media/{post}" in page
    link = page.split('href="http://raiment.example')[1].split('"')[0].replace("&amp;", "&")
    query = parse_qs(urlsplit(link).query)
    assert query == {"content": [post], "location": [told["location"]]}
    assert (await demo.client.get(f"/media/{post}")).headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("verdict", "status", "answered"),
    [
        ("hold", 201, 202),
        ("block", 201, 403),
        ("new-word", 201, 503),
        ("allow", 401, 503),
        ("allow", 503, 503),
        ("allow", 422, 422),
    ],
)
async def test_anything_but_allow_publishes_nothing(
    verdict: str, status: int, answered: int, demo: Any, raiment: Any
) -> None:
    """Held, blocked, unreadable, refused or not answered: nobody sees the picture, and why is said."""
    raiment.verdict, raiment.status = verdict, status

    answer = await demo.upload()

    assert answer.status_code == answered
    assert answer.json()["post"] is None
    assert answer.json()["why"]
    assert "/media/" not in (await demo.client.get("/")).text
    assert not list(demo.folder.glob("post-*"))


@pytest.mark.parametrize("picture", [b"", b"<svg onload=alert(1)>", b"GIF8", b"\0" * 100])
async def test_what_is_no_picture_is_refused(picture: bytes, demo: Any, raiment: Any) -> None:
    """Only bytes that announce a picture are passed on at all."""
    assert (await demo.upload(picture=picture)).status_code == 422
    assert raiment.registered == []


async def test_a_form_from_another_site_publishes_nothing(demo: Any, raiment: Any) -> None:
    """A page elsewhere cannot post in its visitor's name."""
    answer = await demo.client.post(
        "/posts", files={"picture": b"x"}, headers={"sec-fetch-site": "cross-site"}
    )
    assert answer.status_code == 403
    assert raiment.registered == []


async def test_names_are_text_never_markup(demo: Any) -> None:
    """What people type comes back escaped, under a policy that runs no inline script."""
    await demo.publish("<script>alert(1)</script>")
    page = await demo.client.get("/")
    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_hidden_is_for_reviewers_only(demo: Any) -> None:
    """Hidden: no page, no picture, except for whoever knows the secret; restored: as before."""
    post = await demo.publish()
    assert (await demo.hook("hide", post)).json() == {"outcome": "done"}

    assert (await demo.client.get(f"/posts/{post}")).status_code == 404
    assert f"/media/{post}" not in (await demo.client.get("/")).text
    path = f"/media/{post}"
    assert (await demo.client.get(path)).status_code == 404
    for wrong in ("", "0" * 64, preview_token(SECRET, "/media/other")):
        assert (await demo.client.get(path, headers={HEADER: wrong})).status_code == 404
    headers = {HEADER: preview_token(SECRET, path)}
    assert (await demo.client.get(path, headers=headers)).status_code == 200

    assert (await demo.hook("restore", post, "act_2")).json() == {"outcome": "done"}
    assert (await demo.client.get(path)).status_code == 200


async def test_a_repeat_changes_nothing_and_gets_the_same_answer(demo: Any) -> None:
    """One webhook-id is one deed, however often it comes; also after a restart."""
    post = await demo.publish()
    first = await demo.hook("remove", post)
    again = await demo.hook("remove", post)
    demo.client = demo.reopen()
    after_restart = await demo.hook("remove", post)

    assert first.json() == again.json() == after_restart.json() == {"outcome": "done"}
    assert (await demo.state(post))["removals"] == 1
    assert (await demo.hook("remove", post, "act_2")).json() == {"outcome": "absent"}
    assert (await demo.state(post))["removals"] == 1


async def test_a_removal_is_for_good(demo: Any) -> None:
    """The file is gone, verification says so, and restoring cannot bring it back."""
    post = await demo.publish()
    assert (await demo.hook("verify", post, "act_1")).json() == {"outcome": "present"}
    await demo.hook("remove", post, "act_2")

    assert not (demo.folder / post).exists()
    assert (await demo.hook("verify", post, "act_3")).json() == {"outcome": "absent"}
    assert (await demo.hook("restore", post, "act_4")).json() == {"outcome": "absent"}
    headers = {HEADER: preview_token(SECRET, f"/media/{post}")}
    assert (await demo.client.get(f"/media/{post}", headers=headers)).status_code == 404


async def test_a_restart_remembers_everything_in_private_files(demo: Any) -> None:
    """Posts and pictures outlive the process; no other user of the machine can read them."""
    post, hidden = await demo.publish(), await demo.publish()
    await demo.hook("hide", hidden)
    (demo.folder / "post-orphan").write_bytes(b"of a crash")

    demo.client = demo.reopen()

    assert (await demo.client.get(f"/media/{post}")).status_code == 200
    assert (await demo.state(hidden))["state"] == "hidden"
    assert not (demo.folder / "post-orphan").exists()
    assert stat.S_IMODE(demo.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in demo.folder.iterdir()} == {0o600}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,AAAA"},
        {"webhook-id": "a", "webhook-timestamp": "x", "webhook-signature": "v1"},
        {"webhook-id": "a", "webhook-timestamp": "nan", "webhook-signature": "v1,!"},
    ],
)
async def test_unsigned_calls_are_refused(headers: dict[str, str], demo: Any) -> None:
    """Without Raiment's signature nothing happens."""
    post = await demo.publish()
    body = b'{"type":"content.remove","data":{"action_id":"a","content_id":"%b"}}' % post.encode()
    for content in (body, b"\xff", b""):
        answer = await demo.client.post("/webhooks", content=content, headers=headers)
        assert answer.status_code == 401
    assert (await demo.state(post))["state"] == "visible"


async def test_an_address_is_asked_for_and_never_guessed(demo: Any, raiment: Any) -> None:
    """Without a content id the platform asks Raiment where; while it cannot ask, it claims nothing."""
    post = await demo.publish()
    raiment.location = f"http://demo.example/posts/{post}"
    raiment.status = 503
    assert (await demo.hook("hide", None)).status_code == 503
    raiment.status = 200
    assert (await demo.hook("hide", None)).json() == {"outcome": "done"}
    assert (await demo.state(post))["state"] == "hidden"

    raiment.location = f"http://other.example/posts/{post}"
    assert (await demo.hook("remove", None, "act_2")).json() == {"outcome": "absent"}
    raiment.location = "http://[broken"
    assert (await demo.hook("remove", None, "act_3")).json() == {"outcome": "absent"}
    assert (await demo.state(post))["removals"] == 0


async def test_an_unknown_type_is_refused_and_a_post_never_made_is_absent(demo: Any) -> None:
    """What cannot be understood is not acknowledged."""
    assert (await demo.hook("obliterate", "post-x")).status_code == 400
    assert (await demo.hook("remove", "post-x", "act_2")).json() == {"outcome": "absent"}
