"""What the gateway's doors share: who calls, how pictures are looked up, how a decision is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from raiment.adapters.observe.metrics import VERDICTS
from raiment.adapters.postgres.database import Database
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.screenings import KeptScreening
from raiment.adapters.postgres.transaction import Transaction
from raiment.adapters.vault import Keys
from raiment.errors import Unavailable
from raiment.evidence.canonical import JSON
from raiment.evidence.record import Record
from raiment.gateway.chains import with_chain
from raiment.matching.judge import Lookup
from raiment.matching.signals import Signals
from raiment.policy.rule import Effect
from raiment.screening.opinion import NOBODY, Advisers, Opinion
from raiment.screening.request import Request
from raiment.screening.screen_request import Screen, screen_request
from raiment.screening.upstream import Upstream
from raiment.screening.verdict import Verdict

_READ_ON_THE_LOOP = 2_000
"""Characters that are read within a few milliseconds; longer words go to a thread."""


class Eyes(Protocol):
    """Whoever looks at pictures."""

    async def signals(self, data: bytes, field: str) -> Sequence[Signals]:
        """Return the signals of every reading of *data*, as ``adapters.pixels.read_signals`` does."""


class Banks(Protocol):
    """The hash banks, within a transaction."""

    async def look_up(self, readings: Sequence[Signals]) -> Lookup:
        """Return what they hold of one picture; unavailable where they cannot be read."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """What a gateway stands on."""

    database: Database
    keys: Keys
    now: Callable[[], datetime]
    eyes: Eyes
    screen: Screen
    upstream: Upstream
    advisers: Advisers = NOBODY
    """Detectors outside, asked about the words of every request."""
    models: Sequence[str] = ()
    """Those of the generator that callers may name, see ``order.with_model``."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and about which words: what is kept with a decision."""

    key_id: str
    surface: str
    actor: str | None
    prompt_digest: str | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A picture as it was seen, or why it could not be: ``unavailable`` is never "nothing found"."""

    readings: Sequence[Signals]
    unavailable: str | None = None


def caller(key_id: str, request: Request, keys: Keys) -> Caller:
    """Return who asks: the words only as a keyed digest."""
    words = request.words
    digest = keys.digest("prompt", words) if words else None
    return Caller(key_id, request.surface, request.actor, digest)


async def see(eyes: Eyes, data: bytes, field: str) -> Seen:
    """Look at *data*. Raises UnreadableImage or TooLarge naming *field*."""
    try:
        return Seen(await eyes.signals(data, field))
    except Unavailable as error:
        return Seen((), str(error))


async def look_up(pictures: Mapping[str, Seen], banks: Banks) -> dict[str, Lookup]:
    """Ask the banks about every reading of every picture."""
    return {place: await _lookup(seen, banks) for place, seen in pictures.items()}


async def _lookup(seen: Seen, banks: Banks) -> Lookup:
    if seen.unavailable is not None:
        return Lookup((), matchable=False, unavailable=seen.unavailable)
    return await banks.look_up(seen.readings)


async def decide(
    gateway: Gateway, request: Request, pictures: Mapping[str, Seen], caller: Caller
) -> Verdict:
    """
    Screen *request* and keep the decision with its log entry: the one way in for every door.

    *pictures* by place: ``sources.0``, ``mask``. Raises Unavailable where the database is away.
    """
    decision_id = new_id("scr")
    # Before the transaction: none is held open while a server outside thinks.
    opinions = await gateway.advisers.ask(request.words)
    async with gateway.database.begin() as tx:
        lookups = await look_up(pictures, tx.banks)
        request = await with_chain(request, _sources(pictures), tx, gateway.keys)
        verdict = await _screened(gateway, request, lookups, decision_id, opinions)
        await keep(tx, verdict, caller, gateway.now())
        if verdict.effect is Effect.BLOCK:
            await tx.chains.count_denial(request.chain.roots, gateway.now())
    VERDICTS.labels(request.surface, verdict.effect).inc()
    return verdict


def _sources(pictures: Mapping[str, Seen]) -> list[tuple[Signals, ...]]:
    """Return the readings of each source that could be seen; a mask has no chain."""
    return [
        tuple(seen.readings)
        for place, seen in pictures.items()
        if place.startswith("sources.") and seen.readings
    ]


async def _screened(
    gateway: Gateway,
    request: Request,
    lookups: Mapping[str, Lookup],
    decision_id: str,
    opinions: Sequence[Opinion],
) -> Verdict:
    length = len(request.words) + sum(map(len, request.history))
    if length <= _READ_ON_THE_LOOP:
        return screen_request(request, lookups, decision_id, gateway.screen, opinions)
    return await asyncio.to_thread(
        screen_request, request, lookups, decision_id, gateway.screen, opinions
    )


async def keep(
    tx: Transaction,
    verdict: Verdict,
    caller: Caller,
    at: datetime,
    *,
    after: str | None = None,
) -> None:
    """Keep *verdict* in *tx* with its log entry. *after*: the decision that let the request in."""
    findings: list[JSON] = [finding.as_json() for finding in verdict.findings]
    judgement = verdict.as_json()
    row = KeptScreening(
        id=verdict.decision_id,
        surface=caller.surface,
        stage=verdict.stage,
        api_key_id=caller.key_id,
        actor=caller.actor,
        prompt_digest=caller.prompt_digest,
        verdict=verdict.effect,
        rule=next(iter(verdict.public_names), None),
        judgement={**judgement, "after": after},
        findings=findings,
        rule_set=f"{verdict.rule_set.id} {verdict.rule_set.version} {verdict.rule_set.digest}",
        at=at,
    )
    await tx.screenings.add(row)
    ids = {"key": caller.key_id} | ({} if after is None else {"after": after})
    decided: dict[str, JSON] = {
        "surface": caller.surface,
        "stage": verdict.stage,
        "prompt_digest": caller.prompt_digest,
        **judgement,
    }
    facts: dict[str, JSON] = {"decision": decided, "findings": findings}
    tx.append(Record("screening.decided", verdict.decision_id, at, ids, facts))
