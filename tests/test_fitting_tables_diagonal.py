"""The diagonal of an inverse: against the inverse itself, and without a second matrix."""

import tracemalloc

import numpy as np
import pytest
from scipy.linalg import lapack

from quesnay.fitting.tables.leontief import inverse_diagonal, leontief, row_norm


@pytest.mark.parametrize("n", [1, 2, 127, 128, 129, 257, 385])
@pytest.mark.parametrize("exchanged", [False, True])
def test_diagonal_is_that_of_the_inverse(n: int, exchanged: bool) -> None:
    rng = np.random.default_rng(n)
    matrix = np.eye(n) * 2.0 - rng.random((n, n)) / n
    if exchanged:  # rows out of order: LAPACK has to exchange them
        matrix = matrix[rng.permutation(n)]
    lu, pivots, _ = lapack.dgetrf(matrix)
    expected = np.diag(np.linalg.inv(matrix))
    assert n < 3 or exchanged == bool((pivots != np.arange(n)).any())
    np.testing.assert_allclose(inverse_diagonal(lu, pivots), expected, rtol=1e-12, atol=1e-14)


def test_diagonal_holds_no_second_matrix_and_leaves_the_factors() -> None:
    n = 1200
    factors = leontief(np.random.default_rng(0).random((n, n)), np.full(n, float(n)))
    before = factors.lu.copy()
    tracemalloc.start()
    factors.diagonal()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 0.8 * before.nbytes  # some blocks of 128 columns
    np.testing.assert_array_equal(factors.lu, before)


def test_row_norm_bounds_the_norm_of_the_interdependency_matrix() -> None:
    rng = np.random.default_rng(3)
    flows, output = rng.normal(size=(150, 150)), rng.uniform(1.0, 2.0, 150)
    output[7] = 0.0
    flows[:, 7] = 0.0
    A = np.divide(flows, output, out=np.zeros_like(flows), where=output != 0)
    assert row_norm(flows, output) == pytest.approx(1.0 + np.abs(A).sum(axis=1).max(), rel=1e-14)
    assert row_norm(flows, output) >= np.linalg.norm(np.eye(150) - A, np.inf)
