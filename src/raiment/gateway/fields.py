"""
The parameters an images call may have, each parsed once. What is not named here is refused.

A parameter nobody here knows may be a source, a prompt or a safety switch under another name, so it
never goes upstream unseen. Known safety switches are overridden: the operator's screening is not the caller's
to turn down.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from raiment.errors import InvalidInput, UnknownParameter
from raiment.screening.request import Verb
from raiment.screening.upstream import Value

MOST_SOURCES = 16
LONGEST_PROMPT = 32_000
"""Characters (OpenAI's limit); of all words together."""
LONGEST_ACTOR = 128
MOST_IMAGES = 10

Parse: TypeAlias = Callable[[object, str], Value]

_NAME = re.compile(r"[A-Za-z0-9_.:/@+-]{1,128}")
_SIZE = re.compile(r"auto|[1-9]\d{1,3}x[1-9]\d{1,3}")
_RATIO = re.compile(r"auto|\d{1,2}(\.\d)?:\d{1,2}(\.\d)?")
_RESOLUTION = re.compile(r"auto|\d{1,4}[kKpP]?")
_WHOLE = re.compile(r"-?\d{1,12}")
_DECIMAL = re.compile(r"-?\d{1,9}(\.\d{1,9})?")
_LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Fields:
    """The parameters of one call."""

    words: tuple[str, ...]
    actor: str | None
    stream: bool
    upstream: Mapping[str, Value]
    """What goes upstream, words included."""


def parse_fields(verb: Verb, given: Mapping[str, object]) -> Fields:
    """
    Return the parameters *given*: JSON values, or the texts of a form.

    Raises InvalidInput naming the parameter.
    """
    known = _KNOWN[verb]
    values: dict[str, Value] = {}
    for name, value in given.items():
        if name not in known and name not in _SWITCHES:
            raise UnknownParameter(_plain(name), "is not a parameter that the gateway passes on")
        if value is not None and name in known:
            values[name] = known[name](value, name)
    if verb is not Verb.VARY and not str(values.get("prompt", "")).strip():
        raise InvalidInput("prompt", "is missing")
    words = tuple(
        said + _said_by(name, values) for name, said in _WORDS.items() if values.get(name)
    )
    if sum(map(len, words)) > LONGEST_PROMPT:
        raise InvalidInput("prompt", f"must have at most {LONGEST_PROMPT} characters")
    actor = values.get("safety_identifier") or values.get("user")
    return Fields(words, str(actor) if actor else None, bool(values.get("stream")), _sent(values))


def _said_by(name: str, values: Mapping[str, Value]) -> str:
    """Return the words of parameter *name* as they are judged."""
    words = str(values[name])
    # One line: what opens a negative prompt is read together with all of it.
    return ", ".join(_DECENCY.sub(" ", words).splitlines()) if name == "negative_prompt" else words


def _sent(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return what goes upstream of *values*: nothing that streams, nothing answered as an address."""
    sent = {name: value for name, value in values.items() if name not in _OURS}
    if "response_format" in sent:
        sent["response_format"] = "b64_json"
    return sent


def _plain(name: str) -> str:
    """Return *name* if it is one, for the error; it may be anything."""
    return name if _NAME.fullmatch(name) else "body"


def _text(most: int) -> Parse:
    def parse(value: object, name: str) -> str:
        if not isinstance(value, str) or len(value) > most:
            raise InvalidInput(name, f"must be a text of at most {most} characters")
        if "\x00" in value:
            raise InvalidInput(name, "must not hold a zero character")
        return value

    return parse


def _matching(pattern: re.Pattern[str], what: str) -> Parse:
    def parse(value: object, name: str) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise InvalidInput(name, f"must be {what}")
        return value

    return parse


def _one_of(*choices: str) -> Parse:
    return _matching(re.compile("|".join(choices)), f"one of {', '.join(choices)}")


def _whole(least: int, most: int) -> Parse:
    def parse(value: object, name: str) -> int:
        if isinstance(value, str) and _WHOLE.fullmatch(value):
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise InvalidInput(name, f"must be a whole number from {least} to {most}")
        return value

    return parse


def _number(least: float, most: float) -> Parse:
    def parse(value: object, name: str) -> float:
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            value = float(value)
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not least <= value <= most
        ):
            raise InvalidInput(name, f"must be a number from {least} to {most}")
        return value

    return parse


def _flag(value: object, name: str) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in {"true", "false"}:
        return value == "true"
    raise InvalidInput(name, "must be true or false")


def _overridden(_value: object, _name: str) -> str:
    return "auto"


_PROMPT = _text(LONGEST_PROMPT)
_ACTOR = _text(LONGEST_ACTOR)
_TOKEN = _matching(_NAME, "a name")

_WORDS: Mapping[str, str] = {"prompt": "", "negative_prompt": "negative prompt: ", "style": ""}
"""
Parameters that hold words, in the order in which they are read, and what is read before each.

Clothes in a negative prompt are to be absent: read by themselves they would say nothing.
"""
_DECENCY = re.compile(r"\b(?:nsfw|nudity|nude|naked|topless|porn|sexual|explicit)\b", re.IGNORECASE)
"""What a negative prompt may name without a second thought: it asks for the opposite."""
_OURS = frozenset({"stream", "partial_images"})
"""Answered here: an upstream that streams would show pictures nobody has screened."""
_SWITCHES = frozenset(
    {
        "enable_safety_checker", "disable_safety_checker", "safety_checker", "safety_tolerance",
        "enable_safety_checks", "safe_mode", "person_generation", "personGeneration", "guardrails",
    }
)  # fmt: skip
"""Safety switches of various generators. Dropped: the upstream's default applies."""

_COMMON: Mapping[str, Parse] = {
    "model": _TOKEN,
    "n": _whole(1, MOST_IMAGES),
    "size": _matching(_SIZE, "auto or WIDTHxHEIGHT"),
    "response_format": _one_of("b64_json", "url"),
    "user": _ACTOR,
    "safety_identifier": _ACTOR,
}
_PROMPTED: Mapping[str, Parse] = {
    **_COMMON,
    "prompt": _PROMPT,
    "negative_prompt": _PROMPT,
    "style": _PROMPT,
    "moderation": _overridden,
    "quality": _one_of("auto", "low", "medium", "high", "standard", "hd"),
    "complexity": _one_of("auto", "low", "medium", "high"),
    "background": _one_of("transparent", "opaque", "auto"),
    # Neither a drawing program (svg) nor every frame of an animation (gif) can be screened.
    "output_format": _one_of("png", "jpeg", "webp"),
    "output_compression": _whole(0, 100),
    "stream": _flag,
    "partial_images": _whole(0, 3),
    "aspect_ratio": _matching(_RATIO, "auto or WIDTH:HEIGHT"),
    "resolution": _matching(_RESOLUTION, "auto or such as 1k, 2K, 720p"),
    "seed": _whole(-1, _LARGEST_SEED),
    "guidance_scale": _number(0, 100),
    "true_cfg_scale": _number(0, 100),
    "num_inference_steps": _whole(1, 1000),
}
_KNOWN: Mapping[Verb, Mapping[str, Parse]] = {
    Verb.GENERATE: _PROMPTED,
    Verb.EDIT: {**_PROMPTED, "input_fidelity": _one_of("low", "high"), "strength": _number(0, 1)},
    Verb.VARY: _COMMON,
}
