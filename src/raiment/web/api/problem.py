"""How refusals look in the API's description: RFC 9457 problems."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from raiment.adapters.http.problems import PROBLEM_JSON

REASONS = {
    401: "No API key, or one that is unknown or revoked.",
    403: "The API key does not carry the scope that this needs.",
    404: "There is no such thing, or none that this caller may know of.",
    409: "The thing exists already and is another, or it moved on meanwhile.",
    413: "A body, picture or list larger than is read. `field` names it.",
    422: "Something in the request is missing or malformed. `field` names it.",
    429: "Too many calls. `Retry-After` says when to come back, in seconds.",
    503: "A part that is needed does not answer. Nothing was stored; this never means “no match”.",
}


class Problem(BaseModel):
    """What was refused and why (RFC 9457). It never repeats the value that was sent."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(examples=["urn:raiment:problem:invalid-input"])
    title: str = Field(examples=["invalid input"])
    status: int = Field(ge=400, le=599, examples=[422])
    detail: str = Field(examples=["content_id: is missing"])
    field: str | None = Field(None, description="The field at fault, where there is one.")


_CONTENT = {PROBLEM_JSON: {"schema": Problem.model_json_schema()}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of those of the refusals that a route can answer with."""
    return {
        status: {"description": REASONS[status], "content": _CONTENT}
        for status in sorted({*statuses, 422, 503})
    }


def problems_with_key(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the same for a route that asks for an API key."""
    return problems(401, 403, *statuses)
