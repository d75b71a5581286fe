"""Actions in PostgreSQL: what the platform is asked, and what it answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.tables import actions, case_items, contents
from raiment.adapters.postgres.types import AnyRow, Query
from raiment.casework.action import Action, ActionKind, ActionOutcome, ActionState
from raiment.casework.case import Case
from raiment.errors import NotFound


@dataclass(frozen=True, slots=True)
class PostgresActions:
    """The part of ``casework.storage.Cases`` that is about actions."""

    connection: AsyncConnection

    async def case(self, case_id: str) -> Case:
        """Return the case, locked until the commit."""
        raise NotImplementedError

    async def case_of_action(self, action_id: str) -> tuple[Case, Action]:
        """Return the action and its case, locked. NotFound where there is none."""
        case_id = await self.connection.scalar(
            select(actions.c.case_id).where(actions.c.id == action_id)
        )
        if case_id is None:
            raise NotFound("action")
        # The case first: its lock is the one that orders everything done to its actions.
        case = await self.case(case_id)
        query = _actions().where(actions.c.id == action_id)
        return case, _action((await self.connection.execute(query)).one())

    async def actions(self, case_id: str) -> Sequence[Action]:
        """Return every action of the case, oldest first."""
        query = _actions().where(actions.c.case_id == case_id)
        rows = await self.connection.execute(query.order_by(actions.c.created_at, actions.c.round))
        return [_action(row) for row in rows]

    async def add_actions(self, new: Sequence[Action], at: datetime) -> None:
        """Keep new actions."""
        rows = [
            {
                "id": action.id,
                "case_id": action.case_id,
                "item_id": action.item_id,
                "kind": action.kind.value,
                "round": action.round,
                "state": action.state.value,
                "attempts": action.attempts,
                "created_at": at,
            }
            for action in new
        ]
        if rows:
            await self.connection.execute(insert(actions), rows)

    async def supersede(self, case_id: str, kinds: Sequence[ActionKind]) -> None:
        """Mark what is pending of *kinds* as superseded."""
        await self.connection.execute(
            update(actions)
            .where(
                actions.c.case_id == case_id,
                actions.c.kind.in_([kind.value for kind in kinds]),
                actions.c.state == ActionState.PENDING.value,
            )
            .values(state=ActionState.SUPERSEDED.value)
        )

    async def supersede_restorations(self, content_ids: Sequence[str]) -> None:
        """Mark what is pending to restore *content_ids*, in any case, as superseded."""
        items = select(case_items.c.id).where(case_items.c.content_id.in_(content_ids))
        await self.connection.execute(
            update(actions)
            .where(
                actions.c.item_id.in_(items),
                actions.c.kind == ActionKind.RESTORE.value,
                actions.c.state == ActionState.PENDING.value,
            )
            .values(state=ActionState.SUPERSEDED.value)
        )

    async def acknowledge(self, action_id: str, outcome: ActionOutcome, at: datetime) -> None:
        """Keep the platform's answer."""
        await self.connection.execute(
            update(actions)
            .where(actions.c.id == action_id)
            .values(state=ActionState.ACKNOWLEDGED.value, outcome=outcome.value, acknowledged_at=at)
        )

    async def action(self, action_id: str) -> tuple[Action, str | None]:
        """Return the action and the location of its item. NotFound where there is none."""
        query = _actions().where(actions.c.id == action_id)
        row = (await self.connection.execute(query)).one_or_none()
        if row is None:
            raise NotFound("action")
        return _action(row), row.location

    async def attempted(self, action_id: str, before: int, answer: str) -> bool:
        """
        Count one more sending after *before* earlier ones, and keep what came of it.

        Return False, having changed nothing, where a twin of the caller counted it already.
        """
        result = await self.connection.execute(
            update(actions)
            .where(actions.c.id == action_id, actions.c.attempts == before)
            .values(attempts=before + 1, last_answer=answer)
        )
        return bool(result.rowcount)

    async def not_sent(self, action_id: str, why: str) -> None:
        """Keep why a pending action could not even be sent."""
        await self.connection.execute(
            update(actions)
            .where(actions.c.id == action_id, actions.c.state == ActionState.PENDING.value)
            .values(last_answer=why)
        )


def _actions() -> Query:
    place = (contents.c.platform_id, case_items.c.location)
    joined = actions.join(case_items, actions.c.item_id == case_items.c.id).outerjoin(contents)
    return select(actions, *place).select_from(joined)


def _action(row: AnyRow) -> Action:
    return Action(
        id=row.id,
        case_id=row.case_id,
        item_id=row.item_id,
        kind=ActionKind(row.kind),
        round=row.round,
        state=ActionState(row.state),
        attempts=row.attempts,
        platform_id=row.platform_id,
    )
