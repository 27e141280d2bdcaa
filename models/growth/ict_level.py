"""The level of value added that a technology has brought, accumulated from its contributions."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quesnay.fitting.checks import is_number
from quesnay.fitting.errors import DataError, shown
from quesnay.models.display.table import Table, Tabular
from quesnay.models.growth.labels import check_positive, yearly_frame, yearly_series, years_of

__all__ = ["AccumulatedLevel", "accumulate_contributions"]

_NOTE = (
    "Yearly increments are contributions in log points times the logarithmic mean of value added "
    "of both years, so that contributions that sum to growth sum to its change exactly.",
    "The idea, substitution (ICT capital) plus synergy (productivity due to ICT) accumulated into "
    "a level, is Cai and Niu (2021); the formula is this project's reading of it, see the docs.",
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
    initial : float
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
    years = years_of(whole.index, "value_added")
    gap = np.flatnonzero(np.diff(years) != 1)
    if len(gap):
        raise DataError(
            f"value_added: no year between {years[gap[0]]} and {years[gap[0] + 1]}; fill it"
        )
    if list(parts.index) != list(whole.index[1:]):
        raise DataError(
            f"contributions: expected the years {whole.index[1:].tolist()[:1]} to "
            f"{whole.index[-1]}, every year of value_added but its first"
        )
    if not is_number(initial) or initial < 0:
        raise DataError(f"initial must be a finite number not below 0, got {shown(initial)}")
    increments = parts.mul(_logarithmic_mean(whole.to_numpy()), axis=0)
    path = np.concatenate([[0.0], increments.sum(axis=1).to_numpy().cumsum()]) + float(initial)
    level = pd.Series(path, whole.index, name="level")
    return AccumulatedLevel(level, (level / whole).rename("share"), increments)


def _logarithmic_mean(values: np.ndarray) -> np.ndarray:
    """Return ``(b - a) / ln(b / a)`` of neighbours, and their value where they are equal."""
    before, growth = values[:-1], np.diff(np.log(values))
    safe = np.where(growth == 0, 1.0, growth)
    return np.asarray(before * np.where(growth == 0, 1.0, np.expm1(safe) / safe))
