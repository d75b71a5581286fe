"""People in front of the pages of a real installation: who reports, who reviews, and what is there to see."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path

import httpx
import numpy as np
import pytest
from argon2 import PasswordHasher
from PIL import Image

from raiment.adapters.pixels.signals import read_signals
from raiment.adapters.postgres.ids import new_id
from raiment.bootstrap import House, open_house
from raiment.casework.acknowledge import acknowledge
from raiment.casework.action import ActionKind, ActionOutcome, ActionState
from raiment.matching.bank import FLOOD_UPLOADS, BankKind, BankMatch, EntryState
from raiment.matching.bank_entry import read_entry
from raiment.matching.content import Content, ContentState
from raiment.matching.match import Match
from raiment.matching.signal import Pdq, Sha256
from raiment.matching.view import View
from raiment.settings import Platform, read_settings
from raiment.web.app import make_app

ORIGIN = "http://127.0.0.1:8484"
PASSWORD = "a quiet river in spring"
_HIDDEN = r'name="{}" value="([^"]*)"'

COMPLETE = {
    "locations": "https://pictures.example/posts/17",
    "relation": "subject",
    "minor": "no",
    "shows": "underwear",
    "ai_made": "yes",
    "declaration": [
        "declares_intimate",
        "not_consensual",
        "good_faith",
        "true",
        "accurate_and_complete",
    ],
    "why": "I never posed for it.",
    "contact": "someone@mail.example",
    "name": "A. Nonymous",
    "signature": "A. Nonymous",
    "language": "en",
}
"""Answers that satisfy every regime."""


def hidden(page: httpx.Response, name: str) -> str:
    """Return the value of a hidden field on *page*."""
    found = re.search(_HIDDEN.format(name), page.text)
    assert found is not None, f"no field {name}"
    return unescape(found[1])


def shown(page: httpx.Response, element: str) -> str:
    """Return the text of the element with the id *element*."""
    found = re.search(rf'id="{element}"[^>]*>([^<]*)<', page.text)
    assert found is not None, f"no element {element}"
    return unescape(found[1])


@dataclass(frozen=True)
class Person:
    """Somebody with a browser."""

    http: httpx.AsyncClient
    house: House

    async def token(self) -> str:
        """Open the report form and return its hidden token."""
        return hidden(await self.http.get("/report"), "token")

    async def report(self, token: str | None = None, **answers: object) -> httpx.Response:
        """Send the report form with *answers*."""
        sent = {"token": token or await self.token(), **answers}
        return await self.http.post("/report", data=sent)

    async def follow(self, reference: str, secret: str) -> httpx.Response:
        """Ask where the report stands."""
        return await self.http.post("/case", data={"reference": reference, "secret": secret})

    async def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Sign in to the console."""
        return await self.http.post("/console/sign-in", data={"name": name, "password": password})

    async def csrf(self) -> str:
        """Return the session's token, as the pages' own forms carry it."""
        return hidden(await self.http.get("/console"), "csrf")

    async def post(self, path: str, **fields: object) -> httpx.Response:
        """Send one of the console's forms."""
        return await self.http.post(path, data={"csrf": await self.csrf(), **fields})

    async def decide(self, case_id: str, outcome: str, reason: str = "") -> httpx.Response:
        """Open the case and decide it."""
        version = hidden(await self.http.get(f"/console/cases/{case_id}"), "case_version")
        choice = {"outcome": outcome, "reason": reason, "case_version": version}
        return await self.post(f"/console/cases/{case_id}/decision", **choice)

    async def history(self, subject: str) -> list[str]:
        """Return what the log says happened to *subject*."""
        async with self.house.database.read() as tx:
            return [kind for _, kind, _ in await tx.log.history(subject)]

    async def answer_all(self, case_id: str) -> None:
        """Answer as the platform: everything is done, and what is looked for is gone."""
        while pending := await self._pending(case_id):
            for action_id, kind in pending:
                gone = kind is ActionKind.VERIFY
                outcome = ActionOutcome.ABSENT if gone else ActionOutcome.DONE
                async with self.house.database.begin() as tx:
                    await acknowledge(action_id, outcome, self.house.now(), tx.office)

    async def answer(self, case_id: str, kind: ActionKind, outcome: ActionOutcome) -> None:
        """Answer as the platform everything of *kind* that is pending, with *outcome*."""
        for action_id, pending in await self._pending(case_id):
            if pending is kind:
                async with self.house.database.begin() as tx:
                    await acknowledge(action_id, outcome, self.house.now(), tx.office)

    async def _pending(self, case_id: str) -> list[tuple[str, ActionKind]]:
        async with self.house.database.read() as tx:
            actions = await tx.cases.actions(case_id)
        return [(a.id, a.kind) for a in actions if a.state is ActionState.PENDING]

    async def case_id(self) -> str:
        """Return the id of the only case that is not closed."""
        async with self.house.database.read() as tx:
            (row,) = await tx.desk.queue()
        return str(row.id)


Newcomer = Callable[[], Person]
Reviewer = Callable[[str, str], Awaitable[Person]]
Upload = Callable[..., Awaitable[bytes]]


