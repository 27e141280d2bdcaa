"""Growth accounting: what inputs and productivity contribute, by industry and for the economy.

Contributions are Törnqvist cost shares times growth (Jorgenson and Griliches 1967); Domar weights
carry industries' productivity to the economy; contributions accumulate to the level of value added
that a technology has brought.

**Cost shares.** Under constant returns and factors paid their marginal products the elasticity of
output to an input is its share in the cost (Solow 1957, Review of Economics and Statistics 39). For
a set of industries and years the value-weighted share is

    s = sum_jt c_jt / sum_jt v_jt  =  sum_jt (v_jt / sum v) (c_jt / v_jt),

c the cost of the inputs, v value added or gross output: the benchmark of an estimated elasticity;
what exceeds it is a spillover or a bias.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.checks import as_tuple, is_number, refuse_unknown
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.growth.accounting import contributions, mean_shares
from quesnay.models.display.table import Table, Tabular
from quesnay.models.growth.periods import (
    check_positive,
    refuse_gaps,
    same_labels,
    yearly_frame,
    yearly_series,
    years_of,
)

_METHOD = (
    "Growth in log points; contributions are cost shares of both years, averaged, times "
    "logarithmic growth (Törnqvist; Jorgenson and Griliches 1967).",
    "TFP is the growth of output that the inputs leave; costs sum to the value of output.",
)
_LARGEST = 1e100  # value added beyond it, or below its inverse, is none
_NOTE = (
    "Yearly increments are contributions in log points times the logarithmic mean of value added "
    "of both years, so that contributions that sum to growth sum to its change exactly.",
    "The idea, substitution (ICT capital) plus synergy (productivity due to ICT) accumulated into "
    "a level, is Cai and Niu (2021); the formula is this project's reading of it, see the docs.",
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
    interval: int

    def tidy(self) -> pd.DataFrame:
        """Return one row a source and year: year, term, estimate in log points."""
        wide = self.contributions.assign(tfp=self.tfp)
        wide.index.name = "year"
        return wide.reset_index().melt(id_vars="year", var_name="term", value_name="estimate")

    def index(self, base: float = 100.0) -> pd.Series:
        """Return the level of TFP, `base` in the first of the years with growth less one.

        Parameters
        ----------
        base : float, default 100.0
            Level of the year before the first with growth.

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
        from quesnay.diagnostics.plots.growth import plot_growth_accounting

        return plot_growth_accounting(self, **options)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class DomarAggregation(Tabular):
    """Productivity growth of the economy by industry, in log points.

    Parameters
    ----------
    contributions : DataFrame
        Year x industry, Domar weight times productivity growth.
    total : Series
        Their sum by year.
    weights : DataFrame
        Year x industry, gross output over total value added, averaged over two years; they sum to
        more than 1.

    Examples
    --------
    >>> import quesnay as qn
    >>> tfp = pd.DataFrame({"a": [0.01], "b": [0.02]}, [2018])
    >>> output = pd.DataFrame({"a": [80.0, 80.0], "b": [60.0, 60.0]}, [2017, 2018])
    >>> found = qn.domar_aggregation(tfp, output, pd.Series([100.0, 100.0], [2017, 2018]))
    >>> found.weights.loc[2018].round(2).to_dict()
    {'a': 0.8, 'b': 0.6}
    """

    contributions: pd.DataFrame
    total: pd.Series
    weights: pd.DataFrame

    def tables(self) -> tuple[Table, ...]:
        """Return the industries by their average contribution, and the total by year."""
        frame = pd.DataFrame(
            {
                "weight": self.weights.mean(),
                "contribution": self.contributions.mean(),
                "share": self.contributions.mean() / self.total.mean(),
            }
        ).sort_values("contribution", ascending=False)
        note = "Domar (1961) and Hulten (1978): weights are gross output over total value added."
        digits = {"weight": ".4f", "contribution": ".5f", "share": ".1%"}
        return (
            Table(
                "Average contribution to productivity growth, log points", frame, (note,), digits
            ),
            Table("Productivity growth of the economy", self.total.to_frame(), (), {"tfp": ".5f"}),
        )


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class AccumulatedLevel(Tabular):
    """Value added attributed to a technology, at the prices of the value added given.

    Parameters
    ----------
    level : Series
        Accumulated level by year, the first year included.
    share : Series
        Level over value added.
    increments : DataFrame
        Year x source, what each year added.

    Examples
    --------
    >>> import quesnay as qn
    >>> effects = pd.DataFrame({"substitution": [0.01], "synergy": [0.004]}, [2018])
    >>> value_added = pd.Series([100.0, 110.0], [2017, 2018])
    >>> found = qn.accumulate_contributions(value_added, effects, initial=5.0)
    >>> found.increments.round(3).to_dict("index")
    {2018: {'substitution': 1.049, 'synergy': 0.42}}
    """

    level: pd.Series
    share: pd.Series
    increments: pd.DataFrame

    def tables(self) -> tuple[Table, ...]:
        """Return level and share, and the increments."""
        frame = pd.DataFrame({"level": self.level, "share": self.share})
        return (
            Table("Value added attributed to the technology", frame, _NOTE, {"share": ".2%"}),
            Table("Increments by source", self.increments),
        )


