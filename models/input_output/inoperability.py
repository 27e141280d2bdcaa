"""Disruptions and bottlenecks: inoperability at once and over time, and the mixed model.

``q = min(1, A* q + c)`` and its way over time follow a disruption through the sectors (Haimes and
Jiang 2001; Lian and Haimes 2006); the mixed model holds output where supply binds and final demand
elsewhere (Miller and Blair 2009, section 13.2).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import choice, whole
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.tables.leontief import capped_solution, coefficients, dynamic_path, factored
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.engine import Engine, engine_of
from quesnay.models.input_output.validation import (
    known_place,
    one_number,
    read_along,
    read_cells,
    read_grid,
)

if TYPE_CHECKING:
    from quesnay.models.input_output.table import InputOutputTable

_KINDS = ("demand", "supply")


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """An interdependency matrix A*, (n, n): not negative, spectral radius below one.

    `labelled`: whether the user gave labels; planned output where a table was given.
    """

    matrix: Array
    sectors: pd.Index
    labelled: bool
    output: Array | None


def network(given: Any, kind: str) -> Network:
    """Return A* of a table, or check the one given."""
    choice(kind, _KINDS, "kind")
    if isinstance(getattr(given, "engine", None), Engine):
        b = given.engine.blocks
        flows = b.flows.T if kind == "demand" else b.flows
        net = Network(coefficients(flows, b.output).T, b.sectors, True, b.output)
    else:
        read = read_grid(given, "interdependency")
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
    if not (factored(np.eye(n) - net.matrix, why).columns(np.ones(n)) > 0).all():
        raise DataError(why)
    return net


def rates(given: Any, net: Network, what: str) -> Array:
    """Return one share a sector, each from 0 to 1."""
    if isinstance(given, Mapping):
        values = np.zeros(len(net.sectors))
        for name, value in given.items():
            place = known_place(net.sectors, name, f"{what}: no sector", "the table")
            values[place] = one_number(value, f"{what} of {shown(name)}")
    else:
        values = read_along(given, net.sectors, what, labelled=net.labelled)
    bad = np.flatnonzero((values < 0) | (values > 1))
    if len(bad):
        k = int(bad[0])
        raise DataError(f"{what} of {shown(net.sectors[k])} is {values[k]:.6g}; expected 0 to 1")
    return values


@dataclass(frozen=True, slots=True, eq=False)
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


@dataclass(frozen=True, slots=True, eq=False)
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
    q, uncapped, held = capped_solution(net.matrix, c)
    stopped = [shown(net.sectors[int(k)]) for k in np.flatnonzero(held)]
    notes = (f"Held at 1: sector(s) {', '.join(stopped)}.",) if stopped else ()
    return Inoperability(
        inoperability=pd.Series(q, index=net.sectors, name="inoperability"),
        uncapped=pd.Series(uncapped, index=net.sectors, name="uncapped"),
        loss=_loss(net, q),
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
    alone = isinstance(resilience, str) or not np.iterable(resilience)
    given = np.full(len(net.sectors), one_number(resilience, "resilience")) if alone else resilience
    K = rates(given, net, "resilience")
    if (K <= 0).any():
        name = net.sectors[int(np.flatnonzero(K <= 0)[0])]
        raise DataError(f"resilience of {shown(name)} is 0: it never moves; expected above 0 to 1")
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
    size = read_cells(perturbation, "perturbation").values
    if size.ndim == 1:
        return np.tile(rates(perturbation, net, "perturbation"), (periods, 1))
    if len(size) != periods:
        raise DataError(f"perturbation: expected {len(net.sectors)} shares, or {periods} rows")
    rows = (
        perturbation.iterrows()
        if isinstance(perturbation, pd.DataFrame)
        else enumerate(perturbation)
    )
    return np.array([rates(row, net, f"perturbation, period {t}") for t, row in rows])


def resilience(
    interdependency: Any, *, start: Any, end: Any, periods: float, kind: str = "demand"
) -> "pd.Series[float]":
    """Return the resilience with which a sector recovers in a given time.

    ``k_i = ln(q_i(0) / q_i(T)) / (T (1 - a*_ii))`` (Lian and Haimes 2006, eq. 14): a sector left
    to itself falls from `start` to `end` in `periods`.

    Parameters
    ----------
    interdependency, kind
        As in :func:`inoperability`.
    start, end : Series, array (n,), or {sector: share}
        Inoperability at first and after recovery, above 0, start at least end.
    periods : float
        Time to recover.

    Returns
    -------
    Series
        Rate per period by sector.

    Raises
    ------
    DataError
        If a share is not above 0 or end exceeds start.

    Examples
    --------
    >>> resilience([[0.0]], start=[0.5], end=[0.05], periods=10).round(4).tolist()
    [0.2303]
    """
    net = network(interdependency, kind)
    first, last = rates(start, net, "start"), rates(end, net, "end")
    time = one_number(periods, "periods")
    if not time > 0:
        raise DataError(f"periods: {shown(periods)}; expected a positive number")
    bad = np.flatnonzero((last <= 0) | (first < last))
    if len(bad):
        raise DataError(
            f"sector {shown(net.sectors[int(bad[0])])}: expected start >= end > 0 inoperability"
        )
    rate = np.log(first / last) / (time * (1.0 - np.diag(net.matrix)))
    return pd.Series(rate, index=net.sectors, name="resilience")


@dataclass(frozen=True, slots=True, eq=False)
class MixedSolution(Tabular):
    """Output and final demand of every sector when some sectors' output is fixed.

    Parameters
    ----------
    output, final_demand : Series, (sectors,)
        In the table's unit; given for some sectors, solved for the others.
    output_change, final_demand_change : Series, (sectors,)
        Change from the table.
    fixed : tuple
        Sectors whose output was given.
    notes : tuple of str
        Where the solution is impossible in fact: negative output or demand.
    """

    output: "pd.Series[float]"
    final_demand: "pd.Series[float]"
    output_change: "pd.Series[float]"
    final_demand_change: "pd.Series[float]"
    fixed: tuple[Any, ...]
    notes: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return levels and changes by sector."""
        frame = pd.DataFrame(
            {
                "output": self.output,
                "change of output": self.output_change,
                "final demand": self.final_demand,
                "change of final demand": self.final_demand_change,
                "given": ["output" if s in self.fixed else "demand" for s in self.output.index],
            }
        )
        return (Table("Mixed (supply-constrained) model", frame, self.notes),)


