"""The same picture in other containers: what every viewer shows alike, and what hashers trip over."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial

import numpy as np
from PIL import Image

Container = Callable[[Image.Image], bytes]

_ORIENTATION = 0x0112
_UNDONE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""What a camera did to the rows, for each value of the EXIF tag that tells viewers to undo it."""


def saved(image: Image.Image, plugin: str, **options: object) -> bytes:
    """Return *image* as *plugin* writes it."""
    file = io.BytesIO()
    image.save(file, plugin, **options)
    return file.getvalue()


def turned(orientation: int, image: Image.Image) -> bytes:
    """Store the rows as a camera held otherwise does, and say so."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return saved(image.transpose(_UNDONE[orientation]), "JPEG", quality=92, exif=exif)


def sixteen_bit(image: Image.Image) -> bytes:
    """Store gray in 16 bits."""
    gray = np.asarray(image.convert("L")).astype(np.uint16) * 257
    return saved(Image.fromarray(gray), "PNG", compress_level=1)


def with_alpha(image: Image.Image, rows: int = 0) -> Image.Image:
    """Return *image* with an opaque alpha channel, above *rows* of invisible noise."""
    pixels = np.asarray(image.convert("RGBA"))
    noise = np.random.default_rng(0).integers(0, 256, (rows, image.width, 4), np.uint8)
    noise[..., 3] = 0
    return Image.fromarray(np.concatenate([pixels, noise]))


def animated(image: Image.Image) -> bytes:
    """Show the picture first, its negative then."""
    negative = Image.fromarray(255 - np.asarray(image))
    return saved(image, "GIF", save_all=True, append_images=[negative], duration=400)


CONTAINERS: dict[str, Container] = {
    **{f"EXIF orientation {tag}": partial(turned, tag) for tag in _UNDONE},
    "palette PNG": lambda image: saved(image.quantize(256), "PNG"),
    "GIF": lambda image: saved(image, "GIF"),
    "animated GIF": animated,
    "CMYK JPEG": lambda image: saved(image.convert("CMYK"), "JPEG", quality=92),
    "gray PNG": lambda image: saved(image.convert("L"), "PNG", compress_level=1),
    "16-bit gray PNG": sixteen_bit,
    "opaque alpha PNG": lambda image: saved(with_alpha(image), "PNG", compress_level=1),
    "invisible noise below": lambda image: saved(with_alpha(image, 300), "PNG", compress_level=1),
    "WebP": lambda image: saved(image, "WEBP", quality=80),
    "AVIF": lambda image: saved(image, "AVIF", quality=75, speed=9),
    "TIFF": lambda image: saved(image, "TIFF"),
    "BMP": lambda image: saved(image, "BMP"),
}
"""Each container by its name in the table."""
