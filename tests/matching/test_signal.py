"""Signals: parsed once, compared exactly."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import InvalidInput
from raiment.matching.signal import Blake3, Md5, Pdq, Sha256

hashes = st.binary(min_size=32, max_size=32).map(Pdq)


@given(value=st.binary(min_size=32, max_size=32))
def test_hexadecimal_digits_come_back_as_they_were(value: bytes) -> None:
    """Sixty-four lower-case digits, bit 255 first, and back."""
    assert Pdq.from_hex(value.hex(), "pdq") == Pdq(value)
    assert Pdq(value).hex == value.hex()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0" * 63,
        "0" * 65,
        "F" * 64,
        "g" * 64,
        "0" * 64 + "\n",
        " " + "0" * 63,
        "\u0660" * 64,
        "0x" + "0" * 62,
    ],
)
@pytest.mark.parametrize("kind", [Pdq, Sha256, Blake3])
def test_other_texts_are_refused_by_name(kind: type[Pdq | Sha256 | Blake3], text: str) -> None:
    """A malformed value from outside names the field it came in."""
    with pytest.raises(InvalidInput) as refusal:
        kind.from_hex(text, "hashes.3")

    assert refusal.value.field == "hashes.3"


@pytest.mark.parametrize("kind", [Pdq, Sha256, Blake3, Md5])
def test_a_value_of_another_size_cannot_exist(kind: type[Pdq | Sha256 | Blake3 | Md5]) -> None:
    """A mistake of ours is not carried on."""
    with pytest.raises(ValueError, match="bytes"):
        kind(b"short")


@given(a=hashes, b=hashes, c=hashes)
def test_distance_is_a_metric(a: Pdq, b: Pdq, c: Pdq) -> None:
    """Zero to itself only, the same both ways, never longer than by way of a third."""
    assert (a.distance(b) == 0) == (a == b)
    assert a.distance(b) == b.distance(a) <= a.distance(c) + c.distance(b)
    assert a.distance(b) + a.distance(b.complement()) == 256


def test_digests_are_those_of_the_standard() -> None:
    """SHA-256 and MD5 of the bytes, as every other list has them; BLAKE3 of its first test vector."""
    assert Sha256.of(b"raiment").hex == hashlib.sha256(b"raiment").hexdigest()
    assert Md5.of(b"").hex == "d41d8cd98f00b204e9800998ecf8427e"
    # https://github.com/BLAKE3-team/BLAKE3/blob/master/test_vectors/test_vectors.json
    expected = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
    assert Blake3.of(b"").hex == expected
    assert Blake3(bytes(32)) != Sha256(bytes(32))
    assert Sha256.from_hex("0" * 64, "sha256") != Pdq.from_hex("0" * 64, "pdq")
