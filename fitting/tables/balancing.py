"""Bringing a matrix to given margins: RAS and GRAS, least squares, and the proof that it cannot be.

GRAS minimises the information gain ``sum |z| ln(x / z)``, least squares ``sum (x - z)^2 / d``; both
keep zeros, and signs where asked. Where no matrix with these zeros and signs has the margins, the
matrix read as a flow has a closed set of rows and columns that takes in less than it must pass on
(Gale 1957); it is found from the factors that run away, checked exactly, and named.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp

from quesnay.fitting.arrays import Array, Mask

Kind = Literal["empty", "sign", "set", "face"]

_THRESHOLDS = 40  # widest gaps of the potentials that are tried as borders of a closed set
_PROGRAM_CELLS = 200_000  # cells up to which a linear programme decides in seconds
_EXCESS = 1e-10  # a set's excess below this share of all totals is rounding
_LOOK = (64, 256, 1024, 4096)  # iterations at which a stalled run is searched for its obstacle
_SPARSE_FROM = 100_000  # cells from which a sparse product repays its overhead
_SPARSE_BELOW = 0.2  # share of non-zeros below which a block's products are cheaper when sparse
_RIDGE = 1e-13  # least damping, of the largest curvature: the dual is known up to a constant
_HALVINGS = 40
_NEWTON_LOOK = (8, 16, 32, 64)  # steps at which a run that lasts is searched for its obstacle
_ROUNDING = 1e-12  # of the largest total: what a fixed row may miss


@dataclass(frozen=True, slots=True, eq=False)
class Obstacle:
    """A set of rows and columns whose totals contradict the zeros and signs of the matrix.

    One row or column without cells ("empty") or with cells of the wrong sign only ("sign"); a "set"
    of rows that can only sell to too small a set of columns; or one that only just fits ("face"),
    so that `cells` have to vanish. `need` and `room`: sums of the totals of rows and of columns.
    """

    kind: Kind
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    need: float
    room: float
    cells: tuple[tuple[int, int], ...] = ()


def margin_scales(seed: Array, rows: Array, columns: Array) -> tuple[Array, Array]:
    """Return what a miss of each row and column is measured against.

    That is its total, or its absolute cells in the seed at the level of the totals where these
    are larger (a total of zero): not the cells of the result, which could grow without bound with
    both signs and hide a miss. Where a row has neither, 1.
    """
    size = np.abs(seed)
    whole, total = float(size.sum()), float(max(np.abs(rows).sum(), np.abs(columns).sum()))
    level = total / whole if whole > 0 and total > 0 else 1.0
    row, column = (
        np.maximum(np.abs(totals), level * size.sum(axis=axis))
        for totals, axis in ((rows, 1), (columns, 0))
    )
    return np.where(row > 0, row, 1.0), np.where(column > 0, column, 1.0)


def emptied(seed: Array, rows: Array, columns: Array) -> Array:
    """Return the seed without cells of one sign that add up to a total of zero."""
    while True:
        lone = np.zeros(seed.shape, dtype=bool)
        for axis, totals in ((1, rows), (0, columns)):
            both = np.any(seed > 0, axis=axis) & np.any(seed < 0, axis=axis)
            lone |= np.expand_dims((totals == 0) & ~both, axis)
        lone &= seed != 0
        if not lone.any():
            return seed
        seed = np.where(lone, 0.0, seed)


def first_obstacle(seed: Array, rows: Array, columns: Array) -> Obstacle | None:
    """Return a single row or column that cannot meet its total, if there is one."""
    for axis, totals in ((1, rows), (0, columns)):
        plus = np.asarray(np.any(seed > 0, axis=axis))
        minus = np.asarray(np.any(seed < 0, axis=axis))
        bad = ((totals > 0) & ~plus) | ((totals < 0) & ~minus)
        if bad.any():
            place = int(np.flatnonzero(bad)[0])
            kind: Kind = "sign" if plus[place] or minus[place] else "empty"
            total = float(totals[place])
            if axis == 1:
                return Obstacle(kind, (place,), (), total, 0.0)
            return Obstacle(kind, (), (place,), 0.0, total)
    return None


def closed_set(
    seed: Array,
    rows: Array,
    columns: Array,
    potentials: tuple[Array, Array],
    *,
    either: Mask | None = None,
) -> Obstacle | None:
    """Return a closed set of rows and columns whose totals contradict, and prove it by its sums.

    Read the matrix as a flow: a positive cell carries from its row to its column, a negative one
    back. A set of rows I and columns J that no cell leaves can pass on at most what it takes:
    ``sum u(I) <= sum v(J)`` (Gale 1957, for signs by Hoffman's circulation theorem). Where the
    scaling diverges, ``ln r`` and ``-ln s`` of such a set run away from the rest, so the borders
    tried are the widest gaps of these `potentials`. Every set returned is checked exactly. Cells
    marked in `either` may take both signs.
    """
    high_r, high_s = potentials
    scale = float(np.abs(rows).sum() + np.abs(columns).sum())
    both = np.concatenate([high_r, high_s])
    levels = np.unique(both[~np.isnan(both)])
    for border in levels[np.argsort(np.diff(levels))[::-1][:_THRESHOLDS]]:
        inside_r, inside_s = high_r > border, high_s > border
        if _leaves(seed, inside_r, inside_s, either):
            continue
        need, room = float(rows[inside_r].sum()), float(columns[inside_s].sum())
        if need > room + _EXCESS * scale:
            return _obstacle("set", inside_r, inside_s, (need, room))
        # the cells that enter a set that has no room left must vanish
        enter = np.zeros(seed.shape, dtype=bool)
        enter[np.ix_(~inside_r, inside_s)] = seed[np.ix_(~inside_r, inside_s)] > 0
        enter[np.ix_(inside_r, ~inside_s)] = seed[np.ix_(inside_r, ~inside_s)] < 0
        cells = tuple((int(i), int(j)) for i, j in np.argwhere(enter))
        if need > room - _EXCESS * scale and cells:
            return _obstacle("face", inside_r, inside_s, (need, room), cells)
    return None


def proved_set(
    seed: Array, rows: Array, columns: Array, *, either: Mask | None = None
) -> Obstacle | None:
    """Return the closed set with the largest contradiction by linear programming, if any.

    Maximises ``sum y_i u_i - sum w_j v_j`` over ``0 <= y, w <= 1`` with ``y_i <= w_j`` for positive
    and ``w_j <= y_i`` for negative cells; the vertices are sets, so this decides.
    """
    either = np.zeros(seed.shape, dtype=bool) if either is None else either
    up, down = np.argwhere((seed > 0) | either), np.argwhere((seed < 0) | either)
    count = len(up) + len(down)
    if not 0 < count <= _PROGRAM_CELLS:
        return None
    from scipy.optimize import linprog

    n, m = seed.shape
    first = np.concatenate([up[:, 0], n + down[:, 1]])
    second = np.concatenate([n + up[:, 1], down[:, 0]])
    order = np.arange(count)
    limits: Any = sp.csr_array(
        (np.repeat([1.0, -1.0], count), (np.tile(order, 2), np.concatenate([first, second]))),
        shape=(count, n + m),
    )
    scale = float(np.abs(rows).sum() + np.abs(columns).sum())
    cost = np.concatenate([-rows, columns]) / scale
    found: Any = linprog(cost, A_ub=limits, b_ub=np.zeros(count), bounds=(0.0, 1.0), method="highs")
    inside = np.asarray(found.x > 0.5)
    inside_r, inside_s = inside[:n], inside[n:]
    need, room = float(rows[inside_r].sum()), float(columns[inside_s].sum())
    if need <= room + _EXCESS * scale or _leaves(seed, inside_r, inside_s, either):
        return None
    return _obstacle("set", inside_r, inside_s, (need, room))


def _leaves(seed: Array, inside_r: Mask, inside_s: Mask, either: Mask | None) -> bool:
    """Say whether a cell carries something out of the set."""
    outward, inward = np.ix_(inside_r, ~inside_s), np.ix_(~inside_r, inside_s)
    if either is not None and (either[outward].any() or either[inward].any()):
        return True
    return bool((seed[outward] > 0).any() or (seed[inward] < 0).any())


def _obstacle(
    kind: Kind,
    inside_r: Mask,
    inside_s: Mask,
    sums: tuple[float, float],
    cells: tuple[tuple[int, int], ...] = (),
) -> Obstacle:
    rows = tuple(int(i) for i in np.flatnonzero(inside_r))
    columns = tuple(int(j) for j in np.flatnonzero(inside_s))
    return Obstacle(kind, rows, columns, *sums, cells)


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """A matrix scaled to margins, or the obstacle that made it impossible.

    Positive cells are multiplied by ``r_i s_j``, negative ones divided by it. The residual is the
    largest distance of a sum from its total, relative to `margin_scales`; `vanished` are cells that
    every matrix with these margins sets to zero.
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

    Rows and columns are totals with equal sums; the matrix is void where `obstacle` is set.
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


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquaresFit:
    """The table nearest to a seed with given margins, or the obstacle.

    The prices are the Lagrange multipliers: how strongly each margin pulls.
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

    Margins are row and column totals with equal sums. Where signs are kept, a zero that may move
    counts as positive.
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
        if iteration in _NEWTON_LOOK and residual > tolerance:
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
            columns, rows = _bordered(d.T, gap[n:], gap[:n], ridge)
            return np.concatenate([rows, columns])
        return np.concatenate(_bordered(d, gap[:n], gap[n:], ridge))

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


def _bordered(d: Array, gap_rows: Array, gap_columns: Array, ridge: float) -> tuple[Array, Array]:
    """Solve ``[diag(d1) d; d' diag(d'1)] (l, m) = gap`` with the rows eliminated."""
    rows, columns = d.sum(axis=1), d.sum(axis=0)
    pivot = rows + ridge
    scaled = d / pivot[:, None]
    schur = np.diag(columns + ridge) - d.T @ scaled
    factor = la.cho_factor(schur + ridge * np.eye(len(schur)))
    m = la.cho_solve(factor, gap_columns - scaled.T @ gap_rows)
    return (gap_rows - d @ m) / pivot, m


@dataclass(frozen=True, slots=True, eq=False)
class MarginFit:
    """An array scaled to margins along any of its axes; `missed` is the worst margin's position."""

    table: Array
    iterations: int
    residual: float
    converged: bool
    missed: int


