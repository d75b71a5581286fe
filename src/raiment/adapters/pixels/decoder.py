"""The server's end of one worker process."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys

from raiment.adapters.pixels.limits import Limits

# The hashes of every reading of a picture with every panel; less than a socket holds at once.
_MESSAGE_BYTES = 131072
_START_SECONDS = 20.0
# Frames, the black ground and the stored colours, three bytes a pixel, and the opacity.
_OUTPUT_BYTES_PER_PIXEL = 16
# Nothing of the server's environment, which holds its secrets. One arena and no threads of OpenBLAS, because
# the address-space limit counts what is reserved per thread. Pillow keeps four 16 MiB blocks for the next
# picture, and glibc 64 MiB: faulting fresh pages in costs as much as decoding a JPEG into them.
_ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(64 << 20),
    "OPENBLAS_NUM_THREADS": "1",
    "PILLOW_BLOCKS_MAX": "4",
}


class DecoderLost(Exception):
    """The process ended, answered nothing in time, or could not be started."""


class Decoder:
    """A running worker process and the socket to it. One picture at a time."""

    def __init__(self, process: subprocess.Popen[bytes], channel: socket.socket) -> None:
        self._process = process
        self._channel = channel
        self.pid = process.pid
        self.readings = 0

    @classmethod
    async def start(cls, limits: Limits) -> Decoder:
        """Start a process and wait until it is confined and ready. Raises ``DecoderLost``."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        with theirs:
            try:
                process = _spawn(theirs, limits)
            except OSError as error:
                ours.close()
                raise DecoderLost from error
        decoder = cls(process, ours)
        try:
            async with asyncio.timeout(_START_SECONDS):
                message, _ = await decoder._receive()
        except TimeoutError as error:
            await decoder.kill()
            raise DecoderLost from error
        except BaseException:
            await decoder.kill()
            raise
        if message != b"ready":
            await decoder.kill()
            raise DecoderLost
        return decoder

    def is_running(self) -> bool:
        """Whether the process has not ended, as far as the kernel has told."""
        return self._process.poll() is None

    async def ask(self, job: bytes, data: int, seconds: float) -> tuple[bytes, int | None]:
        """
        Send *job* with the descriptor *data*; return the answer and the descriptor it carries.

        The caller owns the returned descriptor. Raises ``DecoderLost`` when the process ends or is
        silent for *seconds*; it must then be killed.
        """
        self.readings += 1
        try:
            socket.send_fds(self._channel, [job], [data])
            async with asyncio.timeout(seconds):
                message, spool = await self._receive()
        except (OSError, TimeoutError) as error:
            raise DecoderLost from error
        if not message:
            raise DecoderLost
        return message, spool

    async def _receive(self) -> tuple[bytes, int | None]:
        await _readable(self._channel)
        message, descriptors, _, _ = socket.recv_fds(
            self._channel, _MESSAGE_BYTES, 1, socket.MSG_CMSG_CLOEXEC
        )
        return message, descriptors[0] if descriptors else None

    async def kill(self) -> None:
        """End the process now and reap it."""
        self._channel.close()
        self._process.kill()
        await asyncio.shield(asyncio.to_thread(self._process.wait))


def _spawn(theirs: socket.socket, limits: Limits) -> subprocess.Popen[bytes]:
    descriptor = theirs.fileno()
    output_bytes = limits.max_pixels * _OUTPUT_BYTES_PER_PIXEL
    arguments = [str(descriptor), str(limits.memory_bytes), str(output_bytes)]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-I", "-m", "raiment.adapters.pixels.worker", *arguments],
        pass_fds=[descriptor],
        env=_ENVIRONMENT,
        cwd=os.sep,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


async def _readable(channel: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(channel, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(channel)
