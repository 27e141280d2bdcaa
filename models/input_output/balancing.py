"""Bringing a table to new margins: RAS, GRAS, least squares with fixed cells and reliabilities."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import as_tuple, choice, is_whole, plain_numbers, switch, whole
from quesnay.fitting.errors import BalanceError, ConvergenceError, DataError, shown
from quesnay.fitting.tables.balancing import (
    LeastSquaresFit,
    Obstacle,
    Scaling,
    balance_least_squares as fit,
    fit_margins,
    gras as scale,
)
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.validation import Grid, known_place, read_along, read_grid, share

_NOISE = 1e-12  # a gap below this share of the totals is the adding-up of doubles: not worth a note
_NAMES_SHOWN = 8  # labels listed in a message before "and so on"
_MOST_MOVES = 1000  # cells listed
_ROUNDING = 1e-12  # of a cell: what the scaling itself leaves
_WEIGHTS = ("relative", "absolute")


def ending(found: Any, steps: str = "iterations") -> dict[str, str]:
    """Return how a balancing ended, in words."""
    return {
        steps: str(found.iterations),
        "converged": "yes" if found.converged else "NO",
        "residual": f"{found.residual:.2e}",
    }


class Moved(Tabular):
    """A balanced table beside its seed."""

    __slots__ = ()

    table: Any
    notes: tuple[str, ...]
    start: Grid

    @property
    def _change(self) -> Array:
        """How far each cell moved; what the scaling itself leaves, 1e-12 of it, is nothing."""
        before, end = self.start.values.ravel(), np.asarray(self.table).ravel()
        change = end - before
        return np.where(np.abs(change) > _ROUNDING * np.abs(before), change, 0.0)

    @property
    def moves(self) -> pd.DataFrame:
        """The cells that moved, the furthest first: row, column, before, after, change, ratio."""
        before, end = self.start.values.ravel(), np.asarray(self.table).ravel()
        change = self._change
        size = np.abs(change)
        count = min(_MOST_MOVES, int(np.count_nonzero(size)))
        places = np.argpartition(size, -count)[-count:] if count else np.zeros(0, dtype=np.intp)
        places = places[np.lexsort((places, -size[places]))]
        rows, columns = np.divmod(places, self.start.values.shape[1])
        old, new = before[places], end[places]
        ratio = np.divide(new, old, out=np.full_like(new, np.nan), where=old != 0)
        return pd.DataFrame(
            {
                "row": self.start.rows[rows],
                "column": self.start.columns[columns],
                "before": old,
                "after": new,
                "change": change[places],
                "ratio": ratio,
            }
        )

    def account(self, title: str, steps: str) -> tuple[Table, ...]:
        """Return how the balancing ended, and the cells that moved furthest."""
        moved = int(np.count_nonzero(self._change))
        facts = pd.DataFrame({"value": ending(self, steps) | {"cells moved": str(moved)}})
        furthest = Table("Cells that moved furthest", self.moves.head(10))
        return Table(title, facts, self.notes), furthest


@dataclass(frozen=True, slots=True, eq=False)
class BalancedTable(Moved):
    """A table brought to new margins, in the seed's unit, with how far its cells moved.

    Parameters
    ----------
    table : DataFrame or ndarray, (n, m)
        The balanced table, labelled as the seed.
    row_factors, column_factors : Series or ndarray
        r and s: a positive cell is ``z_ij r_i s_j``, a negative one ``z_ij / (r_i s_j)``.
    iterations : int
        Rounds of one column and one row scaling.
    converged : bool
        Whether the residual is within the tolerance; where False the margins are not met yet.
    residual : float
        Largest relative distance of a row or column sum from its total.
    notes : tuple of str
        What a reader must know: rounding spread, cells forced to zero, no convergence.
    method : str
        "RAS" or "GRAS".
    start : Grid
        The seed as it was read.
    """

    table: Any
    row_factors: Any
    column_factors: Any
    iterations: int
    converged: bool
    residual: float
    notes: tuple[str, ...]
    method: str
    start: Grid

    def tables(self) -> tuple[Table, ...]:
        """Return the account of the balancing and the cells that moved furthest."""
        return self.account(f"{self.method} balancing", "iterations")


def ras(
    seed: Any,
    row_totals: Any,
    column_totals: Any,
    *,
    tolerance: float = 1e-9,
    max_iterations: int = 10_000,
    rounding: float = 1e-6,
) -> BalancedTable:
    """Bring a table without negative cells to new margins, changing its structure least (RAS).

    ``X = diag(r) Z diag(s)`` minimises ``sum x ln(x / z)`` subject to the margins (Stone 1961;
    Bacharach 1970). Zeros stay zero.

    Parameters
    ----------
    seed : DataFrame or array, (n, m)
        The old table or a first guess, no negative cells.
    row_totals, column_totals : Series or array, (n,) and (m,)
        New totals; labelled ones align by label.
    tolerance : float, default 1e-9
        Largest relative distance of a sum from its total at which to stop.
    max_iterations : int, default 10_000
        Rounds at most; ``result.converged`` is False where they were not enough.
    rounding : float, default 1e-6
        Sums of the two margins may differ by this share: the difference is spread over the row
        totals in proportion and noted. More than that is refused.

    Returns
    -------
    BalancedTable
        ``.table``, ``.iterations``, ``.converged``, ``.residual``, factors and moves.

    Raises
    ------
    BalanceError
        If no table with the seed's zeros has these margins; says which rows and columns.
    DataError
        If an input is no finite matrix or vector, labels differ, or a cell is negative.
    ConvergenceError
        If seed and totals differ so much in size that the factors overflow.

    Examples
    --------
    >>> ras([[1.0, 2.0], [3.0, 4.0]], [4.0, 6.0], [5.0, 5.0]).table.round(4)
    array([[1.7577, 2.2423],
           [3.2423, 2.7577]])
    """
    start = read_grid(seed, "seed")
    if (start.values < 0).any():
        i, j = (int(k) for k in np.argwhere(start.values < 0)[0])
        raise DataError(
            f"seed: {start.row(i)}, {start.column(j)} is {start.values[i, j]:.6g}; "
            "RAS takes no negative cells: use gras"
        )
    return _balance(start, row_totals, column_totals, (tolerance, max_iterations, rounding), "RAS")


def gras(
    seed: Any,
    row_totals: Any,
    column_totals: Any,
    *,
    tolerance: float = 1e-9,
    max_iterations: int = 10_000,
    rounding: float = 1e-6,
) -> BalancedTable:
    """Bring a table with positive and negative cells to new margins (generalised RAS).

    Positive cells are multiplied by ``r_i s_j``, negative ones divided by it (Junius and
    Oosterhaven 2003; Lenzen, Wood and Gallego 2007); rows and columns without positive cells are
    solved exactly (Temurshoev, Miller and Bouwmeester 2013). Signs and zeros stay.

    Parameters
    ----------
    seed : DataFrame or array, (n, m)
        The old table or a first guess.
    row_totals, column_totals : Series or array, (n,) and (m,)
        New totals of any sign; labelled ones align by label.
    tolerance, max_iterations, rounding
        As in :func:`ras`.

    Returns
    -------
    BalancedTable
        ``.table``, ``.iterations``, ``.converged``, ``.residual``, factors and moves.

    Raises
    ------
    BalanceError
        If no table with the seed's signs and zeros has these margins; says which.
    DataError
        If an input is no finite matrix or vector, or labels differ.
    ConvergenceError
        If seed and totals differ so much in size that the factors overflow.

    Examples
    --------
    >>> gras([[1.0, 2.0], [3.0, -1.0]], [4.0, 3.0], [5.0, 2.0]).table.round(4)
    array([[ 1.2611,  2.7389],
           [ 3.7389, -0.7389]])
    """
    start = read_grid(seed, "seed")
    return _balance(start, row_totals, column_totals, (tolerance, max_iterations, rounding), "GRAS")


def _balance(
    start: Grid, row_totals: Any, column_totals: Any, rule: tuple[float, int, float], method: str
) -> BalancedTable:
    tolerance, max_iterations, rounding = rule
    _check_rule(tolerance, max_iterations, rounding)
    u, v, gap = _read_totals(start, row_totals, column_totals, rounding)
    found = scale(start.values, u, v, tolerance=tolerance, max_iterations=max_iterations)
    if found.obstacle is not None:
        raise BalanceError(_obstacle_message(found.obstacle, start))
    if not np.isfinite(found.table).all():
        raise ConvergenceError(
            f"{method}: the factors left the range of numbers after {found.iterations} iterations; "
            "seed and totals differ too much in size: bring the seed to the unit of the totals"
        )
    forced, more = found.vanished[:_NAMES_SHOWN], len(found.vanished) - _NAMES_SHOWN
    own = [
        (True, f"The margins force {start.row(i)}, {start.column(j)} to zero.") for i, j in forced
    ]
    own.append((more > 0, f"... and {more} more cells."))
    return BalancedTable(
        table=start.wrap(found.table),
        row_factors=start.wrap(found.row_factors, 0),
        column_factors=start.wrap(found.column_factors, 1),
        iterations=found.iterations,
        converged=found.converged,
        residual=found.residual,
        notes=_notes(found, gap, "iterations", own),
        method=method,
        start=start,
    )


@dataclass(frozen=True, slots=True, eq=False)
class BalancedArray(Tabular):
    """An array of three or more dimensions brought to new margins, in the seed's unit.

    Parameters
    ----------
    table : ndarray
        The balanced array, shaped as the seed.
    iterations : int
        Rounds, each through all margins.
    converged : bool
        Whether the residual is within the tolerance.
    residual : float
        Largest distance of a margin from its totals, relative to the largest of these.
    margins : tuple of tuple of int
        The axes that each margin keeps.
    notes : tuple of str
        What a reader must know: no convergence.
    """

    table: Array
    iterations: int
    converged: bool
    residual: float
    margins: tuple[tuple[int, ...], ...]
    notes: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return the account of the balancing."""
        facts = {
            "shape": " x ".join(map(str, self.table.shape)),
            "margins over axes": ", ".join(str(list(axes)) for axes in self.margins),
            **ending(self),
        }
        title = "RAS balancing of an array"
        return (Table(title, pd.DataFrame({"value": facts}), self.notes),)


