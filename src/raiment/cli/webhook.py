"""``raiment webhook``: what the platform must know to check our webhooks."""

from __future__ import annotations

import typer

from raiment.adapters.platforms.webhook import webhook_secret
from raiment.adapters.vault import keys_of
from raiment.environment import settings_from_environment

app = typer.Typer(name="webhook", help="Webhooks to the platform.", no_args_is_help=True)


@app.callback()
def _noun() -> None:
    pass


@app.command()
def secret() -> None:
    """Print the secret that signs webhooks (Standard Webhooks, whsec_...)."""
    settings = settings_from_environment()
    print(webhook_secret(settings.platform, keys_of(settings)))
