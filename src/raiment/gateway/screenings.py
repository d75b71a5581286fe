"""``/v1/screenings``: the same screening for whoever builds the generator's call himself."""

from __future__ import annotations

import msgspec

from raiment.errors import InvalidInput, TooLarge
from raiment.gateway.doors import Gateway, caller, decide
from raiment.gateway.fields import LONGEST_ACTOR, LONGEST_PROMPT
from raiment.screening.request import Request, SourcePerson, Verb, person_in

LONGEST_HISTORY = 32
_SURFACE = "screenings"


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    text: str
    modality: Verb
    source_person: SourcePerson | None = None
    history: list[str] = []
    actor: str | None = None


async def screen(gateway: Gateway, body: bytes, key_id: str) -> dict[str, object]:
    """Return the verdict on the words in *body*. Raises InvalidInput naming the field."""
    request = parse_screening(body)
    verdict = await decide(gateway, request, {}, caller(key_id, request, gateway.keys))
    return {
        "decision_id": verdict.decision_id,
        "verdict": verdict.effect,
        "rules": verdict.public_names,
        "notes": verdict.notes,
        "categories": verdict.categories,
        "unavailable": verdict.unavailable,
        "findings": [finding.as_json() for finding in verdict.findings],
    }


def parse_screening(body: bytes) -> Request:
    """Return the request in *body*."""
    try:
        asked = msgspec.json.decode(body, type=_Asked)
    except msgspec.ValidationError as error:
        raise InvalidInput(_place(str(error)), "does not hold what it must") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput("body", "is not JSON") from error
    _bound("text", asked.text, LONGEST_PROMPT)
    _bound("actor", asked.actor or "", LONGEST_ACTOR)
    if len(asked.history) > LONGEST_HISTORY:
        raise TooLarge("history", f"more than {LONGEST_HISTORY} texts", limit=LONGEST_HISTORY)
    for i, text in enumerate(asked.history):
        _bound(f"history.{i}", text, LONGEST_PROMPT)
    return Request(
        verb=asked.modality,
        texts=(asked.text,),
        source_person=asked.source_person or person_in(asked.modality, 0),
        sources=0,
        masked=False,
        surface=_SURFACE,
        actor=asked.actor,
        history=tuple(asked.history),
    )


def _bound(field: str, text: str, most: int) -> None:
    if len(text) > most:
        raise TooLarge(field, f"more than {most} characters", limit=most)
    if "\x00" in text:
        raise InvalidInput(field, "must not hold a zero character")


def _place(message: str) -> str:
    """Return the field that the decoder's *message* names with ``$.field``; never anything else."""
    _, _, path = message.partition("`$.")
    name = path.partition("`")[0].partition("[")[0]
    return name if name in _Asked.__struct_fields__ else "body"
