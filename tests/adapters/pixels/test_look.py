"""Looking for a picture: the hashes that the worker gives are those of the pixels it would have shown."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from raiment.adapters.pixels.limits import Limits
from raiment.adapters.pixels.look import parse_look
from raiment.adapters.pixels.reader import PixelReader
from raiment.adapters.pixels.refusal import Refusal
from raiment.adapters.pixels.signals import read_signals
from raiment.adapters.pixels.wire import BrokenAnswer
from raiment.errors import TooLarge, UnreadableImage
from raiment.matching.disguise import query_views
from raiment.matching.signal import Md5, Sha256

Encode = Callable[..., bytes]


def _files(encode: Encode) -> dict[str, bytes]:
    draw = np.random.default_rng(5)
    blocks = Image.fromarray(draw.integers(0, 256, (9, 12, 3), np.uint8))
    picture = blocks.resize((480, 360), Image.Resampling.BICUBIC)
    framed = Image.new("RGB", (700, 900), "white")
    framed.paste(picture, (110, 200))
    clear = picture.convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size))
    moving = {"save_all": True, "append_images": [picture.rotate(90), picture.rotate(180)]}
    return {
        "photograph": encode(picture, "JPEG", quality=90),
        "framed": encode(framed, "PNG"),
        "see-through": encode(clear, "PNG"),
        "animation": encode(picture, "GIF", **moving),
        "flat": encode(Image.new("RGB", (64, 64), "gray"), "PNG"),
    }


@pytest.mark.parametrize("kind", ["photograph", "framed", "see-through", "animation", "flat"])
async def test_the_worker_hashes_what_it_would_have_shown(
    reader: PixelReader, encode: Encode, kind: str
) -> None:
    """Every reading, every view, every digest: bit for bit as by reading and hashing."""
    data = _files(encode)[kind]

    signals = await read_signals(reader, data, field="file")

    with await reader.read(data, field="file") as picture:
        looks = [query_views(pixels) for pixels in picture.readings()]
        assert [one.pdq for one in signals] == [look.whole for look in looks]
        assert [one.disguises for one in signals] == [look.queries for look in looks]
        assert [one.parts for one in signals] == [look.parts for look in looks]
        assert signals[0].digests()["pixels_blake3"] == picture.pixels_blake3
        # What is hidden is not in the digest, so it must not be known by it.
        assert {one.pixels_blake3 for one in signals[1:]} <= {None}
        sizes = {(one.width, one.height, one.mime) for one in signals}
        assert sizes == {(picture.width, picture.height, picture.mime)}
    assert {(one.bytes_sha256, one.bytes_md5) for one in signals} == {
        (Sha256.of(data), Md5.of(data))
    }


async def test_what_cannot_be_read_is_refused_alike(encode: Encode) -> None:
    """By type, naming the field; the worker goes on."""
    data = encode(Image.new("RGB", (200, 200)), "PNG")
    async with PixelReader(workers=1, limits=Limits(max_pixels=30_000)) as small:
        with pytest.raises(TooLarge) as large:
            await small.look(data, field="image")
        with pytest.raises(UnreadableImage) as damaged:
            await small.look(data[:20], field="image")
        look = await small.look(encode(Image.new("RGB", (20, 20)), "PNG"), field="image")
    assert (large.value.field, damaged.value.field) == ("image", "image")
    assert (look.width, look.height, len(look.readings)) == (20, 20, 1)


def _hashed(count: int, quality: int = 80) -> dict[str, object]:
    return {"quality": quality, "hashes": base64.b64encode(bytes(32 * count)).decode()}


def _insets(**other: object) -> dict[str, object]:
    return {"qualities": [50] * 25, "hashes": _hashed(25)["hashes"]} | other


def _reading(**other: object) -> dict[str, object]:
    return {"whole": _hashed(8), "panels": [_hashed(8)], "insets": _insets()} | other


def _look(**other: object) -> bytes:
    honest = {"width": 4, "height": 3, "pixels_blake3": "0" * 64, "readings": [_reading()]}
    return json.dumps(honest | other).encode()


def test_an_honest_look_is_accepted() -> None:
    """The forged ones below differ from it in one point each; a refusal is one."""
    look = parse_look(_look(), None, "image/png")
    assert not isinstance(look, Refusal)
    assert (look.width, look.height, look.mime) == (4, 3, "image/png")
    assert parse_look(b'{"refusal": "pixels"}', None, "image/png") is Refusal.PIXELS


@pytest.mark.parametrize(
    "message",
    [
        _look(readings=[]),
        _look(readings=[_reading()] * 17),
        _look(readings=[_reading(whole=_hashed(7))]),
        _look(readings=[_reading(whole=_hashed(9))]),
        _look(readings=[_reading(whole=_hashed(8, 101))]),
        _look(readings=[_reading(whole=_hashed(8, -1))]),
        _look(readings=[_reading(panels=[_hashed(1)])]),
        _look(readings=[_reading(panels=[_hashed(8)] * 17)]),
        _look(readings=[_reading(insets=_insets(qualities=[50] * 24))]),
        _look(readings=[_reading(insets=_insets(qualities=[50] * 24 + [101]))]),
        _look(readings=[_reading(insets=_insets(hashes=_hashed(24)["hashes"]))]),
        _look(readings=[_reading(insets=_insets(hashes=_hashed(26)["hashes"]))]),
        _look(width=0),
        _look(height=2**40),
        _look(pixels_blake3="0" * 63),
        b'{"refusal": "because"}',
        b"[]",
        b"",
    ],
)
def test_a_forged_look_is_not_believed(message: bytes) -> None:
    """A worker taken over by a picture gives hashes of the right form, or is ended."""
    with pytest.raises(BrokenAnswer):
        parse_look(message, None, "image/png")


def test_a_look_that_brings_a_file_is_not_believed() -> None:
    """None was asked for."""
    file = os.memfd_create("test")
    with pytest.raises(BrokenAnswer):
        parse_look(_look(), file, "image/png")
    os.close(file)
