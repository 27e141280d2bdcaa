"""Biproportional scaling of a matrix of any sign to given margins (RAS, GRAS)."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from quesnay.fitting.tables.obstacles import (
    Obstacle,
    closed_set,
    emptied,
    first_obstacle,
    margin_scales,
    proved_set,
)

__all__ = ["Scaling", "gras"]

Array = npt.NDArray[np.float64]

_LOOK = (64, 256, 1024, 4096)  # iterations at which a stalled run is searched for its obstacle
_SPARSE_FROM = 100_000  # cells from which a sparse product repays its overhead
_SPARSE_BELOW = 0.2  # share of non-zeros below which a block's products are cheaper when sparse


@dataclass(frozen=True, slots=True)
class Scaling:
    """A matrix scaled to margins, or the obstacle that made it impossible.

    Parameters
    ----------
    table : ndarray, (n, m)
        The scaled matrix, in the unit of the margins.
    row_factors, column_factors : ndarray, (n,) and (m,)
        r and s: positive cells are multiplied by ``r_i s_j``, negative cells divided by it.
    iterations : int
        Rounds of one column and one row scaling.
    residual : float
        Largest distance of a row or column sum from its total, relative to the larger of the total
        and the absolute cells of the seed at the level of the totals.
    converged : bool
        Whether the residual is within the tolerance.
    obstacle : Obstacle or None
        Why no matrix with these signs and zeros has these margins.
    vanished : tuple of (int, int)
        Cells of the seed that every matrix with these margins has to set to zero.
    """

    table: Array
    row_factors: Array
    column_factors: Array
    iterations: int
    residual: float
    converged: bool
    obstacle: Obstacle | None = None
    vanished: tuple[tuple[int, int], ...] = ()


def gras(
    seed: Array, rows: Array, columns: Array, *, tolerance: float, max_iterations: int
) -> Scaling:
    """Scale `seed` to its margins, keeping signs and zeros (GRAS; RAS where nothing is negative).

    Minimises the information gain ``sum |z| ln(x/z)`` subject to the margins. With P the positive
    and N the negative cells of the seed, ``X = diag(r) P diag(s) - diag(1/r) N diag(1/s)``, where
    r solves ``p r^2 - u r - n = 0``, ``p = P s``, ``n = N (1/s)``, and s likewise (Junius and
    Oosterhaven 2003; without their factor e: Lenzen, Wood and Gallego 2007; rows without positive
    cells: Temurshoev, Miller and Bouwmeester 2013). An iteration is four products of a matrix
    with a vector.

    Parameters
    ----------
    seed : ndarray, (n, m)
        Starting matrix, finite.
    rows, columns : ndarray, (n,) and (m,)
        Totals u and v with equal sums.
    tolerance : float
        Residual at which to stop.
    max_iterations : int
        Rounds at most.

    Returns
    -------
    Scaling
        The scaled matrix; ``obstacle`` is set, and the matrix void, where there is none.

    Examples
    --------
    >>> import numpy as np
    >>> seed = np.array([[1.0, 2.0], [3.0, -1.0]])
    >>> gras(seed, np.array([4.0, 3.0]), np.array([5.0, 2.0]),
    ...      tolerance=1e-12, max_iterations=100).table.round(4)
    array([[ 1.2611,  2.7389],
           [ 3.7389, -0.7389]])
    """
    seed = emptied(seed, rows, columns)
    obstacle = first_obstacle(seed, rows, columns)
    if obstacle is not None:
        return _void(seed, obstacle)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore", under="ignore"):
        found = _scale(seed, rows, columns, tolerance, max_iterations)
        face = found.obstacle
        if face is None or face.kind != "face":
            return found
        held = seed.copy()
        held[tuple(np.array(face.cells).T)] = 0.0
    rest = gras(held, rows, columns, tolerance=tolerance, max_iterations=max_iterations)
    return replace(
        rest, iterations=rest.iterations + found.iterations, vanished=face.cells + rest.vanished
    )


def _scale(
    seed: Array, rows: Array, columns: Array, tolerance: float, max_iterations: int
) -> Scaling:
    """Iterate until the margins are met, an obstacle is proved or the rounds are used up."""
    run = _Run(seed, rows, columns)
    iteration, residual = 0, np.inf
    while iteration < max_iterations and not residual <= tolerance:
        iteration += 1
        residual = run.round()
        look = residual > tolerance and (iteration in _LOOK or iteration == max_iterations)
        stalled = not np.isfinite(residual)
        if look or stalled:
            obstacle = closed_set(seed, rows, columns, run.potentials())
            if obstacle is None and (stalled or iteration == max_iterations):
                obstacle = proved_set(seed, rows, columns)
            if obstacle is not None:
                return _void(seed, obstacle, iteration)
        if stalled:
            break
    converged = bool(residual <= tolerance)
    return Scaling(run.table(seed), run.r, run.s, iteration, float(residual), converged)


class _Run:
    """The factors of one scaling and the products that both residual and next factors need."""

    def __init__(self, seed: Array, rows: Array, columns: Array) -> None:
        self.u, self.v = rows, columns
        self.plus, self.minus = _block(np.maximum(seed, 0.0)), _block(np.maximum(-seed, 0.0))
        self.plus_t, self.minus_t = self.plus.T, self.minus.T
        self.signed = bool((seed < 0).any())
        n, m = seed.shape
        self.r, self.r_inverse = np.ones(n), np.ones(n)
        self.s, self.s_inverse = np.ones(m), np.ones(m)
        self.p, self.n = self._columns()
        self.row_scale, self.column_scale = margin_scales(seed, rows, columns)

    def _columns(self) -> tuple[Array, Array]:
        p = self.plus_t @ self.r
        return p, self.minus_t @ self.r_inverse if self.signed else np.zeros_like(p)

    def round(self) -> float:
        """Scale columns, then rows; return the residual of both."""
        self.s, self.s_inverse = _factors(self.v, self.p, self.n)
        p = self.plus @ self.s
        n = self.minus @ self.s_inverse if self.signed else np.zeros_like(p)
        self.r, self.r_inverse = _factors(self.u, p, n)
        rows = np.abs(self.r * p - self.r_inverse * n - self.u) / self.row_scale
        self.p, self.n = self._columns()
        columns = np.abs(self.s * self.p - self.s_inverse * self.n - self.v) / self.column_scale
        return float(np.maximum(rows.max(), columns.max()))

    def table(self, seed: Array) -> Array:
        """Return the scaled matrix."""
        out = np.where(seed < 0, self.r_inverse[:, None] * seed, self.r[:, None] * seed)
        return np.where(seed < 0, out * self.s_inverse, out * self.s)

    def potentials(self) -> tuple[Array, Array]:
        """Return ln r and -ln s: nodes that run away upwards form the closed set."""
        return np.log(self.r), -np.log(self.s)


def _block(matrix: Array) -> Any:
    dense = matrix.size < _SPARSE_FROM or np.count_nonzero(matrix) > _SPARSE_BELOW * matrix.size
    return matrix if dense else sp.csr_array(matrix)


def _factors(total: Array, p: Array, n: Array) -> tuple[Array, Array]:
    """Solve ``p r - n / r = total`` for r > 0, without cancellation; return r and 1/r.

    Where only one side has cells and the total is 0 the cells must vanish: r = 0 or 1/r = 0.
    """
    root = np.hypot(total, 2.0 * np.sqrt(p) * np.sqrt(n))  # no square that could overflow
    up, down = total + root, root - total
    r = np.where(total >= 0, _ratio(up, 2.0 * p), _ratio(2.0 * n, down))
    r_inverse = np.where(total >= 0, _ratio(2.0 * p, up), _ratio(down, 2.0 * n))
    empty = (p == 0) & (n == 0)
    return np.where(empty, 1.0, r), np.where(empty, 1.0, r_inverse)


def _ratio(over: Array, under: Array) -> Array:
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)


def _void(seed: Array, obstacle: Obstacle, iterations: int = 0) -> Scaling:
    n, m = seed.shape
    table = np.full((n, m), np.nan)
    return Scaling(table, np.ones(n), np.ones(m), iterations, np.inf, False, obstacle)
