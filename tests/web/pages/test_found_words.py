"""How a place came into a case, in a reviewer's words."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from raiment.adapters.postgres.tables import case_items
from raiment.bootstrap import House
from raiment.matching.view import View
from raiment.web.console.case_view import found_words
from raiment.web.console.words import VIEWS


def test_every_view_has_words() -> None:
    """None is shown by its name in the API."""
    assert VIEWS.keys() == set(View)
    assert not any("-" in words for words in VIEWS.values())


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (None, "looks the same (4 of 256 bits differ)"),
        ("as-is", "looks the same (4 of 256 bits differ)"),
        ("flipped-left-right", "looks the same, mirrored (4 of 256 bits differ)"),
        ("inverted", "looks the same, as a negative (4 of 256 bits differ)"),
        (
            "panel-turned-90",
            "looks the same, shown inside another picture, turned (4 of 256 bits differ)",
        ),
    ],
)
def test_a_likeness_says_its_disguise(view: str | None, words: str) -> None:
    """And how far apart the two are."""
    assert found_words("pdq", 4, view) == words


def test_a_digest_needs_no_view() -> None:
    """The same bytes are the same picture."""
    assert found_words("bytes", None, "as-is") == "same file"


async def test_the_case_page_says_that_it_is_shown_inside_another_picture(
    person: Any, reviewer: Any, upload: Any, house: House, complete: dict[str, object]
) -> None:
    """A screenshot of the reported picture is told from the picture."""
    await upload("post-17")
    await person.report(**complete)
    case_id = await person.case_id()
    async with house.database.begin() as tx:
        seen = {"found_by": "pdq", "distance": 4, "view": View.PANEL.value}
        await tx.connection.execute(update(case_items).values(seen))

    ada = await reviewer("ada")
    page = await ada.http.get(f"/console/cases/{case_id}")

    assert "looks the same, shown inside another picture (4 of 256 bits differ)" in page.text
