"""
The only place that picks adapters.

``open_house`` turns settings into a running installation: database (embedded or the operator's),
schema, keys, decoding workers, rules. Every process of Raiment opens the house the same way.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from importlib.resources import files

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from raiment.adapters.detectors.advisers import open_panel
from raiment.adapters.detectors.words_tiers import load_tiers
from raiment.adapters.http.fetch import Fetcher
from raiment.adapters.observe.logs import logger
from raiment.adapters.pixels.reader import PixelReader
from raiment.adapters.postgres.copy_index import CopyIndex
from raiment.adapters.postgres.database import Database, open_database
from raiment.adapters.postgres.embedded import EmbeddedPostgres
from raiment.adapters.postgres.live_index import LiveIndex
from raiment.adapters.postgres.migrate import upgrade
from raiment.adapters.postgres.tables import installation
from raiment.adapters.upstreams.demo import Demo
from raiment.adapters.upstreams.openai_shaped import open_openai_shaped
from raiment.adapters.vault import Keys, keys_of
from raiment.errors import ConfigurationError, InvalidPolicy, Unavailable
from raiment.policy.regime import Regime
from raiment.policy.regime_pack import parse_regime
from raiment.policy.rule import Effect
from raiment.policy.rule_set import RuleSet, parse_rule_set
from raiment.screening.detect_words import LexiconReader
from raiment.screening.opinion import NOBODY, Advisers
from raiment.screening.screen_request import Screen
from raiment.screening.upstream import Upstream
from raiment.screening.words.lexicon import Lexicon, compile_lexicon
from raiment.settings import Settings

_DATABASE_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class House:
    """An open installation: what every door and worker stands on."""

    settings: Settings
    keys: Keys
    database: Database
    database_url: str
    pixels: PixelReader
    now: Callable[[], datetime]
    screening_rules: RuleSet
    """The rules for requests to a generator, with the operator's choices."""
    matching_rules: RuleSet
    """The rules for pictures found in a bank, likewise."""

    @cached_property
    def fetcher(self) -> Fetcher:
        """Fetches pictures that callers point at."""
        return Fetcher(self.settings.fetch_hosts, self.pixels.limits.max_bytes)

    @cached_property
    def screen(self) -> Screen:
        """What requests are judged with, at every door."""
        return load_screen(self.settings)

    @cached_property
    def regimes(self) -> tuple[Regime, ...]:
        """The bodies of law whose clocks a report starts."""
        return tuple(parse_regime(_pack(f"regimes/{name}.yaml")) for name in self.settings.regimes)

    @cached_property
    def lexicon(self) -> Lexicon:
        """The compositional lexicon, compiled."""
        return compile_lexicon(_lexicon_texts())


def load_screen(settings: Settings) -> Screen:
    """Return what requests are judged with, at every door; needs no database."""
    lexicon = LexiconReader(compile_lexicon(_lexicon_texts()), _lexicon_version())
    words = load_tiers(lexicon, with_encoder=settings.words == "full", own=settings.encoder)
    return Screen(words, *load_rules(settings))


def load_rules(settings: Settings) -> tuple[RuleSet, RuleSet]:
    """
    Return the rules for requests and for pictures, with the effects that the operator chose.

    Raise ConfigurationError for a rule that neither has, or an effect that it does not offer.
    """
    chosen = {rule: Effect(effect) for rule, effect in settings.rules}
    requests, pictures = (
        parse_rule_set(_pack(f"{name}.yaml")) for name in ("screening", "matching")
    )
    of_pictures = {rule.id for rule in pictures.rules} & chosen.keys()
    try:
        return (
            requests.choosing({rule: chosen[rule] for rule in chosen.keys() - of_pictures}),
            pictures.choosing({rule: chosen[rule] for rule in of_pictures}),
        )
    except InvalidPolicy as error:
        raise ConfigurationError("RAIMENT_RULES", str(error)) from error


