"""The operator decides which models callers may ask."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from openai import BadRequestError
from tests.casework.conftest import drawing
from tests.gateway.conftest import Door, Fake, Open, png

from raiment.gateway.doors import Gateway
from raiment.settings import read_settings


@pytest.fixture
async def narrow(gateway: Gateway, open_door: Open, fake: Fake) -> Door:
    """A gateway whose operator opened two models."""
    del fake
    models = read_settings({"RAIMENT_UPSTREAM_MODELS": "paint-2, paint-1"}).upstream_models
    return await open_door(replace(gateway, models=models))


async def test_a_model_that_was_not_opened_is_refused(narrow: Door, fake: Fake) -> None:
    """A 400 that names the parameter and the models, repeats nothing, and asks the generator nothing."""
    with pytest.raises(BadRequestError) as refused:
        await narrow.openai.images.generate(prompt="a lighthouse", model="paint-9-uncensored")

    assert (refused.value.param, refused.value.code) == ("model", "model_not_found")
    assert "paint-2, paint-1" in refused.value.message
    assert "uncensored" not in refused.value.message
    with pytest.raises(BadRequestError):
        await narrow.openai.images.edit(
            image=("a.png", png(drawing(1)), "image/png"), prompt="a lighthouse", model="PAINT-1"
        )
    assert fake.asked == []


@pytest.mark.parametrize(("named", "asked"), [({"model": "paint-1"}, "paint-1"), ({}, "paint-2")])
async def test_opened_models_go_upstream(
    narrow: Door, fake: Fake, named: dict[str, str], asked: str
) -> None:
    """The one that is named; the first of the list where none is."""
    await narrow.openai.images.generate(prompt="a lighthouse", **named)

    assert [json.loads(body)["model"] for _, _, body in fake.asked] == [asked]


async def test_without_a_list_any_model_may_be_named(door: Door, fake: Fake) -> None:
    """The generator decides then."""
    await door.openai.images.generate(prompt="a lighthouse", model="whatever-7")

    assert json.loads(fake.asked[0][2])["model"] == "whatever-7"
