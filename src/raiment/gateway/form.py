"""Read multipart/form-data into texts and files, once, within bounds."""

from __future__ import annotations

from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from raiment.errors import InvalidInput

_MOST_PARTS = 64
_LONGEST_TEXT = 400_000
"""Bytes of one text field: the longest prompt in the widest characters, and no more."""
_FIELD = "body"


@dataclass(frozen=True, slots=True)
class Form:
    """What a form held; every name once, except those of files."""

    texts: dict[str, str] = field(default_factory=dict)
    files: list[tuple[str, bytes]] = field(default_factory=list)
    """(name, bytes) in the order sent. A part is a file if it has a file name."""


def parse_form(content_type: str, body: bytes) -> Form:
    """Return the form in *body*. Raises InvalidInput naming the field, or ``body``."""
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise InvalidInput(_FIELD, "has no multipart boundary")
    reader = _Reader()
    try:
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": reader.begin,
                "on_part_data": reader.data,
                "on_part_end": reader.end,
                "on_header_field": reader.header_field,
                "on_header_value": reader.header_value,
                "on_header_end": reader.header_end,
                "on_end": reader.close,
            },
        )
        parser.write(body)
        parser.finalize()
    except FormParserError as error:
        raise InvalidInput(_FIELD, "is not well-formed multipart/form-data") from error
    if not reader.closed:
        raise InvalidInput(_FIELD, "ends before its last multipart boundary")
    return reader.form


class _Reader:
    """Collects what the parser calls out."""

    def __init__(self) -> None:
        self.form = Form()
        self.closed = False
        self._parts = 0
        self.begin()
        self._parts = 0

    def begin(self) -> None:
        """Start a part."""
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise InvalidInput(_FIELD, f"has more than {_MOST_PARTS} parts")
        self._disposition = b""
        self._header = b""
        self._value = b""
        self._chunks: list[bytes] = []

    def header_field(self, data: bytes, start: int, end: int) -> None:
        """Take (a piece of) a header's name."""
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        """Take (a piece of) a header's value."""
        self._value += data[start:end]

    def header_end(self) -> None:
        """Keep the one header that matters; an encoded part would be read differently upstream."""
        name = self._header.lower()
        if name == b"content-disposition":
            self._disposition = self._value
        elif name == b"content-transfer-encoding" and self._value.lower() not in {
            b"binary",
            b"8bit",
            b"7bit",
        }:
            raise InvalidInput(_FIELD, "has a part with a transfer encoding")
        self._header = self._value = b""

    def data(self, data: bytes, start: int, end: int) -> None:
        """Take (a piece of) the part's bytes."""
        self._chunks.append(data[start:end])

    def end(self) -> None:
        """Keep the part."""
        kind, options = parse_options_header(self._disposition)
        name = _decoded(options.get(b"name", b""), _FIELD)
        if kind != b"form-data" or not name:
            raise InvalidInput(_FIELD, "has a part without a name")
        content = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        if b"filename" in options:
            self.form.files.append((name, content))
        elif name in self.form.texts:
            raise InvalidInput(_FIELD, "has a parameter twice")
        elif len(content) > _LONGEST_TEXT:
            raise InvalidInput(_FIELD, "has a parameter that is too long")
        else:
            self.form.texts[name] = _decoded(content, _FIELD)

    def close(self) -> None:
        """Note that the last boundary was there."""
        self.closed = True


def _decoded(text: bytes, place: str) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(place, "has a text that is not UTF-8") from error
