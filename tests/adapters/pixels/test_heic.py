"""HEIC, as phones write it, and as nobody does: decoded in a confined worker like every other format."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from tests.adapters.pixels.heic import DATA, Grid, heic
from tests.adapters.pixels.test_containers import LOSSY, difference

from raiment.adapters.pixels.limits import Limits
from raiment.adapters.pixels.reader import PixelReader
from raiment.errors import TooLarge, UnreadableImage


def _turned(degrees: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = {90: 8, 180: 3, 270: 6}[degrees]
    return b"Exif\0\0" + exif.tobytes().removeprefix(b"Exif\0\0")


async def test_a_file_of_an_encoder_reads_as_drawn(
    reader: PixelReader, drawing: Image.Image
) -> None:
    """One coded picture, from an ordinary program."""
    data = (DATA / "drawing.heic").read_bytes()
    assert await difference(reader, data, drawing) < LOSSY
    with await reader.read(data, field="image") as read:
        assert (read.mime, read.frame_count) == ("image/heic", 1)


async def test_a_grid_of_tiles_reads_as_drawn(reader: PixelReader, drawing: Image.Image) -> None:
    """Phones cut a photograph into tiles; what lies beyond its edge does not show."""
    assert await difference(reader, heic(), drawing) < LOSSY


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_turned_once(reader: PixelReader, drawing: Image.Image, turns: int) -> None:
    """The file's own property turns it; EXIF that says the same does not turn it again."""
    shown = drawing.rotate(90 * turns, expand=True)
    said_twice = Grid(turns=turns, exif=_turned(90 * turns))
    assert await difference(reader, heic(Grid(turns=turns)), shown) < LOSSY
    assert await difference(reader, heic(said_twice), shown) < LOSSY


async def test_exif_alone_turns_nothing(reader: PixelReader, drawing: Image.Image) -> None:
    """Viewers go by the properties of the file, so EXIF by itself is not what is seen."""
    assert await difference(reader, heic(Grid(exif=_turned(180))), drawing) < LOSSY


@pytest.mark.parametrize(
    ("axis", "shown"),
    [(0, Image.Transpose.FLIP_TOP_BOTTOM), (1, Image.Transpose.FLIP_LEFT_RIGHT)],
)
async def test_mirrored(
    reader: PixelReader, drawing: Image.Image, axis: int, shown: Image.Transpose
) -> None:
    """A mirrored picture is read as it is shown."""
    assert await difference(reader, heic(Grid(mirror=axis)), drawing.transpose(shown)) < LOSSY


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.95])
@pytest.mark.parametrize("name", ["drawing", "grid"])
async def test_truncated_files_are_refused(reader: PixelReader, name: str, share: float) -> None:
    """A file that breaks off is not read as far as it goes."""
    data = heic() if name == "grid" else (DATA / "drawing.heic").read_bytes()
    with pytest.raises(UnreadableImage):
        await reader.read(data[: int(len(data) * share)], field="image")


@pytest.mark.parametrize(
    "grid",
    [
        Grid(width=60_000, height=60_000),
        Grid(width=8000, height=8000, columns=125, rows=125),
        Grid(width=2**31, height=2**31),
    ],
)
async def test_declared_bombs_are_refused(reader: PixelReader, grid: Grid) -> None:
    """A few kilobytes that would unpack to gigabytes end at their header."""
    with pytest.raises((TooLarge, UnreadableImage)):
        await reader.read(heic(grid), field="image")


@pytest.mark.parametrize(
    "grid",
    [
        Grid(tile_side=4096, width=6000, height=4096),
        Grid(tile_side=1, width=1, height=1, columns=1),
        Grid(width=0, height=0),
        Grid(columns=1),
    ],
)
async def test_headers_that_lie_are_refused(reader: PixelReader, grid: Grid) -> None:
    """Declared and unpacked sizes that differ, no size at all, fewer tiles than are stored."""
    with pytest.raises(UnreadableImage):
        await reader.read(heic(grid), field="image")


@pytest.mark.parametrize(("most", "refused"), [(96 * 64, False), (96 * 64 - 1, True)])
async def test_pixel_limit_is_exact(most: int, refused: bool) -> None:
    """As for every other format, to the pixel."""
    async with PixelReader(workers=1, limits=Limits(max_pixels=most)) as small:
        if refused:
            with pytest.raises(TooLarge):
                await small.read(heic(), field="image")
        else:
            with await small.read(heic(), field="image") as read:
                assert (read.width, read.height) == (96, 64)


async def test_many_are_read_one_after_another(reader: PixelReader, drawing: Image.Image) -> None:
    """Decoding in a thread of its own uses no worker up."""
    for _ in range(40):
        with await reader.read(heic(), field="image") as read:
            assert np.asarray(read.pixels).shape == (drawing.height, drawing.width, 3)
