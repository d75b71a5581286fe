"""``python -m raiment.web``: the API, the public pages and the console, as one process."""

from __future__ import annotations

import uvicorn
import uvloop

from raiment.adapters.observe.logs import configure_logs
from raiment.bootstrap import open_house, settings_from_environment
from raiment.web.app import make_app

_LAST_CALLS_SECONDS = 10


async def serve() -> None:
    """Open the house and answer calls until told to stop (SIGTERM or SIGINT)."""
    settings = settings_from_environment()
    async with open_house(settings) as house:
        config = uvicorn.Config(
            make_app(house),
            host=settings.web.host,
            port=settings.web.port,
            http="httptools",
            lifespan="off",
            forwarded_allow_ips=list(settings.trusted_proxies),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_LAST_CALLS_SECONDS,
        )
        await uvicorn.Server(config).serve()


def main() -> None:
    """Run the process."""
    configure_logs()
    uvloop.run(serve())


if __name__ == "__main__":
    main()
