"""``python -m raiment.gateway``: the door for image generators, as one process."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from raiment.adapters.http.server import serve
from raiment.adapters.observe.process import run_process
from raiment.adapters.pixels.reader import PixelReader
from raiment.adapters.pixels.signals import read_signals
from raiment.bootstrap import open_house, open_upstream
from raiment.environment import settings_from_environment
from raiment.gateway.app import make_app
from raiment.gateway.doors import Gateway
from raiment.matching.signals import Signals


@dataclass(frozen=True, slots=True)
class _Workers:
    """``gateway.doors.Eyes``: pictures are decoded in confined workers."""

    pixels: PixelReader

    async def signals(self, data: bytes, field: str) -> Sequence[Signals]:
        return await read_signals(self.pixels, data, field=field)


_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Of glibc's ``mallopt(3)``."""
_KEPT_BYTES = 128 * 1024 * 1024


def keep_large_buffers() -> None:
    """
    Let the C library keep the memory of pictures for the next ones.

    By default it gives buffers of megabytes back at once, and having them zeroed again costs several times
    what is done with them. Where the C library is another one, nothing changes.
    """
    with contextlib.suppress(AttributeError, OSError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES // 4)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


async def run() -> None:
    """Open the house and the way to the generator, and answer calls until told to stop."""
    keep_large_buffers()
    settings = settings_from_environment()
    async with open_house(settings) as house, open_upstream(house) as upstream:
        await house.pixels.start()
        gateway = Gateway(
            house.database, house.keys, house.now, _Workers(house.pixels), house.screen, upstream
        )
        app = make_app(gateway, secure=settings.secure)
        await serve(app, settings.gateway, trusted_proxies=settings.trusted_proxies)


def main() -> None:
    """Run the process."""
    sys.exit(run_process(run))


if __name__ == "__main__":
    main()
