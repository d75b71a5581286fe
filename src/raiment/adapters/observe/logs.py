"""
Structured logs by allow-list: what is not named here is not written.

No prompt, URL, hash, name or text of an exception can reach a log line, because no field exists that
would hold it. Of an exception, its type and the lines of our own code it passed are kept.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event", "level", "timestamp",
        "door", "route", "method", "status", "milliseconds", "request_id",
        "role", "pid", "signal", "address", "version",
        "task", "job_id", "attempt", "part", "count", "size",
        "error", "at",
    }
)  # fmt: skip


def _exception(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Turn ``exc_info`` into the type's name and the places, without any message."""
    info = event.pop("exc_info", None)
    error = info if isinstance(info, BaseException) else sys.exc_info()[1] if info else None
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        event["error"] = type(error).__name__
        event["at"] = [f"{f.name}:{f.lineno}" for f in frames if "raiment" in f.filename][-6:]
    return event


def _only_allowed(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {key: value for key, value in event.items() if key in ALLOWED}


def configure_logs() -> None:
    """Write JSON lines to standard error; silence every library, whose messages quote inputs."""
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception,
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


logger: structlog.typing.FilteringBoundLogger = structlog.get_logger()
