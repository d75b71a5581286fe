"""Losing a worker costs one reading, and workers can do nothing but decode."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from raiment.adapters.pixels.limits import Limits
from raiment.adapters.pixels.reader import PixelReader
from raiment.adapters.pixels.wire import BrokenAnswer, parse_answer, parse_refusal
from raiment.errors import Unavailable, UnreadableImage

Encode = Callable[..., bytes]


@pytest.fixture
def data(drawing: Image.Image, encode: Encode) -> bytes:
    """One readable picture."""
    return encode(drawing, "PNG")


@pytest.fixture
async def single() -> AsyncIterator[PixelReader]:
    """A reader with one worker, which tests may end."""
    async with PixelReader(workers=1, limits=Limits(wall_seconds=20)) as started:
        yield started


def is_gone(pid: int) -> bool:
    """Whether the process has ended and been reaped."""
    return not Path(f"/proc/{pid}").exists()


async def read_once(reader: PixelReader, data: bytes) -> str:
    """Read and release; return the pixels' digest."""
    with await reader.read(data, field="image") as read:
        return read.pixels_blake3


@pytest.mark.faults
async def test_worker_killed_while_it_decodes(single: PixelReader, data: bytes) -> None:
    """The reading under way fails by type, and the next has a new worker."""
    before = await read_once(single, data)
    pid = single._idle[0].pid
    os.kill(pid, signal.SIGSTOP)
    reading = asyncio.ensure_future(single.read(data, field="source"))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(UnreadableImage) as refused:
        await reading
    assert refused.value.field == "source"
    assert is_gone(pid)
    assert await read_once(single, data) == before


@pytest.mark.faults
async def test_silent_worker_is_killed_and_replaced(data: bytes) -> None:
    """A worker that does not answer in time is ended, not waited for."""
    async with PixelReader(workers=1, limits=Limits(wall_seconds=0.3)) as hasty:
        pid = hasty._idle[0].pid
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(UnreadableImage):
            await hasty.read(data, field="image")
        assert is_gone(pid)
        assert await read_once(hasty, data)


