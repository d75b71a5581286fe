"""Rule sets: the strictest rule wins, what cannot be evaluated holds, shadow rules only watch."""

from __future__ import annotations

import json
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import InvalidInput, InvalidPolicy
from raiment.evidence.canonical import canonical_json
from raiment.policy.facts import FactValue
from raiment.policy.rule import Effect, RuleState, strictest
from raiment.policy.rule_set import Judgement, RuleSet, evaluate, parse_rule_set

PACK = """\
id: trial
version: 2026-11-23.1
names: {coarse: Plain words., other: Other words., part-missing: Not checked in full.}
unavailable: part-missing
facts:
  score: {type: double, about: A score.}
  flag: {type: bool, about: A flag.}
  count: {type: int, about: A number.}
  who: {type: string, values: [a, b], about: Whom.}
thresholds: {block_at: 0.5}
rules:
  blocks: {name: coarse, citation: Policy 1, when: score >= block_at, effect: block, categories: [z, y]}
  holds: {name: other, citation: Policy 2, when: flag, effect: hold, choices: [allow, hold], categories: [x]}
  notes: {name: other, citation: Policy 3, when: who == "b", effect: allow, categories: [w]}
  watches: {name: coarse, citation: Policy 4, when: count > 0, effect: block, state: shadow}
"""
CALM: dict[str, FactValue] = {"score": 0.1, "flag": False, "count": 0, "who": "a"}


@pytest.fixture(scope="module")
def trial() -> RuleSet:
    """A small rule set with every kind of rule."""
    return parse_rule_set(PACK)


def judge(rule_set: RuleSet, **changed: FactValue | None) -> Judgement:
    """Judge CALM with *changed*; None makes the fact unavailable."""
    values = {**CALM, **{name: value for name, value in changed.items() if value is not None}}
    gone = {name: "broke" for name, value in changed.items() if value is None}
    given = {name: value for name, value in values.items() if name not in gone}
    return evaluate(rule_set, rule_set.schema.gather(given, unavailable=gone))


def matched(judgement: Judgement) -> list[str]:
    """Return the ids of the rules that held."""
    return [item.rule.id for item in judgement.matched]


def test_nothing_matched_allows_without_a_reason(trial: RuleSet) -> None:
    judgement = judge(trial)

    assert judgement.effect is Effect.ALLOW
    assert not judgement.matched
    assert not judgement.unevaluable
    assert judgement.public_names == judgement.notes == judgement.categories == ()


def test_the_strictest_effect_wins_and_gives_the_public_reason(trial: RuleSet) -> None:
    """All that held is recorded; outside only the deciding reason is told."""
    judgement = judge(trial, score=0.5, flag=True, who="b")

    assert judgement.effect is Effect.BLOCK
    assert matched(judgement) == ["blocks", "holds", "notes"]
    assert judgement.public_names == ("coarse",)
    assert judgement.notes == ("other",)
    assert judgement.categories == ("x", "y", "z")


def test_an_allow_rule_leaves_a_note_only(trial: RuleSet) -> None:
    judgement = judge(trial, who="b")

    assert judgement.effect is Effect.ALLOW
    assert matched(judgement) == ["notes"]
    assert judgement.notes == ("other",)
    assert judgement.public_names == judgement.categories == ()


def test_a_shadow_rule_is_recorded_and_does_not_act(trial: RuleSet) -> None:
    judgement = judge(trial, count=1)

    assert judgement.effect is Effect.ALLOW
    assert matched(judgement) == ["watches"]
    assert judgement.matched[0].rule.state is RuleState.SHADOW
    assert judgement.public_names == judgement.notes == judgement.categories == ()


def test_a_shadow_rule_that_cannot_be_evaluated_does_not_act_either(trial: RuleSet) -> None:
    judgement = judge(trial, count=None)

    assert judgement.effect is Effect.ALLOW
    assert [item.rule.id for item in judgement.unevaluable] == ["watches"]


def test_an_unavailable_fact_holds_and_is_recorded_with_its_reason(trial: RuleSet) -> None:
    """It never counts as "did not match"."""
    judgement = judge(trial, score=None)

    assert judgement.effect is Effect.HOLD
    assert judgement.public_names == ("part-missing",)
    [item] = judgement.unevaluable
    assert item.rule.id == "blocks"
    assert item.reasons == ("score: broke",)


