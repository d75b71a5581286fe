"""Invisible pixels do not count, and are not overlooked either."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from raiment.adapters.pixels.reader import PixelReader

Encode = Callable[..., bytes]


@pytest.fixture
def noise() -> Image.Image:
    """Every pixel different, by arithmetic."""
    values = (np.arange(96 * 64 * 3, dtype=np.uint32) * 2654435761 >> 13).astype(np.uint8)
    return Image.fromarray(values.reshape(64, 96, 3))


@pytest.mark.parametrize("plugin", ["PNG", "WEBP", "TIFF", "AVIF"])
async def test_transparent_noise_strip_is_cut_off(
    reader: PixelReader, drawing: Image.Image, noise: Image.Image, encode: Encode, plugin: str
) -> None:
    """Noise that nobody sees below a picture does not change what is read."""
    padded = Image.new("RGBA", (96, 128))
    padded.paste(drawing, (0, 0))
    padded.paste(Image.merge("RGBA", (*noise.split(), Image.new("L", (96, 64), 0))), (0, 64))
    lossless = {"WEBP": {"lossless": True, "exact": True}, "AVIF": {"quality": 100}}
    with await reader.read(
        encode(padded, plugin, **lossless.get(plugin, {})), field="image"
    ) as read:
        assert read.box == (0, 0, 96, 64)
        assert np.abs(read.pixels.astype(int) - np.asarray(drawing)).mean() < 5
        assert read.hides_pixels
        assert read.beneath is not None
        assert read.beneath.shape == (128, 96, 3)
        assert read.on_black is None


async def test_picture_painted_in_opacity_alone(
    reader: PixelReader, drawing: Image.Image, encode: Encode
) -> None:
    """A shape that only a dark page reveals is read on black as well as on white."""
    shape = drawing.convert("L")
    white = Image.new("L", shape.size, 255)
    data = encode(Image.merge("RGBA", (white, white, white, shape)), "PNG")
    with await reader.read(data, field="image") as read:
        assert read.pixels.min() == 255
        assert read.on_black is not None
        assert np.abs(read.on_black[..., 0].astype(int) - np.asarray(shape)).max() <= 1
        assert len(read.readings()) == 2


async def test_wholly_invisible_picture(
    reader: PixelReader, drawing: Image.Image, encode: Encode
) -> None:
    """A picture made invisible reads as white, and its stored colours are handed over too."""
    data = encode(Image.merge("RGBA", (*drawing.split(), Image.new("L", drawing.size, 0))), "PNG")
    with await reader.read(data, field="image") as read:
        assert read.pixels.min() == 255
        assert read.hides_pixels
        assert np.array_equal(read.readings()[-1], np.asarray(drawing))


async def test_flat_transparent_corner_hides_nothing(
    reader: PixelReader, drawing: Image.Image, encode: Encode
) -> None:
    """A hole over one flat colour, as every logo has, is not reported as hidden pixels."""
    opacity = Image.new("L", drawing.size, 255)
    opacity.paste(0, (40, 0, 50, 6))
    data = encode(Image.merge("RGBA", (*drawing.split(), opacity)), "PNG")
    with await reader.read(data, field="image") as read:
        assert not read.hides_pixels
        assert read.opacity is not None
        assert np.array_equal(read.opacity, np.asarray(opacity))
        assert read.on_black is not None
        assert (read.pixels[3, 45] == 255).all()
        assert (read.on_black[3, 45] == 0).all()


async def test_opaque_alpha_channel_is_no_opacity(
    reader: PixelReader, drawing: Image.Image, encode: Encode
) -> None:
    """An alpha channel that is opaque throughout makes no difference at all."""
    plain = await reader.read(encode(drawing, "PNG"), field="image")
    tagged = await reader.read(encode(drawing.convert("RGBA"), "PNG"), field="image")
    with plain, tagged:
        assert plain.pixels_blake3 == tagged.pixels_blake3
        assert tagged.opacity is None


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "I;16"])
async def test_transparent_key_colours(
    reader: PixelReader, drawing: Image.Image, encode: Encode, mode: str
) -> None:
    """A colour declared transparent (PNG tRNS) is seen through in every mode."""
    if mode == "I;16":
        image = Image.fromarray(np.asarray(drawing.convert("L")).astype(np.uint16) * 256 + 7)
    else:
        image = drawing.quantize(8) if mode == "P" else drawing.convert(mode)
    key = image.getpixel((0, 0))
    with await reader.read(encode(image, "PNG", transparency=key), field="image") as read:
        assert read.opacity is not None
        left, top, _, _ = read.box
        seen_through = np.asarray(image) == np.asarray(key)
        if mode == "RGB":
            seen_through = seen_through.all(axis=2)
        assert np.array_equal(read.opacity == 0, seen_through)
        assert (left, top) == (4, 4)


async def test_opacity_turns_with_the_picture(
    reader: PixelReader, drawing: Image.Image, encode: Encode
) -> None:
    """Colours and opacity are brought upright together."""
    opacity = Image.new("L", drawing.size, 255)
    opacity.paste(0, (0, 0, 96, 10))
    stored = Image.merge("RGBA", (*drawing.split(), opacity)).transpose(Image.Transpose.ROTATE_90)
    exif = Image.Exif()
    exif[0x0112] = 6
    with await reader.read(encode(stored, "PNG", exif=exif), field="image") as read:
        assert read.box == (0, 10, 96, 64)
        assert np.array_equal(read.pixels, np.asarray(drawing)[10:])
