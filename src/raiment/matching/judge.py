"""Judge what the banks say of one picture. A match is evidence; the rule set decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from raiment.matching.bank import BankKind, BankMatch, EntryState
from raiment.policy.facts import Facts, FactSchema
from raiment.policy.rule_set import Judgement, RuleSet, evaluate


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the banks hold of one picture, or why nobody could look."""

    matches: Sequence[BankMatch]
    matchable: bool
    """Every reading of the picture has structure enough to be compared."""
    unavailable: str | None = None
    """Why the answer is unknown; None where the banks were asked. Never to be read as "no match"."""
    named: bool = False
    """A report that nobody has decided names this very item."""


def judge_lookup(lookup: Lookup, rules: RuleSet) -> Judgement:
    """Return what the matching rules say of *lookup*; an unavailable one holds."""
    return evaluate(rules, _facts(lookup, rules.schema))


def _facts(lookup: Lookup, schema: FactSchema) -> Facts:
    if lookup.unavailable is not None:
        return schema.gather({}, unavailable=dict.fromkeys(schema.facts, lookup.unavailable))
    kinds = {found.kind for found in lookup.matches if found.acts}
    return schema.gather(
        {
            "confirmed_match": BankKind.CONFIRMED in kinds,
            "child_match": any(found.of_child for found in lookup.matches),
            "quarantined_match": any(
                found.state is EntryState.QUARANTINED for found in lookup.matches
            ),
            # A report that nobody has decided is an allegation, like an outside hash.
            "outside_match": lookup.named
            or not kinds.isdisjoint({BankKind.OUTSIDE, BankKind.REPORTED}),
            "matchable": lookup.matchable,
        }
    )
