"""The console: denied by default, decided once, and every look at a picture on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from raiment.adapters.postgres.tables import cases, decisions
from raiment.bootstrap import House
from raiment.web import console


@pytest.fixture
async def case_id(person: Any, upload: Any, complete: dict[str, object]) -> str:
    """A case of one registered picture, hidden already."""
    await upload("post-17")
    await person.report(**complete)
    found = await person.case_id()
    await person.answer_all(found)
    return found


async def count_decisions(house: House) -> int:
    """Return how many decisions there are."""
    async with house.database.read() as tx:
        return int(await tx.connection.scalar(select(func.count()).select_from(decisions)) or 0)


def doors() -> list[tuple[str, str]]:
    """Return method and path of every route of the console that needs a session."""
    open_to_all = {"/console/sign-in", "/console/link/{token}"}
    return [
        (method, route.path)
        for router in console.routers()
        for route in router.routes
        for method in sorted(route.methods)
        if route.path not in open_to_all
    ]


@pytest.mark.parametrize(("method", "path"), doors())
async def test_nothing_opens_without_a_session(person: Any, method: str, path: str) -> None:
    """Every door of the console leads to the sign-in."""
    answer = await person.http.request(
        method, path.format(case_id="c", item_id="i", entry_id="e"), data={"a": "b"}
    )

    assert answer.status_code == 303
    assert answer.headers["location"] == "/console/sign-in"


@pytest.mark.parametrize("path", [path for _, path in doors() if "{case_id}" in path])
async def test_an_address_that_no_database_holds_names_no_case(reviewer: Any, path: str) -> None:
    """A NUL in the address is one more case that there is not."""
    ada = await reviewer("ada", "admin")
    target = path.format(case_id="%00", item_id="i")
    method = "POST" if path.endswith("/decision") else "GET"
    form = {"csrf": await ada.csrf(), "outcome": "remove", "case_version": "1"}

    answer = await ada.http.request(method, target, data=form if method == "POST" else None)

    assert answer.status_code == 404


@pytest.mark.parametrize(("method", "path"), [d for d in doors() if d[0] == "POST"])
async def test_no_form_counts_without_the_sessions_token(
    reviewer: Any, method: str, path: str
) -> None:
    """Neither without one, nor with somebody else's, nor from another site."""
    ada, bea = await reviewer("ada", "admin"), await reviewer("bea", "admin")
    target = path.format(case_id="c", entry_id="e")
    own = {"csrf": await ada.csrf()}

    answers = [
        await ada.http.request(method, target, data={"x": "y"}),
        await ada.http.request(method, target, data={"csrf": await bea.csrf()}),
        await ada.http.request(method, target, data={"csrf": "é"}),
        await ada.http.request(method, target, data=own, headers={"sec-fetch-site": "same-site"}),
        await ada.http.request(method, target, data=own, headers={"origin": "https://x.example"}),
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert (await ada.http.get("/console")).status_code == 200


@pytest.mark.parametrize("role", ["reviewer", "lead"])
async def test_accounts_are_the_administrators(reviewer: Any, role: str) -> None:
    """Others neither see the page nor change anything through it."""
    ann = await reviewer("ann", role)

    assert (await ann.http.get("/console/accounts")).status_code == 403
    added = await ann.post("/console/accounts", name="eve", role="admin")
    assert added.status_code == 403
    async with ann.house.database.read() as tx:
        assert [row.name for row in await tx.accounts.all()] == ["ann"]


async def test_administrator_adds_and_disables(reviewer: Any, newcomer: Any, text_of: Any) -> None:
    """The link is shown once and works once; a disabled account is out at once."""
    ada = await reviewer("ada", "admin")
    page = await ada.post("/console/accounts", name="ben <b>", role="reviewer")
    path = text_of(page, "link").removeprefix("http://127.0.0.1:8484")
    ben = newcomer()
    both = {"password": "over the hills and far", "again": "over the hills and far"}
    assert (await ben.http.post(path, data=both)).status_code == 303
    assert "<b>" not in page.text
    assert path not in (await ada.http.get("/console/accounts")).text

    taken = await ada.post("/console/accounts", name=" BEN  <b>", role="lead")
    odd = await ada.post("/console/accounts", name="x", role="owner")
    own = await ada.post("/console/accounts/disable", name="ada")
    gone = await ada.post("/console/accounts/disable", name="ben <b>")
    nobody = await ada.post("/console/accounts/link", name="nobody")

    statuses = [a.status_code for a in (taken, odd, own, gone, nobody)]
    assert statuses == [409, 422, 409, 303, 404]
    assert (await ben.http.get("/console")).status_code == 303


async def test_queue_tells_what_is_urgent_in_words(
    person: Any, reviewer: Any, complete: dict[str, object]
) -> None:
    """Danger and children first; the time left is text, the colour only repeats it."""
    await person.report(**complete | {"locations": "one"})
    await person.report(**complete | {"locations": "two", "danger": "on", "minor": "unsure"})
    ann = await reviewer("ann")

    page = (await ann.http.get("/console")).text

    assert page.index("may concern a child") < page.index("depicted person")
    assert "23 h 59 min" in page
    assert "Nothing has been closed yet." in (await ann.http.get("/console?closed=true")).text


async def test_clock_that_ran_out_is_late(
    newcomer: Any, reviewer: Any, case_id: str, house: House
) -> None:
    """By how much, in words."""
    ann = await reviewer("ann")
    later = newcomer(replace(house, now=lambda: house.now() + timedelta(hours=11, minutes=59)))
    later.http.cookies = dict(ann.http.cookies)
    assert "12 h 0" in (await later.http.get(f"/console/cases/{case_id}")).text
    async with house.database.begin() as tx:
        await tx.connection.exec_driver_sql(
            "update deadlines set due_at = due_at - interval '3 days'"
        )

    page = (await ann.http.get(f"/console/cases/{case_id}")).text

    assert "late by 48 h 00 min" in page


async def test_case_shows_what_was_said_and_never_by_whom(reviewer: Any, case_id: str) -> None:
    """Clocks with their citations, places, the reporter's words; no name, contact or signature."""
    ann = await reviewer("ann")

    page = (await ann.http.get(f"/console/cases/{case_id}")).text

    assert "Online Safety Act 2023 s. 10(3A)" in page
    assert "TAKE IT DOWN Act s. 3" in page
    assert "I never posed for it." in page
    assert "uploader-9" in page
    assert "hide: <span" in page
    assert "deadline.started" in page
    assert "Nonymous" not in page
    assert "mail.example" not in page


async def test_decision_is_kept_and_carried_out(reviewer: Any, case_id: str) -> None:
    """Removal is asked for, the page follows the answers, and stops asking when all is said."""
    ann = await reviewer("ann")

    answer = await ann.decide(case_id, "remove", "as reported")

    assert answer.status_code == 303
    page = (await ann.http.get(f"/console/cases/{case_id}")).text
    assert "<strong>Remove</strong> by ann" in page
    assert "as reported" in page
    progress = await ann.http.get(f"/console/cases/{case_id}/progress")
    assert 'hx-trigger="every 3s"' in progress.text
    assert "remove: <span" in progress.text
    await ann.answer_all(case_id)
    done = await ann.http.get(f"/console/cases/{case_id}/progress")
    assert "hx-trigger" not in done.text
    assert done.headers["hx-refresh"] == "true"
    assert "gone, checked" in done.text
    assert case_id in (await ann.http.get("/console?closed=true")).text


async def test_decision_without_words_records_the_usual_reason(reviewer: Any, case_id: str) -> None:
    """One digit and Enter are enough."""
    ann = await reviewer("ann")

    await ann.decide(case_id, "not_intimate")

    async with ann.house.database.read() as tx:
        (made,) = (await tx.desk.case_page(case_id)).decisions
    assert made.reason == "Considered not to be intimate image content."


async def test_two_decisions_on_one_reading_are_one(reviewer: Any, case_id: str) -> None:
    """The second is told that the case moved on, and sees how it stands now."""
    ann = await reviewer("ann")
    choice = {"outcome": "second_look", "reason": "", "case_version": "1"}
    path = f"/console/cases/{case_id}/decision"
    assert (await ann.post(path, **choice)).status_code == 303
    bea = await reviewer("bea")

    stale = await bea.post(path, **choice | {"outcome": "remove"})

    assert stale.status_code == 409
    assert "Not decided." in stale.text
    assert 'name="case_version" value="2"' in stale.text
    assert await count_decisions(ann.house) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "burn", "case_version": "1"},
        {"outcome": "remove", "case_version": "-1"},
        {"outcome": "remove", "case_version": "9" * 30},
        {"outcome": "remove", "case_version": "1", "reason": "r" * 2001},
        {},
    ],
)
async def test_decision_that_cannot_be_read_changes_nothing(
    reviewer: Any, case_id: str, fields: dict[str, str]
) -> None:
    """The page comes back with what was written."""
    ann = await reviewer("ann")

    answer = await ann.post(f"/console/cases/{case_id}/decision", **fields)

    assert answer.status_code == 422
    assert fields.get("reason", "") in answer.text
    assert await count_decisions(ann.house) == 0


