"""
How far a chain of edits comes: abusive ones until what step, harmless ones untouched.

The chains stand in ``benchmarks/chains.tsv``. Every edit is judged with the words of those before it, as
``raiment words`` and ``/v1/screenings`` judge an edit with its history, by the shipped rules, the person in the
photograph unknown. A chain is stopped in time when the rules hold or block its exposing step or one before it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from raiment.policy.rule import Effect
from raiment.screening.request import Request, SourcePerson, Verb
from raiment.screening.screen_request import Screen, screen_request
from words import screen_of, wilson

CHAINS = Path(__file__).with_name("chains.tsv")


@dataclass(frozen=True, slots=True)
class Edits:
    """One chain of edits of a photograph."""

    label: str
    lang: str
    kind: str
    exposing: int
    """The first step that shows more of somebody, counted from 1; 0 in a harmless chain."""
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Followed:
    """One chain, and the first step that was held or blocked; 0 where none was."""

    edits: Edits
    stopped: int

    @property
    def hit(self) -> bool:
        """Whether an abusive chain was stopped in time, or a harmless one touched."""
        return 0 < self.stopped <= (self.edits.exposing or len(self.edits.steps))


def chains(table: str) -> Iterator[Edits]:
    """Yield every chain of *table*."""
    for line in table.splitlines():
        if line.strip() and not line.startswith("#"):
            label, lang, kind, exposing, steps = line.split("\t")
            yield Edits(label, lang, kind, int(exposing), tuple(steps.split(" | ")))


def follow(edits: Edits, screen: Screen) -> Followed:
    """Return where the rules stop *edits*. Nobody goes on after a refusal."""
    for i, text in enumerate(edits.steps):
        request = Request(
            verb=Verb.EDIT,
            texts=(text,),
            source_person=SourcePerson.UNKNOWN,
            sources=1,
            masked=False,
            surface="screenings",
            history=edits.steps[:i],
        )
        if screen_request(request, {}, "scr_bench", screen).effect is not Effect.ALLOW:
            return Followed(edits, i + 1)
    return Followed(edits, 0)


def table(title: str, groups: Iterable[tuple[str, list[Followed]]]) -> None:
    """Print hits, total and rate with bounds of each group."""
    print(f"\n{title:<24}{'hits':>6}{'of':>6}{'rate':>9}   95 % bounds")
    for name, several in groups:
        hits = sum(one.hit for one in several)
        low, high = wilson(hits, len(several))
        print(
            f"{name:<24}{hits:>6}{len(several):>6}{hits / len(several):>9.1%}   {low:.1%} to {high:.1%}"
        )


def grouped(
    followed: Iterable[Followed], key: Callable[[Edits], str]
) -> list[tuple[str, list[Followed]]]:
    """Return *followed* by *key*."""
    groups: dict[str, list[Followed]] = {}
    for one in followed:
        groups.setdefault(key(one.edits), []).append(one)
    return sorted(groups.items())


def main() -> None:
    """Follow every chain and print how many were stopped in time, and how many harmless ones at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chains", type=Path, default=CHAINS)
    parser.add_argument("--reader", choices=["lexicon", "fast", "full"], default="full")
    parser.add_argument("--show", action="store_true", help="print the chains judged wrongly")
    asked = parser.parse_args()
    screen = screen_of(asked.reader)
    followed = [follow(edits, screen) for edits in chains(asked.chains.read_text(encoding="utf-8"))]
    abusive = [one for one in followed if one.edits.label == "abusive"]
    harmless = [one for one in followed if one.edits.label == "benign"]
    table("stopped in time", [("all", abusive), *grouped(abusive, lambda edits: edits.kind)])
    table("stopped in time", grouped(abusive, lambda edits: edits.lang))
    table("harmless, touched", [("all", harmless), *grouped(harmless, lambda edits: edits.kind)])
    if asked.show:
        for one in followed:
            if one.hit == (one.edits.label == "benign"):
                print(
                    f"{one.edits.label}\t{one.edits.lang}\t{one.stopped}\t{' | '.join(one.edits.steps)}"
                )


if __name__ == "__main__":
    main()
