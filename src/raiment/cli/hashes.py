"""``raiment hash``: what a picture can be found by."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from raiment.adapters.pixels.reader import PixelReader
from raiment.adapters.pixels.signals import read_signals
from raiment.errors import InvalidInput, ServiceError, TooLarge

app = typer.Typer()


class FileHash(msgspec.Struct):
    """One line of output; what could not be had is null, and *error* says why."""

    file: str
    sha256: str | None = None
    pdq: str | None = None
    quality: int | None = None
    """0 to 100; below 50 the hash says little about the picture."""
    error: str | None = None


@app.command(name="hash")
def hash_files(
    files: Annotated[list[Path], typer.Argument(help="Pictures.")],
) -> None:
    """Print a JSON line per file: its SHA-256, PDQ hash and quality, or why it has none."""
    asyncio.run(_print_hashes(files))


async def _print_hashes(files: Sequence[Path]) -> None:
    failed = 0
    async for line in _hashed(files):
        print(msgspec.json.encode(line).decode(), flush=True)
        failed += line.error is not None
    if failed:
        raise InvalidInput("files", f"{failed} of {len(files)} could not be hashed")


async def _hashed(files: Sequence[Path]) -> AsyncIterator[FileHash]:
    async with PixelReader(workers=1) as reader:
        for file in files:
            yield await _hash(reader, file)


async def _hash(reader: PixelReader, file: Path) -> FileHash:
    line = FileHash(str(file))
    try:
        data = _read(file, reader.limits.max_bytes)
        line.sha256 = sha256(data).hexdigest()
        first, *_ = await read_signals(reader, data, field="file")
    except ServiceError as error:
        line.error = str(error)
        return line
    line.pdq, line.quality = first.pdq.plain.hex, first.pdq.quality
    return line


def _read(file: Path, most_bytes: int) -> bytes:
    try:
        with file.open("rb") as opened:
            data = opened.read(most_bytes + 1)
    except OSError as error:
        raise InvalidInput("file", error.strerror or "cannot be read") from error
    if len(data) > most_bytes:
        raise TooLarge("file", f"more than {most_bytes} bytes", limit=most_bytes)
    return data
