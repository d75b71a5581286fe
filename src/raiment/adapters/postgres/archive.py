"""
The backup file: a zip of what the ``manifest.json`` in it lists, uncompressed, and nothing else.

Names inside are only ever compared with the known ones, never used as paths.
"""

from __future__ import annotations

import os
import struct
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Annotated
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import msgspec

from raiment.errors import Conflict, InvalidInput, Unavailable

DUMP = "database.dump"
SECRET = "secret.key"  # noqa: S105 - a file name
_MANIFEST = "manifest.json"
_FORMAT = 1
_FIELD = "file"
_MANIFEST_BYTES = 64 * 1024
_CHUNK_BYTES = 1024 * 1024
_UNREADABLE = (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error)


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the archive."""

    size: Annotated[int, msgspec.Meta(ge=0)]
    """In bytes."""
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a backup says of itself."""

    format: int
    raiment: str
    """The version of Raiment that wrote it."""
    schema: str | None
    """The schema revision of the database, None for an empty one."""
    written_at: datetime
    parts: dict[str, Part]


@dataclass(frozen=True, slots=True)
class Archive:
    """A backup that was read to the end and found to be what its manifest says."""

    manifest: Manifest
    _zip: ZipFile

    def open(self, name: str) -> IO[bytes]:
        """Return the content of the part *name*, to be closed by the caller."""
        return self._zip.open(name)

    def secret(self) -> bytes | None:
        """Return the installation's secret, None where the backup holds none."""
        return self._zip.read(SECRET) if SECRET in self.manifest.parts else None


@contextmanager
def open_archive(file: Path) -> Iterator[Archive]:
    """Open and verify *file*; raise InvalidInput where it is no backup, damaged or altered."""
    try:
        archive = ZipFile(file)
    except OSError as error:
        raise InvalidInput(_FIELD, f"cannot be read: {error.strerror}") from error
    except _UNREADABLE as error:
        raise InvalidInput(_FIELD, "is not a backup of Raiment's") from error
    with archive:
        try:
            manifest = _verified(archive)
        except (msgspec.DecodeError, *_UNREADABLE) as error:
            raise InvalidInput(_FIELD, "is damaged") from error
        yield Archive(manifest, archive)


def _verified(archive: ZipFile) -> Manifest:
    members = {info.filename: info for info in archive.infolist()}
    allowed = {_MANIFEST, DUMP, SECRET}
    if len(members) != len(archive.infolist()) or not {_MANIFEST, DUMP} <= set(members) <= allowed:
        raise InvalidInput(_FIELD, "holds other files than a backup does")
    if any(info.compress_type != ZIP_STORED or info.flag_bits & 1 for info in members.values()):
        raise InvalidInput(_FIELD, "holds compressed or encrypted files, which a backup does not")
    if members[_MANIFEST].file_size > _MANIFEST_BYTES:
        raise InvalidInput(_FIELD, "is damaged")
    manifest = msgspec.json.decode(archive.read(_MANIFEST), type=Manifest)
    if manifest.format != _FORMAT:
        raise InvalidInput(_FIELD, f"has format {manifest.format}; this Raiment reads {_FORMAT}")
    if {_MANIFEST, *manifest.parts} != set(members):
        raise InvalidInput(_FIELD, "is damaged: its manifest lists other files")
    for name, part in manifest.parts.items():
        with archive.open(name) as content:
            if _measure(chunks_of(content)) != part:
                raise InvalidInput(_FIELD, f"is damaged: {name} is not what was written")
    return manifest


def chunks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """Yield what is left in *stream*, a mebibyte at a time."""
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk


def _measure(chunks: Iterable[bytes]) -> Part:
    digest, size = sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
    return Part(size, digest.hexdigest())


@contextmanager
def new_archive(file: Path) -> Iterator[ZipFile]:
    """
    Lend a zip that becomes *file* (mode 0600) when the block ends well, and nothing otherwise.

    Raise Conflict where *file* exists: an older backup is never lost to a newer one.
    """
    if file.exists():
        raise Conflict(f"{file} exists already")
    if not file.parent.is_dir():
        raise InvalidInput(_FIELD, f"there is no folder {file.parent}")
    try:
        descriptor, draft = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                with ZipFile(stream, "w", ZIP_STORED) as archive:
                    yield archive
                stream.flush()
                os.fsync(stream.fileno())
            Path(draft).rename(file)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
        sync_folder(file.parent)
    except OSError as error:
        raise Unavailable("backup", f"{file} cannot be written: {error.strerror}") from error


def add_part(archive: ZipFile, name: str, chunks: Iterable[bytes]) -> Part:
    """Write *chunks* as the part *name*; return what the manifest shall say of it."""

    def written() -> Iterator[bytes]:
        for chunk in chunks:
            member.write(chunk)
            yield chunk

    with archive.open(ZipInfo(name), "w", force_zip64=True) as member:
        return _measure(written())


def add_manifest(
    archive: ZipFile, *, version: str, schema: str | None, at: datetime, parts: dict[str, Part]
) -> Manifest:
    """Write the manifest, as the last file."""
    manifest = Manifest(_FORMAT, version, schema, at, parts)
    archive.writestr(ZipInfo(_MANIFEST), msgspec.json.encode(manifest))
    return manifest


def sync_folder(folder: Path) -> None:
    """Wait until the names in *folder* are on disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
