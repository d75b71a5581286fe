"""The packs as shipped, parsed once."""

from __future__ import annotations

from importlib.resources import files

import pytest

from raiment.policy.regime import Regime
from raiment.policy.regime_pack import parse_regime
from raiment.policy.rule_set import RuleSet, parse_rule_set

PACKS = files("raiment.policy") / "packs"


@pytest.fixture(scope="session")
def screening() -> RuleSet:
    """The rule set for requests."""
    return parse_rule_set((PACKS / "screening.yaml").read_text())


@pytest.fixture(scope="session")
def matching() -> RuleSet:
    """The rule set for matches."""
    return parse_rule_set((PACKS / "matching.yaml").read_text())


@pytest.fixture(scope="session")
def regimes() -> tuple[Regime, ...]:
    """Every regime, in the order of their file names."""
    packs = sorted((PACKS / "regimes").iterdir(), key=lambda path: path.name)
    return tuple(parse_regime(pack.read_text()) for pack in packs)
