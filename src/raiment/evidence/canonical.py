"""
One text for one value, so that everybody who hashes it hashes the same bytes.

JSON follows RFC 8785 (JCS) for the subset the log uses: strings, integers that a double holds
exactly, booleans, null, arrays, and objects whose keys are ASCII. Floating-point numbers are
refused: nothing in the log needs one. Base64 is the standard alphabet, padded.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from raiment.errors import EntryInvalid

JSON: TypeAlias = "bool | int | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""A plain JSON value; a list or tuple is an array."""

LARGEST_INTEGER = 2**53 - 1
"""RFC 8785 writes numbers as doubles; beyond this a double skips integers (RFC 7493, 2.2)."""

DEEPEST = 32
"""Nesting allowed in one value: more than any fact needs, less than any parser's stack."""


def canonical_json(value: JSON, *, field: str = "value") -> bytes:
    """
    Return the RFC 8785 text of *value* in UTF-8.

    Raises EntryInvalid naming the place below *field* for whatever has no canonical text: a
    float, a large integer, a key that is not ASCII, half of a surrogate pair, deep nesting.
    """
    plain = _plain(value, field, 0)
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def canonical_base64(data: bytes) -> str:
    """Return *data* in standard, padded base64."""
    return base64.b64encode(data).decode("ascii")


def from_canonical_base64(text: str) -> bytes | None:
    """Return the bytes for which ``canonical_base64`` gives exactly *text*, or None."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if canonical_base64(data) == text else None


def _plain(value: object, field: str, depth: int) -> object:
    """Return *value* in the types that ``json`` knows, or refuse what has no canonical text."""
    if depth > DEEPEST:
        raise EntryInvalid(field, f"nested more than {DEEPEST} deep")
    match value:
        case None | bool():
            return value
        case int():
            return _exact(value, field)
        case str():
            return _encodable(value, field)
        case list() | tuple():
            return [_plain(item, f"{field}.{i}", depth + 1) for i, item in enumerate(value)]
        case Mapping():
            return {
                _ascii(key, field): _plain(item, f"{field}.{key}", depth + 1)
                for key, item in value.items()
            }
        case _:
            raise EntryInvalid(field, f"{type(value).__name__} has no canonical form here")


def _exact(number: int, field: str) -> int:
    if abs(number) > LARGEST_INTEGER:
        raise EntryInvalid(field, "an integer beyond 2^53 - 1")
    return number


def _encodable(text: str, field: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        # The cause quotes the text, which may be personal.
        raise EntryInvalid(field, "half of a surrogate pair") from None
    return text


def _ascii(key: object, field: str) -> str:
    if not (isinstance(key, str) and key.isascii()):
        raise EntryInvalid(field, "a key that is not ASCII text")
    return key
