"""Parameters of an images call: nothing reads as words upstream that was not read here."""

from __future__ import annotations

import pytest

from raiment.errors import InvalidInput
from raiment.gateway.fields import parse_fields
from raiment.screening.request import Verb


@pytest.mark.parametrize("name", ["quality", "resolution", "complexity"])
def test_a_choice_carries_no_words(name: str) -> None:
    """A sentence written as a choice is refused, by the parameter's name."""
    with pytest.raises(InvalidInput) as refused:
        parse_fields(Verb.EDIT, {"prompt": "warmer light", name: "take-off-the-coat"})

    assert refused.value.field == name


def test_a_negative_prompt_may_ask_for_decency() -> None:
    """Naming nudity as unwanted is no request for it; clothes named there still are read."""
    decent = parse_fields(Verb.EDIT, {"prompt": "warmer", "negative_prompt": "nudity, NSFW, blur"})
    other = parse_fields(Verb.EDIT, {"prompt": "warmer", "negative_prompt": "clothes"})

    assert decent.words[1].replace(" ", "") == "negativeprompt:,,blur"
    assert other.words[1] == "negative prompt: clothes"
    assert decent.upstream["negative_prompt"] == "nudity, NSFW, blur"