def ras_multi(
    seed: Any,
    margins: Mapping[Any, Any],
    *,
    tolerance: float = 1e-9,
    max_iterations: int = 10_000,
    rounding: float = 1e-6,
) -> BalancedArray:
    """Bring an array of any number of dimensions to new margins (multi-dimensional RAS).

    The array nearest to the seed in ``sum x ln(x / z)`` whose sums are the margins, by scaling to
    each in turn (Deming and Stephan 1940; Bishop, Fienberg and Holland 1975, ch. 3). Zeros stay.

    Parameters
    ----------
    seed : array, (n, m, p) or of more dimensions
        The old array or a first guess, such as sectors x sectors x origins; no negative cells.
    margins : mapping of axes to totals
        ``{0: u, 1: v, 2: w}`` gives totals along one axis each, ``{(0, 1): U, 2: w}`` a matrix of
        totals over the third axis, and so on.
    tolerance : float, default 1e-9
        Largest distance of a margin from its totals, relative to the largest of these.
    max_iterations : int, default 10_000
        Rounds at most; ``result.converged`` is False where they were not enough.
    rounding : float, default 1e-6
        Share by which the sums of two margins may differ; all are then scaled to the first.

    Returns
    -------
    BalancedArray
        ``.table``, ``.iterations``, ``.converged``, ``.residual``.

    Raises
    ------
    BalanceError
        If two margins contradict each other, or a total is positive where the seed has only zeros.
    DataError
        If an input is no finite array, a cell or total is negative, or a shape does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> found = ras_multi(np.ones((2, 2, 2)), {0: [6, 2], 1: [5, 3], 2: [4, 4]})
    >>> found.table[:, :, 0].round(4).tolist()
    [[1.875, 1.125], [0.625, 0.375]]
    """
    _check_rule(tolerance, max_iterations, rounding)
    start = _read_array(seed, "seed")
    wanted = _read_margins(start, margins)
    _check_margins(start, wanted, rounding)
    whole = wanted[0][1].sum()
    scaled = tuple(
        (axes, totals * (whole / totals.sum() if totals.sum() > 0 else 1.0))
        for axes, totals in wanted
    )
    found = fit_margins(start, scaled, tolerance=tolerance, max_iterations=max_iterations)
    note = (
        f"NOT converged after {found.iterations} rounds: the margin over axes "
        f"{list(scaled[found.missed][0])} is missed by {found.residual:.2e}; no array with these "
        "zeros may have these margins, or allow more rounds.",
    )
    return BalancedArray(
        table=found.table,
        iterations=found.iterations,
        converged=found.converged,
        residual=found.residual,
        margins=tuple(axes for axes, _ in wanted),
        notes=() if found.converged else note,
    )


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquaresTable(Moved):
    """The table nearest to a seed that has given margins, in the seed's unit.

    Parameters
    ----------
    table : DataFrame or ndarray, (n, m)
        The balanced table, labelled as the seed.
    row_prices, column_prices : Series or ndarray
        Lagrange multipliers: how strongly each margin pulls its cells.
    iterations : int
        Newton steps.
    converged : bool
        Whether the residual is within the tolerance.
    residual : float
        Largest relative distance of a row or column sum from its total.
    notes : tuple of str
        Fixed cells, cells that came to rest at zero, rounding spread.
    start : Grid
        The seed as it was read.
    """

    table: Any
    row_prices: Any
    column_prices: Any
    iterations: int
    converged: bool
    residual: float
    notes: tuple[str, ...]
    start: Grid

    def tables(self) -> tuple[Table, ...]:
        """Return the account of the balancing and the cells that moved furthest."""
        return self.account("Least-squares balancing", "Newton steps")


