"""
The other answer of a worker: not what a picture shows, but the hashes it is looked for by; see ``look``.

Runs inside a worker process only, and imports nothing that it cannot do without.
"""

from __future__ import annotations

import base64
import hashlib
from typing import TypedDict

from PIL import Image

from raiment import _native
from raiment.adapters.pixels.canonical import Canonical


class Wanted(TypedDict):
    """What to hash: how many panels at most, and what each inset cuts off the two ends of a side."""

    panels: int
    insets: list[tuple[float, float]]


def hashed(canonical: Canonical, wanted: Wanted) -> dict[str, object]:
    """Return the digest of the canonical frames as one PPM file, and every reading's hashes."""
    digest = hashlib.sha256()
    readings = []
    for frame in canonical.frames:
        digest.update(b"P6\n%d %d\n255\n" % frame.image.size)
        pixels = frame.image.tobytes()
        digest.update(pixels)
        readings.append(_reading(pixels, frame.image.size, wanted))
    hidden = (canonical.on_black, canonical.beneath)
    readings += [_reading(one.tobytes(), one.size, wanted) for one in hidden if one is not None]
    first: Image.Image = canonical.frames[0].image
    return {
        "width": first.width,
        "height": first.height,
        "pixel_sha256": digest.hexdigest(),
        "readings": readings,
    }


def _reading(pixels: bytes, size: tuple[int, int], wanted: Wanted) -> dict[str, object]:
    rows = memoryview(pixels).cast("B", (size[1], size[0], 3))
    whole, panels, insets = _native.disguises(rows, wanted["panels"], wanted["insets"])
    return {
        "whole": _hashes(whole),
        "panels": [_hashes(panel) for _, panel in panels],
        "insets": [_hashes(inset) for inset in insets],
    }


def _hashes(one: _native.Hashed) -> dict[str, object]:
    quality, hashes = one
    return {"quality": quality, "hashes": base64.b64encode(b"".join(hashes)).decode()}
