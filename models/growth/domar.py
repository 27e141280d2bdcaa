"""Domar aggregation: from the productivity of industries to that of the economy."""

from dataclasses import dataclass

import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.fitting.growth.accounting import mean_shares
from quesnay.models.display.table import Table, Tabular
from quesnay.models.growth.labels import same_labels, yearly_frame, yearly_series

__all__ = ["DomarAggregation", "domar_aggregation"]

_LARGEST = 1e100  # value added beyond it, or below its inverse, is none


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
        raise DataError(f"value_added: the total of {poor[0]} is {whole[poor[0]]:g}, not above 0")
    weights = pd.DataFrame(
        mean_shares(output[growth.columns].to_numpy(), whole.to_numpy()),
        growth.index,
        growth.columns,
    )
    contributions = weights * growth
    return DomarAggregation(contributions, contributions.sum(axis=1).rename("tfp"), weights)
