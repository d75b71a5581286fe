"""Hostile calls: typed 4xx in the shape clients know, nothing asked of the generator, nothing stored."""

from __future__ import annotations

import json

import pytest
from tests.casework.conftest import drawing
from tests.gateway.conftest import Door, Fake, add_key, data_url, png

from raiment.gateway.app import MOST_BYTES

PICTURE = png(drawing(40))
GENERATIONS, EDITS, VARIATIONS = (
    f"/v1/images/{name}" for name in ("generations", "edits", "variations")
)


@pytest.fixture(autouse=True)
async def nothing_happens(door: Door, fake: Fake) -> object:
    """Whatever a test here sends, nothing is decided, asked or released."""
    before = (len(await door.screenings()), await door.released())
    yield
    assert (len(await door.screenings()), await door.released()) == before
    assert fake.asked == []


@pytest.mark.parametrize(
    ("asked", "param", "code"),
    [
        ({}, "prompt", "invalid_input"),
        ({"prompt": ""}, "prompt", "invalid_input"),
        ({"prompt": " \n"}, "prompt", "invalid_input"),
        ({"prompt": 5}, "prompt", "invalid_input"),
        ({"prompt": ["x"]}, "prompt", "invalid_input"),
        ({"prompt": "x" * 32_001}, "prompt", "invalid_input"),
        ({"prompt": "x" * 20_000, "style": "y" * 20_000}, "prompt", "invalid_input"),
        ({"prompt": "x\x00y"}, "prompt", "invalid_input"),
        ({"prompt": "x", "n": 0}, "n", "invalid_input"),
        ({"prompt": "x", "n": 11}, "n", "invalid_input"),
        ({"prompt": "x", "n": True}, "n", "invalid_input"),
        ({"prompt": "x", "n": 1.5}, "n", "invalid_input"),
        ({"prompt": "x", "n": "9" * 5000}, "n", "invalid_input"),
        ({"prompt": "x", "size": "0x0"}, "size", "invalid_input"),
        ({"prompt": "x", "size": "99999x99999"}, "size", "invalid_input"),
        ({"prompt": "x", "size": {}}, "size", "invalid_input"),
        ({"prompt": "x", "model": "m\r\nx-injected: 1"}, "model", "invalid_input"),
        ({"prompt": "x", "model": "'; drop table screenings; --"}, "model", "invalid_input"),
        ({"prompt": "x", "quality": "q" * 200}, "quality", "invalid_input"),
        ({"prompt": "x", "user": "u" * 129}, "user", "invalid_input"),
        ({"prompt": "x", "user": "u\x00"}, "user", "invalid_input"),
        ({"prompt": "x", "output_format": "svg"}, "output_format", "invalid_input"),
        ({"prompt": "x", "output_format": "gif"}, "output_format", "invalid_input"),
        ({"prompt": "x", "stream": "perhaps"}, "stream", "invalid_input"),
        ({"prompt": "x", "stream": [1]}, "stream", "invalid_input"),
        ({"prompt": "x", "partial_images": 4}, "partial_images", "invalid_input"),
        ({"prompt": "x", "guidance_scale": "nan"}, "guidance_scale", "invalid_input"),
        ({"prompt": "x", "image": data_url(PICTURE)}, "image", "unknown_parameter"),
        ({"prompt": "x", "image_url": "https://x.example"}, "image_url", "unknown_parameter"),
        ({"prompt": "x", "prompt_2": "y"}, "prompt_2", "unknown_parameter"),
        ({"prompt": "x", "<b>": 1}, None, "unknown_parameter"),
    ],
)
async def test_a_wrong_parameter_is_named(
    door: Door, asked: dict[str, object], param: str | None, code: str
) -> None:
    """A typed 400 in OpenAI's shape, whose ``param`` tells where to look."""
    answer = await door.http.post(GENERATIONS, json=asked)

    assert answer.status_code == 400
    error = answer.json()["error"]
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", param, code)


