"""Intervals of multipliers and extractions, and how errors of coefficients are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import choice, confidence_level, percent, whole
from quesnay.fitting.errors import DataError
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.cells import Cells, aligned, read_cells
from quesnay.models.input_output.engine import Engine

__all__ = ["CoefficientErrors", "Intervals", "read_errors", "read_settings"]

Array = npt.NDArray[np.float64]

_LARGEST = 100.0  # a coefficient known only to a hundred times itself is not known


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Intervals(Tabular):
    """Estimates with the intervals that errors of the table give them.

    Parameters
    ----------
    estimates : DataFrame
        estimate (at the table as it is), standard_error, low, high.
    level : float
        Probability the interval holds.
    method : str
        "first_order" or "monte_carlo".
    what : str
        Of what, with its unit.
    notes : tuple of str
        What is uncertain, and how.
    """

    estimates: pd.DataFrame
    level: float
    method: str
    what: str
    notes: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return the estimates with their intervals."""
        title = f"{self.what}, {percent(self.level)} intervals"
        return (Table(title, self.estimates, self.notes),)


@dataclass(frozen=True, slots=True, eq=False)
class CoefficientErrors:
    """Relative standard errors of the input coefficients.

    Parameters
    ----------
    columns : ndarray of int, (g,)
        Buying sectors with uncertain inputs.
    variation : ndarray, (n, g)
        Standard error over coefficient, by cell.
    coefficients : ndarray, (n, g)
        The coefficients themselves.
    """

    columns: npt.NDArray[np.intp]
    variation: Array
    coefficients: Array

    @property
    def variances(self) -> Array:
        """Variances of the coefficients, (n, g)."""
        out: Array = (self.variation * self.coefficients) ** 2
        return out


@dataclass(frozen=True, slots=True)
class Settings:
    """How intervals are made.

    Parameters
    ----------
    method : str
        "first_order" or "monte_carlo".
    level : float
        Probability.
    draws : int
        Of Monte Carlo.
    """

    method: str
    level: float
    draws: int

    @property
    def tails(self) -> tuple[float, float]:
        """Probabilities below the two ends."""
        return (1 - self.level) / 2, (1 + self.level) / 2


def read_settings(method: Any, level: Any, draws: Any) -> Settings:
    """Check how intervals are to be made.

    Parameters
    ----------
    method, level, draws
        As in :meth:`InputOutputTable.multiplier_intervals`.

    Returns
    -------
    Settings
        The same.

    Raises
    ------
    DataError
        If one makes no sense.

    Examples
    --------
    >>> read_settings("monte_carlo", 0.95, 100).draws
    100
    """
    method = choice(method, ("first_order", "monte_carlo"), "method")
    return Settings(method, confidence_level(level), whole(draws, "draws", least=2))


def read_errors(engine: Engine, relative_error: Any) -> CoefficientErrors:
    """Read relative errors: one for all, one a buying sector, or one a cell.

    Parameters
    ----------
    engine : Engine
        Numbers of the table.
    relative_error : float, mapping, Series, DataFrame or array (n,) or (n, n)
        Standard error over coefficient.

    Returns
    -------
    CoefficientErrors
        Of the columns where it is not zero.

    Raises
    ------
    DataError
        If it is negative or does not fit the table.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> read_errors(table.engine, {1: 0.1}).columns
    array([1])
    """
    b, what = engine.blocks, "relative_error"
    n = len(b.sectors)
    if np.isscalar(relative_error):
        values = np.broadcast_to(read_cells([relative_error], what).values, (n, n))
    elif isinstance(relative_error, Mapping):
        values = np.broadcast_to(engine.by_sector(relative_error, what), (n, n))
    else:
        values = _by_cell(read_cells(relative_error, what), b.sectors, what)
    if values.min() < 0:
        raise DataError(f"{what}: {values.min():.6g} is negative; expected 0 or more, 0.1 for 10 %")
    if values.max() > _LARGEST:
        raise DataError(f"{what}: {values.max():.6g} is too large; expected a share, 0.1 for 10 %")
    columns = np.flatnonzero(values.any(axis=0))
    scale = np.divide(1.0, b.output, out=np.zeros(n), where=b.output != 0)
    return CoefficientErrors(
        columns, np.array(values[:, columns]), b.flows[:, columns] * scale[columns]
    )


def _by_cell(cells: Cells, sectors: pd.Index, what: str) -> Array:
    """Spread one error a buying sector over its cells, or align one a cell."""
    n = len(sectors)
    if cells.values.shape not in {(n,), (n, n)}:
        raise DataError(
            f"{what}: shape {cells.values.shape}; expected {(n, n)}, {(n,)} or a number"
        )
    values = np.array(cells.values)
    labels = [cells.rows] if values.ndim == 1 else [cells.rows, cells.columns]
    for axis, given in enumerate(labels):
        order = aligned(given, sectors, what)
        values = values if order is None else np.take(values, order, axis=axis)
    return np.broadcast_to(values, (n, n))
