"""What Raiment and its demonstration platform agree on without anybody typing it."""

from __future__ import annotations

from typing import Final

from raiment.adapters.http.scopes import KEY_PREFIX
from raiment.adapters.vault import Keys

NAME: Final = "demonstration platform"
SCOPES: Final = ("content", "action")


def demo_key(keys: Keys) -> str:
    """Return the API key of the demonstration platform, the same in every process."""
    return KEY_PREFIX + keys.digest("demonstration platform", "api key")
