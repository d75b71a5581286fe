"""The port to a generator: what it is asked, and the four ways it can answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from raiment.screening.request import Verb

Value: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class File:
    """A picture that goes upstream, byte for byte as it was screened."""

    name: str
    """The form field: ``image``, ``mask``, ``markup``."""
    mime: str
    """By the magic number, whatever the client called it."""
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Call:
    """What the generator is asked: exactly what was screened, and nothing else."""

    verb: Verb
    fields: Mapping[str, Value] = field(repr=False)
    files: tuple[File, ...]
    """Sources in order, then mask and markup where there are any."""
    as_json: bool
    """Whether an edit is sent as JSON with ``data:`` URLs, as the client sent it, or as a form."""


@dataclass(frozen=True, slots=True)
class Output:
    """One picture that was made."""

    data: bytes = field(repr=False)
    revised_prompt: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Made:
    """Pictures, at least one."""

    outputs: tuple[Output, ...]
    about: Mapping[str, object]
    """``created``, ``size``, ``quality``, ``usage`` and such, as the generator tells them."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The generator's own safety system said no, however it spelt that."""

    stage: str
    """``input``, ``output`` or ``unknown``."""
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejected:
    """The generator found the request wrong: nothing of its text is kept, which may quote ours."""

    status: int
    type: str | None
    code: str | None
    param: str | None
    retry_after: int | None
    """Seconds."""


Answer: TypeAlias = Made | Refused | Rejected


class Upstream(Protocol):
    """A generator of pictures."""

    async def make(self, call: Call) -> Answer:
        """Do what *call* asks. Raise Unavailable where there is no answer, or none we understand."""
