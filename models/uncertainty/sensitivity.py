"""What drives a figure: shares of its variance, and one input at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.fitting.checks import confidence_level, percent, whole
from quesnay.fitting.errors import QuesnayError, nearest, shown
from quesnay.fitting.simulation.engine import chunks
from quesnay.fitting.simulation.inference import sobol_indices
from quesnay.models.display.table import Table, Tabular
from quesnay.models.uncertainty.monte_carlo import InputMapping, checked_inputs, sources_of
from quesnay.models.uncertainty.running import Guarded, columns_of, values_of


@dataclass(frozen=True, slots=True, repr=False)
class VarianceShares(Tabular):
    """Sobol indices of the sources of uncertainty.

    Parameters
    ----------
    first : DataFrame
        Figures by sources: share of the variance that a source explains alone.
    total : DataFrame
        The same with all its interactions.
    draws : int
        Size of each of the two samples.
    """

    first: pd.DataFrame
    total: pd.DataFrame
    draws: int

    @property
    def shares(self) -> pd.DataFrame:
        """Total indices over their sum, so that each figure's row adds to one.

        What a source does through interactions counts for each source that takes part, in
        proportion; missing where a figure does not vary.
        """
        total = self.total.clip(lower=0.0)
        whole = total.sum(axis=1)
        return total.div(whole.where(whole > 0.0), axis=0)

    def tables(self) -> tuple[Table, ...]:
        """Return both tables."""
        note = f"Jansen estimators, two samples of {self.draws} draws."
        formats = dict.fromkeys(map(str, self.first.columns), ".1%")
        return (
            Table("Share of the variance, each source alone", self.first, (note,), formats),
            Table("Share of the variance, with interactions", self.total, (note,), formats),
        )


@dataclass(frozen=True, slots=True, repr=False)
class Tornado(Tabular):
    """A figure with one input at a time at the ends of its interval.

    Parameters
    ----------
    figure : str
        Which figure.
    center : float
        Its value with every input at the median.
    swings : DataFrame
        Index input; low, high: the figure with that input at its lower and upper quantile; swing.
        The largest swing first.
    level : float
        Of the interval of each input.
    """

    figure: str
    center: float
    swings: pd.DataFrame
    level: float

    def tables(self) -> tuple[Table, ...]:
        """Return the swings."""
        note = f"All other inputs at the median ({self.center:.4g}); {percent(self.level)} of each."
        return (Table(f"{self.figure}: one input at a time", self.swings, (note,)),)

    def plot(self, *, unit: str | None = None, **options: Any) -> Any:
        """Draw the swings as a tornado, `unit` on its axis; return the figure.

        `source` is the line at the foot, `ax` a panel of yours.
        """
        from quesnay.diagnostics.plots.uncertainty import plot_tornado

        return plot_tornado(self, unit=unit, **options)


def variance_shares(
    model: Callable[..., Any],
    inputs: InputMapping,
    *,
    draws: int = 4096,
    seed: int,
    groups: Mapping[str, Sequence[str]] | None = None,
) -> VarianceShares:
    """Split the variance of every figure of a model by source of uncertainty.

    Parameters
    ----------
    model : callable
        As in `monte_carlo`, vectorised.
    inputs : mapping
        As in `monte_carlo`.
    draws : int, default 4096
        Size of each of two samples; the model runs on ``(groups + 2) draws``.
    seed : int
        Root of the random numbers.
    groups : mapping of str to sequence of str, optional
        Source -> names of its inputs; each input in one group. By default each input is one.

    Returns
    -------
    VarianceShares
        First-order and total indices. Inputs that are jointly drawn stay together.

    Raises
    ------
    QuesnayError
        If a group names an unknown input, or an input is in no group or in two.

    References
    ----------
    Saltelli et al. (2010), Computer Physics Communications 181, table 2.

    Examples
    --------
    >>> from quesnay import Normal
    >>> found = variance_shares(lambda x: {"y": 2 * x["a"] + x["b"]},
    ...                         {"a": Normal(0, 1), "b": Normal(0, 1)}, draws=8192, seed=0)
    >>> found.total.round(2)
    source     a    b
    y       0.82  0.2
    """
    checked = checked_inputs(inputs)
    sources = sources_of(checked, groups)
    draws = whole(draws, "draws")
    first, second = chunks(2 * draws, seed=seed, size=draws)
    a, b = checked.sample(first), checked.sample(second)
    call = Guarded(model, "the model")
    at_a = call(a)
    labels = columns_of(at_a, rows=draws, owner="the model")

    def values(returned: Any) -> NDArray[np.float64]:
        return values_of(returned, labels, rows=draws, owner="the model")

    mixed = [values(call({**a, **{n: b[n] for n in names}})) for names in sources.values()]
    found = sobol_indices(values(at_a), values(call(b)), np.stack(mixed))
    columns = pd.Index(list(sources), name="source")
    return VarianceShares(
        pd.DataFrame(found.first.T, labels, columns),
        pd.DataFrame(found.total.T, labels, columns),
        draws,
    )


def tornado(
    model: Callable[..., Any],
    inputs: InputMapping,
    *,
    figure: Any = None,
    level: float = 0.95,
) -> Tornado:
    """Move one input at a time from its lower to its upper quantile.

    Parameters
    ----------
    model : callable
        As in `monte_carlo`, vectorised.
    inputs : mapping
        As in `monte_carlo`; inputs drawn jointly move together.
    figure : label, optional
        Which figure of the model; the only one by default.
    level : float, default 0.95
        Share of each input's distribution between the ends.

    Returns
    -------
    Tornado
        Swings, the largest first.

    Raises
    ------
    QuesnayError
        If the figure is unknown, or the model has several and none is named.

    Examples
    --------
    >>> from quesnay import Uniform
    >>> found = tornado(lambda x: {"y": 2 * x["a"] + x["b"]},
    ...                 {"a": Uniform(0, 1), "b": Uniform(0, 1)}, level=0.9)
    >>> found.swings.round(2)
            low  high  swing
    input
    a      0.60  2.40    1.8
    b      1.05  1.95    0.9
    """
    checked = checked_inputs(inputs)
    tail = (1.0 - confidence_level(level)) / 2.0
    call = Guarded(model, "the model")
    returned = call(checked.at({}))
    labels = columns_of(returned, rows=1, owner="the model")
    place = _place(labels, figure)
    center = values_of(returned, labels, rows=1, owner="the model")[0, place]
    rows = {}
    for item in checked.items:
        ends = [
            values_of(call(checked.at({item.label: q})), labels, rows=1, owner="the model")
            for q in (tail, 1.0 - tail)
        ]
        low, high = (float(end[0, place]) for end in ends)
        rows[item.label] = (low, high, abs(high - low))
    swings = pd.DataFrame.from_dict(rows, orient="index", columns=["low", "high", "swing"])
    swings = swings.sort_values("swing", ascending=False, kind="stable").rename_axis("input")
    return Tornado(str(labels[place]), float(center), swings, level)


def _place(labels: pd.Index, figure: Any) -> int:
    if figure is None:
        if len(labels) > 1:
            raise QuesnayError(f"the model has {len(labels)} figures; name one: {list(labels)[:6]}")
        return 0
    if figure not in labels:
        hint = nearest(str(figure), labels)
        raise QuesnayError(
            f"the model has no figure {shown(figure)};{hint} it has {list(labels)[:6]}"
        )
    return list(labels).index(figure)
