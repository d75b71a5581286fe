"""
A system-call filter for the decoding process: no files, no network, no other process.

A thread of the same process is allowed, because the HEVC decoder decodes in one: it lives under the
same filter and the same limits. Written out as classic BPF because that is all it takes: load the
number, compare, refuse. See ``seccomp(2)`` and ``linux/seccomp.h``.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_ALLOW = 0x7FFF0000
_REFUSE = 0x00050000 | errno.EPERM
_ABSENT = 0x00050000 | errno.ENOSYS
_LOAD_WORD = 0x20
_JUMP_IF_EQUAL = 0x15
_JUMP_IF_AT_LEAST = 0x35
_RETURN = 0x06
_OFFSET_OF_NUMBER = 0
_OFFSET_OF_ARCHITECTURE = 4
_OFFSET_OF_FIRST_ARGUMENT = 16
# VM, FS, FILES, SIGHAND, THREAD, SYSVSEM, SETTLS, PARENT_SETTID and CHILD_CLEARTID: what the C library
# asks for when it makes a thread (glibc, nptl/pthread_create.c), and nothing that makes a process.
_THREAD_FLAGS = 0x3D0F00
# Numbers from here on are the x32 ABI of x86-64: the same calls under other names.
_X32 = 0x40000000


# Name, number on x86-64, number on AArch64; a dash where the call does not exist.
_REFUSED = """
open 2 -
creat 85 -
openat 257 56
openat2 437 437
socket 41 198
connect 42 203
bind 49 200
execve 59 221
execveat 322 281
fork 57 -
vfork 58 -
kill 62 129
tkill 200 130
tgkill 234 131
pidfd_send_signal 424 424
pidfd_getfd 438 438
ptrace 101 117
process_vm_readv 310 270
process_vm_writev 311 271
bpf 321 280
io_uring_setup 425 425
userfaultfd 323 282
perf_event_open 298 241
unshare 272 97
setns 308 268
mount 165 40
add_key 248 217
request_key 249 218
keyctl 250 219
"""
# Its flags lie in memory, which a filter cannot read; told that it does not exist, the C library
# falls back to the older call.
_CLONE3 = 435
# Column of the table, and AUDIT_ARCH_* of linux/audit.h.
_ARCHITECTURES = {"x86_64": (1, 0xC000003E), "aarch64": (2, 0xC00000B7)}
_CLONE = {"x86_64": 56, "aarch64": 220}


def refuse_calls(libc: ctypes.CDLL) -> bool:
    """
    Make the listed calls fail with EPERM in this process from now on; tell whether that worked.

    Needs ``no_new_privs`` set before. Does nothing on other processors.
    """
    architecture = _ARCHITECTURES.get(platform.machine())
    if architecture is None:
        return False
    column, audit = architecture
    numbers = [line.split()[column] for line in _REFUSED.split("\n") if line]
    refused = [int(number) for number in numbers if number != "-"]
    program = _program(audit, refused, _CLONE[platform.machine()])
    instructions = ctypes.create_string_buffer(program)
    # struct sock_fprog: unsigned short count, padding, pointer.
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(instructions))
    done: int = libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, header, 0, 0)
    return done == 0


def _program(audit: int, refused: list[int], clone: int) -> bytes:
    """Assemble the filter: each comparison that hits jumps forward to one of the answers at the end."""
    last = len(refused)
    body = [
        _instruction(_LOAD_WORD, _OFFSET_OF_ARCHITECTURE),
        _instruction(_JUMP_IF_EQUAL, audit, otherwise=last + 7),
        _instruction(_LOAD_WORD, _OFFSET_OF_NUMBER),
        _instruction(_JUMP_IF_AT_LEAST, _X32, then=last + 5),
        *(
            _instruction(_JUMP_IF_EQUAL, call, then=last + 4 - at)
            for at, call in enumerate(refused)
        ),
        _instruction(_JUMP_IF_EQUAL, _CLONE3, then=5),
        _instruction(_JUMP_IF_EQUAL, clone, otherwise=2),
        _instruction(_LOAD_WORD, _OFFSET_OF_FIRST_ARGUMENT),
        _instruction(_JUMP_IF_EQUAL, _THREAD_FLAGS, otherwise=1),
        _instruction(_RETURN, _ALLOW),
        _instruction(_RETURN, _REFUSE),
        _instruction(_RETURN, _ABSENT),
    ]
    return b"".join(body)


def _instruction(code: int, value: int, *, then: int = 0, otherwise: int = 0) -> bytes:
    """One ``struct sock_filter``; the jumps count instructions to skip."""
    return struct.pack("HBBI", code, then, otherwise, value)
