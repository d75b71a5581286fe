"""Kill anything at any step, and the story completes: nothing lost, nothing done double."""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout, CookieJar
from rich.console import Console
from tests.story.installation import Installation, installation

from raiment.adapters.postgres.account_keeping import create_account
from raiment.bootstrap import open_house
from raiment.cli.key import create_key
from raiment.cli.story import platform
from raiment.cli.story.person import FormPerson
from raiment.cli.story.pictures import photograph
from raiment.cli.story.play import Cast, Ending, play
from raiment.cli.story.reviewer import FormReviewer
from raiment.cli.story.stage import Stage
from raiment.settings import read_settings

DOORS = ("web", "worker", "gateway", "demo", "database", "supervisor")
SCOPES = ("gateway", "content", "trace", "case")


@dataclass(frozen=True)
class Struck(Stage):
    """A stage on which the next door in turn is killed whenever something is sent."""

    installation: Installation
    turns: cycle[str]
    killed: list[str]

    def sent(self, what: str) -> None:
        """Kill, then send."""
        del what
        door = next(self.turns)
        self.installation.kill(door)
        self.killed.append(door)


@pytest.mark.faults
@pytest.mark.parametrize("first", range(0, len(DOORS), 2))
async def test_the_story_survives_a_kill_at_every_step(first: int, tmp_path: Path) -> None:
    """Whatever is killed before each step, reports, actions and the log come out whole."""
    with installation() as made:
        killed, ending = await _play(made, first, tmp_path / "log.jsonl")

        assert len(killed) >= 10
        await _nothing_is_lost_or_double(made, ending)


async def _play(made: Installation, first: int, export: Path) -> tuple[list[str], Ending]:
    settings = read_settings(made.environment)
    async with open_house(settings) as house, house.database.begin() as tx:
        key = await create_key(tx, "story", SCOPES, house.now())
        token = await create_account(tx, "ann", "reviewer", house.now())
    turns = cycle(DOORS[first:] + DOORS[:first])
    timeout = ClientTimeout(total=10)
    async with ClientSession(cookie_jar=CookieJar(unsafe=True), timeout=timeout) as session:
        stage = Struck(
            made.web, made.gateway, made.platform, key, session, Console(file=io.StringIO()),
            made, turns, [],
        )  # fmt: skip
        link = f"{made.web}/console/link/{token}"
        photos = (photograph(first), photograph(first + 1))
        cast = Cast(FormPerson(), FormReviewer(), "ann", link, *photos)
        return stage.killed, await play(stage, cast, export)


async def _nothing_is_lost_or_double(made: Installation, ending: Ending) -> None:
    async with open_house(read_settings(made.environment)) as house:
        await _all_is_answered(house.database, ending)
    async with ClientSession() as session:
        stage = Stage(made.web, made.gateway, made.platform, "", session, Console())
        for post_id in ending.posts:
            assert (await platform.state_of(stage, post_id))["removals"] == 1


async def _all_is_answered(database: object, ending: Ending) -> None:
    from raiment.adapters.postgres.database import Database

    assert isinstance(database, Database)
    for _ in range(240):
        async with database.read() as tx:
            page = await tx.desk.case_page(ending.case_id)
            waiting = await tx.desk.case_page(ending.waiting_case_id)
            totals = await tx.desk.clock_totals(page.case.opened_at)
        if totals.waiting_actions == 0:
            break
        await asyncio.sleep(0.25)
    assert totals.waiting_actions == 0
    assert (len(page.reports), len(page.decisions), page.case.state) == (1, 1, "closed")
    assert all(clock.stopped_at is not None for clock in page.clocks)
    assert (len(waiting.reports), waiting.case.state) == (1, "open")
    rounds = [(action.item_id, action.kind, action.round) for action in page.actions]
    assert len(set(rounds)) == len(rounds)
