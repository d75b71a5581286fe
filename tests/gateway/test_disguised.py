"""A known picture is known at every door, however its copy was disguised."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import numpy as np
import pytest
from openai import BadRequestError
from sqlalchemy import select
from tests.gateway.conftest import Door, Fake, data_url, png
from tests.gateway.test_refusal import bank
from tests.matching.copies import DISGUISES, copied
from tests.matching.drawings import drawing
from tests.web.api.conftest import add_key, client
from tests.web.api.test_traces import release

from raiment.adapters.http.scopes import SCOPES
from raiment.adapters.postgres.tables import contents
from raiment.bootstrap import House
from raiment.matching.crop import crop_ladder


@pytest.fixture
async def web(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """The doors for platforms, of the same installation."""
    async with client(house, await add_key(house, *SCOPES, secret=f"rmt_{house.now()}")) as http:
        yield http


@pytest.mark.parametrize("disguise", DISGUISES)
async def test_a_disguised_copy_fares_alike_at_every_door(
    door: Door, fake: Fake, web: httpx.AsyncClient, disguise: str
) -> None:
    """Sources, outputs, moderations, uploads, lookups, traces: known, and by the same view."""
    shown = copied(disguise)
    original, copy = png(shown.original), png(shown.copy)
    made = await release(shown.original, door.house)
    await bank(door.house, original, confirmed=True)

    with pytest.raises(BadRequestError):
        await door.openai.images.edit(model="m", prompt="a warmer sky", image=copy)
    assert fake.asked == []

    fake.gives(copy)
    with pytest.raises(BadRequestError):
        await door.openai.images.generate(model="m", prompt="a lighthouse")
    decision = (await door.screenings())[-1]
    assert (decision.stage, decision.rule) == ("output", "known-image")
    assert {found["view"] for found in decision.findings[0]["observed"]["matches"]} == {shown.view}

    parts = [{"type": "image_url", "image_url": {"url": data_url(copy)}}]
    assert (await door.openai.moderations.create(input=parts)).results[0].flagged

    answer = await web.post("/v1/content", files={"file": copy}, data={"content_id": made})
    assert answer.json()["verdict"] == "block"
    assert {match["view"] for match in answer.json()["matches"]} == {shown.view}

    assert (await web.post("/m/lookup", files={"photo": copy})).json()["pdq"]["confirmed"]

    (traced,) = (await web.post("/v1/traces", files={"file": copy})).json()["releases"]
    assert (traced["release_id"], traced["view"]) == (made, shown.view)


async def bank_crops(house: House, picture: np.ndarray) -> None:
    """Bank the crops of *picture*, the last that was reported, as the worker does."""
    ladder = [pdq for _, pdq in crop_ladder(picture)]
    async with house.database.begin() as tx:
        newest = select(contents.c.id).order_by(contents.c.number.desc()).limit(1)
        content_id = (await tx.connection.execute(newest)).scalar_one()
        assert await tx.banks.bank_crops(content_id, ladder, house.now())


async def test_a_part_of_a_known_picture_fares_alike_at_every_door(
    door: Door, fake: Fake, web: httpx.AsyncClient
) -> None:
    """Sources, outputs, uploads, lookups: a tenth off one edge, less off another."""
    picture = drawing(420, 600, 130)
    copy = png(np.ascontiguousarray(picture[17:, :535]))
    await bank(door.house, png(picture), confirmed=True)
    unknown = await web.post("/m/lookup", files={"photo": copy})
    await bank_crops(door.house, picture)

    with pytest.raises(BadRequestError):
        await door.openai.images.edit(model="m", prompt="a warmer sky", image=copy)
    fake.gives(copy)
    with pytest.raises(BadRequestError):
        await door.openai.images.generate(model="m", prompt="a lighthouse")
    answer = await web.post("/v1/content", files={"file": copy}, data={"content_id": "a part"})
    assert answer.json()["verdict"] == "block"
    assert [match["crop"] for match in answer.json()["matches"]] == [True]
    assert unknown.json() == {"pdq": {}}
    assert (await web.post("/m/lookup", files={"photo": copy})).json()["pdq"]["confirmed"]