@contextmanager
def lend_database_url(settings: Settings) -> Iterator[str]:
    """Lend the URL of the database, running where it is the embedded one; whatever its schema."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    with EmbeddedPostgres(settings.data_dir) as embedded:
        yield embedded.url


@asynccontextmanager
async def open_house(
    settings: Settings,
    *,
    pixel_workers: int = 2,
    live_index: bool = False,
    copy_index: bool = False,
) -> AsyncIterator[House]:
    """
    Open the installation and close it again.

    With *live_index*, lookups in the hash banks use an index that this process keeps in memory; with
    *copy_index*, those among contents and releases do.

    Raise ConfigurationError where a setting cannot work, Unavailable where the database cannot be had.
    """
    async with AsyncExitStack() as stack:
        rules = load_rules(settings)
        url = await _database_url(settings, stack)
        keys = keys_of(settings)
        await upgrade(url)
        database = open_database(url)
        stack.push_async_callback(database.close)
        await _belong_together(database, keys, settings)
        if live_index:
            index = LiveIndex(url)
            await stack.enter_async_context(index.following())
            database = replace(database, index=index)
        if copy_index:
            pictures = CopyIndex(url)
            await stack.enter_async_context(pictures.following())
            database = replace(database, pictures=pictures)
        pixels = PixelReader(workers=pixel_workers)
        stack.push_async_callback(pixels.close)
        yield House(settings, keys, database, url, pixels, _now, *rules)


@asynccontextmanager
async def open_upstream(house: House) -> AsyncIterator[Upstream]:
    """Open the way to the generator that the settings name, or to the built-in one, and close it."""
    named = house.settings.upstream
    if named is None:
        yield Demo(house.pixels)
        return
    async with open_openai_shaped(named.base_url, named.api_key) as upstream:
        yield upstream


@asynccontextmanager
async def open_advisers(settings: Settings) -> AsyncIterator[Advisers]:
    """Open the way to the detectors outside that *settings* name, and close it; mostly there is none."""
    if not settings.advisers:
        yield NOBODY
        return
    async with open_panel(settings.advisers) as panel:
        yield panel


def _now() -> datetime:
    return datetime.now(UTC)


async def _database_url(settings: Settings, stack: AsyncExitStack) -> str:
    if settings.database_url is not None:
        return settings.database_url
    embedded = EmbeddedPostgres(settings.data_dir)
    stack.push_async_callback(asyncio.to_thread, embedded.stop)
    url = await _to_the_end(embedded.start)
    stack.push_async_callback(_cancel, asyncio.create_task(_keep_running(embedded)))
    return url


async def _keep_running(embedded: EmbeddedPostgres) -> None:
    """Bring the embedded server back if it was killed; every process looks, the first acts."""
    while True:
        await asyncio.sleep(_DATABASE_LOOK_SECONDS)
        try:
            await _to_the_end(embedded.start)
        except Unavailable:
            logger.warning("database_not_restarted", part="database")


async def _to_the_end(start: Callable[[], str]) -> str:
    """Run *start* in a thread; where cancelled, wait for its end, so that what it started can be stopped."""
    running = asyncio.create_task(asyncio.to_thread(start))
    try:
        return await asyncio.shield(running)
    finally:
        await asyncio.wait([running])


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _belong_together(database: Database, keys: Keys, settings: Settings) -> None:
    """Refuse a secret or a log origin other than the one this database was begun with."""
    mine = {"secret_fingerprint": keys.fingerprint, "log_origin": settings.log_origin}
    async with database.begin() as tx:
        first = upsert(installation).values(**mine, created_at=_now()).on_conflict_do_nothing()
        await tx.connection.execute(first)
        row = (await tx.connection.execute(select(installation))).one()
    if row.secret_fingerprint != keys.fingerprint:
        raise ConfigurationError("RAIMENT_SECRET", "is not the secret this database belongs to")
    if row.log_origin != settings.log_origin:
        raise ConfigurationError("RAIMENT_LOG_ORIGIN", f"this database's log is {row.log_origin}")


def _pack(name: str) -> str:
    return files("raiment.policy").joinpath("packs", name).read_text(encoding="utf-8")


def _lexicon_texts() -> Mapping[str, str]:
    folder = files("raiment.screening.words").joinpath("data")
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


def _lexicon_version() -> str:
    """Return what tells one lexicon from another: the first half of a digest of all its tables."""
    texts = sorted(_lexicon_texts().items())
    return sha256(repr(texts).encode()).hexdigest()[:32]
