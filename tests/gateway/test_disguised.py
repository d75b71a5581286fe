"""A known picture is known at every door, however its copy was disguised."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest
from openai import BadRequestError
from tests.gateway.conftest import Door, Fake, data_url, png
from tests.gateway.test_refusal import bank
from tests.matching.copies import DISGUISES, copied
from tests.web.api.conftest import add_key, client
from tests.web.api.test_traces import release

from raiment.adapters.http.scopes import SCOPES
from raiment.bootstrap import House


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
