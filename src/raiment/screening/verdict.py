"""Verdict: screening's immediate answer, and everything that made it so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from raiment.evidence.canonical import JSON
from raiment.policy.rule import Effect, strictest
from raiment.policy.rule_set import Judgement, RuleSet, RuleSetRef
from raiment.screening.chain import UNCHAINED, Chain
from raiment.screening.finding import Finding


class Stage(StrEnum):
    """What was screened."""

    INPUT = "input"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Allow, hold or block, for one request or its outputs."""

    decision_id: str
    stage: Stage
    effect: Effect
    rule_set: RuleSetRef
    """The rules of the first judgement: those for the words, or those for pictures."""
    judgements: tuple[Judgement, ...]
    findings: tuple[Finding, ...]
    public_names: tuple[str, ...]
    """Coarse reasons for *effect*, sorted."""
    notes: tuple[str, ...]
    categories: tuple[str, ...]
    unavailable: bool
    """It holds because something could not be checked, rather than for what was found."""
    chain: Chain = UNCHAINED
    """What the edits after this one are judged with, if it is carried out."""

    def as_json(self) -> dict[str, JSON]:
        """Return effect and judgements as facts of an evidence record."""
        return {
            "effect": self.effect,
            "names": self.public_names,
            "judgements": [judgement.as_json() for judgement in self.judgements],
        }


def verdict_of(
    decision_id: str,
    stage: Stage,
    judged: Sequence[tuple[Judgement, RuleSet]],
    findings: Iterable[Finding],
) -> Verdict:
    """Return the strictest of the judgements, each with the rules that gave it; at least one."""
    effect = strictest(judgement.effect for judgement, _ in judged)
    acting = [(judgement, rules) for judgement, rules in judged if judgement.effect is effect]
    return Verdict(
        decision_id=decision_id,
        stage=stage,
        effect=effect,
        rule_set=judged[0][0].rule_set,
        judgements=tuple(judgement for judgement, _ in judged),
        findings=tuple(findings),
        public_names=_each_once(n for judgement, _ in acting for n in judgement.public_names),
        notes=_sorted(name for judgement, _ in judged for name in judgement.notes),
        categories=_sorted(name for judgement, _ in judged for name in judgement.categories),
        unavailable=effect is Effect.HOLD
        and any(rules.unavailable_name in judgement.public_names for judgement, rules in acting),
    )


def _each_once(names: Iterable[str]) -> tuple[str, ...]:
    """Return *names* in their order: the first is that of the foremost rule."""
    return tuple(dict.fromkeys(names))


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
