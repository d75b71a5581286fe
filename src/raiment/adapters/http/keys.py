"""Which program is calling: API keys and their scopes."""

from __future__ import annotations

from collections.abc import Mapping

from raiment.adapters.http.scopes import KEY_PREFIX
from raiment.adapters.postgres.accounts import ApiKey
from raiment.adapters.postgres.database import Database
from raiment.errors import NotAuthenticated, NotPermitted

_LONGEST_KEY = 200


async def require_key(headers: Mapping[str, str], scope: str, database: Database) -> ApiKey:
    """
    Return the caller's key from ``Authorization: Bearer rmt_…``.

    Raise NotAuthenticated where there is none that holds, NotPermitted where it lacks *scope*. Looked up
    at every call: a key revoked on one server is dead on all.
    """
    kind, _, secret = headers.get("authorization", "").partition(" ")
    secret = secret.strip()
    if kind.lower() != "bearer" or not secret.startswith(KEY_PREFIX) or len(secret) > _LONGEST_KEY:
        raise NotAuthenticated("send an API key as: Authorization: Bearer rmt_...")
    async with database.glance() as tx:
        key = await tx.accounts.key(secret)
    if key is None:
        raise NotAuthenticated("this API key is unknown or revoked")
    if scope not in key.scopes:
        raise NotPermitted(scope)
    return key
