"""What each role may do. What is not written here is not permitted."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Permission(StrEnum):
    """Something that can be done in the console."""

    QUEUE = "queue"
    """See which cases wait."""
    CASE = "case"
    """Open a case."""
    DECIDE = "decide"
    DECIDE_CHILD = "decide-child"
    """Decide where the person may be under 18."""
    BANKS = "banks"
    """Say whether an entry of a hash bank that matched too much may act."""
    ACCOUNTS = "accounts"
    """Add and disable accounts."""


_REVIEWER = frozenset({Permission.QUEUE, Permission.CASE, Permission.DECIDE})
_LEAD = _REVIEWER | {Permission.DECIDE_CHILD, Permission.BANKS}

_GRANTED: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "reviewer": _REVIEWER,
        "lead": _LEAD,
        "admin": _LEAD | {Permission.ACCOUNTS},
    }
)

ROLES: Mapping[str, str] = MappingProxyType(
    {
        "reviewer": "sees the queue and decides cases",
        "lead": "also decides cases that may concern a child, and what becomes of flooded bank entries",
        "admin": "also adds and disables accounts",
    }
)
"""Role -> what it is for, in words."""


def may(role: str, permission: Permission) -> bool:
    """Whether somebody in *role* has *permission*; an unknown role has none."""
    return permission in _GRANTED.get(role, frozenset())


def to_decide(*, child: bool) -> Permission:
    """Return what is needed to decide a case."""
    return Permission.DECIDE_CHILD if child else Permission.DECIDE
