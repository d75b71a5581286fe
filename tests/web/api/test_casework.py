"""Reports relayed, cases read, actions answered: the platform's part of casework, by HTTP."""

from __future__ import annotations

import pytest
from tests.casework.conftest import drawing
from tests.web.api.conftest import Platform, counts, png

from raiment.adapters.postgres.ids import new_id
from raiment.casework.decide import Choice, decide
from raiment.casework.decision import Outcome

PLACE = "https://site.example/1"


async def test_a_relayed_report_starts_what_the_form_starts(platform: Platform) -> None:
    """Case, clocks of each regime, and a hide action for the content it names."""
    await platform.register("one", png(drawing(1)), location=PLACE)

    receipt = await platform.report(PLACE, relation="subject", contact="ada@example.org")

    assert {clock["regime"] for clock in receipt["deadlines"]} == {
        "uk-osa",
        "us-take-it-down",
        "eu-dsa",
    }
    case = await platform.case(receipt)
    assert case["state"] == "open"
    assert [item["content_id"] for item in case["items"]] == ["one"]


async def test_content_ids_name_content_too(platform: Platform) -> None:
    """A platform's own report button knows the id, not the address."""
    await platform.register("one", png(drawing(1)))

    receipt = await platform.report(content_ids=["one"])

    assert await platform.contents_of(receipt) == {"one"}


async def test_nothing_is_refused_for_a_missing_answer(platform: Platform) -> None:
    """Act, then ask: an empty report is taken, and says what it lacks."""
    receipt = await platform.report()

    assert receipt["regimes_satisfied"] == []
    assert "uk-osa" in receipt["missing"]


async def test_the_reporter_follows_with_reference_and_secret(platform: Platform) -> None:
    """What the platform hands on opens the case page's data."""
    receipt = await platform.report(PLACE)

    async with platform.house.database.read() as tx:
        page = await tx.desk.report_page(str(receipt["reference"]), str(receipt["secret"]))
    assert page.report.id == receipt["report_id"]
    assert page.report.route == "api"


async def test_no_answer_names_the_reporter(platform: Platform) -> None:
    """A key for cases reads no name, no contact, no words of the reporter."""
    receipt = await platform.report(
        PLACE, name="Ada Person", contact="ada@example.org", signature="Ada P", why="I said no."
    )

    case = await platform.http.get(f"/v1/cases/{receipt['case_id']}")
    listed = await platform.http.get("/v1/cases")

    for secret in ("Ada", "ada@example.org", "I said no"):
        assert secret not in case.text
        assert secret not in listed.text


async def test_the_same_call_again_is_the_same_report(platform: Platform) -> None:
    """With an Idempotency-Key, a retry gets the same receipt, secret included, and adds nothing."""
    headers = {"idempotency-key": "call-1"}
    first = await platform.http.post("/v1/reports", json={"why": "x"}, headers=headers)
    before = await counts(platform.house)

    again = await platform.http.post("/v1/reports", json={"why": "x"}, headers=headers)

    assert again.status_code == first.status_code == 201
    assert again.json() == first.json()
    assert await counts(platform.house) == before


async def test_the_secret_is_stored_nowhere(platform: Platform) -> None:
    """The kept answer to an idempotent call holds everything but the secret."""
    headers = {"idempotency-key": "call-1"}
    receipt = (await platform.http.post("/v1/reports", json={}, headers=headers)).json()

    async with platform.house.database.read() as tx:
        rows = await tx.connection.exec_driver_sql("select body from idempotency_keys")
        (body,) = rows.scalars()
    assert receipt["secret"].encode() not in body
    assert receipt["reference"].encode() in body


async def test_an_idempotency_key_is_for_one_call(platform: Platform) -> None:
    """Another report under the same key is a conflict, not a lost report."""
    headers = {"idempotency-key": "call-1"}
    await platform.http.post("/v1/reports", json={"why": "x"}, headers=headers)

    refused = await platform.http.post("/v1/reports", json={"why": "y"}, headers=headers)

    assert refused.status_code == 409


