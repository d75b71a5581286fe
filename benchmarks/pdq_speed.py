"""
From JPEG bytes to PDQ hash: Raiment against pdqhash, threatexchange and the bare decoders.

CPU time on one thread, the median over pictures of the best of a few runs each; and how far the
hash from a gray decode lies from pdqhash's. Run in an environment with requirements/bench.lock and
Raiment installed::

    taskset -c 1 python benchmarks/pdq_speed.py [--pictures FOLDER] [--most 6]

Without a folder of photographs the pictures are drawn, which decode and hash a little faster.
"""

from __future__ import annotations

import argparse
import io
import runpy
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pdqhash
import simplejpeg
from numpy.typing import NDArray
from PIL import Image
from threatexchange.signal_type.pdq.signal import PdqSignal

from raiment import _native

MEGAPIXELS = (0.3, 1.0, 4.0, 12.0)
DRAWINGS = Path(__file__).parent.parent / "tests" / "matching" / "drawings.py"


def photographs(folder: Path | None, most: int) -> Iterator[Image.Image]:
    """Yield the folder's largest JPEG pictures, or drawn ones."""
    if folder is None:
        drawing = runpy.run_path(str(DRAWINGS))["drawing"]
        for seed in range(most):
            yield Image.fromarray(drawing(900, 1200, seed))
        return
    paths = sorted(folder.rglob("*.jpg"), key=lambda path: -path.stat().st_size)
    for path in paths[:most]:
        with Image.open(path) as image:
            yield image.convert("RGB")


def encoded(image: Image.Image, megapixels: float) -> bytes:
    """Return *image* at that size, as a quality-90 JPEG with halved colour."""
    scale = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
    size = (round(image.width * scale), round(image.height * scale))
    stream = io.BytesIO()
    image.resize(size, Image.Resampling.BICUBIC).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def gray(data: bytes) -> NDArray[np.uint8]:
    """Decode the luminance plane with libjpeg-turbo."""
    return simplejpeg.decode_jpeg(data, colorspace="GRAY")[:, :, 0]


def pillow_gray(data: bytes) -> NDArray[np.uint8]:
    """Decode the luminance plane with Pillow."""
    with Image.open(io.BytesIO(data)) as image:
        image.draft("L", None)
        return np.asarray(image)


def pillow_colour(data: bytes) -> NDArray[np.uint8]:
    """Decode all three planes with Pillow."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


PATHS: dict[str, Callable[[bytes], object]] = {
    "raiment, gray plane": lambda data: _native.pdq(gray(data)),
    "raiment, Pillow gray": lambda data: _native.pdq(pillow_gray(data)),
    "raiment, Pillow colour": lambda data: _native.pdq(pillow_colour(data)),
    "pdqhash + Pillow": lambda data: pdqhash.compute(pillow_colour(data)),
    "threatexchange": PdqSignal.hash_from_bytes,
    "gray plane alone": gray,
    "Pillow gray alone": pillow_gray,
}


def cpu_milliseconds(call: Callable[[bytes], object], data: bytes) -> float:
    """Return the least CPU time of a few runs, fewer when a run is long."""
    best = float("inf")
    spent = 0.0
    for _ in range(15):
        start = time.process_time()
        call(data)
        spent += (took := time.process_time() - start)
        best = min(best, took)
        if spent > 0.6:
            break
    return best * 1e3


def fidelity(data: bytes) -> tuple[int, bool]:
    """Return the bits from pdqhash's hash of the colour picture, and whether qualities agree."""
    bits, quality = pdqhash.compute(pillow_colour(data))
    ours, hashes = _native.pdq(gray(data))
    theirs = int.from_bytes(np.packbits(bits).tobytes())
    return (int.from_bytes(hashes[0]) ^ theirs).bit_count(), ours == quality


def main() -> None:
    """Print one table of times and one line of fidelity for each size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pictures", type=Path)
    parser.add_argument("--most", type=int, default=6)
    arguments = parser.parse_args()
    images = list(photographs(arguments.pictures, arguments.most))
    print(f"{len(images)} pictures, kernel {_native.kernel()}, milliseconds of CPU for each")
    for megapixels in MEGAPIXELS:
        files = [encoded(image, megapixels) for image in images]
        times = {
            name: statistics.median(cpu_milliseconds(call, data) for data in files)
            for name, call in PATHS.items()
        }
        ours = times["raiment, gray plane"]
        peer = min(times["pdqhash + Pillow"], times["threatexchange"])
        print(f"\n{megapixels} MP")
        for name, took in times.items():
            print(f"  {name:24s} {took:9.2f}")
        print(f"  fastest peer / ours      {peer / ours:9.1f}")
        print(f"  decoder / ours           {times['gray plane alone'] / ours:9.2f}")
        apart = [fidelity(data) for data in files]
        print(f"  bits from pdqhash        {sorted(bits for bits, _ in apart)}")
        print(f"  qualities equal          {sum(same for _, same in apart)} of {len(apart)}")


if __name__ == "__main__":
    main()
