"""Which edits led to the pictures of a request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from raiment.adapters.postgres.transaction import Transaction
from raiment.adapters.vault import Keys
from raiment.matching.signals import Signals
from raiment.screening.chain import joined
from raiment.screening.request import Request

_ROOT = "root of a chain"


async def with_chain(
    request: Request, sources: Iterable[tuple[Signals, ...]], tx: Transaction, keys: Keys
) -> Request:
    """Return *request* with what led to its *sources*, each given by its readings."""
    chains = [
        await tx.chains.leading_to(readings, keys.digest(_ROOT, readings[0].identity.hex))
        for readings in sources
    ]
    chain = joined(chains)
    return replace(request, chain=chain, denials=await tx.chains.denials(chain.roots))
