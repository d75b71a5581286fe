"""From the report form as filled in to a draft, without refusing anything that is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from raiment.casework.report import (
    DECLARATIONS,
    MOST_LINE,
    MOST_LOCATION_BYTES,
    MOST_LOCATIONS,
    MOST_TEXT,
    Minor,
    Relation,
    ReportDraft,
)
from raiment.casework.report_answers import AI_MADE, read_answers
from raiment.web.forms import Form

SHOWS: Mapping[str, str] = MappingProxyType(
    {
        "intimate_parts": "A body shown naked or partly naked",
        "underwear": "Somebody in underwear, or in clothing made see-through",
        "sexual_act": "A sexual act, or somebody made to look as if in one",
        "toilet": "A private moment, such as washing or using the toilet",
        "other": "Something else that is intimate",
    }
)
"""What can be ticked under "what it shows": the ticks of ``casework.report_answers`` in words."""

LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "en": "English",
        "ar": "العربية",
        "bn": "বাংলা",
        "zh": "中文",
        "nl": "Nederlands",
        "fr": "Français",
        "de": "Deutsch",
        "hi": "हिन्दी",
        "it": "Italiano",
        "ja": "日本語",
        "ko": "한국어",
        "pl": "Polski",
        "pt": "Português",
        "ro": "Română",
        "es": "Español",
        "sv": "Svenska",
        "tr": "Türkçe",
        "uk": "Українська",
        "ur": "اردو",
        "cy": "Cymraeg",
    }
)
"""In which languages an answer can be asked for."""

_LINES = ("name", "contact", "signature", "country")
_TEXTS = ("locations", "content", "why", *_LINES)
_TICKS = ("shows", "declaration", "danger")
_NAMED = ("name", "signature")


def is_blank(form: Form) -> bool:
    """Whether nothing at all was said: no notice, only a click."""
    return not any(form.many(name) for name in (*_TEXTS, *_TICKS))


def too_long(form: Form) -> dict[str, str]:
    """Return, by field, what to say about answers longer than can be kept."""
    said = {name: _excess(form.one(name), MOST_LINE) for name in _LINES}
    said["why"] = _excess(form.one("why"), MOST_TEXT)
    said["locations"] = _locations_complaint(form.lines("locations"))
    content = form.many("content")
    if len(content) > MOST_LOCATIONS or any(len(one) > MOST_LINE for one in content):
        said["content"] = f"At most {MOST_LOCATIONS} items of at most {MOST_LINE} characters each."
    return {name: complaint for name, complaint in said.items() if complaint}


def draft_from(form: Form) -> ReportDraft:
    """
    Return the draft. A choice left open, or one the form does not offer, is one not made.

    Where the form said that it concerns a child, no name is kept (facts of law, 6c), except of somebody
    who acts for it. *form* has nothing ``too_long``.
    """
    answers: dict[str, object] = {
        "relation": _offered(form.one("relation"), Relation),
        "locations": form.lines("locations"),
        "content_ids": form.many("content"),
        "shows": [tick for tick in SHOWS if form.has("shows", tick)],
        "declarations": [tick.value for tick in DECLARATIONS if form.has("declaration", tick)],
        "why": form.one("why"),
        "minor": _offered(form.one("minor"), Minor),
        "danger": form.ticked("danger"),
        "ai_made": _offered(form.one("ai_made"), AI_MADE),
        "share_hash": form.ticked("share_hash"),
        "language": _offered(form.one("language"), LANGUAGES),
        "country": form.one("country"),
        "contact": form.one("contact"),
    }
    if answers["minor"] in {"", Minor.NO} or answers["relation"] == Relation.ACTING_FOR:
        answers |= {name: form.one(name) for name in _NAMED}
    return read_answers(answers, route="form")


def _offered(given: str, offered: Iterable[str]) -> str:
    return given if given in set(offered) else ""


def _excess(text: str, most: int) -> str:
    if len(text) <= most:
        return ""
    return f"This is {len(text) - most} characters too long: at most {most} can be kept."


def _locations_complaint(lines: tuple[str, ...]) -> str:
    if len(lines) > MOST_LOCATIONS:
        return (
            f"These are {len(lines)} lines: at most {MOST_LOCATIONS} fit one report. "
            "Move the rest to a second report; it joins the same case."
        )
    for number, line in enumerate(lines, 1):
        if len(line.encode()) > MOST_LOCATION_BYTES:
            return f"Line {number} is too long: at most {MOST_LOCATION_BYTES} characters each."
    return ""
