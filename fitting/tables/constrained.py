"""Least-squares balancing with fixed cells and signs, by Newton's method on the dual."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.linalg as la

from quesnay.fitting.tables.obstacles import (
    Obstacle,
    closed_set,
    first_obstacle,
    margin_scales,
    proved_set,
)

__all__ = ["LeastSquaresFit", "balance_least_squares"]

Array = npt.NDArray[np.float64]

_RIDGE = 1e-13  # least damping, of the largest curvature: the dual is known up to a constant
_HALVINGS = 40
_LOOK = (8, 16, 32, 64)  # steps at which a run that lasts is searched for its obstacle
_ROUNDING = 1e-12  # of the largest total: what a fixed row may miss


@dataclass(frozen=True, slots=True)
class LeastSquaresFit:
    """The table nearest to a seed with given margins, or the obstacle.

    Parameters
    ----------
    table : ndarray, (n, m)
        The balanced table.
    row_prices, column_prices : ndarray, (n,) and (m,)
        Lagrange multipliers: how strongly each margin pulls.
    iterations : int
        Newton steps.
    residual : float
        Largest relative distance of a sum from its total.
    converged : bool
        Whether the residual is within the tolerance.
    obstacle : Obstacle or None
        Why no table has these margins.
    """

    table: Array
    row_prices: Array
    column_prices: Array
    iterations: int
    residual: float
    converged: bool
    obstacle: Obstacle | None = None


def balance_least_squares(
    seed: Array,
    variance: Array,
    margins: tuple[Array, Array],
    *,
    keep_signs: bool,
    tolerance: float,
    max_iterations: int,
) -> LeastSquaresFit:
    """Minimise ``sum (x - z)^2 / d`` subject to the margins; ``d = 0`` holds a cell fixed.

    The solution is ``x = z + d (l_i + m_j)``, cut off at zero where signs are kept (Stone,
    Champernowne and Meade 1942; Friedlander 1961 for ``d = z``). The multipliers l, m maximise a
    concave, piecewise quadratic dual: Newton's method with step halving, its system reduced to
    the shorter side.

    Parameters
    ----------
    seed, variance : ndarray, (n, m)
        z and d >= 0.
    margins : (ndarray (n,), ndarray (m,))
        Row and column totals with equal sums.
    keep_signs : bool
        Whether a cell may not change its sign (a zero that may move counts as positive).
    tolerance : float
        Residual at which to stop.
    max_iterations : int
        Newton steps at most.

    Returns
    -------
    LeastSquaresFit
        The balanced table.

    Examples
    --------
    >>> import numpy as np
    >>> z = np.array([[1.0, 2.0], [3.0, 4.0]])
    >>> balance_least_squares(z, z, (np.array([4.0, 6.0]), np.array([5.0, 5.0])),
    ...     keep_signs=True, tolerance=1e-12, max_iterations=50).table.round(4)
    array([[1.64, 2.36],
           [3.36, 2.64]])
    """
    dual = _Dual(seed, variance, margins, keep_signs)
    obstacle = dual.structural()
    price, iteration, damping = np.zeros(sum(seed.shape)), 0, _RIDGE
    table = dual.table(price)
    residual = dual.residual(table)
    while obstacle is None and residual > tolerance and iteration < max_iterations:
        iteration += 1
        price, table, share = dual.search(price, dual.step(table, price, damping))
        residual = dual.residual(table)
        damping = max(damping / 10.0, _RIDGE) if share == 1.0 else min(damping * 100.0, 1.0)
        if iteration in _LOOK and residual > tolerance:
            obstacle = dual.contradiction(price, last=False)
    if obstacle is None and not residual <= tolerance:
        obstacle = dual.contradiction(price, last=True)
    n = seed.shape[0]
    done = bool(residual <= tolerance) and obstacle is None
    return LeastSquaresFit(table, price[:n], price[n:], iteration, residual, done, obstacle)


class _Dual:
    """The dual problem of one balancing: its table, gap, curvature and value at given prices."""

    def __init__(
        self, seed: Array, variance: Array, margins: tuple[Array, Array], keep_signs: bool
    ) -> None:
        self.z, self.d, (self.u, self.v) = seed, variance, margins
        self.signs = np.where(seed < 0, -1.0, 1.0) if keep_signs else np.zeros_like(seed)
        self.scale = np.concatenate(margin_scales(seed, *margins))

    def table(self, price: Array) -> Array:
        """Return the primal table at given prices."""
        n = len(self.u)
        x = self.z + self.d * (price[:n, None] + price[n:])
        return np.where((self.signs * x < 0) & (self.d > 0), 0.0, x)

    def gap(self, table: Array) -> Array:
        """Return what each margin still misses."""
        return np.concatenate([self.u - table.sum(axis=1), self.v - table.sum(axis=0)])

    def residual(self, table: Array) -> float:
        """Return the largest gap relative to what it is measured against."""
        return float(np.max(np.abs(self.gap(table)) / self.scale))

    def value(self, price: Array, table: Array) -> float:
        """Return the dual value to be minimised."""
        moved = np.divide(
            table * table - self.z * self.z, self.d, out=np.zeros_like(table), where=self.d > 0
        )
        n = len(self.u)
        held = np.where(self.d > 0, 0.0, self.z)
        free = (self.u - held.sum(axis=1)) @ price[:n] + (self.v - held.sum(axis=0)) @ price[n:]
        return float(moved.sum() / 2.0 - free)

    def step(self, table: Array, price: Array, damping: float) -> Array:
        """Return the damped Newton step: rows eliminated, columns solved by Cholesky."""
        n = len(self.u)
        inner = self.z + self.d * (price[:n, None] + price[n:])
        d = np.where(self.signs * inner < 0, 0.0, self.d)
        gap = self.gap(table)
        ridge = damping * max(self.d.sum(axis=1).max(), self.d.sum(axis=0).max())
        if d.shape[0] < d.shape[1]:
            columns, rows = _solve(d.T, gap[n:], gap[:n], ridge)
            return np.concatenate([rows, columns])
        return np.concatenate(_solve(d, gap[:n], gap[n:], ridge))

    def search(self, price: Array, step: Array) -> tuple[Array, Array, float]:
        """Halve the step until the dual falls; return where that is and the share of the step."""
        table = self.table(price)
        slope = float(self.gap(table) @ step)
        before, share = self.value(price, table), 1.0
        miss = self.residual(table)
        for _ in range(_HALVINGS):
            there = price + share * step
            table_there = self.table(there)
            falls = self.value(there, table_there) <= before - 1e-4 * share * slope
            # near the end the dual's own rounding hides its fall: then the miss decides
            if falls or self.residual(table_there) <= 0.5 * miss:
                return there, table_there, share
            share /= 2.0
        return price, table, 0.0

    def structural(self) -> Obstacle | None:
        """Return a row or column that misses its total and has no cell that could move there."""
        u, v = self._free_totals()
        if self.signs.any():
            return first_obstacle(np.where(self.d > 0, self.signs, 0.0), u, v)
        return first_obstacle(np.where(self.d > 0, 1.0, 0.0), np.abs(u), np.abs(v))

    def contradiction(self, price: Array, *, last: bool) -> Obstacle | None:
        """Return a closed set of rows and columns that proves the margins impossible.

        Read from the prices; at the last look by linear programming where these show none.
        """
        n = len(self.u)
        free = self.d > 0
        signs = np.where(free, self.signs, 0.0)
        either = free & (self.signs == 0)
        u, v = self._free_totals()
        found = closed_set(signs, u, v, (price[:n], -price[n:]), either=either)
        if found is not None and found.kind == "set":
            return found
        return proved_set(signs, u, v, either=either) if last else None

    def _free_totals(self) -> tuple[Array, Array]:
        """Return what the cells that may move have to add up to; rounding is zero."""
        held = np.where(self.d > 0, 0.0, self.z)
        u, v = self.u - held.sum(axis=1), self.v - held.sum(axis=0)
        rounding = _ROUNDING * max(np.abs(self.u).max(), np.abs(self.v).max(), np.abs(held).max())
        return np.where(np.abs(u) <= rounding, 0.0, u), np.where(np.abs(v) <= rounding, 0.0, v)


def _solve(d: Array, gap_rows: Array, gap_columns: Array, ridge: float) -> tuple[Array, Array]:
    """Solve ``[diag(d1) d; d' diag(d'1)] (l, m) = gap`` with the rows eliminated."""
    rows, columns = d.sum(axis=1), d.sum(axis=0)
    pivot = rows + ridge
    scaled = d / pivot[:, None]
    schur = np.diag(columns + ridge) - d.T @ scaled
    factor = la.cho_factor(schur + ridge * np.eye(len(schur)), check_finite=False)
    m = la.cho_solve(factor, gap_columns - scaled.T @ gap_rows, check_finite=False)
    return (gap_rows - d @ m) / pivot, m
