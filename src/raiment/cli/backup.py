"""``raiment backup`` and ``raiment restore``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from raiment.adapters.postgres.archive import Manifest
from raiment.adapters.postgres.backup import restore_backup, write_backup
from raiment.adapters.vault.keys import SECRET_FILE
from raiment.bootstrap import lend_database_url
from raiment.environment import settings_from_environment
from raiment.settings import Settings

backup_app = typer.Typer()
restore_app = typer.Typer()

File = Annotated[Path, typer.Argument(dir_okay=False, help="The backup.")]


@backup_app.command()
def backup(file: File) -> None:
    """Write database and secret to FILE, as they are now; Raiment may go on running."""
    settings = settings_from_environment()
    with lend_database_url(settings) as url:
        now = datetime.now(UTC)
        _tell(write_backup(url, file, secret_file=_secret_file(settings), at=now))


@restore_app.command()
def restore(
    file: File,
    replace: Annotated[
        bool, typer.Option("--replace", help="Overwrite what the database holds.")
    ] = False,
) -> None:
    """Fill an empty database from FILE, wholly or not at all. Stop Raiment first."""
    settings = settings_from_environment()
    with lend_database_url(settings) as url:
        _tell(restore_backup(url, file, secret_file=_secret_file(settings), replace=replace))


def _secret_file(settings: Settings) -> Path | None:
    return settings.data_dir / SECRET_FILE if settings.secret is None else None


def _tell(manifest: Manifest) -> None:
    print(
        f"backup of {manifest.written_at.isoformat(timespec='seconds')}, schema {manifest.schema}"
    )
