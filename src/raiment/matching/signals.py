"""Everything by which one picture can be found again."""

from __future__ import annotations

from dataclasses import dataclass

from raiment.matching.signal import Md5, Pdq, PdqViews, Sha256
from raiment.matching.view import View


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of one picture: digests of its bytes, of its pixels, and its PDQ views."""

    bytes_sha256: Sha256
    pixels_sha256: Sha256
    """Equal whatever the container and the metadata; differs after any re-encoding with loss."""
    pdq: PdqViews
    mime: str
    width: int
    height: int
    bytes_md5: Md5 | None = None
    """Only of a picture in hand; it is not kept."""

    def hashes_to_look_up(self) -> tuple[tuple[View, Pdq], ...]:
        """Return the hashes by which banks are searched, the plain one first; none if not matchable."""
        return self.pdq.by_view() if self.pdq.matchable else ()

    def hashes_to_bank(self) -> tuple[Pdq, ...]:
        """Return the hashes to bank, so that the picture is found again; none if not matchable."""
        # A hash of too little structure would match unrelated pictures.
        return (self.pdq.plain,) if self.pdq.matchable else ()
