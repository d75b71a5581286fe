"""A rule: an executable condition that cites the policy or law it carries out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from raiment.errors import InvalidPolicy
from raiment.evidence.canonical import JSON
from raiment.policy.condition import Bound, Broken, Condition, Language
from raiment.policy.facts import Facts
from raiment.policy.pack import NAME, Section


class Effect(StrEnum):
    """What a rule asks for, from the mildest to the strictest."""

    ALLOW = "allow"
    HOLD = "hold"
    BLOCK = "block"


class RuleState(StrEnum):
    """Whether a rule acts, or is only evaluated and recorded."""

    LIVE = "live"
    SHADOW = "shadow"


def strictest(effects: Iterable[Effect]) -> Effect:
    """Return the strictest of *effects*; allow if there are none."""
    order = list(Effect)
    return max(effects, key=order.index, default=Effect.ALLOW)


@dataclass(frozen=True)
class Rule:
    """One condition and what follows from it. An ``allow`` rule only adds a note."""

    id: str
    public_name: str
    """The coarse reason told outside: says what, never how it was noticed."""
    citation: str
    """The policy or section of law it carries out."""
    condition: Condition
    effect: Effect
    state: RuleState = RuleState.LIVE
    categories: tuple[str, ...] = ()
    """Moderation categories in the spelling of the OpenAI API: ``sexual/minors``."""
    choices: tuple[Effect, ...] = ()
    """Effects the operator may choose between; empty if the effect is fixed."""

    def needs(self, facts: Iterable[str]) -> tuple[str, ...]:
        """Return those of the declared *facts* that the condition mentions, in their order."""
        return tuple(name for name in facts if name in self.condition.needs)

    def outcome(self, facts: Facts, bound: Bound) -> bool | tuple[str, ...]:
        """
        Return whether the rule matches, or the reasons why it cannot be evaluated.

        INVARIANT: every fact the condition mentions is looked for first, because
        ``false && missing`` is false and ``true || missing`` is true.
        """
        missing = tuple(
            f"{name}: {facts.unavailable[name]}"
            for name in (self.needs(facts.schema.facts) if facts.unavailable else ())
            if name in facts.unavailable
        )
        if missing:
            return missing
        answer = self.condition.holds(bound)
        return (answer.reason,) if isinstance(answer, Broken) else answer

    def choosing(self, effect: Effect) -> Rule:
        """Return the rule with the operator's *effect*; InvalidPolicy if it is not offered."""
        if effect not in self.choices:
            offered = ", ".join(self.choices) or "none: the effect is fixed"
            raise InvalidPolicy(f"rules.{self.id}.effect", f"{effect} is not offered ({offered})")
        return replace(self, effect=effect)

    def as_json(self) -> JSON:
        """Return everything that makes the rule what it is, for the canonical text."""
        return {
            "id": self.id,
            "name": self.public_name,
            "citation": self.citation,
            "when": self.condition.text,
            "effect": self.effect,
            "state": self.state,
            "categories": self.categories,
            "choices": self.choices,
        }


def compile_rule(rule_id: str, section: Section, language: Language) -> Rule:
    """
    Return the rule that *section* of a pack describes, its condition checked by *language*.

    Raises InvalidPolicy naming the rule, the key, and for the condition line:column.
    """
    section.only("name", "citation", "when", "effect", "state", "categories", "choices")
    if not NAME.fullmatch(rule_id):
        raise InvalidPolicy(section.path, "must be lower-case words joined by hyphens")
    rule = Rule(
        id=rule_id,
        public_name=section.name("name"),
        citation=section.text("citation"),
        condition=language.compile(section.text("when"), place=f"{section.path}.when"),
        effect=section.choice("effect", Effect),
        state=section.choice("state", RuleState) if section.has("state") else RuleState.LIVE,
        categories=section.texts("categories"),
        choices=section.choices("choices", Effect),
    )
    if rule.choices and rule.effect not in rule.choices:
        raise section.refusal("effect", "is not among the choices")
    return rule
