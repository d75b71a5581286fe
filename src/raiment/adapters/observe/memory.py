"""How a process keeps its memory."""

from __future__ import annotations

import contextlib
import ctypes

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Of glibc's ``mallopt(3)``."""
_KEPT_BYTES = 128 * 1024 * 1024


def keep_large_buffers() -> None:
    """
    Let the C library keep the memory of pictures for the next ones, up to 128 MiB of it.

    By default it gives buffers of megabytes back at once, and having them zeroed again costs several times
    what is done with them. Where the C library is another one, nothing changes.
    """
    with contextlib.suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES // 4)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
