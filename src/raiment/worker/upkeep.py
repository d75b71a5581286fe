"""
What a worker looks after at intervals, whichever jobs there are.

Any number of workers may do the same at once: each duty finds nothing to do after another did it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from procrastinate.exceptions import ConnectorException
from psycopg.errors import RaiseException

from raiment.adapters.observe.logs import logger
from raiment.adapters.observe.metrics import JOBS
from raiment.adapters.postgres.checkpoints import newest_checkpoint
from raiment.adapters.postgres.jobs import QUEUE
from raiment.adapters.postgres.transaction import DELIVER
from raiment.bootstrap import House
from raiment.casework.settle import settle
from raiment.casework.watch import watch

HEARTBEAT_SECONDS: Final = 2.0
STALLED_SECONDS: Final = 6.0
"""A worker that gave no heartbeat for so long is taken for dead."""
LONGEST_JOB_SECONDS: Final = 60.0
"""Far longer than any job takes; one that is not over by then is queued again, and may safely run twice."""
FORGOTTEN_SECONDS: Final = 600.0
"""A worker that gave none for so long is struck off."""

_LATE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Duty:
    """*work*, done at the start and then *seconds* after it was last done."""

    work: Callable[[House], Awaitable[None]]
    seconds: float


async def keep_up(duty: Duty, house: House) -> None:
    """Do the duty until cancelled; what fails is logged, counted and tried again the next time."""
    name = duty.work.__name__
    while True:
        try:
            await duty.work(house)
        except Exception:  # noqa: BLE001 - a job's edge
            JOBS.labels(name, "failed").inc()
            logger.exception("duty_failed", task=name)
        else:
            JOBS.labels(name, "done").inc()
        await asyncio.sleep(duty.seconds)


async def retake_stalled(house: House) -> None:
    """Queue again the jobs of workers that died."""
    jobs = house.database.jobs.app.job_manager
    stalled = await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=STALLED_SECONDS)
    await _queue_again([job.id for job in stalled if job.id is not None], house)


async def retake_held(house: House) -> None:
    """Queue again the jobs whose end was lost: a worker lives on when the queue did not hear of it."""
    async with house.database.read() as tx:
        held = await tx.upkeep.jobs_held(LONGEST_JOB_SECONDS)
    await _queue_again(held, house)


async def _queue_again(job_ids: Sequence[int], house: House) -> None:
    jobs = house.database.jobs.app.job_manager
    for job_id in job_ids:
        try:
            await jobs.retry_job_by_id_async(job_id, house.now())
        except ConnectorException as error:
            # Raised by procrastinate's own function where another worker was faster.
            if not isinstance(error.__cause__, RaiseException):
                raise


async def sign_checkpoint(house: House) -> None:
    """Sign the log's head where it has grown since the last checkpoint."""
    async with house.database.begin() as tx:
        await newest_checkpoint(tx.log, house.settings.log_origin, house.keys.log, house.now())


async def settle_cases(house: House) -> None:
    """Go on with decided cases: copies uploaded since are found by the fresh lookup in ``settle``."""
    async with house.database.read() as tx:
        case_ids = await tx.upkeep.unsettled_cases()
    for case_id in case_ids:
        async with house.database.begin() as tx:
            await tx.cases.hold_copies_still()
            await settle(await tx.cases.case(case_id), house.now(), tx.office)


async def queue_actions(house: House) -> None:
    """Queue the pending actions that no job is about: those that waited for a platform, or were lost."""
    if house.settings.platform is None:
        return
    async with house.database.begin() as tx:
        for action_id, attempts in await tx.upkeep.unqueued_actions(DELIVER):
            await tx.deliver(action_id, None, attempts)


async def watch_clocks(house: House) -> None:
    """Look at the clocks whose job did not."""
    now = house.now()
    async with house.database.read() as tx:
        clock_ids = await tx.upkeep.unwatched_clocks(now - _LATE)
    for clock_id in clock_ids:
        async with house.database.begin() as tx:
            await watch(clock_id, now, tx.office)


async def forget_expired(house: House) -> None:
    """Delete sessions, links, counters, sightings, changes, chains and kept answers whose time has passed."""
    now = house.now()
    async with house.database.begin() as tx:
        await tx.accounts.forget_expired(now)
        await tx.requests.forget_expired(now)
        await tx.bank_keeping.forget_past(now)
        await tx.chains.forget_past(now)


async def strike_off_workers(house: House) -> None:
    """Forget workers that died long ago."""
    await house.database.jobs.app.job_manager.prune_stalled_workers(FORGOTTEN_SECONDS)


DUTIES: Final = (
    Duty(retake_stalled, HEARTBEAT_SECONDS),
    Duty(sign_checkpoint, 10),
    Duty(retake_held, 30),
    Duty(queue_actions, 30),
    Duty(settle_cases, 60),
    Duty(watch_clocks, 60),
    Duty(forget_expired, 3600),
    Duty(strike_off_workers, 3600),
)