async def test_case_belongs_to_who_opened_it_for_ten_minutes(
    reviewer: Any, newcomer: Any, case_id: str, house: House
) -> None:
    """Another sees whose it is and until when, and cannot decide; later they can."""
    ann, bea = await reviewer("ann"), await reviewer("bea")
    await ann.http.get(f"/console/cases/{case_id}")
    await ann.http.get(f"/console/cases/{case_id}")
    assert (await ann.history(case_id)).count("case.claimed") == 1

    seen = await bea.http.get(f"/console/cases/{case_id}")
    choice = {"outcome": "remove", "case_version": "1"}
    refused = await bea.post(f"/console/cases/{case_id}/decision", **choice)

    assert "ann has this case until" in seen.text
    assert "data-decide" not in seen.text
    assert refused.status_code == 409
    assert "ann has this case until" in refused.text
    assert await count_decisions(house) == 0
    later = newcomer(replace(house, now=lambda: house.now() + timedelta(minutes=11)))
    later.http.cookies = dict(bea.http.cookies)
    assert "data-decide" in (await later.http.get(f"/console/cases/{case_id}")).text


async def test_second_look_is_somebody_elses(reviewer: Any, case_id: str) -> None:
    """Who asked for it cannot give it."""
    ann, bea = await reviewer("ann"), await reviewer("bea")
    await ann.decide(case_id, "second_look")

    seen = await ann.http.get(f"/console/cases/{case_id}")
    again = await ann.post(f"/console/cases/{case_id}/decision", outcome="remove", case_version="2")

    assert "You asked for a second look" in seen.text
    assert again.status_code == 409
    assert (await bea.decide(case_id, "remove")).status_code == 303


