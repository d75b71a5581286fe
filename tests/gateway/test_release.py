"""What is allowed: made, looked at, recorded, and handed over byte for byte."""

from __future__ import annotations

import base64
import json
from typing import Any

import numpy as np
import pytest
from openai import AsyncOpenAI
from python_multipart.multipart import parse_options_header
from tests.casework.conftest import drawing
from tests.gateway.conftest import UPSTREAM_KEY, Door, Fake, data_url, png

from raiment.adapters.pixels.signals import read_signals

PROMPT = "a quiet harbour at dawn"
_EVERYTHING = (
    "select string_agg(t::text, '') from screenings t",
    "select string_agg(t::text, '') from log_openings t",
    "select string_agg(t::text, '') from log_entries t",
    "select string_agg(t::text, '') from releases t",
)


def parts(headers: dict[str, str], body: bytes) -> dict[str, list[bytes]]:
    """Return the parts of a form by name."""
    _, options = parse_options_header(headers["content-type"])
    found: dict[str, list[bytes]] = {}
    for part in body.split(b"--" + options[b"boundary"])[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = head.partition(b'name="')[2].partition(b'"')[0].decode()
        found.setdefault(name, []).append(content.removesuffix(b"\r\n"))
    return found


async def test_a_generation_is_handed_over_as_it_was_made(door: Door, fake: Fake) -> None:
    """The client gets the generator's bytes, its words about them, and what was checked."""
    picture = png(drawing(2))
    fake.gives(picture, usage={"total_tokens": 7}, quality="low", extra={"b64_json": "unseen"})

    raw = await door.openai.images.with_raw_response.generate(model="m", prompt=PROMPT, user="u-7")
    answer = raw.parse()

    (image,) = answer.data
    assert base64.b64decode(image.b64_json) == picture
    assert answer.usage.total_tokens == 7
    assert "extra" not in answer.model_extra
    assert image.safeguard["action"] == "released"
    assert image.safeguard["checks"] == ["words", "known-image"]
    assert raw.headers["x-safeguard-ledger-id"] == image.safeguard["ledger_id"]
    assert raw.headers["x-safeguard-decision"] == answer.safeguard["decision_id"]


async def test_a_release_can_be_traced_to_its_request(door: Door, fake: Fake) -> None:
    """The ledger finds the picture, flipped and as a JPEG would show it, and names whom it was made for."""
    fake.gives(png(drawing(3)))

    answer = await door.openai.images.generate(model="m", prompt=PROMPT, user="u-8")

    flipped = png(np.ascontiguousarray(drawing(3)[:, ::-1] // 2 + 60))
    signals, *_ = await read_signals(door.house.pixels, flipped, field="x")
    async with door.house.database.read() as tx:
        (trace,) = await tx.ledger.trace(signals)
        request = await tx.screenings.by_id(trace.screening_id)
        entries = await tx.log.history(trace.release_id)
    assert trace.release_id == answer.data[0].safeguard["ledger_id"]
    assert trace.screening_id == answer.safeguard["decision_id"]
    assert (trace.actor, trace.surface) == ("u-8", "images.generations")
    assert (request.verdict, request.stage) == ("allow", "input")
    assert [kind for _, kind, _ in entries] == ["release.recorded"]


async def test_both_decisions_are_in_the_log(door: Door) -> None:
    """The decision on the request stands before the one on the output, which names it."""
    await door.openai.images.generate(model="m", prompt=PROMPT)

    *_, before, after = await door.screenings()
    async with door.house.database.read() as tx:
        first, second = [await tx.log.history(row.id) for row in (before, after)]
    assert (before.stage, after.stage) == ("input", "output")
    assert after.judgement["after"] == before.id
    assert first[0][0] < second[0][0]


async def test_words_are_kept_as_a_digest_only(door: Door) -> None:
    """Nothing that is stored holds the prompt; equal prompts have equal digests."""
    word = "zanzibarquux"
    for _ in range(2):
        await door.openai.images.generate(model="m", prompt=f"{word} by the sea")

    rows = (await door.screenings())[-4:]
    assert len({row.prompt_digest for row in rows}) == 1
    async with door.house.database.read() as tx:
        for statement in _EVERYTHING:
            text = await tx.connection.exec_driver_sql(statement)
            stored = str(text.scalar_one())
            assert word not in stored
            assert word.encode().hex() not in stored


async def test_a_client_switch_to_less_safety_is_overridden(door: Door, fake: Fake) -> None:
    """What turns a generator's safety down does not reach it; nor does what makes it stream or link."""
    await door.openai.images.generate(
        model="m",
        prompt=PROMPT,
        moderation="low",
        response_format="url",
        extra_body={"enable_safety_checker": False, "safety_tolerance": 6},
    )

    path, headers, body = fake.asked[-1]
    sent = json.loads(body)
    assert path == "/v1/images/generations"
    assert headers["authorization"] == f"Bearer {UPSTREAM_KEY}"
    assert sent == {
        "model": "m",
        "prompt": PROMPT,
        "moderation": "auto",
        "response_format": "b64_json",
    }


async def test_an_edit_sends_on_the_pictures_that_were_screened(door: Door, fake: Fake) -> None:
    """Sources in order, mask and parameters; file names of the client stay here."""
    first, second, mask = (png(drawing(seed)) for seed in (4, 5, 6))

    await door.openai.images.edit(
        model="m",
        prompt="warmer light",
        image=[("my-holiday.png", first), ("b.png", second)],
        mask=("m.png", mask),
        n=2,
        extra_body={"moderation": "low"},
    )

    _, headers, body = fake.asked[-1]
    assert parts(headers, body) == {
        "prompt": [b"warmer light"],
        "model": [b"m"],
        "n": [b"2"],
        "moderation": [b"auto"],
        "image[]": [first, second],
        "mask": [mask],
    }
    assert b"my-holiday" not in body


async def test_an_edit_as_json_stays_json(door: Door, fake: Fake) -> None:
    """A picture in a data: URL is screened, and sent on as one."""
    picture = png(drawing(7))
    asked = {"prompt": "warmer light", "images": [{"image_url": data_url(picture)}]}

    answer = await door.http.post("/v1/images/edits", json=asked)

    assert answer.status_code == 200, answer.text
    assert json.loads(fake.asked[-1][2]) == asked
    assert (await door.screenings())[-2].findings[1]["observed"]["picture"] == "sources.0"


async def test_a_variation_needs_no_words(door: Door, fake: Fake) -> None:
    """Nothing is kept of words that are not there."""
    with pytest.warns(DeprecationWarning, match="deprecated"):
        await door.openai.images.create_variation(image=png(drawing(8)))

    assert fake.asked[-1][0] == "/v1/images/variations"
    assert (await door.screenings())[-1].prompt_digest is None


async def test_a_stream_holds_whole_screened_pictures_only(door: Door, fake: Fake) -> None:
    """The generator is not asked to stream; the client gets one completed event for each picture."""
    pictures = [png(drawing(seed)) for seed in (9, 10)]
    fake.gives(*pictures)

    stream = await door.openai.images.generate(
        model="m", prompt=PROMPT, stream=True, partial_images=3, n=2
    )
    events: list[Any] = [event async for event in stream]

    assert [event.type for event in events] == ["image_generation.completed"] * 2
    assert [base64.b64decode(event.b64_json) for event in events] == pictures
    assert events[0].safeguard["action"] == "released"
    assert json.loads(fake.asked[-1][2]) == {"model": "m", "prompt": PROMPT, "n": 2}


async def test_a_streamed_edit_ends_with_its_own_event(door: Door) -> None:
    """Typed clients tell the two apart."""
    stream = await door.openai.images.edit(
        model="m", prompt="warmer light", image=png(drawing(11)), stream=True
    )

    assert [event.type async for event in stream] == ["image_edit.completed"]


async def test_a_picture_behind_an_address_is_read_and_sent_along(door: Door, fake: Fake) -> None:
    """What the generator serves at its own address is screened here, so the client gets the bytes."""
    picture = png(drawing(12))
    await door.openai.images.generate(model="m", prompt=PROMPT)
    host = fake.asked[-1][1]["host"]
    fake.says(200, {"data": [{"url": f"http://{host}/pictures/1.png"}]})
    link = fake.answers[0]
    fake.says(200, picture)
    fake.answers.insert(0, link)

    answer = await door.openai.images.generate(model="m", prompt=PROMPT)

    assert base64.b64decode(answer.data[0].b64_json) == picture
    assert answer.data[0].url is None
    assert "authorization" not in fake.asked[-1][1]


async def test_the_demonstration_generator_edits_and_draws(demo: Door) -> None:
    """A newcomer without any key gets pictures in the size and format asked for."""
    client: AsyncOpenAI = demo.openai
    drawn = await client.images.generate(
        model="demo", prompt=PROMPT, size="256x128", output_format="webp", n=2
    )
    edited = await client.images.edit(
        model="demo", prompt="black and white", image=png(drawing(13)), output_format="jpeg"
    )

    assert len(drawn.data) == 2
    assert base64.b64decode(drawn.data[0].b64_json)[8:12] == b"WEBP"
    assert base64.b64decode(edited.data[0].b64_json)[:3] == b"\xff\xd8\xff"
    assert await demo.released() >= 3
