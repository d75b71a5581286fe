"""The kernel that the encoder spends its time in: rows times weights in half precision."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from raiment import _native
from raiment.adapters.detectors.e5_file import Tensor

SIDES = st.integers(min_value=0, max_value=70)
_EDGES = [0.0, 1e-8, 6e-8, 6.1e-5, 2049.0, 2051.0, 65504.0, 65519.9, 65520.0, 1e9]


@pytest.fixture(params=_native.supported_kernels(), autouse=True)
def kernel(request: pytest.FixtureRequest) -> Iterator[str]:
    """Each that this processor can run, in turn."""
    before = _native.kernel()
    _native.use_kernel(request.param)
    yield request.param
    _native.use_kernel(before)


def rounded(matrix: Tensor) -> Tensor:
    """Return *matrix* as numpy rounds it to half precision."""
    with np.errstate(over="ignore"):
        return matrix.astype(np.float16).astype(np.float32)


@given(SIDES, SIDES, SIDES, st.integers(min_value=0))
def test_a_product_is_numpys(count: int, inputs: int, outputs: int, seed: int) -> None:
    """Of any shape, empty ones too, but for the rounding of the weights."""
    dice = np.random.default_rng(seed)
    matrix, bias, rows = (
        dice.standard_normal(shape).astype(np.float32)
        for shape in ((inputs, outputs), outputs, (count, inputs))
    )

    made = _native.Product(matrix, bias)(rows)

    assert made.shape == (count, outputs)
    np.testing.assert_allclose(made, rows @ rounded(matrix) + bias, atol=2e-5, rtol=1e-5)


@pytest.mark.parametrize("sign", [1, -1])
def test_weights_are_rounded_as_ieee_says(sign: int) -> None:
    """To nearest, ties to even; subnormal, infinite and no numbers too."""
    edges = sign * np.array([*_EDGES, np.inf, np.nan], dtype=np.float32)
    one = np.ones((1, 1), dtype=np.float32)

    for edge in edges:
        matrix = np.array([[edge]], dtype=np.float32)
        made = _native.Product(matrix, np.zeros(1, dtype=np.float32))(one)
        np.testing.assert_array_equal(made, rounded(matrix))


def test_rows_that_are_slices_or_columns_are_read_right() -> None:
    """What is not stored row by row is copied first."""
    matrix = np.arange(12, dtype=np.float32).reshape(3, 4)
    rows = np.arange(30, dtype=np.float32).reshape(3, 10)[:, ::2].T
    product = _native.Product(np.asfortranarray(matrix), np.zeros(4, dtype=np.float32))

    np.testing.assert_array_equal(product(rows), rows @ matrix)


@pytest.mark.parametrize(
    ("matrix", "bias"), [((3, 4), (3,)), ((3,), (3,)), ((3, 4), (4, 1)), ((2, 3, 4), (4,))]
)
def test_what_does_not_fit_together_is_refused(
    matrix: tuple[int, ...], bias: tuple[int, ...]
) -> None:
    """Nothing is read beyond what there is."""
    with pytest.raises(ValueError, match="matrix"):
        _native.Product(np.zeros(matrix, dtype=np.float32), np.zeros(bias, dtype=np.float32))


@pytest.mark.parametrize("shape", [(3,), (2, 2), (2, 4), (1, 2, 3)])
def test_rows_of_another_length_are_refused(shape: tuple[int, ...]) -> None:
    """As numpy refuses them."""
    product = _native.Product(np.zeros((3, 4), dtype=np.float32), np.zeros(4, dtype=np.float32))

    with pytest.raises(ValueError, match="inputs"):
        product(np.zeros(shape, dtype=np.float32))
