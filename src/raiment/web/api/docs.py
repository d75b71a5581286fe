"""``/docs``: the OpenAPI document as a page, without a script or a file from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from raiment.web.api.problem import REASONS
from raiment.web.pages import page

routes = APIRouter(include_in_schema=False)

_LAST = "operations"
_DONE = {"Successful Response": "Done."}
"""What the framework says where nobody said more -> what we say."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a field of a body."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    id: str
    noun: str
    method: str
    path: str
    about: tuple[str, ...]
    """Paragraphs; words between backquotes are code."""
    keyed: bool
    content_types: tuple[str, ...]
    fields: tuple[Field, ...]
    answers: tuple[tuple[str, str], ...]
    """Status and what it means, refusals aside that mean what they mean everywhere."""
    refusals: tuple[str, ...]
    """The statuses of those, see ``problem.REASONS``."""


@routes.get("/docs")
async def show_docs(request: Request) -> Response:
    """Show the API as it describes itself."""
    nouns: dict[str, list[Operation]] = {}
    for operation in _operations(request.app.openapi()):
        nouns.setdefault(operation.noun, []).append(operation)
    # What keeps a server running comes after what callers came for.
    nouns |= {_LAST: nouns.pop(_LAST, [])}
    return page("api/docs.html", nouns=nouns, reasons=REASONS)


def _operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            bodies = operation.get("requestBody", {}).get("content", {})
            answers = sorted(
                (status, answer["description"]) for status, answer in operation["responses"].items()
            )
            yield Operation(
                id=operation["operationId"],
                noun=operation["tags"][0],
                method=method.upper(),
                path=path,
                about=tuple(operation["description"].split("\n\n")),
                keyed="security" in operation,
                content_types=tuple(bodies),
                fields=(*_parameters(operation), *_body_fields(bodies)),
                answers=tuple(
                    (status, _DONE.get(about, about))
                    for status, about in answers
                    if not _is_common(status, about)
                ),
                refusals=tuple(one[0] for one in answers if _is_common(*one)),
            )


def _is_common(status: str, about: str) -> bool:
    return about == REASONS.get(int(status))


def _parameters(operation: Mapping[str, Any]) -> Iterator[Field]:
    for one in operation.get("parameters", ()):
        kind = f"{_kind(one['schema'])}, {one['in']}"
        yield Field(one["name"], kind, one.get("required", False), one.get("description", ""))


def _body_fields(bodies: Mapping[str, Any]) -> Iterator[Field]:
    """Yield the fields of every form the body can have, each once."""
    seen: set[str] = set()
    for body in bodies.values():
        schema = body["schema"]
        for name, described in schema.get("properties", {}).items():
            if name not in seen:
                seen.add(name)
                required = name in schema.get("required", ())
                yield Field(name, _kind(described), required, described.get("description", ""))


def _kind(schema: Mapping[str, Any]) -> str:
    """Return the type in words: ``one of a, b``, ``list of text``."""
    if "enum" in schema:
        return "one of " + ", ".join(schema["enum"])
    if "anyOf" in schema:
        kinds = (_kind(one) for one in schema["anyOf"] if one.get("type") != "null")
        return " or ".join(kinds)
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if schema.get("format") == "binary":
        return "file"
    names = {"string": "text", "boolean": "true or false", "integer": "number"}
    return names.get(schema.get("type", ""), "any")
