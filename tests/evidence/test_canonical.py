"""One value has one text, and it is the text of RFC 8785."""

from __future__ import annotations

import math
from types import MappingProxyType

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import EntryInvalid
from raiment.evidence.canonical import (
    DEEPEST,
    LARGEST_INTEGER,
    canonical_base64,
    canonical_json,
    from_canonical_base64,
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
KEYS = st.text(st.characters(max_codepoint=127))
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20
)


@given(VALUES)
def test_the_text_is_that_of_another_implementation_of_the_rfc(value: object) -> None:
    """Trail of Bits' rfc8785 writes the same bytes for every value that the log takes."""
    assert canonical_json(value) == rfc8785.dumps(value)


def test_tuples_and_read_only_mappings_are_plain_json_too() -> None:
    """A frozen record may hold frozen values."""
    frozen = MappingProxyType({"b": (1, 2), "a": MappingProxyType({})})

    assert canonical_json(frozen) == b'{"a":{},"b":[1,2]}'


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (0.5, "value"),
        (math.nan, "value"),
        ({"score": 1.0}, "value.score"),
        ([1, [2.0]], "value.1.0"),
        (LARGEST_INTEGER + 1, "value"),
        (-LARGEST_INTEGER - 1, "value"),
        (b"bytes", "value"),
        ({1: 2}, "value"),
        ({"é": 1}, "value"),
        ("\ud800", "value"),
        ({"a": ["\udfff"]}, "value.a.0"),
    ],
)
def test_what_has_no_canonical_text_is_refused_by_place(value: object, place: str) -> None:
    """The error names where the trouble is, and never quotes a value."""
    with pytest.raises(EntryInvalid) as refused:
        canonical_json(value)

    assert refused.value.field == place
    assert refused.value.__cause__ is None


def test_deep_nesting_is_refused_before_the_stack_is() -> None:
    """One level more than the limit, and ten thousand more, end in the same typed error."""
    fits: object = 1
    for _ in range(DEEPEST):
        fits = [fits]
    assert canonical_json(fits).count(b"[") == DEEPEST

    for more in (1, 10_000):
        deep: object = fits
        for _ in range(more):
            deep = [deep]
        with pytest.raises(EntryInvalid, match="nested"):
            canonical_json(deep)


@given(st.binary())
def test_base64_goes_there_and_back(data: bytes) -> None:
    """Every byte string has one base64 text."""
    assert from_canonical_base64(canonical_base64(data)) == data


@pytest.mark.parametrize("text", ["A", "AA", "AB==", "AA==\n", "A A=", "-_==", "é", "AAAA===="])
def test_base64_that_is_not_canonical_is_no_base64(text: str) -> None:
    """Loose padding, stray bits and other alphabets would give one value two texts."""
    assert from_canonical_base64(text) is None
