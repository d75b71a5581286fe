"""The door: bytes of unknown origin in, one canonical ``Picture`` out."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self, TypeVar

from raiment.adapters.pixels.container import Container, recognise
from raiment.adapters.pixels.decoder import Decoder, DecoderLost
from raiment.adapters.pixels.limits import Limits
from raiment.adapters.pixels.look import Look, look_job, parse_look
from raiment.adapters.pixels.picture import Picture, picture
from raiment.adapters.pixels.refusal import Refusal
from raiment.adapters.pixels.wire import BrokenAnswer, job, parse_answer, parse_refusal
from raiment.errors import InvalidInput, TooLarge, Unavailable, UnreadableImage

_Answer = TypeVar("_Answer", Picture, Look)

_PART = "pixels"
_READ = "a JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF or HEIC picture"
_COPIED_AT_ONCE = 1_000_000
_DEFAULT_LIMITS = Limits()


class PixelReader:
    """
    Reads pictures in *workers* separate processes, each of which may be lost to any picture.

    Use as an async context manager, or ``start`` and ``close``. Safe for any number of concurrent
    reads on one event loop; those beyond *workers* wait in line, within the limits.
    """

    def __init__(self, *, workers: int = 2, limits: Limits = _DEFAULT_LIMITS) -> None:
        self.limits = limits
        self._workers = workers
        self._turns = asyncio.Semaphore(workers)
        self._waiting = 0
        self._idle: list[Decoder] = []
        self._open = True

    async def start(self) -> None:
        """Start every worker now, rather than at the first reads. Raises ``Unavailable``."""
        missing = self._workers - len(self._idle)
        started = await asyncio.gather(*(self._started() for _ in range(missing)))
        self._idle.extend(started)

    async def close(self) -> None:
        """End the workers; readings under way finish, later ones are refused."""
        self._open = False
        while self._idle:
            await self._idle.pop().kill()

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the workers that are not reading: for measurements."""
        return tuple(decoder.pid for decoder in self._idle)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def read(self, data: bytes, *, field: str) -> Picture:
        """
        Return what *data* shows; the caller closes it. *field* names the input in errors.

        Raises ``TooLarge`` (bytes, pixels, frames, memory), ``UnreadableImage`` (not an image we
        read, damaged, or the worker was lost over it) and ``Unavailable`` (no worker to be had).
        """
        container = self._recognised(data, field)

        def parsed(message: bytes, spool: int | None) -> Picture | Refusal:
            if spool is None:
                return parse_refusal(message)
            return picture(parse_answer(message, spool), spool, container.mime)

        return await self._answer(data, job(container, self.limits), parsed, field)

    async def look(self, data: bytes, *, field: str) -> Look:
        """
        Return by what *data* is looked for. *field* names the input in errors.

        No pixel leaves the worker, so it costs less than reading and hashing. Raises as ``read`` does.
        """
        container = self._recognised(data, field)

        def parsed(message: bytes, spool: int | None) -> Look | Refusal:
            return parse_look(message, spool, container.mime)

        return await self._answer(data, look_job(container, self.limits), parsed, field)

    def _recognised(self, data: bytes, field: str) -> Container:
        limit = self.limits.max_bytes
        if len(data) > limit:
            raise TooLarge(field, f"more than {limit} bytes", limit=limit)
        container = recognise(data[:64])
        if container is None:
            raise UnreadableImage(field, f"not {_READ}")
        return container

    async def _answer(
        self,
        data: bytes,
        asked: bytes,
        parsed: Callable[[bytes, int | None], _Answer | Refusal],
        field: str,
    ) -> _Answer:
        async with self._turn():
            file = await _memory_file(data)
            try:
                async with self._lent(field) as decoder:
                    message, spool = await decoder.ask(asked, file, self.limits.wall_seconds)
                    try:
                        answer = parsed(message, spool)
                    finally:
                        if spool is not None:
                            os.close(spool)
                    if isinstance(answer, Refusal):
                        raise self._refused(answer, field)
                    return answer
            finally:
                os.close(file)

    def _refused(self, refusal: Refusal, field: str) -> InvalidInput:
        limits = {
            Refusal.PIXELS: self.limits.max_pixels,
            Refusal.FRAMES: self.limits.max_frames,
            Refusal.FRAME_PIXELS: self.limits.max_decoded_pixels,
            Refusal.MEMORY: self.limits.memory_bytes,
        }
        if refusal in limits:
            return TooLarge(field, refusal.reason, limit=limits[refusal])
        return UnreadableImage(field, refusal.reason)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """Wait for one of the *workers* places. Raises ``Unavailable`` instead of waiting long."""
        if not self._open:
            raise Unavailable(_PART, "the reader is closed")
        if self._turns.locked() and self._waiting >= self.limits.max_waiting:
            raise Unavailable(_PART, "too many pictures are waiting")
        self._waiting += 1
        try:
            async with asyncio.timeout(self.limits.queue_seconds):
                await self._turns.acquire()
        except TimeoutError as error:
            raise Unavailable(_PART, "every decoder stayed busy") from error
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._turns.release()

    @asynccontextmanager
    async def _lent(self, field: str) -> AsyncIterator[Decoder]:
        """Lend a worker; take it back if it kept its word, end it in every other case."""
        decoder = await self._decoder()
        try:
            yield decoder
        except (DecoderLost, BrokenAnswer) as error:
            await decoder.kill()
            reason = "decoding it took too long or too much, or broke the decoder"
            raise UnreadableImage(field, reason) from error
        except InvalidInput:
            await self._put_back(decoder)
            raise
        except BaseException:
            await decoder.kill()
            raise
        await self._put_back(decoder)

    async def _decoder(self) -> Decoder:
        while self._idle:
            decoder = self._idle.pop()
            if decoder.is_running():
                return decoder
            await decoder.kill()
        return await self._started()

    async def _started(self) -> Decoder:
        try:
            return await Decoder.start(self.limits)
        except DecoderLost as error:
            raise Unavailable(_PART, "no decoder could be started") from error

    async def _put_back(self, decoder: Decoder) -> None:
        if self._open and decoder.readings < self.limits.readings_per_worker:
            self._idle.append(decoder)
        else:
            await decoder.kill()


async def _memory_file(data: bytes) -> int:
    """Return a descriptor of an anonymous file holding *data*, for the caller to close."""
    file = os.memfd_create("raiment-image", os.MFD_CLOEXEC)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest[:_COPIED_AT_ONCE]) :]
            if rest:
                await asyncio.sleep(0)
    except BaseException:
        os.close(file)
        raise
    return file
