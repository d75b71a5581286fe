"""What a person sees of one frame: turned upright, on a ground, without its invisible parts."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from PIL import Image

from raiment.adapters.pixels.colour import split

FAINT = 8
"""Opacity (of 255) below which a pixel changes no ground by a visible amount."""

# Viewers show a picture whose metadata are broken, so we read it too.
_BROKEN_METADATA = (
    ArithmeticError,
    AttributeError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
)
_ONE_FRAME = frozenset({"JPEG", "MPO", "BMP", "HEIF"})
_ORIENTATION_TAG = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels; right and bottom are exclusive."""


@dataclass(frozen=True, slots=True)
class Layers:
    """One frame, upright: the stored colours, and the opacity if any pixel is not opaque."""

    colours: Image.Image
    opacity: Image.Image | None


def layers(frame: Image.Image) -> Layers:
    """Load *frame* and bring it upright. Raises whatever Pillow raises for damaged data."""
    frame.load()
    turn = _TURNS.get(orientation(frame))
    colours, opacity = split(frame)
    if colours is frame and frame.format not in _ONE_FRAME:
        # Seeking paints the next frame over these very pixels.
        colours = frame.copy()
    if opacity is not None and opacity.getextrema() == (255, 255):
        opacity = None
    if turn is None:
        return Layers(colours, opacity)
    return Layers(colours.transpose(turn), opacity.transpose(turn) if opacity else None)


def orientation(frame: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; 1 when absent, not to be applied or when EXIF cannot be parsed."""
    if frame.format == "HEIF":
        # The decoder turned it by the file's properties; EXIF only repeats them (ISO/IEC 23008-12, A.2.4).
        return 1
    try:
        value = frame.getexif().get(_ORIENTATION_TAG, 1)
    except _BROKEN_METADATA:
        return 1
    return value if isinstance(value, int) else 1


def visible_box(opacity: Image.Image | None, size: tuple[int, int]) -> Box:
    """The smallest box holding every visible pixel; the whole canvas when none is visible."""
    whole = (0, 0, *size)
    if opacity is None:
        return whole
    return opacity.point([0] * FAINT + [255] * (256 - FAINT)).getbbox() or whole


def on_ground(layer: Layers, box: Box, ground: str) -> Image.Image:
    """Return what shows inside *box* over a plain *ground*, ``white`` or ``black``."""
    whole = box == (0, 0, *layer.colours.size)
    colours = layer.colours if whole else layer.colours.crop(box)
    if layer.opacity is None:
        return colours
    base = Image.new("RGB", colours.size, ground)
    base.paste(colours, mask=layer.opacity.crop(box))
    return base


def lets_ground_through(opacity: Image.Image, box: Box) -> bool:
    """Tell whether the ground shows anywhere inside *box*, so that its colour matters."""
    return _lowest(opacity.crop(box)) <= 255 - FAINT


def hides_pixels(layer: Layers) -> bool:
    """Tell whether invisible pixels hold more than one flat colour: something to be uncovered."""
    if layer.opacity is None or _lowest(layer.opacity) >= FAINT:
        return False
    unseen = layer.opacity.point([255] * FAINT + [0] * (256 - FAINT))
    counts = layer.colours.histogram(unseen)
    for channel in range(3):
        used = [level for level, n in enumerate(counts[channel * 256 : channel * 256 + 256]) if n]
        if used[-1] - used[0] >= FAINT:
            return True
    return False


def _lowest(plane: Image.Image) -> float:
    lowest = plane.getextrema()[0]
    assert not isinstance(lowest, tuple)
    return lowest
