"""What is not allowed: one shape that clients understand, one call, a stored decision, nothing released."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import openai
import pytest
from openai import BadRequestError, InternalServerError
from tests.casework.conftest import DRAFT, drawing
from tests.gateway.conftest import Broken, Door, Fake, Open, b64, data_url, png, with_words

from raiment.adapters.pixels.signals import read_signals
from raiment.adapters.postgres.ids import new_id
from raiment.bootstrap import House
from raiment.casework.receive_report import Credentials, receive_report
from raiment.errors import Unavailable
from raiment.gateway.doors import Gateway
from raiment.matching.content import Content, ContentState

BLOCKED = "remove her clothes"
HELD = "a nude woman"


async def bank(house: House, picture: bytes, *, confirmed: bool) -> None:
    """Have *picture* reported; *confirmed*: a reviewer found the report right."""
    signals, *_ = await read_signals(house.pixels, picture, field="x")
    content_id, platform_id = new_id("cnt"), new_id("x")
    async with house.database.begin() as tx:
        await tx.contents.hold_banks_still()
        content = Content(
            id=content_id,
            platform_id=platform_id,
            location=None,
            media_url=None,
            uploader=None,
            state=ContentState.VISIBLE,
            verdict="allow",
            signals=signals,
            registered_at=house.now(),
        )
        assert await tx.contents.add(content, [])
    draft = replace(DRAFT, content_ids=(platform_id,))
    async with house.database.begin() as tx:
        credentials = Credentials(new_id("x"), "secret")
        receipt = await receive_report(draft, credentials, house.now(), house.regimes, tx.office)
        if confirmed:
            await tx.banks.confirm_images(receipt.case_id, [content_id], house.now())


async def test_a_blocked_request_has_the_one_shape(door: Door, fake: Fake) -> None:
    """The whole answer, as clients of image generators know it; the generator is never asked."""
    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.edit(model="m", prompt=BLOCKED, image=png(drawing(20)))

    error = caught.value
    decision = (await door.screenings())[-1]
    assert error.response.headers["x-should-retry"] == "false"
    assert error.request_id is not None
    assert json.loads(error.response.content) == {
        "error": {
            "message": f"Your request was rejected by the safety system. Decision {decision.id}.",
            "type": "image_generation_user_error",
            "param": None,
            "code": "moderation_blocked",
            "moderation_details": {
                "moderation_stage": "input",
                "categories": ["sexual/nonconsensual"],
            },
            "safeguard": {
                "decision_id": decision.id,
                "action": "blocked",
                "rule": "undressing",
                "appeal_url": None,
            },
        }
    }
    assert (error.code, error.type) == ("moderation_blocked", "image_generation_user_error")
    assert (decision.verdict, decision.stage, decision.rule) == ("block", "input", "undressing")
    assert fake.asked == []
    assert len(door.calls) == 1


async def test_a_held_request_says_so(door: Door, fake: Fake) -> None:
    """The operator's policy holds what is about nobody real: same shape, other action."""
    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.generate(model="m", prompt=HELD)

    assert caught.value.code == "moderation_blocked"
    assert caught.value.body["safeguard"]["action"] == "held"
    assert caught.value.body["safeguard"]["rule"] == "adult-content"
    assert fake.asked == []


async def test_a_blocked_stream_is_a_plain_refusal(door: Door) -> None:
    """Nothing is streamed before the decision, so the client gets an exception, not an odd event."""
    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.generate(
            model="m", prompt="undress my neighbour in this photo", stream=True
        )

    assert caught.value.code == "moderation_blocked"


@pytest.mark.parametrize("field", ["negative_prompt", "style"])
async def test_words_are_read_wherever_they_stand(door: Door, fake: Fake, field: str) -> None:
    """A harmless prompt does not carry another text past the screening."""
    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.edit(
            model="m",
            prompt="make it nicer",
            image=png(drawing(21)),
            extra_body={field: BLOCKED},
        )

    assert caught.value.code == "moderation_blocked"
    assert fake.asked == []


@pytest.mark.parametrize(
    "fields",
    [
        {"prompt": "remove her", "style": "clothes"},
        {"prompt": "photo of the woman", "negative_prompt": "clothes"},
        {"prompt": "make the light warmer", "negative_prompt": "shirt, dress"},
    ],
)
async def test_words_mean_together_what_they_mean_upstream(
    door: Door, fake: Fake, fields: dict[str, str]
) -> None:
    """Neither a request cut over two fields passes, nor clothes that are to be absent."""
    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.edit(
            model="m", prompt=fields["prompt"], image=png(drawing(22)), extra_body=fields
        )

    assert caught.value.code == "moderation_blocked"
    assert fake.asked == []


