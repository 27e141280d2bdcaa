"""Fields of influence, and the cost-push price model."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import choice, is_number
from quesnay.fitting.errors import DataError, shown
from quesnay.models.input_output.engine import Engine

__all__ = ["field_of_influence", "prices"]

Array = npt.NDArray[np.float64]

BASES = ("output", "value_added", "level")
_LARGEST = 1e6  # no coefficient changes by a million


def field_of_influence(engine: Engine, i: Any, j: Any, change: float) -> pd.DataFrame:
    """Return how the Leontief inverse answers to one coefficient, or to each; see the table.

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    i, j : sector or None
        Row and column of the coefficient; both None for all.
    change : float
        Size of the change of the coefficient; 0 for the limit.

    Returns
    -------
    DataFrame
        (sectors, sectors).

    Raises
    ------
    DataError
        If only one of `i`, `j` is given, or the change makes the table singular.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.field_of_influence().round(4)
            0       1
    0  2.7623  2.1827
    1  2.3007  1.8179
    """
    if not is_number(change) or not abs(change) < _LARGEST:
        raise DataError(f"change={shown(change)}; expected a small number, such as 0.001")
    L = engine.inverse
    if i is None and j is None:
        pivot = _pivot(1.0 - change * L.T)
        out = np.outer(np.einsum("ij,ij->j", L, L), np.einsum("ij,ij->i", L, L))
        out /= pivot
        out /= pivot
        return engine.frame(out)
    if i is None or j is None:
        raise DataError("field of influence: name both i (selling) and j (buying), or neither")
    row, column = engine.places([i], "i")[0], engine.places([j], "j")[0]
    pivot = _pivot(np.array(1.0 - change * L[column, row]))
    return engine.frame(np.outer(L[:, row], L[column]) / pivot)


def _pivot(pivot: Array) -> Array:
    if not np.abs(pivot).min() > 1e-12:
        raise DataError("field of influence: this change makes the table singular; take a smaller")
    return pivot


def prices(engine: Engine, change: Any, of: str) -> pd.DataFrame:
    """Return prices after a change of value added per unit of output; see the table's method.

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    change : mapping, Series, array or number
        The cost push.
    of : {"output", "value_added", "level"}
        What `change` is measured in.

    Returns
    -------
    DataFrame
        A row a sector.

    Raises
    ------
    DataError
        If labels, shape or basis do not fit.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.prices({0: 0.1}).round(4)
        price  change  direct  induced
    0  1.1254  0.1254     0.1   0.0254
    1  1.0330  0.0330     0.0   0.0330
    """
    b = engine.blocks
    if np.isscalar(change):
        change = np.broadcast_to(np.asarray(change), (len(b.output),))
    push = engine.by_sector(change, "value_added_change")
    of = choice(of, BASES, "of")
    if of == "value_added":
        push = push * engine.per_output("value_added")
    elif of == "level":
        push = np.divide(push, b.output, out=np.zeros(len(push)), where=b.output != 0)
    rise = engine.factors.rows(push[None])[0]
    values = np.column_stack([1.0 + rise, rise, push, rise - push])
    names = ["price", "change", "direct", "induced"]
    return pd.DataFrame(values, index=b.sectors, columns=names, copy=False)
