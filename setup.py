"""Build the native kernels (PDQ hash, Hamming index) beside the Python package."""

from pybind11.setup_helpers import Pybind11Extension
from setuptools import setup

setup(
    ext_modules=[
        Pybind11Extension(
            "raiment._native",
            sorted(["native/module.cpp"]),
            cxx_std=17,
            extra_compile_args=["-O3", "-fvisibility=hidden"],
        )
    ]
)
