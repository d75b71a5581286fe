"""
A report, as the person depicted or somebody for them makes it.

The fields are those of the one form that satisfies every regime (``policy/packs/regimes``): UK OSA
s.20A(2), TAKE IT DOWN Act s.3, DSA Art. 16(2). Nothing is refused for a missing answer: act, then ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from raiment.policy.regime import ReportField

DECLARATIONS = frozenset(
    {
        ReportField.AUTHORITY_DECLARED,
        ReportField.DECLARES_INTIMATE,
        ReportField.NOT_CONSENSUAL,
        ReportField.GOOD_FAITH,
        ReportField.TRUE,
        ReportField.ACCURATE_AND_COMPLETE,
    }
)
"""The fields of the form that are ticks."""

FORM_VERSION = "2026-11"
MOST_LOCATIONS = 50
MOST_TEXT = 4000
MOST_LINE = 500
MOST_LOCATION_BYTES = 2000
"""Of one location, in UTF-8: addresses run long, and an index row of PostgreSQL holds 2700 bytes."""


class Relation(StrEnum):
    """Who is reporting, seen from the person in the image."""

    SUBJECT = "subject"
    ACTING_FOR = "acting_for"
    SOMEONE_ELSE = "someone_else"
    UNSAID = "unsaid"
    """Left open. Every clock runs, and the receipt says that this is missing."""


class Minor(StrEnum):
    """Whether the person in the image is, or was, under 18."""

    NO = "no"
    YES = "yes"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Reporter:
    """How to reach who reports. Kept apart from the report; never shown to an uploader."""

    name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    signature: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What was filled in, read and bounded, but not judged."""

    route: str
    """By which door it came: ``form`` or ``api``."""
    relation: Relation
    locations: tuple[str, ...] = field(repr=False)
    """Where it is: addresses or descriptions, as given; may be imprecise."""
    content_ids: tuple[str, ...]
    """What the platform calls the content, where its own report button said so."""
    shows: tuple[str, ...]
    """Which ticks of "what it shows" were set."""
    declarations: frozenset[ReportField]
    """Which of ``DECLARATIONS`` were ticked."""
    why: str = field(repr=False)
    minor: Minor
    danger: bool
    ai_made: str
    """``yes``, ``no`` or ``unsure``."""
    share_hash: bool
    """May the hash go to other services? Off unless chosen."""
    language: str
    reporter: Reporter
    country: str = ""
    """Where the reporter lives, in their words; empty where they did not say."""

    @property
    def fields(self) -> frozenset[ReportField]:
        """Which fields of the form hold an answer, in the words the regimes' packs use."""
        filled = {
            ReportField.IS_SUBJECT: self.relation is Relation.SUBJECT,
            ReportField.ACTS_FOR_SUBJECT: self.relation is Relation.ACTING_FOR,
            ReportField.SOMEONE_ELSE: self.relation is Relation.SOMEONE_ELSE,
            ReportField.LOCATIONS: bool(self.locations or self.content_ids),
            ReportField.WHAT_IT_SHOWS: bool(self.shows),
            ReportField.SIGNATURE: bool(self.reporter.signature),
            ReportField.NAME: bool(self.reporter.name),
            ReportField.EMAIL: "@" in self.reporter.contact,
            ReportField.CONTACT: bool(self.reporter.contact),
            ReportField.CONCERNS_CHILD: self.child,
        }
        given = {name for name, there in filled.items() if there}
        return self.declarations | given

    @property
    def child(self) -> bool:
        """Any doubt about age counts as a child (facts of law, 1.4: treat so)."""
        return self.minor is not Minor.NO


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a reporter holds afterwards."""

    report_id: str
    case_id: str
    reference: str
    received_at: datetime
    regimes_satisfied: tuple[str, ...]
    missing: Mapping[str, tuple[str, ...]]
    """Regime -> what that law's notice still lacks; nothing waits for it."""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as kept."""

    id: str
    case_id: str
    reference: str
    draft: ReportDraft
    received_at: datetime
    regimes_satisfied: tuple[str, ...]
    missing: Mapping[str, tuple[str, ...]]
