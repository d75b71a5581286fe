"""
A rule set: a versioned bundle of rules over one schema of facts, and its judgement.

``evaluate`` is deterministic: the same text and the same facts give the same judgement, in the
order of the text. The strictest effect wins. A live rule that cannot be evaluated holds.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from raiment.errors import InvalidInput, InvalidPolicy
from raiment.evidence.canonical import JSON, canonical_json
from raiment.policy.condition import Language
from raiment.policy.facts import Fact, Facts, FactSchema, FactType
from raiment.policy.pack import Section, read_pack
from raiment.policy.rule import Effect, Rule, RuleState, compile_rule, strictest

_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,47}")


@dataclass(frozen=True)
class RuleSetRef:
    """Which rules judged: *digest* is the SHA-256, in hex, of the rule set's canonical text."""

    id: str
    version: str
    digest: str


@dataclass(frozen=True)
class Matched:
    """A rule whose condition held."""

    rule: Rule


@dataclass(frozen=True)
class Unevaluable:
    """A rule whose condition has no answer, and why. It holds if it is live."""

    rule: Rule
    reasons: tuple[str, ...]
    """``<fact>: <why it is unavailable>``, or the engine's status. No values."""


@dataclass(frozen=True)
class Judgement:
    """What a rule set says of some facts, with everything that made it say so."""

    rule_set: RuleSetRef
    effect: Effect
    matched: tuple[Matched, ...]
    """Rules that held, live and shadow, in the order of the rule set."""
    unevaluable: tuple[Unevaluable, ...]
    """Rules without an answer, live and shadow, in the order of the rule set."""
    public_names: tuple[str, ...]
    """Coarse reasons for *effect*, in the order of the rules: what may be told outside."""
    notes: tuple[str, ...]
    """Coarse names of the live ``allow`` rules that held, sorted: told beside any effect."""
    categories: tuple[str, ...]
    """Moderation categories of the live rules that held and do more than allow, sorted."""

    def as_json(self) -> dict[str, JSON]:
        """Return the judgement as facts of an evidence record."""
        return {
            "rule_set": self.rule_set.id,
            "rule_set_version": self.rule_set.version,
            "rule_set_digest": self.rule_set.digest,
            "effect": self.effect,
            "matched": [
                {"rule": item.rule.id, "effect": item.rule.effect, "state": item.rule.state}
                for item in self.matched
            ],
            "unevaluable": [
                {"rule": item.rule.id, "state": item.rule.state, "reasons": item.reasons}
                for item in self.unevaluable
            ],
        }


@dataclass(frozen=True)
class RuleSet:
    """A versioned bundle of rules."""

    id: str
    version: str
    schema: FactSchema
    thresholds: Mapping[str, float]
    """Constants the conditions may use by name."""
    names: Mapping[str, str]
    """Public name -> plain words for it."""
    unavailable_name: str
    """The public name for "a rule could not be evaluated"."""
    rules: tuple[Rule, ...]
    language: Language = field(compare=False, repr=False)

    @cached_property
    def canonical(self) -> bytes:
        """The RFC 8785 text of everything that can change a judgement."""
        return canonical_json(
            {
                "id": self.id,
                "version": self.version,
                "facts": [
                    {"name": fact.name, "type": fact.type, "values": fact.values}
                    for fact in self.schema.facts.values()
                ],
                "thresholds": {name: repr(value) for name, value in self.thresholds.items()},
                "names": self.names,
                "unavailable": self.unavailable_name,
                "rules": [rule.as_json() for rule in self.rules],
            }
        )

    @cached_property
    def ref(self) -> RuleSetRef:
        """The id, version and digest that a judgement carries."""
        return RuleSetRef(self.id, self.version, hashlib.sha256(self.canonical).hexdigest())

    def choosing(self, effects: Mapping[str, Effect]) -> RuleSet:
        """
        Return the rule set with the operator's *effects* (rule id -> effect): another digest.

        Raises InvalidPolicy for an unknown rule, or an effect the rule does not offer.
        """
        unknown = sorted(effects.keys() - {rule.id for rule in self.rules})
        if unknown:
            raise InvalidPolicy(f"rules.{unknown[0]}", f"the rule set {self.id} has no such rule")
        chosen = tuple(
            rule.choosing(effects[rule.id]) if rule.id in effects else rule for rule in self.rules
        )
        return replace(self, rules=chosen)