@pytest.mark.parametrize(("role", "status"), [("reviewer", 409), ("lead", 303), ("admin", 303)])
async def test_case_of_a_child_is_a_leads(
    reviewer: Any, case_id: str, house: House, role: str, status: int
) -> None:
    """A reviewer may see that it waits, and no more."""
    async with house.database.begin() as tx:
        await tx.connection.execute(update(cases).values(child=True))
    ann = await reviewer("ann", role)

    page = await ann.http.get(f"/console/cases/{case_id}")
    choice = {"outcome": "remove", "case_version": "1"}
    answer = await ann.post(f"/console/cases/{case_id}/decision", **choice)

    assert answer.status_code == status
    assert ("a lead decides it" in page.text) is (status == 409)
    assert await count_decisions(house) == (status == 303)


async def test_unknown_things_are_not_found(reviewer: Any, case_id: str) -> None:
    """Also an item of another case, and ids that are none."""
    ann = await reviewer("ann")

    for path in ("x", f"{case_id}/items/x/preview", "x/progress", "x'--/items/y/preview"):
        assert (await ann.http.get(f"/console/cases/{path}")).status_code == 404
    refused = await ann.post("/console/cases/x/decision", outcome="remove", case_version="1")
    assert refused.status_code == 404


async def test_fragment_after_the_session_ended_reloads_the_page(person: Any) -> None:
    """So that the sign-in page never appears inside another page."""
    answer = await person.http.get("/console/cases/c/progress", headers={"hx-request": "true"})

    assert answer.status_code == 401
    assert answer.headers["hx-refresh"] == "true"
