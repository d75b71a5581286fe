"""``/v1/moderations``: the same screening, in the shape that moderation clients know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from raiment.adapters.postgres.ids import new_id
from raiment.errors import InvalidInput, TooLarge
from raiment.gateway.doors import Gateway, caller, decide, see
from raiment.gateway.fields import LONGEST_PROMPT
from raiment.gateway.order import MOST_SOURCE_BYTES, parse_json_object, read_data_url
from raiment.policy.rule import Effect
from raiment.screening.finding import KNOWN_IMAGE, OPINION, WORDS
from raiment.screening.request import Request, Verb, person_in
from raiment.screening.verdict import Verdict

MODEL = "raiment-screening-1"
MOST_INPUTS = 32
_SURFACE = "moderations"
_CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent",
    "self-harm", "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors",
    "violence", "violence/graphic",
)  # fmt: skip
"""The thirteen that typed clients require. Only the sexual ones are looked for here."""


@dataclass(frozen=True, slots=True)
class Input:
    """One thing to be moderated: a text, or texts and pictures that belong together."""

    text: str
    pictures: tuple[bytes, ...] = ()


class _Address(msgspec.Struct):
    url: str


class _Part(msgspec.Struct):
    type: str
    text: str | None = None
    image_url: _Address | None = None


async def moderate(gateway: Gateway, body: bytes, key_id: str) -> dict[str, object]:
    """Return the moderation of the inputs in *body*. Raises InvalidInput naming the field."""
    inputs = parse_inputs(parse_json_object(body))
    results = [await _result(gateway, one, key_id) for one in inputs]
    return {"id": new_id("modr"), "model": MODEL, "results": results}


def parse_inputs(given: dict[str, object]) -> Sequence[Input]:
    """Return the inputs: a text, a list of texts, or one list of parts that belong together."""
    value = given.get("input")
    if isinstance(value, str):
        return [Input(_text(value, "input"))]
    if not isinstance(value, list) or not value:
        raise InvalidInput("input", "must be a text, or a list that is not empty")
    if len(value) > MOST_INPUTS:
        raise TooLarge("input", f"more than {MOST_INPUTS} elements", limit=MOST_INPUTS)
    if all(isinstance(one, str) for one in value):
        return [Input(_text(one, f"input.{i}")) for i, one in enumerate(value)]
    return [_together(value)]


def _together(parts: list[object]) -> Input:
    texts: list[str] = []
    pictures: list[bytes] = []
    for i, given in enumerate(parts):
        try:
            part = msgspec.convert(given, _Part)
        except msgspec.ValidationError as error:
            raise InvalidInput(f"input.{i}", "must be a text or an image_url part") from error
        if part.type == "text" and part.text is not None:
            texts.append(part.text)
        elif part.type == "image_url" and part.image_url is not None:
            pictures.append(_picture(part.image_url.url, f"input.{i}.image_url.url"))
        else:
            raise InvalidInput(f"input.{i}.type", "must be text or image_url, with its content")
    return Input(_text("\n".join(texts), "input"), tuple(pictures))


def _text(text: str, field: str) -> str:
    if len(text) > LONGEST_PROMPT:
        raise TooLarge(field, f"more than {LONGEST_PROMPT} characters", limit=LONGEST_PROMPT)
    return text


def _picture(address: str, field: str) -> bytes:
    data = read_data_url(address, field)
    if len(data) > MOST_SOURCE_BYTES:
        raise TooLarge(field, f"more than {MOST_SOURCE_BYTES} bytes", limit=MOST_SOURCE_BYTES)
    return data


async def _result(gateway: Gateway, given: Input, key_id: str) -> dict[str, object]:
    # A text alone may be meant for a photograph that the generator is given later.
    verb = Verb.EDIT if given.pictures else Verb.EITHER
    count = len(given.pictures)
    request = Request(
        verb=verb,
        texts=(given.text,),
        source_person=person_in(verb, count),
        sources=count,
        masked=False,
        surface=_SURFACE,
    )
    seen = {
        f"sources.{i}": await see(gateway.eyes, data, f"input.{i}")
        for i, data in enumerate(given.pictures)
    }
    verdict = await decide(gateway, request, seen, caller(key_id, request, gateway.keys))
    return _moderation(verdict, pictures=bool(count))


def _moderation(verdict: Verdict, *, pictures: bool) -> dict[str, object]:
    minors = "sexual/minors" in verdict.categories
    flagged = {"sexual": bool(verdict.categories), "sexual/minors": minors}
    words = max(
        (one.score or 0.0 for one in verdict.findings if one.capability in {WORDS, OPINION}),
        default=0.0,
    )
    known = any(one.score == 1.0 for one in verdict.findings if one.capability == KNOWN_IMAGE)
    score = 1.0 if known else words
    scores = {"sexual": score, "sexual/minors": score if minors else 0.0}
    types = {"sexual": ["text", "image"] if pictures else ["text"], "sexual/minors": ["text"]}
    return {
        "flagged": verdict.effect is not Effect.ALLOW,
        "categories": {name: flagged.get(name, False) for name in _CATEGORIES},
        "category_scores": {name: scores.get(name, 0.0) for name in _CATEGORIES},
        "category_applied_input_types": {name: types.get(name, []) for name in _CATEGORIES},
        "safeguard": {
            "v": 1,
            "decision_id": verdict.decision_id,
            "verdict": verdict.effect,
            "rules": verdict.public_names,
            "notes": verdict.notes,
            "categories": verdict.categories,
            "unavailable": verdict.unavailable,
        },
    }
