"""Linkages: how much a sector pulls on its suppliers and pushes to its users."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.models.input_output.engine import Engine

__all__ = ["SECTOR_CLASSES", "linkages"]

Array = npt.NDArray[np.float64]

SECTOR_CLASSES = ("key", "backward-oriented", "forward-oriented", "weak")
_PLAIN = ("backward", "forward", "backward_normalised", "forward_normalised")
_VARIATION = ("backward_variation", "forward_variation")
# Made once: an index of text costs pandas more than the linkages of a table of 42 sectors.
_SHORT = pd.Index([*_PLAIN, "sector_class"])
_LONG = pd.Index([*_PLAIN, *_VARIATION, "sector_class"])
_CLASSES = pd.CategoricalDtype(list(SECTOR_CLASSES))
_BLOCK = 64  # rows squared at a time, so that no second matrix is held
_LARGE = 600  # sectors from which the whole inverse is not computed unasked


def linkages(engine: Engine, variation: bool | None = None) -> pd.DataFrame:
    """Return total linkages, normalised, with variation and class; see the table's method.

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    variation : bool, optional
        Whether to add the coefficients of variation, which need the whole inverse.

    Returns
    -------
    DataFrame
        A row a sector.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.linkages()[["backward", "forward", "sector_class"]].round(4)
       backward  forward sector_class
    0    1.5182   1.9142          key
    1    1.4521   1.2541         weak
    """
    sectors, x = engine.blocks.sectors, engine.blocks.output
    if variation is None:
        variation = len(sectors) <= _LARGE
    names = _LONG if variation else _SHORT
    values = np.empty((len(sectors), len(names) - 1))
    values[:, 0] = engine.effects("output")
    values[:, 1] = forward_sums(engine)
    values[:, 2] = values[:, 0] / values[:, 0].mean()
    known = ~np.isnan(values[:, 1])
    values[:, 3] = values[:, 1] / (values[known, 1].mean() if known.any() else np.nan)
    if variation:
        values[:, 4], values[:, 5] = _variation(engine.inverse, x, values[:, 0], values[:, 1])
    codes = np.where(values[:, 2] > 1.0, 0, 2) + np.where(values[:, 3] > 1.0, 0, 1)
    frame = pd.DataFrame(values, index=sectors, copy=False)
    frame[len(names) - 1] = pd.Categorical.from_codes(codes, dtype=_CLASSES)
    frame.columns = names
    return frame


def forward_sums(engine: Engine) -> Array:
    """Return the row sums of the Ghosh inverse, ``(L x)_i / x_i``, by one solve.

    A sector without output has 1 where it sells nothing and NaN where it sells: its sales come
    from elsewhere and have no output to be a share of.

    Parameters
    ----------
    engine : Engine
        Numbers of a table.

    Returns
    -------
    ndarray, (n,)
        Forward linkages.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.linkages()["forward"].round(4).tolist()
    [1.9142, 1.2541]
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
    """Return standard deviation over mean of columns of L and of rows of G (Rasmussen 1956)."""
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
