"""A platform with pictures, on a real database of each kind, and casework at work on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import numpy as np
import pytest
from numpy.typing import NDArray

from raiment.adapters.postgres.database import Database, open_database
from raiment.adapters.postgres.desk import CasePage
from raiment.adapters.postgres.ids import new_id
from raiment.casework.acknowledge import acknowledge
from raiment.casework.action import Action, ActionKind, ActionOutcome, ActionState
from raiment.casework.decide import Choice, decide
from raiment.casework.decision import Outcome
from raiment.casework.receive_report import Credentials, receive_report
from raiment.casework.report import (
    DECLARATIONS,
    Minor,
    Receipt,
    Relation,
    ReportDraft,
    Reporter,
)
from raiment.matching.content import Content, ContentState
from raiment.matching.signal import Blake3, Sha256, hash_views
from raiment.matching.signals import Signals
from raiment.policy.regime import Regime
from raiment.policy.regime_pack import parse_regime

START = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
"""The night after, clocks in Europe go forward."""

DRAFT = ReportDraft(
    route="form",
    relation=Relation.SUBJECT,
    locations=(),
    content_ids=(),
    shows=("intimate",),
    declarations=DECLARATIONS,
    why="I never agreed to this.",
    minor=Minor.NO,
    danger=False,
    ai_made="unsure",
    share_hash=False,
    language="en",
    reporter=Reporter("Ada", "ada@example.org", "Ada"),
)


def drawing(seed: int) -> NDArray[np.uint8]:
    """Return a drawn picture of squares of several sizes, unlike that of any other seed."""
    random = np.random.default_rng(seed)
    side = 512
    layers = [
        np.kron(random.uniform(-1, 1, (cells, cells)), np.ones((side // cells, side // cells)))
        for cells in (4, 8, 16, 32)
    ]
    grey = np.clip(128 + 50 * np.sum(layers, axis=0), 0, 255).astype(np.uint8)
    return np.stack([grey] * 3, axis=-1)


def signals(picture: NDArray[np.uint8], copy: str = "") -> Signals:
    """Return the signals of *picture*; another *copy* has other bytes and the same pixels."""
    pixels = picture.tobytes()
    height, width, _ = picture.shape
    return Signals(
        bytes_sha256=Sha256.of(pixels + copy.encode()),
        pixels_blake3=Blake3.of(pixels),
        pdq=hash_views(picture),
        mime="image/png",
        width=width,
        height=height,
    )


def regimes() -> tuple[Regime, ...]:
    """Return the three bodies of law."""
    packs = files("raiment.policy").joinpath("packs", "regimes").iterdir()
    return tuple(parse_regime(pack.read_text()) for pack in sorted(packs, key=str))


@dataclass
class Site:
    """What a test does to the installation, one transaction a call."""

    database: Database
    now: datetime = START
    reviewers: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    def pass_time(self, **delta: float) -> None:
        """Let time go by."""
        self.now += timedelta(**delta)

    async def publish(self, platform_id: str, picture: NDArray[np.uint8], copy: str = "") -> str:
        """Register *picture* as a post; return its content id."""
        content = Content(
            id=new_id("cnt"),
            platform_id=platform_id,
            location=f"https://site.example/{platform_id}",
            media_url=None,
            uploader="someone",
            state=ContentState.VISIBLE,
            verdict="allow",
            signals=signals(picture, copy),
            registered_at=self.now,
        )
        async with self.database.begin() as tx:
            await tx.contents.hold_banks_still()
            assert await tx.contents.add(content, [])
        return content.id

    async def report(self, *locations: str, **changes: object) -> Receipt:
        """Report what is at *locations*."""
        self.sent += 1
        credentials = Credentials(f"R-{self.sent}", f"secret-{self.sent}")
        draft = replace(DRAFT, locations=locations, **changes)  # type: ignore[arg-type]
        async with self.database.begin() as tx:
            return await receive_report(draft, credentials, self.now, regimes(), tx.office)

    async def decide(
        self, case_id: str, outcome: Outcome, by: str = "ann", version: int | None = None
    ) -> None:
        """Decide the case as it now stands, or at *version*."""
        async with self.database.begin() as tx:
            if by not in self.reviewers:
                self.reviewers[by] = new_id("acct")
                await tx.accounts.add(self.reviewers[by], by, "reviewer", self.now)
            page = await tx.desk.case_page(case_id)
            choice = Choice(case_id, version or page.case.version, outcome, "looked at it")
            await decide(choice, self.reviewers[by], self.now, tx.office)

    async def pending(self, case_id: str) -> list[Action]:
        """Return what the platform still has to answer."""
        async with self.database.read() as tx:
            actions = await tx.cases.actions(case_id)
        return [action for action in actions if action.state is ActionState.PENDING]

    async def answer(self, action: Action, outcome: ActionOutcome) -> None:
        """Answer one action."""
        async with self.database.begin() as tx:
            await acknowledge(action.id, outcome, self.now, tx.office)

    async def obey(self, case_id: str) -> list[ActionKind]:
        """Answer all that is pending as an honest platform does; return what was asked."""
        asked = []
        for action in await self.pending(case_id):
            verify = action.kind is ActionKind.VERIFY
            await self.answer(action, ActionOutcome.ABSENT if verify else ActionOutcome.DONE)
            asked.append(action.kind)
        return asked

    async def page(self, case_id: str) -> CasePage:
        """Return the case as a reviewer sees it."""
        async with self.database.read() as tx:
            return await tx.desk.case_page(case_id)

    async def kinds(self) -> list[str]:
        """Return the kinds of all log entries in order."""
        async with self.database.read() as tx:
            size = (await tx.log.head()).size
            entries = await tx.log.entries(0, size)
        return [entry.split(b'"kind":"')[1].split(b'"')[0].decode() for entry in entries]


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    """An installation on each kind of server in turn."""
    database = open_database(database_url)
    yield Site(database)
    await database.close()
