"""Register an upload: looked up in every bank, judged, kept, and joined to the cases it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from raiment.adapters.observe.metrics import FLOODS, VERDICTS
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.transaction import Transaction
from raiment.adapters.postgres.types import AnyRow
from raiment.bootstrap import House
from raiment.casework.attach_upload import attach_upload, cases_concerned
from raiment.errors import Conflict
from raiment.evidence.canonical import JSON
from raiment.evidence.record import Record
from raiment.matching.bank import BankMatch
from raiment.matching.content import Content, ContentState
from raiment.matching.judge import Lookup, judge_lookup
from raiment.matching.signal import Blake3, Md5, Pdq, Sha256, Signal
from raiment.matching.signals import Signals
from raiment.policy.rule import Effect
from raiment.policy.rule_set import Judgement

_STATE = {
    Effect.ALLOW: ContentState.VISIBLE,
    Effect.HOLD: ContentState.HELD,
    Effect.BLOCK: ContentState.BLOCKED,
}

_KIND: dict[type[Signal], str] = {
    Pdq: "pdq",
    Sha256: "sha256",
    Blake3: "pixels_blake3",
    Md5: "md5",
}

_MOST_NAMED = 32
"""Cases named in one entry; each has an entry of its own about the copy anyway."""


@dataclass(frozen=True, slots=True)
class Upload:
    """An item as its platform tells of it."""

    platform_id: str
    location: str | None
    media_url: str | None
    uploader: str | None
    given: Mapping[str, str]
    """Column -> digits: what must be the same for a call to say the same again."""

    @property
    def names(self) -> tuple[str, str | None]:
        """By what a report may have named it before it was registered."""
        return self.platform_id, self.location


def given_of(told: Signals) -> dict[str, str]:
    """Return by what *told* signals are known again: all that was told, so that nothing new goes unseen."""
    pdq = {"pdq": told.pdq.plain.hex, "quality": str(told.pdq.quality)} if told.pdq.hashes else {}
    return {**told.digests(), **pdq}


async def registered(upload: Upload, tx: Transaction) -> AnyRow | None:
    """Return the row of the item if it is registered. Conflict where it was another picture."""
    row = await tx.contents.by_platform_id(upload.platform_id)
    if row is None or all(_held(row, name) == given for name, given in upload.given.items()):
        return row
    raise Conflict("this content_id is registered with other bytes or hashes")


def _held(row: AnyRow, name: str) -> str | None:
    value: bytes | str | int | None = row._mapping[name]  # noqa: SLF001 - SQLAlchemy's public name for it
    if isinstance(value, bytes):
        return value.hex()
    return None if value is None else str(value)


async def register(
    upload: Upload, readings: Sequence[Signals], key_id: str, house: House
) -> tuple[AnyRow, bool]:
    """
    Return the row of *upload*, and whether it is new; *readings* are those of its picture.

    Uploads run side by side. Only one that concerns a case starts over alone, so that neither a
    report nor a removal under way can miss it.
    """
    for alone in (False, True):
        async with house.database.begin() as tx:
            if alone:
                await tx.cases.hold_copies_still()
            else:
                await tx.contents.hold_banks_still()
            row = await registered(upload, tx)
            if row is not None:
                return row, False
            lookup = await tx.banks.look_up(readings)
            concerned = await cases_concerned(*upload.names, lookup.matches, tx.cases)
            if concerned and not alone:
                continue
            named = concerned and await cases_concerned(*upload.names, (), tx.cases)
            content, judgement = _judged(
                upload, replace(lookup, named=bool(named)), readings, house
            )
            new = await _keep(content, lookup.matches, judgement, {"key": key_id}, tx)
            row = await registered(upload, tx)
            assert row is not None
            return row, new
    raise AssertionError("the second round returns")


async def _keep(
    content: Content,
    found: Sequence[BankMatch],
    judgement: Judgement,
    ids: Mapping[str, str],
    tx: Transaction,
) -> bool:
    """Return False where another call with the same id was first; then nothing is changed."""
    matches = [_match(one) for one in found]
    if not await tx.contents.add(content, matches, _rule(judgement)):
        return False
    at = content.registered_at
    cases = await attach_upload(content, found, at, tx.office)
    joined = {f"case_{number}": one for number, one in enumerate(cases[:_MOST_NAMED], start=1)}
    facts: dict[str, JSON] = {"judgement": judgement.as_json(), "matches": matches}
    if content.signals.told:
        facts["told"] = True
    tx.append(Record("content.registered", content.id, at, {**ids, **joined}, facts))
    await _notice_floods(content, found, tx)
    VERDICTS.labels("content", content.verdict).inc()
    return True


async def _notice_floods(content: Content, found: Sequence[BankMatch], tx: Transaction) -> None:
    at = content.registered_at
    flooded = await tx.bank_keeping.sighted(found, content.signals.identity, at)
    for entry_id, state in flooded:
        FLOODS.labels(state).inc()
        tx.append(
            Record("bank.entry_flooded", entry_id, at, {"content": content.id}, {"state": state})
        )


def _judged(
    upload: Upload, lookup: Lookup, readings: Sequence[Signals], house: House
) -> tuple[Content, Judgement]:
    judgement = judge_lookup(lookup, house.matching_rules)
    content = Content(
        id=new_id("cnt"),
        platform_id=upload.platform_id,
        location=upload.location,
        media_url=upload.media_url,
        uploader=upload.uploader,
        state=_STATE[judgement.effect],
        verdict=judgement.effect.value,
        signals=readings[0],
        registered_at=house.now(),
    )
    return content, judgement


def _rule(judgement: Judgement) -> str | None:
    """Return the id of the first rule that asked for the effect; for a broken lookup, its name."""
    for matched in judgement.matched:
        if matched.rule.effect is judgement.effect:
            return matched.rule.id
    return judgement.public_names[0] if judgement.public_names else None


def _match(found: BankMatch) -> JSON:
    match = found.match
    return {
        "bank": match.bank,
        "kind": found.kind.value,
        "entry": match.entry_id,
        "distance": match.distance,
        "view": match.view.value,
        "crop": match.of_crop,
        "signal": _KIND[type(match.signal)],
        "threshold": match.threshold,
        "state": found.state.value,
        "source": found.source,
        "category": found.category,
    }