@pytest.mark.parametrize(
    ("asked", "param", "code"),
    [
        ({"prompt": "x"}, "image", "invalid_input"),
        ({"prompt": "x", "images": []}, "image", "invalid_input"),
        ({"prompt": "x", "images": {}}, "images", "invalid_input"),
        ({"prompt": "x", "images": ["y"]}, "images.0", "invalid_input"),
        ({"prompt": "x", "images": [{"b64": "y"}]}, "images.0", "invalid_input"),
        ({"prompt": "x", "images": [{}]}, "images.0.file_id", "unscreened_source"),
        ({"prompt": "x", "images": [{"file_id": "f"}]}, "images.0.file_id", "unscreened_source"),
        (
            {"prompt": "x", "images": [{"image_url": data_url(PICTURE), "file_id": "f"}]},
            "images.0.file_id",
            "unscreened_source",
        ),
        (
            {"prompt": "x", "images": [{"image_url": "https://x.example/p.png"}]},
            "images.0.image_url",
            "unscreened_source",
        ),
        (
            {"prompt": "x", "images": [{"image_url": "file:///etc/passwd"}]},
            "images.0.image_url",
            "unscreened_source",
        ),
        (
            {"prompt": "x", "images": [{"image_url": "data:image/png,abc"}]},
            "images.0.image_url",
            "unreadable_image",
        ),
        (
            {"prompt": "x", "images": [{"image_url": "data:image/png;base64,@@"}]},
            "images.0.image_url",
            "unreadable_image",
        ),
        (
            {"prompt": "x", "images": [{"image_url": data_url(b"MZ no picture")}]},
            "images.0.image_url",
            "unreadable_image",
        ),
        (
            {"prompt": "x", "images": [{"image_url": data_url(PICTURE[:3000])}]},
            "image",
            "unreadable_image",
        ),
        ({"prompt": "x", "images": [{"image_url": data_url(PICTURE)}] * 17}, "images", "too_large"),
        (
            {
                "prompt": "x",
                "images": [{"image_url": data_url(PICTURE)}],
                "mask": {"file_id": "f"},
            },
            "mask.file_id",
            "unscreened_source",
        ),
    ],
)
async def test_a_source_that_cannot_be_seen_is_refused(
    door: Door, asked: dict[str, object], param: str, code: str
) -> None:
    """A picture elsewhere, in a file store or in no known format is one nobody here looked at."""
    answer = await door.http.post(EDITS, json=asked)

    assert answer.status_code == 400, answer.text
    error = answer.json()["error"]
    assert (error["param"], error["code"]) == (param, code)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"x"',
        b"{",
        b'{"prompt": NaN}',
        b'{"prompt": "\xff"}',
        b'{"prompt": "\\ud800"}',
        b'{"prompt": "x", "user": "\\udfff"}',
        b'{"a":' * 100_000,
        b"[" * 200_000,
    ],
)
@pytest.mark.parametrize("path", [GENERATIONS, EDITS, "/v1/moderations"])
async def test_a_body_that_is_no_json_object_is_refused(door: Door, path: str, body: bytes) -> None:
    """However deep, broken or clever it is."""
    answer = await door.http.post(path, content=body, headers={"content-type": "application/json"})

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"


def part(name: str, content: bytes, more: str = "") -> bytes:
    """Return one part of a form with the boundary ``b``."""
    head = f'--b\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + content + b"\r\n"


PROMPT_PART = part("prompt", b"x")
IMAGE_PART = part("image", PICTURE, '; filename="a.png"')


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", PROMPT_PART + IMAGE_PART + b"--b--\r\n"),
        ("multipart/form-data; boundary=other", PROMPT_PART + IMAGE_PART + b"--b--\r\n"),
        ("multipart/form-data; boundary=" + "b" * 500, b""),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", PROMPT_PART + IMAGE_PART),
        ("multipart/form-data; boundary=b", PROMPT_PART + IMAGE_PART[:-50]),
        ("multipart/form-data; boundary=b", PROMPT_PART * 2 + IMAGE_PART + b"--b--\r\n"),
        ("multipart/form-data; boundary=b", PROMPT_PART * 100 + b"--b--\r\n"),
        ("multipart/form-data; boundary=b", PROMPT_PART + b"--b--\r\n"),
        ("multipart/form-data; boundary=b", PROMPT_PART + IMAGE_PART * 17 + b"--b--\r\n"),
        (
            "multipart/form-data; boundary=b",
            PROMPT_PART + part("image", PICTURE) + b"--b--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            PROMPT_PART + part("image", b"https://x.example/p.png") + b"--b--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            PROMPT_PART + part("secret", PICTURE, '; filename="a"') + b"--b--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            PROMPT_PART + IMAGE_PART + part("mask", PICTURE, '; filename="a"') * 2 + b"--b--\r\n",
        ),
        (
            "multipart/form-data; boundary=b",
            part("prompt", b"eA==", "\r\nContent-Transfer-Encoding: base64")
            + IMAGE_PART
            + b"--b--\r\n",
        ),
        ("multipart/form-data; boundary=b", part("", b"x") + IMAGE_PART + b"--b--\r\n"),
        ("multipart/form-data; boundary=b", part("prompt", b"\xff") + IMAGE_PART + b"--b--\r\n"),
        ("text/plain", b"x"),
        ("", b"x"),
    ],
)
@pytest.mark.parametrize("path", [EDITS, VARIATIONS])
async def test_a_form_that_can_be_read_two_ways_is_refused(
    door: Door, path: str, content_type: str, body: bytes
) -> None:
    """Broken, doubled, encoded or unknown parts: a typed 400, never a guess."""
    answer = await door.http.post(path, content=body, headers={"content-type": content_type})

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_an_edit_without_words_is_refused(door: Door) -> None:
    """Only a variation needs none."""
    headers = {"content-type": "multipart/form-data; boundary=b"}

    answer = await door.http.post(EDITS, content=IMAGE_PART + b"--b--\r\n", headers=headers)

    assert answer.json()["error"]["param"] == "prompt"