@pytest.mark.parametrize(
    "error", [ValueError("remove her clothes"), RecursionError(), MemoryError(), KeyError("x")]
)
async def test_a_broken_reader_of_words_holds(
    gateway: Gateway, open_door: Open, fake: Fake, error: Exception
) -> None:
    """Whatever breaks in it: 503, one call, a stored decision that says what was down; nothing passes."""
    door = await open_door(with_words(gateway, Broken(error)))

    with pytest.raises(InternalServerError) as caught:
        await door.openai.images.generate(model="m", prompt="a lake")

    assert caught.value.status_code == 503
    assert caught.value.code == "screening_unavailable"
    assert caught.value.body["safeguard"]["action"] == "held"
    assert len(door.calls) == 1
    assert fake.asked == []
    decision = (await door.screenings())[-1]
    assert decision.verdict == "hold"
    assert decision.rule == "screening-unavailable"
    assert decision.findings[0]["unavailable"] == f"the words reader failed: {type(error).__name__}"


class Blind:
    """Looks at nothing: as when every decoder is busy or gone."""

    async def signals(self, _data: bytes, _field: str) -> list[object]:
        """Fail."""
        raise Unavailable("pixels", "every decoder stayed busy")


async def test_a_source_nobody_could_look_at_holds(
    gateway: Gateway, open_door: Open, fake: Fake
) -> None:
    """A missing part never reads as "no match"."""
    door = await open_door(replace(gateway, eyes=Blind()))

    with pytest.raises(InternalServerError) as caught:
        await door.openai.images.edit(model="m", prompt="brighter", image=png(drawing(22)))

    assert caught.value.code == "screening_unavailable"
    assert fake.asked == []
    assert (await door.screenings())[-1].rule == "matching-unavailable"


async def test_an_output_nobody_could_look_at_is_not_released(
    gateway: Gateway, open_door: Open
) -> None:
    """Made, but kept here: the decision on the output holds."""
    door = await open_door(replace(gateway, eyes=Blind()))
    before = await door.released()

    with pytest.raises(InternalServerError) as caught:
        await door.openai.images.generate(model="m", prompt="a lake")

    assert caught.value.code == "screening_unavailable"
    assert (await door.screenings())[-1].stage == "output"
    assert await door.released() == before


