"""Load the tiers of the words reader from the package: heads, weighings and, unless left out, the encoder."""

from __future__ import annotations

import hashlib
from importlib.resources import files

from raiment.adapters.detectors.e5_encoder import MissingEncoder, e5_path, load_e5_encoder
from raiment.errors import ConfigurationError, Unavailable
from raiment.screening.detect_words import LexiconReader
from raiment.screening.tiered_reader import EncoderTier, TieredReader
from raiment.screening.words.encoder_head import Encoder, load_encoder_head
from raiment.screening.words.head import load_head
from raiment.screening.words.tiers import load_weighings

_SUMS = "SHA256SUMS.txt"
_HEAD = "words-head.npz"
_ENCODER_HEAD = "words-encoder.npz"
_WEIGHINGS = "words-tiers.json"


def load_tiers(lexicon: LexiconReader, *, with_encoder: bool) -> TieredReader:
    """
    Return the reader of all tiers, or of those that need no encoder.

    Raises ConfigurationError where a file of ours is not the one its SHA-256 names. An encoder that
    cannot be loaded is no such error: the reader then says of each request that it could not be heard.
    """
    sums = _sums()
    head = load_head(_HEAD, _checked(_HEAD, sums))
    weighings = load_weighings(_WEIGHINGS, _checked(_WEIGHINGS, sums))
    encoder_head = load_encoder_head(_ENCODER_HEAD, _checked(_ENCODER_HEAD, sums))
    # Whatever changes an answer changes the version: all files that judge, and the lexicon's tables.
    parts = (lexicon.version, *(f"{name} {digest}" for name, digest in sorted(sums.items())))
    version = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    if not with_encoder:
        return TieredReader(lexicon, head, weighings, None, version)
    encoder = _encoder(encoder_head.encoder)
    return TieredReader(lexicon, head, weighings, EncoderTier(encoder, encoder_head), version)


def _encoder(version: str) -> Encoder:
    """Return the encoder that the head was trained with, or what says why it is missing."""
    try:
        encoder = load_e5_encoder(e5_path())
    except (Unavailable, ConfigurationError) as error:
        return MissingEncoder(version, f"it could not be loaded ({error})")
    if encoder.version != version:
        return MissingEncoder(version, f"the head was not trained with {encoder.version}")
    return encoder


def _sums() -> dict[str, str]:
    """Return the SHA-256 of each weight file by name, as the package lists them."""
    lines = _data(_SUMS).decode().split("\n")
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines) if name}


def _checked(name: str, sums: dict[str, str]) -> bytes:
    data = _data(name)
    if hashlib.sha256(data).hexdigest() != sums.get(name):
        raise ConfigurationError(name, "its SHA-256 is not the one the package lists")
    return data


def _data(name: str) -> bytes:
    try:
        return (files("raiment.screening.words") / "weights" / name).read_bytes()
    except OSError as cause:
        raise ConfigurationError(name, "the weight file is missing") from cause
