"""Request: what a generator is asked, as far as screening looks at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from raiment.screening.chain import UNCHAINED, Chain


class Verb(StrEnum):
    """What the generator is to do; the value is the policy's ``modality``."""

    GENERATE = "generate"
    EDIT = "edit"
    VARY = "vary"
    EITHER = "either"
    """Nobody says whether the words are drawn or change a source: they are read as both."""


class SourcePerson(StrEnum):
    """Whether a source picture shows a real person."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    """Nobody looked. The rules take it for a yes."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request, whichever door it came through."""

    verb: Verb
    texts: tuple[str, ...] = field(repr=False)
    """The prompt, then whatever else words can be sent in: negative prompt, style. Never kept."""
    source_person: SourcePerson
    sources: int
    masked: bool
    surface: str
    """The door: ``images.edits``, ``moderations``, ``screenings``."""
    actor: str | None = field(default=None, repr=False)
    """For whom the client asks: its own opaque id."""
    history: tuple[str, ...] = field(default=(), repr=False)
    """The words of earlier edits on the same root, oldest first: where the caller tells them."""
    chain: Chain = UNCHAINED
    """What the ledger knows of edits before those."""
    denials: int = 0
    """Earlier requests on the same roots that were blocked."""

    @property
    def words(self) -> str:
        """All words as one text, so that nothing is hidden by spreading it over fields."""
        return "\n".join(text for text in self.texts if text)


def person_in(verb: Verb, sources: int) -> SourcePerson:
    """Return what is known before any detector looks: without a source, nobody is in it."""
    return SourcePerson.NO if verb is Verb.GENERATE and not sources else SourcePerson.UNKNOWN