def balance_least_squares(
    seed: Any,
    row_totals: Any,
    column_totals: Any,
    *,
    fixed: Sequence[tuple[Any, Any]] = (),
    variance: Any = "relative",
    keep_signs: bool = True,
    tolerance: float = 1e-9,
    max_iterations: int = 100,
    rounding: float = 1e-6,
) -> LeastSquaresTable:
    """Bring a table to new margins, moving reliable cells least and fixed cells not at all.

    Minimises ``sum (x_ij - z_ij)^2 / d_ij`` subject to the margins (Stone, Champernowne and Meade
    1942; Friedlander 1961).

    Parameters
    ----------
    seed : DataFrame or array, (n, m)
        The old table or a first guess.
    row_totals, column_totals : Series or array, (n,) and (m,)
        New totals; labelled ones align by label.
    fixed : sequence of (row, column)
        Cells that keep the seed's value.
    variance : "relative", "absolute", or DataFrame or array (n, m)
        d: ``|z|`` (a cell moves in proportion to its size), 1 for every cell that is not zero, or
        the user's own variances, at least 0 (0 fixes a cell; a zero cell moves only if it has one).
    keep_signs : bool, default True
        Whether a cell may not change its sign (a zero that may move counts as positive).
    tolerance : float, default 1e-9
        Largest relative distance of a sum from its total at which to stop.
    max_iterations : int, default 100
        Newton steps at most.
    rounding : float, default 1e-6
        As in :func:`ras`.

    Returns
    -------
    LeastSquaresTable
        ``.table``, ``.moves``, ``.residual`` and the multipliers.

    Raises
    ------
    BalanceError
        If no table with these zeros, signs and fixed cells has these margins; says which.
    DataError
        If an input is no finite matrix or vector, labels differ, or a fixed cell is unknown.

    Examples
    --------
    >>> balance_least_squares([[1, 2], [3, 4]], [4, 6], [5, 5], fixed=[(0, 0)]).table.round(4)
    array([[1., 3.],
           [4., 2.]])
    """
    switch(keep_signs, "keep_signs")
    _check_rule(tolerance, max_iterations, rounding)
    start = read_grid(seed, "seed")
    u, v, gap = _read_totals(start, row_totals, column_totals, rounding)
    d = _variance(start, variance)
    held = _fixed(start, fixed)
    d[held] = 0.0
    end: Any = {"tolerance": tolerance, "max_iterations": max_iterations}
    found = fit(start.values, d, (u, v), keep_signs=keep_signs, **end)
    if found.obstacle is not None:
        raise BalanceError(_obstacle_message(found.obstacle, start, fixed=bool(held.any())))
    rest = ((found.table == 0) & (start.values != 0)).sum()
    own = [(held.any(), f"{held.sum()} cells held fixed.")]
    own.append((rest > 0, f"{rest} cells came to rest at zero rather than change sign."))
    return LeastSquaresTable(
        start.wrap(found.table),
        start.wrap(found.row_prices, 0),
        start.wrap(found.column_prices, 1),
        found.iterations,
        found.converged,
        found.residual,
        _notes(found, gap, "steps", own),
        start,
    )


