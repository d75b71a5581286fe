"""
The text of a pack, read strictly: every value is asked for by name and type.

Only YAML's tree is used, never its guesses about types, so that ``no`` is a text and a date is not
a date. Repeated keys and aliases are refused: the first lets a rule be overridden out of sight, the
second lets a short text grow without bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import yaml

from raiment.errors import InvalidPolicy

LONGEST_PACK = 1_000_000
"""Characters. The largest pack shipped has about ten thousand."""

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""How rules, clocks, regimes and public reasons are called: lower-case words joined by hyphens."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?")

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True)
class Section:
    """One mapping of a pack. Each accessor raises InvalidPolicy naming path, key and line."""

    path: str
    """Where it stands: ``rules.minor-sexual``; empty for the whole text."""
    line: int
    """Line in the text, from 1."""
    nodes: Mapping[str, yaml.Node]

    def refusal(self, key: str, reason: str) -> InvalidPolicy:
        """Return the error that says *key* of this section cannot be used."""
        node = self.nodes.get(key)
        line = node.start_mark.line + 1 if node is not None else self.line
        return InvalidPolicy(_joined(self.path, key), f"{reason} (line {line} of the pack)")

    def only(self, *keys: str) -> None:
        """Refuse any key but *keys*: a misspelt one would silently not apply."""
        for key in self.nodes:
            if key not in keys:
                raise self.refusal(key, "is not known here")

    def has(self, key: str) -> bool:
        """Tell whether *key* is given."""
        return key in self.nodes

    def text(self, key: str) -> str:
        """Return the text under *key*, without blanks around it; never empty."""
        text = self._scalar(key, self._node(key)).strip()
        if not text:
            raise self.refusal(key, "is empty")
        return text

    def name(self, key: str) -> str:
        """Return the name under *key*."""
        text = self.text(key)
        if not NAME.fullmatch(text):
            raise self.refusal(key, "must be lower-case words joined by hyphens")
        return text

    def choice(self, key: str, choices: type[Choice]) -> Choice:
        """Return the member of *choices* that *key* names."""
        return self._member(key, self.text(key), choices)

    def choices(self, key: str, choices: type[Choice]) -> tuple[Choice, ...]:
        """Return the members of *choices* listed under *key*; none if the key is not given."""
        return tuple(self._member(key, text, choices) for text in self.texts(key))

    def alternatives(self, key: str, choices: type[Choice]) -> tuple[tuple[Choice, ...], ...]:
        """Return the lists of members of *choices* listed under *key*; none if not given."""
        return tuple(
            tuple(
                self._member(key, self._scalar(key, item), choices)
                for item in self._listed(key, alternative)
            )
            for alternative in self._items(key)
        )

    def number(self, key: str) -> float:
        """Return the decimal number under *key*."""
        text = self.text(key)
        if not _NUMBER.fullmatch(text):
            raise self.refusal(key, "must be a decimal number")
        return float(text)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the texts listed under *key*; none if the key is not given."""
        return tuple(self._scalar(key, item) for item in self._items(key))

    def section(self, key: str) -> Section:
        """Return the mapping under *key*; an empty one if the key is not given."""
        if key not in self.nodes:
            return Section(_joined(self.path, key), self.line, {})
        return _section(_joined(self.path, key), self.nodes[key])

    def sections(self, key: str) -> Iterator[tuple[str, Section]]:
        """Yield name and mapping of each entry of the mapping under *key*, in the text's order."""
        outer = self.section(key)
        for name in outer.nodes:
            yield name, outer.section(name)

    def _node(self, key: str) -> yaml.Node:
        if key not in self.nodes:
            raise self.refusal(key, "is missing")
        return self.nodes[key]

    def _items(self, key: str) -> list[yaml.Node]:
        return self._listed(key, self.nodes[key]) if key in self.nodes else []

    def _listed(self, key: str, node: yaml.Node) -> list[yaml.Node]:
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.refusal(key, "must be a list of at least one")
        return list(node.value)

    def _scalar(self, key: str, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self.refusal(key, "must be a text")
        text = str(node.value)
        if _SURROGATE.search(text):
            raise self.refusal(key, "holds half of a surrogate pair")
        return text

    def _member(self, key: str, text: str, choices: type[Choice]) -> Choice:
        try:
            return choices(text)
        except ValueError:
            known = ", ".join(choices)
            raise self.refusal(key, f"{text!r} is none of {known}") from None


def read_pack(text: str) -> Section:
    """Return the outermost section of *text*, or raise InvalidPolicy with line and column."""
    if len(text) > LONGEST_PACK:
        raise InvalidPolicy("pack", f"longer than {LONGEST_PACK} characters")
    try:
        # Composed, not loaded: no tag is ever constructed, so none can do anything.
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        _refuse_aliases(node, set())
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"{mark.line + 1}:{mark.column + 1}: " if mark else ""
        reason = getattr(error, "problem", None) or "is not readable YAML"
        raise InvalidPolicy("pack", f"{place}{reason}") from error
    return _section("", node)


def _section(path: str, node: yaml.Node | None) -> Section:
    if not isinstance(node, yaml.MappingNode):
        raise InvalidPolicy(path or "pack", "must be a mapping")
    nodes: dict[str, yaml.Node] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise InvalidPolicy(path or "pack", f"has a key that is no text (line {line})")
        if key.value in nodes:
            raise InvalidPolicy(_joined(path, key.value), f"is given twice (line {line})")
        nodes[key.value] = value
    return Section(path, node.start_mark.line + 1, nodes)


def _refuse_aliases(node: yaml.Node | None, seen: set[int]) -> None:
    """Raise InvalidPolicy if a node stands in two places, which only an alias can do."""
    if id(node) in seen:
        line = node.start_mark.line + 1 if node is not None else 0
        raise InvalidPolicy("pack", f"aliases are not allowed (anchor in line {line})")
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_aliases(item, seen)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            _refuse_aliases(key, seen)
            _refuse_aliases(value, seen)


def _joined(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
