"""A decision, what follows from it, and what stops the clocks."""

from __future__ import annotations

import asyncio

import pytest
from tests.casework.conftest import Site, drawing, signals

from raiment.casework.action import ActionKind, ActionOutcome
from raiment.casework.case import CaseState, ItemState
from raiment.casework.decision import MOST_REASON, Outcome
from raiment.casework.report import Relation
from raiment.casework.watch import watch
from raiment.errors import Conflict, InvalidInput, NotFound
from raiment.matching.bank import BankKind


async def running(site: Site, case_id: str) -> set[tuple[str, str]]:
    """Return the clocks that still run."""
    page = await site.page(case_id)
    return {(c.regime, c.clock) for c in page.clocks if c.stopped_at is None}


async def test_removal_ends_only_when_every_copy_is_verified_absent(site: Site) -> None:
    """Remove, verify, and only then stop the removal clocks."""
    await site.publish("one", drawing(1))
    await site.publish("again", drawing(1), copy="re-saved")
    case_id = (await site.report("https://site.example/one")).case_id
    await site.obey(case_id)

    await site.decide(case_id, Outcome.REMOVE)
    assert await site.obey(case_id) == [ActionKind.REMOVE] * 2
    assert ("uk-osa", "removal") in await running(site, case_id)
    assert await site.obey(case_id) == [ActionKind.VERIFY] * 2

    page = await site.page(case_id)
    assert page.case.state == CaseState.CLOSED
    assert await running(site, case_id) == set()
    assert {item.content_state for item in page.items} == {"removed"}


async def test_a_copy_uploaded_meanwhile_is_found_by_the_fresh_lookup(site: Site) -> None:
    """The case does not close over a copy that came after the decision."""
    await site.publish("one", drawing(1))
    case_id = (await site.report("https://site.example/one")).case_id
    await site.decide(case_id, Outcome.REMOVE)
    await site.publish("late", drawing(1), copy="late")

    await site.obey(case_id)
    asked = await site.obey(case_id)

    assert sorted(asked) == [ActionKind.REMOVE, ActionKind.VERIFY]
    assert (await site.page(case_id)).case.state == CaseState.REMOVING
    await site.obey(case_id)
    assert (await site.page(case_id)).case.state == CaseState.CLOSED


async def test_a_platform_that_still_shows_it_is_asked_again(site: Site) -> None:
    """An answer of done is not believed: "present" opens the next round of removal."""
    await site.publish("one", drawing(1))
    case_id = (await site.report("https://site.example/one")).case_id
    await site.decide(case_id, Outcome.REMOVE)
    await site.obey(case_id)
    [verify] = await site.pending(case_id)

    await site.answer(verify, ActionOutcome.PRESENT)

    [again] = await site.pending(case_id)
    assert (again.kind, again.round) == (ActionKind.REMOVE, 2)
    assert ("uk-osa", "removal") in await running(site, case_id)


async def test_a_removed_picture_is_banked_in_every_view(site: Site) -> None:
    """What was decided once is blocked on return, also upside down."""
    await site.publish("one", drawing(1))
    case_id = (await site.report("https://site.example/one")).case_id

    await site.decide(case_id, Outcome.REMOVE)

    async with site.database.read() as tx:
        turned = await tx.banks.matches(signals(drawing(1)[::-1, ::-1].copy()))
    assert {match.kind for match in turned} == {BankKind.CONFIRMED}


@pytest.mark.parametrize("outcome", [Outcome.NOT_INTIMATE, Outcome.NOT_SUBJECT])
async def test_a_recorded_ground_restores_and_stops_the_clocks(
    site: Site, outcome: Outcome
) -> None:
    """OSA s.10(3B): the only exit beside removal; the image is no longer held anywhere."""
    await site.publish("one", drawing(1))
    case_id = (await site.report("https://site.example/one")).case_id
    await site.obey(case_id)

    await site.decide(case_id, outcome)
    assert await running(site, case_id) == set()
    assert await site.obey(case_id) == [ActionKind.RESTORE]

    page = await site.page(case_id)
    assert (page.case.state, page.items[0].content_state) == (CaseState.CLOSED, "visible")
    async with site.database.read() as tx:
        assert await tx.banks.matches(signals(drawing(1))) == []


async def test_a_stranger_not_being_the_subject_decides_nothing(site: Site) -> None:
    """DSA Art. 16 lets anybody notify, so the content itself has to be judged."""
    await site.publish("one", drawing(1))
    receipt = await site.report("https://site.example/one", relation=Relation.SOMEONE_ELSE)

    with pytest.raises(InvalidInput, match="outcome"):
        await site.decide(receipt.case_id, Outcome.NOT_SUBJECT)


