"""Fields of influence, and the cost-push price model."""

from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import choice, is_number
from quesnay.fitting.errors import DataError, shown
from quesnay.models.input_output.engine import Engine

__all__ = [
    "field_of_influence",
    "prices",
]


BASES = ("output", "value_added", "level")
_LARGEST = 1e6  # no coefficient changes by a million


def field_of_influence(engine: Engine, i: Any, j: Any, change: float) -> pd.DataFrame:
    """Return how the Leontief inverse answers to one coefficient, or to each; see the table."""
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
    """Return prices after a change of value added per unit of output; see the table's method."""
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
