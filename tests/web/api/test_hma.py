"""A client of Hasher-Matcher-Actioner finds the shapes it knows."""

from __future__ import annotations

import httpx
import pytest
from tests.casework.conftest import drawing
from tests.web.api.conftest import Platform, client, flat, png
from tests.web.api.test_banks import add, bank, change, pdq, turned


async def lookup(platform: Platform, value: str, **query: str) -> dict[str, list[dict]]:
    """Look a PDQ hash up as an HMA client does."""
    parameters = {"signal": value, "signal_type": "pdq", **query}
    answer = await platform.http.get("/m/lookup", params=parameters)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def number(platform: Platform, bank_id: str) -> int:
    """Return the number of the bank's only entry."""
    answer = await platform.http.get(f"/v1/banks/{bank_id}/entries")
    return int(answer.json()["entries"][0]["number"])


async def test_a_photo_is_hashed(platform: Platform) -> None:
    """As threatexchange hashes it; too plain a picture has an empty hash."""
    for picture, expected in ((drawing(1), pdq(1)), (flat(), "")):
        answer = await platform.http.post("/h/hash", files={"photo": png(picture)})

        assert (answer.status_code, answer.json()) == (200, {"pdq": expected})


async def test_a_hash_is_looked_up(platform: Platform) -> None:
    """The distance is a text; no match is an empty object; banks can be chosen."""
    bank_id = await bank(platform, "outside", "NCII")
    other = await bank(platform, "confirmed", "OTHER")
    await add(platform, bank_id, turned(pdq(1), range(7)))
    expected = [{"bank_content_id": await number(platform, bank_id), "distance": "7"}]

    assert await lookup(platform, pdq(1)) == {"NCII": expected}
    assert await lookup(platform, pdq(2)) == {}
    assert await lookup(platform, pdq(1), banks="OTHER") == {}
    assert await lookup(platform, pdq(1), banks="OTHER,NCII", seed="x") == {"NCII": expected}
    [added] = await add(platform, other, pdq(1))
    assert set(await lookup(platform, pdq(1))) == {"NCII", "OTHER"}
    await change(platform, other, added, "withdrawal")
    assert await lookup(platform, pdq(1)) == {"NCII": expected}


async def test_what_is_allowed_is_no_match(platform: Platform) -> None:
    """An HMA client takes every bank for a list of what is forbidden."""
    await add(platform, await bank(platform, "allow"), pdq(1))
    await add(platform, await bank(platform, "outside"), turned(pdq(1), [3]))

    assert await lookup(platform, pdq(1)) == {}


async def test_a_photo_is_looked_up_in_every_view(platform: Platform) -> None:
    """By signal type, then bank; turned round it is the same picture."""
    bank_id = await bank(platform, "outside", "NCII")
    await add(platform, bank_id, pdq(1))
    entry = await number(platform, bank_id)

    found = await platform.http.post("/m/lookup", files={"photo": png(drawing(1)[::-1])})
    missed = await platform.http.post("/m/lookup", files={"photo": png(drawing(2))})

    [match] = found.json()["pdq"]["NCII"]
    assert match["bank_content_id"] == entry
    assert int(match["distance"]) <= 31
    assert missed.json() == {"pdq": {}}


async def test_raw_lookup_and_comparison(platform: Platform) -> None:
    """Numbers, or numbers with distances; two hashes side by side."""
    bank_id = await bank(platform, "outside", "NCII")
    near = turned(pdq(1), range(9))
    await add(platform, bank_id, near)
    entry = await number(platform, bank_id)
    query = {"signal": pdq(1), "signal_type": "pdq"}

    plain = await platform.http.get("/m/raw_lookup", params=query)
    full = await platform.http.get("/m/raw_lookup", params=query | {"include_distance": "true"})
    compared = await platform.http.post("/m/compare", json={"pdq": [pdq(1), near]})

    assert plain.json() == {"matches": [entry]}
    assert full.json() == {"matches": [{"bank_content_id": entry, "distance": "9"}]}
    assert compared.json() == {"pdq": [True, {"distance": 9}]}


async def test_status(platform: Platform) -> None:
    """What a client's health checks read."""
    await add(platform, await bank(platform, "outside"), pdq(1), pdq(2))

    status = await platform.http.get("/m/index/status")

    assert status.json()["pdq"] | {"built_to": 0} == {"present": True, "built_to": 0, "size": 2}
    assert (await platform.http.get("/status")).text == "I-AM-ALIVE"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"signal": "0" * 64},
        {"signal": "0" * 64, "signal_type": "sha1"},
        {"signal": "0" * 63, "signal_type": "pdq"},
        {"signal": "\ud7ff\u0000", "signal_type": "pdq"},
        {"url": "http://127.0.0.1:1/"},
    ],
)
async def test_a_bad_lookup_is_told_as_hma_tells_it(
    lasting: Platform, query: dict[str, str]
) -> None:
    """Status 400 and a message."""
    _told(await lasting.http.get("/m/lookup", params=query))


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:1/", "http://127.0.0.1/", "file:///etc/x"])
async def test_nothing_of_our_own_network_is_fetched(lasting: Platform, url: str) -> None:
    """Nor is anything but http and https."""
    _told(await lasting.http.get("/h/hash", params={"url": url}))


@pytest.mark.parametrize("path", ["/h/hash", "/m/lookup"])
async def test_a_bad_file_is_told_as_hma_tells_it(lasting: Platform, path: str) -> None:
    """No picture, another field, none at all."""
    _told(await lasting.http.post(path, files={"photo": b"no picture"}))
    _told(await lasting.http.post(path, files={"video": png(flat())}))
    _told(await lasting.http.post(path, files={"photo": b""}))
    _told(await lasting.http.post(path, json={}))


@pytest.mark.parametrize("pair", [["0" * 64], "0" * 64, [1, 2], ["0" * 64, "x"]])
async def test_a_bad_comparison_is_told_as_hma_tells_it(lasting: Platform, pair: object) -> None:
    """Two values of the type, or a refusal."""
    _told(await lasting.http.post("/m/compare", json={"pdq": pair}))


def _told(answer: httpx.Response) -> None:
    assert answer.status_code == 400, answer.text
    assert answer.json()["message"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/h/hash"),
        ("POST", "/h/hash"),
        ("GET", "/m/lookup"),
        ("POST", "/m/lookup"),
        ("GET", "/m/raw_lookup"),
        ("POST", "/m/compare"),
        ("GET", "/m/index/status"),
    ],
)
async def test_no_door_opens_without_a_key(lasting: Platform, method: str, path: str) -> None:
    """HMA asks for none; this does."""
    async with client(lasting.house, None) as http:
        answer = await http.request(method, path)

    assert answer.status_code == 401
    assert answer.json()["message"]
