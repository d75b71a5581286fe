"""The rules for requests, each with a case that matches and the nearest one that does not."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import InvalidPolicy
from raiment.policy.facts import FactValue
from raiment.policy.rule import Effect, RuleState
from raiment.policy.rule_set import Judgement, RuleSet, evaluate

ORDINARY: dict[str, FactValue] = {
    "modality": "edit",
    "undress": 0.0,
    "reveal": 0.0,
    "sexualise": 0.0,
    "who": "nobody",
    "minor": False,
    "sexual": False,
    "pretext": [],
    "disguise": [],
    "source_person": "no",
    "chain_removals": 0,
    "chain_denials": 0,
    "opinion_sexual": False,
    "opinion_minor": False,
    "detectors_down": [],
}
CASES: dict[str, tuple[dict[str, FactValue], dict[str, FactValue]]] = {
    "minor-sexual": ({"minor": True, "sexual": True}, {"minor": True}),
    "minor-undressing": ({"minor": True, "reveal": 0.2}, {"minor": True, "reveal": 0.19}),
    "undressing-real-person": (
        {"source_person": "unknown", "undress": 0.5},
        {"source_person": "unknown", "undress": 0.49},
    ),
    "sexualising-real-person": (
        {"who": "named", "sexualise": 0.5},
        {"who": "generic", "sexualise": 0.5},
    ),
    "person-not-found": (
        {"who": "source", "reveal": 0.5},
        {"who": "source", "reveal": 0.5, "modality": "generate"},
    ),
    "nobody-says-whom": (
        {"modality": "either", "source_person": "unknown", "undress": 0.3},
        {"modality": "generate", "undress": 0.3},
    ),
    "adult-fiction": (
        {"who": "generic", "sexual": True},
        {"who": "generic", "sexual": True, "minor": True},
    ),
    "doubtful-words": (
        {"who": "acquaintance", "reveal": 0.3},
        {"who": "acquaintance", "reveal": 0.29},
    ),
    "disguised-words": (
        {"disguise": ["spaced"], "undress": 0.3},
        {"disguise": [], "undress": 0.3},
    ),
    "reworded-after-refusal": (
        {"chain_denials": 1, "sexualise": 0.3},
        {"chain_denials": 0, "sexualise": 0.3},
    ),
    "stepwise-undressing": (
        {"chain_removals": 3, "source_person": "yes"},
        {"chain_removals": 2, "source_person": "yes"},
    ),
    "opinion-on-minor": ({"minor": True, "opinion_sexual": True}, {"opinion_sexual": True}),
    "opinion-on-person": (
        {"opinion_sexual": True, "source_person": "unknown"},
        {"opinion_sexual": True, "who": "generic"},
    ),
    "opinion-on-fiction": (
        {"opinion_sexual": True, "who": "generic"},
        {"opinion_sexual": True, "who": "source"},
    ),
    "detector-down": ({"detectors_down": ["person"]}, {"detectors_down": []}),
    "disguise-alone": ({"disguise": ["leet"]}, {"disguise": []}),
}
FIXED_BLOCKS = {
    "minor-sexual",
    "minor-undressing",
    "undressing-real-person",
    "sexualising-real-person",
    "reworded-after-refusal",
    "opinion-on-minor",
}
scores = st.floats(0, 1)


def judge(rule_set: RuleSet, **changed: FactValue) -> Judgement:
    """Judge an ordinary request with *changed* facts."""
    return evaluate(rule_set, rule_set.schema.gather({**ORDINARY, **changed}))


def held(judgement: Judgement) -> set[str]:
    """Return the ids of the rules whose condition held."""
    return {item.rule.id for item in judgement.matched}


def test_every_rule_has_its_cases(screening: RuleSet) -> None:
    assert [rule.id for rule in screening.rules] == list(CASES)


@pytest.mark.parametrize("rule_id", CASES)
def test_a_rule_matches_its_case_and_not_the_nearest_other(
    screening: RuleSet, rule_id: str
) -> None:
    matching, other = CASES[rule_id]

    assert rule_id in held(judge(screening, **matching))
    assert rule_id not in held(judge(screening, **other))


def test_an_ordinary_request_passes(screening: RuleSet) -> None:
    """No word, no person: nothing is even recorded as matched."""
    for modality, person in product(
        ["generate", "edit", "vary", "either"], ["yes", "no", "unknown"]
    ):
        judgement = judge(screening, modality=modality, source_person=person)
        assert judgement.effect is Effect.ALLOW
        assert not judgement.matched


@given(undress=scores, reveal=scores, sexualise=scores, pretext=st.lists(st.text(max_size=5)))
@pytest.mark.parametrize("person", ["yes", "unknown"])
@pytest.mark.parametrize("who", ["source", "named", "acquaintance", "generic", "nobody"])
def test_a_real_or_possibly_real_person_is_never_undressed(
    screening: RuleSet,
    person: str,
    who: str,
    undress: float,
    reveal: float,
    sexualise: float,
    pretext: list[str],
) -> None:
    """Whomever the words mean, whatever the scores beside it, and whoever says they consent."""
    judgement = judge(
        screening,
        source_person=person,
        who=who,
        undress=undress,
        reveal=reveal,
        sexualise=sexualise,
        pretext=pretext,
    )

    highest = max(undress, reveal, sexualise)
    assert (judgement.effect is Effect.BLOCK) == (highest >= 0.5)
    assert (judgement.effect is Effect.ALLOW) == (highest < 0.3)


@given(undress=scores, reveal=scores, sexualise=scores)
@pytest.mark.parametrize("who", ["source", "named", "acquaintance"])
def test_a_person_who_exists_needs_no_photograph(
    screening: RuleSet, who: str, undress: float, reveal: float, sexualise: float
) -> None:
    """Generating a named person or "my coworker" is judged like an edit of their photograph.

    So is "the person in the picture" where no picture was sent: somebody possibly real is meant.
    """
    judgement = judge(
        screening,
        modality="generate",
        who=who,
        undress=undress,
        reveal=reveal,
        sexualise=sexualise,
    )

    assert (judgement.effect is Effect.BLOCK) == (max(undress, reveal, sexualise) >= 0.5)


@pytest.mark.parametrize("person", ["yes", "no", "unknown"])
@pytest.mark.parametrize("who", ["source", "named", "acquaintance", "generic", "nobody"])
@pytest.mark.parametrize("asked", [{"sexual": True}, {"undress": 0.2}, {"sexualise": 1.0}])
def test_minor_and_sexual_is_always_blocked(
    screening: RuleSet, person: str, who: str, asked: dict[str, FactValue]
) -> None:
    """Real or invented, whoever is meant, also with the mildest of the operator's choices."""
    mildest = screening.choosing(
        {rule.id: rule.choices[0] for rule in screening.rules if rule.choices}
    )
    for rule_set in (screening, mildest):
        judgement = judge(rule_set, minor=True, who=who, source_person=person, **asked)
        assert judgement.effect is Effect.BLOCK
        assert "minor-safety" in judgement.public_names
        assert "sexual/minors" in judgement.categories


