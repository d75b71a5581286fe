"""Which container the bytes claim to be, by magic number, from a closed list."""

from __future__ import annotations

from enum import Enum

_BRAND_BYTES = 4


class Container(Enum):
    """A container we read: its media type and the one Pillow plug-in that may open it."""

    JPEG = ("image/jpeg", "JPEG")
    PNG = ("image/png", "PNG")
    WEBP = ("image/webp", "WEBP")
    GIF = ("image/gif", "GIF")
    BMP = ("image/bmp", "BMP")
    TIFF = ("image/tiff", "TIFF")
    AVIF = ("image/avif", "AVIF")
    HEIC = ("image/heic", "HEIF")

    def __init__(self, mime: str, plugin: str) -> None:
        self.mime = mime
        self.plugin = plugin


_PREFIXES = {
    b"\xff\xd8\xff": Container.JPEG,
    b"\x89PNG\r\n\x1a\n": Container.PNG,
    b"GIF87a": Container.GIF,
    b"GIF89a": Container.GIF,
    b"BM": Container.BMP,
    b"II*\0": Container.TIFF,
    b"MM\0*": Container.TIFF,
}

_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis"})
"""Still pictures in HEVC (ISO/IEC 23008-12, annex B)."""


def recognise(head: bytes) -> Container | None:
    """Return the container that *head* (the first 64 bytes or more) announces, if we read it."""
    for prefix, container in _PREFIXES.items():
        if head.startswith(prefix):
            return container
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Container.WEBP
    brands = _brands(head)
    if brands & _AVIF_BRANDS:
        return Container.AVIF
    return Container.HEIC if brands & _HEIC_BRANDS else None


def _brands(head: bytes) -> frozenset[bytes]:
    """The major and compatible brands of an ISO base media file (ISO/IEC 14496-12, 4.3)."""
    if head[4:8] != b"ftyp":
        return frozenset()
    end = min(int.from_bytes(head[:4], "big"), 64, len(head))
    compatible = (head[at : at + _BRAND_BYTES] for at in range(16, end, _BRAND_BYTES))
    return frozenset({head[8:12], *compatible})
