"""
The setting ``RAIMENT_OPINIONS``: detectors outside that are asked what they think of a request's words.

Nobody is asked unless the operator names him. Words stay inside the operator's network unless an entry
says in so many words that they may leave it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, urlsplit

import msgspec

from raiment.errors import ConfigurationError
from raiment.hosts import is_private_host

VARIABLE: Final = "RAIMENT_OPINIONS"
_MOST_ADVISERS: Final = 8
_Printed = Annotated[str, msgspec.Meta(pattern=r"\A[!-~]{1,4096}\Z")]
"""Text without blanks and control characters: what may stand in an HTTP header."""


class AdviserKind(StrEnum):
    """What kind of detector an adviser is: how it is asked, and how its answer reads."""

    LLAMA_GUARD = "llama-guard"
    QWEN3GUARD = "qwen3guard"
    GRANITE_GUARDIAN_3_2 = "granite-guardian-3.2"
    GRANITE_GUARDIAN_3_3 = "granite-guardian-3.3"
    GRANITE_GUARDIAN_4_1 = "granite-guardian-4.1"
    MODERATIONS = "moderations"
    AZURE_CONTENT_SAFETY = "azure-content-safety"


class Adviser(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One detector outside, as the operator named it."""

    name: Annotated[str, msgspec.Meta(pattern=r"\A[a-z][a-z0-9-]{0,31}\Z")]
    """Under which its opinions are recorded."""
    kind: AdviserKind
    url: str
    """Up to and including the version segment; for Azure the resource's endpoint."""
    model: _Printed | None = None
    key: _Printed | None = None
    required: bool = False
    """Without its answer a request is held."""
    seconds: Annotated[float, msgspec.Meta(ge=0.1, le=30)] = 2.0
    """How long it may take."""
    severity: Literal[2, 4, 6] | None = None
    """Azure only: from which of its severities on words count as sexual; None means 4, medium."""
    words_leave: bool = False
    """The operator knows that this server is outside, and sends it the words of requests."""

    def __repr__(self) -> str:
        """Return the name: the key is nobody's to read."""
        return f"Adviser({self.name!r})"


def read_advisers(text: str | None) -> tuple[Adviser, ...]:
    """Read the JSON list *text*; raise ConfigurationError naming entry and field, never a value."""
    if not text:
        return ()
    try:
        advisers = msgspec.json.decode(text, type=list[Adviser])
    except msgspec.ValidationError as error:
        raise ConfigurationError(VARIABLE, _reason(str(error))) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise ConfigurationError(VARIABLE, "must be a list in JSON") from None
    if len(advisers) > _MOST_ADVISERS:
        raise ConfigurationError(VARIABLE, f"must name at most {_MOST_ADVISERS}")
    for place, adviser in enumerate(advisers):
        _refuse(adviser, place, {other.name for other in advisers[:place]})
    return tuple(advisers)


def _refuse(adviser: Adviser, place: int, taken: set[str]) -> None:
    """Raise ConfigurationError for an entry whose fields do not go together."""
    parts = _split(adviser.url)
    azure = adviser.kind is AdviserKind.AZURE_CONTENT_SAFETY
    if parts is None or not parts.hostname:
        wrong = "url: must be http:// or https://, without query, fragment or password"
    elif adviser.name in taken:
        wrong = "name: is that of an earlier entry"
    elif not is_private_host(parts.hostname) and parts.scheme != "https":
        wrong = "url: must be https:// for a server outside your network"
    elif not is_private_host(parts.hostname) and not adviser.words_leave:
        wrong = (
            "words_leave: must be true, since this server is outside and gets the words of requests"
        )
    elif azure and (adviser.key is None or adviser.model is not None):
        wrong = "key, model: this kind needs a key and has no model"
    elif adviser.model is None and adviser.kind not in _NEED_NO_MODEL:
        wrong = "model: is missing"
    elif adviser.severity is not None and not azure:
        wrong = "severity: is for azure-content-safety only"
    else:
        return
    raise ConfigurationError(VARIABLE, f"[{place}].{wrong}")


_NEED_NO_MODEL: Final = frozenset({AdviserKind.MODERATIONS, AdviserKind.AZURE_CONTENT_SAFETY})


def _split(url: str) -> SplitResult | None:
    """Return the parts of *url*, None where it is not one that can be called as it stands."""
    try:
        parts = urlsplit(url)
        whole = parts.port != 0 and url.isascii() and not set(url) & set(" \t\r\n\\")
    except ValueError:
        return None
    plain = not parts.query and not parts.fragment and "@" not in parts.netloc
    return parts if whole and plain and parts.scheme in {"http", "https"} else None


def _reason(message: str) -> str:
    """Return what the decoder says, the place first, without the value that it may quote."""
    what, _, place = message.partition(" - at ")
    place = place.strip("`").removeprefix("$")
    if what.startswith("Invalid enum value"):
        what = _VALUES.get(place.rpartition(".")[2], what)
    elif "matching regex" in what:
        what = "must be in the form that docs/settings.md shows"
    return f"{place}: {what}".removeprefix(": ")


_VALUES: Final = {
    "kind": f"must be one of {', '.join(AdviserKind)}",
    "severity": "must be 2, 4 or 6",
}
