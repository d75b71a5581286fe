"""Why a worker refuses a picture, as codes that cross the process border."""

from __future__ import annotations

from enum import Enum


class Refusal(Enum):
    """A code and the words a caller reads. The words never quote the picture."""

    UNREADABLE = ("unreadable", "the picture is damaged or is not what it claims to be")
    SAMPLES = ("samples", "its samples (32-bit, floating point or Lab) have no agreed rendering")
    PIXELS = ("pixels", "more pixels than the limit")
    FRAMES = ("frames", "more frames than the limit")
    FRAME_PIXELS = ("frame-pixels", "more pixels in all frames together than the limit")
    MEMORY = ("memory", "decoding it needs more memory than is allowed")

    def __init__(self, code: str, reason: str) -> None:
        self.code = code
        self.reason = reason


class Refused(Exception):
    """The picture is refused for *refusal*; raised and caught inside a worker."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