def test_an_unavailable_fact_does_not_soften_another_rules_block(trial: RuleSet) -> None:
    judgement = judge(trial, score=0.9, flag=None)

    assert judgement.effect is Effect.BLOCK
    assert judgement.public_names == ("coarse",)
    assert [item.rule.id for item in judgement.unevaluable] == ["holds"]


def test_every_reason_for_the_effect_is_told(trial: RuleSet) -> None:
    """A rule that holds does not hide that another could not be evaluated."""
    assert judge(trial, score=None, flag=True).public_names == ("other", "part-missing")


@pytest.mark.parametrize("condition", ["false && flag", "score >= 0.0 || flag"])
def test_a_short_circuit_hides_no_missing_detector(condition: str) -> None:
    """CEL alone would answer false and true; the rule needs the fact, so it has no answer."""
    rule_set = parse_rule_set(PACK.replace("when: flag", f"when: {condition}"))

    judgement = judge(rule_set, flag=None)

    assert judgement.effect is Effect.HOLD
    assert [item.reasons for item in judgement.unevaluable] == [("flag: broke",)]


def test_all_missing_facts_of_a_rule_are_named_in_their_order() -> None:
    rule_set = parse_rule_set(PACK.replace("when: flag", 'when: who == "a" && flag'))

    [item] = judge(rule_set, flag=None, who=None).unevaluable[:1]

    assert item.reasons == ("flag: broke", "who: broke")


def test_a_condition_that_fails_holds() -> None:
    """The engine's error is a text, which Python takes for true; here it is no answer."""
    rule_set = parse_rule_set(PACK.replace("when: flag", "when: 1 / count > 0"))

    judgement = judge(rule_set, count=0)

    assert judgement.effect is Effect.HOLD
    assert judgement.public_names == ("part-missing",)
    [item] = judgement.unevaluable
    assert item.reasons == ("the condition failed: INVALID_ARGUMENT",)


@given(
    score=st.floats(0, 1) | st.none(),
    flag=st.booleans() | st.none(),
    count=st.integers(-5, 5) | st.none(),
    who=st.sampled_from(["a", "b"]) | st.none(),
)
def test_the_judgement_is_the_one_the_text_says(
    score: float | None, flag: bool | None, count: int | None, who: str | None
) -> None:
    """For any facts, missing ones included, and the same each time."""
    rule_set = parse_rule_set(PACK)
    judgement = judge(rule_set, score=score, flag=flag, count=count, who=who)

    if score is not None and score >= 0.5:
        expected = Effect.BLOCK
    elif flag or None in {score, flag, who}:
        expected = Effect.HOLD
    else:
        expected = Effect.ALLOW
    assert judgement.effect is expected
    assert judgement == judge(rule_set, score=score, flag=flag, count=count, who=who)


def test_facts_of_another_rule_set_are_refused(trial: RuleSet, screening: RuleSet) -> None:
    facts = trial.schema.gather(CALM)

    with pytest.raises(InvalidInput, match="were not gathered for the rule set screening"):
        evaluate(screening, facts)


def test_a_judgement_fits_an_evidence_record(trial: RuleSet) -> None:
    """It has a canonical text, names the rule set by digest, and holds no value of a fact."""
    judgement = judge(trial, score=0.987, flag=None)

    assert json.loads(canonical_json(judgement.as_json())) == {
        "rule_set": "trial",
        "rule_set_version": "2026-11-23.1",
        "rule_set_digest": trial.ref.digest,
        "effect": "block",
        "matched": [{"rule": "blocks", "effect": "block", "state": "live"}],
        "unevaluable": [{"rule": "holds", "state": "live", "reasons": ["flag: broke"]}],
    }


def test_the_strictest_of_none_is_allow() -> None:
    assert strictest([]) is Effect.ALLOW
    for order in permutations(Effect):
        assert strictest(order) is Effect.BLOCK
        assert strictest(order[:1]) is order[0]


