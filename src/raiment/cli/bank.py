"""``raiment bank``: hash banks, filled from files and written to files."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from io import BufferedReader
from itertools import islice
from pathlib import Path
from typing import Annotated, Final, TextIO

import typer
from rich.console import Console
from rich.progress import Progress

from raiment.adapters.bank_files import COLUMNS, Line, digest_of, format_of, read_lines
from raiment.adapters.postgres.bank_records import bank_created, entries_added
from raiment.adapters.postgres.types import AnyRow
from raiment.bootstrap import House, open_house
from raiment.environment import settings_from_environment
from raiment.errors import InvalidInput
from raiment.matching.bank import BankCategory, BankKind, EntryState
from raiment.matching.bank_entry import BANK_NAME, SIGNAL_TYPES
from raiment.matching.signal import PDQ_RADIUS

app = typer.Typer(
    name="bank", help="Hash banks: named lists of known images.", no_args_is_help=True
)

_BATCH: Final = 1000
_PAGE: Final = 5000
_MOST_ERRORS: Final = 20


class MadeKind(StrEnum):
    """What kinds of banks can be made; the bank of reports is filled by reports only."""

    CONFIRMED = BankKind.CONFIRMED
    OUTSIDE = BankKind.OUTSIDE
    ALLOW = BankKind.ALLOW


_Name = Annotated[str, typer.Option("--bank", help="The bank's name.")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Letters, digits, _ . -")],
    kind: Annotated[
        MadeKind, typer.Option(help="confirmed: blocks. outside: holds. allow: suppresses matches.")
    ],
    radius: Annotated[
        int, typer.Option(min=0, max=PDQ_RADIUS, help="PDQ hashes match up to so many bits.")
    ] = PDQ_RADIUS,
    category: Annotated[
        BankCategory | None,
        typer.Option(help="child: a child-protection hotline's list. Blocks, and goes first."),
    ] = None,
) -> None:
    """Make a bank and print its id."""
    print(asyncio.run(_add(name, BankKind(kind), radius, category)))


@app.command(name="list")
def list_banks() -> None:
    """List the banks: id, name, kind, radius, and the category where there is one."""
    asyncio.run(_list())


@app.command(name="import")
def import_file(
    file: Annotated[Path, typer.Argument(help="A .csv with a header, or .jsonl.")],
    bank: _Name,
    source: Annotated[
        str, typer.Option(help="Who gave us the list; default: the bank's name.")
    ] = "",
    assume: Annotated[
        str | None,
        typer.Option("--type", help=f"Of lines that name none: {', '.join(SIGNAL_TYPES)}."),
    ] = None,
    strict: Annotated[bool, typer.Option(help="Stop at the first bad line.")] = False,
) -> None:
    """
    Add the entries of a file to a bank; bad lines are told and skipped.

    Interrupted, it can be run again with the same file and goes on where it stopped.
    """
    asyncio.run(_import(file, bank, source or bank, assume, strict=strict))


@app.command(name="export")
def export_bank(
    bank: _Name,
    file: Annotated[
        Path | None,
        typer.Argument(help="A new .csv or .jsonl; default: JSON lines to the terminal."),
    ] = None,
) -> None:
    """Write a bank's active entries, in the form that an import reads."""
    asyncio.run(_export(bank, file))


async def _add(name: str, kind: BankKind, radius: int, category: BankCategory | None) -> str:
    if re.fullmatch(BANK_NAME, name) is None:
        raise InvalidInput("name", "must be letters, digits, _ . - and begin with a letter or _")
    async with open_house(settings_from_environment()) as house, house.database.begin() as tx:
        row, new = await tx.bank_keeping.create(name, kind, radius, category)
        if new:
            tx.append(bank_created(row, {}, house.now()))
        return str(row.id)


async def _list() -> None:
    async with open_house(settings_from_environment()) as house, house.database.read() as tx:
        for row in await tx.bank_keeping.banks():
            about = [] if row.category is None else [row.category]
            print(row.id, row.name, row.kind, row.radius, *about, sep="\t")


