"""Build the native kernels (PDQ hash, Hamming index) beside the Python package."""

from pathlib import Path

from pybind11.setup_helpers import Pybind11Extension
from setuptools import setup

NATIVE = Path("native")

setup(
    ext_modules=[
        Pybind11Extension(
            "raiment._native",
            sorted(str(path) for path in NATIVE.glob("*.cpp") if not path.name.startswith("fuzz_")),
            depends=sorted(str(path) for path in NATIVE.glob("*.[hi][pn][pc]")),
            cxx_std=17,
            # No machine-specific flag: the kernels choose their instruction set at start. Without
            # contraction every machine computes the same hash.
            extra_compile_args=["-O3", "-ffp-contract=off", "-fvisibility=hidden", "-Wall"],
        )
    ]
)
