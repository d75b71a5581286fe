"""The installation's secret and every key derived from it."""

from raiment.adapters.vault.keys import Keys, keys_of, read_or_create_secret

__all__ = ["Keys", "keys_of", "read_or_create_secret"]
