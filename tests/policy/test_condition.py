"""CEL conditions: checked at the start, and only a BOOL is an answer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from raiment.errors import InvalidPolicy
from raiment.policy.condition import LONGEST_CONDITION, Broken, Language
from raiment.policy.facts import FactType, FactValue

LANGUAGE = Language(
    {
        "score": FactType.DOUBLE,
        "count": FactType.INT,
        "minor": FactType.BOOL,
        "who": FactType.STRING,
        "marks": FactType.STRINGS,
    }
)
VALUES: dict[str, FactValue] = {
    "score": 0.7,
    "count": 0,
    "minor": False,
    "who": "source",
    "marks": ["a", "b"],
}


def answer(text: str, **values: FactValue) -> bool | Broken:
    """Return the answer of *text* over VALUES and *values*."""
    condition = LANGUAGE.compile(text, place="when")
    return condition.holds(LANGUAGE.bind({**VALUES, **values}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("score >= 0.7", True),
        ("score > 0.7", False),
        ("count > 0 || minor", False),
        ('who in ["source", "named"]', True),
        ('"b" in marks && size(marks) == 2', True),
        ('marks.exists(m, m == "z")', False),
    ],
)
def test_conditions_answer(text: str, expected: bool) -> None:
    assert answer(text) is expected


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("score >=", "1:9: Syntax error"),
        ("score > 1", "1:7: found no matching overload"),
        ("minor &&\n  nobody", "2:3: undeclared reference to 'nobody'"),
        ("count + 1", "1:1: must be BOOL, is INT"),
        ("who", "1:1: must be BOOL, is STRING"),
        ("dyn(minor)", "1:1: must be BOOL, is DYN"),
        ("'x' ? minor : minor", "no matching overload"),
        ("(" * 60 + "minor" + ")" * 60, "1:1: CANCELLED"),
        ("minor || " * 500 + "minor", f"longer than {LONGEST_CONDITION}"),
        ("", "1:1: Syntax error"),
        ("minor\x00", "1:6: Syntax error"),
    ],
)
def test_what_is_no_condition_is_refused_with_line_and_column(text: str, complaint: str) -> None:
    """A pack fails when it is read, not when somebody's request is judged."""
    with pytest.raises(InvalidPolicy) as caught:
        LANGUAGE.compile(text, place="rules.x.when")

    assert caught.value.field == "rules.x.when"
    assert complaint in caught.value.reason


@pytest.mark.parametrize(
    ("text", "values", "status"),
    [
        ("1 / count == 1", {}, "INVALID_ARGUMENT"),
        ("marks[5] == 'a'", {}, "UNKNOWN"),
        ("who.matches('(')", {}, "INVALID_ARGUMENT"),
        ("int(who) > 0", {}, "INVALID_ARGUMENT"),
        ("count + 9223372036854775807 > 0", {"count": 1}, "OUT_OF_RANGE"),
        ("minor", {"minor": "a text is true"}, "INVALID_ARGUMENT"),
        (
            "marks.all(a, marks.all(b, marks.all(c, true)))",
            {"marks": ["x"] * 300},
            "INTERNAL",
        ),
    ],
)
def test_an_error_is_no_answer(text: str, values: dict[str, FactValue], status: str) -> None:
    """The engine's error is a non-empty text, which Python takes for true. Here it is Broken."""
    assert answer(text, **values) == Broken(f"the condition failed: {status}")


def test_an_error_quotes_no_value() -> None:
    """The engine's message would: ``cannot convert`` and the text."""
    broken = answer("int(who) > 0", who="Jane Example")

    assert isinstance(broken, Broken)
    assert "Jane" not in broken.reason


def test_a_missing_variable_hides_behind_a_short_circuit() -> None:
    """Why availability is checked before evaluation: the engine alone would say false and true."""
    nothing = LANGUAGE.bind({})

    assert LANGUAGE.compile("false && minor", place="when").holds(nothing) is False
    assert LANGUAGE.compile("true || minor", place="when").holds(nothing) is True
    assert LANGUAGE.compile("minor", place="when").holds(nothing) == Broken(
        "the condition failed: UNKNOWN"
    )


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("false && minor", {"minor"}),
        ("true || score >= 0.5 && count > 0", {"score", "count"}),
        ("who == 'minor score'", {"who"}),
        ("marks.exists(minor, minor == 'a')", {"marks"}),
        ("marks.exists(m, m == who)", {"marks", "who"}),
        ("size('count') > 0", set()),
        (".minor", {"minor"}),
    ],
)
def test_needs_are_what_the_condition_mentions(text: str, needs: set[str]) -> None:
    """Behind a short circuit: yes. Inside a text, or as a local name: no."""
    assert LANGUAGE.compile(text, place="when").needs == needs


def test_conditions_with_one_text_are_equal() -> None:
    assert LANGUAGE.compile("minor", place="a") == LANGUAGE.compile("minor", place="b")


def test_a_type_name_cannot_be_a_variable() -> None:
    """The engine takes ``int`` for its type; the pack is refused, not misread."""
    with pytest.raises(InvalidPolicy, match="ALREADY_EXISTS"):
        Language({"int": FactType.BOOL}).compile("int", place="when")


def test_threads_share_a_condition() -> None:
    """One compiled rule set serves all request threads of a process."""
    condition = LANGUAGE.compile("score >= 0.5 && count > 0", place="when")

    def ask(number: int) -> bool | Broken:
        values = {**VALUES, "score": number % 2 / 1.0, "count": number % 3}
        return condition.holds(LANGUAGE.bind(values))

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(ask, range(2_000)))

    assert answers == [number % 2 == 1 and number % 3 > 0 for number in range(2_000)]
