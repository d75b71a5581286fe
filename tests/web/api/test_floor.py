"""What operators look at."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text
from tests.conftest import Server
from tests.web.api.conftest import Platform

from raiment.adapters.http.problems import PROBLEM_JSON

PLACE = "https://site.example/1"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_a_working_process_says_so(platform: Platform, path: str) -> None:
    """Alive, and ready."""
    answer = await platform.http.get(path)

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_another_schema_is_not_ready(platform: Platform) -> None:
    """A server must not serve on a schema that it was not made for; it still lives."""
    async with platform.house.database.begin() as tx:
        await tx.connection.execute(text("update alembic_version set version_num = '0000'"))

    ready = await platform.http.get("/readyz")

    assert ready.status_code == 503
    assert ready.headers["content-type"] == PROBLEM_JSON
    assert (await platform.http.get("/healthz")).status_code == 200


async def test_no_decoder_is_not_ready(platform: Platform) -> None:
    """Pictures that nobody can decode cannot be looked up."""
    await platform.house.pixels.close()

    assert (await platform.http.get("/readyz")).status_code == 503


async def test_metrics_count_and_tell_nothing_else(platform: Platform) -> None:
    """Clocks, actions, cases and the log's size; no place, no name, no id."""
    receipt = await platform.report(PLACE, name="Ada Person")

    metrics = (await platform.http.get("/metrics")).text

    lines = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line[0] != "#")
    assert float(lines["raiment_clocks_running"]) > 0
    assert float(lines["raiment_clocks_overdue"]) == 0
    assert float(lines["raiment_actions_waiting"]) == 1
    assert float(lines["raiment_cases_open"]) == 1
    assert float(lines["raiment_log_entries"]) > 0
    for secret in (PLACE, "Ada", str(receipt["case_id"]), str(receipt["reference"])):
        assert secret not in metrics


async def test_metrics_outlive_the_database(platform: Platform, embedded_server: Server) -> None:
    """Without a database the process's own counters are still told, and that it is gone."""
    name = platform.house.database.engine.url.database
    assert name is not None
    await platform.house.database.engine.dispose()
    with psycopg.connect(embedded_server.admin_url, autocommit=True) as admin:
        admin.execute(
            sql.SQL("alter database {} allow_connections false").format(sql.Identifier(name))
        )

    metrics = (await platform.http.get("/metrics")).text

    assert "raiment_database_up 0.0" in metrics
    assert "raiment_http_requests_total" in metrics
    assert (await platform.http.get("/readyz")).status_code == 503
