"""Growth accounting: what each input and productivity contribute to growth."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.fitting.growth.accounting import contributions, mean_shares
from quesnay.fitting.routes import route
from quesnay.models.display.table import Table, Tabular
from quesnay.models.growth.labels import (
    check_positive,
    same_labels,
    yearly_frame,
    yearly_series,
    years_of,
)

__all__ = ["GrowthAccounting", "growth_accounting"]

_METHOD = (
    "Growth in log points; contributions are cost shares of both years, averaged, times "
    "logarithmic growth (Törnqvist; Jorgenson and Griliches 1967).",
    "TFP is the growth of output that the inputs leave; costs sum to the value of output.",
)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class GrowthAccounting(Tabular):
    """Growth of output by source, in log points, from the second year on.

    Parameters
    ----------
    output_growth : Series
        Logarithmic growth of output.
    contributions : DataFrame
        Year x input, in log points.
    tfp : Series
        Growth of total factor productivity, ``output_growth - contributions.sum(axis=1)``.
    shares : DataFrame
        Year x input, cost shares averaged over the year and the one before.
    interval : int
        Years between two observations.

    Examples
    --------
    >>> inputs = pd.DataFrame({"k": [1.0, 1.1], "l": [1.0, 1.0]}, [2017, 2018])
    >>> output = pd.Series([1.0, 1.1], [2017, 2018])
    >>> growth_accounting(output, inputs, inputs).tidy().round(4).to_dict("list")
    {'year': [2018, 2018, 2018], 'term': ['k', 'l', 'tfp'], 'estimate': [0.0488, 0.0, 0.0465]}
    """

    output_growth: pd.Series
    contributions: pd.DataFrame
    tfp: pd.Series
    shares: pd.DataFrame
    interval: int = 1

    def tidy(self) -> pd.DataFrame:
        """Return one row a source and year: year, term, estimate in log points."""
        wide = self.contributions.assign(tfp=self.tfp)
        wide.index.name = "year"
        return wide.reset_index().melt(id_vars="year", var_name="term", value_name="estimate")

    def index(self, base: float = 100.0) -> pd.Series:
        """Return the level of TFP, `base` in the first of the years with growth less one.

        Examples
        --------
        >>> years = [2017, 2018]
        >>> result = growth_accounting(
        ...     pd.Series([1.0, 1.1], years), pd.DataFrame({"k": [1.0, 1.0]}, years),
        ...     pd.DataFrame({"k": [5.0, 5.0]}, years),
        ... )
        >>> result.index().round(6).tolist()
        [110.0]
        """
        return pd.Series(base * np.exp(self.tfp.cumsum()), name="tfp_index")

    def tables(self) -> tuple[Table, ...]:
        """Return growth by source, year by year, and its average."""
        wide = self.contributions.copy()
        wide["tfp"] = self.tfp
        wide["output"] = self.output_growth
        mean = wide.mean().to_frame("average, log points").T
        notes: tuple[str, ...] = _METHOD
        if self.interval != 1:
            notes = (*notes, f"Growth is over {self.interval} years, not annual.")
        return (
            Table("Average growth by source", mean, notes, dict.fromkeys(map(str, wide), ".4f")),
            Table("Growth by source, log points", wide, (), dict.fromkeys(map(str, wide), ".4f")),
        )

    def plot(self, **options: Any) -> Any:
        """Return a figure of the contributions, stacked by year."""
        return route("growth.plot_accounting")(self, **options)


def growth_accounting(
    output: pd.Series, inputs: pd.DataFrame, costs: pd.DataFrame
) -> GrowthAccounting:
    """Split the growth of output into the contributions of inputs and productivity.

    ``ln(y_t / y_{t-1}) = sum_i (s_it + s_i,t-1) / 2 * ln(x_it / x_i,t-1) + tfp_t``, s the cost
    shares. The identity holds exactly. Rows align by year and columns by name.

    Parameters
    ----------
    output : Series
        Year -> quantity index of output, positive.
    inputs : DataFrame
        Year x input, quantity indices, positive where the input has a cost.
    costs : DataFrame
        Year x input, nominal cost in one unit; together the value of output. Not negative in
        total; one input may be (a loss makes the cost of residual capital negative).

    Returns
    -------
    GrowthAccounting
        ``contributions``, ``tfp``, ``output_growth`` and ``shares``, in log points.

    Raises
    ------
    DataError
        If labels differ, years repeat or are unevenly spaced, or values are no positive numbers.

    Notes
    -----
    Törnqvist (1936); Jorgenson and Griliches (1967), "The explanation of productivity change";
    Diewert (1976) for why the index is exact for a translog technology.

    Examples
    --------
    >>> years = [2017, 2018]
    >>> output = pd.Series([100.0, 106.0], years)
    >>> inputs = pd.DataFrame({"ict": [100.0, 120.0], "labour": [100.0, 101.0]}, years)
    >>> costs = pd.DataFrame({"ict": [10.0, 14.0], "labour": [90.0, 92.0]}, years)
    >>> result = growth_accounting(output, inputs, costs)
    >>> result.contributions.loc[2018].round(4).to_dict()
    {'ict': 0.0212, 'labour': 0.0088}
    >>> result.tfp.round(4).to_dict()
    {2018: 0.0283}
    """
    product = yearly_series(output, "output")
    quantities, values = yearly_frame(inputs, "inputs"), yearly_frame(costs, "costs")
    taken = [name for name in ("tfp", "output") if name in quantities.columns]
    if taken:
        raise DataError(f"inputs: column {taken[0]!r} is the name of a result; rename the input")
    same_labels(quantities.columns, values.columns, ("inputs", "costs"), what="column")
    same_labels(quantities.index, values.index, ("inputs", "costs"), what="year")
    same_labels(product.index, quantities.index, ("output", "inputs"), what="year")
    values = values[quantities.columns]
    interval = _interval(product.index)
    check_positive(product, "output")
    _check_inputs(quantities, values)
    later = product.index[1:]
    weights = mean_shares(values.to_numpy())
    parts = contributions(quantities.to_numpy(), weights)
    growth = np.diff(np.log(product.to_numpy()))
    columns = quantities.columns
    return GrowthAccounting(
        pd.Series(growth, later, name="output_growth"),
        pd.DataFrame(parts, later, columns),
        pd.Series(growth - parts.sum(axis=1), later, name="tfp"),
        pd.DataFrame(weights, later, columns),
        interval,
    )


def _interval(index: pd.Index) -> int:
    """Return the years between observations; refuse one year alone and uneven spacing."""
    if len(index) < 2:
        raise DataError(f"growth needs two years at least, got {len(index)} ({index[0]})")
    steps = np.diff(years_of(index, "output"))
    uneven = np.flatnonzero(steps != steps[0])
    if len(uneven):
        place = int(uneven[0])
        raise DataError(
            f"output: {steps[place]} years from {index[place]} to {index[place + 1]} but "
            f"{steps[0]} before; growth needs evenly spaced years, interpolate or drop some"
        )
    return int(steps[0])


def _check_inputs(quantities: pd.DataFrame, values: pd.DataFrame) -> None:
    """Refuse a quantity that is not positive where it costs, and a total cost that is not."""
    totals = values.sum(axis=1)
    poor = totals.index[~(totals.to_numpy() > 0)]
    if len(poor):
        raise DataError(f"costs: they sum to {totals[poor[0]]:g} in {poor[0]}, not to more than 0")
    costs = values.to_numpy()
    used = costs != 0
    used = used | np.vstack([used[1:], used[-1:]]) | np.vstack([used[:1], used[:-1]])
    bad = np.argwhere(used & ~(quantities.to_numpy() > 0))
    if len(bad):
        year, column = quantities.index[bad[0][0]], quantities.columns[bad[0][1]]
        raise DataError(
            f"inputs, column {column!r}: {quantities.loc[year, column]:g} in {year} is not "
            "positive although the input costs something then or in a neighbouring year"
        )
