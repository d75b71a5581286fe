"""Every container, and every trick of the containers, reads as what a person sees."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from blake3 import blake3
from PIL import Image, ImageCms

from raiment.adapters.pixels.reader import PixelReader
from raiment.errors import UnreadableImage

Encode = Callable[..., bytes]

# How a picture must be stored so that the EXIF orientation turns it upright again.
STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


# Mean level difference that lossy coding of small hard-edged shapes makes; a turned or recoloured
# picture is at 38 or more.
LOSSY = 8


async def difference(reader: PixelReader, data: bytes, shown: Image.Image) -> float:
    """Mean difference of the reading of *data* from *shown*, in levels of 255."""
    with await reader.read(data, field="image") as read:
        assert (read.width, read.height) == shown.size
        return float(np.abs(read.pixels.astype(int) - np.asarray(shown).astype(int)).mean())


@pytest.mark.parametrize("plugin", ["PNG", "GIF", "BMP", "TIFF", "WEBP"])
async def test_same_pixels_same_digest(
    reader: PixelReader, drawing: Image.Image, encode: Encode, plugin: str
) -> None:
    """The digest is that of the pixels as a PPM file, whatever container they came in."""
    options = {"lossless": True} if plugin == "WEBP" else {}
    with await reader.read(encode(drawing, plugin, **options), field="image") as read:
        assert np.array_equal(read.pixels, np.asarray(drawing))
        assert read.pixels_blake3 == blake3(encode(drawing, "PPM")).hexdigest()
        assert read.mime == f"image/{plugin.lower()}"
        assert (read.frame_count, read.opacity, read.hides_pixels) == (1, None, False)


@pytest.mark.parametrize("plugin", ["JPEG", "WEBP", "AVIF"])
async def test_lossy_containers(
    reader: PixelReader, drawing: Image.Image, encode: Encode, plugin: str
) -> None:
    """A lossy container reads as its own decoder shows it."""
    assert await difference(reader, encode(drawing, plugin, quality=95), drawing) < LOSSY


@pytest.mark.parametrize("plugin", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", STORED)
async def test_exif_orientation_is_applied(
    reader: PixelReader, drawing: Image.Image, encode: Encode, plugin: str, orientation: int
) -> None:
    """A picture stored turned or mirrored is read upright."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(drawing.transpose(STORED[orientation]), plugin, exif=exif, quality=95)
    assert await difference(reader, data, drawing) < LOSSY


async def test_broken_exif_is_ignored(
    reader: PixelReader, drawing: Image.Image, encode: Encode
) -> None:
    """Metadata nobody can parse do not keep a picture from being read."""
    data = encode(drawing, "JPEG", quality=95, exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert await difference(reader, data, drawing) < LOSSY


@pytest.mark.parametrize("plugin", ["PNG", "GIF", "TIFF", "BMP"])
async def test_palettes_are_expanded(
    reader: PixelReader, drawing: Image.Image, encode: Encode, plugin: str
) -> None:
    """Palette entries count, not the order they are in."""
    indexed = drawing.quantize(4)
    shuffled = indexed.remap_palette([3, 1, 0, 2])
    assert indexed.tobytes() != shuffled.tobytes()
    assert await difference(reader, encode(shuffled, plugin), indexed.convert("RGB")) == 0


@pytest.mark.parametrize(
    ("plugin", "mode"), [("JPEG", "CMYK"), ("TIFF", "CMYK"), ("TIFF", "YCbCr")]
)
async def test_other_colour_models(
    reader: PixelReader, drawing: Image.Image, encode: Encode, plugin: str, mode: str
) -> None:
    """CMYK (which JPEG stores inverted) and YCbCr become the colours shown."""
    data = encode(drawing.convert(mode), plugin, quality=95)
    assert await difference(reader, data, drawing) < LOSSY


@pytest.mark.parametrize(
    "kind", ["grey", "grey-alpha", "bit", "fax", "16", "16-tiff", "16-big-endian"]
)
async def test_sample_depths(
    reader: PixelReader, drawing: Image.Image, encode: Encode, kind: str
) -> None:
    """One, eight and sixteen bits per sample all arrive as eight."""
    grey = drawing.convert("L")
    sixteen = np.asarray(grey).astype(np.uint16) * 257
    bits = drawing.convert("1")
    data, shown = {
        "grey": (encode(grey, "PNG"), grey),
        "grey-alpha": (encode(drawing.convert("LA"), "PNG"), grey),
        "bit": (encode(bits, "PNG"), bits),
        "fax": (encode(bits, "TIFF", compression="group4"), bits),
        "16": (encode(Image.fromarray(sixteen), "PNG"), grey),
        "16-tiff": (encode(Image.fromarray(sixteen), "TIFF"), grey),
        "16-big-endian": (encode(Image.fromarray(sixteen.astype(">u2")), "TIFF"), grey),
    }[kind]
    assert await difference(reader, data, shown.convert("RGB")) == 0


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
async def test_samples_without_agreed_rendering_are_refused(
    reader: PixelReader, encode: Encode, dtype: type
) -> None:
    """A picture that programs show differently is not guessed at."""
    data = encode(Image.fromarray(np.arange(64 * 64, dtype=dtype).reshape(64, 64)), "TIFF")
    with pytest.raises(UnreadableImage, match="no agreed rendering"):
        await reader.read(data, field="image")


def _swapped_primaries() -> bytes:
    """An sRGB profile whose red and blue primaries have changed places."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


async def test_icc_profile_is_applied(
    reader: PixelReader, drawing: Image.Image, encode: Encode
) -> None:
    """A profile that swaps colours back undoes a swap in the file, as it does on a screen."""
    red, green, blue = drawing.split()
    swapped = Image.merge("RGB", (blue, green, red))
    data = encode(swapped, "PNG", icc_profile=_swapped_primaries())
    assert await difference(reader, data, drawing) < 2


async def test_srgb_profile_changes_nothing(
    reader: PixelReader, drawing: Image.Image, encode: Encode
) -> None:
    """Tagging a picture with the profile it has anyway leaves its digest alone."""
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert await difference(reader, encode(drawing, "PNG", icc_profile=srgb), drawing) == 0


@pytest.mark.parametrize("profile", [b"no profile at all", _swapped_primaries()[:300]])
async def test_unusable_icc_profile_is_ignored(
    reader: PixelReader, drawing: Image.Image, encode: Encode, profile: bytes
) -> None:
    """A broken profile is treated as browsers treat it."""
    assert await difference(reader, encode(drawing, "PNG", icc_profile=profile), drawing) == 0


async def test_second_picture_of_a_phone_jpeg_is_not_shown(
    reader: PixelReader, drawing: Image.Image
) -> None:
    """A gain map or depth picture behind a JPEG is not a frame."""
    out = io.BytesIO()
    drawing.save(out, "MPO", save_all=True, append_images=[drawing.rotate(180)], quality=95)
    with await reader.read(out.getvalue(), field="image") as read:
        assert (read.mime, read.frame_count) == ("image/jpeg", 1)
        assert read.pixels.shape == (64, 96, 3)
