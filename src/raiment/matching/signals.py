"""Everything by which one picture can be found again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from raiment.matching.signal import Blake3, Md5, Pdq, PdqViews, Sha256
from raiment.matching.view import INVERTED, View


@dataclass(frozen=True, slots=True)
class Signals:
    """
    The signals of one picture: digests of its bytes, of its pixels, and its PDQ views.

    Those of a picture that was in hand are complete. Those that somebody told hold what was told.
    """

    bytes_sha256: Sha256 | None
    pixels_blake3: Blake3 | None
    """Equal whatever the container and the metadata; differs after any re-encoding with loss."""
    pdq: PdqViews
    mime: str | None
    """None where the signals were told, and nobody here has seen the picture; so width and height."""
    width: int | None
    height: int | None
    bytes_md5: Md5 | None = None
    """Not kept of a release."""
    parts: tuple[Pdq, ...] = ()
    """The plain hashes of the pictures seen inside it, at most `disguise.MOST_PARTS`."""
    disguises: tuple[tuple[View, Pdq], ...] = ()
    """All that `disguise.query_views` says to look for. Only of a picture in hand; it is not kept."""

    @property
    def told(self) -> bool:
        """Whether they are taken on somebody's word: nobody here has seen the picture."""
        return self.mime is None

    @property
    def identity(self) -> Blake3 | Sha256:
        """What tells one picture from another: of its pixels, else of what is known."""
        known = self.pixels_blake3 or self.bytes_sha256
        return known or Sha256.of(b"".join(pdq.value for pdq in self.pdq.hashes))

    def digests(self) -> dict[str, str]:
        """Return the digests that are known, by name, as lower-case hexadecimal digits."""
        named = {
            "bytes_sha256": self.bytes_sha256,
            "pixels_blake3": self.pixels_blake3,
            "bytes_md5": self.bytes_md5,
        }
        return {name: digest.hex for name, digest in named.items() if digest is not None}

    def hashes_to_look_up(self) -> tuple[tuple[View, Pdq], ...]:
        """
        Return the hashes by which it is looked for, the plain one first; none if nothing is matchable.

        Of a picture that is not in hand: the views of the whole and of its negative, and its parts.
        """
        return self.disguises or (*self._views(), *((View.PANEL, part) for part in self.parts))

    def whole(self) -> Signals:
        """Return the signals without the pictures seen inside it."""
        return replace(self, parts=())

    def _views(self) -> tuple[tuple[View, Pdq], ...]:
        if not self.pdq.matchable:
            return ()
        inverted = (pdq.complement() for pdq in self.pdq.hashes)
        return (*self.pdq.by_view(), *zip(INVERTED, inverted, strict=False))

    def hashes_to_bank(self) -> tuple[Pdq, ...]:
        """Return the hashes to bank, so that the picture is found again; none if not matchable."""
        # A hash of too little structure would match unrelated pictures.
        return (self.pdq.plain,) if self.pdq.matchable else ()
