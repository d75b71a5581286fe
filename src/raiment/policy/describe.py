"""The packs in words: what a reviewer, an operator or a court reads (docs/policy.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

from raiment.policy.regime import ALARM_PERCENTS, Clock, Regime, Requirement
from raiment.policy.rule import Rule, RuleState
from raiment.policy.rule_set import RuleSet

_PREFACE = f"""\
# Policy

Printed from the packs in `src/raiment/policy/packs` by `scripts/print_policy.py`; a test fails
while the two differ.

A **rule** looks at typed facts and asks for an effect: `allow` (a note in the record), `hold` or
`block`. The strictest effect wins. A rule that needs a fact which is unavailable, or whose
condition has no answer, is recorded and holds; it never counts as "did not match". A shadow rule is
evaluated and recorded, and does not act.

A **regime** is a body of law. Its clocks start at the first receipt by any route, run through in
wall-clock hours, and are never paused; somebody is warned at {", ".join(map(str, ALARM_PERCENTS))}
percent of the time. Where the law names no hours, the time is the operator's own target and says
so. No report is refused for what it lacks.
"""


def describe(rule_sets: Iterable[RuleSet], regimes: Iterable[Regime]) -> str:
    """Return the Markdown page of *rule_sets* and *regimes*, in the order given."""
    parts = [
        _PREFACE,
        *(describe_rule_set(rule_set) for rule_set in rule_sets),
        *(describe_regime(regime) for regime in regimes),
    ]
    return "\n".join(parts)


def describe_rule_set(rule_set: RuleSet) -> str:
    """Return the Markdown section of *rule_set*: facts, thresholds, then every rule."""
    facts = [
        (f"`{fact.name}`", _typed(fact.type, fact.values), fact.about)
        for fact in rule_set.schema.facts.values()
    ]
    names = [(f"`{name}`", words) for name, words in rule_set.names.items()]
    thresholds = [(f"`{name}`", f"{value:g}") for name, value in rule_set.thresholds.items()]
    overview = [
        (f"`{rule.id}`", _effect(rule), f"`{rule.public_name}`", rule.citation)
        for rule in rule_set.rules
    ]
    return "\n".join(
        [
            f"## Rule set `{rule_set.id}`, version {rule_set.version}\n",
            _table(("rule", "effect", "told outside as", "carries out"), overview),
            _table(("told outside as", "meaning"), names),
            _table(("fact", "type", "meaning"), facts),
            *([_table(("threshold", "value"), thresholds)] if thresholds else []),
            *(_rule(rule, rule_set) for rule in rule_set.rules),
        ]
    )


def describe_regime(regime: Regime) -> str:
    """Return the Markdown section of *regime*: clocks, grounds, and what a report needs."""
    clocks = [
        (f"`{c.id}`", _limit(c), c.starts, " or ".join(c.stops), c.citation, c.about)
        for c in regime.clocks
    ]
    grounds = [(f"`{ground.id}`", ground.citation, ground.about) for ground in regime.grounds]
    requirements = [
        (f"`{item.id}`", _alternatives(item), item.citation, item.about)
        for item in regime.requirements
    ]
    outside = ", ".join(f"`{field}`" for field in regime.not_for)
    return "\n".join(
        [
            f"## {regime.title} ({regime.jurisdiction}), `{regime.id}`, version {regime.version}\n",
            _table(("clock", "limit", "starts", "stops", "law", "duty"), clocks),
            *([_table(("ground", "law", "conclusion"), grounds)] if grounds else []),
            _table(("a report needs", "fields", "law", "meaning"), requirements),
            *([f"Not for a report with {outside}.\n"] if outside else []),
        ]
    )


def _rule(rule: Rule, rule_set: RuleSet) -> str:
    needs = ", ".join(f"`{name}`" for name in rule.needs(rule_set.schema.facts))
    notes = [f"Needs {needs}."] if needs else []
    if rule.choices:
        notes.append(f"The operator may choose {', '.join(f'`{c}`' for c in rule.choices)}.")
    if rule.categories:
        notes.append(f"Categories: {', '.join(f'`{c}`' for c in rule.categories)}.")
    return "\n".join(
        [
            f"### `{rule.id}`: {_effect(rule)}\n",
            f"```cel\n{rule.condition.text}\n```\n",
            *([" ".join(notes) + "\n"] if notes else []),
        ]
    )


def _effect(rule: Rule) -> str:
    return f"{rule.effect} (shadow)" if rule.state is RuleState.SHADOW else str(rule.effect)


def _typed(type_name: str, values: Sequence[str]) -> str:
    return f"{type_name}: {', '.join(values)}" if values else type_name


def _limit(clock: Clock) -> str:
    hours = clock.limit / timedelta(hours=1)
    return f"{hours:g} h, {clock.basis}"


def _alternatives(requirement: Requirement) -> str:
    return " or ".join(" + ".join(f"`{f}`" for f in fields) for fields in requirement.any_of)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table; a bar inside a cell is escaped."""
    lines = [heads, ["---"] * len(heads), *rows]
    cells = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells) + "\n"
