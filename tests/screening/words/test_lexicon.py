"""Lexicon tables are checked when compiled, and the shipped ones are whole."""

from __future__ import annotations

import pytest

from raiment.errors import ConfigurationError
from raiment.screening.words import Lexicon, compile_lexicon
from raiment.screening.words.hits import find_hits
from raiment.screening.words.text import words_of

ESSENTIAL = {
    "remove",
    "clothes",
    "garment",
    "nude",
    "without",
    "sheer",
    "underwear",
    "outer",
    "detail",
    "minor",
}
HEAD = "#: language xx\n#: order verb-first\n"


@pytest.mark.parametrize(
    "table",
    [
        "clothes\tshirt\n",
        "#: language xx\n#: order sideways\nclothes\tshirt\n",
        HEAD + "no-such-concept\tshirt\n",
        HEAD + "clothes shirt\n",
        HEAD + "clothes\tshirt,,dress\n",
        HEAD + "clothes\t~\n",
        HEAD + "clothes\t*\n",
    ],
)
def test_a_malformed_table_is_refused_at_start(table: str) -> None:
    """The error names the file, so an operator's own table cannot fail silently."""
    with pytest.raises(ConfigurationError, match=r"xx\.tsv"):
        compile_lexicon({"xx.tsv": table})


def test_every_shipped_language_has_the_essential_concepts(
    tables: dict[str, str], lexicon: Lexicon
) -> None:
    """No table is a stub."""
    assert len(lexicon.orders) == len(tables)
    for name, table in tables.items():
        concepts = {line.partition("\t")[0] for line in table.splitlines() if "\t" in line}
        assert concepts >= ESSENTIAL, name


def test_every_shipped_table_says_where_it_comes_from(tables: dict[str, str]) -> None:
    """Each table carries provenance and licence."""
    for name, table in tables.items():
        head = [line for line in table.splitlines() if line.startswith("# ")]
        assert any("Apache-2.0" in line for line in head), name


def test_a_longer_phrase_swallows_a_shorter_word() -> None:
    """An exception is a longer term of another concept, nothing more."""
    lexicon = compile_lexicon({"xx.tsv": HEAD + "nude\tbare\nharmless\tbare tree*\n"})

    assert [hit.concept for hit in find_hits(words_of("a bare tree"), lexicon)] == ["harmless"]
    assert [hit.concept for hit in find_hits(words_of("bare, trees on"), lexicon)] == ["nude"]
    assert [hit.concept for hit in find_hits(words_of("a bare sea"), lexicon)] == ["nude"]


def test_a_gap_leaves_room_for_a_person_but_not_for_a_sentence() -> None:
    """``~`` spans up to seven words of one sentence."""
    lexicon = compile_lexicon({"xx.tsv": HEAD + "remove\ttake ~ off\n"})

    assert find_hits(words_of("take a b c d e f g off"), lexicon)
    assert not find_hits(words_of("take a b c d e f g h off"), lexicon)
    assert not find_hits(words_of("take. off"), lexicon)
