"""A lead looks at what a flood put in doubt, and nobody else does."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from raiment.adapters.postgres.tables import bank_entries
from raiment.bootstrap import House
from raiment.matching.bank import BankKind


async def entry_of(house: House, entry_id: str) -> Any:
    """Return the entry's row."""
    async with house.database.read() as tx:
        query = select(bank_entries).where(bank_entries.c.id == entry_id)
        return (await tx.connection.execute(query)).one()


async def test_a_lead_sees_what_waits_and_no_hash_in_full(
    reviewer: Any, flood: Any, house: House
) -> None:
    """Bank, source, when, how many; the queue says that somebody is asked."""
    value = (await entry_of(house, await flood("PARTNER"))).value
    lea = await reviewer("lea", "lead")

    page = await lea.http.get("/console/floods")

    for words in (
        "PARTNER",
        "a partner",
        "does not act",
        "21 different uploads",
        value[:8],
        "a label",
    ):
        assert words in page.text
    assert value not in page.text
    assert value[:9] not in page.text
    assert "One bank entry matches" in (await lea.http.get("/console")).text


async def test_reviewers_neither_see_nor_settle(reviewer: Any, flood: Any, house: House) -> None:
    """The page, the link to it and its forms are for leads."""
    entry_id = await flood("PARTNER")
    ann = await reviewer("ann")

    shown = await ann.http.get("/console/floods")
    sent = await ann.post(f"/console/floods/{entry_id}/release", reason="it is right")

    assert (shown.status_code, sent.status_code) == (403, 403)
    assert "/console/floods" not in (await ann.http.get("/console")).text
    assert (await entry_of(house, entry_id)).state == "quarantined"


@pytest.mark.parametrize(
    ("path", "state", "kind"),
    [
        ("release", "active", "bank.entry_reinstated"),
        ("withdraw", "withdrawn", "bank.entry_withdrawn"),
    ],
)
async def test_a_lead_settles_it_once_with_a_reason(
    reviewer: Any, flood: Any, house: House, path: str, state: str, kind: str
) -> None:
    """The log tells what was done; whoever comes second is told, and changes nothing."""
    entry_id = await flood("PARTNER")
    lea = await reviewer("lea", "lead")
    address = f"/console/floods/{entry_id}/{path}"

    bare = await lea.post(address, reason=" ")
    done = await lea.post(address, reason="Looked at the list with its keeper.")
    again = await lea.post(address, reason="Once more.")

    assert [one.status_code for one in (bare, done, again)] == [422, 303, 409]
    assert "reason" in bare.text
    assert (await entry_of(house, entry_id)).state == state
    assert await lea.history(entry_id) == [kind]
    assert "No entry matches" in (await lea.http.get("/console/floods")).text


async def test_what_our_reviewers_confirmed_goes_on(
    reviewer: Any, flood: Any, house: House
) -> None:
    """A flood only asks about it; keeping it is an answer, and is recorded."""
    entry_id = await flood("OURS", BankKind.CONFIRMED)
    lea = await reviewer("lea", "lead")
    page = await lea.http.get("/console/floods")
    assert "Keep: it is right" in page.text

    kept = await lea.post(f"/console/floods/{entry_id}/release", reason="A meme of the week.")

    assert kept.status_code == 303
    assert (await entry_of(house, entry_id)).state == "active"
    assert await lea.history(entry_id) == ["bank.entry_reinstated"]


@pytest.mark.parametrize("entry_id", ["hash_0", "%00", "%F0%9F%8C%8A"])
async def test_an_entry_that_nobody_knows_is_settled_by_nobody(
    reviewer: Any, entry_id: str
) -> None:
    """Told like one that somebody else has dealt with."""
    lea = await reviewer("lea", "lead")

    answer = await lea.post(f"/console/floods/{entry_id}/withdraw", reason="x")

    assert answer.status_code == 409


async def test_nothing_without_a_form_of_the_session(
    reviewer: Any, flood: Any, house: House
) -> None:
    """A page of somebody else cannot release an entry."""
    entry_id = await flood("PARTNER")
    lea = await reviewer("lea", "lead")

    forged = await lea.http.post(
        f"/console/floods/{entry_id}/release", data={"csrf": "x", "reason": "y"}
    )

    assert forged.status_code == 403
    assert (await entry_of(house, entry_id)).state == "quarantined"
