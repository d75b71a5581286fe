"""An upload that shows the image of a case still at work joins that case in the same commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from raiment.casework.action import ActionKind
from raiment.casework.ask import ask
from raiment.casework.attach import attach, attach_image
from raiment.casework.case import Case, CaseState, FoundBy
from raiment.casework.concern_child import concern_child
from raiment.casework.settle import settle
from raiment.casework.storage import Cases, Copy, Office
from raiment.matching.bank import BankMatch
from raiment.matching.content import Content, ContentState
from raiment.matching.match import Match
from raiment.matching.signal import Pdq
from raiment.matching.view import PANEL, View


def places(platform_id: str, location: str | None) -> tuple[str, ...]:
    """Return everything by which a report may have named the content before it was registered."""
    return (platform_id,) if location is None else (platform_id, location)


async def cases_concerned(
    platform_id: str, location: str | None, matches: Sequence[BankMatch], cases: Cases
) -> tuple[str, ...]:
    """Return the cases at work whose banked image an upload matches, or whose report names it."""
    banked = sorted({match.case_id for match in matches if match.case_id is not None})
    return tuple(await cases.at_work(banked, places(platform_id, location)))


async def attach_upload(
    content: Content, matches: Sequence[BankMatch], at: datetime, office: Office
) -> tuple[str, ...]:
    """
    Attach *content*, just registered, to each case it concerns; ask to hide or remove it there.

    Content that was blocked needs nothing, but may show that a case concerns a child. Return the ids of
    the cases. The caller has called ``hold_copies_still`` before anything else in the transaction.
    """
    concerned = await cases_concerned(content.platform_id, content.location, matches, office.cases)
    if any(match.of_child for match in matches):
        for case_id in concerned:
            await concern_child(await office.cases.case(case_id), at, office)
    if content.state is ContentState.BLOCKED:
        return ()
    for case_id in concerned:
        case = await office.cases.case(case_id)
        await _join(case, content, matches, at, office)
    return concerned


async def _join(
    case: Case, content: Content, matches: Sequence[BankMatch], at: datetime, office: Office
) -> None:
    found = [match for match in matches if match.case_id == case.id]
    copy = _copy(content, found)
    # Named by the report itself: its image is known only now, so its copies are sought now.
    items = await (attach if found else attach_image)(case, [copy], at, office)
    if case.state is CaseState.OPEN:
        await ask(ActionKind.HIDE, case.id, items, at, office)
    await settle(await office.cases.case(case.id), at, office)


def _copy(content: Content, found: Sequence[BankMatch]) -> Copy:
    if not found:
        return Copy(content.id, content.platform_id, FoundBy.REPORTED)
    nearest = min((one.match for one in found), key=lambda match: match.distance)
    if isinstance(nearest.signal, Pdq):
        return Copy(content.id, content.platform_id, FoundBy.PDQ, nearest.distance, _view(nearest))
    same_bytes = nearest.signal in {content.signals.bytes_sha256, content.signals.bytes_md5}
    by = FoundBy.BYTES if same_bytes else FoundBy.PIXELS
    return Copy(content.id, content.platform_id, by)


def _view(match: Match) -> View:
    """Return what was undone; of a crop that a screen shows, the screen."""
    return View.CROP if match.of_crop and match.view not in PANEL else match.view
