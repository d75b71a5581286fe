"""
What disguises take from the screening of words, and what they bring upon harmless requests.

Of the abusive requests that the shipped rules hold or block in the clear, the share let through once disguised
(``benchmarks/disguises``); of harmless ones, the share held or blocked once disguised. The requests are those
written for this project beside it (``../shared/eval/requests/authored.jsonl``), unseen by training, and some of
each language in ``training/texts``, which the heads have seen in the clear.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from disguises import DISGUISES, Disguise, disguised
from raiment.policy.rule import Effect
from raiment.screening.request import Request, Verb, person_in
from raiment.screening.screen_request import Screen, screen_request
from words import CAPTIONS, ROOT, Row, rows, screen_of, wilson


@dataclass(frozen=True, slots=True)
class Loss:
    """What one disguise did."""

    disguise: Disguise
    written: tuple[int, int]
    """Of the project's requests caught in the clear: how many got through disguised, of how many it changes."""
    originals: tuple[int, int]
    harmless: tuple[int, int]
    """Of harmless requests: how many are flagged disguised, of how many it changes."""


def verb_of(row: Row) -> Verb:
    """Return what *row* is meant for."""
    caption = row.source in CAPTIONS and row.label == "benign"
    return Verb(row.modality or ("generate" if caption else "edit"))


def flagged(texts: tuple[str, ...], verb: Verb, screen: Screen) -> bool:
    """Return whether the rules hold or block a request of these fields."""
    sources = int(verb is Verb.EDIT)
    request = Request(verb, texts, person_in(verb, sources), sources, masked=False, surface="words")
    return screen_request(request, {}, "scr_bench", screen).effect is not Effect.ALLOW


def changed(chosen: Iterable[Row], disguise: Disguise) -> Iterator[tuple[Row, tuple[str, ...]]]:
    """Yield the rows that *disguise* changes, and what it makes of them."""
    for row in chosen:
        texts = disguised(row.text, disguise)
        if texts != (row.text,):
            yield row, texts


def sample(chosen: Iterable[Row], most: int) -> list[Row]:
    """Return *most* rows, the same ones each time, as their digests fall."""
    return sorted(chosen, key=lambda row: sha256(row.text.encode()).digest())[:most]


def by_language(chosen: Iterable[Row], most: int) -> list[Row]:
    """Return *most* rows of every language."""
    groups: dict[str, list[Row]] = {}
    for row in chosen:
        groups.setdefault(row.lang, []).append(row)
    return [row for _, group in sorted(groups.items()) for row in sample(group, most)]


def missed(
    caught: Sequence[Row], disguise: Disguise, screen: Screen, *, show: bool
) -> tuple[int, int]:
    """Return how many of *caught* get through in *disguise*, of how many it changes."""
    through = total = 0
    for row, texts in changed(caught, disguise):
        total += 1
        if not flagged(texts, verb_of(row), screen):
            through += 1
            if show:
                print(f"    through\t{disguise.name}\t{row.lang}\t{texts!r}")
    return through, total


def brought(
    harmless: Sequence[Row], disguise: Disguise, screen: Screen, *, show: bool
) -> tuple[int, int]:
    """Return how many of *harmless* are flagged in *disguise*, of how many it changes."""
    hits = total = 0
    for row, texts in changed(harmless, disguise):
        total += 1
        if flagged(texts, verb_of(row), screen):
            hits += 1
            if show:
                print(f"    flagged\t{disguise.name}\t{row.source}\t{texts!r}")
    return hits, total


def measured(
    disguise: Disguise,
    caught: Sequence[Sequence[Row]],
    harmless: Sequence[Row],
    screen: Screen,
    *,
    show: bool,
) -> Loss:
    """Return what *disguise* does to what is *caught* in the clear, and to *harmless* requests."""
    written, originals = (missed(group, disguise, screen, show=show) for group in caught)
    return Loss(disguise, written, originals, brought(harmless, disguise, screen, show=show))


