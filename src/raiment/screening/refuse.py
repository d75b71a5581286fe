"""Refusals that no rule gives: the generator's own, and an output nobody can look at."""

from __future__ import annotations

from raiment.policy.rule import Effect
from raiment.policy.rule_set import RuleSetRef
from raiment.screening.finding import Finding
from raiment.screening.verdict import Stage, Verdict

REFUSED_UPSTREAM = "refused-upstream"
"""Public name: the generator's own safety system said no."""
UNREADABLE_OUTPUT = "unreadable-output"
"""Public name: the generator answered with something that is no picture we can look at."""


def refuse(
    decision_id: str,
    stage: Stage,
    name: str,
    finding: Finding,
    rule_set: RuleSetRef,
    categories: tuple[str, ...] = (),
) -> Verdict:
    """Return the block called *name*, for *finding*; *rule_set* is what had judged so far."""
    return Verdict(
        decision_id=decision_id,
        stage=stage,
        effect=Effect.BLOCK,
        rule_set=rule_set,
        judgements=(),
        findings=(finding,),
        public_names=(name,),
        notes=(),
        categories=categories,
        unavailable=False,
    )
