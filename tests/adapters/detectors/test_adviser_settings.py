"""What the operator names is checked at the start, and nothing leaves by oversight."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment.adviser_settings import Adviser, AdviserKind, read_advisers
from raiment.errors import ConfigurationError
from raiment.settings import read_settings

GUARD = {
    "name": "guard",
    "kind": "llama-guard",
    "url": "http://guard.internal:8000/v1",
    "model": "meta-llama/Llama-Guard-4-12B",
}
OUTSIDE = {"url": "https://api.example.com/v1", "words_leave": True}
AZURE = {
    "name": "azure",
    "kind": "azure-content-safety",
    "url": "https://ours.cognitiveservices.azure.com",
    "key": "0123456789abcdef",
    "words_leave": True,
}


def test_nobody_is_asked_unless_he_is_named() -> None:
    """How an installation starts."""
    assert read_settings({}).advisers == ()
    assert read_settings({"RAIMENT_OPINIONS": ""}).advisers == ()
    assert read_settings({"RAIMENT_OPINIONS": "[]"}).advisers == ()


def test_every_kind_can_be_named() -> None:
    """With the defaults that the page of settings gives."""
    named = [
        GUARD | {"name": f"a{i}", "kind": kind}
        for i, kind in enumerate(AdviserKind)
        if kind is not AdviserKind.AZURE_CONTENT_SAFETY
    ]

    advisers = read_settings({"RAIMENT_OPINIONS": json.dumps([*named, AZURE])}).advisers

    assert {adviser.kind for adviser in advisers} == set(AdviserKind)
    assert {(a.required, a.seconds, a.severity) for a in advisers} == {(False, 2.0, None)}


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8000/v1",
        "http://guard:8000/v1",
        "http://10.1.2.3/v1",
        "http://[::1]:8000/v1",
        "http://[fd00::7]/v1",
        "http://[::ffff:10.0.0.7]/v1",
        "http://guard2/v1",
        "https://guard.lan/v1",
    ],
)
def test_words_go_to_the_operators_own_server_without_further_ado(url: str) -> None:
    """They stay in the house."""
    (adviser,) = read_advisers(json.dumps([GUARD | {"url": url}]))

    assert adviser.url == url


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"url": "https://api.example.com/v1"}, "[0].words_leave"),
        ({"url": "https://8.8.8.8/v1"}, "[0].words_leave"),
        ({"url": "http://134744072/v1"}, "[0].url"),
        ({"url": "http://0x8080808/v1"}, "[0].url"),
        ({"url": "http://8.8.2056./v1"}, "[0].url"),
        ({"url": "https://[::ffff:8.8.8.8]/v1"}, "[0].words_leave"),
        ({"url": "https://[2606:4700::1111]/v1"}, "[0].words_leave"),
        (OUTSIDE | {"words_leave": False}, "[0].words_leave"),
        (OUTSIDE | {"words_leave": "true"}, "[0].words_leave"),
        (OUTSIDE | {"url": "http://api.example.com/v1"}, "[0].url"),
        ({"url": "http://8.8.8.8/v1"}, "[0].url"),
        ({"url": "ftp://guard/v1"}, "[0].url"),
        ({"url": "guard:8000/v1"}, "[0].url"),
        ({"url": "http:///v1"}, "[0].url"),
        ({"url": "http://guard:0/v1"}, "[0].url"),
        ({"url": "http://guard:99999/v1"}, "[0].url"),
        ({"url": "http://ann:secret@guard/v1"}, "[0].url"),
        ({"url": "http://guard/v1?key=1"}, "[0].url"),
        ({"url": "http://guard/v1#x"}, "[0].url"),
        ({"url": "http://guard/v1\r\nx: y"}, "[0].url"),
        ({"url": "http://[guard/v1"}, "[0].url"),
        ({"url": None}, "[0].url"),
        ({"name": "Guard"}, "[0].name"),
        ({"name": "guard\n"}, "[0].name"),
        ({"name": ""}, "[0].name"),
        ({"name": "g" * 33}, "[0].name"),
        ({"kind": "oracle"}, "[0].kind: must be one of llama-guard"),
        ({"kind": None}, "[0].kind"),
        ({"model": None}, "[0].model"),
        ({"model": "a b"}, "[0].model"),
        ({"key": ""}, "[0].key"),
        ({"key": "a\r\nx: y"}, "[0].key"),
        ({"key": "schlüssel"}, "[0].key"),
        ({"seconds": 0}, "[0].seconds"),
        ({"seconds": 31}, "[0].seconds"),
        ({"seconds": "2"}, "[0].seconds"),
        ({"required": "yes"}, "[0].required"),
        ({"severity": 3}, "[0].severity: must be 2, 4 or 6"),
        ({"severity": 2}, "[0].severity"),
        ({"requried": True}, "requried"),
        (AZURE | {"key": None}, "[0].key"),
        (AZURE | {"model": "m"}, "[0].key, model"),
    ],
)
def test_an_entry_that_cannot_work_stops_the_start(changed: dict[str, object], wrong: str) -> None:
    """The variable, the entry and the field are named."""
    with pytest.raises(ConfigurationError) as caught:
        read_settings({"RAIMENT_OPINIONS": json.dumps([GUARD | changed])})

    assert caught.value.setting == "RAIMENT_OPINIONS"
    assert wrong in caught.value.reason


@pytest.mark.parametrize(
    "text", ["x", "{", "{}", "[1]", "[[]]", "null", "[" * 100_000, "\ud800", '["guard"]', "[{}]"]
)
def test_a_list_that_is_none_stops_the_start(text: str) -> None:
    """Whatever was typed."""
    with pytest.raises(ConfigurationError, match="RAIMENT_OPINIONS"):
        read_advisers(text)


def test_names_are_told_apart_and_few() -> None:
    """Opinions are recorded by name, and every request waits for the slowest."""
    with pytest.raises(ConfigurationError, match=r"\[1\]\.name"):
        read_advisers(json.dumps([GUARD, GUARD]))
    with pytest.raises(ConfigurationError, match="at most 8"):
        read_advisers(json.dumps([GUARD | {"name": f"g{i}"} for i in range(9)]))


@given(
    st.text(alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=9, max_size=40)
)
@pytest.mark.parametrize("place", ["key", "kind", "severity", "required", "seconds", "name"])
def test_no_error_repeats_a_value(place: str, secret: str) -> None:
    """A key in the wrong place is not printed at the start; nor is it with the settings."""
    secret = f"sk-{secret}"
    text = json.dumps([GUARD | {place: secret, "model": None}])
    with pytest.raises(ConfigurationError) as caught:
        read_advisers(text)
    assert secret not in str(caught.value)

    (adviser,) = read_advisers(json.dumps([GUARD | {"key": secret}]))
    assert secret not in repr(adviser)


def test_the_page_shows_what_works() -> None:
    """Its example is read, and its tables name every field and every kind."""
    page = (Path(__file__).parents[3] / "docs" / "connect-opinions.md").read_text()
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)

    assert [adviser.name for adviser in read_advisers(example)] == ["guard", "omni"]
    named = set(re.findall(r"^\| `([a-z0-9._-]+)` \|", page, re.MULTILINE))
    assert named == {*Adviser.__struct_fields__, *AdviserKind}
