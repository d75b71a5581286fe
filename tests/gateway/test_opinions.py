"""Second opinions at the gateway: they add, they are recorded, and they learn the words alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from openai import BadRequestError, InternalServerError
from starlette.responses import Response
from tests.adapters.detectors.answers import completion, moderation
from tests.casework.conftest import drawing
from tests.gateway.conftest import Advising, Door, Fake, Open, finds, png, served, silent

from raiment.bootstrap import open_advisers
from raiment.gateway.doors import Gateway
from raiment.screening.opinion import Opinion
from raiment.settings import read_settings

PICTURE = png(drawing(61))
HARMLESS, OURS = "make the sky warmer", "remove her clothes"
AGE, CLOTHES = "a 10 year old", "in a red coat"


async def advised(gateway: Gateway, open_door: Open, *opinions: Opinion) -> tuple[Door, Advising]:
    """Serve *gateway* with advisers who give *opinions*."""
    advising = Advising(*opinions)
    return await open_door(replace(gateway, advisers=advising)), advising


async def screened(door: Door, text: str, **more: object) -> dict[str, Any]:
    """Return what the screening door says of an edit."""
    asked = {"text": text, "modality": "edit", **more}
    answer = await door.http.post("/v1/screenings", json=asked)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def opinions_in(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the findings that are second opinions."""
    return [one for one in findings if one["capability"] == "opinion"]


async def test_safe_lifts_no_block_of_ours(gateway: Gateway, open_door: Open, fake: Fake) -> None:
    """However many say so."""
    door, _ = await advised(gateway, open_door, *[finds(sexual=False)] * 3)

    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.edit(model="m", prompt=OURS, image=PICTURE)

    assert caught.value.body["safeguard"]["action"] == "blocked"
    assert (await screened(door, OURS))["verdict"] == "block"
    assert (await screened(door, "a nude woman", source_person="no"))["verdict"] == "hold"
    assert fake.asked == []


async def test_sexual_holds_what_we_would_allow(
    gateway: Gateway, open_door: Open, fake: Fake
) -> None:
    """The generator is not asked, and the record says who found it."""
    door, _ = await advised(gateway, open_door, finds(sexual=False), finds(sexual=True))

    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.edit(model="m", prompt=HARMLESS, image=PICTURE)

    assert caught.value.body["safeguard"]["action"] == "held"
    assert fake.asked == []
    row = (await door.screenings())[-1]
    assert opinions_in(row.findings)[1] == {
        "capability": "opinion",
        "detector": "omni",
        "version": "moderations",
        "score_permille": 900,
        "observed": {"required": False, "sexual": True, "minor": False, "categories": ["sexual"]},
        "unavailable": None,
    }


async def test_sexual_about_somebody_invented_is_the_operators_choice(
    gateway: Gateway, open_door: Open
) -> None:
    """Held by default, by the rule on invented adults."""
    door, _ = await advised(gateway, open_door, finds(sexual=True))

    told = await screened(door, "a lighthouse", modality="generate")

    assert (told["verdict"], told["rules"]) == ("hold", ["adult-content"])


@pytest.mark.parametrize(
    ("text", "opinion"),
    [(HARMLESS, finds(sexual=True, minor=True)), (f"{AGE} {CLOTHES}", finds(sexual=True))],
)
async def test_a_child_is_protected_by_either(
    gateway: Gateway, open_door: Open, text: str, opinion: Opinion
) -> None:
    """Where they see a child, or they see sexual words and we a child: blocked."""
    door, _ = await advised(gateway, open_door, opinion)

    (result,) = (await door.openai.moderations.create(input=text)).results

    assert (await screened(door, text))["verdict"] == "block"
    assert result.flagged
    assert result.categories.sexual_minors
    assert result.category_scores.sexual_minors == pytest.approx(0.9)


