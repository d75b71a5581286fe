"""``raiment database``: the database itself."""

from __future__ import annotations

import typer

from raiment.adapters.postgres.embedded import EmbeddedPostgres
from raiment.environment import settings_from_environment

app = typer.Typer(name="database", help="The database itself.", no_args_is_help=True)


@app.callback()
def _noun() -> None:
    pass


@app.command()
def url() -> None:
    """Print the database's URL, as in: psql "$(raiment database url)" (while Raiment runs)."""
    settings = settings_from_environment()
    print(settings.database_url or EmbeddedPostgres(settings.data_dir).url)
