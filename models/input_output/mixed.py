"""The mixed model: output given where supply binds, final demand given elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.tables.factored import factored
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.economies import (
    TableLike,
    check_table,
    demand_vector,
    sector_place,
    single,
)

__all__ = ["MixedSolution", "mixed_model"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
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
    table: TableLike, output: Mapping[Any, float], final_demand: Any = None
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
    check_table(table, "table")
    fixed, given = _given(table, output)
    f = _demand(table, final_demand, fixed)
    A = np.asarray(table.A.to_numpy(), dtype=float)
    n = len(A)
    rest = np.setdiff1d(np.arange(n), fixed)
    x = np.zeros(n)
    x[fixed] = given
    system = np.eye(len(rest)) - A[np.ix_(rest, rest)]
    why = "mixed model: I - A of the sectors of given demand is singular; check the table"
    x[rest] = factored(system, why).solve(f[rest] + A[np.ix_(rest, fixed)] @ given)
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


def _given(table: TableLike, output: Mapping[Any, float]) -> tuple[npt.NDArray[np.intp], Array]:
    if isinstance(output, pd.Series):
        output = output.to_dict()
    if not isinstance(output, Mapping) or not output:
        raise DataError("output: expected {sector: output} with at least one sector")
    places, values = [], []
    for name, value in output.items():
        places.append(sector_place(table.sectors, name, "output"))
        values.append(single(value, f"output of {shown(name)}"))
        if values[-1] < 0:
            raise DataError(f"output of {shown(name)}: {shown(value)}; expected at least 0")
    return np.array(places, dtype=np.intp), np.array(values)


def _demand(table: TableLike, final_demand: Any, fixed: npt.NDArray[np.intp]) -> Array:
    if not isinstance(final_demand, Mapping):
        return demand_vector(table, final_demand, "final_demand").copy()
    f = np.array(table.f.to_numpy(), dtype=float)
    for name, value in final_demand.items():
        place = sector_place(table.sectors, name, "final_demand")
        if place in fixed:
            raise DataError(
                f"final_demand: {shown(name)} has its output given; give one or the other"
            )
        f[place] = single(value, f"final demand of {shown(name)}")
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
