"""What is known to be harmless speaks for itself only: not for what a file hides, nor for a look-alike."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tests.casework.conftest import drawing
from tests.web.api.conftest import Platform, png


async def bank(platform: Platform, kind: str, **entry: object) -> None:
    """Put an entry into a new bank of *kind*."""
    made = await platform.http.post("/v1/banks", json={"name": kind, "kind": kind})
    added = await platform.http.post(
        f"/v1/banks/{made.json()['id']}/entries", json={"source": "us", "entries": [entry]}
    )
    assert added.status_code == 200, added.text


def two_faced(shown: NDArray[np.uint8], hidden: NDArray[np.uint8]) -> bytes:
    """Return a PNG file that shows one picture on white, and on black another, both pale or dark."""
    alpha = 255 - (shown.astype(int) - hidden.astype(int)).max(2)
    colours = np.clip(hidden.astype(int) * 255 // np.maximum(alpha, 1)[..., None], 0, 255)
    layers = np.dstack([colours, alpha]).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(layers, "RGBA").save(file, "PNG")
    return file.getvalue()


async def test_a_harmless_face_does_not_speak_for_a_hidden_one(platform: Platform) -> None:
    """The digest of the pixels is of what stands on white; what black shows is looked for all the same."""
    pale, dark = (128 + drawing(1) // 2), drawing(2) // 2
    pale[...], dark[...] = pale.mean(2)[..., None], dark.mean(2)[..., None]
    file = two_faced(pale, dark)
    shown = (await platform.register("shown", file))["signals"]
    known = (await platform.register("known", png(drawing(2))))["signals"]
    await bank(platform, "confirmed", type="pdq", value=known["pdq"])
    before = await platform.register("before", file)

    await bank(platform, "allow", type="pixels_blake3", value=shown["pixels_blake3"])
    after = await platform.register("after", file)

    assert before["verdict"] == "block"
    assert after["verdict"] == "block"


async def test_the_same_md5_is_not_the_same_picture(platform: Platform) -> None:
    """Two files with one MD5 can be made: one for the allow-list, one to be let through by it."""
    picture = png(drawing(1))
    known = (await platform.register("known", picture))["signals"]
    await bank(platform, "outside", type="pdq", value=known["pdq"])
    twin = png(drawing(1), "twin")
    digest = hashlib.md5(twin, usedforsecurity=False).hexdigest()
    await bank(platform, "allow", type="md5", value=digest)

    answer = await platform.register("twin", twin)

    assert answer["verdict"] == "hold"
