"""``python -m raiment.web``: the API, the public pages and the console, as one process."""

from __future__ import annotations

import sys

from raiment.adapters.http.server import serve
from raiment.adapters.observe.process import run_process
from raiment.bootstrap import open_house
from raiment.environment import settings_from_environment
from raiment.web.app import make_app


async def run() -> None:
    """Open the house and answer calls until told to stop."""
    settings = settings_from_environment()
    async with open_house(settings, live_index=True, copy_index=True) as house:
        await serve(make_app(house), settings.web, trusted_proxies=settings.trusted_proxies)


def main() -> None:
    """Run the process."""
    sys.exit(run_process(run))


if __name__ == "__main__":
    main()
