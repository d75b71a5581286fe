"""Whether to ask a server outside again that has failed several times in a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

FAILURES: Final = 5
"""In a row, after which a server is left alone."""
REST_SECONDS: Final = 30.0


class Breaker:
    """
    Leaves a server alone for ``REST_SECONDS`` after ``FAILURES`` failures in a row.

    After a rest one call is tried; the others wait for its outcome, or for another rest where it never
    comes to an end. *now*: a monotonic clock, in seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._failures = 0
        self._rests_until = 0.0

    def may_ask(self) -> bool:
        """Tell whether to ask now; during the first call after a rest, only its caller is told yes."""
        if self._failures < FAILURES:
            return True
        now = self._now()
        if now < self._rests_until:
            return False
        self._rests_until = now + REST_SECONDS
        return True

    def record(self, *, well: bool) -> None:
        """Take note of how a call went."""
        self._failures = 0 if well else self._failures + 1
        if self._failures >= FAILURES:
            self._rests_until = self._now() + REST_SECONDS
