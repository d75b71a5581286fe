"""Bombs, lies and broken files cost little and get an error that names the field."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.adapters.pixels.heic import Grid, heic

from raiment.adapters.pixels.limits import Limits
from raiment.adapters.pixels.reader import PixelReader
from raiment.errors import TooLarge, UnreadableImage

Encode = Callable[..., bytes]
Png = Callable[..., bytes]

PLUGINS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"]


async def test_byte_limit_is_inclusive(drawing: Image.Image, encode: Encode) -> None:
    """A file of exactly the limit is read; one byte more is not."""
    data = encode(drawing, "PNG")
    async with PixelReader(workers=1, limits=Limits(max_bytes=len(data))) as exact:
        with await exact.read(data, field="image"):
            pass
        with pytest.raises(TooLarge) as refused:
            await exact.read(data + b"\0", field="images.0")
    assert (refused.value.field, refused.value.limit) == ("images.0", len(data))


@pytest.mark.parametrize("data", [b"", b"\xff", b"BM", b"<svg/>", b"%PDF-1.7", b"RIFF\0\0\0\0WEBP"])
async def test_what_is_no_picture_is_refused(reader: PixelReader, data: bytes) -> None:
    """Anything off the list of containers, or nothing but a magic number, is unreadable."""
    with pytest.raises(UnreadableImage) as refused:
        await reader.read(data, field="mask")
    assert refused.value.field == "mask"


@pytest.mark.parametrize("plugin", ["PCX", "PPM", "TGA", "ICO", "JPEG2000", "EPS", "PDF"])
async def test_other_formats_pillow_knows_are_refused(
    reader: PixelReader, drawing: Image.Image, encode: Encode, plugin: str
) -> None:
    """The list decides what is read, not what Pillow could."""
    with pytest.raises(UnreadableImage, match="not a JPEG"):
        await reader.read(encode(drawing, plugin), field="image")


@pytest.mark.parametrize("plugin", ["PNG", "GIF", "BMP"])
async def test_one_container_dressed_as_another(
    reader: PixelReader, drawing: Image.Image, encode: Encode, plugin: str
) -> None:
    """A magic number followed by another format is not passed on to that format's decoder."""
    with pytest.raises(UnreadableImage):
        await reader.read(b"\xff\xd8\xff" + encode(drawing, plugin), field="image")


