"""Why no matrix with given signs and zeros can meet its margins: closed sets of a flow."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

__all__ = ["Obstacle", "closed_set", "emptied", "first_obstacle", "margin_scales", "proved_set"]

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Kind = Literal["empty", "sign", "set", "face"]

_THRESHOLDS = 40  # widest gaps of the potentials that are tried as borders of a closed set
_PROGRAM_CELLS = 200_000  # cells up to which a linear programme decides in seconds
_EXCESS = 1e-10  # a set's excess below this share of all totals is rounding


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A set of rows and columns whose totals contradict the zeros and signs of the matrix.

    Parameters
    ----------
    kind : {"empty", "sign", "set", "face"}
        One row or column without cells; one with cells of the wrong sign only; a set of rows that
        can only sell to too small a set of columns; or a set that only just fits, so that some
        cells would have to vanish (``cells``).
    rows, columns : tuple of int
        The positions in the set.
    need, room : float
        Sum of the totals of the rows, and of the columns, in the set.
    cells : tuple of (int, int)
        Cells that every solution sets to zero (kind "face").
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

    Examples
    --------
    >>> import numpy as np
    >>> margin_scales(np.array([[1.0, -1.0], [3.0, 3.0]]), np.array([0.0, 8.0]), np.array([6., 2.]))
    (array([2., 8.]), array([6., 4.]))
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
    """Return the seed without cells of one sign that add up to a total of zero.

    Examples
    --------
    >>> import numpy as np
    >>> emptied(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([0.0, 7.0]), np.array([3.0, 4.0]))
    array([[0., 0.],
           [3., 4.]])
    """
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
    """Return a single row or column that cannot meet its total, if there is one.

    Examples
    --------
    >>> import numpy as np
    >>> found = first_obstacle(np.array([[0.0, 0.0], [1.0, 1.0]]), np.ones(2), np.ones(2))
    >>> found.kind, found.rows
    ('empty', (0,))
    """
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

    Examples
    --------
    >>> import numpy as np
    >>> seed = np.array([[1.0, 0.0], [1.0, 1.0]])
    >>> found = closed_set(seed, np.array([3.0, 1.0]), np.array([2.0, 2.0]),
    ...                    (np.array([9.0, 0.0]), np.array([9.0, 0.0])))
    >>> found.rows, found.columns, found.need, found.room
    ((0,), (0,), 3.0, 2.0)
    """
    high_r, high_s = potentials
    scale = float(np.abs(rows).sum() + np.abs(columns).sum())
    for border in _borders(np.concatenate([high_r, high_s])):
        inside_r, inside_s = high_r > border, high_s > border
        if _leaves(seed, inside_r, inside_s, either):
            continue
        need, room = float(rows[inside_r].sum()), float(columns[inside_s].sum())
        if need > room + _EXCESS * scale:
            return _obstacle("set", inside_r, inside_s, (need, room))
        cells = _forced(seed, inside_r, inside_s)
        if need > room - _EXCESS * scale and cells:
            return _obstacle("face", inside_r, inside_s, (need, room), cells)
    return None


def proved_set(
    seed: Array, rows: Array, columns: Array, *, either: Mask | None = None
) -> Obstacle | None:
    """Return the closed set with the largest contradiction by linear programming, if any.

    Maximises ``sum y_i u_i - sum w_j v_j`` over ``0 <= y, w <= 1`` with ``y_i <= w_j`` for positive
    and ``w_j <= y_i`` for negative cells; the vertices are sets, so this decides.

    Examples
    --------
    >>> import numpy as np
    >>> proved_set(np.eye(2), np.array([3.0, 2.0]), np.array([2.0, 3.0])).rows
    (0,)
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


def _borders(values: Array) -> Array:
    levels = np.unique(np.nan_to_num(values, nan=0.0, posinf=1e6, neginf=-1e6))
    order = np.argsort(np.diff(levels))[::-1][:_THRESHOLDS]
    borders: Array = (levels[:-1] + np.diff(levels) / 2.0)[order]
    return borders


def _forced(seed: Array, inside_r: Mask, inside_s: Mask) -> tuple[tuple[int, int], ...]:
    """Return the cells that enter a set that has no room left: they must vanish."""
    enter = np.zeros(seed.shape, dtype=bool)
    enter[np.ix_(~inside_r, inside_s)] = seed[np.ix_(~inside_r, inside_s)] > 0
    enter[np.ix_(inside_r, ~inside_s)] = seed[np.ix_(inside_r, ~inside_s)] < 0
    return tuple((int(i), int(j)) for i, j in np.argwhere(enter))


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
