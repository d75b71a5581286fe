"""How one kind of detector outside is asked about words, and how its answer is read: no I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import msgspec

from raiment.errors import Unavailable
from raiment.screening.opinion import Said

PART = "opinion"
_Shape = TypeVar("_Shape")


@dataclass(frozen=True, slots=True)
class Ask:
    """One POST."""

    path: str
    """After the adviser's address, without a slash; may hold a query."""
    body: bytes = field(repr=False)


class Dialect(Protocol):
    """One kind of detector, set up for one adviser."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What authenticates us."""

    def asks(self, words: str) -> Sequence[Ask]:
        """Return the calls that ask about *words*: one, or several where they are too long for one."""

    def read(self, answer: bytes) -> Said:
        """Return what *answer* says. Raise Unavailable for whatever is not exactly an answer."""


def decode(answer: bytes, shape: type[_Shape]) -> _Shape:
    """Return the JSON *answer* as *shape*; raise Unavailable where it is none."""
    try:
        return msgspec.json.decode(answer, type=shape)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise nonsense() from error


def nonsense() -> Unavailable:
    """Return the error for an answer that cannot be understood: it is never taken for "safe"."""
    return Unavailable(PART, "answered in an unknown shape")


def bearer(key: str | None) -> Mapping[str, str]:
    """Return the header that carries *key*."""
    return {} if key is None else {"authorization": f"Bearer {key}"}


def merged(said: Sequence[Said]) -> Said:
    """Return what was said of several pieces of one text, as of the whole; at least one."""
    return Said(
        sexual=any(one.sexual for one in said),
        minor=any(one.minor for one in said),
        score=max(one.score for one in said),
        categories=tuple(dict.fromkeys(name for one in said for name in one.categories)),
    )
