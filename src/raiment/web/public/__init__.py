"""Pages for everybody: the report form, its receipt, and where a case stands. No login."""

from __future__ import annotations

from fastapi import APIRouter

from raiment.web.public import follow, landing, report


def routers() -> list[APIRouter]:
    """Return the routers of the public pages; mounted where this server has the role ``public``."""
    return [landing.router, report.router, follow.router]
