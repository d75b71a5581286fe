"""Facts: one type each, present or openly unavailable."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import InvalidInput
from raiment.policy.facts import Fact, FactSchema, FactType, FactValue

SCHEMA = FactSchema(
    {
        "yes": Fact("yes", FactType.BOOL, "a flag"),
        "count": Fact("count", FactType.INT, "a number of things"),
        "score": Fact("score", FactType.DOUBLE, "0 to 1"),
        "who": Fact("who", FactType.STRING, "whom", ("source", "nobody")),
        "free": Fact("free", FactType.STRING, "any text"),
        "marks": Fact("marks", FactType.STRINGS, "texts", ("a", "b")),
    }
)
GOOD: dict[str, FactValue] = {
    "yes": True,
    "count": 3,
    "score": 0.5,
    "who": "source",
    "free": "",
    "marks": ("a", "b"),
}


def test_facts_keep_their_values() -> None:
    """What fits its type is kept; a sequence of texts becomes a list, an integer score a float."""
    facts = SCHEMA.gather({**GOOD, "score": 1})

    assert dict(facts.values) == {**GOOD, "score": 1.0, "marks": ["a", "b"]}
    assert isinstance(facts.values["score"], float)
    assert not facts.unavailable


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("yes", 1),
        ("yes", "true"),
        ("count", True),
        ("count", 1.0),
        ("count", 2**63),
        ("count", -(2**63)),
        ("score", True),
        ("score", "0.5"),
        ("score", math.nan),
        ("score", math.inf),
        ("score", -math.inf),
        ("score", 10**400),
        ("who", "Source"),
        ("who", ""),
        ("free", 3),
        ("free", "half \ud83d"),
        ("marks", "ab"),
        ("marks", ["c"]),
        ("marks", ["a", 1]),
        ("marks", {"a": "b"}),
    ],
)
def test_a_value_of_another_type_is_refused_by_name(name: str, value: FactValue) -> None:
    """NaN above all: it would read as a low score. The error names the fact, not the value."""
    with pytest.raises(InvalidInput) as caught:
        SCHEMA.gather({**GOOD, name: value})

    assert caught.value.field == f"facts.{name}"


def test_an_error_never_repeats_the_value() -> None:
    """A fact may be personal; the error's text is not."""
    with pytest.raises(InvalidInput) as caught:
        SCHEMA.gather({**GOOD, "who": "Jane Example"})

    assert "Jane" not in str(caught.value)


def test_a_fact_is_given_or_unavailable_never_neither_nor_both() -> None:
    """There is no default that could pass for an observation."""
    without = {name: value for name, value in GOOD.items() if name != "score"}

    with pytest.raises(InvalidInput, match=r"facts\.score: must be either given or marked"):
        SCHEMA.gather(without)
    with pytest.raises(InvalidInput, match=r"facts\.score: must be either given or marked"):
        SCHEMA.gather(GOOD, unavailable={"score": "detector timed out"})
    with pytest.raises(InvalidInput, match=r"facts\.score: is unavailable without a reason"):
        SCHEMA.gather(without, unavailable={"score": " "})

    facts = SCHEMA.gather(without, unavailable={"score": "detector timed out"})
    assert facts.unavailable == {"score": "detector timed out"}
    assert "score" not in facts.values


def test_an_undeclared_fact_is_refused() -> None:
    """A misspelt fact would otherwise be looked at by no rule."""
    with pytest.raises(InvalidInput, match=r"facts\.scores: is not declared"):
        SCHEMA.gather({**GOOD, "scores": 0.5})
    with pytest.raises(InvalidInput, match=r"facts\.scores: is not declared"):
        SCHEMA.gather(GOOD, unavailable={"scores": "gone"})


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_score_is_kept_exactly(score: float) -> None:
    assert SCHEMA.gather({**GOOD, "score": score}).values["score"] == score


@given(st.integers(min_value=-(2**63) + 1, max_value=2**63 - 1))
def test_every_64_bit_count_is_kept_exactly(count: int) -> None:
    assert SCHEMA.gather({**GOOD, "count": count}).values["count"] == count
