"""Screen a request: the one function behind every door, so that all have the same safeguard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from raiment.matching.judge import Lookup, judge_lookup
from raiment.policy.rule_set import Judgement, RuleSet, evaluate
from raiment.screening.detect_words import WordsReader, WordsSeen, detect_words
from raiment.screening.finding import CHAIN, Finding
from raiment.screening.known_image import known_image_finding
from raiment.screening.opinion import Opinion, advisers_down, opinion_facts, opinion_finding
from raiment.screening.request import Request
from raiment.screening.verdict import Stage, Verdict, verdict_of


@dataclass(frozen=True, slots=True)
class Screen:
    """What screening judges with: the reader of words and the two rule sets."""

    words: WordsReader
    request_rules: RuleSet
    picture_rules: RuleSet


def screen_request(
    request: Request,
    pictures: Mapping[str, Lookup],
    decision_id: str,
    screen: Screen,
    opinions: Sequence[Opinion] = (),
) -> Verdict:
    """
    Return the verdict on *request* before anything is made.

    *pictures* holds what the banks say of every source and mask, by its place (``sources.0``). Words and
    pictures are judged by their own rules; the strictest answer counts. *opinions* of advisers outside can
    only add to it.
    """
    seen = detect_words(request, screen.words)
    judged = [(_judge_words(request, seen, opinions, screen.request_rules), screen.request_rules)]
    judged += [
        (judge_lookup(lookup, screen.picture_rules), screen.picture_rules)
        for lookup in pictures.values()
    ]
    looks = [known_image_finding(place, lookup) for place, lookup in pictures.items()]
    heard = [opinion_finding(opinion) for opinion in opinions]
    findings = (seen.finding, *heard, *looks, *seen.tiers, *_chain_finding(request, seen))
    return replace(verdict_of(decision_id, Stage.INPUT, judged, findings), chain=seen.chain)


def _chain_finding(request: Request, seen: WordsSeen) -> Iterator[Finding]:
    """Yield what was known of the pictures' chain, where they have one."""
    if request.chain.steps or request.denials:
        observed = {
            "steps": len(request.chain.steps),
            "removals": seen.chain.removals,
            "denials": request.denials,
        }
        yield Finding(CHAIN, "ledger", "1", None, observed)


def _judge_words(
    request: Request, seen: WordsSeen, opinions: Sequence[Opinion], rules: RuleSet
) -> Judgement:
    down = [seen.finding.capability] if seen.down else []
    facts = rules.schema.gather(
        {
            **seen.values,
            **opinion_facts(opinions),
            "modality": request.verb.value,
            "source_person": request.source_person.value,
            "chain_denials": request.denials,
            "detectors_down": [*down, *advisers_down(opinions)],
        },
        unavailable=seen.unavailable,
    )
    return evaluate(rules, facts)
