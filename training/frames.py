"""Words people put around a request: courtesy, haste, where it applies. They carry no intent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_ANY = "any"
_FILE = Path(__file__).with_name("frames.tsv")


@dataclass(frozen=True, slots=True)
class Frames:
    """What may stand before and after a request of one language."""

    before: tuple[str, ...]
    after: tuple[str, ...]


def read_frames() -> Mapping[str, Frames]:
    """Return the frames by language; ``any`` holds those that fit every language."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            language, place, phrases = line.split("\t")
            found.setdefault(language, {})[place] = tuple(phrases.split("|"))
    return {
        language: Frames(places.get("before", ()), places.get("after", ()))
        for language, places in found.items()
    }


def frames_for(language: str, frames: Mapping[str, Frames]) -> Frames:
    """Return the frames of *language* together with those that fit every language."""
    own = frames.get(language) or frames.get(language.partition("-")[0]) or Frames((), ())
    shared = frames[_ANY]
    return Frames(own.before + shared.before, own.after + shared.after)
