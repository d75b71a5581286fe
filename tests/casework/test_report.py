"""Hide first, decide after: what a report sets in motion."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from tests.casework.conftest import START, Site, drawing

from raiment.casework.action import ActionKind
from raiment.casework.case import FoundBy, ItemState
from raiment.casework.decision import Outcome
from raiment.casework.report import Minor, Relation, Reporter

HOURS_48 = timedelta(hours=48)


async def test_a_report_hides_the_post_and_every_copy_at_once(site: Site) -> None:
    """The copy with other bytes is found and hidden with the reported one; a stranger is not."""
    await site.publish("one", drawing(1))
    await site.publish("again", drawing(1), copy="re-saved")
    await site.publish("other", drawing(2))

    receipt = await site.report("https://site.example/one")

    pending = await site.pending(receipt.case_id)
    assert {(a.kind, a.platform_id) for a in pending} == {
        (ActionKind.HIDE, "one"),
        (ActionKind.HIDE, "again"),
    }
    found = {item.platform_id: item.found_by for item in (await site.page(receipt.case_id)).items}
    assert found == {"one": FoundBy.REPORTED, "again": FoundBy.PIXELS}


async def test_the_clock_runs_48_hours_across_a_change_of_summer_time(site: Site) -> None:
    """UK and US clocks end 48 wall-clock hours after receipt, in UTC."""
    await site.publish("one", drawing(1))

    receipt = await site.report("https://site.example/one")

    clocks = {
        c.regime: c for c in (await site.page(receipt.case_id)).clocks if c.clock == "removal"
    }
    assert clocks["uk-osa"].due_at - START == HOURS_48
    assert clocks["us-take-it-down"].due_at - START == HOURS_48
    assert set(clocks) == {"uk-osa", "us-take-it-down", "eu-dsa"}


async def test_a_complete_form_satisfies_all_three_regimes(site: Site) -> None:
    """One form, three laws."""
    receipt = await site.report("https://site.example/one")

    assert set(receipt.regimes_satisfied) == {"uk-osa", "us-take-it-down", "eu-dsa"}
    assert receipt.missing == {}


async def test_an_incomplete_report_is_acted_on_and_its_clocks_run(site: Site) -> None:
    """Nothing is refused for a missing answer: act, then ask."""
    await site.publish("one", drawing(1))

    receipt = await site.report(
        "https://site.example/one", declarations=frozenset(), shows=(), why="", reporter=Reporter()
    )

    assert receipt.regimes_satisfied == ()
    assert set(receipt.missing) == {"uk-osa", "us-take-it-down", "eu-dsa"}
    assert [a.kind for a in await site.pending(receipt.case_id)] == [ActionKind.HIDE]
    running = [c for c in (await site.page(receipt.case_id)).clocks if c.stopped_at is None]
    assert {c.regime for c in running} == {"uk-osa", "us-take-it-down", "eu-dsa"}


async def test_a_second_report_joins_the_case_and_moves_no_clock(site: Site) -> None:
    """Merged reports keep the earliest start."""
    await site.publish("one", drawing(1))
    await site.publish("again", drawing(1), copy="re-saved")
    first = await site.report("https://site.example/one")
    site.pass_time(hours=20)

    second = await site.report("https://site.example/again", danger=True)

    assert second.case_id == first.case_id
    page = await site.page(first.case_id)
    assert {c.starts_at for c in page.clocks} == {START}
    assert (page.case.severity, len(page.reports), len(page.items)) == (3, 2, 2)


async def test_a_strangers_notice_starts_only_the_clocks_that_law_gives_it(site: Site) -> None:
    """OSA s.20A and TIDA are for the subject; DSA Art. 16 is for anybody."""
    await site.publish("one", drawing(1))

    receipt = await site.report("https://site.example/one", relation=Relation.SOMEONE_ELSE)

    page = await site.page(receipt.case_id)
    assert {clock.regime for clock in page.clocks} == {"eu-dsa"}
    assert page.case.severity == 1


async def test_an_unknown_place_is_passed_to_the_platform_to_find(site: Site) -> None:
    """A location nobody registered becomes an item without content, and is to be hidden."""
    receipt = await site.report("the third picture on her page", "https://site.example/gone")

    pending = await site.pending(receipt.case_id)
    assert [(a.kind, a.platform_id) for a in pending] == [(ActionKind.HIDE, None)] * 2


async def test_any_doubt_about_age_makes_a_child_case(site: Site) -> None:
    """Unsure counts as yes, and comes first in the queue."""
    await site.publish("one", drawing(1))
    await site.publish("two", drawing(2))
    await site.report("https://site.example/one")
    site.pass_time(hours=1)

    child = await site.report("https://site.example/two", minor=Minor.UNSURE)

    async with site.database.read() as tx:
        queue = await tx.desk.queue()
    assert queue[0].id == child.case_id
    assert queue[0].child


async def test_further_uploads_of_a_reported_picture_match_the_reported_bank(site: Site) -> None:
    """While the case is open its image is known, to be held; a flip does not hide it."""
    from tests.casework.conftest import signals

    from raiment.matching.bank import BankKind

    await site.publish("one", drawing(1))
    await site.report("https://site.example/one")

    async with site.database.read() as tx:
        flipped = await tx.banks.matches(signals(drawing(1)[:, ::-1].copy()))
        other = await tx.banks.matches(signals(drawing(2)))

    assert {match.kind for match in flipped} == {BankKind.REPORTED}
    assert other == []


async def test_everything_of_a_report_is_in_the_log(site: Site) -> None:
    """Case, report, copies, clocks and actions are entries of the same commit."""
    await site.publish("one", drawing(1))

    await site.report("https://site.example/one")

    counted = Counter(await site.kinds())
    assert counted["case.opened"] == counted["report.received"] == counted["case.copy_found"] == 1
    assert counted["action.hide_asked"] == 1
    assert counted["deadline.started"] == 5


async def test_a_report_of_a_picture_being_restored_opens_a_new_case(site: Site) -> None:
    """A fresh report is not swallowed by an older decision, and no late restoration undoes it."""
    await site.publish("one", drawing(1))
    first = await site.report("https://site.example/one")
    await site.obey(first.case_id)
    await site.decide(first.case_id, Outcome.NOT_INTIMATE)
    assert [a.kind for a in await site.pending(first.case_id)] == [ActionKind.RESTORE]

    second = await site.report("https://site.example/one")

    assert second.case_id != first.case_id
    assert await site.pending(first.case_id) == []
    assert [a.kind for a in await site.pending(second.case_id)] == [ActionKind.HIDE]


async def test_hidden_only_once_the_platform_says_so(site: Site) -> None:
    """An item is listed until the hide is acknowledged."""
    await site.publish("one", drawing(1))
    receipt = await site.report("https://site.example/one")
    before = (await site.page(receipt.case_id)).items[0].state

    await site.obey(receipt.case_id)

    after = (await site.page(receipt.case_id)).items[0]
    assert (before, after.state, after.content_state) == (
        ItemState.LISTED,
        ItemState.HIDDEN,
        "hidden",
    )
