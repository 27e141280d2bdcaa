"""Multipliers, linkages, prices: what a unit of final demand calls forth, who pulls and pushes.

Multipliers are ``c L``, with households inside after a rank-one border (type II). Backward linkages
are column sums of L, forward linkages row sums of the Ghosh inverse, ``(L x)_i / x_i``, or of L
itself (Rasmussen 1956; Beyers 1976; Jones 1976): solves, without an inverse. So are prices under
new primary costs; the field of influence says which coefficient moves most.
"""

import warnings
from collections.abc import Hashable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import choice, is_number
from quesnay.fitting.errors import DataError, nearest, shown, suggestion
from quesnay.fitting.tables.leontief import Household, coefficients, household
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.validation import one_number, place_of, read_along

Per = Literal["demand", "direct"]

SECTOR_CLASSES = ("key", "backward-oriented", "forward-oriented", "weak")
_PLAIN = ("backward", "forward", "backward_normalised", "forward_normalised")
_VARIATION = ("backward_variation", "forward_variation")
# Made once: an index of text costs pandas more than the linkages of a table of 42 sectors.
_SHORT = pd.Index([*_PLAIN, "sector_class"])
_LONG = pd.Index([*_PLAIN, *_VARIATION, "sector_class"])
_CLASSES = pd.CategoricalDtype(list(SECTOR_CLASSES))
_BLOCK = 64  # rows squared at a time, so that no second matrix is held
_LARGE = 600  # sectors from which the whole inverse is not computed unasked


def multipliers(
    engine: Engine, account: Hashable, closing: Household | None, per: Per, *, own_row: bool
) -> "pd.Series[float]":
    """Return an account per unit of final demand for each sector; see the table's method."""
    effects = engine.effects(account)
    if closing is not None:
        effects = closing.closed(effects)
        if own_row:
            effects = effects + closing.row()
    if choice(per, ("demand", "direct"), "per") == "demand":
        return engine.series(effects, account)
    direct = engine.per_output(account)
    if not direct.any():
        raise DataError(
            f"per='direct': no sector has {account!r} of its own to divide by; use per='demand'"
        )
    ratio = np.divide(effects, direct, out=np.full(len(direct), np.nan), where=direct != 0)
    return engine.series(ratio, account)


def closed_by_households(engine: Engine, demand: Hashable, income: Hashable) -> Household:
    """Return the border that adds households: their spending pattern and their income row."""
    b = engine.blocks
    if demand is None or income is None:
        raise DataError(
            "closed=True needs household= (a column of final demand) and income= (a row of value "
            f"added); the table has the columns {_some(b.demand_names)} and the rows "
            f"{_some(b.value_names)}"
        )
    column = place_of(b.demand_names, demand)
    if column is None:
        raise DataError(
            f"household: no final-demand column {shown(demand)};{nearest(demand, b.demand_names)} "
            f"the table has {_some(b.demand_names)}"
        )
    if isinstance(income, str) and income in {"output", "imports"}:
        raise DataError(
            f"income: {income!r} is not earned by households; name a row of value added"
        )
    earned = float((engine.per_output(income) * b.output).sum())
    if not earned > 0:
        raise DataError(f"income: {income!r} sums to {earned:.6g}; expected a positive income")
    spent = b.demand[:, column]
    if spent.sum() > earned * (1.0 + 1e-9):
        warnings.warn(
            f"closed model: {shown(demand)} spends {spent.sum():.6g}, more than the "
            f"{earned:.6g} of {shown(income)}: each unit earned is followed by "
            f"{spent.sum() / earned:.3g} units of spending, so the multipliers are too high; name "
            "an income row with all that households live on, or a column with less",
            UserWarning,
            stacklevel=3,
        )
    return household(engine.effects(income), spent / earned)


def _some(names: pd.Index) -> str:
    listed = ", ".join(repr(name) for name in names[:10])
    return listed + (", ..." if len(names) > 10 else "")


