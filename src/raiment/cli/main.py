"""``raiment``: the command line."""

from __future__ import annotations

import sys

import typer

from raiment.adapters.observe.logs import configure_logs
from raiment.adapters.observe.process import status_of
from raiment.cli import (
    account,
    backup,
    database,
    demo,
    hashes,
    key,
    log,
    serve,
    version,
    webhook,
    words,
)

app = typer.Typer(
    name="raiment",
    help="Stops AI tools from undressing people, and gets intimate images taken down fast.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for noun in (account, key, log, webhook, database):
    app.add_typer(noun.app)
app.command()(serve.serve)
app.command()(backup.backup)
app.command()(backup.restore)
app.command(name="hash")(hashes.hash_files)
app.command()(words.words)
app.command()(demo.demo)
app.command()(version.version)


def main() -> None:
    """Run one command and exit with its status (``adapters.observe.process``)."""
    configure_logs()
    sys.exit(status_of(app))
