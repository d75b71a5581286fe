"""Text written in a code: escapes, base64, base32, hexadecimal, binary, character numbers, Morse."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Callable

from raiment.screening.words.text import Traced, rewrite

_ESCAPE = re.compile(
    r"(?:%[0-9A-Fa-f]{2})+|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,12});"
    r"|\\u\{[0-9A-Fa-f]{1,6}\}|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|[Uu]\+[0-9A-Fa-f]{4,6}\b"
)
_HEX = re.compile(
    r"(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{2}(?:[ :,]?(?:0x|\\x)?[0-9A-Fa-f]{2}){3,}(?![0-9A-Za-z])"
)
_BINARY = re.compile(r"(?<!\d)[01]{7,8}(?:[ ,]?[01]{8}| [01]{7}){2,}(?!\d)")
_NUMBERS = re.compile(
    r"(?<!\d)(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6])(?:[ ,;]{1,2}(?:3[2-9]|[4-9]\d|1[01]\d|12[0-6])){3,}(?!\d)"
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_\-])[A-Za-z0-9+/_\-]{8,}={0,2}(?![A-Za-z0-9+/=_\-])")
_BASE32 = re.compile(r"(?<![A-Z2-7=])[A-Z2-7]{8,}={0,6}(?![A-Z2-7=])")
_MORSE = re.compile(r"(?<![.\-\w])[.\-]{1,5}(?: [.\-]{1,5}| ?/ ?[.\-]{1,5}){3,}(?![.\-\w])")
_MORSE_LETTERS = dict(
    zip(
        [
            ".-",
            "-...",
            "-.-.",
            "-..",
            ".",
            "..-.",
            "--.",
            "....",
            "..",
            ".---",
            "-.-",
            ".-..",
            "--",
            "-.",
            "---",
            ".--.",
            "--.-",
            ".-.",
            "...",
            "-",
            "..-",
            "...-",
            ".--",
            "-..-",
            "-.--",
            "--..",
        ],
        "abcdefghijklmnopqrstuvwxyz",
        strict=True,
    )
)
_READABLE_SHARE = 0.8
_SHORTEST_SAYING = 3
_SURROGATES = range(0xD800, 0xE000)
_UNICODE_END = 0x110000
_DEPTH = 3
"""Codes within codes are undone this many times."""


def undo_escapes(text: Traced) -> tuple[Traced, frozenset[str]]:
    """Return *text* with URL, HTML and source-code escapes replaced by what they stand for."""
    undone: set[str] = set()

    def replacement(match: re.Match[str]) -> str:
        plain = _escaped(match.group())
        if any(map(str.isalnum, plain)):
            undone.add("escapes")
        return plain

    return rewrite(text, _ESCAPE, replacement), frozenset(undone)


def undo_codes(text: Traced) -> tuple[Traced, frozenset[str]]:
    """Return *text* with coded passages replaced by what they say, and the codes that were undone."""
    undone: set[str] = set()
    for _ in range(_DEPTH):
        before = text
        for name, pattern, decode in _CODES:
            text = rewrite(text, pattern, _decoder(name, decode, undone))
        if text is before:
            break
    return text, frozenset(undone)


def _decoder(
    name: str, decode: Callable[[str], bytes], undone: set[str]
) -> Callable[[re.Match[str]], str]:
    def replacement(match: re.Match[str]) -> str:
        plain = _readable(decode, match.group())
        if plain is None:
            return match.group()
        undone.add(name)
        return f" {plain} "

    return replacement


def _readable(decode: Callable[[str], bytes], code: str) -> str | None:
    """Return what *code* says, or None when it is no code: not text, or not mostly letters."""
    try:
        plain = decode(code).decode("utf-8")
    except (ValueError, binascii.Error):
        return None
    letters = sum(character.isalpha() or character.isspace() for character in plain)
    fits = (
        len(plain) >= _SHORTEST_SAYING
        and plain.isprintable()
        and letters >= _READABLE_SHARE * len(plain)
    )
    return plain if fits else None


def _escaped(escape: str) -> str:
    """Return what one escape stands for; an impossible one stands for a blank."""
    if escape[0] == "&":
        return html.unescape(escape)
    if escape[0] == "%":
        return bytes.fromhex(escape.replace("%", "")).decode("utf-8", "ignore") or " "
    number = int(escape[2:].strip("{}"), 16)
    possible = number < _UNICODE_END and number not in _SURROGATES
    return chr(number) if possible else " "


def _from_hex(code: str) -> bytes:
    return bytes.fromhex(re.sub(r"0x|\\x|[ :,]", "", code))


def _from_binary(code: str) -> bytes:
    bits = re.findall(r"[01]{8}|[01]{7}", code)
    return bytes(int(octet, 2) for octet in bits)


def _from_numbers(code: str) -> bytes:
    return bytes(int(number) for number in re.findall(r"\d+", code))


def _from_base64(code: str) -> bytes:
    body = code.rstrip("=")
    return base64.b64decode(
        body + "=" * (-len(body) % 4),
        altchars=b"-_" if "-" in body or "_" in body else None,
        validate=True,
    )


def _from_base32(code: str) -> bytes:
    body = code.rstrip("=")
    return base64.b32decode(body + "=" * (-len(body) % 8))


def _from_morse(code: str) -> bytes:
    words = re.split(r" ?/ ?", code)
    letters = [[_MORSE_LETTERS.get(sign, "") for sign in word.split(" ")] for word in words]
    if any(letter == "" for word in letters for letter in word):
        return b""
    return " ".join("".join(word) for word in letters).encode()


_CODES: tuple[tuple[str, re.Pattern[str], Callable[[str], bytes]], ...] = (
    ("binary", _BINARY, _from_binary),
    ("hex", _HEX, _from_hex),
    ("numbers", _NUMBERS, _from_numbers),
    ("base32", _BASE32, _from_base32),
    ("base64", _BASE64, _from_base64),
    ("morse", _MORSE, _from_morse),
)