def evaluate(rule_set: RuleSet, facts: Facts) -> Judgement:
    """
    Return what *rule_set* says of *facts*, which its schema must have gathered (InvalidInput).

    Shadow rules are evaluated and recorded, and change nothing.
    """
    if facts.schema is not rule_set.schema and facts.schema != rule_set.schema:
        raise InvalidInput("facts", f"were not gathered for the rule set {rule_set.id}")
    bound = rule_set.language.bind({**facts.values, **rule_set.thresholds})
    matched: list[Matched] = []
    unevaluable: list[Unevaluable] = []
    for rule in rule_set.rules:
        match rule.outcome(facts, bound):
            case True:
                matched.append(Matched(rule))
            case tuple() as reasons:
                unevaluable.append(Unevaluable(rule, reasons))
    return _judgement(rule_set, tuple(matched), tuple(unevaluable))


def _judgement(
    rule_set: RuleSet, matched: tuple[Matched, ...], unevaluable: tuple[Unevaluable, ...]
) -> Judgement:
    live = [item.rule for item in matched if item.rule.state is RuleState.LIVE]
    notes = {rule.public_name for rule in live if rule.effect is Effect.ALLOW}
    acting = [rule for rule in live if rule.effect is not Effect.ALLOW]
    # A dict keeps the rule set's order, so that the first name is that of the foremost rule.
    reasons = dict.fromkeys((rule.effect, rule.public_name) for rule in acting)
    if any(item.rule.state is RuleState.LIVE for item in unevaluable):
        reasons[Effect.HOLD, rule_set.unavailable_name] = None
    effect = strictest(asked for asked, _ in reasons)
    return Judgement(
        rule_set=rule_set.ref,
        effect=effect,
        matched=matched,
        unevaluable=unevaluable,
        public_names=tuple(name for asked, name in reasons if asked is effect),
        notes=tuple(sorted(notes)),
        categories=tuple(sorted({c for rule in acting for c in rule.categories})),
    )


def parse_rule_set(text: str) -> RuleSet:
    """Return the rule set in the YAML *text*, or raise InvalidPolicy naming the place in it."""
    pack = read_pack(text)
    pack.only("id", "version", "names", "unavailable", "facts", "thresholds", "rules")
    schema = FactSchema({name: _fact(name, s) for name, s in pack.sections("facts")})
    thresholds = _thresholds(pack.section("thresholds"), schema)
    variables = {name: fact.type for name, fact in schema.facts.items()}
    language = Language({**variables, **dict.fromkeys(thresholds, FactType.DOUBLE)})
    names = pack.section("names")
    rule_set = RuleSet(
        id=pack.name("id"),
        version=pack.text("version"),
        schema=schema,
        thresholds=thresholds,
        names={name: names.text(name) for name in names.nodes},
        unavailable_name=pack.name("unavailable"),
        rules=tuple(compile_rule(name, s, language) for name, s in pack.sections("rules")),
        language=language,
    )
    _refuse_gaps(rule_set, pack)
    return rule_set


def _fact(name: str, section: Section) -> Fact:
    section.only("type", "about", "values")
    if not _VARIABLE.fullmatch(name):
        raise InvalidPolicy(section.path, "must be lower-case words joined by underscores")
    fact = Fact(
        name, section.choice("type", FactType), section.text("about"), section.texts("values")
    )
    if fact.values and fact.type not in {FactType.STRING, FactType.STRINGS}:
        raise section.refusal("values", f"make no sense for {fact.type}")
    return fact


def _thresholds(section: Section, schema: FactSchema) -> dict[str, float]:
    for name in section.nodes:
        if not _VARIABLE.fullmatch(name):
            raise section.refusal(name, "must be lower-case words joined by underscores")
        if name in schema.facts:
            raise section.refusal(name, "is a fact already")
    return {name: section.number(name) for name in section.nodes}


def _refuse_gaps(rule_set: RuleSet, pack: Section) -> None:
    """Refuse a set without rules, and a public name that nobody put into words."""
    if not rule_set.rules:
        raise pack.refusal("rules", "is missing")
    if rule_set.unavailable_name not in rule_set.names:
        raise pack.refusal("unavailable", "is not among the names")
    for rule in rule_set.rules:
        if rule.public_name not in rule_set.names:
            raise InvalidPolicy(f"rules.{rule.id}.name", "is not among the names")
