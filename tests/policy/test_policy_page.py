"""docs/policy.md says what the packs say."""

from __future__ import annotations

from pathlib import Path

from raiment.policy.describe import describe, describe_regime, describe_rule_set
from raiment.policy.regime import Regime
from raiment.policy.regime_pack import parse_regime
from raiment.policy.rule_set import RuleSet, parse_rule_set

PAGE = Path(__file__).parents[2] / "docs" / "policy.md"


def test_the_page_is_printed_from_the_packs(
    screening: RuleSet, matching: RuleSet, regimes: tuple[Regime, ...]
) -> None:
    """If this fails: python scripts/print_policy.py > docs/policy.md, and read the difference."""
    assert PAGE.read_text() == describe([screening, matching], regimes)


def test_a_bar_in_a_text_does_not_break_the_table() -> None:
    rule_set = parse_rule_set(
        "id: t\nversion: '1'\nnames: {n: a | b}\nunavailable: n\n"
        "rules: {r: {name: n, citation: c, when: 'true', effect: hold}}\n"
    )

    page = describe_rule_set(rule_set)

    assert "| `n` | a \\| b |" in page
    assert "### `r`: hold\n\n```cel\ntrue\n```\n" in page


def test_a_regime_without_grounds_or_exceptions_prints_neither() -> None:
    regime = parse_regime(
        "id: t\nversion: '1'\ntitle: T\njurisdiction: N\n"
        "clocks: {c: {citation: s, about: a, starts: decision-made, target_hours: 1.5, "
        "stops: [outcome-sent]}}\n"
        "requirements: {r: {citation: s, about: a, any_of: [[name]]}}\n"
    )

    page = describe_regime(regime)

    assert "1.5 h, target" in page
    assert "conclusion" not in page
    assert "Not for" not in page
