"""Print docs/policy.md from the packs: ``python scripts/print_policy.py > docs/policy.md``."""

from __future__ import annotations

import sys
from importlib.resources import files

from raiment.policy.describe import describe
from raiment.policy.regime_pack import parse_regime
from raiment.policy.rule_set import parse_rule_set

packs = files("raiment.policy") / "packs"
rule_sets = [
    parse_rule_set((packs / f"{name}.yaml").read_text()) for name in ("screening", "matching")
]
regimes = [
    parse_regime(pack.read_text())
    for pack in sorted((packs / "regimes").iterdir(), key=lambda path: path.name)
]
sys.stdout.write(describe(rule_sets, regimes))
