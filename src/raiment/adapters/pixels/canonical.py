"""
The canonical reading: container bytes to the rasters a person may see.

Runs inside a worker process only. Pillow is the one parser, restricted to the plug-in the magic
number names, so that no two parsers can disagree about the same bytes.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from PIL import Image, ImageFile

from raiment.adapters.pixels.flatten import (
    Box,
    Layers,
    hides_pixels,
    layers,
    lets_ground_through,
    on_ground,
    visible_box,
)
from raiment.adapters.pixels.refusal import Refusal, Refused
from raiment.adapters.pixels.sampling import FEWEST, FrameSampler, Sample

_FIRST_ONLY = frozenset({"MPO", "HEIF"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits that concern decoding itself; see ``limits.Limits``."""

    max_pixels: int
    max_frames: int
    max_decoded_pixels: int


@dataclass(frozen=True, slots=True)
class Canonical:
    """What a picture shows. ``frames`` are on white, cut to their visible box, in order."""

    frames: list[Sample]
    frame_count: int
    box: Box
    opacity: Image.Image | None
    on_black: Image.Image | None
    beneath: Image.Image | None


@contextmanager
def opened(file: IO[bytes], plugin: str, bounds: Bounds) -> Iterator[ImageFile.ImageFile]:
    """
    Open the picture in *file*, which the Pillow *plugin* alone may do, for as long as the context lasts.

    Raises ``Refused`` for a limit, and whatever Pillow raises for damaged data; so does what is read meanwhile.
    """
    try:
        with _at_most(bounds.max_pixels), Image.open(file, formats=(plugin,)) as image:
            yield image
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused(Refusal.PIXELS) from error
    except MemoryError as error:
        raise Refused(Refusal.MEMORY) from error


@contextmanager
def _at_most(pixels: int) -> Iterator[None]:
    """Let Pillow open no picture of more *pixels* for as long as the context lasts."""
    before = Image.MAX_IMAGE_PIXELS
    Image.MAX_IMAGE_PIXELS = pixels
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Pillow refuses above twice the limit and merely warns between once and twice.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def canonical_of(image: ImageFile.ImageFile, bounds: Bounds) -> Canonical:
    """
    Decode an ``opened`` picture.

    Raises ``Refused`` for a limit or an unknown kind of samples, and whatever Pillow raises for
    damaged data.
    """
    sampler = FrameSampler(bounds.max_pixels)
    first: Layers | None = None
    number = 0
    for number in _frames(image, bounds):
        layer = layers(image)
        # What the header of a HEIC declares and what its codec unpacks can differ.
        if layer.colours.width * layer.colours.height > bounds.max_pixels:
            raise Refused(Refusal.PIXELS)
        first = first or layer
        box = visible_box(layer.opacity, layer.colours.size)
        shown = image.info.get("duration", 0)
        shown_ms = float(shown) if isinstance(shown, int | float) else 0.0
        sampler.add(Sample(number, shown_ms, on_ground(layer, box, "white")))
    assert first is not None
    frames = sampler.kept()
    if len(frames) < min(number + 1, FEWEST):
        raise Refused(Refusal.FRAME_PIXELS)
    return _canonical(first, frames, number + 1)


def _canonical(first: Layers, frames: list[Sample], frame_count: int) -> Canonical:
    opacity = first.opacity
    box = visible_box(opacity, first.colours.size)
    matters = opacity is not None and lets_ground_through(opacity, box)
    return Canonical(
        frames,
        frame_count,
        box,
        opacity,
        on_black=on_ground(first, box, "black") if matters else None,
        beneath=first.colours if hides_pixels(first) else None,
    )


def _frames(image: ImageFile.ImageFile, bounds: Bounds) -> Iterator[int]:
    """Seek *image* from frame to frame, yielding each number, and hold the bounds on the way."""
    decoded = 0
    number = 0
    while True:
        pixels = image.width * image.height
        decoded += pixels
        if pixels > bounds.max_pixels:
            raise Refused(Refusal.PIXELS)
        if decoded > bounds.max_decoded_pixels:
            raise Refused(Refusal.FRAME_PIXELS)
        yield number
        # Further pictures of a JPEG (MPO: gain maps, depth) or a HEIC (a burst) are not shown.
        if image.format in _FIRST_ONLY:
            return
        number += 1
        try:
            image.seek(number)
        except EOFError:
            return
        if number >= bounds.max_frames:
            raise Refused(Refusal.FRAMES)
