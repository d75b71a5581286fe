"""The API for programs: a module per noun."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> list[APIRouter]:
    """Return the routers of the API; mounted where this server has the role ``api``."""
    return []
