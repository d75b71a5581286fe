"""The reviewers' console."""

from __future__ import annotations

from fastapi import APIRouter


def routers() -> list[APIRouter]:
    """Return the routers of the console; mounted where this server has the role ``console``."""
    return []