async def test_small_file_declaring_400_megapixels(reader: PixelReader, png: Png) -> None:
    """A PNG of 48 KB that would unpack to 400 megapixels is refused by its header."""
    squeezer = zlib.compressobj(9)
    row = bytes(1 + 20_000 // 8)
    rows = b"".join(squeezer.compress(row) for _ in range(20_000)) + squeezer.flush()
    bomb = png((20_000, 20_000), 1, b"").replace(zlib.compress(b"", 9), rows)
    with pytest.raises(TooLarge) as refused:
        await reader.read(bomb, field="image")
    assert refused.value.limit == 40_000_000


@pytest.mark.parametrize(
    ("height", "refused"), [(100, False), (101, True), (190, True), (250, True)]
)
async def test_pixel_limit_is_exact(png: Png, height: int, refused: bool) -> None:
    """The limit holds at once, also between once and twice it, where Pillow only warns."""
    data = png((100, height), 8, bytes(101) * height)
    async with PixelReader(workers=1, limits=Limits(max_pixels=10_000)) as small:
        if refused:
            with pytest.raises(TooLarge, match="pixels"):
                await small.read(data, field="image")
        else:
            with await small.read(data, field="image") as read:
                assert read.height == 100


@pytest.mark.parametrize(
    ("kind", "count"), [(b"zTXt", 1), (b"zTXt", 120), (b"iCCP", 1), (b"iTXt", 1)]
)
async def test_text_chunk_bombs(reader: PixelReader, png: Png, kind: bytes, count: int) -> None:
    """Compressed text or profiles that unpack without end are not unpacked."""
    head = b"key\0\1\0\0\0" if kind == b"iTXt" else b"key\0\0"
    text = head + zlib.compress(bytes(120_000_000 // count), 9)
    with pytest.raises(UnreadableImage):
        await reader.read(png((8, 8), 8, bytes(72), *[(kind, text)] * count), field="image")


@pytest.mark.parametrize("size", [(16383, 16383), (2**24, 2**24)])
async def test_webp_canvas_bomb(reader: PixelReader, size: tuple[int, int]) -> None:
    """A WebP of 50 bytes whose decoder would reserve gigabytes for its canvas is refused."""
    canvas = b"\x02\0\0\0" + b"".join(struct.pack("<I", side - 1)[:3] for side in size)
    body = b"WEBPVP8X" + struct.pack("<I", 10) + canvas + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    with pytest.raises(TooLarge):
        await reader.read(b"RIFF" + struct.pack("<I", len(body)) + body, field="image")


@pytest.mark.parametrize("sides", [(65000, 65000), (40_000, 40_000), (0, 300)])
async def test_lying_jpeg_header(
    reader: PixelReader, drawing: Image.Image, encode: Encode, sides: tuple[int, int]
) -> None:
    """A header that promises more than the limit, or nothing, ends the reading there."""
    told = b"\xff\xc0\0\x11\x08"
    honest = encode(drawing, "JPEG")
    lying = honest.replace(told + struct.pack(">HH", 64, 96), told + struct.pack(">HH", *sides))
    assert lying != honest
    with pytest.raises((TooLarge, UnreadableImage)):
        await reader.read(lying, field="image")


async def test_missing_rows_show_no_other_picture(
    reader: PixelReader, encode: Encode, png: Png
) -> None:
    """Rows a file promises and does not hold are blank, never another reader's pixels."""
    noisy = Image.effect_noise((600, 600), 90).convert("RGB")
    half = png((600, 600), 8, b"\0" + b"\x80" * 600)
    digests = set()
    for _ in range(4):
        with await reader.read(encode(noisy, "PNG"), field="image"):
            pass
        with await reader.read(half, field="image") as read:
            digests.add(read.pixels_blake3)
            assert read.pixels[1:].max() == 0
    assert len(digests) == 1


async def test_memory_limit_refuses_and_spares_the_worker(encode: Encode) -> None:
    """A picture that does not fit the memory is refused; the worker reads the next one."""
    limits = Limits(memory_bytes=220_000_000)
    async with PixelReader(workers=1, limits=limits) as tight:
        with pytest.raises((TooLarge, UnreadableImage)):
            await tight.read(encode(Image.new("RGB", (6000, 6000)), "PNG"), field="image")
        with await tight.read(encode(Image.new("RGB", (60, 60)), "PNG"), field="image") as read:
            assert read.width == 60


@pytest.mark.parametrize("plugin", PLUGINS)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
async def test_truncated_files_are_refused(
    reader: PixelReader, encode: Encode, plugin: str, share: float
) -> None:
    """A file that breaks off is not read as far as it goes."""
    levels = np.arange(120 * 90 * 3, dtype=np.uint32) * 2654435761 >> 13
    data = encode(Image.fromarray(levels.astype(np.uint8).reshape(90, 120, 3)), plugin)
    with pytest.raises(UnreadableImage):
        await reader.read(data[: int(len(data) * share)], field="image")


def _originals() -> list[bytes]:
    """Small real files of every container, with the chunks their parsers branch on."""
    image = Image.linear_gradient("L").resize((24, 16)).convert("RGBA")
    image.putalpha(Image.radial_gradient("L").resize((24, 16)))
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = {"save_all": True, "append_images": [image.rotate(90)], "duration": 40}
    made = [
        ("JPEG", image.convert("RGB"), {"exif": exif}),
        ("JPEG", image.convert("CMYK"), {"progressive": True}),
        ("PNG", image, {"exif": exif}),
        ("PNG", image.convert("P"), frames),
        ("WEBP", image, {"lossless": True} | frames),
        ("WEBP", image.convert("RGB"), {"exif": exif}),
        ("GIF", image, frames),
        ("BMP", image, {}),
        ("TIFF", image, {"compression": "tiff_lzw"}),
        ("TIFF", image.convert("1"), {"compression": "group4"}),
        ("AVIF", image, {"exif": exif}),
    ]
    files = []
    for plugin, picture, options in made:
        out = io.BytesIO()
        picture.save(out, plugin, **options)
        files.append(out.getvalue())
    return files


ORIGINALS = [*_originals(), heic(Grid(turns=1, exif=b"Exif\0\0II*\0")), heic(Grid(mirror=0))]
SMALL = Limits(max_pixels=1_000_000, max_decoded_pixels=4_000_000, cpu_seconds=2, wall_seconds=5)


@pytest.fixture(scope="module")
async def small_reader() -> PixelReader:
    """A reader whose limits keep a mutated header from costing seconds."""
    async with PixelReader(workers=1, limits=SMALL) as started:
        yield started


EXAMPLES = os.environ.get("FUZZ_EXAMPLES")
"""How many other files `make fuzz` tries each time; the suite tries the same few."""


@settings(
    max_examples=int(EXAMPLES or 300),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=EXAMPLES is None,
    database=None,
)
@given(
    original=st.sampled_from(ORIGINALS),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=4)), max_size=6),
    cut=st.floats(0.2, 1.5),
)
async def test_mutated_files_never_get_past_the_types(
    small_reader: PixelReader, original: bytes, edits: list[tuple[float, bytes]], cut: float
) -> None:
    """Whatever happens to a real file, it reads within the limits or is refused by type."""
    data = bytearray(original)
    for place, patch in edits:
        at = int(place * (len(data) - 1))
        data[at : at + len(patch)] = patch
    mutant = bytes(data[: int(len(data) * cut)])
    try:
        look = await small_reader.look(mutant, field="image")
    except (UnreadableImage, TooLarge) as refused:
        with pytest.raises(type(refused)):
            await small_reader.read(mutant, field="image")
        return
    with await small_reader.read(mutant, field="image") as read:
        assert len(look.readings) == len(read.readings())
        for pixels in read.readings():
            assert 0 < pixels.shape[0] * pixels.shape[1] <= SMALL.max_pixels
            assert len(pixels.tobytes()) == pixels.size
