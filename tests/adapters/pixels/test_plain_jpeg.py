"""The short way through an ordinary JPEG ends where the long one does, or is not taken."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
import simplejpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from raiment.adapters.pixels.canonical import Bounds, canonical_of, opened
from raiment.adapters.pixels.plain_jpeg import plain_pixels

Encode = Callable[..., bytes]
BOUNDS = Bounds(max_pixels=1_000_000, max_frames=10, max_decoded_pixels=10_000_000)
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def drawn(width: int, height: int, seed: int = 3) -> Image.Image:
    """Coloured blocks with soft and hard edges."""
    draw = np.random.default_rng(seed)
    blocks = Image.fromarray(draw.integers(0, 256, (7, 9, 3), np.uint8))
    soft = np.asarray(blocks.resize((width, height), Image.Resampling.BICUBIC)).copy()
    soft[height // 3 : height // 2, :: max(1, width // 7)] = 255
    return Image.fromarray(soft)


def short(data: bytes) -> bytes | None:
    """What the short way gives; None where it is not taken."""
    with io.BytesIO(data) as file, opened(file, "JPEG", BOUNDS) as image:
        rows = plain_pixels(image, file, BOUNDS.max_pixels)
        return None if rows is None else bytes(rows)


def long(data: bytes) -> bytes:
    """What Pillow gives, after the short way was tried."""
    with io.BytesIO(data) as file, opened(file, "JPEG", BOUNDS) as image:
        plain_pixels(image, file, BOUNDS.max_pixels)
        (frame,) = canonical_of(image, BOUNDS).frames
        return frame.image.tobytes()


def exif(orientation: int) -> bytes:
    """Metadata that turn a picture."""
    written = Image.Exif()
    written[0x0112] = orientation
    return written.tobytes()


def swapped() -> bytes:
    """A profile that is not sRGB: red and blue have changed places."""
    profile = bytearray(SRGB)
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(profile)


@pytest.mark.parametrize("subsampling", ["444", "422", "420", "440", "411"])
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (17, 23), (333, 250), (640, 481)])
@pytest.mark.parametrize("quality", [5, 60, 90, 100])
def test_both_ways_give_the_same_pixels(
    subsampling: str, size: tuple[int, int], quality: int
) -> None:
    """Bit for bit, or a picture's digest would depend on the way."""
    rows = np.ascontiguousarray(np.asarray(drawn(*size)))
    data = simplejpeg.encode_jpeg(rows, quality, colorsubsampling=subsampling)

    assert short(data) == long(data)


@pytest.mark.parametrize(
    "given_to_encoder",
    [
        {"optimize": True},
        {"restart_marker_blocks": 3},
        {"icc_profile": SRGB},
        {"icc_profile": b"no profile"},
        {"comment": "drawn", "dpi": (300, 300)},
        {"exif": exif(1)},
    ],
    ids=lambda given: next(iter(given)),
)
def test_what_changes_no_colour_is_still_plain(
    encode: Encode, given_to_encoder: dict[str, object]
) -> None:
    """Tables, markers and metadata of ordinary files."""
    data = encode(drawn(120, 90), "JPEG", **given_to_encoder)

    assert short(data) == long(data)


@pytest.mark.parametrize(
    ("mode", "given_to_encoder"),
    [
        ("L", {}),
        ("CMYK", {}),
        ("RGB", {"progressive": True}),
        ("RGB", {"keep_rgb": True}),
        ("RGB", {"exif": exif(6)}),
        ("RGB", {"icc_profile": swapped()}),
    ],
    ids=["gray", "cmyk", "progressive", "stored as RGB", "turned", "profile"],
)
def test_what_has_something_to_undo_goes_the_long_way(
    encode: Encode, mode: str, given_to_encoder: dict[str, object]
) -> None:
    """Nothing is guessed at."""
    data = encode(drawn(120, 90).convert(mode), "JPEG", **given_to_encoder)

    assert short(data) is None
    assert long(data)


def test_a_picture_beyond_the_limit_is_not_decoded(encode: Encode) -> None:
    """The limit is inclusive, and stands before the decoder."""
    data = encode(drawn(100, 90), "JPEG")
    with io.BytesIO(data) as file, opened(file, "JPEG", BOUNDS) as image:
        assert plain_pixels(image, file, 100 * 90 - 1) is None
        assert plain_pixels(image, file, 100 * 90) is not None


def test_a_file_that_breaks_off_goes_the_long_way(encode: Encode) -> None:
    """Which refuses it; wherever it breaks off."""
    data = encode(drawn(120, 90), "JPEG")
    for end in range(700, len(data) - 2, 97):
        assert short(data[:end]) is None
        with pytest.raises(OSError, match="truncated"):
            long(data[:end])


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_no_damage_parts_the_ways(data: st.DataObject) -> None:
    """Whatever is changed: the short way gives what the long one does, or nothing."""
    stream = io.BytesIO()
    drawn(64, 48).save(stream, "JPEG", quality=80)
    file = bytearray(stream.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        file[data.draw(st.integers(2, len(file) - 1))] = data.draw(st.integers(0, 255))
    try:
        plain = short(bytes(file))
    except Exception:  # noqa: BLE001 - Pillow cannot even open it, and raises nearly anything
        return
    if plain is not None:
        assert plain == long(bytes(file))
