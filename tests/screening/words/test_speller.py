"""Misspelt words are spelt again, of the language around them; real words are left alone."""

from __future__ import annotations

import pytest

from raiment.errors import ConfigurationError
from raiment.screening.words.speller import Speller, load_speller
from raiment.screening.words.text import traced

WORDS = (
    "en her the dress please remove without clothes jacket standing paper turret - paler statues\n"
    "fr robe enlever sa veste habits -\n"
    "hi \u0915\u092a\u0921\u093c\u0947 -\n"
)


@pytest.fixture(scope="module")
def speller() -> Speller:
    """A speller of a few words."""
    lexicon = {"naked": frozenset({"en"}), "nude": frozenset({"en", "fr"})}
    return load_speller("words-vocabulary.txt", WORDS.encode(), lexicon, ("naked",))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("remvoe her dress", "remove her dress"),
        ("remoove her jaket please", "remove her jacket please"),
        ("Please REMOVR her dress", "Please remove her dress"),
        ("rmv hr drss", "remove her dress"),
        ("n*k*d, please", "naked, please"),
        ("n#ked", "naked"),
        ("wotihut clhotes", "without clothes"),
        ("enlevre sa robe", "enlever sa robe"),
    ],
)
def test_what_people_mistype_is_spelt_again(speller: Speller, typed: str, meant: str) -> None:
    """A slip, signs or nothing for vowels, letters in disorder: each becomes the word it was."""
    assert speller.mend(traced(typed)).characters == meant


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "paler statues",
        "nudee statues",  # known to the lexicon, and not charged
        "remove the papers",  # an ending more is no slip
        "the habist of her",  # French, in an English sentence
        "the png",  # one word without vowels is an abbreviation
        "\u0915\u092a\u0921\u093c\u0947",
        "\ud800\x00***",
    ],
)
def test_other_words_are_left_alone(speller: Speller, plain: str) -> None:
    """The very same text comes back where nothing is misspelt."""
    text = traced(plain)

    assert speller.mend(text) is text


def test_a_mended_word_knows_where_it_was_written(speller: Speller) -> None:
    """Findings in a mended text point at what was sent."""
    mended = speller.mend(traced("please remvoe it"))

    start = mended.characters.index("remove")
    assert mended.raw_span(start, start + len("remove")) == (7, 13)


def test_a_text_of_many_unknown_words_is_left_alone(speller: Speller) -> None:
    """It is of a language nobody knows here, and going through it would cost too much."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    few, many = (
        traced(" ".join(["remvoe", *(f"za{one}{other}u" for one in letters for other in some)]))
        for some in ("a", letters)
    )

    assert speller.mend(few).characters.startswith("remove ")
    assert speller.mend(many) is many


@pytest.mark.parametrize("data", [b"", b"\n", b"en words", b"\xff\xfe"])
def test_what_is_no_list_of_words_is_refused(data: bytes) -> None:
    """The error names the file."""
    with pytest.raises(ConfigurationError, match=r"words-vocabulary\.txt"):
        load_speller("words-vocabulary.txt", data, {}, ())
