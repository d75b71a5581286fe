"""The reviewers' console."""

from __future__ import annotations

from fastapi import APIRouter

from raiment.web.console import accounts, case, floods, preview, queue, sign_in


def routers() -> list[APIRouter]:
    """Return the routers of the console; mounted where this server has the role ``console``."""
    return [
        sign_in.router,
        queue.router,
        case.router,
        preview.router,
        floods.router,
        accounts.router,
    ]
