"""Screen what was made, before any of it is let out."""

from __future__ import annotations

from collections.abc import Mapping

from raiment.matching.judge import Lookup, judge_lookup
from raiment.policy.rule_set import RuleSet
from raiment.screening.known_image import known_image_finding
from raiment.screening.verdict import Stage, Verdict, verdict_of


def screen_output(outputs: Mapping[str, Lookup], decision_id: str, rules: RuleSet) -> Verdict:
    """
    Return the verdict on all *outputs* of one request together: one that is blocked blocks all.

    *outputs* holds what the banks say of each picture, by its place (``outputs.0``); at least one.
    """
    judged = [(judge_lookup(lookup, rules), rules) for lookup in outputs.values()]
    findings = [known_image_finding(place, lookup) for place, lookup in outputs.items()]
    return verdict_of(decision_id, Stage.OUTPUT, judged, findings)
