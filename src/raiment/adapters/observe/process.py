"""
A process of Raiment from start to end, and the one place where errors become exit statuses.

The statuses are those of ``sysexits.h``, so that a service manager and a script understand them alike:

====== =============================================================================================
status means
====== =============================================================================================
0      done; for a server: it was told to stop
2      the command line is not understood
65     what was given is no good (InvalidInput, LogError: an export that does not verify)
66     there is no such thing (NotFound)
70     a defect of Raiment; the log line on standard error says where
73     it exists already, or moved on (Conflict)
75     a part is missing or busy: try again (Unavailable, RateLimited)
77     not permitted (NotPermitted, NotAuthenticated)
78     a setting cannot work (ConfigurationError): trying again does not help
====== =============================================================================================
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Final

import uvloop

from raiment.adapters.observe.logs import configure_logs, logger
from raiment.errors import (
    ConfigurationError,
    Conflict,
    InvalidInput,
    LogError,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    RaimentError,
    RateLimited,
    ServiceError,
    Unavailable,
)

DEFECT: Final = os.EX_SOFTWARE
MISCONFIGURED: Final = os.EX_CONFIG

STATUS: dict[type[RaimentError], int] = {
    RaimentError: DEFECT,
    ConfigurationError: MISCONFIGURED,
    LogError: os.EX_DATAERR,
    ServiceError: DEFECT,
    InvalidInput: os.EX_DATAERR,
    NotAuthenticated: os.EX_NOPERM,
    NotPermitted: os.EX_NOPERM,
    NotFound: os.EX_NOINPUT,
    Conflict: os.EX_CANTCREAT,
    RateLimited: os.EX_TEMPFAIL,
    Unavailable: os.EX_TEMPFAIL,
}


def exit_status(kind: type[RaimentError]) -> int:
    """Return the exit status of the nearest mapped class."""
    return next(STATUS[ancestor] for ancestor in kind.__mro__ if ancestor in STATUS)


def run_process(work: Callable[[], Awaitable[None]]) -> int:
    """
    Run *work* until it ends or SIGTERM or SIGINT cancels it; return the exit status.

    *work* may take both signals over while it runs.
    """
    configure_logs()
    return status_of(lambda: uvloop.run(cancelled_by_signals(work)))


def status_of(run: Callable[[], None]) -> int:
    """Run *run* to its exit status; what went wrong is one line on standard error."""
    try:
        run()
    except (asyncio.CancelledError, KeyboardInterrupt):
        return 0
    except RaimentError as error:
        print(f"raiment: {error}", file=sys.stderr)  # noqa: T201 - the process's last word
        return exit_status(type(error))
    except Exception:  # noqa: BLE001 - the process's edge
        logger.exception("process_failed", pid=os.getpid())
        return DEFECT
    return 0


async def cancelled_by_signals(work: Callable[[], Awaitable[None]]) -> None:
    """Do *work*; SIGTERM and SIGINT cancel it, so that it closes what it opened."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    await work()
