"""Content of which a platform sends hashes only: taken on its word, and said so in every answer."""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

from pydantic import Field

from raiment.errors import InvalidInput
from raiment.matching.signal import Blake3, Md5, Pdq, PdqViews, Sha256
from raiment.matching.signals import Signals
from raiment.web.api.body import Received

FIELD: Final = "signals"

_Digits = Annotated[str, Field(max_length=64, description="Hexadecimal digits.")]
_Digest = TypeVar("_Digest", Pdq, Sha256, Blake3, Md5)


class SignalsIn(Received):
    """What is known of the picture: at least one hash."""

    pdq: _Digits | None = None
    quality: int | None = Field(None, ge=0, le=100, description="Of the PDQ hash; goes with it.")
    sha256: _Digits | None = Field(None, description="Of the file's bytes.")
    md5: _Digits | None = Field(None, description="Of the file's bytes.")
    pixels_blake3: _Digits | None = Field(None, description="As Raiment tells it.")


def told_signals(given: SignalsIn) -> Signals:
    """Return what was told. Raise InvalidInput naming ``signals`` or a field of it."""
    if (given.pdq is None) != (given.quality is None):
        missing = "quality" if given.quality is None else "pdq"
        raise InvalidInput(f"{FIELD}.{missing}", "is missing: a PDQ hash goes with its quality")
    pdq = _parsed(Pdq, given.pdq, "pdq")
    hashes = () if pdq is None else (pdq,)
    told = Signals(
        bytes_sha256=_parsed(Sha256, given.sha256, "sha256"),
        pixels_blake3=_parsed(Blake3, given.pixels_blake3, "pixels_blake3"),
        pdq=PdqViews(given.quality or 0, hashes),
        mime=None,
        width=None,
        height=None,
        bytes_md5=_parsed(Md5, given.md5, "md5"),
    )
    if not (told.digests() or hashes):
        raise InvalidInput(FIELD, "must hold at least one hash")
    return told


def _parsed(kind: type[_Digest], digits: str | None, name: str) -> _Digest | None:
    return None if digits is None else kind.from_hex(digits.lower(), f"{FIELD}.{name}")
