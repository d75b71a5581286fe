"""Passwords: argon2id, off the event loop, and as slow for a name that does not exist."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

P = ParamSpec("P")
T = TypeVar("T")

SHORTEST = 12
LONGEST = 200

_HASHER = PasswordHasher()
# Each hashing takes 64 MiB: two at once, so that many tries cost time and not memory.
_THREADS = ThreadPoolExecutor(2, thread_name_prefix="argon2")


def complaint_about(password: str, again: str, name: str) -> str:
    """Return what is wrong with a new password, empty where nothing is."""
    if len(password) < SHORTEST:
        return f"At least {SHORTEST} characters, please."
    if len(password) > LONGEST:
        return f"At most {LONGEST} characters, please."
    if name.lower() in password.lower():
        return "It must not contain your account's name."
    if password != again:
        return "The two are not the same."
    return ""


async def hash_password(password: str) -> str:
    """Return the argon2id hash to keep."""
    return await _off_the_loop(_HASHER.hash, _plain(password))


async def password_holds(password: str, kept: str | None) -> bool:
    """Whether *password* is the one of the hash *kept*; None costs the same time and never holds."""
    holds = await _off_the_loop(_verify, kept or _nobody(), _plain(password))
    return holds and kept is not None


def _verify(kept: str, password: str) -> bool:
    try:
        return _HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return _HASHER.hash("nobody's")


def _plain(password: str) -> str:
    """Keyboards spell one letter in several ways (RFC 8265)."""
    return unicodedata.normalize("NFC", password[: LONGEST + 1])


async def _off_the_loop(function: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_THREADS, partial(function, *given, **named))
