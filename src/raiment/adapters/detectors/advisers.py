"""
Asks detectors outside for second opinions, all at once, each within its time.

What leaves is the words of the request and nothing else: no picture, no earlier words, no id of anybody.
The servers are strangers: no redirect is followed, answers are bounded, and nothing of their text is kept.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import ClientError, ClientSession
from yarl import URL

from raiment.adapters.detectors.azure_content_safety import AzureContentSafety
from raiment.adapters.detectors.breaker import Breaker
from raiment.adapters.detectors.chat_guards import FAMILIES, ChatGuard
from raiment.adapters.detectors.dialect import PART, Ask, Dialect, merged
from raiment.adapters.detectors.moderation_provider import ModerationProvider
from raiment.adapters.http.outgoing import outgoing_session, read_at_most
from raiment.adapters.observe.metrics import OPINIONS
from raiment.adviser_settings import Adviser, AdviserKind
from raiment.errors import Unavailable
from raiment.screening.opinion import Opinion, Said

_MOST_ANSWER_BYTES: Final = 256 * 1024
_CONNECTIONS: Final = 128
_PATIENCE_SECONDS: Final = 60.0
"""Of the session; each adviser's own time ends earlier."""
_OK: Final = 200
_TOO_MANY: Final = 429
_SERVER_ERRORS: Final = 500
_DEFAULT_SEVERITY: Final = 4


class RemoteAdviser:
    """One detector outside."""

    def __init__(self, adviser: Adviser, session: ClientSession, breaker: Breaker) -> None:
        self._adviser = adviser
        self._dialect = dialect_of(adviser)
        self._session = session
        self._breaker = breaker
        self._version = " ".join(part for part in (adviser.kind.value, adviser.model) if part)

    async def ask(self, words: str) -> Opinion:
        """Return its opinion on *words*; never raises for what it does."""
        try:
            said, reason = await self._said(words), None
        except Unavailable as error:
            said, reason = None, error.reason
        outcome = "unavailable" if said is None else "sexual" if said.sexual else "not-sexual"
        OPINIONS.labels(self._adviser.name, outcome).inc()
        return Opinion(self._adviser.name, self._version, said, reason, self._adviser.required)

    async def _said(self, words: str) -> Said:
        if not self._breaker.may_ask():
            raise Unavailable(PART, "not asked, since it failed several times in a row")
        try:
            async with asyncio.timeout(self._adviser.seconds):
                answers = [await self._post(ask) for ask in self._dialect.asks(words)]
        except TimeoutError as error:
            self._breaker.record(well=False)
            raise Unavailable(PART, "no answer in time") from error
        except (ClientError, OSError, ValueError) as error:
            self._breaker.record(well=False)
            raise Unavailable(PART, "no answer") from error
        return merged([self._dialect.read(answer) for answer in answers])

    async def _post(self, ask: Ask) -> bytes:
        """Return the body of a good answer; raise Unavailable for any other."""
        url = URL(f"{self._adviser.url.rstrip('/')}/{ask.path}")
        headers = {**self._dialect.headers, "content-type": "application/json"}
        async with self._session.post(
            url, data=ask.body, headers=headers, allow_redirects=False
        ) as response:
            good = response.status == _OK
            body = await read_at_most(response.content, _MOST_ANSWER_BYTES) if good else b""
            # What a text can bring about (refused, too long, not understood) is no failure of the server:
            # nobody shall be able to silence it for everybody else.
            self._breaker.record(
                well=response.status < _SERVER_ERRORS and response.status != _TOO_MANY
            )
        if not good:
            raise Unavailable(PART, f"answered with status {response.status}")
        if body is None:
            raise Unavailable(PART, "answered with too much")
        return body


class Panel:
    """``screening.opinion.Advisers``: all that the operator named."""

    def __init__(self, advisers: Sequence[RemoteAdviser]) -> None:
        self._advisers = advisers

    async def ask(self, words: str) -> Sequence[Opinion]:
        """Return the opinion of each, in the operator's order; none where there are no words."""
        if not words.strip():
            return ()
        # Half of a surrogate pair cannot be sent.
        text = words.encode("utf-8", "replace").decode("utf-8")
        return await asyncio.gather(*(adviser.ask(text) for adviser in self._advisers))


@asynccontextmanager
async def open_panel(advisers: Sequence[Adviser]) -> AsyncIterator[Panel]:
    """Open the way to *advisers* and close it."""
    async with outgoing_session(seconds=_PATIENCE_SECONDS, connections=_CONNECTIONS) as session:
        yield Panel([RemoteAdviser(one, session, Breaker(time.monotonic)) for one in advisers])


def dialect_of(adviser: Adviser) -> Dialect:
    """Return how *adviser* is asked."""
    if adviser.kind is AdviserKind.MODERATIONS:
        return ModerationProvider(adviser.model, adviser.key)
    if adviser.kind is AdviserKind.AZURE_CONTENT_SAFETY:
        return AzureContentSafety(adviser.key or "", adviser.severity or _DEFAULT_SEVERITY)
    return ChatGuard(FAMILIES[adviser.kind], adviser.model or "", adviser.key)
