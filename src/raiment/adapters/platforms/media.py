"""Fetch a picture from the platform for a reviewer's preview, and from nowhere else."""

from __future__ import annotations

from typing import Final

from aiohttp import ClientError
from yarl import URL

from raiment.adapters.http.outgoing import outgoing_session, read_at_most
from raiment.adapters.platforms.preview import HEADER, preview_token
from raiment.errors import Unavailable

_PART: Final = "preview"
_OK: Final = 200
_PATIENCE_SECONDS: Final = 8.0


async def fetch_media(url: str, origin: str | None, secret: str, most_bytes: int) -> bytes:
    """
    Return the bytes at *url*, which must lie on *origin* (scheme, host and port), the operator's setting.

    No redirect is followed. *secret* is the webhook secret, from which the token for hidden media is made.
    Raise Unavailable, in words for a reviewer, for whatever stands in the way.
    """
    if origin is None:
        raise Unavailable(_PART, "no media origin is set (RAIMENT_PLATFORM_MEDIA_ORIGIN)")
    target = _on_origin(url, origin)
    headers = {HEADER: preview_token(secret, target.path)}
    try:
        async with (
            outgoing_session(seconds=_PATIENCE_SECONDS) as session,
            session.get(target, allow_redirects=False, headers=headers) as response,
        ):
            if response.status != _OK:
                raise Unavailable(_PART, f"the platform answered {response.status}")
            body = await read_at_most(response.content, most_bytes)
    except (ClientError, TimeoutError, OSError) as error:
        raise Unavailable(_PART, "the platform did not answer") from error
    if body is None:
        raise Unavailable(_PART, "the picture is too large")
    return body


def _on_origin(url: str, origin: str) -> URL:
    try:
        target = URL(url)
        fits = target.user is None and target.origin() == URL(origin).origin()
    except ValueError as error:
        raise Unavailable(_PART, "its address cannot be read") from error
    if not fits:
        raise Unavailable(_PART, "its address is not on the platform's media origin")
    return target
