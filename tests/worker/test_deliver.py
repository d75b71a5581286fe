"""Actions reach the platform, and are sent until it answers."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from raiment.adapters.platforms.webhook import open_platform
from raiment.casework.acknowledge import acknowledge
from raiment.casework.action import ActionOutcome, ActionState
from raiment.errors import NotFound
from raiment.worker.deliver import deliver
from raiment.worker.upkeep import queue_actions


async def send(installation: Any, action_id: str, attempts: int = 0) -> None:
    """Run one job of delivering."""
    house = installation.house
    async with open_platform(house.settings.platform, house.keys) as platform:
        await deliver(action_id, attempts, house, platform)


async def test_a_report_hides_and_the_answer_is_kept(installation: Any, double: Any) -> None:
    """One report, one webhook, one answer: the action is done, by a worker on its own."""
    case_id = await installation.report(await installation.publish(1))

    async with installation.worker():
        await installation.answered(case_id)

    action = await installation.action(case_id)
    assert (action.state, action.attempts) == (ActionState.ACKNOWLEDGED, 1)
    ((webhook_id, event),) = double.calls
    assert webhook_id == action.id
    assert event["type"] == "content.hide"
    assert event["data"] == {"action_id": action.id, "content_id": "post-1", "case": case_id}
    assert await installation.jobs() == []


async def test_what_is_removed_is_verified_and_closed_without_anybody(
    installation: Any, double: Any
) -> None:
    """After a decision the worker drives removal and verification to the end by itself."""
    from raiment.adapters.postgres.ids import new_id
    from raiment.casework.decide import Choice, decide
    from raiment.casework.decision import Outcome

    first, _ = await installation.publish(1), await installation.publish(1)
    case_id = await installation.report(first)
    house = installation.house
    async with installation.worker():
        await installation.answered(case_id)
        async with house.database.begin() as tx:
            account = new_id("acct")
            await tx.accounts.add(account, "ann", "reviewer", house.now())
            page = await tx.desk.case_page(case_id)
            choice = Choice(case_id, page.case.version, Outcome.REMOVE, "clear")
            await decide(choice, account, house.now(), tx.office)
        await installation.answered(case_id)

    kinds = sorted(event["type"] for _, event in double.calls)
    assert kinds == sorted(["content.hide", "content.remove", "content.verify"] * 2)
    async with house.database.read() as tx:
        assert (await tx.desk.case_page(case_id)).case.state == "closed"


@pytest.mark.parametrize(
    ("status", "body", "kept"),
    [
        (202, "", "delivered"),
        (200, "", "delivered"),
        (200, "ok", "delivered"),
        (200, '{"outcome": null}', "delivered"),
        (200, '{"outcome": "gone"}', "unusable-answer"),
        (200, '{"outcome": "present"}', "unusable-answer"),
        (200, "[" * 50_000, "delivered"),
        (200, "x" * 100_000, "unusable-answer"),
        (302, "", "redirect-302"),
        (404, '{"outcome": "done"}', "refused-404"),
        (410, "", "refused-410"),
        (500, '{"outcome": "done"}', "http-500"),
        (503, "", "http-503"),
    ],
)
async def test_only_an_outcome_ends_the_sending(
    status: int, body: str, kept: str, installation: Any, double: Any, reply: Any
) -> None:
    """Whatever else the platform says, the action stays pending and its next sending is queued."""
    case_id = await installation.report(await installation.publish(1))
    action = await installation.action(case_id)
    await installation.drop_jobs()
    double.replies.append(reply(status, body))
    before = installation.house.now()

    await send(installation, action.id)

    after = await installation.action(case_id)
    assert (after.state, after.attempts) == (ActionState.PENDING, 1)
    assert await installation.answer_to(case_id) == kept
    (job,) = await installation.jobs()
    assert job.args == {"action_id": action.id, "attempts": 1}
    assert job.scheduled_at >= before + timedelta(seconds=5)
    assert len(double.calls) == 1


async def test_a_platform_that_comes_back_is_sent_what_it_missed(
    installation: Any, double: Any, reply: Any
) -> None:
    """Refusals and errors in a row are outlived, under one webhook-id."""
    case_id = await installation.report(await installation.publish(1))
    double.replies += [reply(404), reply(503), reply(301), reply(204)]

    async with installation.worker():
        for sent in range(1, 5):
            await double.wait_for(sent)
            await installation.until(lambda: _queued(installation))
            await installation.bring_forward()
        await installation.answered(case_id)

    assert (await installation.action(case_id)).attempts == 5
    assert len({webhook_id for webhook_id, _ in double.calls}) == 1


async def test_silence_and_a_closed_door_are_told_apart(
    installation: Any, double: Any, silence: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No answer in time is a timeout; nobody listening is no answer. Both are tried again."""
    from raiment.adapters.platforms import webhook

    monkeypatch.setattr(webhook, "PATIENCE_SECONDS", 0.2)
    case_id = await installation.report(await installation.publish(1))
    action = await installation.action(case_id)
    double.replies.append(silence)
    await send(installation, action.id)
    assert await installation.answer_to(case_id) == "timeout"

    house = installation.house
    nobody = replace(house.settings.platform, webhook_url="http://127.0.0.1:1/webhooks")
    async with open_platform(nobody, house.keys) as platform:
        await deliver(action.id, 1, house, platform)
    assert await installation.answer_to(case_id) == "no-answer"
    assert (await installation.action(case_id)).attempts == 2