@pytest.mark.faults
async def test_worker_that_died_idle_costs_nothing(single: PixelReader, data: bytes) -> None:
    """A picture is not blamed for a worker that was gone before it came."""
    pid = single._idle[0].pid
    os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(os.waitid, os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert await read_once(single, data)


@pytest.mark.faults
async def test_processor_time_is_limited(encode: Encode) -> None:
    """The kernel ends a worker that computes beyond its allowance."""
    frames = [Image.effect_noise((1500, 1500), 80) for _ in range(3)] * 60
    data = encode(frames[0], "GIF", save_all=True, append_images=frames[1:4])
    limits = Limits(cpu_seconds=0, max_bytes=100_000_000)
    async with PixelReader(workers=1, limits=limits) as stingy:
        pid = stingy._idle[0].pid
        deadline = time.monotonic() + 60
        while not is_gone(pid):
            assert time.monotonic() < deadline
            try:
                await read_once(stingy, data)
            except UnreadableImage:
                assert is_gone(pid)


async def test_cancelled_reading_leaves_nothing_behind(single: PixelReader, data: bytes) -> None:
    """A caller that went away frees its worker's place at once."""
    pid = single._idle[0].pid
    os.kill(pid, signal.SIGSTOP)
    reading = asyncio.ensure_future(single.read(data, field="image"))
    await asyncio.sleep(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert is_gone(pid)
    assert await read_once(single, data)


async def test_concurrent_readings_do_not_mix(reader: PixelReader, encode: Encode) -> None:
    """Twenty readings at once over two workers each get their own pixels."""
    shades = range(0, 200, 10)
    files = [encode(Image.new("RGB", (50 + at, 40), (at, 7, 9)), "PNG") for at in shades]
    pictures = await asyncio.gather(*(reader.read(file, field="image") for file in files))
    for at, picture in zip(shades, pictures, strict=True):
        with picture:
            assert picture.width == 50 + at
            assert (picture.pixels == (at, 7, 9)).all()


async def test_full_queue_turns_away(data: bytes) -> None:
    """Beyond the waiting line nobody waits, and nobody waits beyond the time."""
    limits = Limits(queue_seconds=0.3, max_waiting=1, wall_seconds=20)
    async with PixelReader(workers=1, limits=limits) as busy:
        pid = busy._idle[0].pid
        os.kill(pid, signal.SIGSTOP)
        first = asyncio.ensure_future(busy.read(data, field="image"))
        await asyncio.sleep(0.05)
        second = asyncio.ensure_future(busy.read(data, field="image"))
        await asyncio.sleep(0.05)
        with pytest.raises(Unavailable, match="waiting"):
            await busy.read(data, field="image")
        with pytest.raises(Unavailable, match="busy"):
            await second
        os.kill(pid, signal.SIGCONT)
        with await first as read:
            assert read.width == 96


async def test_closed_reader_is_unavailable(data: bytes) -> None:
    """After close every worker is gone and a reading says so."""
    async with PixelReader(workers=2) as reader:
        pids = [decoder.pid for decoder in reader._idle]
        assert len(pids) == 2
    assert all(is_gone(pid) for pid in pids)
    with pytest.raises(Unavailable):
        await reader.read(data, field="image")


async def test_no_worker_to_be_had(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that cannot start is an unavailable part, not a bad picture."""
    for missing in ("/nonexistent/python", "/bin/false"):
        monkeypatch.setattr(sys, "executable", missing)
        with pytest.raises(Unavailable, match="pixels"):
            await PixelReader(workers=1).read(data, field="image")


async def test_workers_start_lazily_and_are_renewed(data: bytes) -> None:
    """Without start the first reading starts a worker; after its share it is replaced."""
    reader = PixelReader(workers=1, limits=Limits(readings_per_worker=2))
    await read_once(reader, data)
    first = reader._idle[0].pid
    await read_once(reader, data)
    assert is_gone(first)
    await read_once(reader, data)
    await reader.close()


async def test_no_descriptor_is_leaked(reader: PixelReader, data: bytes, encode: Encode) -> None:
    """Reading, refusing and losing hold on pictures leaves no descriptor open."""
    broken = encode(Image.effect_noise((64, 64), 50), "PNG")[:-200]

    async def round_trip() -> int:
        await read_once(reader, data)
        with pytest.raises(UnreadableImage):
            await reader.read(broken, field="image")
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a count of descriptors

    await round_trip()
    assert await round_trip() == await round_trip()


async def test_arrays_outlive_the_picture_safely(reader: PixelReader, data: bytes) -> None:
    """Closing drops the picture's own hold; an array still kept stays what it was."""
    picture = await reader.read(data, field="image")
    kept = picture.pixels
    before = kept.copy()
    picture.close()
    picture.close()
    await read_once(reader, data)
    assert np.array_equal(kept, before)
    with pytest.raises(ValueError, match="closed"):
        _ = picture.pixels


async def test_pixels_cannot_be_changed(reader: PixelReader, data: bytes) -> None:
    """What was judged is what is released: the shared array is read-only."""
    with (
        await reader.read(data, field="image") as read,
        pytest.raises(ValueError, match="read-only"),
    ):
        read.pixels[0, 0] = 0


@pytest.mark.faults
async def test_workers_die_with_the_server() -> None:
    """A server killed outright leaves no worker behind."""
    program = (
        "import asyncio, time\n"
        "from raiment.adapters.pixels.reader import PixelReader\n"
        "async def main():\n"
        "    reader = PixelReader(workers=2)\n"
        "    await reader.start()\n"
        "    print(*(decoder.pid for decoder in reader._idle), flush=True)\n"
        "    time.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    pids = [int(pid) for pid in (await server.stdout.readline()).split()]
    assert len(pids) == 2
    server.kill()
    await server.wait()
    deadline = time.monotonic() + 30
    while any(_runs(pid) for pid in pids):
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def _runs(pid: int) -> bool:
    """Whether the process exists and is no zombie waiting for init."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


CONFINED = """
import ctypes, errno, os, platform, socket, threading
libc = ctypes.CDLL(None, use_errno=True)
def _syscall(numbers, *arguments):
    if libc.syscall(numbers[platform.machine()], *arguments, 0, 0, 0, 0) < 0:
        raise OSError(ctypes.get_errno(), "refused")
from raiment.adapters.pixels.sandbox import confine
confine(1_000_000_000, 1_000_000)
for name, attempt in {
    "open": lambda: os.open("/etc/hostname", os.O_RDONLY),
    "create": lambda: os.open("/tmp/raiment-confined", os.O_CREAT | os.O_WRONLY),
    "socket": socket.socket,
    "fork": os.fork,
    "clone": lambda: _syscall({"x86_64": 56, "aarch64": 220}, 17),
    "exec": lambda: os.execv("/bin/true", ["true"]),
    "signal": lambda: os.kill(os.getppid(), 0),
}.items():
    try:
        attempt()
    except OSError as error:
        print(name, errno.errorcode[error.errno])
    else:
        os.write(1, b"allowed\\n")
thread = threading.Thread(target=lambda: print("thread", socket.has_ipv6))
thread.start()
thread.join()
"""


def test_confined_process_can_only_compute() -> None:
    """No file, socket, process or signal is to be had after confinement; a thread of its own is."""
    done = subprocess.run(
        [sys.executable, "-c", CONFINED], capture_output=True, text=True, check=True
    )
    assert done.stdout.split("\n")[:-1] == [
        *(
            f"{name} EPERM"
            for name in ("open", "create", "socket", "fork", "clone", "exec", "signal")
        ),
        "thread True",
    ]


async def test_worker_sees_nothing_of_the_server(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither the environment, with its secrets, nor open files are inherited."""
    monkeypatch.setenv("RAIMENT_SECRET", "not for decoders")
    async with PixelReader(workers=1) as reader:
        process = Path(f"/proc/{reader._idle[0].pid}")
        assert b"RAIMENT" not in (process / "environ").read_bytes()
        # The null device three times, and the socket to us.
        assert len(list((process / "fd").iterdir())) == 4


def _answer(**changes: object) -> bytes:
    raster = {"offset": 0, "width": 2, "height": 2, "number": 0}
    honest: dict[str, object] = {
        "frames": [raster],
        "frame_count": 1,
        "box": [0, 0, 2, 2],
        "pixels_blake3": "0" * 64,
        "opacity": None,
        "on_black": None,
        "beneath": None,
    }
    return json.dumps(honest | changes).encode()


def _spool(size: int, *seals: int) -> int:
    import fcntl

    file = os.memfd_create("test", os.MFD_ALLOW_SEALING)
    os.truncate(file, size)
    for seal in seals:
        fcntl.fcntl(file, fcntl.F_ADD_SEALS, seal)
    return file


SEALS = (0x0002, 0x0008)
"""F_SEAL_SHRINK, F_SEAL_WRITE."""


def test_honest_answer_is_accepted() -> None:
    """The forged answers below differ from an accepted one in one point each."""
    spool = _spool(12, *SEALS)
    assert parse_answer(_answer(), spool).frames[0].width == 2
    os.close(spool)


@pytest.mark.parametrize(
    ("message", "size", "seals"),
    [
        (_answer(), 11, SEALS),
        (_answer(), 12, SEALS[:1]),
        (_answer(), 12, SEALS[1:]),
        (_answer(), 12, ()),
        (_answer(frames=[]), 12, SEALS),
        (_answer(frames=[{"offset": -1, "width": 2, "height": 2}]), 12, SEALS),
        (_answer(frames=[{"offset": 0, "width": 0, "height": 2}]), 12, SEALS),
        (_answer(frames=[{"offset": 0, "width": 2**62, "height": 2**62}]), 12, SEALS),
        (_answer(opacity={"offset": 11, "width": 2, "height": 1}), 12, SEALS),
        (_answer(beneath={"offset": 1, "width": 2, "height": 2}), 12, SEALS),
        (_answer(pixels_blake3="<script>"), 12, SEALS),
        (_answer(box=[0, 0, 2]), 12, SEALS),
        (b"\xff", 12, SEALS),
        (b"", 12, SEALS),
    ],
)
def test_forged_answer_is_not_believed(message: bytes, size: int, seals: tuple[int, ...]) -> None:
    """A worker taken over by a picture cannot make the server map what is not there."""
    spool = _spool(size, *seals)
    with pytest.raises(BrokenAnswer):
        parse_answer(message, spool)
    os.close(spool)


def test_answer_over_an_ordinary_file_is_not_believed(tmp_path: Path) -> None:
    """Only a sealed memory file is mapped."""
    file = os.open(tmp_path / "pixels", os.O_RDWR | os.O_CREAT)
    os.truncate(file, 12)
    with pytest.raises(BrokenAnswer):
        parse_answer(_answer(), file)
    os.close(file)


@pytest.mark.parametrize("message", [b"", b"{}", b'{"refusal": "because"}', b'{"refusal": 1}'])
def test_unknown_refusal_is_not_believed(message: bytes) -> None:
    """A worker cannot put words of its own into an error."""
    with pytest.raises(BrokenAnswer):
        parse_refusal(message)
