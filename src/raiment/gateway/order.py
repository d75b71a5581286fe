"""An order: one images call, parsed once from the form or the JSON that clients send."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import msgspec
import pybase64

from raiment.adapters.pixels.container import recognise
from raiment.errors import InvalidInput, TooLarge, UnknownModel, UnreadableImage, UnscreenedSource
from raiment.gateway.fields import MOST_SOURCES, Fields, parse_fields
from raiment.gateway.form import parse_form
from raiment.screening.request import Request, Verb, person_in
from raiment.screening.upstream import Call, File

MOST_SOURCE_BYTES = 20_000_000
"""Of one picture; what the decoder takes."""
_SURFACES = {
    Verb.GENERATE: "images.generations",
    Verb.EDIT: "images.edits",
    Verb.VARY: "images.variations",
}
_FILES = {
    Verb.GENERATE: frozenset[str](),
    Verb.EDIT: frozenset({"image", "mask", "markup"}),
    Verb.VARY: frozenset({"image"}),
}
_JSON_FILES = ("images", "mask")
_INLINE = "data:"


@dataclass(frozen=True, slots=True)
class Order:
    """What the client asks: for the screening, and for the generator."""

    request: Request
    call: Call
    stream: bool


class _Reference(msgspec.Struct, forbid_unknown_fields=True):
    image_url: str | None = None
    file_id: str | None = None


def parse_order(verb: Verb, content_type: str, body: bytes) -> Order:
    """Return the order in *body*. Raises InvalidInput naming the parameter."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data" and verb is not Verb.GENERATE:
        form = parse_form(content_type, body)
        files = [_file(verb, name, data) for name, data in form.files]
        return _order(verb, parse_fields(verb, dict(form.texts)), files, as_json=False)
    if kind != "application/json" or verb is Verb.VARY:
        raise InvalidInput("body", f"must be {_wanted(verb)}")
    given = parse_json_object(body)
    files = list(_inline_files(given)) if verb is Verb.EDIT else []
    return _order(verb, parse_fields(verb, given), files, as_json=True)


def with_model(order: Order, models: Sequence[str]) -> Order:
    """
    Return *order* for one of *models*, the first where it names none; none at all lets any through.

    Raise UnknownModel naming ``model``, and never what was asked for.
    """
    if not models:
        return order
    named = order.call.fields.get("model", models[0])
    if named not in models:
        raise UnknownModel("model", f"must be one of: {', '.join(models)}")
    fields = {**order.call.fields, "model": named}
    return replace(order, call=replace(order.call, fields=fields))


def parse_json_object(body: bytes) -> dict[str, object]:
    """Return the JSON object in *body*. Raises InvalidInput."""
    try:
        given = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput("body", "is not JSON") from error
    if not isinstance(given, dict):
        raise InvalidInput("body", "must be a JSON object")
    return given


def read_data_url(address: str, field: str) -> bytes:
    """Return the picture in a base64 ``data:`` URL. Raises InvalidInput naming *field*."""
    if not address[: len(_INLINE)].lower() == _INLINE:
        raise UnscreenedSource(
            field,
            "a source that is not sent along cannot be screened; "
            "send the picture itself, as a file or a data: URL",
        )
    head, comma, encoded = address.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        raise UnreadableImage(field, "must be a base64 data: URL")
    try:
        return pybase64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise UnreadableImage(field, "is broken base64") from error


def _order(verb: Verb, fields: Fields, files: list[File], *, as_json: bool) -> Order:
    sources = [file for file in files if file.name == "image"]
    others = [file for file in files if file.name != "image"]
    if verb is not Verb.GENERATE and not sources:
        raise InvalidInput("image", "is missing")
    if len(sources) > (1 if verb is Verb.VARY else MOST_SOURCES):
        raise TooLarge("image", "too many sources", limit=MOST_SOURCES)
    names = [file.name for file in others]
    if len(names) != len(set(names)):
        raise InvalidInput(names[0], "is there twice")
    request = Request(
        verb=verb,
        texts=fields.words,
        source_person=person_in(verb, len(sources)),
        sources=len(sources),
        masked="mask" in names,
        surface=_SURFACES[verb],
        actor=fields.actor,
    )
    call = Call(verb, fields.upstream, (*sources, *others), as_json)
    return Order(request, call, fields.stream)


def _file(verb: Verb, name: str, data: bytes) -> File:
    plain = name.removesuffix("[]")
    if plain not in _FILES[verb]:
        raise InvalidInput("body", "has a file under a name that is not known")
    return _picture(plain, data, plain)


def _picture(name: str, data: bytes, field: str) -> File:
    if len(data) > MOST_SOURCE_BYTES:
        raise TooLarge(field, f"more than {MOST_SOURCE_BYTES} bytes", limit=MOST_SOURCE_BYTES)
    container = recognise(data[:64])
    if container is None:
        raise UnreadableImage(field, "is no picture in a format that is read here")
    return File(name, container.mime, data)


def _inline_files(given: dict[str, object]) -> Iterator[File]:
    """Yield the pictures of a JSON edit, and take them out of *given*."""
    images, mask = (given.pop(name, None) for name in _JSON_FILES)
    if images is not None and not isinstance(images, list):
        raise InvalidInput("images", "must be a list")
    if len(images or ()) > MOST_SOURCES:
        raise TooLarge("images", "too many sources", limit=MOST_SOURCES)
    for i, image in enumerate(images or ()):
        yield _inline("image", image, f"images.{i}")
    if mask is not None:
        yield _inline("mask", mask, "mask")


def _inline(name: str, given: object, field: str) -> File:
    try:
        reference = msgspec.convert(given, _Reference)
    except msgspec.ValidationError as error:
        raise InvalidInput(field, "must be an object with image_url") from error
    if reference.file_id is not None or reference.image_url is None:
        place = f"{field}.file_id"
        raise UnscreenedSource(place, "a stored file cannot be screened here; send the picture")
    place = f"{field}.image_url"
    return _picture(name, read_data_url(reference.image_url, place), place)


def _wanted(verb: Verb) -> str:
    both = "multipart/form-data or application/json"
    wanted = {Verb.GENERATE: "application/json", Verb.VARY: "multipart/form-data"}
    return wanted.get(verb, both)