async def test_a_job_that_runs_twice_sends_once(installation: Any, double: Any, reply: Any) -> None:
    """The second run of a job finds that the first one sent, answered or not."""
    case_id = await installation.report(await installation.publish(1))
    action = await installation.action(case_id)
    await installation.drop_jobs()
    double.replies.append(reply(503))

    await send(installation, action.id)
    await send(installation, action.id)
    assert len(double.calls) == 1
    assert len(await installation.jobs()) == 1

    await send(installation, action.id, attempts=1)
    await send(installation, action.id, attempts=1)
    assert len(double.calls) == 2
    assert (await installation.action(case_id)).state is ActionState.ACKNOWLEDGED


async def test_twins_at_the_same_moment_leave_one_successor(
    installation: Any, double: Any, reply: Any
) -> None:
    """Two workers with the same job may both send, under one id; only one queues the next."""
    case_id = await installation.report(await installation.publish(1))
    action = await installation.action(case_id)
    await installation.drop_jobs()
    double.replies += [reply(503), reply(503)]

    await asyncio.gather(send(installation, action.id), send(installation, action.id))

    assert {webhook_id for webhook_id, _ in double.calls} == {action.id}
    assert (await installation.action(case_id)).attempts == 1
    assert len(await installation.jobs()) == 1


async def test_an_answer_by_api_while_the_webhook_is_under_way_counts_once(
    installation: Any, double: Any
) -> None:
    """The platform may acknowledge by the API and in its answer: one acknowledgement is recorded."""
    case_id = await installation.report(await installation.publish(1))
    action = await installation.action(case_id)
    house = installation.house

    async def acknowledged_first(_request: object) -> Any:
        from aiohttp import web

        async with house.database.begin() as tx:
            await acknowledge(action.id, ActionOutcome.DONE, house.now(), tx.office)
        return web.json_response({"outcome": "absent"})

    double.replies.append(acknowledged_first)
    await send(installation, action.id)

    async with house.database.read() as tx:
        history = [kind for _, kind, _ in await tx.log.history(action.id)]
        (row,) = (await tx.desk.case_page(case_id)).actions
    assert history.count("action.acknowledged") == 1
    assert row.outcome == "done"


async def test_without_a_platform_actions_wait_visibly_until_there_is_one(
    installation: Any, double: Any
) -> None:
    """Nothing is lost, nothing is counted as sent; a start with a platform sends it at once."""
    case_id = await installation.report(await installation.publish(1))
    action = await installation.action(case_id)
    await installation.drop_jobs()
    house = installation.house
    alone = replace(house, settings=replace(house.settings, platform=None))

    await deliver(action.id, 0, alone, None)
    await queue_actions(alone)
    assert await installation.answer_to(case_id) == "no-platform"
    assert (await installation.action(case_id)).attempts == 0
    assert await installation.jobs() == []

    async with installation.worker():
        await installation.answered(case_id)
    assert len(double.calls) == 1


async def test_an_action_nobody_knows_is_an_error_not_a_success(installation: Any) -> None:
    """Such a job is tried again and stays visible; it never counts as done."""
    with pytest.raises(NotFound):
        await send(installation, "act_" + "0" * 26)


async def test_a_job_that_fails_is_queued_again_later(installation: Any) -> None:
    """Unknown errors cost time, never the job."""
    unknown = "act_" + "0" * 26
    async with installation.house.database.begin() as tx:
        await tx.deliver(unknown)

    async with installation.worker():
        await installation.until(lambda: _queued(installation))

    (job,) = await installation.jobs()
    assert job.args["action_id"] == unknown
    assert job.status == "todo"


async def _queued(installation: Any) -> bool:
    """Whether a job waits for its time."""
    return any(job.scheduled_at and job.status == "todo" for job in await installation.jobs())
