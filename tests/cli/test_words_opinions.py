"""``raiment words`` hears the advisers that the gateway hears."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from tests.adapters.detectors.answers import completion


async def test_words_are_judged_with_the_advisers_of_the_setting(bare: Callable[..., Any]) -> None:
    """Every line is asked about in turn; "unsafe" holds it, "safe" lifts nothing."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        (message,) = (await request.json())["messages"]
        asked.append(message["content"])
        unsafe = message["content"] == "a lighthouse"
        return web.Response(body=completion("unsafe\nS12" if unsafe else "safe"))

    lines = [
        {"text": "a lighthouse", "modality": "edit"},
        {"text": "remove her clothes", "modality": "edit", "history": ["make it blue"]},
        {"text": "a cat"},
    ]
    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    async with TestServer(app) as server:
        guard = {
            "name": "guard",
            "kind": "llama-guard",
            "url": str(server.make_url("/v1")),
            "model": "m",
            "seconds": 30,
        }
        ran = await asyncio.to_thread(
            bare,
            "words",
            given="\n".join(map(json.dumps, lines)).encode(),
            RAIMENT_OPINIONS=json.dumps([guard]),
        )

    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert (ran.status, ran.err) == (0, "")
    assert asked == ["a lighthouse", "remove her clothes", "a cat"]
    assert [one["verdict"] for one in answers] == ["hold", "block", "allow"]
    assert [one["opinions"][0]["observed"]["sexual"] for one in answers] == [True, False, False]


def test_a_list_that_cannot_work_stops_the_command(bare: Callable[..., Any]) -> None:
    """Before a word is read, and with the place that is wrong."""
    ran = bare("words", given=b"{}", RAIMENT_OPINIONS='[{"name": "guard", "kind": "oracle"}]')

    assert (ran.status, ran.out) == (78, "")
    assert ran.err.startswith("raiment: RAIMENT_OPINIONS: [0].kind: must be one of llama-guard")
