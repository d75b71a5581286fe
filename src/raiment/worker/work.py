"""The worker: takes jobs from the queue, and looks after what no job is about."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from procrastinate import App, BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.jobs import Job
from procrastinate.worker import Worker

from raiment.adapters.observe.logs import logger
from raiment.adapters.observe.metrics import JOBS
from raiment.adapters.platforms.webhook import WebhookPlatform, open_platform
from raiment.adapters.postgres.jobs import QUEUE
from raiment.adapters.postgres.transaction import CROP, DELIVER, WATCH
from raiment.bootstrap import House, open_house
from raiment.casework.watch import watch
from raiment.errors import Unavailable
from raiment.settings import Settings
from raiment.worker.crop import crop
from raiment.worker.deliver import deliver
from raiment.worker.upkeep import (
    DUTIES,
    FORGOTTEN_SECONDS,
    HEARTBEAT_SECONDS,
    keep_up,
)

CONCURRENCY: Final = 8
_POLL_SECONDS: Final = 2.0
"""How late a job may be whose notification was lost."""
_LAST_JOBS_SECONDS: Final = 3.0
"""How long running jobs may go on once we are told to stop; what is cut off is done again later."""
_LONGEST_WAIT: Final = timedelta(minutes=10)


class BackOff(BaseRetryStrategy):
    """A job that fails is tried again after 1, 2, 4 … seconds, at most ten minutes, and never given up."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        """Return when to try again."""
        del exception
        doubled = timedelta(seconds=2 ** min(job.attempts, 16))
        return RetryDecision(retry_at=datetime.now(UTC) + min(doubled, _LONGEST_WAIT))


async def work(settings: Settings) -> None:
    """
    Work until cancelled; then let running jobs end, for a moment, and close the house.

    Raise Unavailable where the queue cannot be reached any more: whoever started us starts us again.
    """
    async with (
        open_house(settings, pixel_workers=1, copy_index=True) as house,
        house.database.jobs.app.open_async() as app,
        open_platform(settings.platform, house.keys) as platform,
    ):
        register_tasks(app, house, platform)
        async with _duties(house):
            await app.run_worker_async(
                queues=[QUEUE],
                concurrency=CONCURRENCY,
                fetch_job_polling_interval=_POLL_SECONDS,
                shutdown_graceful_timeout=_LAST_JOBS_SECONDS,
                delete_jobs="successful",
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=FORGOTTEN_SECONDS,
                worker_middleware=[_observed],
            )
    raise Unavailable("database", "the queue of jobs was lost")


def register_tasks(app: App, house: House, platform: WebhookPlatform | None) -> None:
    """Tell *app* what the names of tasks stand for."""

    @app.task(name=DELIVER, queue=QUEUE, retry=BackOff())
    async def deliver_action(action_id: str, attempts: int) -> None:
        await deliver(action_id, attempts, house, platform)

    @app.task(name=WATCH, queue=QUEUE, retry=BackOff())
    async def watch_clock(clock_id: str) -> None:
        async with house.database.begin() as tx:
            await watch(clock_id, house.now(), tx.office)

    @app.task(name=CROP, queue=QUEUE, retry=BackOff(), pass_context=True)
    async def crop_image(context: JobContext, case_id: str, content_id: str) -> None:
        await crop(case_id, content_id, context.job.attempts, house)


@asynccontextmanager
async def _duties(house: House) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(keep_up(duty, house)) for duty in DUTIES]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _observed(
    call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Worker
) -> Any:
    """Count and, where it fails, log a job, without its arguments."""
    job = context.job
    try:
        result = await call_next()
    except Exception:  # a job's edge; procrastinate queues it again
        JOBS.labels(job.task_name, "failed").inc()
        logger.exception("job_failed", task=job.task_name, job_id=job.id, attempt=job.attempts)
        raise
    JOBS.labels(job.task_name, "done").inc()
    return result
