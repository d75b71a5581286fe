"""Everything by which one picture can be found again."""

from __future__ import annotations

from dataclasses import dataclass

from raiment.matching.signal import Md5, Pdq, PdqViews, Sha256
from raiment.matching.view import INVERTED, View


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
    parts: tuple[Pdq, ...] = ()
    """The plain hashes of the pictures seen inside it, at most `disguise.MOST_PARTS`."""
    disguises: tuple[tuple[View, Pdq], ...] = ()
    """All that `disguise.query_views` says to look for. Only of a picture in hand; it is not kept."""

    def hashes_to_look_up(self) -> tuple[tuple[View, Pdq], ...]:
        """
        Return the hashes by which it is looked for, the plain one first; none if nothing is matchable.

        Of a picture that is not in hand: the views of the whole and of its negative, and its parts.
        """
        return self.disguises or (*self._views(), *((View.PANEL, part) for part in self.parts))

    def _views(self) -> tuple[tuple[View, Pdq], ...]:
        if not self.pdq.matchable:
            return ()
        inverted = (pdq.complement() for pdq in self.pdq.hashes)
        return (*self.pdq.by_view(), *zip(INVERTED, inverted, strict=True))

    def hashes_to_bank(self) -> tuple[Pdq, ...]:
        """Return the hashes to bank, so that the picture is found again; none if not matchable."""
        # A hash of too little structure would match unrelated pictures.
        return (self.pdq.plain,) if self.pdq.matchable else ()
