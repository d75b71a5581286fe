"""The rules for matches: confirmed blocks, alleged holds, not comparable is never "no match"."""

from __future__ import annotations

import pytest

from raiment.policy.facts import FactValue
from raiment.policy.rule import Effect
from raiment.policy.rule_set import Judgement, RuleSet, evaluate

UNKNOWN: dict[str, FactValue] = {
    "confirmed_match": False,
    "child_match": False,
    "outside_match": False,
    "quarantined_match": False,
    "matchable": True,
}
CASES: dict[str, tuple[str, FactValue, Effect, str]] = {
    "child-protection-list": ("child_match", True, Effect.BLOCK, "minor-safety"),
    "confirmed-image": ("confirmed_match", True, Effect.BLOCK, "known-image"),
    "alleged-image": ("outside_match", True, Effect.HOLD, "known-image"),
    "flooded-entry": ("quarantined_match", True, Effect.ALLOW, "match-in-doubt"),
    "not-matchable": ("matchable", False, Effect.ALLOW, "not-matchable"),
}


def judge(rule_set: RuleSet, **changed: FactValue) -> Judgement:
    """Judge an unknown picture with *changed* facts."""
    return evaluate(rule_set, rule_set.schema.gather({**UNKNOWN, **changed}))


def test_every_rule_has_its_case(matching: RuleSet) -> None:
    assert [rule.id for rule in matching.rules] == list(CASES)


def test_an_unknown_picture_passes(matching: RuleSet) -> None:
    judgement = judge(matching)

    assert judgement.effect is Effect.ALLOW
    assert not judgement.matched


@pytest.mark.parametrize("rule_id", CASES)
def test_each_match_has_its_effect(matching: RuleSet, rule_id: str) -> None:
    """Exactly the one rule matches; the unknown picture above matches none."""
    name, value, effect, told = CASES[rule_id]

    judgement = judge(matching, **{name: value})

    assert [item.rule.id for item in judgement.matched] == [rule_id]
    assert judgement.effect is effect
    assert (*judgement.public_names, *judgement.notes) == (told,)


def test_a_confirmed_match_blocks_though_the_picture_is_hardly_comparable(
    matching: RuleSet,
) -> None:
    """Exact digests are compared whatever the quality."""
    judgement = judge(matching, confirmed_match=True, matchable=False)

    assert judgement.effect is Effect.BLOCK
    assert judgement.public_names == ("known-image",)


def test_a_picture_that_cannot_be_compared_is_never_reported_as_unknown(
    matching: RuleSet,
) -> None:
    """It passes by default, and says that it was not compared; an operator may hold or block it."""
    assert judge(matching, matchable=False).notes == ("not-matchable",)
    assert judge(matching).notes == ()

    for effect in (Effect.HOLD, Effect.BLOCK):
        judgement = judge(matching.choosing({"not-matchable": effect}), matchable=False)
        assert judgement.effect is effect
        assert judgement.public_names == ("not-matchable",)


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_lookup_that_failed_holds(matching: RuleSet, name: str) -> None:
    """What is unavailable never reads as "no match"."""
    values = {key: value for key, value in UNKNOWN.items() if key != name}
    facts = matching.schema.gather(values, unavailable={name: "index behind"})

    judgement = evaluate(matching, facts)

    assert judgement.effect is Effect.HOLD
    assert judgement.public_names == ("matching-unavailable",)
    assert [item.reasons for item in judgement.unevaluable] == [(f"{name}: index behind",)]
