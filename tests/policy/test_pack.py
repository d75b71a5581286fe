"""Reading a pack: strict about types, repeated keys, aliases and size."""

from __future__ import annotations

from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment.errors import InvalidPolicy
from raiment.policy.pack import LONGEST_PACK, read_pack
from raiment.policy.regime_pack import parse_regime
from raiment.policy.rule_set import parse_rule_set


class Colour(StrEnum):
    """A closed set for the tests."""

    RED = "red"
    BLUE = "blue"


def test_values_are_texts_until_asked_otherwise() -> None:
    """YAML's guesses do not apply: ``no`` is a text, and so is a date."""
    pack = read_pack("answers: [yes, no, 2026-01-05, 012, null]\nshare: 0.25\nname: a-b2\n")

    assert pack.texts("answers") == ("yes", "no", "2026-01-05", "012", "null")
    assert pack.number("share") == pytest.approx(0.25)
    assert pack.name("name") == "a-b2"
    assert pack.texts("absent") == ()
    assert pack.alternatives("absent", Colour) == ()


def test_closed_sets_are_read_as_their_members() -> None:
    pack = read_pack("one: red\nmany: [red, blue]\nnested: [[red], [blue, red]]\n")

    assert pack.choice("one", Colour) is Colour.RED
    assert pack.choices("many", Colour) == (Colour.RED, Colour.BLUE)
    assert pack.alternatives("nested", Colour) == ((Colour.RED,), (Colour.BLUE, Colour.RED))


def test_sections_come_in_the_order_of_the_text_with_their_path() -> None:
    pack = read_pack("rules:\n  b: {x: one}\n  a: {x: two}\n")

    assert [(name, section.path, section.line) for name, section in pack.sections("rules")] == [
        ("b", "rules.b", 2),
        ("a", "rules.a", 3),
    ]


@pytest.mark.parametrize(
    ("text", "field", "reason"),
    [
        ("", "pack", "must be a mapping"),
        ("- a\n- b\n", "pack", "must be a mapping"),
        ("a: 1\na: 2\n", "a", "given twice (line 2)"),
        ("x:\n  a: 1\n  b: 2\n  a: 3\n", "x.a", "given twice (line 4)"),
        ("? [a, b]\n: 1\n", "pack", "a key that is no text (line 1)"),
        ("x:\n  ? {a: b}\n  : 1\n", "x", "a key that is no text (line 2)"),
        ("a: &a [1]\nb: *a\n", "pack", "aliases are not allowed"),
        ("a: &a {b: *a}\n", "pack", "aliases are not allowed"),
        ("a: [1\nb: 2\n", "pack", "2:2: "),
        ("a: 1\n---\nb: 2\n", "pack", "but found another document"),
        ("a: \x07\n", "pack", "is not readable YAML"),
        ("a: " + "[" * 5_000, "pack", ""),
        ("#" * (LONGEST_PACK + 1), "pack", "longer than"),
    ],
)
def test_a_text_that_is_no_pack_is_refused_with_its_place(
    text: str, field: str, reason: str
) -> None:
    """Repeated keys hide an override, aliases can grow without bound: both are named."""
    with pytest.raises(InvalidPolicy) as caught:
        read_pack(text).section("x")

    assert caught.value.field == field
    assert reason in caught.value.reason


@pytest.mark.parametrize(
    ("line", "ask", "reason"),
    [
        ("other: 1", "text", "is missing (line 1"),
        ("a:", "text", "is empty (line 1"),
        ("a: [x]", "text", "must be a text"),
        ("a: {x: y}", "text", "must be a text"),
        ('a: "\\uD83D"', "text", "half of a surrogate pair"),
        ("a: Not A Name", "name", "lower-case words joined by hyphens"),
        ("a: high", "number", "must be a decimal number"),
        ("a: .nan", "number", "must be a decimal number"),
        ("a: 1e3", "number", "must be a decimal number"),
        ("a: x", "texts", "must be a list"),
        ("a: []", "texts", "must be a list of at least one"),
        ("a: [[x]]", "texts", "must be a text"),
        ("a: x", "section", "must be a mapping"),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(line: str, ask: str, reason: str) -> None:
    pack = read_pack(line)

    with pytest.raises(InvalidPolicy) as caught:
        getattr(pack, ask)("a")

    assert caught.value.field == "a"
    assert reason in caught.value.reason


def test_a_word_outside_a_closed_set_is_refused_with_the_set() -> None:
    pack = read_pack("a: green\nb: [red, green]\nc: [[green]]\nd: [red]\n")

    with pytest.raises(InvalidPolicy, match="a: 'green' is none of red, blue"):
        pack.choice("a", Colour)
    with pytest.raises(InvalidPolicy, match="b: 'green' is none of red, blue"):
        pack.choices("b", Colour)
    with pytest.raises(InvalidPolicy, match="c: 'green' is none of red, blue"):
        pack.alternatives("c", Colour)
    with pytest.raises(InvalidPolicy, match="d: must be a list"):
        pack.alternatives("d", Colour)


def test_an_unknown_key_is_refused() -> None:
    """A misspelt key would silently not apply."""
    with pytest.raises(InvalidPolicy, match=r"efect: is not known here \(line 2 of the pack\)"):
        read_pack("effect: hold\nefect: block\n").only("effect")


@given(st.text(max_size=200))
def test_any_text_gives_a_pack_or_a_typed_refusal(text: str) -> None:
    """Whatever stands in the file, the answer is one of ours."""
    for parse in (parse_rule_set, parse_regime):
        with pytest.raises(InvalidPolicy):
            parse(text)
