"""A picture and what goes with it: multipart with a ``file``, or JSON with ``image_b64`` or a ``url``."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from fastapi import Request

from raiment.adapters.http.fetch import Fetcher
from raiment.adapters.pixels.limits import Limits
from raiment.errors import InvalidInput, TooLarge
from raiment.web.api.body import (
    FORM_TYPE,
    JSON_TYPE,
    MOST_JSON_BYTES,
    Received,
    body_of,
    json_object,
    media_type,
    read_form,
    shaped,
)

_FILE = "file"
_BASE64 = "image_b64"
_URL = "url"
_MOST_ADDRESS = 8000
_MOST_BYTES = Limits().max_bytes
_MOST_BASE64 = (_MOST_BYTES + 2) // 3 * 4

_Fields = TypeVar("_Fields", bound=Received)


@dataclass(frozen=True, slots=True)
class PictureIn(Generic[_Fields]):
    """A picture as it came."""

    data: bytes
    place: str
    """The name of the field that held it, for errors."""
    fields: _Fields


async def read_picture(
    request: Request, shape: type[_Fields], fetcher: Fetcher
) -> PictureIn[_Fields]:
    """
    Return picture and fields; one that is pointed at is fetched by *fetcher*.

    TooLarge beyond 20 MB, Unfetchable, InvalidInput for whatever does not fit.
    """
    kind = media_type(request)
    if kind == FORM_TYPE:
        texts, files = await read_form(request, _MOST_BYTES + MOST_JSON_BYTES)
        if files.keys() != {_FILE}:
            raise InvalidInput(_FILE, "must hold the picture, the only file")
        return _picture_in(files[_FILE], _FILE, shaped(texts, shape))
    if kind != JSON_TYPE:
        raise InvalidInput("content-type", f"must be {FORM_TYPE} or {JSON_TYPE}")
    return await picture_of(await read_json_object(request), shape, fetcher)


async def read_json_object(request: Request) -> dict[str, object]:
    """Return the JSON body of a call that may hold a picture."""
    return json_object(await body_of(request, _MOST_BASE64 + MOST_JSON_BYTES))


async def picture_of(
    texts: dict[str, object], shape: type[_Fields], fetcher: Fetcher
) -> PictureIn[_Fields]:
    """Return the picture that the fields of a JSON body hold or point at, and the rest in *shape*."""
    if _URL in texts and _BASE64 in texts:
        raise InvalidInput(_URL, f"must not stand beside {_BASE64}")
    if _URL not in texts:
        data = _decoded(texts.pop(_BASE64, None))
        return _picture_in(data, _BASE64, shaped(texts, shape))
    address = texts.pop(_URL)
    if not isinstance(address, str) or len(address) > _MOST_ADDRESS:
        raise InvalidInput(_URL, f"must be a text of at most {_MOST_ADDRESS} characters")
    # Nothing is fetched for fields that are refused anyway.
    fields = shaped(texts, shape)
    return _picture_in(await fetcher.fetch(address, _URL), _URL, fields)


def _picture_in(data: bytes, place: str, fields: _Fields) -> PictureIn[_Fields]:
    if not data:
        raise InvalidInput(place, "is empty")
    return PictureIn(data, place, fields)


def _decoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise InvalidInput(_BASE64, "must hold the picture in base64")
    if len(text) > _MOST_BASE64:
        raise TooLarge(_BASE64, f"more than {_MOST_BYTES} bytes", limit=_MOST_BYTES)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(_BASE64, "is not standard, padded base64") from error


def picture_body(
    shape: type[Received],
    example: dict[str, str],
    beside: Mapping[str, dict[str, Any]] = MappingProxyType({}),
) -> dict[str, Any]:
    """
    Return the OpenAPI description of a body that ``read_picture`` reads.

    *beside*: what a JSON body may hold in the picture's place.
    """
    encoded = {"type": "string", "contentEncoding": "base64", "maxLength": _MOST_BASE64}
    pointed = {
        "type": "string",
        "maxLength": _MOST_ADDRESS,
        "description": "Where the picture is fetched, by http(s) from a public host.",
    }
    binary = {"type": "string", "format": "binary", "description": "The picture, at most 20 MB."}
    return {
        "requestBody": {
            "required": True,
            "content": {
                FORM_TYPE: {"schema": _with(shape, {_FILE: binary})},
                JSON_TYPE: {
                    "schema": _with(shape, {_BASE64: encoded, _URL: pointed, **beside}),
                    "example": {**example, _BASE64: "iVBORw0KGgo="},
                },
            },
        }
    }


def _with(shape: type[Received], sources: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return the schema of *shape* with exactly one of *sources*."""
    schema = deepcopy(shape.model_json_schema())
    schema["properties"] = {**schema.get("properties", {}), **sources}
    schema["oneOf"] = [{"required": [name]} for name in sources]
    return schema
