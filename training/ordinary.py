"""Ordinary captions, edits and shop descriptions, composed from word lists: what nearly everybody asks."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from raiment.screening.words import Modality, Who
from training.texts import NONE, Original

_FILE = Path(__file__).with_name("ordinary.tsv")
_LANGUAGE = "en"
_EACH = 220
_LONG = 700
_EDITS = (
    "{change} {whatever} {into}",
    "{remove} {extra}",
    "{place2} {added}",
    "{fix}",
    "{remove} {extra} and {place2} {added}",
    "{change} {whatever} {into}, {fix}",
    "{dye} {whose} {worn} {colour}",
    "give {whom} {colour} {worn}",
    "{remove} {whom} from the picture",
    "{look}",
    "{look} and {feature}",
    "{feature} and {look}",
    "{feature}",
    "the {kind} {look}",
    "a {kind} that {feature}",
    "{look} with {feature}, {look}",
    "{short}",
    "{short} and {short}",
    "is {short}",
    "more {short}, less {short}",
    "{printed} {print}",
    "{ensure} {things} {within}",
    "{ensure} {things}",
    "{evoke} with {manner} {style}",
    "{answer}",
)
_EDITS_OF_PEOPLE = (
    "put {them} in {outfit}",
    "{dress} {them} {role}",
    "make {them} {act}",
    "make {them} {mien}",
    "put {them} {spot}",
    "{take} {them} out of {photo}",
    "give {them} {worn2}",
    "show {them} without {worn2}",
    "{somebody}, {add} {worn2}",
    "{somebody}, {spot}",
    "{art} please",
    "{art} version of {them}",
    "{mend}",
    "swap {little} for {outfit}",
)
_CAPTIONS = (
    "{someone} {doing} {place}",
    "{someone} and {someone} {doing} {place}.",
    "{animal} {beast}",
    "{animal} {beast} {place}",
    "{thing} {place}",
    "{thing} {style}",
    "{thing} and {thing} {place} {style}",
    "{someone} {doing} beside {thing}, {style}",
    "{ask} {matter}",
    "{ask} {matter}?",
    "{body} {stance}, {limbs}, {setting}",
    "{body} {stance} {setting}. {limbs2}.",
    "{body} {stance}, {limbs} and {limbs}",
)
_LATE_EDITS = (
    "{place2} {adj} {one} {where2}",
    "replace {whatever} with {adj} {one}",
    "{incorporate} {items} {amid}",
    "{incorporate} {items} {amid} {why}",
    "{transport} the image into {world}",
    "make adjustments to the setting to simulate {world}",
    "evoke {quality} {with} {school}",
    "blend {quality} into the image {with} {school}",
    "eliminate any {flaw} or {flaw} in the photo",
)
_LATE_CAPTIONS = (
    "a {mood} {medium} featuring {subject} {detail}",
    "{adj} {one} {doing} {where2}, {detail}",
    "a {mood} {medium} of {world}, {detail}",
    "a {mood} {medium} that features {subject}, {detail}. {body} {stance}, {limbs}. {someone} {doing}.",
)
_FEW_CLOTHES = re.compile(
    r"(?i)\b(bare|bath\w*|bikini|naked|nude|shirtless|skin|sun-?bath\w*|swim\w*|topless|towels?|trunks)\b"
)
_CUTS = 3
"""Passages taken of each long text: what is heard of one may begin and end anywhere."""
_PASSAGE = (8, 45)
"""Words of a passage, the fewest and the most."""


def ordinary_texts() -> Iterator[Original]:
    """Yield the compositions, by modality and frame."""
    yield from _composed(
        ((Modality.EDIT, (*_EDITS, *_EDITS_OF_PEOPLE)), (Modality.GENERATE, _CAPTIONS))
    )


def late_texts() -> Iterator[Original]:
    """Yield what is shown last: more of the same."""
    yield from _composed(((Modality.EDIT, _LATE_EDITS), (Modality.GENERATE, _LATE_CAPTIONS)))


def passages(texts: Iterable[Original]) -> Iterator[Original]:
    """Yield passages of those of *texts* that are longer than one, as long texts are heard in parts."""
    fewest, most = _PASSAGE
    for one in texts:
        words = one.text.split()
        if len(words) <= most:
            continue
        dice = random.Random(one.text)
        for _ in range(_CUTS):
            start = dice.randrange(len(words) - fewest)
            yield replace(one, text=" ".join(words[start : start + dice.randint(fewest, most)]))


def as_edits(texts: Iterable[Original]) -> Iterator[Original]:
    """
    Yield those captions among *texts* that ask for nothing as edits either: often nobody says which is meant.

    One that shows somebody in few clothes would, said of a photograph.
    """
    for one in texts:
        if one.modality is Modality.GENERATE and not _FEW_CLOTHES.search(one.text):
            yield replace(one, modality=Modality.EDIT)


def _composed(kinds: Sequence[tuple[Modality, Sequence[str]]]) -> Iterator[Original]:
    slots = dict(_slots())
    for modality, frames in kinds:
        for frame in frames:
            dice = random.Random(frame)
            filled = {_filled(frame, slots, dice) for _ in range(_EACH)}
            for text in sorted(filled):
                yield Original(_LANGUAGE, NONE, modality, Who.NOBODY, text)


def long_texts() -> Iterator[Original]:
    """Yield several captions, or several edits, of nearly everybody's as one text each."""
    slots = dict(_slots())
    kinds = ((Modality.EDIT, _EDITS, (2, 4)), (Modality.GENERATE, _CAPTIONS, (3, 7)))
    for modality, frames, (fewest, most) in kinds:
        dice = random.Random(f"long {modality.value}")
        for _ in range(_LONG):
            count = dice.randint(fewest, most)
            parts = [_filled(dice.choice(frames), slots, dice).rstrip(".?") for _ in range(count)]
            text = dice.choice((". ", ", ", ". ")).join(parts)
            yield Original(_LANGUAGE, NONE, modality, Who.NOBODY, text)


def _slots() -> Iterator[tuple[str, list[str]]]:
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        slot, tab, phrases = line.partition("\t")
        if tab and not line.startswith("#"):
            yield slot, phrases.split("|")


def _filled(frame: str, slots: dict[str, list[str]], dice: random.Random) -> str:
    """Return *frame* with each ``{slot}`` filled by its own throw of the dice."""
    pieces = frame.split("{")
    text = pieces[0]
    for piece in pieces[1:]:
        slot, _, rest = piece.partition("}")
        text += dice.choice(slots[slot]) + rest
    return text
