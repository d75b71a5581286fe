"""Two long computations at once, a process each: what they share was made before, and is not copied."""

from __future__ import annotations

from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import TypeVar

_FORKING = get_context("fork")
A = TypeVar("A")
B = TypeVar("B")


def at_once(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Return what both return; raise EOFError where *first*, which is in a process of its own, fails."""
    here, there = _FORKING.Pipe(duplex=False)
    process = _FORKING.Process(target=_answer, args=(there, first))
    process.start()
    there.close()
    answer = second()
    return here.recv(), answer


def _answer(end: Connection, work: Callable[[], object]) -> None:
    end.send(work())