def _notes(
    found: Scaling | LeastSquaresFit, gap: float, steps: str, own: Sequence[tuple[Any, str]]
) -> tuple[str, ...]:
    """Return what is to be said of a balancing: rounding, the method's own, no convergence."""
    said_if = (
        (gap != 0, f"Row totals were {-gap:+.4g} off the column totals: spread as rounding."),
        *own,
        (
            not found.converged,
            f"NOT converged after {found.iterations} {steps}: the margins are missed by "
            f"{found.residual:.2e}; allow more iterations.",
        ),
    )
    return tuple(text for holds, text in said_if if holds)


def _variance(start: Grid, variance: Any) -> Array:
    if isinstance(variance, str):
        choice(variance, _WEIGHTS, "variance")
        size = np.abs(start.values)
        return size if variance == "relative" else np.where(size > 0, 1.0, 0.0)
    own = read_grid(variance, "variance")
    if own.values.shape != start.values.shape:
        raise DataError(f"variance: shape {own.values.shape}; expected {start.values.shape}")
    values = own.values.copy()
    if own.labelled and start.labelled:
        values = own.arranged(start.rows, start.columns, "variance", "the seed's")
    if (values < 0).any():
        i, j = (int(k) for k in np.argwhere(values < 0)[0])
        raise DataError(
            f"variance: {start.row(i)}, {start.column(j)} is {values[i, j]:.6g}; "
            "expected at least 0"
        )
    return values