def mixed_model(
    table: "InputOutputTable", output: Mapping[Any, float], final_demand: Any = None
) -> MixedSolution:
    """Solve the economy when some sectors cannot make more (or less) than given.

    With K the sectors of given output and N the rest:
    ``x_N = (I - A_NN)^-1 (f_N + A_NK x_K)`` and ``f_K = x_K - A_KN x_N - A_KK x_K``
    (Miller and Blair 2009, section 13.2, eq. 13.4-13.5).

    Parameters
    ----------
    table : InputOutputTable
        The economy.
    output : mapping of sector to output
        Sectors whose output is given, in the table's unit.
    final_demand : Series, array or mapping, optional
        Final demand of the other sectors (a mapping changes only the sectors it names; those of
        given output may not be in it); by default the table's.

    Returns
    -------
    MixedSolution
        Output and final demand of every sector.

    Raises
    ------
    DataError
        If a sector is unknown, a number not finite, or demand is given where output is.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> found = mixed_model(table, {0: 800.0})
    >>> found.output.round(3).tolist(), found.final_demand.round(3).tolist()
    ([800.0, 1957.895], [190.526, 1700.0])
    """
    engine = engine_of(table)
    fixed, given = _given(table.sectors, output)
    f = _demand(engine, final_demand, fixed)
    A = coefficients(engine.blocks.flows, engine.blocks.output)
    n = len(A)
    rest = np.setdiff1d(np.arange(n), fixed)
    x = np.zeros(n)
    x[fixed] = given
    system = np.eye(len(rest)) - A[np.ix_(rest, rest)]
    why = "mixed model: I - A of the sectors of given demand is singular; check the table"
    x[rest] = factored(system, why).columns(f[rest] + A[np.ix_(rest, fixed)] @ given)
    f[fixed] = given - A[fixed] @ x
    sectors = table.sectors
    whole, demand = pd.Series(x, index=sectors), pd.Series(f, index=sectors)
    return MixedSolution(
        output=whole.rename("output"),
        final_demand=demand.rename("final_demand"),
        output_change=whole - table.x,
        final_demand_change=demand - table.f,
        fixed=tuple(sectors[k] for k in fixed),
        notes=_notes(whole, demand, fixed),
    )


def _given(sectors: pd.Index, output: Any) -> tuple[npt.NDArray[np.intp], Array]:
    if isinstance(output, pd.Series):
        output = output.to_dict()
    if not isinstance(output, Mapping) or not output:
        raise DataError("output: expected {sector: output} with at least one sector")
    places, values = [], []
    for name, value in output.items():
        places.append(known_place(sectors, name, "output: no sector", "the table"))
        values.append(one_number(value, f"output of {shown(name)}"))
        if values[-1] < 0:
            raise DataError(f"output of {shown(name)}: {shown(value)}; expected at least 0")
    return np.array(places, dtype=np.intp), np.array(values)


def _demand(engine: Engine, final_demand: Any, fixed: npt.NDArray[np.intp]) -> Array:
    if not isinstance(final_demand, Mapping):
        return np.array(engine.demand(final_demand, "final_demand"))
    f = engine.demand(None, "final_demand")
    for name, value in final_demand.items():
        place = known_place(engine.blocks.sectors, name, "final_demand: no sector", "the table")
        if place in fixed:
            raise DataError(
                f"final_demand: {shown(name)} has its output given; give one or the other"
            )
        f[place] = one_number(value, f"final demand of {shown(name)}")
    return f


def _notes(
    output: "pd.Series[float]", demand: "pd.Series[float]", fixed: npt.NDArray[np.intp]
) -> tuple[str, ...]:
    notes = [
        f"Sector {shown(name)}: output {value:.6g} is negative: the given outputs cannot be met."
        for name, value in output.items()
        if value < 0
    ]
    notes += [
        f"Sector {shown(demand.index[k])}: {-demand.iloc[k]:.6g} more is used than made; import it."
        for k in fixed
        if demand.iloc[k] < 0
    ]
    return tuple(notes)
