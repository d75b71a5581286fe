"""``raiment``: the command line."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Final

import typer
from typer.core import TyperCommand, TyperGroup

from raiment.adapters.observe.logs import configure_logs
from raiment.adapters.observe.process import status_of

COMMANDS: Final = {
    "serve": "serve:app",
    "demo": "demo:app",
    "account": "account:app",
    "key": "key:app",
    "bank": "bank:app",
    "log": "log:app",
    "backup": "backup:backup_app",
    "restore": "backup:restore_app",
    "webhook": "webhook:app",
    "database": "database:app",
    "hash": "hashes:app",
    "words": "words:app",
    "version": "version:app",
}
"""Where each command is defined. A module is loaded when its command is called: some take a second."""


class _Commands(TyperGroup):
    """The commands, each loaded when it is needed."""

    def list_commands(self, ctx: object) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperCommand | TyperGroup | None:
        del ctx
        module, _, name = COMMANDS.get(cmd_name, "").partition(":")
        if not module:
            return None
        app: typer.Typer = getattr(import_module(f"raiment.cli.{module}"), name)
        command = typer.main.get_command(app)
        assert isinstance(command, TyperCommand | TyperGroup)
        return command


app = typer.Typer(
    name="raiment",
    cls=_Commands,
    help="Stops AI tools from undressing people, and gets intimate images taken down fast.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def _raiment() -> None:
    pass


def main() -> None:
    """Run one command and exit with its status (``adapters.observe.process``)."""
    configure_logs()
    sys.exit(status_of(app))
