"""The API for programs: a module per noun."""

from __future__ import annotations

from fastapi import APIRouter

from raiment.web.api import (
    actions,
    bank_entries,
    banks,
    cases,
    content,
    docs,
    hma,
    log,
    reports,
    traces,
)


def routers() -> list[APIRouter]:
    """Return the routers of the API; mounted where this server has the role ``api``."""
    nouns = (content, traces, reports, cases, actions, banks, bank_entries, log, hma, docs)
    return [noun.routes for noun in nouns]
