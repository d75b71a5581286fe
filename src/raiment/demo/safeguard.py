"""How the demonstration platform asks Raiment, over the public API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import msgspec
from aiohttp import ClientError, ClientSession, FormData

from raiment.adapters.http.outgoing import read_at_most
from raiment.demo.gallery import Post

_MOST_BYTES: Final = 256 * 1024
_GOOD: Final = (200, 201)
_UNREADABLE: Final = (413, 422)


@dataclass(frozen=True, slots=True)
class Clearance:
    """Raiment's word on an upload: ``allow``, ``hold``, ``block``, ``unreadable``, ``unavailable``."""

    verdict: str

    @property
    def publish(self) -> bool:
        """Whether the picture may be seen. Only ``allow`` says so."""
        return self.verdict == "allow"


class _Content(msgspec.Struct):
    verdict: str


class _Action(msgspec.Struct):
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Safeguard:
    """Raiment at *url*, called with the API key that *session* sends."""

    url: str
    own_url: str
    """Where the platform itself is reached."""
    session: ClientSession

    async def clear(self, post: Post, picture: bytes) -> Clearance:
        """Register a picture before anybody sees it. No answer never counts as ``allow``."""
        form = FormData()
        form.add_field("file", picture, filename=post.id, content_type=post.mime)
        form.add_field("content_id", post.id)
        form.add_field("location", f"{self.own_url}/posts/{post.id}")
        form.add_field("media_url", f"{self.own_url}/media/{post.id}")
        form.add_field("uploader", post.author)
        try:
            async with self.session.post(f"{self.url}/v1/content", data=form) as response:
                if response.status in _UNREADABLE:
                    return Clearance("unreadable")
                body = await read_at_most(response.content, _MOST_BYTES)
                if response.status not in _GOOD or body is None:
                    return Clearance("unavailable")
                return Clearance(msgspec.json.decode(body, type=_Content).verdict)
        except (ClientError, OSError, msgspec.DecodeError):
            return Clearance("unavailable")

    async def post_of(self, action_id: str) -> str | None:
        """
        Return the id of the post that an action without content id is about; None for none of ours.

        Raise OSError where Raiment cannot be asked.
        """
        try:
            async with self.session.get(f"{self.url}/v1/actions/{action_id}") as response:
                body = await read_at_most(response.content, _MOST_BYTES)
                if response.status not in _GOOD or body is None:
                    raise OSError(response.status)
                location = msgspec.json.decode(body, type=_Action).location
        except (ClientError, msgspec.DecodeError) as error:
            raise OSError from error
        return post_at(location or "", self.own_url)


def post_at(location: str, own_url: str) -> str | None:
    """Return the id in the address of a post on this platform, None for any other address."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return None
    _, _, post_id = parts.path.partition("/posts/")
    return post_id or None if f"{parts.scheme}://{parts.netloc}" == own_url else None
