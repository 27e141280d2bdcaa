"""One factorisation: solves, inverse, diagonal, both precisions, and the spectral radius."""

import tracemalloc

import numpy as np
import pytest
from scipy.linalg import lapack

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import ConvergenceError, DataError
from quesnay.fitting.tables.leontief import (
    Factors,
    SingleFactors,
    factored,
    inverse_diagonal,
    leontief,
    propagation_lengths,
    reciprocal_condition,
    row_norm,
    single_leontief,
    spectral_radius,
)


def table(n: int, seed: int = 0) -> tuple[Array, Array]:
    rng = np.random.default_rng(seed)
    A = rng.random((n, n)) * (rng.random((n, n)) < 0.5)
    A *= 0.8 / max(A.sum(axis=0).max(), 0.1)
    x = rng.uniform(1.0, 1e6, n)
    return A * x, x


@pytest.mark.parametrize("n", [1, 2, 41, 300, 600])
@pytest.mark.parametrize("factor", [leontief, single_leontief])
def test_factors_answer_like_the_inverse(n: int, factor: object) -> None:
    flows, x = table(n)
    kept = flows.copy()
    factors: Factors | SingleFactors = factor(flows, x)  # type: ignore[operator]
    L = np.linalg.inv(np.eye(n) - flows / x)
    rng = np.random.default_rng(1)
    f, c = rng.random((n, 3)) * 1e6, rng.random((2, n))
    np.testing.assert_allclose(factors.columns(f), L @ f, rtol=1e-11)
    np.testing.assert_allclose(factors.columns(f[:, 0]), L @ f[:, 0], rtol=1e-11)
    np.testing.assert_allclose(factors.rows(c), c @ L, rtol=1e-11)
    np.testing.assert_allclose(factors.inverse(), L, rtol=1e-10, atol=1e-13)
    np.testing.assert_allclose(factors.diagonal(), np.diag(L), rtol=1e-12)
    assert np.array_equal(flows, kept)


@pytest.mark.parametrize("size", [1e-60, 1.0, 1e60])
def test_single_precision_serves_sizes_that_it_could_not_hold(size: float) -> None:
    flows, x = table(5)
    factors = single_leontief(flows, x)
    f = size * np.array([1e-90, 1.0, 2.0, 3.0, 0.0])
    L = np.linalg.inv(np.eye(5) - flows / x)
    np.testing.assert_allclose(factors.columns(f), L @ f, rtol=1e-11, atol=1e-11 * size)
    np.testing.assert_allclose(factors.rows(f[None]), f[None] @ L, rtol=1e-11, atol=1e-11 * size)
    assert (factors.columns(np.zeros(5)) == 0.0).all()


def test_rows_are_exchanged_where_pivots_ask_for_it() -> None:
    # a large own use makes the diagonal small, so that LAPACK moves rows
    flows, x = table(280)
    flows += np.diag(1.0 - 1e-4 - np.diag(flows / x)) * x
    flows -= np.triu(flows, 1) * 2.0
    factors = leontief(flows, x)
    assert (factors.pivots != np.arange(280)).any()
    L = np.linalg.inv(np.eye(280) - flows / x)
    np.testing.assert_allclose(factors.diagonal(), np.diag(L), rtol=1e-8)


def test_singular_tables_are_refused() -> None:
    for factor in (leontief, single_leontief):
        with pytest.raises(DataError, match="I - A is singular"):
            factor(np.eye(2), np.ones(2))
    # a matrix whose rows are of very different sizes has no digits left, though no pivot is zero
    with pytest.raises(DataError, match="no digit"):
        factored(np.diag([1.0, 1e-20]), "no digit is left")
    assert factored(np.diag([1.0, 1e-10]), "").columns(np.ones(2)).tolist() == [1.0, 1e10]


def test_refinement_that_cannot_converge_says_so() -> None:
    a = 1.0 - 1e-9  # I - A is singular to single precision but not exactly
    flows = np.array([[0.0, a], [a, 0.0]])
    with pytest.raises((ConvergenceError, DataError), match=r"refinement|singular"):
        single_leontief(flows, np.ones(2)).columns(np.array([1.0, 3.0]))


def test_refinement_goes_on_until_a_correction_is_rounding() -> None:
    # 1 - a is 3 / 2^26, in single precision 4 / 2^26: each round leaves a quarter of the miss
    one = single_leontief(np.array([[1.0 - 3.0 / 2**26]]), np.ones(1))
    assert one.columns(np.array([3.0]))[0] == pytest.approx(2.0**26, rel=4e-9)
    for n in (3, 40):  # a millionth is left: the last corrections are rounding and shrink no more
        A = np.random.default_rng(n).random((n, n))
        A *= (1.0 - 1e-6) / A.sum(axis=0)
        found = single_leontief(A, np.ones(n)).columns(np.ones(n))
        np.testing.assert_allclose(found, np.linalg.solve(np.eye(n) - A, np.ones(n)), rtol=2e-9)


def test_condition_is_estimated() -> None:
    flows, x = table(30)
    matrix = np.eye(30) - flows / x
    norm = np.abs(matrix.T).sum(axis=0).max()
    found = reciprocal_condition(leontief(flows, x), norm)
    assert found == pytest.approx(1 / np.linalg.cond(matrix.T, 1), rel=1e-6)


@pytest.mark.parametrize(
    ("matrix", "radius"),
    [
        ([[0.0]], 0.0),
        ([[0.5]], 0.5),
        ([[0.0, 1.0], [1.0, 0.0]], 1.0),  # periodic: plain power iteration would not settle
        ([[0.0, 0.4], [0.0, 0.0]], 0.0),  # nilpotent
        ([[0.3, 0.9], [0.0, 0.5]], 0.5),  # reducible
        ([[0.2, -0.6], [0.6, 0.2]], np.hypot(0.2, 0.6)),  # negative cells: a complex pair
    ],
)
def test_spectral_radius(matrix: list[list[float]], radius: float) -> None:
    assert spectral_radius(np.array(matrix)) == pytest.approx(radius, abs=1e-7)


def test_spectral_radius_of_a_large_table() -> None:
    flows, x = table(200)
    A = flows / x
    assert spectral_radius(A) == pytest.approx(np.abs(np.linalg.eigvals(A)).max(), rel=1e-11)


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
    flows[0] *= 9.0  # the largest of all rows
    A = np.divide(flows, output, out=np.zeros_like(flows), where=output != 0)
    assert row_norm(flows, output) == pytest.approx(1.0 + np.abs(A).sum(axis=1).max(), rel=1e-14)
    assert row_norm(flows, output) >= np.linalg.norm(np.eye(150) - A, np.inf)


def test_a_path_of_a_small_share_has_a_length_and_rounding_has_none() -> None:
    # one step of 1e-10, two of it by 0.5; 1e-16 is the rounding of an entry of one
    L = np.array([[1.0, 1e-10, 0.5e-10], [1e-16, 1.0, 0.5], [0.0, 0.0, 1.0]])
    found = propagation_lengths(L)
    np.testing.assert_allclose(found[[0, 0, 1], [1, 2, 2]], [1.0, 2.0, 1.0], rtol=1e-9)
    assert np.isnan(found[[0, 1, 1, 2], [0, 0, 1, 0]]).all()
