"""A report finds every disguised copy that was there before it, and a copy finds its original."""

from __future__ import annotations

import numpy as np
import pytest
from tests.matching.copies import DISGUISES, copied
from tests.matching.drawings import drawing
from tests.web.api.conftest import Platform, png
from tests.web.api.test_traces import release, trace

from raiment.matching.crop import crop_ladder
from raiment.matching.view import View


async def views_in(platform: Platform, receipt: dict[str, object]) -> dict[object, object]:
    """Return by which view each item came into the case."""
    return {item["content_id"]: item["view"] for item in (await platform.case(receipt))["items"]}


@pytest.mark.parametrize("disguise", DISGUISES)
async def test_a_report_of_the_original_finds_the_copy(platform: Platform, disguise: str) -> None:
    """Only hashes were kept of either; the case says what was undone."""
    shown = copied(disguise)
    await platform.register("copy", png(shown.copy))
    await platform.register("other", png(drawing(420, 600, 1)))
    await platform.register("one", png(shown.original), location="https://site.example/1")

    receipt = await platform.report("https://site.example/1")

    assert await views_in(platform, receipt) == {"one": None, "copy": shown.from_original}


@pytest.mark.parametrize("disguise", ["mirrored", "inverted", "bordered", "screenshot"])
async def test_a_report_of_the_copy_finds_the_original(platform: Platform, disguise: str) -> None:
    """What a screenshot shows upright is looked for as well."""
    shown = copied(disguise)
    await platform.register("one", png(shown.original))
    await platform.register("copy", png(shown.copy), location="https://site.example/1")

    receipt = await platform.report("https://site.example/1")

    assert await views_in(platform, receipt) == {"copy": None, "one": shown.view}


async def test_two_screens_that_show_the_same_are_copies(platform: Platform) -> None:
    """Of each only a part is the picture."""
    shown, light = copied("screenshot"), copied("captioned")
    bordered = np.pad(shown.original, ((25, 25), (25, 25), (0, 0)), constant_values=90)
    await platform.register("dark", png(shown.copy), location="https://site.example/1")
    await platform.register("framed", png(bordered))
    await platform.register("other", png(light.copy))

    receipt = await platform.report("https://site.example/1")

    assert await views_in(platform, receipt) == {"dark": None, "framed": View.PANEL}


async def test_a_part_uploaded_later_joins_the_case_as_one(platform: Platform) -> None:
    """Found by a crop of the reported picture; it stands for the picture's own entry."""
    picture = drawing(420, 600, 131)
    one = await platform.register("one", png(picture), location="https://site.example/1")
    receipt = await platform.report("https://site.example/1")
    async with platform.house.database.begin() as tx:
        ladder = [pdq for _, pdq in crop_ladder(picture)]
        assert await tx.banks.bank_crops(str(one["id"]), ladder, platform.house.now())

    part = await platform.register("part", png(np.ascontiguousarray(picture[17:, :535])))

    assert part["verdict"] == "hold"
    assert [match["crop"] for match in part["matches"]] == [True]
    assert await views_in(platform, receipt) == {"one": None, "part": View.CROP}


async def test_an_output_that_shows_it_inside_is_traced(platform: Platform) -> None:
    """A release of ours that frames the picture in hand, itself mirrored."""
    shown = copied("bordered")
    made = await release(shown.copy, platform.house)

    answer = await trace(png(np.ascontiguousarray(shown.original[:, ::-1])), platform)

    (found,) = answer["releases"]
    assert (found["release_id"], found["view"]) == (made, View.PANEL_FLIPPED_LEFT_RIGHT)
