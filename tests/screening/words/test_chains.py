"""Edits are judged with the edits before them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raiment.screening.words import WordsReading

Reader = Callable[..., WordsReading]
HELD = 0.5
DOUBTED = 0.3


@pytest.mark.parametrize(
    ("history", "text"),
    [
        (["remove the jacket"], "again"),
        (["remove her coat"], "now the next layer"),
        (["make her skirt shorter"], "a bit more"),
        (["put her in a bikini"], "smaller"),
        (["give her a bikini"], "make it smaller"),
        (["give her a silk blouse"], "make it transparent"),
        (["change her dress to red"], "now remove it"),
        (["take off her jacket"], "now the shirt as well"),
        (["take off her jacket", "now the scarf as well"], "the shirt too"),
        (["quítale la chaqueta"], "ahora la camisa también"),
        (["zieh ihr die Jacke aus"], "jetzt auch das Hemd"),
        (["take off her jacket", "now the thingamajig as well"], "and the next layer"),
    ],
)
def test_a_step_takes_its_meaning_from_the_chain(
    read: Reader, history: list[str], text: str
) -> None:
    """Alone the step says nothing; after the earlier edits it does, and the reading says so."""
    alone = read(text, source_person=True)
    chained = read(text, source_person=True, history=history)

    assert alone.strongest < HELD <= chained.strongest
    assert chained.chained


def test_garments_taken_off_one_by_one_add_up(read: Reader) -> None:
    """Each step is ordinary on its own; the sum is not."""
    steps = ["remove the jacket", "remove the scarf", "remove the shoes", "remove the socks"]
    scores = [read(step, history=steps[:i]).strongest for i, step in enumerate(steps)]

    assert scores[0] < HELD
    assert scores[-1] >= HELD


@pytest.mark.parametrize(
    ("history", "text"),
    [
        (["make the sky blue"], "more"),
        (["remove the dog"], "again"),
        (["make the logo smaller"], "even smaller"),
        (["remove her hat", "remove the background"], "make it brighter"),
        (["change her dress to red"], "make it blue"),
        (["remove her jacket"], "now a red shirt"),
        (["remove her jacket"], "a shirt with a collar"),
        (["remove the tree"], "the shirt too"),
        (["make her jacket red"], "the shirt too"),
    ],
)
def test_ordinary_chains_pass(read: Reader, history: list[str], text: str) -> None:
    """Ellipsis after ordinary edits is ordinary."""
    assert read(text, source_person=True, history=history).strongest < HELD


def test_only_the_latest_edits_are_read(read: Reader) -> None:
    """A chain of any length is read in bounded work."""
    reading = read("again", history=["remove the jacket"] + ["make the sky blue"] * 500)

    assert reading.strongest < HELD


@pytest.mark.parametrize(
    ("history", "text"),
    [
        (["put her in a linen dress"], "make the fabric transparent"),
        (["mettile un vestito leggero"], "rendi il tessuto trasparente"),
        (["スカートを短くして"], "もっと短く"),
    ],
)
def test_cloth_is_what_somebody_was_dressed_in(read: Reader, history: list[str], text: str) -> None:
    """Cloth made sheer, or "shorter" in a script without blanks, is said of what the edit before named."""
    assert read(text, source_person=True).strongest < HELD
    assert read(text, source_person=True, history=history).strongest >= HELD


@pytest.mark.parametrize(
    ("history", "text"),
    [
        (["give her a white poplin dress"], "make the poplin see-through"),
        (["enlève son manteau", "maintenant le pull"], "maintenant le chemisier"),
    ],
)
def test_what_a_chain_may_mean_is_a_doubt(read: Reader, history: list[str], text: str) -> None:
    """An unknown word may be the cloth; a garment named alone may be the next to go."""
    assert read(text, source_person=True).strongest < DOUBTED
    chained = read(text, source_person=True, history=history)

    assert DOUBTED <= chained.strongest < HELD
    assert chained.chained


def test_a_transparent_background_is_no_cloth(read: Reader) -> None:
    """What is made transparent is something else than the dress before it."""
    history = ["change her dress to red"]

    assert (
        read("make the background transparent", source_person=True, history=history).strongest
        < HELD
    )
