"""What is left of matches after the allow-lists, and what the rules are told."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest

from raiment.errors import InvalidInput
from raiment.matching.bank import BankCategory, BankKind, BankMatch, EntryState, standing
from raiment.matching.bank_entry import NewEntry, read_entry
from raiment.matching.judge import Lookup, judge_lookup
from raiment.matching.match import Match
from raiment.matching.signal import Pdq
from raiment.matching.view import DIHEDRAL, INVERTED, PANEL, View
from raiment.policy.rule import Effect
from raiment.policy.rule_set import RuleSet, parse_rule_set


def found(
    kind: BankKind,
    distance: int,
    state: EntryState = EntryState.ACTIVE,
    view: View = View.AS_IS,
    *,
    crop: bool = False,
) -> BankMatch:
    """Return a match at *distance*."""
    match = Match(Pdq(bytes(32)), "bank", f"{kind}-{distance}", distance, view, 31, crop)
    return BankMatch(match, kind, None, state, "a list")


def kinds(*given: BankMatch) -> list[BankKind]:
    """Return the kinds that stand against the picture."""
    return [one.kind for one in standing(given) if one.acts]


@pytest.fixture(scope="module")
def rules() -> RuleSet:
    """The rules for matches."""
    return parse_rule_set(files("raiment.policy").joinpath("packs/matching.yaml").read_text())


@pytest.mark.parametrize("kind", [BankKind.CONFIRMED, BankKind.OUTSIDE, BankKind.REPORTED])
def test_what_is_known_to_be_harmless_matches_nothing_farther(kind: BankKind) -> None:
    """A meme of the allow-list that also lies near an allegation is let through."""
    assert kinds(found(BankKind.ALLOW, 4), found(kind, 9)) == []
    assert kinds(found(BankKind.ALLOW, 9), found(kind, 4)) == [kind]


def test_the_same_picture_confirmed_and_allowed_is_confirmed() -> None:
    """Where both are equally near, what our reviewers decided stands."""
    assert kinds(found(BankKind.ALLOW, 0), found(BankKind.CONFIRMED, 0)) == [BankKind.CONFIRMED]
    assert kinds(found(BankKind.ALLOW, 0), found(BankKind.OUTSIDE, 0)) == []


def test_no_allow_list_speaks_against_a_hotline() -> None:
    """However near it is."""
    listed = replace(found(BankKind.OUTSIDE, 9), category=BankCategory.CHILD)

    assert standing([found(BankKind.ALLOW, 0), listed])[-1] == listed


@pytest.mark.parametrize(
    ("state", "effect"),
    [(EntryState.ACTIVE, Effect.BLOCK), (EntryState.QUARANTINED, Effect.ALLOW)],
)
@pytest.mark.parametrize("kind", [BankKind.OUTSIDE, BankKind.CONFIRMED])
def test_a_hotlines_list_blocks_whichever_the_kind(
    rules: RuleSet, kind: BankKind, state: EntryState, effect: Effect
) -> None:
    """An entry that acts; one in doubt, as an operator may have left it, is recorded."""
    listed = replace(found(kind, 9, state), category=BankCategory.CHILD)

    judgement = judge_lookup(Lookup([listed], matchable=True), rules)

    assert judgement.effect is effect
    names = {one.rule.id for one in judgement.matched}
    assert ("child-protection-list" in names) == (effect is Effect.BLOCK)


@pytest.mark.parametrize("kind", [BankKind.CONFIRMED, BankKind.OUTSIDE])
@pytest.mark.parametrize("view", [*PANEL, View.INSET])
def test_an_allow_list_says_nothing_of_a_part(kind: BankKind, view: View) -> None:
    """A harmless page that shows a known picture is not let through for being a harmless page."""
    assert kinds(found(BankKind.ALLOW, 0), found(kind, 9, view=view)) == [kind]
    assert kinds(found(BankKind.ALLOW, 0), found(kind, 9, crop=True)) == [kind]


@pytest.mark.parametrize("view", [*PANEL, View.INSET])
def test_a_harmless_part_does_not_clear_the_whole(view: View) -> None:
    """A known picture with a harmless one inside it is still known."""
    assert kinds(found(BankKind.ALLOW, 0, view=view), found(BankKind.OUTSIDE, 9)) == [
        BankKind.OUTSIDE
    ]


@pytest.mark.parametrize("view", [*DIHEDRAL, *INVERTED])
def test_an_allow_list_covers_the_whole_in_any_view(view: View) -> None:
    """Turned, mirrored or as a negative: the whole picture is meant."""
    assert kinds(found(BankKind.ALLOW, 4, view=view), found(BankKind.OUTSIDE, 9, view=view)) == []


def test_a_hit_of_an_allow_list_is_kept_as_evidence() -> None:
    """It is why the picture was let through."""
    allowed = found(BankKind.ALLOW, 4)

    assert standing([allowed, found(BankKind.OUTSIDE, 9)]) == [allowed]


@pytest.mark.parametrize(
    ("match", "effect"),
    [
        (found(BankKind.CONFIRMED, 3), Effect.BLOCK),
        (found(BankKind.OUTSIDE, 3), Effect.HOLD),
        (found(BankKind.REPORTED, 3), Effect.HOLD),
        (found(BankKind.ALLOW, 3), Effect.ALLOW),
        (found(BankKind.OUTSIDE, 3, EntryState.QUARANTINED), Effect.ALLOW),
    ],
)
def test_each_kind_of_bank_has_its_effect(match: BankMatch, effect: Effect, rules: RuleSet) -> None:
    """Confirmed blocks, alleged holds, harmless and quarantined do nothing."""
    assert judge_lookup(Lookup([match], matchable=True), rules).effect is effect


def test_a_quarantined_match_is_told(rules: RuleSet) -> None:
    """It lets the picture through, and says so."""
    match = found(BankKind.OUTSIDE, 3, EntryState.QUARANTINED)

    assert judge_lookup(Lookup([match], matchable=True), rules).notes == ("match-in-doubt",)


@pytest.mark.parametrize(
    ("kind", "value", "ends", "field"),
    [
        ("sha1", "0" * 40, None, "line.type"),
        ("pdq", "0" * 63, None, "line.value"),
        ("md5", "0" * 64, None, "line.value"),
        ("pdq", "g" * 64, None, "line.value"),
        ("pdq", "0" * 64, "tomorrow", "line.expires_at"),
        ("pdq", "0" * 64, "2027-01-01T00:00:00", "line.expires_at"),
        ("pdq", "0" * 64, "0001-01-01T00:00:00+14:00", "line.expires_at"),
    ],
)
def test_what_is_no_entry_is_refused(kind: str, value: str, ends: str | None, field: str) -> None:
    """The error names the field."""
    with pytest.raises(InvalidInput) as caught:
        read_entry(kind, value, (), ends, "line")

    assert caught.value.field == field


def test_capital_digits_are_the_same_value() -> None:
    """Some lists are written so."""
    assert read_entry("md5", "AB" * 16, ["a"], None, "line") == NewEntry(
        "bytes_md5", "ab" * 16, ("a",)
    )
