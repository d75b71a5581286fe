"""One transaction: the ports of the rooms over one connection, sealed by the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from raiment.adapters.postgres.accounts import PostgresAccounts
from raiment.adapters.postgres.bank_keeping import BankKeeping
from raiment.adapters.postgres.bank_lookup import BankIndex
from raiment.adapters.postgres.banks import PostgresBanks
from raiment.adapters.postgres.casework import PostgresCases
from raiment.adapters.postgres.chains import PostgresChains
from raiment.adapters.postgres.contents import PostgresContents
from raiment.adapters.postgres.copies import PartsNear, parts_near
from raiment.adapters.postgres.desk import Desk
from raiment.adapters.postgres.ids import new_id
from raiment.adapters.postgres.jobs import Jobs
from raiment.adapters.postgres.ledger import PostgresLedger
from raiment.adapters.postgres.log import PostgresLog
from raiment.adapters.postgres.requests import PostgresRequests
from raiment.adapters.postgres.screenings import PostgresScreenings
from raiment.adapters.postgres.similar import PictureIndex
from raiment.adapters.postgres.upkeep import Upkeep
from raiment.casework.storage import Office
from raiment.evidence.record import Record
from raiment.matching.signal import Pdq

DELIVER = "deliver_action"
WATCH = "watch_clock"
CROP = "crop_image"
"""Names of the worker's tasks."""


class Transaction:
    """Everything that may be read or changed in one go. Made by ``Database`` only."""

    def __init__(
        self,
        connection: AsyncConnection,
        jobs: Jobs,
        index: BankIndex | None = None,
        pictures: PictureIndex | None = None,
    ) -> None:
        self.connection = connection
        self._index = index
        self._pictures = pictures
        self._jobs = jobs
        self._records: list[Record] = []

    @property
    def office(self) -> Office:
        """The ports that verbs of casework take."""
        return Office(self.cases, self.banks, log=self, later=self, new_id=new_id)

    @property
    def cases(self) -> PostgresCases:
        """Cases, reports, clocks, actions."""
        return PostgresCases(self.connection, self._pictures)

    @property
    def desk(self) -> Desk:
        """What the console and the reporter's page read."""
        return Desk(self.connection)

    @property
    def banks(self) -> PostgresBanks:
        """Hash banks: looking in them, and what casework does with them."""
        return PostgresBanks(self.connection, self._index)

    @property
    def bank_keeping(self) -> BankKeeping:
        """Hash banks: making and filling them."""
        return BankKeeping(self.connection)

    @property
    def ledger(self) -> PostgresLedger:
        """Releases."""
        return PostgresLedger(self.connection, self._pictures)

    @property
    def chains(self) -> PostgresChains:
        """Chains of edits."""
        return PostgresChains(self.connection, self._pictures)

    @property
    def contents(self) -> PostgresContents:
        """The platform's content."""
        return PostgresContents(self.connection)

    @property
    def screenings(self) -> PostgresScreenings:
        """Screening decisions."""
        return PostgresScreenings(self.connection)

    @property
    def accounts(self) -> PostgresAccounts:
        """Accounts, sessions, API keys."""
        return PostgresAccounts(self.connection)

    @property
    def requests(self) -> PostgresRequests:
        """Idempotency keys and rate windows."""
        return PostgresRequests(self.connection)

    @property
    def upkeep(self) -> Upkeep:
        """What was left lying."""
        return Upkeep(self.connection)

    @property
    def log(self) -> PostgresLog:
        """The evidence log as committed; ``append`` writes to it with this transaction."""
        return PostgresLog(self.connection)

    def append(self, record: Record) -> None:
        """Write *record* into the log with this transaction (``evidence.log.Log``)."""
        self._records.append(record)

    async def deliver(self, action_id: str, at: datetime | None = None, attempts: int = 0) -> None:
        """
        Send the action to the platform, not before *at* (``casework.storage.Later``).

        *attempts* is how often it was sent before. The job finds nothing to do where that has changed.
        """
        arguments: dict[str, str | int] = {"action_id": action_id, "attempts": attempts}
        await self._jobs.defer(self.connection, DELIVER, arguments, at)

    async def watch(self, clock_id: str, at: datetime) -> None:
        """Look at the clock at *at* (``casework.storage.Later``)."""
        await self._jobs.defer(self.connection, WATCH, {"clock_id": clock_id}, at)

    async def crop(self, case_id: str, content_id: str) -> None:
        """Fetch the content's picture and find what shows a part of it (``casework.storage.Later``)."""
        arguments = {"case_id": case_id, "content_id": content_id}
        await self._jobs.defer(self.connection, CROP, arguments, None)

    async def parts_near(self, cuts: Sequence[Pdq]) -> PartsNear:
        """Return which contents and releases may show one of *cuts*, parts of a picture in hand."""
        return await parts_near(self.connection, self._pictures, cuts)

    async def seal(self) -> None:
        """Append the records to the log: last, because it takes the log's lock."""
        if self._records:
            await self.log.append(self._records)
            self._records = []