def _fixed(start: Grid, fixed: Sequence[tuple[Any, Any]]) -> npt.NDArray[np.bool_]:
    held = np.zeros(start.values.shape, dtype=bool)
    for cell in as_tuple(fixed, "fixed"):
        if not isinstance(cell, tuple | list) or len(cell) != 2:
            raise DataError(f"fixed: {shown(cell)}; expected a pair (row, column)")
        i = known_place(start.rows, cell[0], "fixed: no row", "the seed")
        held[i, known_place(start.columns, cell[1], "fixed: no column", "the seed")] = True
    return held


def _read_totals(
    start: Grid, row_totals: Any, column_totals: Any, rounding: float
) -> tuple[Array, Array, float]:
    """Return row totals, column totals of the same sum, and the gap between them worth a note."""
    u = read_along(row_totals, start.rows, "row_totals", labelled=start.labelled)
    v = read_along(column_totals, start.columns, "column_totals", labelled=start.labelled)
    gap, weights = float(v.sum() - u.sum()), np.abs(u)
    whole = float(weights.sum())
    scale = float(max(whole, np.abs(v).sum()))
    if abs(gap) > rounding * scale:
        raise BalanceError(
            f"row totals sum to {u.sum():.10g}, column totals to {v.sum():.10g}: "
            f"they differ by {gap:.4g} (more than {rounding:g} of the total); make the sums equal"
        )
    spread = u + gap * weights / whole if whole > 0 else u
    return spread, v, gap if abs(gap) > _NOISE * scale else 0.0


def _check_rule(tolerance: float, max_iterations: int, rounding: float) -> None:
    """Refuse settings of an iteration that make no sense."""
    share(tolerance, "tolerance", zero=False)
    share(rounding, "rounding", zero=True)
    whole(max_iterations, "max_iterations")


