"""Back-test of the penetration curve from every origin, beside rules that need no model."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from quesnay.job.run import reproduce
from quesnay.models.display.table import Table, Tabular
from quesnay.models.satellite.penetration import two_point_path
from quesnay.studies.sections import Study

__all__ = ["OriginBacktest", "backtest_penetration"]

_RULES = ("no change", "same step", "same growth")


@dataclass(frozen=True, slots=True, repr=False)
class OriginBacktest(Tabular):
    """Forecasts of the printed totals from every pair of years before them.

    Parameters
    ----------
    forecasts : DataFrame
        Index origin, year: the printed total and the forecast of every curve and naive rule.
    unit : str
        Unit of the totals.

    Examples
    --------
    >>> found = backtest_penetration("caict_2020")
    >>> list(found.errors.index)[:2]
    ['gompertz', 'logistic']
    """

    forecasts: pd.DataFrame
    unit: str

    @property
    def errors(self) -> pd.DataFrame:
        """Mean absolute percentage error by rule: one and two years ahead, and over all."""
        methods = [name for name in self.forecasts.columns if name != "printed"]
        gaps = self.forecasts[methods].sub(self.forecasts["printed"], axis=0).abs()
        relative = 100 * gaps.div(self.forecasts["printed"], axis=0)
        origin = self.forecasts.index.get_level_values("origin").to_numpy()
        ahead = self.forecasts.index.get_level_values("year").to_numpy() - origin
        by_step = {f"{step} ahead": relative[ahead == step].mean() for step in sorted(set(ahead))}
        return pd.DataFrame({**by_step, "all": relative.mean()})

    def tables(self) -> tuple[Table, ...]:
        """Return forecasts and errors, the naive rules among them."""
        errors = self.errors.sort_values("all")
        best = str(errors.index[0])
        said = "A naive rule wins." if best in _RULES else f"The {best} curve wins."
        return (
            Table(
                f"Printed totals forecast from each origin, {self.unit}",
                self.forecasts,
                (
                    "A curve passes through the origin and the year before it, saturation at the "
                    "estimated potential of the base case; core and potential as estimated.",
                ),
                dict.fromkeys(self.forecasts.columns, ".2f"),
            ),
            Table(
                "Mean absolute percentage error of the forecasts",
                errors,
                (f"{said} Few origins: read the order, not the digits.",),
                dict.fromkeys(errors.columns, ".1f"),
            ),
        )


def backtest_penetration(study: str | Path | Study = "caict_2020") -> OriginBacktest:
    """Forecast every printed total from every pair of years before it.

    Parameters
    ----------
    study : str, Path or Study
        The study; its printed totals and the one implied by real growth are the series.

    Returns
    -------
    OriginBacktest
        Forecasts of the study's curves and of three rules without a model: no change, the same step
        in value added, the same growth rate.

    Examples
    --------
    >>> backtest_penetration("caict_2020").forecasts["printed"].round(2).tolist()
    [2.13, 3.1, 3.1]
    """
    result = reproduce(study, draws=2)
    base = result.central.loc["calibrated"]
    slots = [slot for slot in result.assembly.model.slots if slot.variant != "outcome"]
    keys = [(slot.year, slot.variant) for slot in slots]
    years = [slot.year for slot in slots]
    core = pd.Series([float(base[("core", *key)]) for key in keys], years)
    potential = pd.Series([float(base[("potential", *key)]) for key in keys], years)
    first = slots[result.assembly.model.calibration.earlier]
    implied = pd.Series({first.year: float(base[("total", first.year, first.variant)])})
    totals = pd.concat([implied, _printed(result.facts.reported)]).sort_index()
    launch = float(result.assembly.model.launch)
    rows = {}
    for origin in totals.index:
        if origin - 1 not in totals.index:
            continue
        for year in totals.index[totals.index > origin]:
            shares = [
                np.array([(totals[y] - core[y]) / potential[y]]) for y in (origin - 1, origin)
            ]
            span = (origin - 1 - launch, origin - launch)
            at = np.array([float(year) - launch])
            rows[(origin, year)] = {
                "printed": totals[year],
                **{
                    family: core[year]
                    + potential[year]
                    * two_point_path(family, span, (shares[0], shares[1]), at)[0, 0]
                    for family in result.assembly.model.curves
                },
                **_naive(totals[origin - 1], totals[origin], int(year - origin)),
            }
    frame = pd.DataFrame(rows).T
    frame.index.names = ["origin", "year"]
    return OriginBacktest(frame, result.study.study.unit)


def _printed(reported: pd.DataFrame) -> "pd.Series[float]":
    """Return printed totals by year, in the unit of the account."""
    mine = reported[reported["concept"] == "total"]
    return pd.Series(mine["value"].to_numpy(float), mine["year"].to_numpy(int))


def _naive(before: float, now: float, steps: int) -> dict[str, float]:
    """Forecasts of rules without a model."""
    values = (now, now + steps * (now - before), now * (now / before) ** steps)
    return dict(zip(_RULES, values, strict=True))