def footprint(engine: Engine, account: Hashable, direct: Any) -> pd.DataFrame:
    """Return what each category of final demand calls forth, and emits itself; see the table."""
    b = engine.blocks
    own = np.zeros(len(b.demand_names))
    if isinstance(direct, Mapping):
        for name, value in direct.items():
            place = place_of(b.demand_names, name)
            if place is None:
                hint = suggestion(name, b.demand_names)
                raise DataError(f"direct: no final-demand column {shown(name)};{hint}")
            own[place] = one_number(value, f"direct of {shown(name)}")
    elif direct is not None:
        own = read_along(direct, b.demand_names, "direct", labelled=True)
    embodied = engine.effects(account) @ b.demand
    values = np.column_stack([embodied, own, embodied + own])
    names = ["embodied", "direct", "total"]
    return pd.DataFrame(values, index=b.demand_names, columns=names)


def linkages(engine: Engine, variation: bool | None, forward: str) -> pd.DataFrame:
    """Return total linkages, normalised, with variation and class; see the table's method."""
    sectors, x = engine.blocks.sectors, engine.blocks.output
    ghosh = choice(forward, ("ghosh", "leontief"), "forward") == "ghosh"
    if variation is None:
        variation = len(sectors) <= _LARGE
    names = _LONG if variation else _SHORT
    values = np.empty((len(sectors), len(names) - 1))
    values[:, 0] = engine.effects("output")
    values[:, 1] = _forward_sums(engine) if ghosh else engine.factors.columns(np.ones(len(x)))
    values[:, 2] = values[:, 0] / values[:, 0].mean()
    known = ~np.isnan(values[:, 1])
    values[:, 3] = values[:, 1] / (values[known, 1].mean() if known.any() else np.nan)
    if variation:
        scale = x if ghosh else np.ones(len(x))
        values[:, 4], values[:, 5] = _variation(engine.inverse, scale, values[:, 0], values[:, 1])
    codes = np.where(values[:, 2] > 1.0, 0, 2) + np.where(values[:, 3] > 1.0, 0, 1)
    frame = pd.DataFrame(values, index=sectors)
    frame[len(names) - 1] = pd.Categorical.from_codes(codes, dtype=_CLASSES)
    frame.columns = names
    return frame


def _forward_sums(engine: Engine) -> Array:
    """Return the row sums of the Ghosh inverse, ``(L x)_i / x_i``, by one solve.

    A sector without output has 1 where it sells nothing and NaN where it sells: its sales come
    from elsewhere and have no output to be a share of.
    """
    b = engine.blocks
    reached = engine.factors.columns(b.output)
    out: Array = np.divide(
        reached, b.output, out=np.full(len(reached), np.nan), where=b.output != 0
    )
    if np.isnan(out).any():
        out[(b.output == 0) & ~b.flows.any(axis=1)] = 1.0
    return out


def _variation(L: Array, x: Array, backward: Array, forward: Array) -> tuple[Array, Array]:
    """Return standard deviation over mean of the columns of L and of the rows of ``L x / x``."""
    n = len(x)
    if n == 1:
        return np.zeros(1), np.zeros(1)
    columns, rows = np.zeros(n), np.empty(n)
    for start in range(0, n, _BLOCK):
        squared = L[start : start + _BLOCK] ** 2
        columns += squared.sum(axis=0)
        rows[start : start + _BLOCK] = squared @ (x * x)
    rows = np.divide(rows, x * x, out=np.full(n, np.nan), where=x != 0)
    alone = (x == 0) & ~np.isnan(forward)
    rows[alone] = 1.0
    found = []
    for sums, square in ((backward, columns), (forward, rows)):
        mean = sums / n
        spread = np.sqrt(np.maximum(square - n * mean**2, 0.0) / (n - 1))
        found.append(spread / mean)
    return found[0], found[1]


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
        push = coefficients(push, b.output)
    rise = engine.factors.rows(push[None])[0]
    values = np.column_stack([1.0 + rise, rise, push, rise - push])
    names = ["price", "change", "direct", "induced"]
    return pd.DataFrame(values, index=b.sectors, columns=names)
