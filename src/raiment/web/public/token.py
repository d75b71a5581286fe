"""
The hidden token of the report form.

It says that the form came from a page of ours and when, and makes a form that is sent twice (a double click,
a retry after a crash) one report: reference and secret are derived from it.
"""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime, timedelta

from raiment.adapters.postgres.ids import base32
from raiment.adapters.vault import Keys
from raiment.casework.receive_report import Credentials
from raiment.web.credentials import credentials_from
from raiment.web.forms import Form

FIELD = "token"
HOLDS = timedelta(days=7)
"""A page left open for a week still works; after that the form comes back with a fresh token."""

_RANDOM = 26
_MAC = 32


def fresh_token(keys: Keys, now: datetime) -> str:
    """Return the token of a form shown at *now*."""
    begun = f"{base32(_RANDOM)}.{int(now.timestamp())}"
    return f"{begun}.{_mac(keys, begun)}"


def token_holds(token: str, keys: Keys, now: datetime) -> bool:
    """Whether *token* is of ours, and not from too long ago."""
    begun, _, mac = token.rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(keys, begun).encode()):
        return False
    shown = datetime.fromtimestamp(int(begun.rpartition(".")[2]), UTC)
    return now - shown <= HOLDS


def credentials_of(form: Form, keys: Keys) -> Credentials:
    """
    Return reference and secret of the report that *form* is.

    The same form sent again is the same report. One that was gone back to and changed is another:
    what was added must not be lost.
    """
    return credentials_from(keys.digest("report form", json.dumps(sorted(form.values.items()))))


def _mac(keys: Keys, begun: str) -> str:
    return keys.digest("report form token", begun)[:_MAC]
