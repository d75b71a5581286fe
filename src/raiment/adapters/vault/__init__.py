"""The installation's secret and every key derived from it."""

from raiment.adapters.vault.keys import Keys, read_or_create_secret

__all__ = ["Keys", "read_or_create_secret"]