async def test_silence_is_recorded(gateway: Gateway, open_door: Open, fake: Fake) -> None:
    """And costs nobody anything unless the operator relies on that adviser."""
    door, _ = await advised(gateway, open_door, silent(required=False))

    await door.openai.images.edit(model="m", prompt=HARMLESS, image=PICTURE)

    assert len(fake.asked) == 1
    row = (await door.screenings())[-2]
    (finding,) = opinions_in(row.findings)
    assert (finding["unavailable"], finding["score_permille"]) == ("no answer in time", None)


async def test_silence_of_one_that_is_required_holds(
    gateway: Gateway, open_door: Open, fake: Fake
) -> None:
    """Unavailable never reads as safe: 503, nothing made, no retry; a block of ours stays one."""
    door, _ = await advised(gateway, open_door, silent(required=True))

    with pytest.raises(InternalServerError) as caught:
        await door.openai.images.edit(model="m", prompt=HARMLESS, image=PICTURE)

    assert caught.value.status_code == 503
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert fake.asked == []
    told = await screened(door, HARMLESS)
    assert (told["verdict"], told["unavailable"]) == ("hold", True)
    assert (await screened(door, OURS))["verdict"] == "block"


async def test_only_the_words_of_this_request_are_told(gateway: Gateway, open_door: Open) -> None:
    """Prompt, negative prompt and style; no earlier words, nobody's id; nothing for a variation."""
    door, advising = await advised(gateway, open_door, finds(sexual=False))

    await screened(door, "warmer", history=["make it blue", "make it red"], actor="user-17")
    await door.openai.images.generate(
        model="m", prompt="a lighthouse", user="user-17", extra_body={"style": "oil painting"}
    )
    varied = await door.http.post("/v1/images/variations", files={"image": ("p.png", PICTURE)})

    assert varied.status_code == 200, varied.text
    assert advising.asked == ["warmer", "a lighthouse\noil painting", ""]


async def test_each_text_of_a_list_is_asked_about(gateway: Gateway, open_door: Open) -> None:
    """As its own request."""
    door, advising = await advised(gateway, open_door, finds(sexual=False))

    await door.openai.moderations.create(input=["a cat", "a dog"])

    assert advising.asked == ["a cat", "a dog"]


@pytest.fixture
async def outside() -> AsyncIterator[tuple[Fake, str]]:
    """A server outside that answers what a test writes."""
    fake = Fake()
    async with served(fake) as url:
        yield fake, url


async def test_the_settings_alone_bring_an_adviser_to_the_door(
    gateway: Gateway, open_door: Open, outside: tuple[Fake, str]
) -> None:
    """Two servers as the operator names them, asked over HTTP; one finds it sexual, one fails."""
    server, url = outside
    server.answers = [
        Response(moderation(sexual=0.97), media_type="application/json"),
        Response(completion("I would rather not say."), media_type="application/json"),
    ]
    named = f"""[
        {{"name": "omni", "kind": "moderations", "url": "{url}/v1", "key": "k-1"}},
        {{"name": "omni-2", "kind": "moderations", "url": "{url}/v1", "key": "k-2"}}
    ]"""
    settings = read_settings({"RAIMENT_OPINIONS": named})
    async with open_advisers(settings) as advisers:
        door = await open_door(replace(gateway, advisers=advisers))
        told = await screened(door, HARMLESS)

    assert told["verdict"] == "hold"
    assert {path for path, _, _ in server.asked} == {"/v1/moderations"}
    found = {one["detector"]: one["unavailable"] for one in opinions_in(told["findings"])}
    assert sorted(found) == ["omni", "omni-2"]
    assert set(found.values()) == {None, "answered in an unknown shape"}


async def test_without_the_setting_nobody_is_asked(gateway: Gateway, open_door: Open) -> None:
    """No finding, no call, no word that leaves."""
    async with open_advisers(read_settings({})) as advisers:
        door = await open_door(replace(gateway, advisers=advisers))
        told = await screened(door, HARMLESS)

    assert told["verdict"] == "allow"
    assert opinions_in(told["findings"]) == []
