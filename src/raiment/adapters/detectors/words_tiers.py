"""Load the tiers of the words reader: heads, weighings and, unless left out, the encoder."""

from __future__ import annotations

import hashlib
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from raiment.adapters.detectors.e5_encoder import MissingEncoder, e5_path, load_e5_encoder
from raiment.adapters.detectors.e5_tuning import Tuning, load_tuning
from raiment.errors import ConfigurationError, Unavailable
from raiment.screening.detect_words import LexiconReader
from raiment.screening.tiered_reader import EncoderTier, TieredReader
from raiment.screening.words.encoder_head import Encoder, load_encoder_head
from raiment.screening.words.head import load_head
from raiment.screening.words.speller import load_speller
from raiment.screening.words.tiers import load_weighings

_SUMS = "SHA256SUMS.txt"
_HEAD = "words-head.npz"
_ENCODER_HEAD = "words-encoder.npz"
_TUNING = "words-tuning.npz"
_WEIGHINGS = "words-tiers.json"
_VOCABULARY = "words-vocabulary.txt"


def load_tiers(
    lexicon: LexiconReader, *, with_encoder: bool, own: Path | None = None
) -> TieredReader:
    """
    Return the reader of all tiers, or of those that need no encoder.

    *own* is the folder of an operator's own encoder and of the weights made for it; it is read instead of ours.
    Raises ConfigurationError where a weight file is not the one its SHA-256 names, and for whatever is
    wrong with an encoder of the operator's own. One of ours that cannot be loaded is no such error: the reader
    then says of each request that it could not be heard.
    """
    ours = files("raiment.screening.words") / "weights"
    folder = ours if own is None else own
    sums = _sums(folder)
    vocabulary = _checked(ours, _VOCABULARY, _sums(ours))
    tables = lexicon.lexicon
    speller = load_speller(_VOCABULARY, vocabulary, tables.vocabulary, tables.charged)
    head = load_head(_HEAD, _checked(folder, _HEAD, sums))
    weighings = load_weighings(_WEIGHINGS, _checked(folder, _WEIGHINGS, sums))
    encoder_head = load_encoder_head(_ENCODER_HEAD, _checked(folder, _ENCODER_HEAD, sums))
    # Whatever changes an answer changes the version: all files that judge, and the lexicon's tables.
    words = hashlib.sha256(vocabulary).hexdigest()
    parts = (lexicon.version, words, *(f"{name} {digest}" for name, digest in sorted(sums.items())))
    version = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    if not with_encoder:
        return TieredReader(lexicon, speller, head, weighings, None, version)
    trained_with = encoder_head.encoder
    if own is None:
        tuning = load_tuning(_TUNING, _checked(folder, _TUNING, sums))
        encoder = _encoder(tuning, trained_with)
    else:
        encoder = _own_encoder(own, trained_with)
    tier = EncoderTier(encoder, encoder_head)
    return TieredReader(lexicon, speller, head, weighings, tier, version)


def _own_encoder(folder: Path, version: str) -> Encoder:
    """Return the operator's encoder; raise ConfigurationError where it is not the head's."""
    try:
        # Its packages come with an extra, which few installations have.
        from raiment.adapters.detectors.onnx_encoder import load_onnx_encoder  # noqa: PLC0415
    except ImportError as error:
        raise ConfigurationError(
            "RAIMENT_ENCODER", "needs the packages of raiment[onnx] (requirements/onnx.lock)"
        ) from error
    encoder = load_onnx_encoder(folder)
    if encoder.version != version:
        raise ConfigurationError(_ENCODER_HEAD, f"it was not trained with {encoder.version}")
    return encoder


def _encoder(tuning: Tuning, version: str) -> Encoder:
    """Return the encoder that the head was trained with, or what says why it is missing."""
    try:
        encoder = load_e5_encoder(e5_path(), tuning)
    except (Unavailable, ConfigurationError) as error:
        return MissingEncoder(version, f"it could not be loaded ({error})")
    if encoder.version != version:
        return MissingEncoder(version, f"the head was not trained with {encoder.version}")
    return encoder


def _sums(folder: Traversable) -> dict[str, str]:
    """Return the SHA-256 of each weight file by name, as *folder* lists them."""
    lines = _data(folder, _SUMS).decode("utf-8", "replace").split("\n")
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines) if name}


def _checked(folder: Traversable, name: str, sums: dict[str, str]) -> bytes:
    data = _data(folder, name)
    if hashlib.sha256(data).hexdigest() != sums.get(name):
        raise ConfigurationError(name, f"its SHA-256 is not the one in {_SUMS}")
    return data


def _data(folder: Traversable, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as cause:
        raise ConfigurationError(name, "the weight file is missing") from cause