@pytest.fixture
async def house(embedded_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """An installation of the test's own."""
    settings = read_settings({"DATABASE_URL": embedded_url, "RAIMENT_DATA_DIR": str(tmp_path)})
    async with open_house(settings, pixel_workers=1) as house:
        yield house


@pytest.fixture
async def newcomer(house: House) -> AsyncIterator[Callable[..., Person]]:
    """Makes people, each with a browser of their own; *at* may be another house or address."""
    opened: list[httpx.AsyncClient] = []

    def person(at: House = house, address: str = "192.0.2.1", origin: str = ORIGIN) -> Person:
        transport = httpx.ASGITransport(
            make_app(at), raise_app_exceptions=False, client=(address, 40000)
        )
        http = httpx.AsyncClient(
            transport=transport, base_url=origin, headers={"accept": "text/html"}, timeout=60
        )
        opened.append(http)
        return Person(http, at)

    yield person
    for http in opened:
        await http.aclose()


@pytest.fixture
def person(newcomer: Newcomer) -> Person:
    """Somebody whom nobody knows."""
    return newcomer()


@pytest.fixture
async def invite(house: House) -> Callable[[str, str], Awaitable[str]]:
    """Makes accounts; returns the token of the one-time link."""

    async def make(name: str, role: str) -> str:
        account_id, token = new_id("acct"), f"a one-time link for {name}"
        async with house.database.begin() as tx:
            await tx.accounts.add(account_id, name, role, house.now())
            await tx.accounts.add_link(account_id, token, house.now().replace(year=2999))
        return token

    return make


@pytest.fixture(scope="session")
def kept_password() -> str:
    """What is kept of the password of everybody in these tests."""
    return PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)


@pytest.fixture
async def reviewer(newcomer: Callable[..., Person], house: House, kept_password: str) -> Reviewer:
    """Makes people who are signed in, by name and role."""

    async def make(name: str, role: str = "reviewer", at: House | None = None) -> Person:
        account_id, token, now = new_id("acct"), new_id("session"), house.now()
        async with house.database.begin() as tx:
            await tx.accounts.add(account_id, name, role, now)
            await tx.accounts.set_password_hash(account_id, kept_password)
            csrf = new_id("csrf")
            await tx.accounts.add_session(account_id, token, csrf, now, now + timedelta(hours=12))
        one = newcomer(at or house)
        one.http.cookies.set("raiment", token)
        return one

    return make


@pytest.fixture
def drawing() -> bytes:
    """A drawn picture: grey squares."""
    squares = np.random.default_rng(5).integers(0, 255, (12, 12, 1), dtype=np.uint8)
    pixels = np.repeat(np.kron(squares, np.ones((40, 40, 1), dtype=np.uint8)), 3, axis=2)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
async def upload(house: House, drawing: bytes) -> Callable[..., Awaitable[None]]:
    """Registers the drawing as content of the platform."""

    async def register(platform_id: str, media_url: str | None = None) -> None:
        (signals,) = await read_signals(house.pixels, drawing, field="drawing")
        location = f"https://pictures.example/posts/{platform_id.rpartition('-')[2]}"
        content = Content(
            new_id("cnt"), platform_id, location, media_url, "uploader-9",
            ContentState.VISIBLE, "allow", signals, house.now(),
        )  # fmt: skip
        async with house.database.begin() as tx:
            await tx.contents.add(content, [])

    return register


@pytest.fixture
def flood(house: House) -> Callable[..., Awaitable[str]]:
    """Banks a random hash, lets more pictures match it than an image does; returns the entry's id."""

    async def make(bank: str, kind: BankKind = BankKind.OUTSIDE) -> str:
        given = read_entry("pdq", secrets.token_hex(32), ["a label"], None, "entry")
        now = house.now()
        async with house.database.begin() as tx:
            row, _ = await tx.bank_keeping.create(bank, kind, 31)
            (kept,) = await tx.bank_keeping.add(row, [given], "a partner", now)
            banked = Pdq.from_hex(given.value, "entry")
            match = Match(banked, row.id, kept.id, 3, View.AS_IS, 31)
            found = BankMatch(match, kind, None, EntryState.ACTIVE, "a partner")
            for _ in range(FLOOD_UPLOADS + 1):
                await tx.bank_keeping.sighted([found], Sha256(secrets.token_bytes(32)), now)
        return kept.id

    return make


@pytest.fixture
def showing(house: House) -> Callable[[str | None], House]:
    """Returns the house with another media origin."""

    def show(origin: str | None) -> House:
        platform = Platform("http://127.0.0.1:9/webhooks", None, origin)
        return replace(house, settings=replace(house.settings, platform=platform))

    return show


@pytest.fixture
def complete() -> dict[str, object]:
    """Answers that satisfy every regime."""
    return dict(COMPLETE)


@pytest.fixture
def text_of() -> Callable[[httpx.Response, str], str]:
    """Reads the element with an id from a page."""
    return shown


@pytest.fixture
def field_of() -> Callable[[httpx.Response, str], str]:
    """Reads a hidden field from a page."""
    return hidden


@pytest.fixture
def password() -> str:
    """The password of everybody in these tests."""
    return PASSWORD
