"""
Facts: what a rule may look at, each with one type, each present or openly unavailable.

There is no third way. A fact that nobody could establish is *unavailable*, with the reason, and
every rule that needs it holds; it is never a zero, a "no" or an empty list.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from raiment.errors import InvalidInput

FactValue: TypeAlias = bool | int | float | str | Sequence[str]
"""A list of texts may be any sequence; it is kept as a list, the only one CEL takes."""

_LARGEST = 2**63
"""CEL integers have 64 bits, signed."""


class FactType(StrEnum):
    """The types of CEL that facts may have."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    STRINGS = "list<string>"


@dataclass(frozen=True)
class Fact:
    """One thing rules may ask about."""

    name: str
    type: FactType
    about: str
    """What it means, for the printed table."""
    values: tuple[str, ...] = ()
    """For texts: the only ones allowed. Empty: any text."""

    def accept(self, value: FactValue) -> FactValue:
        """
        Return *value* in this fact's type, or raise InvalidInput naming the fact.

        NaN and infinities are refused, since ``NaN >= 0.7`` is false: a broken detector would read
        as a low score. The error says what is wrong and never repeats the value.
        """
        match self.type, value:
            case FactType.BOOL, bool():
                return value
            case FactType.INT, int() if not isinstance(value, bool) and abs(value) < _LARGEST:
                return value
            case FactType.DOUBLE, int() | float() if not isinstance(value, bool):
                return self._finite(value)
            case FactType.STRING, str():
                return self._allowed(value)
            case FactType.STRINGS, list() | tuple():
                return [self._allowed(item) for item in value]
            case _:
                raise self.refusal(f"must be of type {self.type}")

    def refusal(self, reason: str) -> InvalidInput:
        """Return the error that names this fact."""
        return InvalidInput(f"facts.{self.name}", reason)

    def _finite(self, value: float) -> float:
        try:
            number = float(value)
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise self.refusal("must be a finite number")
        return number

    def _allowed(self, text: object) -> str:
        if not isinstance(text, str):
            raise self.refusal("must hold texts only")
        if self.values and text not in self.values:
            raise self.refusal(f"must be one of {', '.join(self.values)}")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise self.refusal("holds half of a surrogate pair")
        return text


@dataclass(frozen=True)
class Facts:
    """The facts of one request or upload, made by ``FactSchema.gather``."""

    schema: FactSchema
    values: Mapping[str, FactValue]
    unavailable: Mapping[str, str]
    """Name -> why it could not be established."""


@dataclass(frozen=True)
class FactSchema:
    """The facts a rule set declares. Name -> fact, in the pack's order."""

    facts: Mapping[str, Fact]

    def gather(
        self, values: Mapping[str, FactValue], *, unavailable: Mapping[str, str] | None = None
    ) -> Facts:
        """
        Return *values* as typed facts.

        Raises InvalidInput naming the fact if one is unknown, of another type, missing, both given
        and unavailable, or unavailable without a reason.
        """
        reasons = dict(unavailable or {})
        for name in (*values, *reasons):
            if name not in self.facts:
                raise InvalidInput(f"facts.{name}", "is not declared by the rule set")
        for name, fact in self.facts.items():
            if (name in values) == (name in reasons):
                raise fact.refusal("must be either given or marked unavailable")
            if name in reasons and not reasons[name].strip():
                raise fact.refusal("is unavailable without a reason")
        typed = {name: self.facts[name].accept(value) for name, value in values.items()}
        return Facts(self, MappingProxyType(typed), MappingProxyType(reasons))
