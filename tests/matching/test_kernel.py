"""The choice of instruction set."""

from __future__ import annotations

import pytest

from raiment import _native


def test_the_best_kernel_is_chosen_and_another_can_be_forced(kernel: str) -> None:
    """Tests reach every kernel this processor has; the plain one is always there."""
    assert _native.kernel() == kernel
    assert _native.supported_kernels()[0] == "scalar"


@pytest.mark.parametrize("name", ["", "mmx", "AVX2"])
def test_a_kernel_that_is_none_is_refused(name: str) -> None:
    """The choice stays what it was."""
    before = _native.kernel()
    with pytest.raises(ValueError, match="no such kernel"):
        _native.use_kernel(name)

    assert _native.kernel() == before


def test_a_kernel_of_another_processor_is_refused() -> None:
    """An instruction this processor lacks is never run."""
    missing = {"neon", "avx2", "avx512"} - set(_native.supported_kernels())
    for name in missing:
        with pytest.raises(ValueError, match="cannot run"):
            _native.use_kernel(name)

    assert missing
