"""What happened, as the room that did it tells it, before it is sealed into the log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from raiment.errors import EntryInvalid
from raiment.evidence.canonical import JSON

KIND = re.compile(r"[a-z][a-z0-9_]{0,31}(\.[a-z][a-z0-9_]{0,31}){1,3}")
ID = re.compile(r"[a-z][a-z0-9]{0,15}_[0-9a-hjkmnp-tv-z]{26}")
NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")

MOST_NAMES = 64
"""Ids, and facts, in one record. Keeps every entry below 65,536 bytes (C2SP tlog-tiles)."""


@dataclass(frozen=True, slots=True)
class Record:
    """
    One thing that happened, to be written into the log with the change it tells of.

    *kind*, *subject* and *ids* go into the log as they are and stay for ever, so they can hold
    nothing personal: a dotted lower-case kind and Raiment ids only, checked here (EntryInvalid
    names the field). *facts* may be personal: the log keeps a salted digest of each.
    """

    kind: str
    """What happened: ``report.received``."""
    subject: str
    """The Raiment id of the thing it happened to."""
    at: datetime
    """When, by the clock of the edge that saw it; any zone, but with one."""
    ids: Mapping[str, str]
    """Other things that took part: name -> Raiment id."""
    facts: Mapping[str, JSON] = field(repr=False)
    """What else is to be provable later: name -> plain JSON value."""

    def __post_init__(self) -> None:
        check_kind(self.kind)
        check_id("subject", self.subject)
        if self.at.utcoffset() is None:
            raise EntryInvalid("at", "needs a time zone")
        check_ids(self.ids)
        check_names("facts", self.facts)


def check_kind(kind: str) -> None:
    """Raise EntryInvalid unless *kind* is a dotted lower-case name such as ``case.decided``."""
    if not KIND.fullmatch(kind):
        raise EntryInvalid("kind", "must be lower-case words joined by dots")


def check_id(field_name: str, value: str) -> None:
    """Raise EntryInvalid unless *value* is a Raiment id: prefix, underscore, 26 characters."""
    if not ID.fullmatch(value):
        raise EntryInvalid(field_name, "must be a Raiment id")


def check_ids(ids: Mapping[str, str]) -> None:
    """Raise EntryInvalid unless *ids* maps names to Raiment ids."""
    check_names("ids", ids)
    for name, value in ids.items():
        check_id(f"ids.{name}", value)


def check_names(field_name: str, names: Iterable[str]) -> None:
    """Raise EntryInvalid unless all of *names* are lower-case names, and not too many."""
    listed = list(names)
    if len(listed) > MOST_NAMES:
        raise EntryInvalid(field_name, f"more than {MOST_NAMES}")
    if not all(NAME.fullmatch(name) for name in listed):
        raise EntryInvalid(field_name, "names must be lower-case words")
