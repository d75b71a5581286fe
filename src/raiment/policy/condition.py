"""
Conditions in CEL, the Common Expression Language: typed, checked once, then evaluated.

The only module that touches the engine. What the engine does not raise is translated here: it
answers a missing variable, a wrong type or a division by zero with a value of type ERROR whose
content is a text, which Python takes for true. Only BOOL counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cel_expr_python import cel

from raiment.errors import InvalidPolicy
from raiment.policy.facts import FactType, FactValue

LONGEST_CONDITION = 4_000
"""Characters. A condition nobody can read at a glance should be two rules."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMPLAINT = re.compile(r"<input>:(\d+:\d+): (.*)")
_STATUS = re.compile(r"[A-Z_]+")

_TYPES = {
    FactType.BOOL: cel.Type.BOOL,
    FactType.INT: cel.Type.INT,
    FactType.DOUBLE: cel.Type.DOUBLE,
    FactType.STRING: cel.Type.STRING,
    FactType.STRINGS: cel.Type.List(cel.Type.STRING),
}


@dataclass(frozen=True)
class Bound:
    """Values ready for conditions; made once for all the rules of a set."""

    activation: cel.Activation


@dataclass(frozen=True)
class Broken:
    """A condition had no answer. *reason* holds the engine's status only, never a value."""

    reason: str


@dataclass(frozen=True)
class Condition:
    """A checked expression of type BOOL. Conditions compare by text and needs."""

    text: str
    needs: frozenset[str]
    """The variables it mentions, whether or not evaluation would reach them."""
    compiled: cel.Expression = field(compare=False, repr=False)

    def holds(self, bound: Bound) -> bool | Broken:
        """Return the answer for *bound*, or why there is none."""
        try:
            answer = self.compiled.eval(bound.activation)
        except RuntimeError as error:  # the iteration budget
            return Broken(f"the condition failed: {_status(str(error))}")
        if answer.type() != cel.Type.BOOL:
            return Broken(f"the condition failed: {_status(str(answer.value()))}")
        return bool(answer.value())


class Language:
    """The conditions that can be written over *variables*. Safe to share between threads."""

    def __init__(self, variables: Mapping[str, FactType]) -> None:
        self._variables = dict(variables)
        self._env = _environment(self._variables)

    def bind(self, values: Mapping[str, FactValue]) -> Bound:
        """Return *values*, in the types of the variables, ready for evaluation."""
        return Bound(self._env.Activation(dict(values)))

    def compile(self, text: str, *, place: str) -> Condition:
        """
        Return *text* checked.

        Raises InvalidPolicy naming *place*, with line:column in *text*, unless it is an expression
        of type BOOL over the variables.
        """
        if len(text) > LONGEST_CONDITION:
            raise InvalidPolicy(place, f"longer than {LONGEST_CONDITION} characters")
        try:
            compiled = self._env.compile(text)
        except RuntimeError as error:
            raise InvalidPolicy(place, _complaint(str(error))) from error
        if compiled.return_type() != cel.Type.BOOL:
            raise InvalidPolicy(place, f"1:1: must be BOOL, is {compiled.return_type().name()}")
        return Condition(text, self._needs(text), compiled)

    def _needs(self, text: str) -> frozenset[str]:
        """
        Return the variables without which *text* does not compile.

        Asked of the compiler, so that a name inside a string or a local name of a comprehension
        does not count, while one behind a short circuit does.
        """
        mentioned = self._variables.keys() & set(_IDENTIFIER.findall(text))
        return frozenset(name for name in mentioned if not self._compiles_without(name, text))

    def _compiles_without(self, name: str, text: str) -> bool:
        others = {key: type_ for key, type_ in self._variables.items() if key != name}
        try:
            _environment(others).compile(text)
        except RuntimeError:
            return False
        return True


def _environment(variables: Mapping[str, FactType]) -> cel.Env:
    return cel.NewEnv(variables={name: _TYPES[type_] for name, type_ in variables.items()})


def _complaint(message: str) -> str:
    """Return the compiler's first complaint as ``line:column: reason``."""
    found = _COMPLAINT.search(message)
    return ": ".join(found.groups()) if found else f"1:1: {_status(message)}"


def _status(message: str) -> str:
    """Return the status that *message* begins with: the rest may quote a value."""
    found = _STATUS.match(message)
    return found.group() if found else "UNKNOWN"
