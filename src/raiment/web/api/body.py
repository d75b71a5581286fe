"""
Read a body once, strictly: bounded, UTF-8, no key twice, no field unknown, no text unstorable.

Everything else becomes InvalidInput (TooLarge for size) naming the field, never quoting the value.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from raiment.errors import InvalidInput, TooLarge

BODY = "body"
MOST_JSON_BYTES = 262_144
"""Of a body that holds no picture."""

JSON_TYPE = "application/json"
FORM_TYPE = "multipart/form-data"

_MOST_FIELDS = 20
_MOST_FIELD_BYTES = 65_536
_SHOWABLE = re.compile(r"[A-Za-z0-9_.-]{1,80}")


class Received(BaseModel):
    """What a caller sends: exactly these fields, in exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


_Received = TypeVar("_Received", bound=Received)


class _InMemory(MultiPartParser):
    """Keeps files in memory, so that no picture ever touches a disk."""

    spool_max_size = 2**31

    def close(self) -> None:
        """Let every file go, also one that ended early and so is in no form."""
        for file in self._files_to_close_on_error:
            file.close()


async def read_json(request: Request, shape: type[_Received]) -> _Received:
    """Return the JSON body in *shape*."""
    return shaped(json_of(request, await body_of(request, MOST_JSON_BYTES)), shape)


def json_of(request: Request, body: bytes) -> dict[str, object]:
    """Return the object in *body*, which *request* must have called JSON."""
    if media_type(request) != JSON_TYPE:
        raise InvalidInput("content-type", f"must be {JSON_TYPE}")
    return json_object(body)


def json_body(shape: type[Received]) -> dict[str, Any]:
    """Return the OpenAPI description of a body that ``read_json`` reads."""
    described = {JSON_TYPE: {"schema": shape.model_json_schema()}}
    return {"requestBody": {"required": True, "content": described}}


def media_type(request: Request) -> str:
    """Return the body's media type in lower case, without parameters; empty if there is none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def body_of(request: Request, most_bytes: int) -> bytes:
    """Return the whole body. TooLarge as soon as it exceeds *most_bytes*."""
    async with aclosing(request.stream()) as stream:
        return b"".join([chunk async for chunk in _bounded(stream, most_bytes)])


def json_object(data: bytes) -> dict[str, object]:
    """Return the JSON object in *data*, with every text in it checked."""
    try:
        parsed = json.loads(data, object_pairs_hook=_once, parse_constant=_no_constant)
    except InvalidInput:
        raise
    except (ValueError, RecursionError) as error:
        raise InvalidInput(BODY, "is not JSON in UTF-8, or is nested too deeply") from error
    if not isinstance(parsed, dict):
        raise InvalidInput(BODY, "must be a JSON object")
    _refuse_unstorable_in(parsed)
    return parsed


def shaped(fields: dict[str, object], shape: type[_Received]) -> _Received:
    """Return *fields* as *shape*. InvalidInput names the first that does not fit."""
    try:
        return shape.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise InvalidInput(_path(first["loc"]), first["msg"]) from error


async def read_form(
    request: Request, most_bytes: int
) -> tuple[dict[str, object], dict[str, bytes]]:
    """Return the texts and the files of a multipart body, by field name."""
    _, options = parse_options_header(request.headers["content-type"])
    if options.get(b"charset", b"utf-8").lower() != b"utf-8":
        raise InvalidInput("content-type", "the charset must be utf-8")
    async with aclosing(request.stream()) as stream:
        parser = _InMemory(
            Headers(raw=request.headers.raw),
            _bounded(stream, most_bytes),
            max_files=2,
            max_fields=_MOST_FIELDS,
            max_part_size=_MOST_FIELD_BYTES,
        )
        try:
            return await _parted(await parser.parse())
        except MultiPartException as error:
            raise InvalidInput(BODY, f"is not {FORM_TYPE} as this door reads it") from error
        finally:
            parser.close()


async def _parted(form: FormData) -> tuple[dict[str, object], dict[str, bytes]]:
    texts: dict[str, object] = {}
    files: dict[str, bytes] = {}
    for name, value in form.multi_items():
        refuse_unstorable(name, BODY)
        if name in texts or name in files:
            raise InvalidInput(_path([name]), "is given twice")
        if isinstance(value, UploadFile):
            files[name] = await value.read()
        else:
            refuse_unstorable(value, _path([name]))
            texts[name] = value
    return texts, files


async def _bounded(
    stream: AsyncGenerator[bytes, None], most_bytes: int
) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for chunk in stream:
        seen += len(chunk)
        if seen > most_bytes:
            raise TooLarge(BODY, f"more than {most_bytes} bytes", limit=most_bytes)
        yield chunk


def refuse_unstorable(text: str, field: str) -> None:
    """Raise InvalidInput for what PostgreSQL and UTF-8 refuse: NUL, halves of surrogate pairs."""
    if "\0" in text:
        raise InvalidInput(field, "holds a NUL character")
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        raise InvalidInput(field, "holds half of a surrogate pair")


def _refuse_unstorable_in(parsed: dict[str, object]) -> None:
    waiting: list[tuple[tuple[str | int, ...], object]] = [((), parsed)]
    while waiting:
        place, value = waiting.pop()
        match value:
            case str():
                refuse_unstorable(value, _path(place))
            case list():
                waiting.extend(((*place, number), item) for number, item in enumerate(value))
            case dict():
                for name, item in value.items():
                    refuse_unstorable(name, _path(place))
                    waiting.append(((*place, name), item))


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise InvalidInput(BODY, "names a field twice")
    return named


def _no_constant(_name: str) -> object:
    raise ValueError("NaN and infinities are not JSON")


def _path(place: Iterable[str | int]) -> str:
    """Return a field's path, or ``body`` where its name is not one that can be repeated."""
    path = ".".join(str(part) for part in place)
    return path if _SHOWABLE.fullmatch(path) else BODY
