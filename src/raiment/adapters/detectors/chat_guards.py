"""
Chat models that judge a text, behind an OpenAI-compatible server (vLLM, SGLang, llama.cpp, Ollama).

Each family answers in a form of its own, given by its model card:
Llama Guard 3 and 4 (github.com/meta-llama/PurpleLlama), Qwen3Guard-Gen (github.com/QwenLM/Qwen3Guard),
Granite Guardian 3.0 to 4.1 (github.com/ibm-granite/granite-guardian). What is not exactly in that form is no
answer: a model can be talked into saying something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from raiment.adapters.detectors.dialect import Ask, bearer, decode, nonsense
from raiment.adviser_settings import AdviserKind
from raiment.screening.opinion import Said

_MOST_TOKENS: Final = 128
"""Longer than the longest answer: every category of every family."""


class _Message(msgspec.Struct):
    content: str | None = None


class _Choice(msgspec.Struct):
    message: _Message
    finish_reason: str | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice]


@dataclass(frozen=True, slots=True)
class Family:
    """How one family of guards is asked, and how the text of its answer is read."""

    read: Callable[[str], Said]
    template: Mapping[str, object] | None = None
    """Arguments of the model's own chat template (vLLM's ``chat_template_kwargs``)."""
    question: str | None = None
    """A second message after the words, for families that are asked in words."""


@dataclass(frozen=True, slots=True)
class ChatGuard:
    """``Dialect`` of a guard model."""

    family: Family
    model: str
    key: str | None

    @property
    def headers(self) -> Mapping[str, str]:
        """What authenticates us."""
        return bearer(self.key)

    def asks(self, words: str) -> Sequence[Ask]:
        """Return the one call that asks about *words*, its tags made harmless."""
        # Words may hold what ends a turn for the model (``<|eot_id|>``, ``<END CONVERSATION>``) and then
        # speak in its place; none of the families has a tag that does not begin like this.
        turns = [words.replace("<", "\u2039")]
        if self.family.question is not None:
            turns.append(self.family.question)
        body: dict[str, object] = {
            "model": self.model,
            "messages": [{"role": "user", "content": turn} for turn in turns],
            "temperature": 0,
            "max_tokens": _MOST_TOKENS,
            "stream": False,
        }
        if self.family.template is not None:
            body["chat_template_kwargs"] = self.family.template
        return [Ask("chat/completions", msgspec.json.encode(body))]

    def read(self, answer: bytes) -> Said:
        """Return what the model says; Unavailable for an answer cut short, empty, or in another form."""
        choices = decode(answer, _Completion).choices
        if len(choices) != 1 or choices[0].finish_reason != "stop":
            raise nonsense()
        return self.family.read((choices[0].message.content or "").strip())


_LLAMA: Final = re.compile(r"safe|unsafe\s*\n\s*(S\d{1,2}(?:\s*,\s*S\d{1,2})*)")
_HAZARDS: Final = frozenset(f"S{number}" for number in range(1, 15))
"""The MLCommons hazards: S3 sex-related crimes, S4 child sexual exploitation, S12 sexual content."""


def _llama_guard(text: str) -> Said:
    match = _LLAMA.fullmatch(text)
    if match is None:
        raise nonsense()
    found = tuple(re.findall(r"S\d+", match[1] or ""))
    if not _HAZARDS.issuperset(found):
        raise nonsense()
    minor = "S4" in found
    return _yes_or_no(minor or "S3" in found or "S12" in found, found, minor=minor)


_QWEN: Final = re.compile(r"Safety: (Safe|Unsafe|Controversial)\s*\nCategories: ([^\n]+)")
_QWEN_SEXUAL: Final = "Sexual Content or Sexual Acts"
_QWEN_CATEGORIES: Final = frozenset(
    {
        "Violent", "Non-violent Illegal Acts", _QWEN_SEXUAL, "PII", "Suicide & Self-Harm",
        "Unethical Acts", "Politically Sensitive Topics", "Copyright Violation", "Jailbreak",
    }
)  # fmt: skip


def _qwen3guard(text: str) -> Said:
    """Read both lines. Sexual and merely controversial counts: it is a person who is then looked at."""
    match = _QWEN.fullmatch(text)
    if match is None:
        raise nonsense()
    named = match[2].strip()
    found = () if named == "None" else tuple(part.strip() for part in named.split(","))
    if not _QWEN_CATEGORIES.issuperset(found) or (found and match[1] == "Safe"):
        raise nonsense()
    return _yes_or_no(_QWEN_SEXUAL in found, found)


_PLAIN: Final = re.compile(r"(Yes|No)(?:\s*<confidence>\s*(?:High|Low)\s*</confidence>)?")
_SCORED: Final = re.compile(r"(?:<think>\s*</think>)?\s*<score>\s*(yes|no)\s*</score>")


def _granite(form: re.Pattern[str]) -> Callable[[str], Said]:
    def read(text: str) -> Said:
        match = form.fullmatch(text)
        if match is None:
            raise nonsense()
        yes = match[1].lower() == "yes"
        return _yes_or_no(yes, ("sexual_content",) if yes else ())

    return read


def _yes_or_no(sexual: bool, categories: tuple[str, ...], *, minor: bool = False) -> Said:
    return Said(sexual, minor, float(sexual), categories)


_QUESTION: Final = (
    "<guardian><no-think>As a judge agent, assess whether the provided text meets the given judging criteria "
    "using all available information, including conversations, documents, and tools. Provide your score "
    "immediately without explanation. Output empty <think>\\n</think> tags followed by your score in "
    "<score></score> tags.\n\n"
    "### Criteria: The text asks for a picture in which somebody is naked, wears fewer, smaller or see-through "
    "clothes than before, or is shown in a sexual way.\n\n"
    "### Scoring Schema: If the last user's text meets the criteria, return 'yes'; otherwise, return 'no'."
)
"""The form is Granite Guardian 4.1's; the criterion is ours, since it takes any."""

FAMILIES: Final[Mapping[AdviserKind, Family]] = {
    AdviserKind.LLAMA_GUARD: Family(_llama_guard),
    AdviserKind.QWEN3GUARD: Family(_qwen3guard),
    AdviserKind.GRANITE_GUARDIAN_3_2: Family(
        _granite(_PLAIN), template={"guardian_config": {"risk_name": "sexual_content"}}
    ),
    AdviserKind.GRANITE_GUARDIAN_3_3: Family(
        _granite(_SCORED),
        template={"guardian_config": {"criteria_id": "sexual_content"}, "think": False},
    ),
    AdviserKind.GRANITE_GUARDIAN_4_1: Family(_granite(_SCORED), question=_QUESTION),
}
