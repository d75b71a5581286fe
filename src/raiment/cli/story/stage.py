"""Where the story is played: the addresses, a session, and a voice that narrates."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any, TypeVar

from aiohttp import ClientConnectionError, ClientResponse, ClientSession
from rich.console import Console

from raiment.errors import Unavailable

_PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.25
_SERVER_ERROR = 500

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a door answered."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> dict[str, Any]:
        """Return the body as a JSON object."""
        parsed = json.loads(self.body)
        assert isinstance(parsed, dict)
        return parsed

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode()


@dataclass(frozen=True, slots=True)
class Stage:
    """A running installation, as the players reach it."""

    web: str
    gateway: str
    platform: str
    api_key: str
    session: ClientSession
    voice: Console

    def tell(self, title: str) -> None:
        """Begin a scene."""
        self.voice.print(f"\n[bold]{title}[/bold]")

    def sent(self, what: str) -> None:
        """Say what was sent."""
        self.voice.print(f"  → {what}", highlight=False, soft_wrap=True)

    def came_back(self, what: str) -> None:
        """Say what came back."""
        self.voice.print(f"  ← {what}", highlight=False, soft_wrap=True)

    @property
    def authorised(self) -> dict[str, str]:
        """The header that carries the API key."""
        return {"authorization": f"Bearer {self.api_key}"}

    async def ask(self, send: Callable[[], Awaitable[ClientResponse]]) -> Reply:
        """
        Return the answer to *send*, sending again while a server is away or broken.

        Every step of the story may be repeated, so a server that is killed in the middle of one and comes
        back loses nothing. Raise Unavailable after a minute.
        """

        async def once() -> Reply | None:
            try:
                response = await send()
                body = await response.read()
            except (ClientConnectionError, TimeoutError):
                return None
            if response.status >= _SERVER_ERROR:
                return None
            return Reply(response.status, body, dict(response.headers))

        return await self.wait_for(once, "an answer")

    async def wait_for(self, look: Callable[[], Awaitable[Answer | None]], what: str) -> Answer:
        """Return what *look* finds, looking again until it does; raise Unavailable after a minute."""
        loop = asyncio.get_running_loop()
        end = loop.time() + _PATIENCE_SECONDS
        while loop.time() < end:
            found = await look()
            if found is not None:
                return found
            await asyncio.sleep(_PAUSE_SECONDS)
        raise Unavailable("demo", f"{what} did not come within {_PATIENCE_SECONDS:.0f} s")


class Page(HTMLParser):
    """A page as the story needs it: hidden fields of forms, links, and texts of marked elements."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.links: list[str] = []
        self.marked: dict[str, str] = {}
        self._inside: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember hidden inputs, links and the element a text belongs to."""
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("type") == "hidden":
            self.hidden[given["name"]] = given["value"]
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        self._inside = given.get("id")

    def handle_data(self, data: str) -> None:
        """Remember the first text of an element with an id."""
        if self._inside is not None:
            self.marked.setdefault(self._inside, data.strip())
            self._inside = None
