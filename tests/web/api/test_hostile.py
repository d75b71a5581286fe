"""Hostile input at every door: a typed refusal naming the field, and nothing stored half."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import struct
import zlib
from collections.abc import AsyncIterator
from itertools import product

import httpx
import pytest
from PIL import Image
from tests.casework.conftest import drawing
from tests.web.api.conftest import Platform, counts, flat, png

PICTURE = base64.b64encode(png(flat())).decode()

SQL = "'; drop table cases; --"
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>"
TEMPLATE = "{{7*7}} ${7*7} %s %(id)s \\u0000"


def chunk(kind: bytes, body: bytes) -> bytes:
    """Return one chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def bomb() -> bytes:
    """Return a small PNG that claims a picture of ten gigapixels."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def frames(number: int) -> bytes:
    """Return an animation of *number* tiny frames."""
    file = io.BytesIO()
    pictures = [Image.new("L", (2, 2), shade % 256) for shade in range(number)]
    pictures[0].save(file, "GIF", save_all=True, append_images=pictures[1:])
    return file.getvalue()


@pytest.fixture
async def untouched(lasting: Platform) -> AsyncIterator[Platform]:
    """A platform whose every call in the test must leave all tables, and the log, as they are."""
    before = await counts(lasting.house)
    yield lasting
    assert await counts(lasting.house) == before


async def post(
    platform: Platform, path: str, body: bytes | str, kind: str = "application/json"
) -> httpx.Response:
    """Send *body* as it is."""
    return await platform.http.post(path, content=body, headers={"content-type": kind})


def refused(answer: httpx.Response, field: str | None = None, status: int = 422) -> None:
    """Check that *answer* refuses, naming *field*."""
    assert answer.status_code == status, answer.text
    if field is not None:
        assert answer.json()["field"] == field


DOORS = ("/v1/content", "/v1/traces", "/v1/reports", "/v1/actions/act_0/acknowledgement")

BROKEN = {
    "nothing": b"",
    "no JSON": b"{",
    "two values": b"{} {}",
    "no object": b"[]",
    "a number": b"1",
    "a text": b'"x"',
    "null": b"null",
    "not UTF-8": b'{"content_id": "\xff\xfe"}',
    "NaN": b'{"content_id": NaN}',
    "deep arrays": b'{"content_id": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 20_000 + b"1" + b"}" * 20_000,
    "a huge number": b'{"content_id": ' + b"9" * 10_000 + b"}",
    "a key twice": b'{"content_id": "a", "content_id": "b"}',
    "an unknown key": b'{"surprise": 1}',
    "a hostile key": b'{"<script>\\u0000": 1}',
    "a prototype": b'{"__proto__": {"admin": true}, "constructor": 1}',
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN.keys())
async def test_broken_json_is_refused(untouched: Platform, door: str, body: bytes) -> None:
    """Whatever is not the object that the door reads."""
    refused(await post(untouched, door, body))


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "application/json/../../x",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x; charset=utf-7",
        "multipart/mixed; boundary=x",
        "\x7f",
    ],
)
async def test_other_content_types_are_refused(untouched: Platform, door: str, kind: str) -> None:
    """Only what the document names is read."""
    refused(await post(untouched, door, b'{"content_id": "a"}', kind))


@pytest.mark.parametrize("door", ["/v1/reports", "/v1/actions/act_0/acknowledgement"])
async def test_oversized_json_is_refused(untouched: Platform, door: str) -> None:
    """As soon as the limit is passed, whatever the rest would be."""
    body = json.dumps({"why": "x" * 300_000})

    refused(await post(untouched, door, body), "body", 413)


@pytest.mark.parametrize("door", ["/v1/content", "/v1/traces"])
async def test_oversized_pictures_are_refused(untouched: Platform, door: str) -> None:
    """Over 20 MB: in base64, as a file, and a body that never ends."""
    large = b"\x89PNG\r\n\x1a\n" + bytes(21_000_000)

    by_json = await post(untouched, door, b'{"image_b64": "' + base64.b64encode(large) + b'"}')
    by_form = await untouched.http.post(door, files={"file": large})
    endless = await untouched.http.post(
        door, content=forever(), headers={"content-type": "application/json"}
    )

    refused(by_json, status=413)
    refused(by_form, status=413)
    refused(endless, "body", 413)


async def forever() -> AsyncIterator[bytes]:
    """Send and send."""
    while True:
        yield b" " * 1_000_000
        await asyncio.sleep(0)


NO_PICTURES = {
    "text": b"hello",
    "a web page": b"<html><script>alert(1)</script></html>",
    "a drawing with scripts": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    "half a picture": png(drawing(1))[:2000],
    "a claim only": b"\x89PNG\r\n\x1a\n",
    "no pixels": b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 0, 0, 8, 2, 0, 0, 0)),
}


@pytest.mark.parametrize("door", ["/v1/content", "/v1/traces"])
@pytest.mark.parametrize("data", NO_PICTURES.values(), ids=NO_PICTURES.keys())
async def test_what_is_no_picture_is_refused(untouched: Platform, door: str, data: bytes) -> None:
    """By file and by base64, naming the field."""
    fields = {"content_id": "new"} if door == "/v1/content" else {}
    by_form = await untouched.http.post(door, files={"file": data}, data=fields)
    encoded = {"image_b64": base64.b64encode(data).decode(), **fields}
    by_json = await untouched.http.post(door, json=encoded)

    refused(by_form, "file")
    refused(by_json, "image_b64")


@pytest.mark.parametrize("data", [bomb(), frames(1001)], ids=["ten gigapixels", "1001 frames"])
async def test_bombs_are_refused(untouched: Platform, data: bytes) -> None:
    """Small files that would cost much: too large, and the door stays open for the next."""
    refused(await untouched.http.post("/v1/traces", files={"file": data}), "file", status=413)
    assert (await untouched.http.get("/readyz")).status_code == 200


@pytest.mark.parametrize(
    "text",
    [
        "!",
        "AAA",
        "AA=A",
        "data:image/png;base64," + PICTURE,
        PICTURE + "\n",
        "ÄÖ",
        "",
        PICTURE[:-1],
    ],
)
async def test_invalid_base64_is_refused(untouched: Platform, text: str) -> None:
    """Nothing is guessed."""
    answer = await untouched.http.post("/v1/content", json={"content_id": "new", "image_b64": text})

    refused(answer, "image_b64")


WRONG = (1, 1.5, True, [], {}, ["x"], {"x": 1}, 10**30, -1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *product(("content_id", "image_b64", "location"), WRONG),
        ("content_id", None),
        ("image_b64", None),
    ],
)
async def test_wrong_types_are_refused(untouched: Platform, field: str, value: object) -> None:
    """Types are not converted, and only what is optional may be null."""
    sent = {"content_id": "new", "image_b64": PICTURE, field: value}

    refused(await untouched.http.post("/v1/content", json=sent), field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("relation", "admin"),
        ("relation", ["subject"]),
        ("locations", "https://example.org"),
        ("locations", [1]),
        ("locations", [["x"]]),
        ("locations", ["x"] * 51),
        ("locations", ["x" * 2001]),
        ("locations", ["ä" * 1500]),
        ("content_ids", {"0": "x"}),
        ("shows", ["everything"]),
        ("declarations", ["is_admin"]),
        ("declarations", ["signature"]),
        ("why", "x" * 4001),
        ("why", 1),
        ("minor", True),
        ("danger", "yes"),
        ("danger", 1),
        ("ai_made", "perhaps"),
        ("share_hash", None),
        ("language", "../../etc"),
        ("language", "en\n"),
        ("name", "x" * 501),
        ("contact", ["a@example.org"]),
        ("signature", {}),
    ],
)
async def test_wrong_answers_are_named(untouched: Platform, field: str, value: object) -> None:
    """A report is never refused for what is missing, only for what cannot be."""
    answer = await untouched.http.post("/v1/reports", json={field: value})

    assert answer.status_code in {413, 422}
    assert answer.json()["field"].split(".")[0] == field


TEXTS = {
    "/v1/content": ("content_id", "location", "media_url", "uploader"),
    "/v1/reports": (
        "relation", "why", "language", "country", "name", "contact", "signature", "locations",
        "content_ids", "shows",
    ),
}  # fmt: skip


@pytest.mark.parametrize("bad", ["a\\u0000b", "a\\ud800b", "\\udfff\\ud800"])
@pytest.mark.parametrize(
    ("door", "field"), [(door, field) for door, fields in TEXTS.items() for field in fields]
)
async def test_texts_that_no_database_holds_are_refused(
    untouched: Platform, door: str, field: str, bad: str
) -> None:
    """NUL and halves of surrogate pairs, in every text field, escaped as JSON allows."""
    value = f'["{bad}"]' if field in {"locations", "content_ids", "shows"} else f'"{bad}"'
    rest = f', "image_b64": "{PICTURE}"' if door == "/v1/content" else ""

    answer = await post(untouched, door, f'{{"{field}": {value}{rest}}}')

    refused(answer)
    assert answer.json()["field"].split(".")[0] == field


@pytest.mark.parametrize(
    "path",
    [
        "/v1/content/a%00b",
        "/v1/content/%00",
        "/v1/content/" + "x" * 201,
        "/v1/content/",
        "/v1/cases/%00",
        "/v1/cases/" + "x" * 65,
        "/v1/cases?state=%00",
        "/v1/cases?state=OPEN",
        "/v1/cases?state=open&state=closed",
        "/v1/cases?limit=0",
        "/v1/cases?limit=1e3",
        "/v1/cases?limit=" + "9" * 5000,
        "/v1/cases?x=%00",
        "/v1/actions/%00",
        "/v1/log/entries?start=%00",
        "/v1/log/proof?index=1;drop",
    ],
)
async def test_hostile_addresses_are_refused(untouched: Platform, path: str) -> None:
    """What no id or number can be."""
    refused(await untouched.http.get(path))


@pytest.mark.parametrize(
    "content_id",
    [
        "..", ".", "../..", "../../etc/passwd", "a/../b", "a/./b", "/..", "", " ", " a", "a\n",
        "a\tb", "a\x00b", "a\x1b[2J", "a\u202eb", "a\u2028b", "x" * 201,
    ],
)  # fmt: skip
async def test_ids_that_could_not_be_asked_for_are_refused(
    untouched: Platform, content_id: str
) -> None:
    """Dots that clients resolve, blanks that get lost, controls that hide."""
    sent = {"content_id": content_id, "image_b64": PICTURE}

    refused(await untouched.http.post("/v1/content", json=sent), "content_id")


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//site.example/1", "site",
        "https://", "http://[", "https://site.example:x/", "https://a\nb", "https://a b/ ",
        "https://site.example/" + "x" * 2000,
    ],
)  # fmt: skip
@pytest.mark.parametrize("field", ["location", "media_url"])
async def test_addresses_are_of_the_web(untouched: Platform, field: str, address: str) -> None:
    """Whatever could run as a script, or is no address."""
    sent = {"content_id": "new", "image_b64": PICTURE, field: address}

    refused(await untouched.http.post("/v1/content", json=sent), field)


async def test_a_form_gives_each_field_once(untouched: Platform) -> None:
    """Fields and files twice, a file where a text belongs, a text where the file belongs."""
    picture = png(flat())
    twice = [("file", picture), ("file", picture)]
    bodies: dict[str, dict[str, object]] = {
        "file": {"files": twice, "data": {"content_id": "new"}},
        "content_id": {"files": {"file": picture}, "data": {"content_id": ["a", "b"]}},
    }
    for field, body in bodies.items():
        refused(await untouched.http.post("/v1/content", **body), field)
    for files, data in (
        ({"content_id": picture}, {"file": "x"}),
        ({"file": picture, "other": picture}, {"content_id": "new"}),
        ({"file": b""}, {"content_id": "new"}),
        ({"file": picture}, {}),
        ({"file": picture}, {"content_id": "new", "surprise": "x"}),
        ({"file": picture}, {"content_id": "a\x00b"}),
        ({"file": picture}, {f"field{n}": "x" for n in range(100)}),
        ({f"file{n}": picture for n in range(10)}, {"content_id": "new"}),
    ):
        refused(await untouched.http.post("/v1/content", files=files, data=data))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x",
        b"--x\r\n\r\n\r\n--x--",
        b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="../../a"\r\n\r\na',
        b'--x\r\nContent-Disposition: form-data; name="\xff\x00"\r\n\r\na\r\n--x--\r\n',
        b"--x\r\n" + b"A: b\r\n" * 20_000 + b"\r\na\r\n--x--\r\n",
        b"\x00" * 10_000,
    ],
)
async def test_broken_forms_are_refused(untouched: Platform, body: bytes) -> None:
    """Parts that end early, name nothing, or never begin."""
    refused(await post(untouched, "/v1/content", body, "multipart/form-data; boundary=x"))


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201, "a\x7f"])
async def test_hostile_idempotency_keys_are_refused(untouched: Platform, key: str) -> None:
    """Printable ASCII, at most 200 characters."""
    headers = {b"idempotency-key": key.encode("latin-1"), b"content-type": b"application/json"}

    refused(await untouched.http.post("/v1/reports", content=b"{}", headers=headers))


@pytest.mark.parametrize("text", [SQL, HTML, TEMPLATE])
async def test_hostile_words_are_only_words(platform: Platform, text: str) -> None:
    """SQL, HTML and templates in every text field: kept letter by letter, and nothing happens."""
    before = await counts(platform.house)
    address = "https://site.example/" + text.replace("\\", "/")
    registered = await platform.register(
        text, png(drawing(1)), location=address, media_url=address, uploader=text
    )

    receipt = await platform.report(
        address, text, why=text, country=text, name=text, contact=text, signature=text,
        content_ids=[text],
    )  # fmt: skip

    assert registered["content_id"] == text
    case = await platform.case(receipt)
    assert {item["content_id"] for item in case["items"]} == {text}
    async with platform.house.database.read() as tx:
        (report,) = (await tx.desk.case_page(str(receipt["case_id"]))).reports
    assert report.answers["why"] == text
    after = await counts(platform.house)
    assert after.keys() == before.keys()
    assert (after["cases"], after["contents"], after["reports"]) == (1, 1, 1)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/v1/content", "/v1/cases", "/v1/log/entries", "/healthz"])
async def test_other_methods_are_refused(untouched: Platform, method: str, path: str) -> None:
    """What no route offers."""
    answer = await untouched.http.request(method, path)

    assert answer.status_code == 405
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "value",
    ["", "Bearer", "Bearer ", "Bearer x", "Bearer rmt_" + "x" * 10_000, "Bearer rmt_\xff", "rmt_x"],
)
async def test_hostile_keys_are_refused(untouched: Platform, value: str) -> None:
    """No key, half a key, another's key."""
    headers = {b"authorization": value.encode("latin-1")}

    answer = await untouched.http.get("/v1/cases", headers=headers)

    assert answer.status_code == 401
