"""What the operator chooses for rules that offer a choice applies everywhere, and nothing else does."""

from __future__ import annotations

import pytest

from raiment.bootstrap import load_rules, load_screen
from raiment.errors import ConfigurationError
from raiment.policy.rule import Effect
from raiment.policy.rule_set import RuleSet
from raiment.settings import read_settings


def chosen(text: str) -> tuple[RuleSet, RuleSet]:
    """Return the rules for requests and for pictures under RAIMENT_RULES=*text*."""
    return load_rules(read_settings({"RAIMENT_RULES": text}))


def test_a_choice_changes_its_rule_and_the_digest() -> None:
    """In either rule set; a decision shows by the digest that the rules were others."""
    plain, pictures = chosen("")
    requests, same_pictures = chosen(" opinion-on-person = block , adult-fiction=allow")
    _, held_pictures = chosen("not-matchable=hold")

    effects = {rule.id: rule.effect for rule in requests.rules}
    changed = {rule.id for rule in plain.rules if effects[rule.id] is not rule.effect}
    assert changed == {"opinion-on-person", "adult-fiction"}
    assert (effects["opinion-on-person"], effects["adult-fiction"]) == (Effect.BLOCK, Effect.ALLOW)
    assert requests.ref.digest != plain.ref.digest
    assert same_pictures.ref == pictures.ref
    assert held_pictures.ref.digest != pictures.ref.digest
    assert load_screen(read_settings({"RAIMENT_RULES": "not-matchable=hold"})).picture_rules == (
        held_pictures
    )


@pytest.mark.parametrize(
    "text",
    [
        "minor-sexual=hold",
        "undressing-real-person=allow",
        "opinion-on-minor=hold",
        "opinion-on-person=allow",
        "child-protection-list=allow",
        "no-such-rule=block",
        "adult-fiction",
        "adult-fiction=",
        "adult-fiction=ALLOW",
        "adult-fiction=perhaps",
        "=block",
        "adult-fiction=allow,adult-fiction=block",
    ],
)
def test_what_cannot_be_chosen_stops_the_start(text: str) -> None:
    """Nothing about real people or children is anybody's choice."""
    with pytest.raises(ConfigurationError) as caught:
        chosen(text)

    assert caught.value.setting == "RAIMENT_RULES"