@given(undress=scores, reveal=scores, sexualise=scores)
@pytest.mark.parametrize("who", ["source", "named", "acquaintance", "generic", "nobody"])
def test_words_of_an_unknown_use_are_never_let_through(
    screening: RuleSet, who: str, undress: float, reveal: float, sexualise: float
) -> None:
    """They block where somebody real is meant, else hold, whatever the operator allows of fiction."""
    allowing = screening.choosing({"adult-fiction": Effect.ALLOW})
    scored: dict[str, FactValue] = {"undress": undress, "reveal": reveal, "sexualise": sexualise}
    scored["sexual"] = max(undress, reveal, sexualise) >= 0.5
    judgement = judge(allowing, modality="either", source_person="unknown", who=who, **scored)

    highest = max(undress, reveal, sexualise)
    real = who not in {"generic", "nobody"}
    assert (judgement.effect is Effect.ALLOW) == (highest < (0.5 if who == "generic" else 0.3))
    assert (judgement.effect is Effect.BLOCK) == (real and highest >= 0.5)


def test_invented_adults_are_the_operators_choice(screening: RuleSet) -> None:
    """Held by default. Allowing them allows nothing about real people."""
    fiction: dict[str, FactValue] = {"modality": "generate", "who": "generic", "sexual": True}
    allowing = screening.choosing({"adult-fiction": Effect.ALLOW})

    assert judge(screening, **fiction).effect is Effect.HOLD
    assert judge(screening, **fiction).public_names == ("adult-content",)
    assert judge(allowing, **fiction).effect is Effect.ALLOW
    assert judge(allowing, **{**fiction, "who": "named"}).effect is Effect.BLOCK
    assert judge(allowing, **{**fiction, "who": "source"}).effect is Effect.BLOCK
    assert judge(allowing, **{**fiction, "who": "source", "modality": "edit"}).effect is Effect.HOLD
    assert judge(allowing, **{**fiction, "source_person": "yes"}).effect is Effect.BLOCK


