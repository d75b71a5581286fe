"""What every route of the API starts from: the house, the caller, an address fit to be looked up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from raiment.adapters.http.keys import require_key
from raiment.adapters.http.limits import Limit, count_call
from raiment.adapters.postgres.accounts import ApiKey
from raiment.bootstrap import House
from raiment.errors import InvalidInput
from raiment.web.api.body import refuse_unstorable
from raiment.web.callers import address_of

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="API key",
    description="`rmt_...`, made with `raiment key add`. Each route names the scope it needs.",
)


def _house(request: Request) -> House:
    house: House = request.app.state.house
    return house


AtHouse = Annotated[House, Depends(_house)]
"""The open installation."""


def key_with(scope: str) -> Callable[..., Awaitable[ApiKey]]:
    """Return the dependency that lets only keys with *scope* pass."""

    async def caller(
        request: Request,
        house: AtHouse,
        _shown: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    ) -> ApiKey:
        return await require_key(request.headers, scope, house.database)

    return caller


def limited(limit: Limit) -> Callable[..., Awaitable[None]]:
    """Return the dependency that counts the calls of each client address."""

    async def count(request: Request, house: AtHouse) -> None:
        await count_call(limit, address_of(request), house.now(), house.database)

    return count


def _plain_address(request: Request, response: Response) -> None:
    """Refuse texts in path and query that no database holds, and a parameter given twice."""
    response.headers["cache-control"] = "no-store"
    for name, value in request.path_params.items():
        refuse_unstorable(value, name)
    seen = set()
    for name, value in request.query_params.multi_items():
        refuse_unstorable(name, "query")
        refuse_unstorable(value, "query")
        if name in seen:
            raise InvalidInput("query", "gives a parameter twice")
        seen.add(name)


def _called(route: APIRoute) -> str:
    return route.name


def router(tag: str) -> APIRouter:
    """Return an empty router for the noun *tag*; operations are called as their functions are."""
    return APIRouter(
        tags=[tag],
        dependencies=[Depends(_plain_address)],
        generate_unique_id_function=_called,
    )
