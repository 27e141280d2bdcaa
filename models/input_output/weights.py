"""What is extracted: sectors by name and their shares."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.tables.extraction import Kind
from quesnay.models.input_output.engine import Engine

__all__ = ["check_kind", "read_weights"]

Array = npt.NDArray[np.float64]

KINDS: tuple[Kind, ...] = ("total", "satellite", "backward", "forward")


def check_kind(kind: str) -> Kind:
    """Return the kind of an extraction, or refuse an unknown one.

    Parameters
    ----------
    kind : str
        "total", "backward" or "forward".

    Returns
    -------
    str
        The same.

    Raises
    ------
    DataError
        If it is none of them.

    Examples
    --------
    >>> check_kind("total")
    'total'
    """
    word = choice(kind, KINDS, "kind")
    return next(known for known in KINDS if known == word)


def read_weights(engine: Engine, weights: Any) -> tuple[npt.NDArray[np.intp], Array]:
    """Read what is extracted: the positions of sectors and their shares above zero.

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    weights : mapping, Series, list of sectors, or array of n shares
        Shares from 0 to 1; a list means the whole of each sector named.

    Returns
    -------
    places : ndarray of int, (g,)
        Positions.
    shares : ndarray, (g,)
        Shares.

    Raises
    ------
    DataError
        If a sector is unknown or a share is not between 0 and 1.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> read_weights(table.engine, {1: 0.25})
    (array([1]), array([0.25]))
    """
    if isinstance(weights, np.ndarray) and weights.dtype.kind in "fc":
        places = np.arange(len(engine.blocks.sectors))
        shares = engine.by_sector(weights, "weights")
    else:
        names, values = _named(weights)
        places = engine.places(names, "weights")
        shares = _numbers(values, names)
    bad = np.flatnonzero(~((shares >= 0) & (shares <= 1)))
    if len(bad):
        sector = engine.blocks.sectors[places[bad[0]]]
        raise DataError(
            f"weights: sector {sector!r} has {shares[bad[0]]:.6g}; expected a share from 0 to 1"
        )
    return places[shares > 0], shares[shares > 0]


def _named(weights: Any) -> tuple[list[Any], list[Any]]:
    if isinstance(weights, pd.Series):
        return list(weights.index), list(weights)
    if isinstance(weights, Mapping):
        return list(weights), list(weights.values())
    if isinstance(weights, list | tuple | set | frozenset | pd.Index | np.ndarray):
        return list(weights), [1.0] * len(weights)
    kind = type(weights).__name__
    raise DataError(
        f"weights: {kind} {shown(weights)}; expected {{sector: share}} or a list of sectors"
    )


def _numbers(values: list[Any], names: list[Any]) -> Array:
    for name, value in zip(names, values, strict=True):
        plain = isinstance(value, int | float | np.integer | np.floating)
        if not plain or isinstance(value, bool):
            raise DataError(
                f"weights: sector {shown(name)} has {shown(value)}; expected a share from 0 to 1"
            )
    return np.asarray(values, dtype=np.float64).reshape(len(values))