async def test_a_second_look_needs_other_eyes_and_pauses_nothing(site: Site) -> None:
    """Who asked for it cannot give it."""
    await site.publish("one", drawing(1))
    case_id = (await site.report("https://site.example/one")).case_id
    before = await running(site, case_id)

    await site.decide(case_id, Outcome.SECOND_LOOK, by="ann")

    assert await running(site, case_id) == before
    with pytest.raises(Conflict):
        await site.decide(case_id, Outcome.REMOVE, by="ann")
    await site.decide(case_id, Outcome.REMOVE, by="bob")
    assert (await site.page(case_id)).case.state == CaseState.REMOVING


async def test_two_reviewers_at_once_make_one_decision(site: Site) -> None:
    """A decision names the version it read; the slower one is told."""
    await site.publish("one", drawing(1))
    case_id = (await site.report("https://site.example/one")).case_id
    await site.decide(case_id, Outcome.SECOND_LOOK, by="zoe")

    results = await asyncio.gather(
        site.decide(case_id, Outcome.REMOVE, by="ann", version=2),
        site.decide(case_id, Outcome.NOT_INTIMATE, by="bob", version=2),
        return_exceptions=True,
    )

    assert sorted(type(r).__name__ for r in results) == ["Conflict", "NoneType"]
    assert len((await site.page(case_id)).decisions) == 2


async def test_nothing_located_is_nothing_to_remove(site: Site) -> None:
    """A removal that removes nothing must not stop a clock."""
    case_id = (await site.report()).case_id

    with pytest.raises(Conflict):
        await site.decide(case_id, Outcome.REMOVE)


async def test_answers_are_taken_once(site: Site) -> None:
    """A repeated or late answer changes nothing and asks for nothing."""
    await site.publish("one", drawing(1))
    case_id = (await site.report("https://site.example/one")).case_id
    [hide] = await site.pending(case_id)
    await site.decide(case_id, Outcome.REMOVE)
    [remove] = await site.pending(case_id)

    await site.answer(hide, ActionOutcome.DONE)
    await site.answer(remove, ActionOutcome.DONE)
    await site.answer(remove, ActionOutcome.DONE)

    page = await site.page(case_id)
    assert page.items[0].state == ItemState.REMOVED
    assert [(a.kind, a.round) for a in await site.pending(case_id)] == [(ActionKind.VERIFY, 1)]


async def test_an_answer_must_fit_the_question(site: Site) -> None:
    """To be present is no answer to a removal; an unknown action is not found."""
    await site.publish("one", drawing(1))
    case_id = (await site.report("https://site.example/one")).case_id
    [hide] = await site.pending(case_id)

    with pytest.raises(InvalidInput, match="outcome"):
        await site.answer(hide, ActionOutcome.PRESENT)
    with pytest.raises(NotFound):
        async with site.database.begin() as tx:
            await tx.cases.case_of_action("act_unknown")
    with pytest.raises(NotFound):
        await site.decide("case_unknown", Outcome.REMOVE)


async def test_a_reason_is_bounded(site: Site) -> None:
    """Nothing is cut off silently."""
    from raiment.casework.decide import Choice, decide

    case_id = (await site.report("https://site.example/x")).case_id
    choice = Choice(case_id, 1, Outcome.REMOVE, "x" * (MOST_REASON + 1))

    with pytest.raises(InvalidInput, match="reason"):
        async with site.database.begin() as tx:
            await decide(choice, "acct", site.now, tx.office)


async def test_alarms_come_once_each_and_a_breach_is_recorded(site: Site) -> None:
    """50, 75, 90 % and the breach, however often the clock is looked at."""
    await site.publish("one", drawing(1))
    case_id = (await site.report("https://site.example/one")).case_id
    [clock] = [c for c in (await site.page(case_id)).clocks if c.regime == "uk-osa"]

    for hours in (1, 25, 0, 13, 8, 5):
        site.pass_time(hours=hours)
        for _ in range(2):
            async with site.database.begin() as tx:
                await watch(clock.id, site.now, tx.office)

    kinds = await site.kinds()
    assert (kinds.count("deadline.alarmed"), kinds.count("deadline.breached")) == (3, 1)


async def test_a_stopped_clock_gives_no_alarm(site: Site) -> None:
    """A job that comes late finds nothing to do."""
    await site.publish("one", drawing(1))
    case_id = (await site.report("https://site.example/one")).case_id
    clocks = (await site.page(case_id)).clocks
    await site.decide(case_id, Outcome.NOT_INTIMATE)
    site.pass_time(hours=100)

    for clock in clocks:
        async with site.database.begin() as tx:
            await watch(clock.id, site.now, tx.office)

    assert "deadline.breached" not in await site.kinds()


async def test_two_reports_at_once_are_one_case(site: Site) -> None:
    """One open case per image, whoever comes first."""
    await site.publish("one", drawing(1))
    await site.publish("again", drawing(1), copy="re-saved")

    receipts = await asyncio.gather(
        *(site.report(f"https://site.example/{name}") for name in ("one", "again", "one", "again"))
    )

    assert len({receipt.case_id for receipt in receipts}) == 1
    assert len(await site.pending(receipts[0].case_id)) == 2