@dataclass(frozen=True, slots=True, repr=False)
class CostShare(Tabular):
    """The share of named inputs in value added or another total.

    Parameters
    ----------
    share : float
        Value-weighted share over all rows.
    by_group : DataFrame
        Index: the groups asked for; columns cost, total, share.
    costs : tuple of str
        The inputs.
    total : str
        What it is a share of.
    rows : int
        Rows that it rests on.
    """

    share: float
    by_group: pd.DataFrame
    costs: tuple[str, ...]
    total: str
    rows: int

    @property
    def mean(self) -> float:
        """Mean of the groups' shares, each group counted once."""
        return float(self.by_group["share"].mean())

    def tables(self) -> tuple[Table, ...]:
        """Return the share by group and over all."""
        sums = self.by_group[["cost", "total"]].sum().to_dict() if len(self.by_group) else {}
        whole = pd.DataFrame(
            {**sums, "share": self.share}, index=pd.Index(["all"], name=self.by_group.index.name)
        )
        frame = pd.concat([self.by_group, whole]) if sums else whole
        notes = (f"Inputs: {', '.join(self.costs)}. {self.rows} rows.",)
        return (
            Table(f"Cost of inputs as a share of {self.total}", frame, notes, {"share": ".2%"}),
        )


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


def domar_aggregation(
    tfp: pd.DataFrame, gross_output: pd.DataFrame, value_added: pd.DataFrame | pd.Series
) -> DomarAggregation:
    """Add up the productivity growth of industries with Domar weights.

    ``tfp_t = sum_j (D_jt + D_j,t-1) / 2 * tfp_jt``, D gross output over total value added.

    Parameters
    ----------
    tfp : DataFrame
        Year x industry, growth of productivity in gross output, log points.
    gross_output : DataFrame
        Year x industry at current prices, with the year before the first of `tfp`.
    value_added : DataFrame or Series
        Year x industry at current prices, or the total by year.

    Returns
    -------
    DomarAggregation
        Contributions and total.

    Raises
    ------
    DataError
        If industries or years differ, an output is negative, or total value added is not positive.

    Notes
    -----
    Domar (1961), Economic Journal 71; Hulten (1978), Review of Economic Studies 45(3).

    Examples
    --------
    >>> tfp = pd.DataFrame({"a": [0.01], "b": [0.02]}, [2018])
    >>> output = pd.DataFrame({"a": [80.0, 80.0], "b": [60.0, 60.0]}, [2017, 2018])
    >>> total = pd.Series([100.0, 100.0], [2017, 2018])
    >>> domar_aggregation(tfp, output, total).total.round(4).to_dict()
    {2018: 0.02}
    """
    growth, output = yearly_frame(tfp, "tfp"), yearly_frame(gross_output, "gross_output")
    same_labels(growth.columns, output.columns, ("tfp", "gross_output"), what="industry")
    if isinstance(value_added, pd.DataFrame):
        parts = yearly_frame(value_added, "value_added")
        same_labels(parts.columns, output.columns, ("value_added", "gross_output"), what="industry")
        whole = parts.sum(axis=1)
    else:
        whole = yearly_series(value_added, "value_added")
    same_labels(output.index, whole.index, ("gross_output", "value_added"), what="year")
    same_labels(
        growth.index, output.index[1:], ("tfp", "gross_output after its first"), what="year"
    )
    for industry in output.columns[(output < 0).any()]:
        year = output.index[(output[industry] < 0).to_numpy()][0]
        raise DataError(
            f"gross_output: {output.loc[year, industry]:g} of {industry!r} in {year} is negative; "
            "mend it"
        )
    poor = whole.index[~((whole.to_numpy() > 1 / _LARGEST) & (whole.to_numpy() < _LARGEST))]
    if len(poor):
        raise DataError(
            f"value_added: the total of {poor[0]} is {whole[poor[0]]:g}, not a number above 0 that "
            f"an economy can hold ({1 / _LARGEST:g} to {_LARGEST:g})"
        )
    weights = pd.DataFrame(
        mean_shares(output[growth.columns].to_numpy(), whole.to_numpy()),
        growth.index,
        growth.columns,
    )
    contributions = weights * growth
    return DomarAggregation(contributions, contributions.sum(axis=1).rename("tfp"), weights)


