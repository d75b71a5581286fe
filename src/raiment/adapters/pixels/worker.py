"""
The decoding process: ``python -m raiment.adapters.pixels.worker <socket descriptor>``.

It reads one picture at a time from a sealed memory file, writes what it shows to another, and
answers with a description; or it answers with the hashes that the picture is looked for by. It ends at the
first end-of-file on its socket, so it cannot outlive the server that started it. Nothing it says is
trusted by the other side; see ``wire``.
"""

from __future__ import annotations

import fcntl
import json
import mmap
import os
import socket
import sys
from typing import IO, TypedDict

from blake3 import blake3
from pi_heif.as_plugin import register_heif_opener
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from raiment.adapters.pixels.canonical import Bounds, Canonical, canonical_of, opened
from raiment.adapters.pixels.hashed import Wanted, hashed, hashed_plain
from raiment.adapters.pixels.plain_jpeg import plain_pixels
from raiment.adapters.pixels.refusal import Refusal, Refused
from raiment.adapters.pixels.sandbox import allow_cpu, confine

# Loaded now because no file can be opened later.
_PLUGINS = (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
_MESSAGE_BYTES = 65536
# What Pillow packs at once: most pictures, so that they need not be put together from pieces.
_PACKED_BYTES = 4 << 20
_SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE

Placed = dict[str, object]
"""Where a raster lies in the answer's memory file: offset in bytes, width and height in pixels."""


def main() -> None:
    """Serve pictures until the socket closes."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    ImageFile.MAXBLOCK = _PACKED_BYTES
    Image.preinit()
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    confine(memory_bytes=int(sys.argv[2]), output_bytes=int(sys.argv[3]))
    channel.send(b"ready")
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, _MESSAGE_BYTES, 1)
        if not message:
            return
        with os.fdopen(descriptors[0], "rb") as file:
            _serve(channel, json.loads(message), file)


class _Job(TypedDict):
    plugin: str
    max_pixels: int
    max_frames: int
    max_decoded_pixels: int
    cpu_seconds: int
    look: Wanted | None


def _serve(channel: socket.socket, job: _Job, file: IO[bytes]) -> None:
    allow_cpu(job["cpu_seconds"])
    bounds = Bounds(job["max_pixels"], job["max_frames"], job["max_decoded_pixels"])
    spool = None
    try:
        with opened(file, job["plugin"], bounds) as image:
            if job["look"] is None:
                answer, spool = _spooled(canonical_of(image, bounds))
            elif (rows := plain_pixels(image, file, bounds.max_pixels)) is not None:
                answer = hashed_plain(rows, job["look"])
            else:
                answer = hashed(canonical_of(image, bounds), job["look"])
    except Refused as refused:
        _refuse(channel, refused.refusal)
    except MemoryError:
        _refuse(channel, Refusal.MEMORY)
    except Exception:  # noqa: BLE001 - the edge of this process; Pillow raises nearly anything
        _refuse(channel, Refusal.UNREADABLE)
    else:
        _answer(channel, answer, spool)


def _answer(channel: socket.socket, answer: dict[str, object], spool: int | None) -> None:
    message = json.dumps(answer).encode()
    if spool is None:
        channel.send(message)
        return
    try:
        socket.send_fds(channel, [message], [spool])
    finally:
        os.close(spool)


def _refuse(channel: socket.socket, refusal: Refusal) -> None:
    channel.send(json.dumps({"refusal": refusal.code}).encode())


def _spooled(canonical: Canonical) -> tuple[dict[str, object], int]:
    """Return the description and the sealed memory file, which the caller closes."""
    spool = os.memfd_create("raiment-pixels", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        answer = _write(canonical, spool)
        fcntl.fcntl(spool, fcntl.F_ADD_SEALS, _SEALS)
    except BaseException:
        os.close(spool)
        raise
    return answer, spool


def _write(canonical: Canonical, spool: int) -> dict[str, object]:
    """
    Write every raster into the memory file *spool* and describe them.

    The canonical frames come first, as the consecutive images of one PPM file: the digest is
    that file's.
    """
    with os.fdopen(spool, "wb", closefd=False) as out:
        frames = [{"number": one.number} | _place(out, one.image) for one in canonical.frames]
        return {
            "frames": frames,
            "frame_count": canonical.frame_count,
            "box": canonical.box,
            "pixels_blake3": _digest(spool, out.tell()),
            "opacity": canonical.opacity and _place(out, canonical.opacity),
            "on_black": canonical.on_black and _place(out, canonical.on_black),
            "beneath": canonical.beneath and _place(out, canonical.beneath),
        }


def _place(out: IO[bytes], image: Image.Image) -> Placed:
    """Append *image* as PPM (colours) or PGM (opacity)."""
    image.save(out, "PPM")
    out.flush()
    end = out.seek(0, os.SEEK_END)
    size = image.width * image.height * len(image.getbands())
    return {"offset": end - size, "width": image.width, "height": image.height}


def _digest(spool: int, length: int) -> str:
    with mmap.mmap(spool, length, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ) as view:
        return blake3(view, max_threads=1).hexdigest()


if __name__ == "__main__":
    main()
