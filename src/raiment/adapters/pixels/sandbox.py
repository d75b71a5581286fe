"""
What a decoding process may not do any more once it is ready.

Each measure is one the kernel may refuse (no privilege, old kernel, seccomp of a container); the
limits of ``setrlimit`` are the floor and must succeed. Linux only.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
# linux/landlock.h; the numbers are the same on every architecture.
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_ALL_FILE_ACCESS = (1 << 13) - 1
_LANDLOCK_ALL_TCP = 0b11
_LANDLOCK_VERSION = 1
_LANDLOCK_NET_SINCE = 4
_NOBODY = 65534
_OPEN_FILES = 16


def confine(memory_bytes: int, output_bytes: int) -> None:
    """
    Give up network, files and privileges, and cap memory, output size and open files.

    *memory_bytes* is address space; *output_bytes* the largest file (or memfd) written.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    _leave_network(libc)
    _become_nobody()
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    _close_file_system(libc)
    for limit, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, output_bytes),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def allow_cpu(seconds: int) -> None:
    """Let this process use *seconds* more of processor time before the kernel ends it."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(usage.ru_utime + usage.ru_stime) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, resource.RLIM_INFINITY))


def _leave_network(libc: ctypes.CDLL) -> None:
    if libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _become_nobody() -> None:
    if os.geteuid() == 0:
        try:
            os.setgroups([])
            os.setresgid(_NOBODY, _NOBODY, _NOBODY)
            os.setresuid(_NOBODY, _NOBODY, _NOBODY)
        except OSError:
            # A user namespace without a map for nobody: we are then root of nothing.
            return


def _close_file_system(libc: ctypes.CDLL) -> None:
    """Deny every path, and TCP where the kernel's Landlock knows it; open descriptors stay."""
    version = libc.syscall(_LANDLOCK_CREATE_RULESET, None, ctypes.c_size_t(0), _LANDLOCK_VERSION)
    if version < 1:
        return
    handled = [_LANDLOCK_ALL_FILE_ACCESS]
    if version >= _LANDLOCK_NET_SINCE:
        handled.append(_LANDLOCK_ALL_TCP)
    rules = struct.pack(f"{len(handled)}Q", *handled)
    ruleset = libc.syscall(_LANDLOCK_CREATE_RULESET, rules, ctypes.c_size_t(len(rules)), 0)
    if ruleset >= 0:
        libc.syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0)
        os.close(ruleset)