@pytest.mark.parametrize(
    ("path", "size"), [(GENERATIONS, 1_000_001), (EDITS, MOST_BYTES + 1)], ids=["words", "pictures"]
)
async def test_a_body_without_end_is_cut_off(door: Door, path: str, size: int) -> None:
    """413 in OpenAI's shape, before the whole of it is held."""
    answer = await door.http.post(
        path, content=b"x" * size, headers={"content-type": "application/json"}
    )

    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_large"


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer sk-other", "Bearer rmt_unknown", "Basic cm10Xw==", "\xff"],
)
async def test_without_a_key_nothing_is_read(door: Door, authorization: str) -> None:
    """401 in OpenAI's shape."""
    answer = await door.http.post(
        GENERATIONS,
        json={"prompt": "x"},
        headers={b"authorization": authorization.encode("latin-1")},
    )

    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_key_opens_only_what_it_is_for(door: Door) -> None:
    """A key for uploads makes no picture."""
    key = await add_key(door.house, "content", "trace")

    answer = await door.http.post(
        GENERATIONS, json={"prompt": "x"}, headers={"authorization": f"Bearer {key}"}
    )

    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "insufficient_permissions"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/v1/chat/completions", 404),
        ("POST", "/v1/responses", 404),
        ("GET", "/v1/files/f", 404),
        ("POST", "/v1/images/generations/", 404),
        ("POST", "/v1/images/../chat/completions", 404),
        ("POST", "/v1//images/generations", 404),
        ("GET", "/", 404),
        ("GET", GENERATIONS, 405),
        ("DELETE", EDITS, 405),
        ("PATCH", "/v1/moderations", 405),
    ],
)
async def test_every_other_door_is_closed(door: Door, method: str, path: str, status: int) -> None:
    """No path of the generator is reached but those that are screened."""
    answer = await door.http.request(method, path, json={"prompt": "x"})

    assert answer.status_code == status
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "body"),
        ({"text": "x"}, "body"),
        ({"text": 5, "modality": "edit"}, "text"),
        ({"text": "x", "modality": "paint"}, "modality"),
        ({"text": "x", "modality": "edit", "source_person": "maybe"}, "source_person"),
        ({"text": "x", "modality": "edit", "history": "y"}, "history"),
        ({"text": "x", "modality": "edit", "history": ["y"] * 33}, "history"),
        ({"text": "x", "modality": "edit", "history": [5]}, "history"),
        ({"text": "x" * 32_001, "modality": "edit"}, "text"),
        ({"text": "x", "modality": "edit", "history": ["y" * 32_001]}, "history.0"),
        ({"text": "x", "modality": "edit", "actor": "u" * 129}, "actor"),
        ({"text": "x", "modality": "edit", "more": 1}, "body"),
    ],
)
async def test_a_wrong_screening_is_a_problem(
    door: Door, asked: dict[str, object], field: str
) -> None:
    """Our own door answers as the rest of our API does (RFC 9457)."""
    answer = await door.http.post("/v1/screenings", json=asked)

    assert answer.status_code in {413, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == field


@pytest.mark.parametrize(
    ("given", "param"),
    [
        (None, "input"),
        ([], "input"),
        (5, "input"),
        (["x"] * 33, "input"),
        (["x" * 32_001], "input.0"),
        (["x", 5], "input.0"),
        ([{"type": "text"}], "input.0.type"),
        ([{"type": "audio", "text": "x"}], "input.0.type"),
        (
            [{"type": "image_url", "image_url": {"url": "https://x.example"}}],
            "input.0.image_url.url",
        ),
        ([{"type": "image_url", "image_url": {"url": data_url(b"no")}}], "input.0"),
    ],
)
async def test_a_wrong_moderation_is_named(door: Door, given: object, param: str) -> None:
    """Typed, in the shape of that door."""
    answer = await door.http.post("/v1/moderations", content=json.dumps({"input": given}))

    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"] == param
