"""Back-tests of a study: the curve from every origin, and the elasticity.

The curve is held against rules without a model. The elasticity is estimated without each cluster
and each sector in turn, and where nothing should be found: with made-up inputs of the scale of the
true ones, and with the inputs of a later year.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.diagnostics.evidence.coefficient_stability import (
    LeaveOneOut,
    ScalePlacebo,
    leave_one_out,
)
from quesnay.diagnostics.evidence.diffusion_errors import NAIVE, naive_forecast
from quesnay.diagnostics.reproduction.assembly import Prepared, prepare
from quesnay.diagnostics.reproduction.regressions import (
    cluster_grams,
    complete_rows,
    fit_potential,
    formula_columns,
    placebo_of,
    regression_rows,
)
from quesnay.diagnostics.reproduction.runs import uncertain_inputs
from quesnay.diagnostics.reproduction.study import Potential, Study, load_study
from quesnay.fitting.checks import seed_sequence, whole
from quesnay.fitting.errors import StudyError
from quesnay.fitting.simulation.engine import chunks
from quesnay.models.display.table import Table, Tabular
from quesnay.models.satellite.account import curve_path
from quesnay.models.satellite.concepts import CONCEPTS
from quesnay.models.uncertainty.monte_carlo import checked_inputs

if TYPE_CHECKING:
    from quesnay.diagnostics.reproduction.result import Reproduction
_NO_CHANGE = "no change"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
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
    >>> found = backtest_penetration("caict_2020", draws=200)
    >>> list(found.errors.index)[:3]
    ['gompertz', 'logistic', 'bass']
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
        return pd.DataFrame({**by_step, "all": relative.mean(skipna=False)})

    def tables(self) -> tuple[Table, ...]:
        """Return forecasts and errors, the naive rules among them."""
        errors = self.errors.sort_values("all")
        best = str(errors.index[0])
        naive = best in (_NO_CHANGE, *NAIVE)
        said = f"A naive rule wins: {best}." if naive else f"The {best} curve wins."
        return (
            Table(
                f"Printed totals forecast from each origin, {self.unit}",
                self.forecasts,
                (
                    "A curve passes through the origin and the year before it, saturation at the "
                    "potential of the median elasticity; core and potential: medians of the draws.",
                ),
                dict.fromkeys(self.forecasts.columns, ".2f"),
                sheet="Path back-test",
            ),
            Table(
                "Mean absolute percentage error of the forecasts",
                errors,
                (f"{said} Few origins: read the order, not the digits.",),
                dict.fromkeys(errors.columns, ".1f"),
                sheet="Path errors",
            ),
        )


def backtest_penetration(
    study: str | Path | Study = "caict_2020", *, draws: int = 500, seed: int = 0
) -> OriginBacktest:
    """Forecast every printed total from every pair of years before it.

    Parameters
    ----------
    study : str, Path or Study
        The study; its printed totals and the one implied by real growth are the series.
    draws : int, default 500
        Draws of the core and the potential, whose medians are taken.
    seed : int, default 0
        Root of the random numbers.

    Returns
    -------
    OriginBacktest
        Forecasts of the study's curves and of rules without a model: no change, the same step in
        value added, the same growth rate, and the mean of these two.

    Raises
    ------
    StudyError
        If the study has no curve, or prints no total after its points.

    Examples
    --------
    >>> backtest_penetration("caict_2020", draws=200).forecasts["printed"].round(2).tolist()
    [2.13, 3.1, 3.1]
    """
    return origin_backtest(
        prepare(study, seed=seed), draws=whole(draws, "draws", error=StudyError), seed=seed
    )


def origin_backtest(ready: "Prepared | Reproduction", *, draws: int, seed: int) -> OriginBacktest:
    """Forecast every printed total of a study that is prepared or has run."""
    use = ready.assembly.model.calibration
    if use is None or "calibrated" not in ready.assembly.model.runs:
        raise StudyError(
            f"penetration: study {ready.study.study.name!r} has no curve to test; add the section"
        )
    levels = _medians(ready, draws=draws, seed=seed)
    first = ready.assembly.model.slots[use.earlier].year
    own = ready.facts.totals()
    printed = pd.Series(own["value"].to_numpy(float), own["year"].to_numpy(int))
    totals = printed.combine_first(levels["total"].loc[[first]])  # implied where none is printed
    totals = totals[totals.index.isin(levels.index)]
    rows = {}
    for origin in totals.index:
        if origin - 1 not in totals.index:
            continue
        for year in totals.index[totals.index > origin]:
            before, now = np.array(totals[[origin - 1, origin]], dtype=float)
            row = rows[(origin, year)] = {"printed": totals[year]}
            for family in use.curves:
                span = (origin, year)
                row[family] = _along(family, totals, levels, span=span, launch=use.launch)
            row[_NO_CHANGE] = now
            for rule in NAIVE:
                row[rule] = float(naive_forecast(rule, before, now, int(year - origin)))
    if not rows:
        raise StudyError(
            f"reported.figures: study {ready.study.study.name!r} prints no total of its years "
            "after the points of the curve; there is nothing to forecast"
        )
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["origin", "year"])
    return OriginBacktest(frame, ready.study.study.unit)


def _medians(ready: "Prepared | Reproduction", *, draws: int, seed: int) -> pd.DataFrame:
    """Core, potential of the median elasticity and total by year: medians of the draws."""
    model = ready.assembly.model
    inputs, _ = uncertain_inputs(ready.study, ready.facts, model, ready.assembly.productivity)
    drawn = checked_inputs(inputs).sample(next(iter(chunks(draws, seed=seed, size=draws))))
    middle = np.full(draws, model.potential.median if model.potential else np.nan)
    found = model.evaluate("calibrated", {**drawn, "elasticity": middle})
    shown_slots = [k for k, slot in enumerate(model.slots) if slot.variant != "outcome"]
    medians = np.median(found[:, shown_slots], axis=2)
    years = [model.slots[k].year for k in shown_slots]
    return pd.DataFrame(medians.T, years, list(CONCEPTS))[["core", "potential", "total"]]


def _along(
    family: str,
    totals: "pd.Series[float]",
    levels: pd.DataFrame,
    *,
    span: tuple[int, int],
    launch: int,
) -> float:
    """Forecast a total along the curve through the origin and the year before it."""
    origin, year = span
    core, potential = levels["core"], levels["potential"]
    before, now = (np.array([(totals[y] - core[y]) / potential[y]]) for y in (origin - 1, origin))
    times = (float(origin - 1 - launch), float(origin - launch))
    path = curve_path(family, times, (before, now), np.array([float(year - launch)]))
    return float(core[year] + potential[year] * path[0, 0])


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ElasticityBacktest(Tabular):
    """How much the elasticity hangs on one unit, and what it is where there should be none.

    Parameters
    ----------
    left_out : tuple of LeaveOneOut
        The elasticity without each cluster and without each sector in turn.
    placebo : ScalePlacebo or None
        Made-up inputs of the scale of the true ones; None where the study names no scale.
    lead : DataFrame
        Elasticity to the current and to the later year's inputs in the first year's cross-section,
        with 95 % bootstrap intervals: the second is the placebo.

    Examples
    --------
    >>> found = backtest_elasticity("caict_2020", draws=99)
    >>> 0.05 < found.placebo.share_reaching < 0.5
    True
    """

    left_out: tuple[LeaveOneOut, ...]
    placebo: ScalePlacebo | None
    lead: pd.DataFrame

    @property
    def estimate(self) -> float:
        """The elasticity of the base case."""
        return float(self.left_out[0].estimate.iloc[0])

    def tables(self) -> tuple[Table, ...]:
        """Return leave-one-out ranges and placebos."""
        later = self.lead.iloc[1]
        verdict = (
            "The placebo fails: the cross-section mistakes lasting differences between cells for "
            "the effect of inputs, which is why the base case has unit effects."
            if later["low"] > 0 or later["high"] < 0
            else "The placebo holds: later inputs say nothing about the earlier year."
        )
        return (
            *(table for part in self.left_out for table in part.tables()),
            *(() if self.placebo is None else self.placebo.tables()),
            Table(
                "Placebo: later inputs in the first year's cross-section, no unit effects",
                self.lead,
                (verdict,),
                dict.fromkeys(self.lead.columns, ".3f"),
            ),
        )


def backtest_elasticity(
    study: str | Path | Study = "caict_2020", *, draws: int = 199, seed: int = 0
) -> ElasticityBacktest:
    """Leave every cluster and every sector out in turn, and estimate where nothing should be.

    Parameters
    ----------
    study : str, Path or Study
        Its section ``potential`` gives the regression: clusters, a column ``sector``, two years,
        and under ``scale`` and ``placebo_groups`` what a made-up input keeps.
    draws : int, default 199
        Made-up inputs, and bootstrap draws of the placebo with later inputs.
    seed : int, default 0
        Root of the random numbers.

    Returns
    -------
    ElasticityBacktest
        Leave-one-out estimates, placebos with intervals.

    Raises
    ------
    StudyError
        If the study has no regression, names no cluster, its panel has no sectors, or `draws` is
        below 1.

    Examples
    --------
    >>> found = backtest_elasticity("caict_2020", draws=20)
    >>> len(found.left_out[0].left_out)
    31
    """
    whole(draws, "draws", error=StudyError)
    use = load_study(study).potential
    if use is None:
        raise StudyError("potential: the study has no regression to test; add the section")
    found = without_groups(use, draws=draws, seed=seed)
    rows = complete_rows(use, regression_rows(use))
    placebo = placebo_of(use, fit_potential(use, rows), rows, draws=draws, seed=seed)
    return replace(found, placebo=placebo)


def without_groups(use: Potential, *, draws: int, seed: int) -> ElasticityBacktest:
    """Leave groups out and try later inputs: the back-test but for its placebo that keeps scale."""
    if use.cluster is None:
        raise StudyError("potential.cluster: leaving clusters out needs one; name it")
    rows = complete_rows(use, regression_rows(use))
    if "sector" not in rows.columns:
        raise StudyError("potential.panel: leaving sectors out needs a column 'sector'; add it")
    place = formula_columns(use.formula)[1].index(use.term)

    def elasticity(part: pd.DataFrame) -> float:
        return float(cluster_grams(use, part).coefficients()[0, place])

    left_out = tuple(leave_one_out(elasticity, rows, by=by) for by in (use.cluster, "sector"))
    rng = np.random.default_rng(seed_sequence(seed))
    return ElasticityBacktest(left_out, None, _lead(use, rows, rng, draws))


def _lead(use: Potential, rows: pd.DataFrame, rng: np.random.Generator, draws: int) -> pd.DataFrame:
    """Put current and later inputs into the cross-section of the first year."""
    years = sorted(rows["year"].unique())
    keys = [str(use.cluster), "sector"]
    later = rows[rows["year"] == years[-1]].set_index(keys)[use.term].rename("lead")
    first = rows[rows["year"] == years[0]].join(later, on=keys).dropna(subset=["lead"])
    outcome, _, right = use.formula.partition("~")
    cross = replace(
        use, formula=f"{outcome}~{right} + lead", absorb=("sector", str(use.cluster)), years=()
    )
    grams = cluster_grams(cross, first)
    count = len(grams.blocks)
    drawn = grams.coefficients(rng.multinomial(count, np.full(count, 1 / count), size=draws))
    names = formula_columns(cross.formula)[1]
    places = [names.index(use.term), names.index("lead")]
    low, high = np.nanquantile(drawn[:, places], [0.025, 0.975], axis=0)
    index = [f"inputs of {years[0]}", f"inputs of {years[-1]} (placebo)"]
    values = grams.coefficients()[0, places]
    return pd.DataFrame({"elasticity": values, "low": low, "high": high}, index=index)
