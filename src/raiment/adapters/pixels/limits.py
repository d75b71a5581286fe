"""What one picture may cost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds for one reading. Every bound is inclusive."""

    max_bytes: int = 20_000_000
    """Encoded size, in bytes."""
    max_pixels: int = 40_000_000
    """Width times height of any one frame, in pixels, as the header declares and as decoded."""
    max_frames: int = 1000
    """Frames of an animation, or pages of a TIFF; more are refused, not skipped."""
    max_decoded_pixels: int = 500_000_000
    """Pixels of all frames together, which is what decoding an animation costs."""
    memory_bytes: int = 1_500_000_000
    """Address space of a worker process, in bytes."""
    cpu_seconds: int = 10
    """Processor time of one reading; the kernel ends the worker beyond it."""
    wall_seconds: float = 15.0
    """Time from handing a picture to a worker until it is killed."""
    queue_seconds: float = 5.0
    """Longest wait for a free worker."""
    max_waiting: int = 64
    """Readings that may wait at once; the next is turned away immediately."""
    readings_per_worker: int = 1000
    """A worker is replaced after this many pictures, so that nothing grows for ever."""