def test_no_choice_lifts_a_rule_about_real_people_or_minors(screening: RuleSet) -> None:
    """What the operator may choose never includes letting these through."""
    for rule in screening.rules:
        if rule.id in FIXED_BLOCKS:
            assert rule.effect is Effect.BLOCK
            assert rule.state is RuleState.LIVE
            with pytest.raises(InvalidPolicy, match="the effect is fixed"):
                screening.choosing({rule.id: Effect.ALLOW})
        elif rule.id not in {"adult-fiction", "opinion-on-fiction"}:
            assert Effect.ALLOW not in rule.choices


@given(undress=scores, sexualise=scores, minor=st.booleans(), sexual=st.booleans())
@pytest.mark.parametrize("person", ["yes", "no", "unknown"])
@pytest.mark.parametrize("who", ["source", "named", "acquaintance", "generic", "nobody"])
def test_a_second_opinion_only_adds(
    screening: RuleSet,
    person: str,
    who: str,
    undress: float,
    sexualise: float,
    minor: bool,
    sexual: bool,
) -> None:
    """Whatever ours says: "safe" from outside lifts nothing, "sexual" is at least held."""
    ours = {"source_person": person, "who": who, "minor": minor, "sexual": sexual}
    ours |= {"undress": undress, "sexualise": sexualise}
    order = list(Effect)
    alone = judge(screening, **ours).effect

    for found in ({"opinion_sexual": True}, {"opinion_sexual": True, "opinion_minor": True}):
        joined = judge(screening, **ours, **found).effect
        assert order.index(joined) >= max(order.index(alone), order.index(Effect.HOLD))
        if "opinion_minor" in found or minor:
            assert joined is Effect.BLOCK


def test_no_rule_looks_at_pretexts(screening: RuleSet) -> None:
    """A claim of consent, of art or of medicine lifts nothing: no condition can see it."""
    assert all("pretext" not in rule.condition.needs for rule in screening.rules)


@pytest.mark.parametrize("name", [name for name in ORDINARY if name != "pretext"])
def test_any_fact_that_is_unavailable_holds(screening: RuleSet, name: str) -> None:
    """An ordinary request with a broken part is held, and told so, and the part is named."""
    values = {key: value for key, value in ORDINARY.items() if key != name}
    facts = screening.schema.gather(values, unavailable={name: "timed out"})

    judgement = evaluate(screening, facts)

    assert judgement.effect is Effect.HOLD
    assert judgement.public_names == ("screening-unavailable",)
    assert {reason for item in judgement.unevaluable for reason in item.reasons} == {
        f"{name}: timed out"
    }


def test_a_broken_part_does_not_soften_a_block(screening: RuleSet) -> None:
    values = {key: value for key, value in ORDINARY.items() if key != "chain_denials"}
    asked = {**values, "source_person": "yes", "undress": 0.9}
    facts = screening.schema.gather(asked, unavailable={"chain_denials": "ledger unreachable"})

    assert evaluate(screening, facts).effect is Effect.BLOCK


def test_only_coarse_names_are_told(screening: RuleSet) -> None:
    """Outside nobody learns which rule, threshold or detector it was."""
    told = {rule.public_name for rule in screening.rules}

    assert told == set(screening.names)
    assert told.isdisjoint(rule.id for rule in screening.rules)
