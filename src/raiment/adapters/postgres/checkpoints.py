"""The newest checkpoint: whoever asks first after the log grew signs it, on whichever server."""

from __future__ import annotations

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from raiment.adapters.postgres.log import PostgresLog
from raiment.evidence.checkpoint import Checkpoint, sign


async def newest_checkpoint(
    log: PostgresLog, origin: str, key: Ed25519PrivateKey, at: datetime
) -> tuple[Checkpoint, str]:
    """Return the checkpoint of the log as committed, and its note; sign and keep it if it is new."""
    latest = await log.latest_checkpoint()
    head = await log.head()
    if latest is not None and latest[0] >= head.size:
        size, note = latest
        return Checkpoint(origin, size, await log.root_at(size)), note
    checkpoint = Checkpoint(origin, head.size, head.root)
    note = sign(checkpoint, key)
    await log.keep_checkpoint(head.size, note, at)
    return checkpoint, note
