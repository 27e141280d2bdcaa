"""Inoperability: how a disruption spreads through sectors, at once and over time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import whole
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.tables.inoperability import capped_solution, dynamic_path
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.disruption import Network, network, rates
from quesnay.models.input_output.economies import single
from quesnay.models.input_output.margins import numbers

__all__ = [
    "Inoperability",
    "InoperabilityPath",
    "inoperability",
    "inoperability_path",
]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Inoperability(Tabular):
    """Share of each sector's output that fails once a disruption has spread.

    Parameters
    ----------
    inoperability : Series, (sectors,)
        q, 0 (as planned) to 1 (stands still).
    uncapped : Series, (sectors,)
        The same without the cap at 1.
    loss : Series, (sectors,), or None
        Output lost, in the table's unit; None where only a matrix was given.
    notes : tuple of str
        Which sectors are at the cap.
    """

    inoperability: "pd.Series[float]"
    uncapped: "pd.Series[float]"
    loss: "pd.Series[float] | None"
    notes: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return inoperability and loss, the most inoperable first."""
        frame = pd.DataFrame({"inoperability": self.inoperability})
        if self.loss is not None:
            frame["loss of output"] = self.loss
        frame = frame.sort_values("inoperability", ascending=False, kind="stable")
        return (Table("Inoperability by sector", frame, self.notes),)


@dataclass(frozen=True, slots=True)
class InoperabilityPath(Tabular):
    """Inoperability of each sector from period to period.

    Parameters
    ----------
    path : DataFrame, (periods + 1, sectors)
        q by period, from period 0.
    loss : Series, (sectors,), or None
        Output lost in all periods together, in the table's unit per period.
    """

    path: pd.DataFrame
    loss: "pd.Series[float] | None"

    def tables(self) -> tuple[Table, ...]:
        """Return the first, worst and last inoperability of each sector."""
        frame = pd.DataFrame(
            {
                "start": self.path.iloc[0],
                "worst": self.path.max(),
                "worst in period": self.path.idxmax(),
                "end": self.path.iloc[-1],
            }
        )
        if self.loss is not None:
            frame["loss of output"] = self.loss
        return (Table(f"Inoperability over {len(self.path) - 1} periods", frame),)


def inoperability(
    interdependency: Any, perturbation: Any, *, kind: str = "demand"
) -> Inoperability:
    """Compute how inoperable every sector becomes when a disruption has spread.

    ``q = min(1, A* q + c)`` (Haimes and Jiang 2001; Santos and Haimes 2004). For a table of kind
    "demand" ``A* = diag(x)^-1 A diag(x)``, c the lost final demand over output; of kind "supply"
    ``A* = A'``, c the lost value added over output (Leung, Haimes and Santos 2007; Xu et al. 2011).

    Parameters
    ----------
    interdependency : InputOutputTable, DataFrame or array (n, n)
        A table, or the matrix A* itself: not negative, spectral radius below 1.
    perturbation : Series, array (n,), or {sector: share}
        c, 0 to 1.
    kind : {"demand", "supply"}
        How A* follows from a table.

    Returns
    -------
    Inoperability
        ``.inoperability``, ``.uncapped``, ``.loss``.

    Raises
    ------
    DataError
        If A* is negative or too large, c outside 0 to 1, or a sector unknown.

    Examples
    --------
    >>> inoperability([[0, 0.8], [0.2, 0]], [0, 0.6]).inoperability.round(3).tolist()
    [0.571, 0.714]
    """
    net = network(interdependency, kind)
    c = rates(perturbation, net, "perturbation")
    found = capped_solution(net.matrix, c)
    stopped = [shown(net.sectors[int(k)]) for k in np.flatnonzero(found.capped)]
    notes = (f"Held at 1: sector(s) {', '.join(stopped)}.",) if stopped else ()
    return Inoperability(
        inoperability=pd.Series(found.q, index=net.sectors, name="inoperability"),
        uncapped=pd.Series(found.uncapped, index=net.sectors, name="uncapped"),
        loss=_loss(net, found.q),
        notes=notes,
    )


def inoperability_path(
    interdependency: Any,
    perturbation: Any,
    *,
    resilience: Any,
    periods: int,
    start: Any = None,
    kind: str = "demand",
) -> InoperabilityPath:
    """Follow inoperability from period to period as sectors fail and recover.

    ``q(t+1) = q(t) + K [A* q(t) + c(t) - q(t)]`` (Lian and Haimes 2006, eq. 10), held within
    0 and 1. Under a constant c it tends to the static answer.

    Parameters
    ----------
    interdependency, kind
        As in :func:`inoperability`.
    perturbation : Series, array (n,), {sector: share}, or DataFrame or array (periods, n)
        c, constant or by period; 0 to 1.
    resilience : float, Series, array (n,), or {sector: rate}
        K: share of its gap that a sector closes in a period, above 0 to 1.
    periods : int
        Periods to follow.
    start : Series, array (n,), or {sector: share}, optional
        Inoperability in period 0; by default none.

    Returns
    -------
    InoperabilityPath
        ``.path`` by period and sector, ``.loss``.

    Raises
    ------
    DataError
        If a share or rate is outside its range, or a shape or sector does not fit.

    Examples
    --------
    >>> found = inoperability_path([[0.15, 0.5], [0.1, 0.05]], [0, 0.1], resilience=0.2, periods=99)
    >>> found.path.iloc[-1].round(3).tolist()
    [0.066, 0.112]
    """
    whole(periods, "periods")
    net = network(interdependency, kind)
    c = _shocks(perturbation, net, periods)
    K = _resilience(resilience, net)
    q0 = np.zeros(len(K)) if start is None else rates(start, net, "start")
    path = dynamic_path(net.matrix, c, K, q0)
    frame = pd.DataFrame(path, columns=net.sectors)
    frame.index.name = "period"
    return InoperabilityPath(frame, _loss(net, path[1:].sum(axis=0)))


def _loss(net: Network, q: Array) -> "pd.Series[float] | None":
    return None if net.output is None else pd.Series(net.output * q, index=net.sectors, name="loss")


def _shocks(perturbation: Any, net: Network, periods: int) -> Array:
    if isinstance(perturbation, Mapping | pd.Series):
        return np.tile(rates(perturbation, net, "perturbation"), (periods, 1))
    size = numbers(perturbation, "perturbation")
    if size.ndim == 1:
        return np.tile(rates(perturbation, net, "perturbation"), (periods, 1))
    if size.ndim != 2 or len(size) != periods:
        raise DataError(f"perturbation: expected {len(net.sectors)} shares, or {periods} rows")
    rows = (
        perturbation.iterrows()
        if isinstance(perturbation, pd.DataFrame)
        else enumerate(perturbation)
    )
    return np.array([rates(row, net, f"perturbation, period {t}") for t, row in rows])


def _resilience(given: Any, net: Network) -> Array:
    alone = not isinstance(given, Mapping | pd.Series) and numbers(given, "resilience").ndim == 0
    K = np.full(len(net.sectors), single(given, "resilience")) if alone else given
    values = rates(K, net, "resilience")
    if (values <= 0).any():
        name = net.sectors[int(np.flatnonzero(values <= 0)[0])]
        raise DataError(f"resilience of {shown(name)} is 0: it never moves; expected above 0 to 1")
    return values
