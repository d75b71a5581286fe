"""What ``raiment serve`` says once it is ready."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from raiment import __version__
from raiment.adapters.http.links import account_link
from raiment.settings import Settings

ADMIN = "admin"
FIRST_SCOPES = ("gateway", "content", "trace")


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a first start made; shown once and kept nowhere."""

    link_token: str
    """Of the account ``ADMIN``."""
    api_key: str
    """With ``FIRST_SCOPES``."""


def tell(settings: Settings, doors: Collection[str], welcome: Welcome | None) -> None:
    """Print where the open *doors* are, and at the first start how to begin."""
    print(f"Raiment {__version__} is running.\n")
    for what, where in _addresses(settings, doors):
        _line(what, where)
    if welcome is not None:
        print("\nThis is the first start. The following is shown only now:\n")
        _line(f"account {ADMIN}", account_link(settings.public_url, welcome.link_token))
        _line("", "set its password there, once, within 24 hours")
        _line("API key", welcome.api_key)
        _line("", f"scopes {', '.join(FIRST_SCOPES)}")
    print("\nCtrl-C stops it.", flush=True)


def _line(what: str, where: str) -> None:
    print(f"  {what:<15}{where}")


def _addresses(settings: Settings, doors: Collection[str]) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    if "console" in settings.roles:
        lines.append(("console", f"{settings.public_url}/console"))
    if "public" in settings.roles:
        lines.append(("report page", f"{settings.public_url}/report"))
    if "gateway" in doors:
        lines.append(("gateway", f"{settings.gateway.url}/v1   (base_url of an OpenAI client)"))
    if "api" in settings.roles:
        lines.append(("API docs", f"{settings.public_url}/docs"))
    if settings.demo is not None:
        lines.append(("demo platform", settings.demo.url))
    return lines
