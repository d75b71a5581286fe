"""A decoded picture: read-only arrays over memory shared with the process that decoded it."""

from __future__ import annotations

import mmap
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from raiment.adapters.pixels.wire import Answer, Raster

Pixels = NDArray[np.uint8]
"""Height x width x 3, sRGB, C-contiguous, read-only."""
Opacity = NDArray[np.uint8]
"""Height x width, 0 (invisible) to 255, read-only."""


class SharedPixels:
    """The mapped memory file of one answer. Seals on the file keep its bytes from changing."""

    def __init__(self, spool: int) -> None:
        # Private, because kernels before 6.7 refuse a shared mapping of a write-sealed file.
        self._view: mmap.mmap | None = mmap.mmap(
            spool, 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ
        )

    def array(self, raster: Raster, *depth: int) -> NDArray[np.uint8]:
        """The rows of *raster*, no copy. Raises ``ValueError`` once closed."""
        if self._view is None:
            raise ValueError("the picture is closed")
        shape = (raster.height, raster.width, *depth)
        flat = np.frombuffer(self._view, np.uint8, int(np.prod(shape)), raster.offset)
        return flat.reshape(shape)

    def close(self) -> None:
        """Let go; the memory is unmapped when the last array over it is gone."""
        self._view = None


@dataclass(frozen=True, slots=True)
class Frame:
    """One sampled frame on a white ground, cut to its visible part."""

    number: int
    """Position in the file, from 0."""
    width: int
    height: int
    _raster: Raster = field(repr=False)
    _shared: SharedPixels = field(repr=False)

    @property
    def pixels(self) -> Pixels:
        """The frame's pixels. Raises ``ValueError`` once the picture is closed."""
        return self._shared.array(self._raster, 3)


@dataclass(frozen=True, slots=True)
class Picture:
    """
    The canonical reading of one image.

    The Picture owns the memory of its pixels: use it as a context manager or ``close`` it. Closing
    drops the Picture's own hold; an array still kept by somebody stays valid, and the memory
    goes with the last of them. A forgotten ``close`` costs memory until collection, never safety.
    """

    mime: str
    """Media type of the container, by its magic number."""
    width: int
    """Of the first frame's visible part, upright, in pixels."""
    height: int
    frames: tuple[Frame, ...]
    """At least one; at most eight of an animation: evenly spaced, the longest shown, the last."""
    frame_count: int
    """Frames the file holds, sampled or not."""
    pixels_blake3: str
    """
    Hex BLAKE3 (256 bits) of ``frames`` written as one binary PPM file (Netpbm P6): for each frame
    ``P6\\n<width> <height>\\n255\\n`` and its rows of RGB bytes. Equal for two files that show
    the same pixels, whatever their container and metadata.
    """
    box: tuple[int, int, int, int]
    """Where the first frame lies on its canvas: left, top, right, bottom (exclusive), in pixels."""
    _answer: Answer = field(repr=False)
    _shared: SharedPixels = field(repr=False)

    @property
    def pixels(self) -> Pixels:
        """The first frame. Raises ``ValueError`` once closed."""
        return self.frames[0].pixels

    @property
    def opacity(self) -> Opacity | None:
        """Opacity of the first frame's whole canvas, upright; None when all of it is opaque."""
        return self._array(self._answer.opacity)

    @property
    def on_black(self) -> Pixels | None:
        """The first frame on a black ground, as a dark page shows it; None if that is the same."""
        return self._array(self._answer.on_black, 3)

    @property
    def beneath(self) -> Pixels | None:
        """
        The stored colours of the whole canvas, as a program that drops opacity shows them.

        None unless ``hides_pixels``.
        """
        return self._array(self._answer.beneath, 3)

    @property
    def hides_pixels(self) -> bool:
        """Whether invisible pixels hold more than one flat colour: something to be uncovered."""
        return self._answer.beneath is not None

    def readings(self) -> list[Pixels]:
        """Everything the image can be made to show: the frames, then on black, then beneath."""
        hidden = (self.on_black, self.beneath)
        return [one.pixels for one in self.frames] + [one for one in hidden if one is not None]

    def close(self) -> None:
        """Drop the Picture's hold on its pixels. Closing twice changes nothing."""
        self._shared.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _array(self, raster: Raster | None, *depth: int) -> NDArray[np.uint8] | None:
        return None if raster is None else self._shared.array(raster, *depth)


def picture(answer: Answer, spool: int, mime: str) -> Picture:
    """Map the checked *answer*'s memory file. The caller still owns, and closes, *spool*."""
    shared = SharedPixels(spool)
    frames = tuple(Frame(one.number, one.width, one.height, one, shared) for one in answer.frames)
    return Picture(
        mime=mime,
        width=frames[0].width,
        height=frames[0].height,
        frames=frames,
        frame_count=answer.frame_count,
        pixels_blake3=answer.pixels_blake3,
        box=answer.box,
        _answer=answer,
        _shared=shared,
    )
