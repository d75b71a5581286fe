"""
Chain: what the edits before this one asked on the same roots.

It travels with the releases: the ledger knows an output again however it was re-encoded, and with it what
was asked to make it. Kept are concepts of the lexicon, their places and counts; no words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain as each

from raiment.screening.words.chain import EARLIER_EDITS
from raiment.screening.words.step import Step

MOST_ROOTS = 16


@dataclass(frozen=True, slots=True)
class Chain:
    """The edits that led to a picture, or to the several ones that an edit begins with."""

    roots: tuple[str, ...] = ()
    """The first pictures: a keyed digest each, or the decision on the request that made it."""
    steps: tuple[Step, ...] = ()
    """The latest edits, oldest first, at most ``EARLIER_EDITS``."""
    removals: int = 0
    """Steps, forgotten ones included, that took clothes away or made them smaller."""

    def then(self, step: Step, *, removes: bool) -> Chain:
        """Return the chain with *step* as its latest."""
        steps = (*self.steps, step)[-EARLIER_EDITS:]
        return replace(self, steps=steps, removals=self.removals + removes)


UNCHAINED = Chain()
"""Of a request that begins with no picture."""


def joined(chains: Iterable[Chain]) -> Chain:
    """Return the chain of an edit of several pictures: all that was asked of any of them."""
    several = tuple(dict.fromkeys(chains))
    return Chain(
        roots=tuple(dict.fromkeys(each.from_iterable(one.roots for one in several)))[:MOST_ROOTS],
        steps=tuple(each.from_iterable(one.steps for one in several))[-EARLIER_EDITS:],
        removals=sum(one.removals for one in several),
    )
