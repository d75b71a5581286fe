"""A picture and what goes with it: multipart with a ``file``, or JSON with ``image_b64``."""

from __future__ import annotations

import base64
import binascii
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request

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


async def read_picture(request: Request, shape: type[_Fields]) -> PictureIn[_Fields]:
    """Return picture and fields. TooLarge beyond 20 MB, InvalidInput for whatever does not fit."""
    kind = media_type(request)
    if kind == FORM_TYPE:
        texts, files = await read_form(request, _MOST_BYTES + MOST_JSON_BYTES)
        if files.keys() != {_FILE}:
            raise InvalidInput(_FILE, "must hold the picture, the only file")
        data, place = files[_FILE], _FILE
    elif kind == JSON_TYPE:
        texts = json_object(await body_of(request, _MOST_BASE64 + MOST_JSON_BYTES))
        data, place = _decoded(texts.pop(_BASE64, None)), _BASE64
    else:
        raise InvalidInput("content-type", f"must be {FORM_TYPE} or {JSON_TYPE}")
    if not data:
        raise InvalidInput(place, "is empty")
    return PictureIn(data, place, shaped(texts, shape))


def _decoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise InvalidInput(_BASE64, "must hold the picture in base64")
    if len(text) > _MOST_BASE64:
        raise TooLarge(_BASE64, f"more than {_MOST_BYTES} bytes", limit=_MOST_BYTES)
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(_BASE64, "is not standard, padded base64") from error


def picture_body(shape: type[Received], example: dict[str, str]) -> dict[str, Any]:
    """Return the OpenAPI description of a body that ``read_picture`` reads."""
    encoded = {"type": "string", "contentEncoding": "base64", "maxLength": _MOST_BASE64}
    binary = {"type": "string", "format": "binary", "description": "The picture, at most 20 MB."}
    return {
        "requestBody": {
            "required": True,
            "content": {
                FORM_TYPE: {"schema": _with(shape, _FILE, binary)},
                JSON_TYPE: {
                    "schema": _with(shape, _BASE64, encoded),
                    "example": {**example, _BASE64: "iVBORw0KGgo="},
                },
            },
        }
    }


def _with(shape: type[Received], name: str, described: dict[str, Any]) -> dict[str, Any]:
    schema = deepcopy(shape.model_json_schema())
    schema["properties"] = {**schema.get("properties", {}), name: described}
    schema["required"] = [*schema.get("required", []), name]
    return schema