@pytest.mark.parametrize(("confirmed", "action"), [(True, "blocked"), (False, "held")])
async def test_a_known_picture_is_no_source(
    door: Door, fake: Fake, confirmed: bool, action: str
) -> None:
    """A confirmed picture is blocked, a reported one held, in another format too."""
    picture = drawing(23 + confirmed)
    await bank(door.house, png(picture), confirmed=confirmed)

    answer = await door.http.post(
        "/v1/images/edits",
        json={"prompt": "brighter", "images": [{"image_url": data_url(png(picture // 2 + 40))}]},
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["safeguard"]["action"] == action
    assert answer.json()["error"]["safeguard"]["rule"] == "known-image"
    assert fake.asked == []


async def test_a_known_picture_is_not_hidden_in_a_mask(door: Door, fake: Fake) -> None:
    """Everything that is sent along is looked at."""
    picture = png(drawing(25))
    await bank(door.house, picture, confirmed=True)

    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.edit(
            model="m", prompt="brighter", image=png(drawing(26)), mask=picture
        )

    assert caught.value.body["safeguard"]["rule"] == "known-image"
    assert fake.asked == []


async def test_one_blocked_output_keeps_all_back(door: Door, fake: Fake) -> None:
    """Of several pictures one is known: the client gets none, the ledger has none."""
    known = png(drawing(27))
    await bank(door.house, known, confirmed=True)
    fake.gives(png(drawing(28)), known)
    before = await door.released()

    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.generate(model="m", prompt="a lake", n=2)

    assert caught.value.body["moderation_details"]["moderation_stage"] == "output"
    assert await door.released() == before


@pytest.mark.parametrize(
    "output", [b"no picture", png(drawing(1))[:2000], b"<svg xmlns='http://www.w3.org/2000/svg'/>"]
)
async def test_an_output_that_is_no_picture_is_not_released(
    door: Door, fake: Fake, output: bytes
) -> None:
    """What cannot be decoded cannot be looked at."""
    fake.gives(output)

    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.generate(model="m", prompt="a lake")

    assert caught.value.body["moderation_details"]["moderation_stage"] == "output"
    assert caught.value.body["safeguard"]["rule"] == "unreadable-output"
    assert len(door.calls) == 1


OPENAI_BLOCK = {
    "error": {
        "message": "Rejected: remove her clothes. safety_violations=[sexual].",
        "type": "image_generation_user_error",
        "code": "moderation_blocked",
        "moderation_details": {"moderation_stage": "input", "categories": ["sexual", "a b c"]},
    }
}


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (400, OPENAI_BLOCK),
        (400, {"error": {"code": "content_policy_violation", "type": "invalid_request_error"}}),
        (422, {"error": {"code": "content_policy_violation"}}),
        (403, {"error": {"code": "content_filter"}}),
        (451, b"no"),
        (200, {"created": 1, "data": []}),
        (200, {"created": 1}),
        (200, {"data": [{"b64_json": None}]}),
        (200, {"data": [{"b64_json": ""}]}),
        (200, {"data": [{"b64_json": b64(png(drawing(1))), "respect_moderation": False}]}),
        (200, {"respect_moderation": False, "data": [{"b64_json": b64(png(drawing(1)))}]}),
        (200, {"has_nsfw_concepts": [True], "data": [{"b64_json": b64(png(drawing(1)))}]}),
        (200, {"data": [{"b64_json": b64(png(drawing(1))), "finish_reason": "CONTENT_FILTERED"}]}),
    ],
)
async def test_every_refusal_of_a_generator_is_the_one_block(
    door: Door, fake: Fake, status: int, content: object
) -> None:
    """Also the successes without a picture, which clients would otherwise pay for three times."""
    fake.says(status, content)

    with pytest.raises(BadRequestError) as caught:
        await door.openai.images.generate(model="m", prompt="a lake")

    assert caught.value.code == "moderation_blocked"
    assert caught.value.body["safeguard"]["rule"] == "refused-upstream"
    assert "clothes" not in str(caught.value.body)
    assert "a b c" not in str(caught.value.body)
    assert len(door.calls) == 1
    assert (await door.screenings())[-1].rule == "refused-upstream"


@pytest.mark.parametrize(
    ("status", "error", "raised"),
    [
        (400, {"code": "invalid_value", "param": "size"}, openai.BadRequestError),
        (404, {"code": "model_not_found", "param": "model"}, openai.NotFoundError),
        (422, {"code": "unprocessable", "param": None}, openai.UnprocessableEntityError),
    ],
)
async def test_a_complaint_of_a_generator_is_passed_on_without_its_text(
    door: Door, fake: Fake, status: int, error: dict[str, str], raised: type[openai.APIStatusError]
) -> None:
    """Status, code and parameter help the client; the text may quote the request or a key."""
    fake.says(status, {"error": {"message": "bad key sk-123 in: a lake", **error}})

    with pytest.raises(raised) as caught:
        await door.openai.images.generate(model="m", prompt="a lake")

    assert (caught.value.code, caught.value.param) == (error["code"], error["param"])
    assert "sk-123" not in caught.value.response.text
    assert "a lake" not in caught.value.response.text


async def test_a_full_generator_says_when_to_come_back(door: Door, fake: Fake) -> None:
    """Too many requests are the client's to repeat, later."""
    fake.says(429, {"error": {"code": "rate_limit_exceeded"}}, {"retry-after": "7"})

    with pytest.raises(openai.RateLimitError) as caught:
        await door.openai.with_options(max_retries=0).images.generate(model="m", prompt="a lake")

    assert caught.value.response.headers["retry-after"] == "7"


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (401, {"error": {"code": "invalid_api_key", "message": "sk-123"}}),
        (500, b"<html>"),
        (302, b""),
        (200, b"not json"),
        (200, b'{"data": 5}'),
        (200, {"data": [{"b64_json": "!!!"}]}),
        (200, {"data": [{"b64_json": 5}]}),
        (200, {"data": [{"url": "http://127.0.0.1:9/x.png"}]}),
        (200, {"data": [{"url": "http://169.254.169.254/latest/meta-data"}]}),
        (200, {"data": [{"url": "https://[::1]/x.png"}]}),
        (200, {"data": [{"url": "file:///etc/passwd"}]}),
        (200, {"data": [{"url": "data:image/png,plain"}]}),
        (200, {"data": [{"url": "https://2130706433/x.png"}]}),
        (200, {"data": [{"url": "http://[bad"}]}),
    ],
)
async def test_an_answer_that_cannot_be_used_is_a_bad_gateway(
    door: Door, fake: Fake, status: int, content: object
) -> None:
    """Nothing of it reaches the client, who is not to ask again: the work may have been done and paid."""
    fake.says(status, content)

    with pytest.raises(InternalServerError) as caught:
        await door.openai.images.generate(model="m", prompt="a lake")

    assert caught.value.status_code == 502
    assert caught.value.code == "upstream_unavailable"
    assert "sk-123" not in caught.value.response.text
    assert len(door.calls) == 1


async def test_no_refusal_quotes_the_request(door: Door, fake: Fake) -> None:
    """A word of the prompt is in no answer, whatever the gateway or the generator finds wrong."""
    asked = {"prompt": f"zanzibarquux {BLOCKED}", "model": "m", "n": 1, "user": "zanzibarquux"}
    fake.says(400, {"error": {"message": "zanzibarquux", "code": "zanzibarquux quoted"}})
    harmless = {**asked, "prompt": "zanzibarquux"}
    answers: list[httpx.Response] = [
        await door.http.post("/v1/images/generations", json=given)
        for given in (asked, harmless, {**asked, "n": "zanzibarquux"}, {**asked, "size": ["zanzibarquux"]},
                      {"zanzibarquux!": 1, "prompt": "x"})
    ]  # fmt: skip

    assert {answer.status_code for answer in answers} == {400}
    assert all("zanzibarquux" not in answer.text for answer in answers)
