"""
What operators look at: ``/healthz``, ``/readyz``, ``/metrics``.

Open to whoever reaches the port, and free of anything about people: counts and states only.
"""

from __future__ import annotations

from base64 import b64decode
from typing import Literal

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from pydantic import BaseModel

from raiment.adapters.observe.metrics import metrics_text
from raiment.adapters.postgres.migrate import newest_revision, revision
from raiment.adapters.postgres.transaction import Transaction
from raiment.bootstrap import House
from raiment.errors import Unavailable
from raiment.web.api.problem import problems

router = APIRouter(tags=["operations"], generate_unique_id_function=lambda route: route.name)

_DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg=="
)
"""A picture of one pixel."""


class StatusOut(BaseModel):
    """All is well."""

    status: Literal["ok"] = "ok"


@router.get("/healthz")
async def tell_health() -> StatusOut:
    """Say that this process lives."""
    return StatusOut()


@router.get("/readyz", responses=problems())
async def tell_readiness(request: Request) -> StatusOut:
    """Say whether calls can be served: the database answers, its schema is ours, pictures decode."""
    house: House = request.app.state.house
    async with house.database.read() as tx:
        found = await tx.connection.run_sync(revision)
    if found != newest_revision():
        raise Unavailable("database", "its schema is not that of this version")
    with await house.pixels.read(_DOT, field="picture"):
        return StatusOut()


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def tell_metrics(request: Request) -> Response:
    """Return this process's counters and the installation's clocks, in Prometheus' format."""
    house: House = request.app.state.house
    counters, content_type = metrics_text()
    return Response(counters + await _gauges(house), media_type=content_type)


async def _gauges(house: House) -> bytes:
    gauges = CollectorRegistry()
    up = Gauge("raiment_database_up", "Whether the database answers", registry=gauges)
    try:
        async with house.database.read() as tx:
            for name, (about, value) in (await _totals(house, tx)).items():
                Gauge(name, about, registry=gauges).set(value)
        up.set(1)
    except Unavailable:
        up.set(0)
    return generate_latest(gauges)


async def _totals(house: House, tx: Transaction) -> dict[str, tuple[str, int]]:
    totals = await tx.desk.clock_totals(house.now())
    head = await tx.log.head()
    return {
        "raiment_clocks_running": ("Deadlines that run", totals.running),
        "raiment_clocks_overdue": ("Deadlines that run and have passed", totals.overdue),
        "raiment_actions_waiting": ("Actions not acknowledged yet", totals.waiting_actions),
        "raiment_cases_open": ("Cases not decided yet", totals.open_cases),
        "raiment_bank_entries_flooded": (
            "Bank entries that matched too much, about which a lead is asked",
            await tx.bank_keeping.flood_count(),
        ),
        "raiment_log_entries": ("Entries of the evidence log", head.size),
    }
