"""Workers die, stop and work side by side; no action is lost or done twice."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from subprocess import Popen
from typing import Any

import pytest

from raiment.casework.action import ActionState

Start = Callable[[], "Popen[bytes]"]


@pytest.mark.faults
async def test_a_killed_workers_job_is_taken_by_another(
    installation: Any, double: Any, silence: Any, start_worker: Start
) -> None:
    """Killed between the sending and the answer: sent again, under the same id, by the next worker."""
    case_id = await installation.report(await installation.publish(1))
    double.replies.append(silence)
    first = start_worker()
    await double.wait_for(1)
    first.kill()

    start_worker()
    await double.wait_for(2)
    await installation.answered(case_id)

    (one, two) = double.calls
    assert one[0] == two[0]
    assert (await installation.action(case_id)).state is ActionState.ACKNOWLEDGED


@pytest.mark.faults
async def test_two_workers_share_the_work(
    installation: Any, double: Any, start_worker: Start
) -> None:
    """Each action is sent once, by one of them."""
    cases = [await installation.report(await installation.publish(number)) for number in range(12)]
    start_worker()
    start_worker()

    for case_id in cases:
        await installation.answered(case_id)

    sent = [webhook_id for webhook_id, _ in double.calls]
    assert len(sent) == len(set(sent)) == 12


@pytest.mark.faults
async def test_a_worker_told_to_stop_gives_back_what_it_cannot_finish(
    installation: Any, double: Any, silence: Any, start_worker: Start
) -> None:
    """SIGTERM in the middle of a sending: a clean exit, and the action is still to be sent."""
    case_id = await installation.report(await installation.publish(1))
    double.replies.append(silence)
    worker = start_worker()
    await double.wait_for(1)

    worker.send_signal(signal.SIGTERM)

    assert await asyncio.to_thread(worker.wait) == 0
    assert (await installation.action(case_id)).state is ActionState.PENDING
    (job,) = await installation.jobs()
    assert job.status == "todo"
    start_worker()
    await installation.answered(case_id)