def share(counted: tuple[int, int]) -> float:
    """Return hits of total."""
    return counted[0] / counted[1] if counted[1] else 0.0


def summed(counts: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return counts added up."""
    several = list(counts)
    return sum(one for one, _ in several), sum(total for _, total in several)


def line(
    name: str,
    written: tuple[int, int],
    originals: tuple[int, int],
    harmless: tuple[int, int],
    aim: str,
) -> str:
    """Return one line of the table."""
    both = summed([written, originals])
    low, high = wilson(*both)
    return (
        f"{name:<26}{share(written):>8.1%}{written[1]:>6}{share(originals):>9.1%}{originals[1]:>6}"
        f"{share(both):>8.1%} ({low:.1%} to {high:.1%}){aim:>7}{share(harmless):>9.2%}{harmless[1]:>6}"
    )


def report(losses: Sequence[Loss]) -> None:
    """Print the table, a line for each disguise, then for each family."""
    print(f"\n{'':<26}{'written':>14}{'originals':>15}{'both':>8}{'aim':>25}{'harmless':>15}")
    print(
        f"{'disguise':<26}{'lost':>8}{'of':>6}{'lost':>9}{'of':>6}{'lost':>8}{'flagged':>34}{'of':>6}"
    )
    families: dict[str, list[Loss]] = {}
    for loss in losses:
        families.setdefault(loss.disguise.family, []).append(loss)
        aim = "" if loss.disguise.aim is None else f"{loss.disguise.aim:.0%}"
        short = (
            ""
            if loss.disguise.aim is None
            or share(summed([loss.written, loss.originals])) <= loss.disguise.aim
            else " *"
        )
        print(line(loss.disguise.name, loss.written, loss.originals, loss.harmless, aim + short))
    print("\nby family")
    for family, several in families.items():
        print(line(family, summed(one.written for one in several), summed(one.originals for one in several),
                   summed(one.harmless for one in several), ""))  # fmt: skip
    aimed = [loss for loss in losses if loss.disguise.aim is not None]
    met = sum(
        share(summed([one.written, one.originals])) <= (one.disguise.aim or 0) for one in aimed
    )
    print(f"\nwithin the aim: {met} of {len(aimed)} disguises")


def main() -> None:
    """Disguise, judge and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--requests", type=Path, default=ROOT.parent / "shared" / "eval" / "requests"
    )
    parser.add_argument("--texts", type=Path, default=ROOT / "training" / "texts")
    parser.add_argument("--each", type=int, default=8, help="abusive originals of every language")
    parser.add_argument("--harmless", type=int, default=400, help="how many harmless requests")
    parser.add_argument("--reader", choices=["lexicon", "fast", "full"], default="full")
    parser.add_argument("--only", nargs="*", default=[], help="names or families of disguises")
    parser.add_argument(
        "--show", action="store_true", help="print what got through and what was flagged"
    )
    asked = parser.parse_args()
    screen = screen_of(asked.reader)
    everything = list(rows(asked.requests))
    written = [row for row in everything if row.label not in {"benign", "ambiguous"}]
    originals = by_language((row for row in rows(asked.texts) if row.label != "benign"), asked.each)
    harmless = sample((row for row in everything if row.label == "benign"), asked.harmless)
    caught = [
        [row for row in group if flagged((row.text,), verb_of(row), screen)]
        for group in (written, originals)
    ]
    print(
        f"caught in the clear: {len(caught[0])} of {len(written)} written, "
        f"{len(caught[1])} of {len(originals)} originals"
    )
    clear = sum(flagged((row.text,), verb_of(row), screen) for row in harmless)
    print(f"harmless flagged in the clear: {clear} of {len(harmless)}")
    chosen = [one for one in DISGUISES if not asked.only or {one.name, one.family} & {*asked.only}]
    report([measured(one, caught, harmless, screen, show=asked.show) for one in chosen])


if __name__ == "__main__":
    main()
