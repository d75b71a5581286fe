"""
Write HEIC files by hand around tiles that were encoded once (data/PROVENANCE.md).

As phones do: a grid of HEVC tiles and properties that turn, mirror and measure it (ISO/IEC 23008-12). A writer
of our own can lie where no encoder would.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
_GRID, _EXIF = 100, 101


@dataclass(frozen=True)
class Grid:
    """What the file says of itself; *tiles* are repeated to fill *columns* by *rows*."""

    width: int = 96
    height: int = 64
    columns: int = 2
    rows: int = 1
    tile_side: int = 64
    turns: int = 0
    """Quarter turns anti-clockwise that a viewer makes (irot)."""
    mirror: int | None = None
    """0: about the horizontal axis, so top and bottom change places; 1: left and right (imir)."""
    exif: bytes = b""


def heic(grid: Grid = Grid()) -> bytes:
    """Return a file that shows the drawing of conftest, as *grid* says."""
    sources = [(DATA / name).read_bytes() for name in ("left.heic", "right.heic")]
    count = grid.columns * grid.rows
    tiles = [_payload(sources[number % 2]) for number in range(count)]
    described = struct.pack(
        ">BBBBII", 0, 1, grid.rows - 1, grid.columns - 1, grid.width, grid.height
    )
    exif = struct.pack(">I", 0) + grid.exif if grid.exif else b""
    # The two tiles are stored once each, however often the grid shows them.
    stored = [*tiles[:2], described, exif]
    head = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
    size = len(_meta(grid, sources[0], count, [(0, 0)] * 4))
    places, at = [], len(head) + size + 8
    for part in stored:
        places.append((at, len(part)))
        at += len(part)
    return head + _meta(grid, sources[0], count, places) + _box(b"mdat", b"".join(stored))


def _meta(grid: Grid, source: bytes, count: int, places: list[tuple[int, int]]) -> bytes:
    items = [(number + 1, places[number % 2]) for number in range(count)] + [(_GRID, places[2])]
    names = [(number, b"hvc1", 1) for number, _ in items[:-1]] + [(_GRID, b"grid", 0)]
    links = _box(b"dimg", struct.pack(f">HH{count}H", _GRID, count, *range(1, count + 1)))
    if grid.exif:
        items.append((_EXIF, places[3]))
        names.append((_EXIF, b"Exif", 1))
        links += _box(b"cdsc", struct.pack(">HHH", _EXIF, 1, _GRID))
    infos = b"".join(
        _full(b"infe", 2, struct.pack(">HH4sB", number, 0, kind, 0), hidden)
        for number, kind, hidden in names
    )
    located = b"".join(struct.pack(">HHHII", number, 0, 1, *place) for number, place in items)
    return _full(
        b"meta",
        0,
        _full(b"hdlr", 0, struct.pack(">I4s12xB", 0, b"pict", 0))
        + _full(b"pitm", 0, struct.pack(">H", _GRID))
        + _full(b"iloc", 0, struct.pack(">BBH", 0x44, 0, len(items)) + located)
        + _full(b"iinf", 0, struct.pack(">H", len(names)) + infos)
        + _full(b"iref", 0, links)
        + _box(b"iprp", _properties(grid, source, count)),
    )


def _properties(grid: Grid, source: bytes, count: int) -> bytes:
    held = [
        _hvcc(source),
        _full(b"ispe", 0, struct.pack(">II", grid.tile_side, grid.tile_side)),
        _full(b"ispe", 0, struct.pack(">II", grid.width, grid.height)),
    ]
    if grid.turns:
        held.append(_box(b"irot", bytes([grid.turns])))
    if grid.mirror is not None:
        held.append(_box(b"imir", bytes([grid.mirror])))
    shown = bytes([len(held) - 2, 3, *(0x80 | place for place in range(4, len(held) + 1))])
    tied = b"".join(struct.pack(">HBBB", number, 2, 0x81, 2) for number in range(1, count + 1))
    tied += struct.pack(">H", _GRID) + shown
    return _box(b"ipco", b"".join(held)) + _full(b"ipma", 0, struct.pack(">I", count + 1) + tied)


def _payload(source: bytes) -> bytes:
    start = source.index(b"mdat")
    return source[start + 4 : start - 4 + int.from_bytes(source[start - 4 : start])]


def _hvcc(source: bytes) -> bytes:
    start = source.index(b"hvcC") - 4
    return source[start : start + int.from_bytes(source[start : start + 4])]


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, version: int, body: bytes, flags: int = 0) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags) + body)
