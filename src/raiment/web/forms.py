"""Reading what a person filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from fastapi import Request

from raiment.errors import InvalidInput, TooLarge

MOST_FORM_BYTES = 1_000_000
"""Far over every field's limit: what is too long comes back with a message, not lost."""
MOST_FIELDS = 1000
_URL_ENCODED = "application/x-www-form-urlencoded"
_CONTROLS = {code: None for code in (*range(32), 127) if chr(code) not in "\t\n"}


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form by name, as sent: text without control characters, not yet judged."""

    values: Mapping[str, tuple[str, ...]] = field(repr=False)

    def one(self, name: str) -> str:
        """Return the first value of the field without blanks around it; empty where unfilled."""
        return self.text(name).strip()

    def text(self, name: str) -> str:
        """Return the first value of the field as written."""
        return (self.values.get(name) or ("",))[0]

    def many(self, name: str) -> tuple[str, ...]:
        """Return every value of the field that is not blank, each once."""
        stripped = (value.strip() for value in self.values.get(name, ()))
        return tuple(dict.fromkeys(value for value in stripped if value))

    def lines(self, name: str) -> tuple[str, ...]:
        """Return the lines of the field that are not blank, each once."""
        stripped = (line.strip() for line in self.text(name).splitlines())
        return tuple(dict.fromkeys(line for line in stripped if line))

    def has(self, name: str, value: str) -> bool:
        """Whether *value* was ticked or chosen."""
        return value in self.values.get(name, ())

    def ticked(self, name: str) -> bool:
        """Whether the single tick *name* was set."""
        return bool(self.one(name))


def clean(text: str) -> str:
    """Return *text* with plain line ends and without control characters, which no field needs."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)


async def read_form(request: Request) -> Form:
    """Return the form in the body. Raise TooLarge, or InvalidInput for what no form of ours sends."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _URL_ENCODED:
        raise InvalidInput("content-type", f"must be {_URL_ENCODED}")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_FORM_BYTES:
            raise TooLarge("form", f"more than {MOST_FORM_BYTES} bytes", limit=MOST_FORM_BYTES)
    try:
        pairs = parse_qsl(
            body.decode("latin-1"), True, encoding="utf-8", max_num_fields=MOST_FIELDS
        )
    except ValueError as error:
        raise TooLarge("form", f"more than {MOST_FIELDS} fields", limit=MOST_FIELDS) from error
    values: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        values[name] = (*values.get(name, ()), clean(value))
    return Form(values)
