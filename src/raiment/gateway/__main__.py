"""``python -m raiment.gateway``: the door for image generators, as one process."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from raiment.adapters.http.server import serve
from raiment.adapters.observe.memory import keep_large_buffers
from raiment.adapters.observe.process import run_process
from raiment.adapters.pixels.reader import PixelReader
from raiment.adapters.pixels.signals import read_signals
from raiment.bootstrap import House, open_advisers, open_house, open_upstream
from raiment.environment import settings_from_environment
from raiment.gateway.app import make_app
from raiment.gateway.doors import Gateway
from raiment.matching.signals import Signals
from raiment.screening.opinion import NOBODY, Advisers
from raiment.screening.upstream import Upstream


@dataclass(frozen=True, slots=True)
class _Workers:
    """``gateway.doors.Eyes``: pictures are decoded in confined workers."""

    pixels: PixelReader

    async def signals(self, data: bytes, field: str) -> Sequence[Signals]:
        return await read_signals(self.pixels, data, field=field)


def stand(house: House, upstream: Upstream, advisers: Advisers = NOBODY) -> Gateway:
    """Return the gateway of *house* before *upstream*, with *advisers* for second opinions."""
    eyes = _Workers(house.pixels)
    parts = house.database, house.keys, house.now, eyes, house.screen, upstream, advisers
    return Gateway(*parts, house.settings.upstream_models)


async def run() -> None:
    """Open the house and the way to the generator, and answer calls until told to stop."""
    keep_large_buffers()
    settings = settings_from_environment()
    async with (
        open_house(settings, live_index=True, copy_index=True) as house,
        open_upstream(house) as upstream,
        open_advisers(settings) as advisers,
    ):
        await house.pixels.start()
        app = make_app(stand(house, upstream, advisers), secure=settings.secure)
        await serve(app, settings.gateway, trusted_proxies=settings.trusted_proxies)


def main() -> None:
    """Run the process."""
    sys.exit(run_process(run))


if __name__ == "__main__":
    main()
