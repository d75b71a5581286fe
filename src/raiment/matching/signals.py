"""Everything by which one picture can be found again."""

from __future__ import annotations

from dataclasses import dataclass

from raiment.matching.signal import PdqViews, Sha256


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of one picture: digest of its bytes, of its pixels, and its PDQ views."""

    bytes_sha256: Sha256
    pixels_sha256: Sha256
    """Equal whatever the container and the metadata; differs after any re-encoding with loss."""
    pdq: PdqViews
    mime: str
    width: int
    height: int
