"""Banks by API: filled, found in, withdrawn from; floods; everything told to the log."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import md5, sha256

import httpx
from tests.casework.conftest import drawing
from tests.web.api.conftest import Platform, add_key, client, png

from raiment.adapters.postgres.ids import new_id
from raiment.matching.bank import FLOOD_UPLOADS
from raiment.matching.signal import hash_views


def pdq(seed: int) -> str:
    """Return the PDQ hash of a drawing."""
    return hash_views(drawing(seed)).plain.hex


def turned(value: str, bits: Iterable[int]) -> str:
    """Return *value* with some bits turned."""
    number = int(value, 16)
    for bit in bits:
        number ^= 1 << bit
    return f"{number:064x}"


async def bank(platform: Platform, kind: str, name: str = "", **fields: object) -> str:
    """Make a bank; return its id."""
    asked = {"name": name or f"bank-{new_id('x')}", "kind": kind, **fields}
    answer = await platform.http.post("/v1/banks", json=asked)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def add(platform: Platform, bank_id: str, *values: str, kind: str = "pdq") -> list[dict]:
    """Add values; return how they stand."""
    entries = [{"type": kind, "value": value} for value in values]
    answer = await platform.http.post(
        f"/v1/banks/{bank_id}/entries", json={"source": "a list", "entries": entries}
    )
    assert answer.status_code == 200, answer.text
    return list(answer.json()["entries"])


async def change(platform: Platform, bank_id: str, entry: dict, what: str) -> httpx.Response:
    """Withdraw or reinstate an entry."""
    return await platform.http.post(f"/v1/banks/{bank_id}/entries/{entry['id']}/{what}")


async def verdict(platform: Platform, data: bytes) -> str:
    """Upload a picture under a fresh id; return the verdict."""
    return str((await platform.register(new_id("x"), data))["verdict"])


async def told(platform: Platform) -> list[tuple[str, str]]:
    """Return kind and subject of what the log holds of banks."""
    async with platform.house.database.read() as tx:
        size = (await tx.log.head()).size
        entries = await tx.log.entries(0, size)
    parsed = [json.loads(entry) for entry in entries]
    return [(one["kind"], one["subject"]) for one in parsed if one["kind"].startswith("bank.")]


async def test_each_kind_of_bank_has_its_verdict(platform: Platform) -> None:
    """Confirmed blocks, outside holds, allow does nothing; each in its own radius."""
    for seed, (kind, expected) in enumerate(
        [("confirmed", "block"), ("outside", "hold"), ("allow", "allow")]
    ):
        await add(platform, await bank(platform, kind), pdq(seed))

        assert await verdict(platform, png(drawing(seed))) == expected


async def test_every_type_of_signal_is_found(platform: Platform) -> None:
    """SHA-256 and MD5 of the bytes, BLAKE3 of the pixels, and PDQ within the radius."""
    bank_id = await bank(platform, "outside", radius=8)
    data = [png(drawing(seed), "a") for seed in range(4)]
    content = await platform.register("pixels", png(drawing(2), "another"))
    await add(platform, bank_id, sha256(data[0]).hexdigest(), kind="sha256")
    await add(platform, bank_id, md5(data[1]).hexdigest().upper(), kind="md5")  # noqa: S324
    pixels = content["signals"]["pixels_blake3"]  # type: ignore[index]
    await add(platform, bank_id, pixels, kind="pixels_blake3")
    await add(platform, bank_id, turned(pdq(3), range(8)))

    found = [await platform.register(str(n), one) for n, one in enumerate(data)]

    signals = [[match["signal"] for match in one["matches"]] for one in found]  # type: ignore[index,union-attr]
    assert signals == [["sha256"], ["md5"], ["pixels_blake3"], ["pdq"]]
    assert found[3]["matches"][0] | {"entry": ""} == {  # type: ignore[index]
        "bank": bank_id,
        "kind": "outside",
        "entry": "",
        "distance": 8,
        "view": "as-is",
        "signal": "pdq",
        "threshold": 8,
        "state": "active",
        "source": "a list",
        "crop": False,
        "category": None,
    }


async def test_a_bank_matches_within_its_own_radius_only(platform: Platform) -> None:
    """One bit more than the radius is no match."""
    await add(platform, await bank(platform, "outside", radius=8), turned(pdq(1), range(9)))

    assert await verdict(platform, png(drawing(1))) == "allow"


async def test_an_allow_list_lets_a_known_meme_through(platform: Platform) -> None:
    """Although it lies near an allegation; the hit is kept with the upload."""
    await add(platform, await bank(platform, "outside"), turned(pdq(1), range(5)))
    await add(platform, await bank(platform, "allow"), pdq(1))

    content = await platform.register("meme", png(drawing(1)))

    assert content["verdict"] == "allow"
    assert [match["kind"] for match in content["matches"]] == ["allow"]  # type: ignore[index,union-attr]


async def test_a_withdrawn_entry_stops_and_stays_withdrawn(platform: Platform) -> None:
    """Also when the list it came from is given once more; only a reinstatement revives it."""
    bank_id = await bank(platform, "outside")
    [entry] = await add(platform, bank_id, pdq(1))
    assert (await change(platform, bank_id, entry, "withdrawal")).json()["state"] == "withdrawn"

    assert await verdict(platform, png(drawing(1), "1")) == "allow"
    assert await add(platform, bank_id, pdq(1)) == [
        {"id": entry["id"], "state": "withdrawn", "new": False}
    ]
    assert await verdict(platform, png(drawing(1), "2")) == "allow"

    assert (await change(platform, bank_id, entry, "reinstatement")).json()["state"] == "active"
    assert await verdict(platform, png(drawing(1), "3")) == "hold"


async def test_an_expired_entry_matches_nothing(platform: Platform) -> None:
    """From its end on."""
    bank_id = await bank(platform, "outside")
    for seed, ends in ((1, "2026-01-01T00:00:00Z"), (2, "9999-01-01T00:00:00Z")):
        entry = {"type": "pdq", "value": pdq(seed), "expires_at": ends, "labels": ["x"]}
        answer = await platform.http.post(
            f"/v1/banks/{bank_id}/entries", json={"source": "a list", "entries": [entry]}
        )
        assert answer.status_code == 200

    assert await verdict(platform, png(drawing(1))) == "allow"
    assert await verdict(platform, png(drawing(2))) == "hold"


async def test_adding_twice_changes_nothing(platform: Platform) -> None:
    """Neither the bank nor the log."""
    asked = {"name": "twice", "kind": "outside", "radius": 20}
    first = await platform.http.post("/v1/banks", json=asked)
    again = await platform.http.post("/v1/banks", json=asked)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await platform.http.post("/v1/banks", json=asked | {"radius": 21})
    assert other.status_code == 409
    bank_id = first.json()["id"]

    before = await add(platform, bank_id, pdq(1), pdq(2), pdq(1))
    after = await add(platform, bank_id, pdq(1), pdq(2), pdq(1))

    assert [one["new"] for one in after] == [False] * 3
    assert [one["id"] for one in after] == [one["id"] for one in before]
    assert before[0]["id"] == before[2]["id"]
    assert await told(platform) == [("bank.created", bank_id), ("bank.entry_added", bank_id)]


async def test_every_change_is_told_to_the_log_once(platform: Platform) -> None:
    """With the commit that makes it."""
    bank_id = await bank(platform, "outside")
    [entry] = await add(platform, bank_id, pdq(1))
    for what in ("withdrawal", "withdrawal", "reinstatement", "reinstatement"):
        assert (await change(platform, bank_id, entry, what)).status_code == 200

    assert await told(platform) == [
        ("bank.created", bank_id),
        ("bank.entry_added", bank_id),
        ("bank.entry_withdrawn", entry["id"]),
        ("bank.entry_reinstated", entry["id"]),
    ]


async def test_entries_are_listed_page_by_page(platform: Platform) -> None:
    """Each once, in the order in which they came."""
    bank_id = await bank(platform, "outside")
    added = await add(platform, bank_id, *(f"{n:064x}" for n in range(7)))
    await change(platform, bank_id, added[3], "withdrawal")

    seen: list[dict] = []
    while page := (await _page(platform, bank_id, seen[-1]["number"] if seen else 0)):
        seen += page

    assert [one["id"] for one in seen] == [one["id"] for one in added]
    only = await platform.http.get(f"/v1/banks/{bank_id}/entries?state=withdrawn")
    assert [one["id"] for one in only.json()["entries"]] == [added[3]["id"]]


async def _page(platform: Platform, bank_id: str, after: int) -> list[dict]:
    answer = await platform.http.get(f"/v1/banks/{bank_id}/entries?limit=3&after={after}")
    return list(answer.json()["entries"])


async def test_a_batch_with_one_bad_entry_is_refused_whole(platform: Platform) -> None:
    """The error names the entry."""
    bank_id = await bank(platform, "outside")
    entries = [{"type": "pdq", "value": pdq(1)}, {"type": "md5", "value": pdq(1)}]

    answer = await platform.http.post(
        f"/v1/banks/{bank_id}/entries", json={"source": "a list", "entries": entries}
    )

    assert answer.status_code == 422
    assert answer.json()["field"] == "entries.1.value"
    assert await _page(platform, bank_id, 0) == []


async def test_the_bank_of_reports_is_not_filled_by_hand(platform: Platform) -> None:
    """Its entries belong to cases."""
    await platform.register("a", png(drawing(1)), location="https://example.org/a")
    await platform.report("https://example.org/a")
    banks = (await platform.http.get("/v1/banks")).json()["banks"]
    [reported] = [one["id"] for one in banks if one["kind"] == "reported"]
    [entry, *_] = await _page(platform, reported, 0)

    entries = [{"type": "pdq", "value": pdq(2)}]
    added = await platform.http.post(
        f"/v1/banks/{reported}/entries", json={"source": "a list", "entries": entries}
    )
    withdrawn = await change(platform, reported, entry, "withdrawal")

    assert (added.status_code, withdrawn.status_code) == (409, 409)


async def test_an_allegation_that_floods_stops_acting_and_asks_a_lead(platform: Platform) -> None:
    """Many different pictures within an hour: the match is recorded, and nothing held any more."""
    bank_id = await bank(platform, "outside")
    [entry] = await add(platform, bank_id, pdq(1))
    verdicts = [await verdict(platform, png(variant(n))) for n in range(FLOOD_UPLOADS + 1)]
    assert set(verdicts) == {"hold"}

    after = await platform.register("after", png(variant(99)))

    assert after["verdict"] == "allow"
    assert [match["state"] for match in after["matches"]] == ["quarantined"]  # type: ignore[index,union-attr]
    floods = (await platform.http.get("/v1/banks/floods")).json()["entries"]
    assert [(one["id"], one["state"]) for one in floods] == [(entry["id"], "quarantined")]
    assert "raiment_bank_entries_flooded 1.0" in (await platform.http.get("/metrics")).text
    assert ("bank.entry_flooded", entry["id"]) in await told(platform)

    await change(platform, bank_id, entry, "reinstatement")
    assert (await platform.http.get("/v1/banks/floods")).json()["entries"] == []
    assert await verdict(platform, png(variant(100))) == "hold"
    assert await verdict(platform, png(variant(101))) == "hold"


async def test_the_same_picture_over_and_over_is_no_flood(platform: Platform) -> None:
    """That is what the bank is for."""
    await add(platform, await bank(platform, "outside"), pdq(1))

    verdicts = [await verdict(platform, png(drawing(1), str(n))) for n in range(FLOOD_UPLOADS + 3)]

    assert set(verdicts) == {"hold"}


async def test_no_flood_disarms_what_was_confirmed(platform: Platform) -> None:
    """A lead is asked; meanwhile it blocks: else many variants of an image would free it."""
    bank_id = await bank(platform, "confirmed")
    [entry] = await add(platform, bank_id, pdq(1))

    verdicts = [await verdict(platform, png(variant(n))) for n in range(FLOOD_UPLOADS + 3)]

    assert set(verdicts) == {"block"}
    floods = (await platform.http.get("/v1/banks/floods")).json()["entries"]
    assert [(one["id"], one["state"]) for one in floods] == [(entry["id"], "active")]


def variant(number: int):  # noqa: ANN201
    """Return the first drawing with another pixel: another picture, and nearly the same hash."""
    picture = drawing(1)
    picture[number, number] ^= 0xFF
    return picture


async def test_another_scope_opens_no_bank(platform: Platform) -> None:
    """A key for content cannot say what is to be blocked."""
    secret = await add_key(platform.house, "content", secret="rmt_for-content")
    async with client(platform.house, secret) as http:
        answer = await http.post("/v1/banks", json={"name": "x", "kind": "confirmed"})

    assert answer.status_code == 403