def fit_margins(
    seed: Array,
    margins: tuple[tuple[tuple[int, ...], Array], ...],
    *,
    tolerance: float,
    max_iterations: int,
) -> MarginFit:
    """Scale an array without negative cells to its margins in turn until all are met.

    Iterative proportional fitting (Deming and Stephan 1940; Bishop, Fienberg and Holland 1975): the
    array nearest to the seed in ``sum x ln(x / z)``. Each margin is (axes kept, totals over the
    others); their sums agree. The residual is relative to the largest total of each margin.
    """
    table, iteration = seed.copy(), 0
    gaps = np.full(len(margins), np.inf)
    scales = [float(totals.max(initial=0.0)) or 1.0 for _, totals in margins]
    while iteration < max_iterations and not gaps.max() <= tolerance:
        iteration += 1
        for axes, totals in margins:
            rest = tuple(axis for axis in range(seed.ndim) if axis not in axes)
            sums = table.sum(axis=rest)
            factor = np.divide(totals, sums, out=np.zeros_like(sums), where=sums > 0)
            table *= np.expand_dims(factor, rest)
        for k, (axes, totals) in enumerate(margins):
            rest = tuple(axis for axis in range(seed.ndim) if axis not in axes)
            gaps[k] = np.abs(table.sum(axis=rest) - totals).max() / scales[k]
    worst = int(np.argmax(gaps))
    return MarginFit(table, iteration, float(gaps[worst]), bool(gaps[worst] <= tolerance), worst)
