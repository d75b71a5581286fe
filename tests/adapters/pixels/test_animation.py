"""Animations are sampled where a person would look, and bounded."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from blake3 import blake3
from PIL import Image

from raiment.adapters.pixels.limits import Limits
from raiment.adapters.pixels.reader import PixelReader
from raiment.errors import TooLarge, UnreadableImage

Encode = Callable[..., bytes]


def strip(count: int, size: tuple[int, int] = (40, 30)) -> list[Image.Image]:
    """*count* frames, each of its own grey."""
    return [Image.new("RGB", size, (at * 200 // count,) * 3) for at in range(count)]


def animated(encode: Encode, plugin: str, frames: list[Image.Image], **options: object) -> bytes:
    """The frames as one file."""
    return encode(frames[0], plugin, save_all=True, append_images=frames[1:], **options)


@pytest.mark.parametrize("plugin", ["GIF", "PNG", "WEBP", "AVIF", "TIFF"])
async def test_few_frames_are_all_read(reader: PixelReader, encode: Encode, plugin: str) -> None:
    """Up to six frames or pages none is skipped, and each keeps its own pixels."""
    frames = strip(5)
    data = animated(encode, plugin, frames, **({} if plugin == "TIFF" else {"duration": 50}))
    with await reader.read(data, field="image") as read:
        assert [frame.number for frame in read.frames] == [0, 1, 2, 3, 4]
        levels = [round(float(frame.pixels.mean())) for frame in read.frames]
        assert np.abs(np.array(levels) - [0, 40, 80, 120, 160]).max() <= 3


async def test_digest_covers_every_sampled_frame(reader: PixelReader, encode: Encode) -> None:
    """Two animations that begin alike differ, and the digest is that of a PPM with every frame."""
    frames = strip(3)
    with await reader.read(animated(encode, "PNG", frames), field="image") as read:
        ppm = b"".join(encode(frame, "PPM") for frame in frames)
        assert read.pixels_blake3 == blake3(ppm).hexdigest()


async def test_longest_and_last_frames_are_never_skipped(
    reader: PixelReader, encode: Encode
) -> None:
    """A frame shown for a second among hundreds of flashes is looked at."""
    durations = [20] * 99
    durations[37] = 1000
    data = animated(encode, "GIF", strip(99), duration=durations)
    with await reader.read(data, field="image") as read:
        numbers = [frame.number for frame in read.frames]
        assert read.frame_count == 99
        assert {0, 37, 98} <= set(numbers)
        assert len(numbers) <= 8


def gif_of(count: int) -> bytes:
    """A GIF of one-pixel frames, about twenty bytes each."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + bytes([0, 0, 0, 255, 255, 255])
    control = b"!\xf9\x04\0\0\0\0\0"
    frame = control + b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"
    return head + frame * count + b";"


async def test_frame_bomb_is_refused(reader: PixelReader) -> None:
    """Half a million frames in 12 MB are refused at the first one too many."""
    with await reader.read(gif_of(1000), field="image") as read:
        assert read.frame_count == 1000
    with pytest.raises(TooLarge, match="frames") as refused:
        await reader.read(gif_of(500_000), field="source")
    assert (refused.value.field, refused.value.limit) == ("source", 1000)


async def test_frames_too_many_pixels_together(encode: Encode) -> None:
    """Frames that are each small enough, but not all of them, are refused."""
    limits = Limits(max_pixels=10_000, max_decoded_pixels=50_000)
    async with PixelReader(workers=1, limits=limits) as small:
        with await small.read(animated(encode, "GIF", strip(3, (90, 100))[:1]), field="image"):
            pass
        with pytest.raises(TooLarge, match="together"):
            await small.read(animated(encode, "GIF", strip(40, (40, 50))), field="image")
        with pytest.raises(TooLarge, match="together"):
            await small.read(animated(encode, "GIF", strip(3, (90, 100))), field="image")


async def test_later_page_cannot_exceed_the_pixel_limit(encode: Encode) -> None:
    """A TIFF whose second page is the large one is refused like one whose first is."""
    pages = [Image.new("L", (10, 10)), Image.new("L", (200, 200))]
    async with PixelReader(workers=1, limits=Limits(max_pixels=10_000)) as small:
        with pytest.raises(TooLarge, match="pixels"):
            await small.read(animated(encode, "TIFF", pages), field="image")


@pytest.mark.parametrize("plugin", ["GIF", "PNG", "WEBP", "AVIF"])
async def test_animation_cut_short_is_refused(
    reader: PixelReader, drawing: Image.Image, encode: Encode, plugin: str
) -> None:
    """An animation that breaks off in its last frame is not passed on its first."""
    frames = [drawing.rotate(angle) for angle in range(0, 180, 30)]
    data = animated(encode, plugin, frames, duration=50)
    with pytest.raises(UnreadableImage):
        await reader.read(data[: len(data) * 9 // 10], field="image")