def _obstacle_message(obstacle: Obstacle, start: Grid, *, fixed: bool = False) -> str:
    """Say in one line which rows and columns of a table cannot meet their margins."""
    left = " (less its fixed cells)" if fixed else ""
    if obstacle.kind in {"empty", "sign"}:
        one = start.row(obstacle.rows[0]) if obstacle.rows else start.column(obstacle.columns[0])
        total = obstacle.need if obstacle.rows else obstacle.room
        wrong = "negative" if total > 0 else "positive"
        empty = "no cell that can move" if fixed else "only zeros"
        has = empty if obstacle.kind == "empty" else f"no cell but zeros and {wrong} ones"
        return f"{one} of the seed has {has} but its total{left} is {total:.6g}; change one of them"
    rows = _listed(start.rows, obstacle.rows)
    columns = _listed(start.columns, obstacle.columns)
    return (
        f"margins cannot meet: given the zeros and signs of the seed, row(s) {rows} (totals{left} "
        f"{obstacle.need:.10g}) fit only into column(s) {columns} (totals{left} "
        f"{obstacle.room:.10g}); change these totals or let more cells be non-zero"
    )


def _listed(labels: pd.Index, places: tuple[int, ...]) -> str:
    named = ", ".join(shown(labels[k]) for k in places[:_NAMES_SHOWN]) or "none"
    more = len(places) - _NAMES_SHOWN
    return f"{named} and {more} more" if more > 0 else named


def _read_array(data: Any, what: str) -> Array:
    values = plain_numbers(data)
    if values is None or not values.size or not np.isfinite(values).all():
        raise DataError(f"{what}: expected an array of finite numbers")
    bad = np.argwhere(values < 0)
    if len(bad):
        place = tuple(int(k) for k in bad[0])
        raise DataError(f"{what}: cell {place} is {values[place]:.6g}; expected 0 or more")
    return values


def _read_margins(start: Array, margins: Any) -> tuple[tuple[tuple[int, ...], Array], ...]:
    """Return margins as (axes in order, totals), or say which does not fit the array."""
    if not isinstance(margins, Mapping) or not margins:
        raise DataError("margins: expected {axis: totals} or {(axis, axis): totals}")
    out = []
    for key, given in margins.items():
        axes = key if isinstance(key, tuple) else (key,)
        known = all(is_whole(axis) and 0 <= axis < start.ndim for axis in axes)
        if not known or not axes or len(set(axes)) < len(axes) or len(axes) >= start.ndim:
            raise DataError(
                f"margins: {shown(key)} is no margin of an array of {start.ndim} dimensions; give "
                f"different axes from 0 to {start.ndim - 1}, fewer than all"
            )
        totals = _read_array(given, f"margins: {shown(key)}")
        shape = tuple(start.shape[axis] for axis in axes)
        if totals.shape != shape:
            raise DataError(f"margins: {shown(key)} has shape {totals.shape}; expected {shape}")
        order = np.argsort(axes)
        out.append((tuple(sorted(axes)), totals.transpose(order)))
    return tuple(out)


def _check_margins(
    start: Array, margins: tuple[tuple[tuple[int, ...], Array], ...], rounding: float
) -> None:
    """Refuse totals where the seed has only zeros, and margins that contradict each other."""
    for axes, totals in margins:
        rest = tuple(axis for axis in range(start.ndim) if axis not in axes)
        empty = np.argwhere((start.sum(axis=rest) == 0) & (totals > 0))
        if len(empty):
            place = tuple(int(k) for k in empty[0])
            raise BalanceError(
                f"margins: axes {list(axes)}, place {place}: the seed has only zeros but the total "
                f"is {totals[place]:.6g}; change one of them"
            )
    for (first, one), (second, other) in itertools.combinations(margins, 2):
        shared = tuple(axis for axis in first if axis in second)
        sums = [
            totals.sum(axis=tuple(k for k, axis in enumerate(axes) if axis not in shared))
            for axes, totals in ((first, one), (second, other))
        ]
        gap = float(np.abs(sums[0] - sums[1]).max())
        if gap > rounding * float(one.sum()):
            raise BalanceError(
                f"margins over axes {list(first)} and {list(second)} contradict: their sums"
                f"{f' over axes {list(shared)}' if shared else ''} differ by up to {gap:.4g}; make "
                "them agree"
            )
