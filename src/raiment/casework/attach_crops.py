"""Bank the crops of a case's image, and attach the copies that were there before and show only a part of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from raiment.casework.action import ActionKind
from raiment.casework.ask import ask
from raiment.casework.attach import attach
from raiment.casework.case import Case, CaseState, Item
from raiment.casework.settle import settle
from raiment.casework.storage import Copy, Office, Origin
from raiment.evidence.record import Record
from raiment.matching.signal import Pdq

_AT_WORK = (CaseState.OPEN, CaseState.REMOVING)


class CroppedCopies(Protocol):
    """Where the parts of one image, of which we hold the picture, are looked for."""

    async def copies(self) -> Sequence[Copy]:
        """Return the registered content that shows a part of it, less what needs nothing any more."""

    async def origins(self) -> Sequence[Origin]:
        """Return the releases that show a part of it."""


async def attach_crops(
    case_id: str,
    content_id: str,
    ladder: Sequence[Pdq],
    cropped: CroppedCopies,
    at: datetime,
    office: Office,
) -> tuple[Item, ...]:
    """
    Bank *ladder*, the crops of the content's picture, beside the picture itself, wherever it is banked.

    Attach what *cropped* finds, and ask to hide or remove it. Does nothing the second time, nor where a
    decision has cleared the image meanwhile. Return the new items.
    """
    # INVARIANT: this lock comes before the case's, here as everywhere, so nothing can deadlock.
    await office.cases.hold_copies_still()
    case = await office.cases.case(case_id)
    banked = await office.banks.bank_crops(content_id, ladder, at)
    if not banked:
        return ()
    items = await _attach(case, cropped, at, office) if case.state in _AT_WORK else ()
    facts = {"signals": banked, "copies": len(items)}
    office.log.append(Record("bank.crops_banked", case.id, at, {"content": content_id}, facts))
    return items


async def _attach(
    case: Case, cropped: CroppedCopies, at: datetime, office: Office
) -> tuple[Item, ...]:
    items = await attach(case, await cropped.copies(), at, office)
    await office.cases.add_origins(case.id, await cropped.origins())
    if case.state is CaseState.OPEN:
        await ask(ActionKind.HIDE, case.id, items, at, office)
    await settle(await office.cases.case(case.id), at, office)
    return items


def give_up_crops(case_id: str, content_id: str, why: str, at: datetime, office: Office) -> None:
    """Record that the picture could not be had, so that only whole copies of it are found."""
    ids, facts = {"content": content_id}, {"why": why}
    office.log.append(Record("bank.crops_not_banked", case_id, at, ids, facts))
