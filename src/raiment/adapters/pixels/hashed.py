"""
The other answer of a worker: not what a picture shows, but the hashes it is looked for by; see ``look``.

Runs inside a worker process only, and imports nothing that it cannot do without.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import TypedDict

from blake3 import blake3
from PIL import Image

from raiment import _native
from raiment.adapters.pixels.canonical import Canonical

Rows = memoryview
"""Bytes of shape (height, width, 3): RGB."""


class Wanted(TypedDict):
    """What to hash: how many panels at most, and what each inset cuts off the two ends of a side."""

    panels: int
    insets: list[tuple[float, float]]


def hashed(canonical: Canonical, wanted: Wanted) -> dict[str, object]:
    """Return the digest of the canonical frames as one PPM file, and every reading's hashes."""
    hidden = (canonical.on_black, canonical.beneath)
    return _hashed(
        (_rows(frame.image) for frame in canonical.frames),
        (_rows(one) for one in hidden if one is not None),
        wanted,
    )


def hashed_plain(rows: Rows, wanted: Wanted) -> dict[str, object]:
    """Return `hashed` of a picture that is one opaque frame."""
    return _hashed([rows], [], wanted)


def _hashed(frames: Iterable[Rows], hidden: Iterable[Rows], wanted: Wanted) -> dict[str, object]:
    digest = blake3(max_threads=1)
    sizes, readings = [], []
    for rows in frames:
        assert rows.shape is not None
        height, width, _ = rows.shape
        digest.update(b"P6\n%d %d\n255\n" % (width, height))
        digest.update(rows)
        sizes.append((width, height))
        readings.append(_reading(rows, wanted))
    readings += [_reading(rows, wanted) for rows in hidden]
    width, height = sizes[0]
    return {
        "width": width,
        "height": height,
        "pixels_blake3": digest.hexdigest(),
        "readings": readings,
    }


def _rows(image: Image.Image) -> Rows:
    return memoryview(image.tobytes()).cast("B", (image.height, image.width, 3))


def _reading(rows: Rows, wanted: Wanted) -> dict[str, object]:
    whole, panels, insets = _native.disguises(rows, wanted["panels"], wanted["insets"])
    return {
        "whole": _hashes(whole),
        "panels": [_hashes(panel) for _, panel in panels],
        "insets": {
            "qualities": [quality for quality, _ in insets],
            "hashes": _joined(value for _, values in insets for value in values),
        },
    }


def _hashes(one: _native.Hashed) -> dict[str, object]:
    quality, hashes = one
    return {"quality": quality, "hashes": _joined(hashes)}


def _joined(hashes: Iterable[bytes]) -> str:
    return base64.b64encode(b"".join(hashes)).decode()
