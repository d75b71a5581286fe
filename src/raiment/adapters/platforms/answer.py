"""What a platform answered to a webhook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import msgspec

from raiment.casework.action import ANSWERS, ActionKind, ActionOutcome

DELIVERED: Final = "delivered"
ACKNOWLEDGED: Final = "acknowledged"
UNUSABLE: Final = "unusable-answer"
NO_ANSWER: Final = "no-answer"
TIMEOUT: Final = "timeout"
NO_PLATFORM: Final = "no-platform"

MOST_BYTES: Final = 64 * 1024
_OK: Final = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one sending."""

    word: str
    """For people and for the record: ``delivered``, ``http-503``, ``refused-404``, ``timeout``."""
    outcome: ActionOutcome | None = None
    """The action's outcome, where the answer is an acknowledgement."""


class _Body(msgspec.Struct):
    outcome: ActionOutcome | None = None


def read_answer(kind: ActionKind, status: int, body: bytes | None) -> Answer:
    """
    Read the answer to an action of *kind*. *body* None stands for one over ``MOST_BYTES``.

    200 with a JSON object ``{"outcome": …}`` acknowledges; any other 2xx says that the call arrived.
    """
    match status // 100:
        case 2:
            return _taken(kind, body) if status == _OK else Answer(DELIVERED)
        case 3:
            return Answer(f"redirect-{status}")
        case 4:
            return Answer(f"refused-{status}")
        case _:
            return Answer(f"http-{status}")


def _taken(kind: ActionKind, body: bytes | None) -> Answer:
    if body is None:
        return Answer(UNUSABLE)
    try:
        outcome = msgspec.json.decode(body, type=_Body).outcome
    except msgspec.ValidationError:
        # JSON, but its outcome is none of ours; or no object at all, which says nothing.
        return Answer(UNUSABLE if body.lstrip()[:1] == b"{" else DELIVERED)
    except (msgspec.DecodeError, RecursionError):
        return Answer(DELIVERED)
    if outcome is None:
        return Answer(DELIVERED)
    return Answer(ACKNOWLEDGED, outcome) if outcome in ANSWERS[kind] else Answer(UNUSABLE)