def accumulate_contributions(
    value_added: pd.Series, contributions: pd.DataFrame, *, initial: float = 0.0
) -> AccumulatedLevel:
    """Accumulate yearly contributions to growth into a level of value added.

    ``L_t = L_(t-1) + (sum_k c_kt) * m_t`` with ``m_t = (V_t - V_(t-1)) / ln(V_t / V_(t-1))``, the
    logarithmic mean: contributions c that add up to the whole growth of V add up to its change.

    Parameters
    ----------
    value_added : Series
        Year -> value added at constant prices.
    contributions : DataFrame
        Year x source in log points, such as "substitution" (cost share of ICT capital times its
        growth) and "synergy" (elasticity of productivity to ICT times the growth of ICT), from the
        second year on.
    initial : float, default 0.0
        Level of the first year, in the unit of `value_added`.

    Returns
    -------
    AccumulatedLevel
        Level, share and increments.

    Raises
    ------
    DataError
        If years differ or have gaps, or values are no positive numbers.

    Notes
    -----
    Cai and Niu (2021), "Scale measurement and structural analysis of the value added of China's
    digital economy", Social Sciences in China (Chinese edition) 2021(11), name the two effects and
    the tools (national accounts, growth accounting, econometrics) in their abstract. Their own
    equations were not at hand, so the weights here (the logarithmic mean) are ours and nothing is
    claimed about reproducing their figures. A level at constant prices depends on the base year
    and on `initial`: an economy that had ICT before the first year starts above 0.

    Examples
    --------
    >>> value_added = pd.Series([100.0, 110.0], [2017, 2018])
    >>> effects = pd.DataFrame({"substitution": [0.01], "synergy": [0.004]}, [2018])
    >>> accumulate_contributions(value_added, effects, initial=5.0).level.round(4).to_dict()
    {2017: 5.0, 2018: 6.4689}
    """
    whole, parts = (
        yearly_series(value_added, "value_added"),
        yearly_frame(contributions, "contributions"),
    )
    check_positive(whole, "value_added")
    refuse_gaps(whole.index, "value_added", "fill it")
    if list(parts.index) != list(whole.index[1:]):
        raise DataError(
            f"contributions: expected every year of value_added after {whole.index[0]}, up to "
            f"{whole.index[-1]}"
        )
    if not is_number(initial) or initial < 0:
        raise DataError(f"initial must be a finite number not below 0, got {shown(initial)}")
    # the logarithmic mean (b - a) / ln(b / a) of neighbours, and their value where they are equal
    before, growth = whole.to_numpy()[:-1], np.diff(np.log(whole.to_numpy()))
    safe = np.where(growth == 0, 1.0, growth)
    increments = parts.mul(before * np.where(growth == 0, 1.0, np.expm1(safe) / safe), axis=0)
    path = np.concatenate([[0.0], increments.sum(axis=1).to_numpy().cumsum()]) + float(initial)
    level = pd.Series(path, whole.index, name="level")
    return AccumulatedLevel(level, (level / whole).rename("share"), increments)


def cost_share(
    data: pd.DataFrame,
    costs: str | Sequence[str],
    *,
    total: str = "value_added",
    by: str | Sequence[str] = (),
) -> CostShare:
    """Compute the value-weighted share of inputs in value added.

    Parameters
    ----------
    data : DataFrame
        The industries and years wanted, one row each; costs and total in one unit.
    costs : str or sequence of str
        Columns of cost that are added up, such as the rental cost of IT and of software capital.
    total : str
        Column of value added, or of gross output for the share in output.
    by : str or sequence of str
        Columns whose groups are shown one by one.

    Returns
    -------
    CostShare
        The share over all rows and by group. Rows with a gap in any of the columns are left out
        of numerator and denominator alike.

    Raises
    ------
    DataError
        If a column is unknown or not numeric, no row is left, or a total is not above zero.

    Examples
    --------
    >>> data = pd.DataFrame({"year": [2017, 2018], "it": [2.0, 4.0], "value_added": [100.0, 100.0]})
    >>> result = cost_share(data, "it", by="year")
    >>> result.share, result.by_group["share"].tolist()
    (0.03, [0.02, 0.04])
    """
    if not isinstance(data, pd.DataFrame):
        raise DataError(f"cost_share: data must be a DataFrame, got {type(data).__name__}")
    names = (costs,) if isinstance(costs, str) else as_tuple(costs, "costs")
    groups = (by,) if isinstance(by, str) else as_tuple(by, "by")
    if not names:
        raise DataError("cost_share: costs is empty; name at least one column")
    refuse_unknown((*names, total, *groups), data.columns, "cost_share: data has no column")
    for name in (*names, total):
        if not pd.api.types.is_numeric_dtype(data[name]):
            raise DataError(f"cost_share: column {name!r} holds {data[name].dtype}; convert it")
    rows = data.dropna(subset=list({*names, total}))
    if rows.empty:
        raise DataError("cost_share: no row without a gap in costs and total")
    sums = pd.DataFrame({"cost": rows[list(names)].sum(axis=1), "total": rows[total]})
    if groups:
        by_group = sums.groupby([rows[name] for name in groups], sort=True).sum()
    else:
        by_group = sums.iloc[:0]
    whole = sums.sum()
    if not whole["total"] > 0 or not (by_group["total"] > 0).all():
        bad = by_group.index[~(by_group["total"] > 0)]
        where = f" for {bad[0]}" if len(bad) else ""
        raise DataError(f"cost_share: the sum of {total!r}{where} is not above zero")
    by_group = by_group.assign(share=np.asarray(by_group["cost"] / by_group["total"], dtype=float))
    share = float(whole["cost"] / whole["total"])
    return CostShare(share, by_group, tuple(names), total, len(rows))


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
