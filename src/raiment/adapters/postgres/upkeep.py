"""
What was left lying: found by looking at the state itself, not at the queue of jobs.

A worker looks here now and then, so that no lost or refused job can leave a case unsettled, an action unsent or
a clock unwatched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, cast, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.tables import actions, cases, deadlines
from raiment.casework.action import ActionState
from raiment.casework.case import CaseState

_NO_JOB = text("""
not exists (
  select from procrastinate_jobs as job
  where job.task_name = :task
    and job.status in ('todo', 'doing')
    and job.args ->> 'action_id' = actions.id
)""")


_HELD_LONG = text("""
select job.id from procrastinate_jobs as job
where job.status = 'doing' and not exists (
  select from procrastinate_events as event
  where event.job_id = job.id
    and event.type = 'started'
    and event.at > now() - make_interval(secs => :seconds)
)
order by job.id""")


@dataclass(frozen=True, slots=True)
class Upkeep:
    """Reading on one connection."""

    connection: AsyncConnection

    async def unsettled_cases(self) -> Sequence[str]:
        """Return the decided cases that are not closed yet."""
        states = (CaseState.REMOVING.value, CaseState.RESTORING.value)
        query = select(cases.c.id).where(cases.c.state.in_(states)).order_by(cases.c.opened_at)
        return (await self.connection.execute(query)).scalars().all()

    async def unqueued_actions(self, task: str) -> Sequence[tuple[str, int]]:
        """Return id and attempts of the pending actions that no job of *task* is about."""
        query = (
            select(actions.c.id, actions.c.attempts)
            .where(actions.c.state == ActionState.PENDING.value, _NO_JOB)
            .order_by(actions.c.created_at)
        )
        rows = await self.connection.execute(query, {"task": task})
        return [(row.id, row.attempts) for row in rows]

    async def jobs_held(self, seconds: float) -> Sequence[int]:
        """Return the jobs that somebody took *seconds* ago, or earlier, and has not given back."""
        rows = await self.connection.execute(_HELD_LONG, {"seconds": seconds})
        return rows.scalars().all()

    async def unwatched_clocks(self, since: datetime) -> Sequence[str]:
        """Return the running clocks whose next alarm, or end, was due at *since* and is not given."""
        following = deadlines.c.alarms[deadlines.c.alarmed]["at"].astext
        moment = func.coalesce(cast(following, DateTime(timezone=True)), deadlines.c.due_at)
        query = (
            select(deadlines.c.id)
            .where(
                deadlines.c.stopped_at.is_(None),
                deadlines.c.alarmed <= func.jsonb_array_length(deadlines.c.alarms),
                moment <= since,
            )
            .order_by(deadlines.c.due_at)
        )
        return (await self.connection.execute(query)).scalars().all()
