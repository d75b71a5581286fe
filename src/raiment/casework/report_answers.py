"""
Read the answers of a report, by whichever door they came: the form, or a platform that relays them.

A missing answer is no error (act, then ask). What is given must be what the field holds, and bounded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TypeVar

from raiment.casework.report import (
    DECLARATIONS,
    MOST_LINE,
    MOST_LOCATION_BYTES,
    MOST_LOCATIONS,
    MOST_TEXT,
    Minor,
    Relation,
    ReportDraft,
    Reporter,
)
from raiment.errors import InvalidInput, TooLarge
from raiment.policy.regime import ReportField

SHOWS = ("intimate_parts", "underwear", "sexual_act", "toilet", "other")
"""The ticks of "what it shows": the states and acts of OSA 2023 s. 10(3B) and SOA 2003 s. 66D."""

AI_MADE = ("yes", "no", "unsure")
LANGUAGE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}"
"""A language tag (BCP 47) as browsers send them."""

FIELDS = frozenset(
    {
        "relation", "locations", "content_ids", "shows", "declarations", "why", "minor", "danger",
        "ai_made", "share_hash", "language", "country", "name", "contact", "signature",
    }
)  # fmt: skip

_Choice = TypeVar("_Choice", bound=StrEnum)


def read_answers(answers: Mapping[str, object], *, route: str) -> ReportDraft:
    """
    Return the draft that *answers* hold, field name -> text, list of texts, or bool for a tick.

    Raise InvalidInput (TooLarge for a list) naming the field that is unknown, of another type, too
    long, or not one of its choices. An unanswered age counts as unsure, which protects most.
    """
    for name in answers:
        if name not in FIELDS:
            raise InvalidInput(_shown(name), "is no field of a report")
    language = _line(answers, "language") or "en"
    if not re.fullmatch(LANGUAGE, language):
        raise InvalidInput("language", "must be a language tag such as en or pt-BR")
    return ReportDraft(
        route=route,
        relation=_choice(answers, "relation", Relation, Relation.UNSAID),
        locations=_locations(answers),
        content_ids=_lines(answers, "content_ids"),
        shows=_ticks(answers, "shows", SHOWS),
        declarations=frozenset(
            ReportField(tick) for tick in _ticks(answers, "declarations", sorted(DECLARATIONS))
        ),
        why=_text(answers.get("why", ""), "why", MOST_TEXT),
        minor=_choice(answers, "minor", Minor, Minor.UNSURE),
        danger=_tick(answers, "danger"),
        ai_made=_one_of(_line(answers, "ai_made") or "unsure", "ai_made", AI_MADE),
        share_hash=_tick(answers, "share_hash"),
        language=language,
        country=_line(answers, "country"),
        reporter=Reporter(
            _line(answers, "name"), _line(answers, "contact"), _line(answers, "signature")
        ),
    )


def _text(value: object, field: str, most: int) -> str:
    if not isinstance(value, str):
        raise InvalidInput(field, "must be a text")
    if len(value) > most:
        raise InvalidInput(field, f"at most {most} characters")
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in value):
        raise InvalidInput(field, "holds a character that no text can hold")
    return value.strip()


def _line(answers: Mapping[str, object], field: str) -> str:
    return " ".join(_text(answers.get(field, ""), field, MOST_LINE).split())


def _listed(
    answers: Mapping[str, object], field: str, most: int, longest: int = MOST_LINE
) -> tuple[str, ...]:
    """Return the texts of a list, in order, each once, without empty ones."""
    given = answers.get(field, ())
    if not isinstance(given, list | tuple):
        raise InvalidInput(field, "must be a list of texts")
    if len(given) > most:
        raise TooLarge(field, f"at most {most}", limit=most)
    texts = (_text(one, f"{field}.{place}", longest) for place, one in enumerate(given))
    return tuple(dict.fromkeys(text for text in texts if text))


def _lines(answers: Mapping[str, object], field: str) -> tuple[str, ...]:
    return _listed(answers, field, MOST_LOCATIONS)


def _locations(answers: Mapping[str, object]) -> tuple[str, ...]:
    locations = _listed(answers, "locations", MOST_LOCATIONS, MOST_LOCATION_BYTES)
    for place, location in enumerate(locations):
        if len(location.encode()) > MOST_LOCATION_BYTES:
            raise InvalidInput(f"locations.{place}", f"at most {MOST_LOCATION_BYTES} bytes")
    return locations


def _ticks(answers: Mapping[str, object], field: str, allowed: Sequence[str]) -> tuple[str, ...]:
    ticks = _listed(answers, field, MOST_LOCATIONS)
    return tuple(_one_of(tick, field, allowed) for tick in ticks)


def _tick(answers: Mapping[str, object], field: str) -> bool:
    given = answers.get(field, False)
    if not isinstance(given, bool):
        raise InvalidInput(field, "must be true or false")
    return given


def _one_of(text: str, field: str, allowed: Sequence[str]) -> str:
    if text not in allowed:
        raise InvalidInput(field, f"must be one of: {', '.join(allowed)}")
    return text


def _choice(
    answers: Mapping[str, object], field: str, kind: type[_Choice], unanswered: _Choice
) -> _Choice:
    text = _line(answers, field)
    return kind(_one_of(text, field, tuple(kind))) if text else unanswered


def _shown(name: object) -> str:
    """Return an unknown field's name as far as it can be repeated."""
    return name if isinstance(name, str) and re.fullmatch(r"[a-z_]{1,40}", name) else "report"
