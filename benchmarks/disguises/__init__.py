"""
Disguises of a request, by a hand that had not read how Raiment undoes them.

Each is a rewriting that people, or the programs they use, have been seen to hide words with: published
attacks on filters (homoglyphs, invisible characters, encodings, payload splitting, ciphers), generators of
fancy letters, the spelling of chats. The dice are seeded by the text, so two runs rewrite it alike.
"""

from disguises.catalogue import DISGUISES, Disguise, disguised

__all__ = ["DISGUISES", "Disguise", "disguised"]
