"""``python -m raiment.demo``: the demonstration platform, as one process."""

from __future__ import annotations

import sys

from raiment.adapters.http.outgoing import outgoing_session
from raiment.adapters.http.server import serve
from raiment.adapters.observe.process import run_process
from raiment.adapters.platforms.demo import demo_key
from raiment.adapters.platforms.webhook import webhook_secret, webhook_signer
from raiment.adapters.vault import keys_of
from raiment.demo.gallery import Gallery
from raiment.demo.safeguard import Safeguard
from raiment.demo.site import Site, make_app
from raiment.environment import settings_from_environment
from raiment.errors import ConfigurationError
from raiment.settings import Settings

_PATIENCE_SECONDS = 30.0


async def run(settings: Settings) -> None:
    """Serve the platform until told to stop."""
    if settings.demo is None:
        raise ConfigurationError("RAIMENT_DEMO", "is not set")
    keys = keys_of(settings)
    secret = webhook_secret(settings.platform, keys)
    async with outgoing_session(seconds=_PATIENCE_SECONDS) as session:
        session.headers["authorization"] = f"Bearer {demo_key(keys)}"
        site = Site(
            gallery=Gallery(settings.data_dir / "demo"),
            safeguard=Safeguard(settings.web.url, settings.demo.url, session),
            secret=secret,
            signer=webhook_signer(secret),
            report_url=f"{settings.public_url}/report",
        )
        await serve(make_app(site), settings.demo)


def main() -> int:
    """Run the process."""
    return run_process(lambda: run(settings_from_environment()))


if __name__ == "__main__":
    sys.exit(main())
