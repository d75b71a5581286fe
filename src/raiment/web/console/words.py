"""The console's words for states, outcomes and findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from raiment.casework.action import ActionKind, ActionOutcome, ActionState
from raiment.casework.case import CaseState, FoundBy, ItemState
from raiment.casework.decision import Outcome
from raiment.casework.report import Minor, Relation
from raiment.matching.bank import BankKind
from raiment.matching.view import DIHEDRAL, INVERTED, PANEL, View
from raiment.policy.regime import ReportField

SEVERITIES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        3: ("3 danger or child", "late"),
        2: ("2 depicted person", "warn"),
        1: ("1 somebody else", "soft"),
    }
)
"""Severity (``casework.case.Case.severity``) -> (words, tone)."""

CASE_STATES: Mapping[str, str] = MappingProxyType(
    {
        CaseState.OPEN: "to decide",
        CaseState.REMOVING: "being removed",
        CaseState.RESTORING: "being restored",
        CaseState.CLOSED: "closed",
    }
)

ITEM_STATES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        ItemState.LISTED: ("not hidden yet", "warn"),
        ItemState.HIDDEN: ("hidden", "plain"),
        ItemState.REMOVED: ("removed, to be checked", "plain"),
        ItemState.ABSENT: ("gone, checked", "good"),
        ItemState.RESTORED: ("visible again", "plain"),
    }
)

FOUND_BY: Mapping[str, str] = MappingProxyType(
    {
        FoundBy.REPORTED: "reported",
        FoundBy.BYTES: "same file",
        FoundBy.PIXELS: "same pixels",
        FoundBy.PDQ: "looks the same",
    }
)

_TURNS: Mapping[View, str] = MappingProxyType(
    {
        View.AS_IS: "",
        View.TURNED_90: "turned",
        View.TURNED_180: "upside down",
        View.TURNED_270: "turned",
        View.FLIPPED_LEFT_RIGHT: "mirrored",
        View.FLIPPED_TOP_BOTTOM: "mirrored, upside down",
        View.TRANSPOSED: "mirrored, turned",
        View.TRANSVERSED: "mirrored, turned",
    }
)


def _with_turns(views: Sequence[View], words: str) -> dict[str, str]:
    turned = (", ".join(filter(None, (words, _TURNS[turn]))) for turn in DIHEDRAL)
    return dict(zip(views, turned, strict=True))


VIEWS: Mapping[str, str] = MappingProxyType(
    {
        **_with_turns(DIHEDRAL, ""),
        **_with_turns(INVERTED, "as a negative"),
        **_with_turns(PANEL, "shown inside another picture"),
        View.TRIMMED: "with a thin frame",
        View.INSET: "with its edges cut off",
        View.CROP: "cropped",
    }
)
"""How a copy was disguised, nothing where it was not."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        ActionKind.HIDE: "hide",
        ActionKind.REMOVE: "remove",
        ActionKind.RESTORE: "restore",
        ActionKind.VERIFY: "check that it is gone",
    }
)

ANSWERS: Mapping[str, str] = MappingProxyType(
    {
        ActionOutcome.DONE: "done",
        ActionOutcome.ABSENT: "not there",
        ActionOutcome.PRESENT: "still there",
    }
)

ACTION_STATES: Mapping[str, str] = MappingProxyType(
    {
        ActionState.PENDING: "waiting",
        ActionState.ACKNOWLEDGED: "answered",
        ActionState.SUPERSEDED: "no longer needed",
    }
)

RELATIONS: Mapping[str, str] = MappingProxyType(
    {
        Relation.SUBJECT: "the person in the picture",
        Relation.ACTING_FOR: "somebody acting for the person in the picture",
        Relation.SOMEONE_ELSE: "somebody else",
        Relation.UNSAID: "not said",
    }
)

MINORS: Mapping[str, str] = MappingProxyType(
    {Minor.NO: "no", Minor.YES: "yes", Minor.UNSURE: "unsure, or not said"}
)

DECLARATIONS: Mapping[str, str] = MappingProxyType(
    {
        ReportField.AUTHORITY_DECLARED: "may act for the person",
        ReportField.DECLARES_INTIMATE: "is an intimate image",
        ReportField.NOT_CONSENSUAL: "without consent",
        ReportField.GOOD_FAITH: "good faith",
        ReportField.TRUE: "true",
        ReportField.ACCURATE_AND_COMPLETE: "accurate and complete",
    }
)

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        Outcome.REMOVE: "Remove",
        Outcome.NOT_INTIMATE: "Not intimate image content",
        Outcome.NOT_SUBJECT: "Not the subject, nor acting for them",
        Outcome.SECOND_LOOK: "Needs a second look",
    }
)
"""In the order of the keys 1 to 4."""

CONSEQUENCES: Mapping[str, str] = MappingProxyType(
    {
        Outcome.REMOVE: "Every copy is removed, the image banked, and its absence checked.",
        Outcome.NOT_INTIMATE: "What was hidden is restored. Recorded under OSA s. 10(3B)(a).",
        Outcome.NOT_SUBJECT: "What was hidden is restored. Recorded under OSA s. 10(3B)(b).",
        Outcome.SECOND_LOOK: "Somebody else decides. It stays hidden, and no clock pauses.",
    }
)

REASONS: Mapping[str, str] = MappingProxyType(
    {
        Outcome.REMOVE: "Intimate image content, without the consent of the person in it.",
        Outcome.NOT_INTIMATE: "Considered not to be intimate image content.",
        Outcome.NOT_SUBJECT: "The reporter is neither the subject nor acting for them.",
        Outcome.SECOND_LOOK: "A second reviewer is needed.",
    }
)
"""What is recorded where the reviewer writes no reason of their own."""

BANK_KINDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        BankKind.CONFIRMED: ("confirmed by us", "plain"),
        BankKind.REPORTED: ("reported", "plain"),
        BankKind.OUTSIDE: ("from outside", "soft"),
        BankKind.ALLOW: ("known to be harmless", "good"),
    }
)
"""Kind of a hash bank -> (words, tone)."""

SIGNAL_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "pdq": "PDQ",
        "bytes_sha256": "SHA-256 of a file",
        "bytes_md5": "MD5 of a file",
        "pixels_blake3": "BLAKE3 of pixels",
    }
)
