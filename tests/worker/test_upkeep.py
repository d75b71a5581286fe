"""What a worker looks after when no job is about it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from raiment.casework.settle import settle
from raiment.evidence.checkpoint import verify
from raiment.evidence.note import verification_key
from raiment.worker.upkeep import (
    Duty,
    forget_expired,
    keep_up,
    queue_actions,
    settle_cases,
    sign_checkpoint,
    watch_clocks,
)


async def test_checkpoints_follow_the_log_and_verify(installation: Any) -> None:
    """The signed head is that of the log; two signers at once leave one checkpoint a size."""
    house = installation.house
    key = verification_key(house.settings.log_origin, house.keys.log.public_key())
    await asyncio.gather(sign_checkpoint(house), sign_checkpoint(house))
    await installation.report(await installation.publish(1))
    await asyncio.gather(sign_checkpoint(house), sign_checkpoint(house))
    await sign_checkpoint(house)

    async with house.database.read() as tx:
        size, note = await tx.log.latest_checkpoint()
        head = await tx.log.head()
        kept = await tx.connection.scalar(text("select count(*) from log_checkpoints"))
    signed = verify(note, key)
    assert (signed.size, signed.root) == (head.size, head.root)
    assert size == head.size > 0
    assert kept == 2


async def test_a_lost_delivery_is_queued_again_once(installation: Any) -> None:
    """A pending action without a job gets one, and no second."""
    case_id = await installation.report(await installation.publish(1))
    await installation.drop_jobs()

    await queue_actions(installation.house)
    await queue_actions(installation.house)

    (job,) = await installation.jobs()
    assert job.args == {"action_id": (await installation.action(case_id)).id, "attempts": 0}


async def test_a_clock_whose_job_was_lost_is_still_watched(installation: Any) -> None:
    """Alarms and breaches are recorded once each, by whichever worker looks first."""
    case_id = await installation.report(await installation.publish(1))
    await installation.drop_jobs()
    house = installation.house
    years = replace(house, now=lambda: house.now() + timedelta(days=800))

    await watch_clocks(house)
    assert await _alarms(house) == []
    await asyncio.gather(watch_clocks(years), watch_clocks(years))
    once = await _alarms(house)
    await watch_clocks(years)

    async with house.database.read() as tx:
        clocks = [c for c in (await tx.desk.case_page(case_id)).clocks if c.stopped_at is None]
    assert clocks
    assert once.count("deadline.breached") == len(clocks)
    assert once.count("deadline.alarmed") == sum(len(clock.alarms) for clock in clocks)
    assert await _alarms(house) == once


async def test_a_copy_uploaded_after_the_decision_is_removed_too(installation: Any) -> None:
    """The worker's fresh lookup finds it while the case is open, without any event."""
    from raiment.adapters.postgres.ids import new_id
    from raiment.casework.decide import Choice, decide
    from raiment.casework.decision import Outcome

    house = installation.house
    case_id = await installation.report(await installation.publish(1))
    async with house.database.begin() as tx:
        account = new_id("acct")
        await tx.accounts.add(account, "ann", "reviewer", house.now())
        choice = Choice(case_id, 1, Outcome.REMOVE, "clear")
        await decide(choice, account, house.now(), tx.office)
    late = await installation.publish(1)

    await settle_cases(house)
    await settle_cases(house)

    removals = [a for a in await installation.actions(case_id) if a.kind == "remove"]
    assert [a.platform_id for a in removals].count(late) == 1
    async with house.database.begin() as tx:
        await settle(await tx.cases.case(case_id), house.now(), tx.office)
    assert len(await installation.actions(case_id)) == len(removals) + 1


async def test_what_expired_is_forgotten(installation: Any) -> None:
    """Sessions, links and rate counters go once their time has passed, and not before."""
    house = installation.house
    now = house.now()
    async with house.database.begin() as tx:
        await tx.accounts.add("acct_" + "0" * 26, "ann", "reviewer", now)
        await tx.accounts.add_session("acct_" + "0" * 26, "t", "c", now, now + timedelta(hours=1))
        await tx.requests.count("door:caller", timedelta(minutes=1), now)

    await forget_expired(house)
    async with house.database.read() as tx:
        assert await tx.accounts.session("t", now) is not None
    await forget_expired(replace(house, now=lambda: now + timedelta(days=30)))
    async with house.database.read() as tx:
        assert await tx.connection.scalar(text("select count(*) from sessions")) == 0
        assert await tx.connection.scalar(text("select count(*) from rate_windows")) == 0


async def test_a_duty_that_fails_is_tried_again(installation: Any) -> None:
    """One failure neither ends the duty nor the worker."""
    done = asyncio.Event()
    runs = 0

    async def fails_once(_house: object) -> None:
        nonlocal runs
        runs += 1
        if runs == 1:
            raise ValueError
        done.set()

    task = asyncio.create_task(keep_up(Duty(fails_once, 0), installation.house))
    await asyncio.wait_for(done.wait(), 10)
    task.cancel()


async def _alarms(house: Any) -> list[str]:
    async with house.database.read() as tx:
        query = text("select kind from log_entries where kind ~ '^deadline.(alarmed|breached)$'")
        return [row.kind for row in await tx.connection.execute(query)]
