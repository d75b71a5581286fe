"""Did we make this image, by which request, for whom."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from tests.casework.conftest import drawing
from tests.web.api.conftest import Platform, flat, png

from raiment.adapters.pixels.signals import read_signals
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.screenings import KeptScreening
from raiment.bootstrap import House
from raiment.matching.ledger import Release


async def release(picture: NDArray[np.uint8], house: House) -> str:
    """Let an output go, as the gateway does; return its id."""
    signals = (await read_signals(house.pixels, png(picture), field="output"))[0]
    at = house.now()
    screening = KeptScreening(
        id=new_id("scr"),
        surface="images/edits",
        stage="output",
        api_key_id=None,
        actor="digest-of-a-user",
        prompt_digest=None,
        verdict="allow",
        rule=None,
        judgement={},
        findings=[],
        rule_set="screening 1",
        at=at,
    )
    made = Release(new_id("rel"), screening.id, "digest-of-a-user", "images/edits", signals, at)
    async with house.database.begin() as tx:
        await tx.screenings.add(screening)
        await tx.ledger.add(made)
    return made.id


async def trace(picture: bytes, platform: Platform) -> dict[str, object]:
    """Ask whether *picture* was made here."""
    answer = await platform.http.post("/v1/traces", files={"file": picture})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_an_output_is_traced_to_its_request(platform: Platform) -> None:
    """The answer names the release, for whom it was made, and the decision that let it out."""
    made = await release(drawing(1), platform.house)

    answer = await trace(png(drawing(1)), platform)

    assert (answer["made_here"], answer["matchable"]) == (True, True)
    (found,) = answer["releases"]
    assert found["release_id"] == made
    assert (found["actor"], found["found_by"]) == ("digest-of-a-user", "bytes")
    assert found["request"]["verdict"] == "allow"
    assert found["request"]["rule_set"] == "screening 1"


async def test_an_output_is_traced_in_disguise(platform: Platform) -> None:
    """Turned upside down and saved again, it is still found, and the view says how."""
    made = await release(drawing(1), platform.house)

    answer = await trace(png(drawing(1)[::-1].copy()), platform)

    (found,) = answer["releases"]
    assert found["release_id"] == made
    assert (found["found_by"], found["view"]) == ("pdq", "flipped-top-bottom")


async def test_another_picture_was_not_made_here(platform: Platform) -> None:
    """No release shows it."""
    await release(drawing(1), platform.house)

    answer = await trace(png(drawing(2)), platform)

    assert answer == {"made_here": False, "matchable": True, "releases": []}


async def test_what_cannot_be_compared_is_not_called_foreign(platform: Platform) -> None:
    """A picture without detail that matches no digest: nobody can say."""
    answer = await trace(png(flat()), platform)

    assert answer == {"made_here": None, "matchable": False, "releases": []}


async def test_exact_bytes_are_enough_without_detail(platform: Platform) -> None:
    """Digests are compared whatever the detail."""
    made = await release(flat(), platform.house)

    answer = await trace(png(flat()), platform)

    assert (answer["made_here"], answer["matchable"]) == (True, False)
    assert [found["release_id"] for found in answer["releases"]] == [made]


async def test_that_somebody_asked_is_logged_without_the_hash(platform: Platform) -> None:
    """An entry of its own; the hash is a fact, so only its salted digest stands there."""
    signals = (await read_signals(platform.house.pixels, png(drawing(1)), field="x"))[0]
    await trace(png(drawing(1)), platform)

    (entry,) = (await platform.http.get("/v1/log/entries")).json()["entries"]
    assert '"kind":"trace.answered"' in entry["entry"]
    assert signals.pixels_blake3.hex not in entry["entry"]
