"""Links that one door prints and another answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

ACCOUNT_LINK_PATH: Final = "/console/link/{token}"
"""Where a person sets the password of a new account."""
ACCOUNT_LINK_HOLDS: Final = timedelta(hours=24)


def account_link(public_url: str, token: str) -> str:
    """Return the one-time link with which a person sets a password."""
    return public_url + ACCOUNT_LINK_PATH.format(token=token)
