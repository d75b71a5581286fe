"""The ports casework stands on: where cases are kept, and what happens later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from raiment.casework.action import Action, ActionKind, ActionOutcome
from raiment.casework.case import Case, FoundBy, Item, ItemState
from raiment.casework.decision import Decision
from raiment.casework.report import Report
from raiment.evidence.log import Log
from raiment.matching.signal import Pdq
from raiment.matching.view import View
from raiment.policy.regime import Deadline, Stop

NewId = Callable[[str], str]
"""Makes a fresh Raiment id with the given prefix; randomness comes from the edge."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Content of the platform that shows the same image as something in hand."""

    content_id: str
    platform_id: str
    found_by: FoundBy
    distance: int | None = None
    """PDQ Hamming distance, where *found_by* is ``pdq``; so with *view*."""
    view: View | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """A release of our own generator that shows the image."""

    release_id: str
    found_by: FoundBy
    distance: int
    """PDQ Hamming distance; 0 for a digest."""
    view: View


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline as kept: a row, never a sleeping coroutine."""

    id: str
    case_id: str
    deadline: Deadline


class Cases(Protocol):
    """Where cases, reports, items, actions and clocks are kept, within one transaction."""

    async def hold_copies_still(self) -> None:
        """Until the commit, let no upload be registered and no other report be received."""

    async def located(self, content_ids: Sequence[str], locations: Sequence[str]) -> Sequence[Copy]:
        """Return the registered content with these platform ids or at these addresses."""

    async def unregistered(self, locations: Sequence[str]) -> Sequence[str]:
        """Return those of *locations* at which no registered content stands."""

    async def copies(self, content_ids: Sequence[str], found: Sequence[str] = ()) -> Sequence[Copy]:
        """
        Return all other registered content that shows the same image as *content_ids*.

        Or as one of *found*, copies of it, as a whole: what else they show beside it is not looked for.
        Content that was blocked at upload or is removed already needs nothing and is left out.
        """

    async def fetchable(self, content_ids: Sequence[str]) -> Sequence[str]:
        """Return those of *content_ids* whose picture the platform hands out."""

    async def origins(self, content_ids: Sequence[str]) -> Sequence[Origin]:
        """Return the releases that show the same image as *content_ids*."""

    async def open_case_of(
        self, content_ids: Sequence[str], locations: Sequence[str]
    ) -> Case | None:
        """Return, locked, the oldest case, open or removing, that holds any of these."""

    async def at_work(self, case_ids: Sequence[str], locations: Sequence[str]) -> Sequence[str]:
        """Return the cases, open or removing, among *case_ids* or that name one of *locations*."""

    async def case(self, case_id: str) -> Case:
        """Return the case, locked until the commit. NotFound where there is none."""

    async def case_of_action(self, action_id: str) -> tuple[Case, Action]:
        """Return the action and its case, locked. NotFound where there is none."""

    async def add_case(self, case: Case) -> None:
        """Keep a new case (without its items)."""

    async def change_case(self, case: Case) -> None:
        """Keep state, version, severity, child and second look; a new version ends any claim."""

    async def close_case(self, case_id: str, at: datetime) -> None:
        """Mark the case closed."""

    async def add_report(self, report: Report, secret_sha256: bytes) -> None:
        """Keep the report, and the reporter apart from it."""

    async def add_items(self, case_id: str, items: Sequence[Item], at: datetime) -> None:
        """Keep new items."""

    async def set_item(self, item_id: str, state: ItemState, at: datetime) -> None:
        """Set an item's state, and the matching state of its content."""

    async def add_origins(self, case_id: str, origins: Sequence[Origin]) -> None:
        """Keep which releases show the image; known ones are left as they are."""

    async def start_clocks(self, clocks: Sequence[Clock]) -> Sequence[Clock]:
        """Keep clocks; one that runs already keeps its earlier start. Return those that are new."""

    async def stop_clocks(self, case_id: str, stop: Stop, ground: str, at: datetime) -> int:
        """Stop the clocks that run and that *stop* stops; return how many that were."""

    async def clock(self, clock_id: str) -> tuple[Clock, int] | None:
        """Return the clock, locked, and how many alarms it gave; None where it has stopped."""

    async def set_alarmed(self, clock_id: str, count: int) -> None:
        """Remember how many alarms have been given."""

    async def add_decision(self, decision: Decision) -> None:
        """Keep a decision."""

    async def second_looker(self, case_id: str) -> str | None:
        """Return who asked for the latest second look, None where nobody did."""

    async def actions(self, case_id: str) -> Sequence[Action]:
        """Return every action of the case, oldest first."""

    async def add_actions(self, actions: Sequence[Action], at: datetime) -> None:
        """Keep new actions."""

    async def supersede(self, case_id: str, kinds: Sequence[ActionKind]) -> None:
        """Mark what is pending of *kinds* as superseded."""

    async def supersede_restorations(self, content_ids: Sequence[str]) -> None:
        """Mark what is pending to restore *content_ids*, in any case, as superseded."""

    async def claims_subject(self, case_id: str) -> bool:
        """Tell whether a report of the case claims to come from the subject or for them."""

    async def acknowledge(self, action_id: str, outcome: ActionOutcome, at: datetime) -> None:
        """Keep the platform's answer."""


class Banks(Protocol):
    """The hash banks that casework fills."""

    async def report_images(self, case_id: str, content_ids: Sequence[str], at: datetime) -> None:
        """Hold further uploads of these images while the case is open."""

    async def confirm_images(self, case_id: str, content_ids: Sequence[str], at: datetime) -> int:
        """Bank these images and their crops for good, end the reported entries; return how many are new."""

    async def on_child_list(self, content_ids: Sequence[str]) -> bool:
        """Tell whether one of these images matches the list of a child-protection hotline."""

    async def clear_images(self, case_id: str, at: datetime) -> None:
        """End the case's reported entries, crops included."""

    async def bank_crops(self, content_id: str, ladder: Sequence[Pdq], at: datetime) -> int:
        """Bank crops of the image wherever a case banked the image; return how many are new."""


class Later(Protocol):
    """What is to happen after the commit; every job may run twice."""

    async def deliver(self, action_id: str, at: datetime | None = None) -> None:
        """Send the action to the platform."""

    async def watch(self, clock_id: str, at: datetime) -> None:
        """Look at the clock."""

    async def crop(self, case_id: str, content_id: str) -> None:
        """Fetch the content's picture, bank its crops, and find the copies that show a part of it."""


@dataclass(frozen=True, slots=True)
class Office:
    """What a verb of casework works with: the ports of one transaction, and fresh ids."""

    cases: Cases
    banks: Banks
    log: Log
    later: Later
    new_id: NewId
