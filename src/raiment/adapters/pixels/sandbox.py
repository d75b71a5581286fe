"""
What a decoding process may not do any more once it is ready.

The limits of ``setrlimit`` are the floor and must succeed. The rest is taken where the kernel and the
container around us allow it: a network namespace of its own, another user, a system-call filter.
Linux only.
"""

from __future__ import annotations

import ctypes
import os
import resource

from raiment.adapters.pixels.seccomp import refuse_calls

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_NOBODY = 65534
_OPEN_FILES = 16


def confine(memory_bytes: int, output_bytes: int) -> None:
    """
    Give up network, files, other processes and privileges; cap memory, output and open files.

    *memory_bytes* is address space; *output_bytes* the largest memory file written. Modules
    not yet imported can no longer be.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    _become_nobody()
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    refuse_calls(libc)


def allow_cpu(seconds: int) -> None:
    """Let this process use *seconds* more of processor time before the kernel ends it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, resource.RLIM_INFINITY))


def _become_nobody() -> None:
    if os.geteuid() == 0:
        try:
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        except OSError:
            # In a namespace that maps no such user we are root of nothing.
            return
