"""Text written in a code: escapes, base64, base32, hexadecimal, binary, character numbers, Morse."""

from __future__ import annotations

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Callable

from raiment.screening.words.text import Traced, rewrite, traced

_ESCAPE = re.compile(
    r"(?:%[0-9A-Fa-f]{2})+|&(?:#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z]{2,12});"
    r"|\\u\{[0-9A-Fa-f]{1,6}\}|(?:\\u[0-9A-Fa-f]{4})+|(?:\\x[0-9A-Fa-f]{2})+|(?:\\[0-3][0-7]{2})+"
    r"|(?:=[0-9A-F]{2}){3,}|[Uu]\+[0-9A-Fa-f]{4,6}\b"
)
_ESCAPING = re.compile(r"[%&\\=]|[Uu]\+")
"""Without any of these there is no escape."""
_HEX = re.compile(
    r"(?<![0-9A-Za-z])(?:0x)?[0-9A-Fa-f]{2}(?:[ :,]?(?:0x|\\x)?[0-9A-Fa-f]{2}){3,}(?![0-9A-Za-z])"
)
_BINARY = re.compile(r"(?<!\d)[01]{7,8}(?:[ ,]?[01]{8}| [01]{7}){2,}(?!\d)")
_NUMBERS = re.compile(r"(?<![\d.,])\d{2,5}(?:[ ,;]{1,2}\d{2,5}){3,}(?![\d.])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=_\-])[A-Za-z0-9+/_\-]{8,}={0,2}(?![A-Za-z0-9+/=_\-])")
_BASE32 = re.compile(r"(?<![A-Z2-7=])[A-Z2-7]{8,}={0,6}(?![A-Z2-7=])")
_MORSE = re.compile(r"(?<![.\-\w])[.\-]{1,5}(?: [.\-]{1,5}| ?/ ?[.\-]{1,5}){3,}(?![.\-\w])")
_MORSE_LETTERS = {
    ".-": "a", "-...": "b", "-.-.": "c", "-..": "d", ".": "e", "..-.": "f", "--.": "g", "....": "h",
    "..": "i", ".---": "j", "-.-": "k", ".-..": "l", "--": "m", "-.": "n", "---": "o", ".--.": "p",
    "--.-": "q", ".-.": "r", "...": "s", "-": "t", "..-": "u", "...-": "v", ".--": "w", "-..-": "x",
    "-.--": "y", "--..": "z",
}  # fmt: skip
_BROKEN_LINES = re.compile(r"(?<![^\n])(?:[A-Za-z0-9+/]{8,}\n)+[A-Za-z0-9+/]{2,}={0,2}(?![^\n])")
"""Base64 as mail programs break it."""
_INNER_CODE = re.compile(r"[A-Za-z0-9+/_\-]{8,}={0,2}")
_READABLE_SHARE = 0.8
_SHORTEST_SAYING = 3
_SURROGATES = range(0xD800, 0xE000)
_UNICODE_END = 0x110000
_DEPTH = 3
"""Codes within codes are undone this many times."""


def undo_escapes(text: Traced) -> tuple[Traced, frozenset[str]]:
    """Return *text* with URL, HTML and source-code escapes replaced by what they stand for."""
    undone: set[str] = set()
    if _ESCAPING.search(text.characters) is None:
        return text, frozenset()

    def replacement(match: re.Match[str]) -> str:
        plain = _escaped(match.group())
        if any(map(str.isalnum, plain)):
            undone.add("escapes")
        return plain

    for _ in range(_DEPTH):
        before, text = text, rewrite(text, _ESCAPE, replacement)
        if text is before:
            break
    return text, frozenset(undone)


def undo_codes(text: Traced) -> tuple[Traced, frozenset[str]]:
    """Return *text* with coded passages replaced by what they say, and the codes that were undone."""
    undone: set[str] = set()
    text = rewrite(text, _BROKEN_LINES, lambda match: match.group().replace("\n", ""))
    for _ in range(_DEPTH):
        before = text
        for name, pattern, decode in _CODES:
            text = rewrite(text, pattern, _decoder(name, decode, undone))
        if text is before:
            break
    return text, frozenset(undone)


def said_only(text: Traced) -> Traced:
    """Return what the coded passages of *text* say, without what stands around them."""
    text = rewrite(text, _BROKEN_LINES, lambda match: match.group().replace("\n", ""))
    said = {
        match.start(): undo_codes(traced(plain))[0].characters
        for _, pattern, decode in _CODES
        for match in pattern.finditer(text.characters)
        if (plain := _readable(decode, match.group())) is not None
    }
    pieces = [(start, f"{said[start]} ") for start in sorted(said)]
    origins = [text.origins[start] for start, piece in pieces for _ in piece]
    return Traced("".join(piece for _, piece in pieces), origins)


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
    letters = sum(
        character.isspace() or unicodedata.category(character)[0] in "LM" for character in plain
    )
    fits = (
        len(plain) >= _SHORTEST_SAYING
        and plain.replace("\u200c", "").replace("\u200d", "").isprintable()
        and (letters >= _READABLE_SHARE * len(plain) or _INNER_CODE.fullmatch(plain))
    )
    return plain if fits else None


def _escaped(escape: str) -> str:
    """Return what one escape stands for; an impossible one stands for a blank."""
    if escape[0] == "&":
        return html.unescape(escape)
    if escape[0] in "%=":
        return _bytes_said(bytes.fromhex(escape.replace(escape[0], "")))
    if escape[:2] == "\\x":
        return _bytes_said(bytes.fromhex(escape.replace("\\x", "")))
    if escape[:2] == "\\u" and escape[2] != "{":
        units = bytes.fromhex(escape.replace("\\u", ""))
        return units.decode("utf-16-be", "ignore") or " "
    if escape[0] == "\\" and escape[1] in "0123":
        return _bytes_said(bytes(int(octet, 8) for octet in escape[1:].split("\\")))
    number = int(escape[2:].strip("{}"), 16)
    possible = number < _UNICODE_END and number not in _SURROGATES
    return chr(number) if possible else " "


def _bytes_said(raw: bytes) -> str:
    """Return *raw* as text: UTF-8, or else a character a byte."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "ignore") or raw.decode("latin-1")


def _from_hex(code: str) -> bytes:
    return bytes.fromhex(re.sub(r"0x|\\x|[ :,]", "", code))


def _from_binary(code: str) -> bytes:
    bits = re.findall(r"[01]{8}|[01]{7}", code)
    return bytes(int(octet, 2) for octet in bits)


def _from_numbers(code: str) -> bytes:
    return "".join(chr(int(number)) for number in re.findall(r"\d+", code)).encode()


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
