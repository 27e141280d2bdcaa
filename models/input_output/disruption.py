"""The interdependency of sectors and the shares that disturb it, checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.tables.factored import factored
from quesnay.models.input_output.economies import sector_place, single
from quesnay.models.input_output.margins import align_vector, grid

__all__ = ["Network", "network", "rates"]

Array = npt.NDArray[np.float64]

_KINDS = ("demand", "supply")


@dataclass(frozen=True, slots=True)
class Network:
    """An interdependency matrix A*.

    Parameters
    ----------
    matrix : ndarray, (n, n)
        Not negative, spectral radius below one.
    sectors : Index
        Labels.
    labelled : bool
        Whether the user gave labels.
    output : ndarray, (n,), or None
        Planned output, where a table was given.
    """

    matrix: Array
    sectors: pd.Index
    labelled: bool
    output: Array | None


def network(given: Any, kind: str) -> Network:
    """Return A* of a table, or check the one given."""
    choice(kind, _KINDS, "kind")
    if hasattr(given, "sectors") and hasattr(given, "A") and not isinstance(given, pd.DataFrame):
        A = np.asarray(given.A.to_numpy(), dtype=float)
        x = np.asarray(given.x.to_numpy(), dtype=float)
        safe = np.where(x != 0, x, 1.0)
        matrix = A * x / safe[:, None] if kind == "demand" else A.T.copy()
        net = Network(matrix, given.sectors, True, x)
    else:
        read = grid(given, "interdependency")
        if read.values.shape[0] != read.values.shape[1]:
            raise DataError(f"interdependency: shape {read.values.shape}; expected a square matrix")
        values = read.values
        if read.labelled:
            places = read.columns.get_indexer(read.rows)
            if (places < 0).any():
                missing = read.rows[int(np.flatnonzero(places < 0)[0])]
                raise DataError(f"interdependency: row {shown(missing)} has no column")
            values = values[:, places]
        net = Network(values, read.rows, read.labelled, None)
    _check(net)
    return net


def rates(given: Any, net: Network, what: str) -> Array:
    """Return one share a sector, each from 0 to 1."""
    if isinstance(given, Mapping):
        values = np.zeros(len(net.sectors))
        for name, value in given.items():
            values[sector_place(net.sectors, name, what)] = single(
                value, f"{what} of {shown(name)}"
            )
    else:
        values = align_vector(given, net.sectors, what, labelled=net.labelled)
    bad = np.flatnonzero((values < 0) | (values > 1))
    if len(bad):
        k = int(bad[0])
        raise DataError(f"{what} of {shown(net.sectors[k])} is {values[k]:.6g}; expected 0 to 1")
    return values


def _check(net: Network) -> None:
    negative = np.argwhere(net.matrix < 0)
    if len(negative):
        i, j = (int(k) for k in negative[0])
        raise DataError(
            f"interdependency: row {shown(net.sectors[i])}, column {shown(net.sectors[j])} is "
            f"{net.matrix[i, j]:.6g}; expected at least 0"
        )
    why = "interdependency: its spectral radius is not below 1, so disruptions never die out"
    n = len(net.matrix)
    # For A* >= 0 the radius is below one exactly where (I - A*) y = 1 has a positive solution
    if not (factored(np.eye(n) - net.matrix, why).solve(np.ones(n)) > 0).all():
        raise DataError(why)
