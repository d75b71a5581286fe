"""
The real photographs that the matching benchmarks disguise, found on this machine, never committed.

They come from Debian packages, which `make bench-matching` fetches and unpacks under one folder::

    scripts/photographs.sh FOLDER

Name that folder, or ``/`` when they are installed. Drawn wallpapers are left out by name:
what is measured here is said of photographs. All show animals, plants, buildings, landscapes, objects.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]

LONGEST_SIDE = 1024
"""Pixels. Larger photographs are reduced to it, as platforms do."""
_SHORTEST_SIDE = 300

_RESOURCES = ("erase", "explore_farm_animals", "explore_monuments", "explore_world_animals")
"""The Qt resource files of gcompris-qt-data that hold photographs, as WebP, uncompressed."""
_FILES = (
    "backgrounds/*_by_*.jpg",
    "backgrounds/mate/nature/*.jpg",
    "wallpapers/*/contents/images/2560x1600.jpg",
    "wallpapers/Altai/contents/images/5120x2880.jpg",
)
_DRAWN = ("Fossa", "Infinite-Sea", "Painting-Colors", "analogpattern", "umang")
_DRAWN_FOLDERS = frozenset({"Autumn", "Elarun", "PastelHills", "FlyingKonqui"})


def photographs(root: Path) -> list[tuple[str, Pixels]]:
    """Return each photograph under *root* with its name, reduced to `LONGEST_SIDE`, by name."""
    share = root / "usr" / "share"
    found = dict(_carved(share / "gcompris-qt" / "rcc"))
    for pattern in _FILES:
        for path in sorted(share.glob(pattern)):
            if not path.name.startswith(_DRAWN) and not _DRAWN_FOLDERS.intersection(path.parts):
                found[_name(path, share)] = Image.open(path).convert("RGB")
    return [(name, _reduced(image)) for name, image in sorted(found.items())]


def _name(path: Path, share: Path) -> str:
    return "/".join(path.relative_to(share).parts[1:])


def _carved(folder: Path) -> Iterator[tuple[str, Image.Image]]:
    for resource in _RESOURCES:
        path = folder / f"{resource}.rcc"
        data = path.read_bytes() if path.exists() else b""
        at = 0
        while (at := data.find(b"RIFF", at)) >= 0:
            size = struct.unpack_from("<I", data, at + 4)[0] + 8
            if data[at + 8 : at + 12] == b"WEBP":
                with Image.open(io.BytesIO(data[at : at + size])) as image:
                    if image.mode == "RGB" and min(image.size) >= _SHORTEST_SIDE:
                        yield f"{resource}/{at}", image.convert("RGB")
            at += 4


def _reduced(image: Image.Image) -> Pixels:
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return np.asarray(image)
