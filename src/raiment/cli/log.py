"""``raiment log``: the evidence log for people who check it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from raiment.adapters.postgres.checkpoints import newest_checkpoint
from raiment.adapters.vault import Keys, keys_of
from raiment.bootstrap import House, open_house
from raiment.environment import settings_from_environment
from raiment.errors import Conflict, InvalidInput
from raiment.evidence.note import verification_key
from raiment.evidence.pack import (
    MOST_CHARACTERS,
    VerifiedLog,
    entry_line,
    header_line,
    verify_export,
)
from raiment.settings import Settings

app = typer.Typer(name="log", help="The evidence log.", no_args_is_help=True)

_MOST_NOTE_BYTES = 100_000


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="An export of the log.")],
    key: Annotated[
        str | None, typer.Option(help="The log's verification key, got from elsewhere.")
    ] = None,
    earlier: Annotated[
        Path | None, typer.Option(help="A checkpoint kept from before, which it must continue.")
    ] = None,
) -> None:
    """Check an export: needs no database, no network and no trust in whoever made it."""
    note = None if earlier is None else _read_note(earlier)
    _tell(verify_export(_lines(file), trusted_key=key, earlier=note))


@app.command()
def export(file: Annotated[Path, typer.Argument(help="Where to write it.")]) -> None:
    """Write the whole log, with a checkpoint signed now, to FILE."""
    print(f"{asyncio.run(_export(file))} entries")


@app.command()
def key() -> None:
    """Print the key that verifies this log's checkpoints. Publish it where others can see it."""
    settings = settings_from_environment()
    print(_verification_key(settings, keys_of(settings)))


async def _export(path: Path) -> int:
    async with open_house(settings_from_environment()) as house:
        size, note = await _sign_now(house)
        with _new_file(path) as file:
            file.write(header_line(note, _verification_key(house.settings, house.keys)))
            index = 0
            async with house.database.read() as tx:
                async for entry in tx.log.export(size):
                    file.write(entry_line(index, entry))
                    index += 1
        return size


async def _sign_now(house: House) -> tuple[int, str]:
    """Return size and note of a checkpoint over everything committed so far."""
    async with house.database.begin() as tx:
        origin, signer = house.settings.log_origin, house.keys.log
        checkpoint, note = await newest_checkpoint(tx.log, origin, signer, house.now())
    return checkpoint.size, note


@contextmanager
def _new_file(path: Path) -> Iterator[IO[str]]:
    """Lend a new file that appears under *path* once it is whole. Conflict where one exists."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("x", encoding="utf-8", newline="\n") as file:
            yield file
        os.link(draft, path)
    except FileExistsError as error:
        raise Conflict(f"{path} exists") from error
    except OSError as error:
        raise InvalidInput("file", error.strerror or "cannot be written") from error
    finally:
        draft.unlink(missing_ok=True)


def _verification_key(settings: Settings, keys: Keys) -> str:
    return verification_key(settings.log_origin, keys.log.public_key())


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of *path*, each cut off where it is longer than any line of an export."""
    try:
        with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
            yield from iter(lambda: file.readline(MOST_CHARACTERS + 1), "")
    except OSError as error:
        raise InvalidInput("file", error.strerror or "cannot be read") from error


def _read_note(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_NOTE_BYTES).decode("utf-8", "replace")
    except OSError as error:
        raise InvalidInput("earlier", error.strerror or "cannot be read") from error


def _tell(verified: VerifiedLog) -> None:
    print(f"verified: {verified.checkpoint.size} entries of {verified.checkpoint.origin}")
    print(f"root {verified.checkpoint.root.hex()}")
    if verified.earliest is not None and verified.latest is not None:
        print(f"from {verified.earliest.isoformat()} to {verified.latest.isoformat()}")
    if verified.earlier is not None:
        print(f"continues the checkpoint of {verified.earlier.size} entries")
    for kind, count in verified.kinds.items():
        print(f"{count:8} {kind}")
    if verified.trusted:
        print("signed by the key you named")
    else:
        print("NOT TRUSTED: signed by the key in the file itself; name the log's key with --key")
        print(f"the key in the file: {verified.verification_key}")
