"""
Files of known signals: CSV with a header, or JSON lines.

A line is an entry: ``type`` (pdq, sha256, md5, pixels_blake3), ``value``, and optionally ``labels``
and ``expires_at``. In CSV labels are separated by ``|``, and no field spans two lines, so that an
interrupted import can go on at any line.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest
from io import BufferedReader
from pathlib import Path
from typing import Final

from raiment.errors import InvalidInput
from raiment.matching.bank_entry import NewEntry, read_entry

COLUMNS: Final = ("type", "value", "labels", "expires_at")
_LONGEST_LINE: Final = 65_536
_SUFFIXES: Final = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_MOST_LABELS: Final = 20
_MOST_TEXT: Final = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A line as read: an entry, or what is wrong with it."""

    number: int
    """The first line of the file is 1."""
    end: int
    """The offset in bytes at which the next line begins."""
    entry: NewEntry | None
    error: str | None = None


def format_of(file: Path) -> str:
    """Return ``csv`` or ``jsonl``; raise InvalidInput for any other suffix."""
    try:
        return _SUFFIXES[file.suffix.lower()]
    except KeyError:
        raise InvalidInput("file", f"must end in {', '.join(_SUFFIXES)}") from None


def digest_of(opened: BufferedReader) -> bytes:
    """Return the SHA-256 digest of the whole file."""
    opened.seek(0)
    return file_digest(opened, "sha256").digest()


def read_lines(
    opened: BufferedReader, kind: str, *, after: int = 0, offset: int = 0, assume: str | None = None
) -> Iterator[Line]:
    """
    Yield the entries of the file from *offset* on, where line *after* ended; blank lines are none.

    *assume* is the type of entries that name none. Raise InvalidInput for a header without ``value``.
    """
    opened.seek(0)
    header = _header(opened) if kind == "csv" else ()
    number, end = (1, opened.tell()) if kind == "csv" else (0, 0)
    if offset > end:
        opened.seek(offset)
        number, end = after, offset
    while raw := opened.readline(_LONGEST_LINE + 1):
        number, end = number + 1, end + len(raw)
        if len(raw) > _LONGEST_LINE:
            while not raw.endswith(b"\n") and (raw := opened.readline(_LONGEST_LINE)):
                end += len(raw)
            yield Line(number, end, None, "is too long")
        elif raw.strip():
            yield _line(number, end, raw, header, assume)


def _header(opened: BufferedReader) -> Sequence[str]:
    raw = opened.readline(_LONGEST_LINE).decode("utf-8-sig", "replace")
    header = [name.strip() for name in next(csv.reader([raw]), [])]
    if "value" not in header:
        raise InvalidInput("file", "line 1 must name the columns, value among them")
    return header


def _line(number: int, end: int, raw: bytes, header: Sequence[str], assume: str | None) -> Line:
    try:
        fields = _csv_fields(raw, header) if header else _json_fields(raw)
        return Line(number, end, _entry(fields, assume))
    except InvalidInput as error:
        return Line(number, end, None, str(error).removeprefix("line."))


def _csv_fields(raw: bytes, header: Sequence[str]) -> Mapping[str, object]:
    try:
        [cells] = csv.reader([raw.decode()], strict=True)
    except (ValueError, csv.Error):
        raise InvalidInput("line.text", "is not CSV in UTF-8") from None
    fields: dict[str, object] = dict(zip(header, cells, strict=False))
    fields["labels"] = [one for one in str(fields.get("labels", "")).split("|") if one]
    return {name: value for name, value in fields.items() if value != ""}


def _json_fields(raw: bytes) -> Mapping[str, object]:
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        raise InvalidInput("line.text", "is not a JSON object in UTF-8")
    return parsed


def _entry(fields: Mapping[str, object], assume: str | None) -> NewEntry:
    labels = fields.get("labels", [])
    if not isinstance(labels, list) or len(labels) > _MOST_LABELS:
        raise InvalidInput("line.labels", f"must be a list of at most {_MOST_LABELS}")
    ends = fields.get("expires_at")
    return read_entry(
        _text(fields.get("type", assume), "type"),
        _text(fields.get("value"), "value"),
        [_text(label, "labels") for label in labels],
        None if ends is None else _text(ends, "expires_at"),
        "line",
    )


def _text(value: object, name: str) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _MOST_TEXT or not value.isprintable():
        raise InvalidInput(f"line.{name}", f"must be 1 to {_MOST_TEXT} printable characters")
    return value