async def test_cases_are_listed_by_state(platform: Platform) -> None:
    """Open cases by default; each state on request."""
    receipt = await platform.report(PLACE)

    found = {
        state: [case["id"] for case in (await platform.http.get(url)).json()["cases"]]
        for state, url in {
            "any": "/v1/cases",
            "open": "/v1/cases?state=open",
            "closed": "/v1/cases?state=closed",
            "removing": "/v1/cases?state=removing&limit=5",
        }.items()
    }

    mine = [receipt["case_id"]]
    assert found == {"any": mine, "open": mine, "closed": [], "removing": []}


async def pending(platform: Platform, case_id: object) -> list[str]:
    """Return the ids of the actions that wait for an answer."""
    async with platform.house.database.read() as tx:
        actions = await tx.cases.actions(str(case_id))
    return [action.id for action in actions if action.state == "pending"]


async def answer(platform: Platform, action_id: str, outcome: str) -> dict[str, object]:
    """Acknowledge an action."""
    answered = await platform.http.post(
        f"/v1/actions/{action_id}/acknowledgement", json={"outcome": outcome}
    )
    assert answered.status_code == 200, answered.text
    return dict(answered.json())


async def test_an_action_tells_what_to_find(platform: Platform) -> None:
    """By the platform's id where it is registered, else by the place somebody gave."""
    await platform.register("one", png(drawing(1)), location=PLACE)
    receipt = await platform.report(PLACE, "https://site.example/unknown")

    actions = [
        (await platform.http.get(f"/v1/actions/{one}")).json()
        for one in await pending(platform, receipt["case_id"])
    ]

    assert {(one["kind"], one["content_id"], one["location"]) for one in actions} == {
        ("hide", "one", None),
        ("hide", None, "https://site.example/unknown"),
    }


async def test_acknowledging_twice_is_harmless(platform: Platform) -> None:
    """The second answer changes nothing and adds no entry to the log."""
    await platform.register("one", png(drawing(1)), location=PLACE)
    receipt = await platform.report(PLACE)
    (action,) = await pending(platform, receipt["case_id"])
    first = await answer(platform, action, "done")
    before = await counts(platform.house)

    again = await answer(platform, action, "done")

    assert again == first
    assert first["state"] == "acknowledged"
    assert await counts(platform.house) == before
    assert (await platform.http.get("/v1/content/one")).json()["state"] == "hidden"


async def test_an_answer_the_action_cannot_have_is_refused(platform: Platform) -> None:
    """Whether something is present is no answer to hiding it."""
    await platform.report(PLACE)
    receipt = await platform.report(PLACE)
    (action,) = await pending(platform, receipt["case_id"])

    refused = await platform.http.post(
        f"/v1/actions/{action}/acknowledgement", json={"outcome": "present"}
    )

    assert refused.status_code == 422
    assert refused.json()["field"] == "outcome"


async def test_a_removal_by_http_ends_in_verified_absence(platform: Platform) -> None:
    """Removed, then asked again: the case closes and its removal clocks stop on absence."""
    await platform.register("one", png(drawing(1)), location=PLACE)
    receipt = await platform.report(PLACE)
    house = platform.house
    async with house.database.begin() as tx:
        await tx.accounts.add(reviewer := new_id("acct"), "ann", "reviewer", house.now())
        choice = Choice(str(receipt["case_id"]), 1, Outcome.REMOVE, "looked at it")
        await decide(choice, reviewer, house.now(), tx.office)

    for outcome in ("done", "absent"):
        (action,) = await pending(platform, receipt["case_id"])
        await answer(platform, action, outcome)

    case = await platform.case(receipt)
    assert case["state"] == "closed"
    assert [item["state"] for item in case["items"]] == ["absent"]
    assert all(clock["stopped_at"] for clock in case["clocks"])
    assert [decision["outcome"] for decision in case["decisions"]] == ["remove"]


@pytest.mark.parametrize("path", ["cases/case_0", "actions/act_0"])
async def test_what_is_not_there_is_not_found(platform: Platform, path: str) -> None:
    """A typed 404."""
    missing = await platform.http.get(f"/v1/{path}")

    assert missing.status_code == 404
