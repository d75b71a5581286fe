"""Backups as nobody wrote them: damaged, cut, foreign or hostile files for the tests of restoring."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

SECRET = bytes(range(32))
"""The secret of the log in every backup of these tests."""


def _flip_a_byte_of_the_dump(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def _no_zip(file: Path) -> None:
    file.write_bytes(b"raiment" * 100)


def _empty(file: Path) -> None:
    file.write_bytes(b"")


def _another_dump(file: Path) -> None:
    _rewrite(file, change=lambda files: files | {"database.dump": b"PGDMP"})


def _no_dump(file: Path) -> None:
    _rewrite(file, change=lambda files: {n: c for n, c in files.items() if n != "database.dump"})


def _path_trick(file: Path) -> None:
    _rewrite(file, change=lambda files: files | {"../../secret.key": SECRET})


def _absolute_path(file: Path) -> None:
    _rewrite(file, change=lambda files: files | {"/etc/raiment": SECRET})


def _unlisted(file: Path) -> None:
    _rewrite(file, change=lambda files: _with_manifest(files, parts={}))


def _listed_but_absent(file: Path) -> None:
    part = {"size": 0, "sha256": "0" * 64}
    _rewrite(file, change=lambda files: _with_manifest(files, parts={"../x": part}))


def _later_format(file: Path) -> None:
    _rewrite(file, change=lambda files: _with_manifest(files, format=2))


def _huge_manifest(file: Path) -> None:
    _rewrite(file, change=lambda files: files | {"manifest.json": b" " * 10_000_000})


def _bomb(file: Path) -> None:
    _rewrite(file, change=lambda files: files, compression=ZIP_DEFLATED)


def _two_of_one_name(file: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"), ZipFile(file, "a") as zipped:
        zipped.writestr("secret.key", b"another")


def _rewrite(
    file: Path,
    *,
    change: Callable[[dict[str, bytes]], dict[str, bytes]],
    compression: int = ZIP_STORED,
) -> None:
    with ZipFile(file) as zipped:
        files = {name: zipped.read(name) for name in zipped.namelist()}
    with ZipFile(file, "w", compression) as zipped:
        for name, content in change(files).items():
            zipped.writestr(name, content)


def _with_manifest(files: dict[str, bytes], **changes: object) -> dict[str, bytes]:
    manifest = json.loads(files["manifest.json"]) | changes
    return files | {"manifest.json": json.dumps(manifest).encode()}


DAMAGES: tuple[Callable[[Path], None], ...] = (
    _flip_a_byte_of_the_dump,
    _cut_off,
    _no_zip,
    _empty,
    _another_dump,
    _no_dump,
    _path_trick,
    _absolute_path,
    _unlisted,
    _listed_but_absent,
    _later_format,
    _huge_manifest,
    _bomb,
    _two_of_one_name,
)
"""Each spoils the backup in a file, in place."""
