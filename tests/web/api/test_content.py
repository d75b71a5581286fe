"""An upload is looked up, judged and remembered; what cannot be looked up is held."""

from __future__ import annotations

import base64

from sqlalchemy import text
from tests.casework.conftest import drawing
from tests.web.api.conftest import Platform, add_key, client, flat, png

from raiment.adapters.postgres.ids import new_id
from raiment.casework.decide import Choice, decide
from raiment.casework.decision import Outcome


async def test_an_unknown_picture_may_be_seen(platform: Platform) -> None:
    """No match in any bank: allow, visible."""
    answer = await platform.register("post/1", png(drawing(1)))

    assert (answer["verdict"], answer["state"], answer["matchable"]) == ("allow", "visible", True)
    assert answer["matches"] == []


async def test_json_and_multipart_are_one_door(platform: Platform) -> None:
    """The same picture sent either way has the same signals."""
    picture = png(drawing(1))
    by_form = await platform.register("one", picture)

    answer = await platform.http.post(
        "/v1/content",
        json={"content_id": "two", "image_b64": base64.b64encode(picture).decode()},
    )

    assert answer.status_code == 201
    assert answer.json()["signals"] == by_form["signals"]


async def test_the_same_upload_again_is_answered_again(platform: Platform) -> None:
    """Nothing is stored twice; the first fields stand."""
    first = await platform.register("one", png(drawing(1)), location="https://site.example/1")

    again = await platform.register(
        "one", png(drawing(1)), status=200, location="https://site.example/other"
    )

    assert again == first
    row = await platform.http.get("/v1/content/one")
    assert row.json() == first


async def test_the_same_id_with_other_bytes_is_a_conflict(platform: Platform) -> None:
    """A platform's id names one picture for good."""
    await platform.register("one", png(drawing(1)))

    refused = await platform.register("one", png(drawing(2)), status=409)

    assert refused["type"] == "urn:raiment:problem:conflict"


async def test_content_is_found_by_any_id_it_can_have(platform: Platform) -> None:
    """Ids with slashes, blanks, percent signs and other scripts lead back to their content."""
    for content_id in (
        "a/b//c",
        "100% of it",
        "été ☀",
        "q?x=1#y",
        "v1/.hidden",
    ):
        await platform.register(content_id, png(drawing(1)))

        path = "".join(f"%{byte:02X}" for byte in content_id.encode())
        found = await platform.http.get(f"/v1/content/{path}")

        assert found.status_code == 200
        assert found.json()["content_id"] == content_id


async def test_a_picture_without_detail_is_said_to_be_not_matchable(platform: Platform) -> None:
    """It never reads as "no match": the answer says so, and names the rule that noticed."""
    answer = await platform.register("one", png(flat()))

    assert answer["matchable"] is False
    assert answer["rule"] == "not-matchable"


async def test_a_reported_picture_is_held_and_joins_its_case(platform: Platform) -> None:
    """While nobody has decided, a further upload is held, attached and asked to be hidden."""
    await platform.register("one", png(drawing(1)), location="https://site.example/1")
    receipt = await platform.report("https://site.example/1")

    answer = await platform.register("two", png(drawing(1), "re-saved"))

    assert (answer["verdict"], answer["state"]) == ("hold", "held")
    assert {match["kind"] for match in answer["matches"]} == {"reported"}
    case = await platform.case(receipt)
    assert {(item["content_id"], item["found_by"]) for item in case["items"]} == {
        ("one", "reported"),
        ("two", "pixels"),
    }
    async with platform.house.database.read() as tx:
        actions = await tx.cases.actions(str(receipt["case_id"]))
    assert {(action.kind, action.platform_id) for action in actions} == {
        ("hide", "one"),
        ("hide", "two"),
    }


async def test_a_mirrored_copy_of_a_reported_picture_is_held(platform: Platform) -> None:
    """The view says what was undone."""
    await platform.register("one", png(drawing(1)), location="https://site.example/1")
    await platform.report("https://site.example/1")

    answer = await platform.register("two", png(drawing(1)[:, ::-1].copy()))

    assert answer["verdict"] == "hold"
    assert {match["view"] for match in answer["matches"]} == {"flipped-left-right"}


async def test_what_a_report_named_before_it_was_registered_is_held(platform: Platform) -> None:
    """A place reported first and registered later joins the case, with every copy of its image."""
    await platform.register("copy", png(drawing(1), "re-saved"))
    receipt = await platform.report("https://site.example/later")

    answer = await platform.register(
        "later", png(drawing(1)), location="https://site.example/later"
    )

    assert (answer["verdict"], answer["rule"]) == ("hold", "alleged-image")
    assert await platform.contents_of(receipt) == {None, "later", "copy"}
    third = await platform.register("third", png(drawing(1), "again"))
    assert third["verdict"] == "hold"


async def test_a_confirmed_picture_is_blocked_on_return(platform: Platform) -> None:
    """After the decision to remove, the same picture cannot come back."""
    await platform.register("one", png(drawing(1)), location="https://site.example/1")
    receipt = await platform.report("https://site.example/1")
    async with platform.house.database.begin() as tx:
        await tx.accounts.add(reviewer := new_id("acct"), "ann", "reviewer", platform.house.now())
        choice = Choice(str(receipt["case_id"]), 1, Outcome.REMOVE, "looked at it")
        await decide(choice, reviewer, platform.house.now(), tx.office)

    answer = await platform.register("two", png(drawing(1), "again"))

    assert (answer["verdict"], answer["state"]) == ("block", "blocked")
    assert answer["rule"] == "confirmed-image"
    assert await platform.contents_of(receipt) == {"one"}


async def test_a_broken_lookup_holds_and_is_recorded(platform: Platform) -> None:
    """Promise 3: "unavailable" never reads as "no match"."""
    async with platform.house.database.begin() as tx:
        await tx.connection.execute(text("alter table bank_entries rename to gone"))

    answer = await platform.register("one", png(drawing(1)))

    assert (answer["verdict"], answer["state"]) == ("hold", "held")
    assert answer["rule"] == "matching-unavailable"


async def test_an_upload_is_one_entry_of_the_log_without_its_hash(platform: Platform) -> None:
    """Ids stand in the log; what was judged stands there as salted digests."""
    answer = await platform.register("one", png(drawing(1)))

    entries = (await platform.http.get("/v1/log/entries")).json()["entries"]
    assert len(entries) == 1
    assert str(answer["id"]) in entries[0]["entry"]
    # The quality is a small number, which any digest may contain.
    hashes = [value for value in answer["signals"].values() if isinstance(value, str)]
    assert len(hashes) >= 3
    assert all(one not in entries[0]["entry"] for one in hashes)


async def test_each_door_asks_for_its_own_scope(platform: Platform) -> None:
    """A key without the scope is refused, and so is no key, before anything is read."""
    secret = await add_key(platform.house, "trace", secret="rmt_another-key-for-tests")
    async with client(platform.house, secret) as http:
        refused = await http.post("/v1/content", content=b"anything")
    async with client(platform.house, None) as http:
        unknown = await http.post("/v1/content", content=b"anything")

    assert refused.status_code == 403
    assert unknown.status_code == 401
    assert unknown.headers["www-authenticate"] == "Bearer"
