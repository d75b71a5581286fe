"""``raiment words``: what the words of requests ask, and what the rules say to it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, BinaryIO, Literal

import msgspec
import typer

from raiment.adapters.postgres.ids import new_id
from raiment.bootstrap import load_screen, open_advisers
from raiment.environment import settings_from_environment
from raiment.errors import InvalidInput
from raiment.screening.detect_words import WordsReader, stricter
from raiment.screening.finding import OPINION
from raiment.screening.opinion import Advisers
from raiment.screening.request import Request, SourcePerson, Verb, person_in
from raiment.screening.screen_request import Screen, screen_request
from raiment.screening.words import Modality, WordsReading, reading_as_json
from raiment.screening.words.step import Step
from raiment.settings import Settings

app = typer.Typer()

_MOST_BYTES = 8_000_000
_MOST_HISTORY = 1000
_PERSON = {True: SourcePerson.YES, False: SourcePerson.NO}


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """One line of input."""

    text: str
    modality: Literal["generate", "edit", "either"] | None = None
    """Null: an edit where a source or earlier edits are told of, else either."""
    source_person: bool | None = None
    """Whether the source shows a real person; null: nobody looked."""
    history: Annotated[list[str], msgspec.Meta(max_length=_MOST_HISTORY)] = []
    """The words of earlier edits on the same root, oldest first."""


@app.command()
def words() -> None:
    """
    Read JSON lines {"text", "modality"?, "source_person"?, "history"?}, print a judgement for each.

    The modality is "generate", "edit", or "either", which judges the words as both; left out, it is
    "edit" beside a source_person or a history, else "either". Each line is answered by
    one: {"verdict": "allow|hold|block", "intents", "who", "minor", "language", "disguise", "spans", ...}.
    Advisers that RAIMENT_OPINIONS names are asked too, and answer under "opinions".
    """
    failed = asyncio.run(_judge_lines(settings_from_environment()))
    if failed:
        raise InvalidInput("lines", f"{failed} could not be read")


async def _judge_lines(settings: Settings) -> int:
    """Answer every line, and return how many could not be read."""
    screen, failed = load_screen(settings), 0
    async with open_advisers(settings) as advisers:
        for line in _lines(sys.stdin.buffer):
            answer = await _answer(line, screen, advisers)
            failed += "error" in answer
            sys.stdout.write(msgspec.json.encode(answer).decode() + "\n")
            sys.stdout.flush()
    return failed


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the lines of *stream*; one that is too long comes in parts, none of which is JSON."""
    for line in iter(lambda: stream.readline(_MOST_BYTES), b""):
        if line.strip():
            yield line


async def _answer(line: bytes, screen: Screen, advisers: Advisers) -> dict[str, object]:
    try:
        asked = msgspec.json.decode(line, type=Line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {"error": "not a JSON object of the form that raiment words --help shows"}
    reader = _Remembering(screen.words)
    request, remembering = _request(asked), replace(screen, words=reader)
    opinions = await advisers.ask(request.words)
    verdict = screen_request(request, {}, new_id("scr"), remembering, opinions)
    answer: dict[str, object] = {"verdict": verdict.effect.value}
    if opinions:
        heard = [one.as_json() for one in verdict.findings if one.capability == OPINION]
        answer["opinions"] = heard
    # The last readings are of the request itself, those before of its history.
    own = reader.readings[len(asked.history) :]
    return answer | (reading_as_json(stricter(own)) if own else {})


def _request(asked: Line) -> Request:
    about_a_source = asked.source_person is not None or asked.history
    verb = Verb(asked.modality or ("edit" if about_a_source else "either"))
    sources = int(verb is Verb.EDIT)
    unseen = person_in(verb, sources)
    person = unseen if asked.source_person is None else _PERSON[asked.source_person]
    return Request(
        verb=verb,
        texts=(asked.text,),
        source_person=person,
        sources=sources,
        masked=False,
        surface="words",
        history=tuple(asked.history),
    )


@dataclass(frozen=True, slots=True)
class _Remembering:
    """A reader whose readings can be looked at afterwards."""

    reader: WordsReader
    readings: list[WordsReading] = field(default_factory=list)

    @property
    def detector(self) -> str:
        return self.reader.detector

    @property
    def version(self) -> str:
        return self.reader.version

    def read(
        self,
        text: str,
        *,
        modality: Modality,
        source_person: bool | None,
        earlier: Sequence[Step] = (),
    ) -> WordsReading:
        reading = self.reader.read(
            text, modality=modality, source_person=source_person, earlier=earlier
        )
        self.readings.append(reading)
        return reading