async def _import(file: Path, name: str, source: str, assume: str | None, *, strict: bool) -> None:
    kind = format_of(file)
    if assume is not None and assume not in SIGNAL_TYPES:
        raise InvalidInput("type", f"must be one of: {', '.join(SIGNAL_TYPES)}")
    with _reading(file) as opened:
        async with open_house(settings_from_environment()) as house:
            async with house.database.read() as tx:
                bank = await tx.bank_keeping.named(name)
                digest = digest_of(opened)
                after, offset = await tx.bank_keeping.imported(bank.id, digest)
            lines = read_lines(opened, kind, after=after, offset=offset, assume=assume)
            keep = _Import(house, bank, digest, source, strict=strict)
            with _progress(file, offset) as advance:
                while batch := list(islice(lines, _BATCH)):
                    await keep.batch(batch)
                    advance(batch[-1].end)
    print(f"{keep.added} new, {keep.known} known already, {keep.bad} bad lines", file=sys.stderr)


class _Import:
    """An import under way, and its counts."""

    def __init__(
        self, house: House, bank: AnyRow, digest: bytes, source: str, *, strict: bool
    ) -> None:
        self._house, self._bank, self._digest = house, bank, digest
        self._source, self._strict = source, strict
        self.added = self.known = self.bad = 0

    async def batch(self, lines: Sequence[Line]) -> None:
        """Add the entries of *lines* and remember, in the same commit, how far we are."""
        for line in lines:
            if line.error is not None:
                self._tell(line)
        given = [line.entry for line in lines if line.entry is not None]
        at = self._house.now()
        async with self._house.database.begin() as tx:
            kept = await tx.bank_keeping.add(self._bank, given, self._source, at)
            record = entries_added(self._bank.id, given, kept, self._source, {}, at)
            if record is not None:
                tx.append(record)
            last = lines[-1]
            await tx.bank_keeping.keep_import(
                self._bank.id, self._digest, last.number, last.end, at
            )
        new = len({one.id for one in kept if one.new})
        self.added += new
        self.known += len(kept) - new

    def _tell(self, line: Line) -> None:
        if self._strict:
            raise InvalidInput(f"line {line.number}", str(line.error))
        self.bad += 1
        if self.bad <= _MOST_ERRORS:
            print(f"line {line.number}: {line.error}", file=sys.stderr)


async def _export(name: str, file: Path | None) -> None:
    kind = "jsonl" if file is None else format_of(file)
    with _writing(file) as out:
        async with open_house(settings_from_environment()) as house, house.database.read() as tx:
            bank = await tx.bank_keeping.named(name)
            write, last = _writer(out, kind), 0
            while rows := await tx.bank_keeping.entries(bank.id, last, _PAGE, EntryState.ACTIVE):
                for row in rows:
                    write(row)
                last = rows[-1].number


def _writer(out: TextIO, kind: str) -> Callable[[AnyRow], None]:
    given = {kept: name for name, kept in SIGNAL_TYPES.items()}
    rows = csv.writer(out, lineterminator="\n")
    if kind == "csv":
        rows.writerow(COLUMNS)

    def write_csv(row: AnyRow) -> None:
        ends = "" if row.expires_at is None else row.expires_at.isoformat()
        rows.writerow([given[row.signal_type], row.value, "|".join(row.labels), ends])

    def write_json(row: AnyRow) -> None:
        entry = {"type": given[row.signal_type], "value": row.value, "labels": row.labels}
        ends = {} if row.expires_at is None else {"expires_at": row.expires_at.isoformat()}
        print(json.dumps(entry | ends), file=out)

    return write_csv if kind == "csv" else write_json


@contextmanager
def _progress(file: Path, offset: int) -> Iterator[Callable[[int], None]]:
    """Show how far we are, where somebody looks."""
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(file.name, total=file.stat().st_size, completed=offset)
        yield lambda end: bar.update(task, completed=end)


@contextmanager
def _reading(file: Path) -> Iterator[BufferedReader]:
    try:
        opened = file.open("rb")
    except OSError as error:
        raise InvalidInput("file", error.strerror or "cannot be read") from error
    with opened:
        yield opened


@contextmanager
def _writing(file: Path | None) -> Iterator[TextIO]:
    if file is None:
        yield sys.stdout
        return
    try:
        opened = file.open("x", encoding="utf-8")
    except OSError as error:
        raise InvalidInput("file", error.strerror or "cannot be written") from error
    with opened:
        yield opened
