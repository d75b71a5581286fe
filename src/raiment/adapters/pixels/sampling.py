"""Which frames of an animation are looked at, chosen while they stream past."""

from __future__ import annotations

from dataclasses import dataclass, field

from PIL import Image

EVENLY_SPACED = 6
FEWEST = 4
"""An animation too large for this many of its frames to be held was not looked at."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A flattened frame, its position from 0, and how long it is shown."""

    number: int
    shown_ms: float
    image: Image.Image


@dataclass(slots=True)
class FrameSampler:
    """
    Keep four to eight frames: up to six evenly spaced, the one shown longest, and the last.

    The number of frames is not known before the end (counting a GIF's means walking it), so
    spacing doubles whenever too many are held. *max_pixels* bounds the evenly spaced ones.
    """

    max_pixels: int
    _spaced: list[Sample] = field(default_factory=list)
    _stride: int = 1
    _longest: Sample | None = None
    _last: Sample | None = None

    def add(self, sample: Sample) -> None:
        """Offer the next frame, in order."""
        self._last = sample
        if self._longest is None or sample.shown_ms > self._longest.shown_ms:
            self._longest = sample
        if sample.number % self._stride == 0:
            self._spaced.append(sample)
        while len(self._spaced) > 1 and self._is_over():
            self._stride *= 2
            self._spaced = [kept for kept in self._spaced if kept.number % self._stride == 0]

    def _is_over(self) -> bool:
        pixels = sum(kept.image.width * kept.image.height for kept in self._spaced)
        return len(self._spaced) > EVENLY_SPACED or pixels > self.max_pixels

    def kept(self) -> list[Sample]:
        """The frames held, in order, none twice."""
        extra = [one for one in (self._longest, self._last) if one is not None]
        return sorted({one.number: one for one in [*self._spaced, *extra]}.values(), key=_number)


def _number(sample: Sample) -> int:
    return sample.number