def test_the_digest_follows_what_can_change_a_judgement(trial: RuleSet) -> None:
    """Layout and comments do not count; a threshold, an effect or a word does."""
    assert parse_rule_set("# a comment\n" + PACK).ref == trial.ref
    assert len(bytes.fromhex(trial.ref.digest)) == 32
    changes = [
        ("block_at: 0.5", "block_at: 0.51"),
        ("effect: hold,", "effect: allow,"),
        ("state: shadow", "state: live"),
        ("when: flag", "when: '!flag'"),
        ("Plain words.", "Other plain words."),
        ("version: 2026-11-23.1", "version: 2026-11-23.2"),
        ("values: [a, b]", "values: [a, b, c]"),
    ]
    digests = {parse_rule_set(PACK.replace(old, new)).ref.digest for old, new in changes}
    assert len(digests | {trial.ref.digest}) == len(changes) + 1


def test_the_operator_chooses_among_what_a_rule_offers(trial: RuleSet) -> None:
    """The choice acts, and changes the digest that every judgement carries."""
    lenient = trial.choosing({"holds": Effect.ALLOW})

    assert judge(trial, flag=True).effect is Effect.HOLD
    assert judge(lenient, flag=True).effect is Effect.ALLOW
    assert lenient.ref.digest != trial.ref.digest
    assert trial.choosing({"holds": Effect.HOLD}).ref == trial.ref


@pytest.mark.parametrize(
    ("choice", "field", "reason"),
    [
        ({"blocks": Effect.ALLOW}, "rules.blocks.effect", "the effect is fixed"),
        ({"holds": Effect.BLOCK}, "rules.holds.effect", "block is not offered (allow, hold)"),
        ({"hold": Effect.HOLD}, "rules.hold", "has no such rule"),
    ],
)
def test_the_operator_cannot_choose_anything_else(
    trial: RuleSet, choice: dict[str, Effect], field: str, reason: str
) -> None:
    with pytest.raises(InvalidPolicy) as caught:
        trial.choosing(choice)

    assert caught.value.field == field
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("when: flag", "when: flags", "rules.holds.when", "1:1: undeclared reference to 'flags'"),
        ("when: flag", "when: score", "rules.holds.when", "1:1: must be BOOL, is DOUBLE"),
        ("when: flag", "when: score > 1", "rules.holds.when", "1:7: found no matching overload"),
        ("effect: hold,", "effect: maybe,", "rules.holds.effect", "none of allow, hold, block"),
        ("effect: hold,", "effect: block,", "rules.holds.effect", "not among the choices"),
        ("state: shadow", "state: off", "rules.watches.state", "none of live, shadow"),
        ("  holds:", "  Holds:", "rules.Holds", "lower-case words joined by hyphens"),
        ("citation: Policy 2, ", "", "rules.holds.citation", "is missing"),
        ("citation: Policy 2", "cites: Policy 2", "rules.holds.cites", "is not known here"),
        ("name: other, citation: Policy 2", "name: new, citation: P", "rules.holds.name", "names"),
        ("unavailable: part-missing", "unavailable: gone", "unavailable", "not among the names"),
        ("type: bool", "type: boolean", "facts.flag.type", "'boolean' is none of bool"),
        ("type: int", "type: int, values: ['1']", "facts.count.values", "make no sense for int"),
        ("  flag:", "  Flag:", "facts.Flag", "lower-case words joined by underscores"),
        ("block_at: 0.5", "flag: 0.5", "thresholds.flag", "is a fact already"),
        ("block_at: 0.5", "block-at: 0.5", "thresholds.block-at", "joined by underscores"),
        ("block_at: 0.5", "block_at: half", "thresholds.block_at", "must be a decimal number"),
        ("id: trial", "id: trial\nextra: 1", "extra", "is not known here"),
        ("id: trial", "id: The Trial", "id", "lower-case words joined by hyphens"),
        ("version: 2026-11-23.1\n", "", "version", "is missing"),
    ],
)
def test_a_pack_that_does_not_hold_together_is_refused_by_place(
    old: str, new: str, field: str, reason: str
) -> None:
    """The error names the rule and the key, and for a condition line:column."""
    assert old in PACK
    with pytest.raises(InvalidPolicy) as caught:
        parse_rule_set(PACK.replace(old, new))

    assert caught.value.field == field
    assert reason in caught.value.reason


def test_a_rule_set_without_rules_is_refused() -> None:
    """It would allow everything."""
    with pytest.raises(InvalidPolicy, match="rules: is missing"):
        parse_rule_set(PACK[: PACK.index("rules:")])
