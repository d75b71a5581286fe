"""Send an action to the platform, again and again until it answers."""

from __future__ import annotations

from raiment.adapters.platforms.answer import NO_PLATFORM
from raiment.adapters.platforms.webhook import WebhookPlatform
from raiment.bootstrap import House
from raiment.casework.acknowledge import acknowledge
from raiment.casework.action import ActionState, next_attempt


async def deliver(
    action_id: str, attempts: int, house: House, platform: WebhookPlatform | None
) -> None:
    """
    Send the action, which was sent *attempts* times before, and arrange for the next sending.

    Does nothing where the action is answered, or where another run of the same job sent it already. No
    transaction is open while the platform is called: killed in between, the sending is repeated under the same
    webhook-id. With no platform the action stays as it is, for ``upkeep`` to queue again once there is one.
    """
    async with house.database.read() as tx:
        action, _ = await tx.cases.action(action_id)
    if action.state is not ActionState.PENDING or action.attempts != attempts:
        return
    if platform is None:
        async with house.database.begin() as tx:
            await tx.cases.not_sent(action_id, NO_PLATFORM)
        return
    answer = await platform.send(action, house.now())
    now = house.now()
    async with house.database.begin() as tx:
        # The case's lock is taken before the action's row, as everywhere.
        if answer.outcome is not None:
            await acknowledge(action_id, answer.outcome, now, tx.office)
        first = await tx.cases.attempted(action_id, attempts, answer.word)
        if first and answer.outcome is None:
            await tx.deliver(action_id, next_attempt(attempts + 1, now), attempts + 1)
