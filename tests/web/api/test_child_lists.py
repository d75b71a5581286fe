"""A child-protection hotline's list blocks, and what it concerns goes first. Random hashes only."""

from __future__ import annotations

import secrets

import pytest
from tests.web.api.conftest import Platform

from raiment.matching.bank import FLOOD_UPLOADS


async def listed(platform: Platform, value: str, kind: str = "outside") -> str:
    """Put the PDQ hash *value* on a hotline's list; return the bank's id."""
    made = await platform.http.post(
        "/v1/banks", json={"name": "HOTLINE", "kind": kind, "category": "child"}
    )
    assert made.status_code == 201, made.text
    assert made.json()["category"] == "child"
    entry = {"type": "pdq", "value": value}
    added = await platform.http.post(
        f"/v1/banks/{made.json()['id']}/entries", json={"source": "hotline", "entries": [entry]}
    )
    assert added.status_code == 200
    return str(made.json()["id"])


async def tell(platform: Platform, content_id: str, value: str) -> dict:
    """Register content by a PDQ hash alone."""
    answer = await platform.http.post(
        "/v1/content",
        json={"content_id": content_id, "signals": {"pdq": value, "quality": 90}},
    )
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


@pytest.mark.parametrize("kind", ["outside", "confirmed"])
async def test_a_match_blocks_whatever_the_kind(platform: Platform, kind: str) -> None:
    """Where any other outside list would only hold."""
    value = secrets.token_hex(32)
    await listed(platform, value, kind)

    answer = await tell(platform, "one", value)

    assert (answer["verdict"], answer["rule"]) == ("block", "child-protection-list")
    assert [match["category"] for match in answer["matches"]] == ["child"]


async def test_another_list_says_nothing_of_a_child(platform: Platform) -> None:
    """The category is the bank's, set by the operator."""
    value = secrets.token_hex(32)
    made = await platform.http.post("/v1/banks", json={"name": "OTHER", "kind": "outside"})
    await platform.http.post(
        f"/v1/banks/{made.json()['id']}/entries",
        json={"source": "x", "entries": [{"type": "pdq", "value": value}]},
    )

    answer = await tell(platform, "one", value)

    assert (answer["verdict"], answer["matches"][0]["category"]) == ("hold", None)


async def test_a_report_of_what_is_listed_goes_first(platform: Platform) -> None:
    """Highest severity and for a lead, though the reporter said nothing of a child."""
    value = secrets.token_hex(32)
    await tell(platform, "one", value)
    await tell(platform, "two", secrets.token_hex(32))
    await listed(platform, value)
    await platform.report(content_ids=["two"], minor="no", relation="subject")

    receipt = await platform.report(content_ids=["one"], minor="no")

    queue = (await platform.http.get("/v1/cases")).json()["cases"]
    assert queue[0]["id"] == receipt["case_id"]
    assert [(one["child"], one["severity"]) for one in queue] == [(True, 3), (False, 2)]
    async with platform.house.database.read() as tx:
        history = [kind for _, kind, _ in await tx.log.history(str(receipt["case_id"]))]
    assert history.count("case.concerns_child") == 1


async def test_an_upload_that_is_listed_raises_the_case_it_concerns(platform: Platform) -> None:
    """The image of an open case turns out to be on a list: the upload is blocked, the case raised."""
    value = secrets.token_hex(32)
    await tell(platform, "one", value)
    receipt = await platform.report(content_ids=["one"], minor="no")
    assert (await platform.http.get(f"/v1/cases/{receipt['case_id']}")).json()["child"] is False
    await listed(platform, value)

    answer = await tell(platform, "two", value)

    assert answer["verdict"] == "block"
    case = (await platform.http.get(f"/v1/cases/{receipt['case_id']}")).json()
    assert (case["child"], case["severity"]) == (True, 3)


async def test_a_flood_does_not_disarm_a_hotlines_list(platform: Platform) -> None:
    """Whoever sends many variants is still blocked; a lead is asked."""
    value = bytearray(secrets.token_bytes(32))
    bank_id = await listed(platform, value.hex())
    for number in range(FLOOD_UPLOADS + 2):
        value[number] ^= 1
        assert (await tell(platform, f"variant-{number}", value.hex()))["verdict"] == "block"

    [entry] = (await platform.http.get(f"/v1/banks/{bank_id}/entries")).json()["entries"]
    assert entry["state"] == "active"
    assert entry["flooded_at"] is not None


@pytest.mark.parametrize(
    ("asked", "status", "field"),
    [
        ({"name": "A", "kind": "allow", "category": "child"}, 422, "category"),
        ({"name": "A", "kind": "outside", "category": "other"}, 422, "category"),
        ({"name": "A", "kind": "outside", "category": 1}, 422, "category"),
    ],
)
async def test_other_categories_are_refused(
    lasting: Platform, asked: dict[str, object], status: int, field: str
) -> None:
    """An allow-list cannot hold what must never be allowed."""
    answer = await lasting.http.post("/v1/banks", json=asked)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


async def test_a_bank_keeps_its_category(platform: Platform) -> None:
    """The same call again changes nothing; one without it is about another bank."""
    await listed(platform, secrets.token_hex(32))
    body = {"name": "HOTLINE", "kind": "outside"}

    same = await platform.http.post("/v1/banks", json=body | {"category": "child"})
    other = await platform.http.post("/v1/banks", json=body)

    assert (same.status_code, other.status_code) == (200, 409)
