"""Back-test of the penetration curve from every origin, beside rules that need no model.

Back-tests of the elasticity: leave one out, placebo, permutation.

Back-tests on the embedded tables.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.datasets.input_output import load_io
from quesnay.diagnostics.evidence.leave_one_out import LeaveOneOut, leave_one_out
from quesnay.diagnostics.evidence.updating import METHODS, UpdateBacktest, backtest_update
from quesnay.diagnostics.reproduction.regressions import codes_of, formula_columns, regression_rows
from quesnay.diagnostics.reproduction.runs import reproduce
from quesnay.diagnostics.reproduction.study import Potential, Study, load_study
from quesnay.fitting.checks import as_tuple, is_whole, seed_sequence, whole
from quesnay.fitting.errors import DataError, StudyError, shown
from quesnay.fitting.regression.gram import NestedGrams, nested_grams
from quesnay.models.display.table import Table, Tabular
from quesnay.models.satellite.account import two_point_path

__all__ = [
    "ElasticityBacktest",
    "OriginBacktest",
    "backtest_elasticity",
    "backtest_penetration",
    "backtest_tables",
]


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


Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, repr=False)
class ElasticityBacktest(Tabular):
    """How much the elasticity hangs on one unit, and what it is where there should be none.

    Parameters
    ----------
    left_out : tuple of LeaveOneOut
        The elasticity without each cluster and without each sector in turn.
    lead : DataFrame
        Elasticity to the current and to the later year's inputs in the first year's cross-section,
        with 95 % bootstrap intervals: the second is the placebo.
    permuted : ndarray (draws,)
        Elasticities when the inputs are dealt anew among the rows of a cluster and year.

    Examples
    --------
    >>> found = backtest_elasticity("caict_2020", draws=20)
    >>> bool(found.p_permuted <= 0.05)
    True
    """

    left_out: tuple[LeaveOneOut, ...]
    lead: pd.DataFrame
    permuted: Array

    @property
    def estimate(self) -> float:
        """The elasticity of the base case."""
        return float(self.left_out[0].estimate.iloc[0])

    @property
    def p_permuted(self) -> float:
        """Share of permutations at least as large, (1 + hits) / (1 + draws)."""
        hits = int((np.abs(self.permuted) >= abs(self.estimate)).sum())
        return (1 + hits) / (1 + len(self.permuted))

    def tables(self) -> tuple[Table, ...]:
        """Return leave-one-out ranges and placebos."""
        low, high = np.quantile(self.permuted, [0.025, 0.975])
        dealt = pd.DataFrame(
            {"elasticity": [self.estimate], "low": [low], "high": [high], "p": [self.p_permuted]},
            index=[f"{len(self.permuted)} permutations"],
        )
        later = self.lead.iloc[1]
        verdict = (
            "The placebo fails: the cross-section mistakes lasting differences between cells for "
            "the effect of inputs, which is why the base case has unit effects."
            if later["low"] > 0 or later["high"] < 0
            else "The placebo holds: later inputs say nothing about the earlier year."
        )
        return (
            *(table for part in self.left_out for table in part.tables()),
            Table(
                "Placebo: inputs dealt anew among the rows of each cluster and year",
                dealt,
                ("low and high: 95 % of the permutations, where nothing but chance is at work.",),
                dict.fromkeys(dealt.columns, ".3f"),
            ),
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
        Its section ``potential`` gives the regression: clusters, a column ``sector``, two years.
    draws : int
        Permutations, and bootstrap draws of the placebo.
    seed : int
        Root of the random numbers.

    Returns
    -------
    ElasticityBacktest
        Leave-one-out estimates, placebos with intervals.

    Raises
    ------
    StudyError
        If the study names no cluster, its panel has no sectors, or `draws` is below 1.

    Examples
    --------
    >>> found = backtest_elasticity("caict_2020", draws=20)
    >>> len(found.left_out[0].left_out)
    31
    """
    whole(draws, "draws", error=StudyError)
    use = load_study(study).potential
    if use.cluster is None:
        raise StudyError("potential.cluster: leaving clusters out needs one; name it")
    rows = regression_rows(use)
    if "sector" not in rows.columns:
        raise StudyError("potential.panel: leaving sectors out needs a column 'sector'")
    rng = np.random.default_rng(seed_sequence(seed))
    place = formula_columns(use.formula)[1].index(use.term)

    def elasticity(part: pd.DataFrame) -> float:
        return float(_grams(use, part, part).coefficients()[0, place])

    left_out = tuple(leave_one_out(elasticity, rows, by=by) for by in (use.cluster, "sector"))
    permuted = np.array([_permuted(use, rows, rng, place) for _ in range(draws)])
    return ElasticityBacktest(left_out, _lead(use, rows, rng, draws), permuted)


def _grams(use: Potential, rows: pd.DataFrame, inputs: pd.DataFrame) -> NestedGrams:
    """Gram matrices of the base regression on given rows, with the term taken from `inputs`."""
    outcome, regressors = formula_columns(use.formula)
    X = np.column_stack(
        [(inputs if name == use.term else rows)[name].to_numpy(float) for name in regressors]
    )
    weights = None if use.weights is None else rows[use.weights].to_numpy(float)
    effects = [codes_of(rows, effect) for effect in use.absorb]
    cluster = codes_of(rows, str(use.cluster))
    return nested_grams(rows[outcome].to_numpy(float), X, effects, cluster, weights=weights)


def _permuted(use: Potential, rows: pd.DataFrame, rng: np.random.Generator, place: int) -> float:
    """Deal the inputs anew among the rows of each cluster and year."""
    groups = codes_of(rows, f"{use.cluster}:year")
    order = np.lexsort((rng.random(len(rows)), groups))
    dealt = np.empty(len(rows))
    dealt[np.argsort(groups, kind="stable")] = rows[use.term].to_numpy(float)[order]
    return float(_grams(use, rows, rows.assign(**{use.term: dealt})).coefficients()[0, place])


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
    grams = _grams(cross, first, first)
    count = grams.grams.blocks.shape[0]
    drawn = grams.coefficients(rng.multinomial(count, np.full(count, 1 / count), size=draws))
    names = formula_columns(cross.formula)[1]
    places = [names.index(use.term), names.index("lead")]
    low, high = np.nanquantile(drawn[:, places], [0.025, 0.975], axis=0)
    index = [f"inputs of {years[0]}", f"inputs of {years[-1]} (placebo)"]
    values = grams.coefficients()[0, places]
    return pd.DataFrame({"elasticity": values, "low": low, "high": high}, index=index)


def backtest_tables(
    country: str = "CHN",
    updates: Sequence[tuple[int, int]] = ((2017, 2018), (2018, 2020)),
    *,
    imports: str = "included",
    methods: Sequence[str] = tuple(METHODS),
) -> UpdateBacktest:
    """Update the embedded tables of a country to later years and compare with the official ones.

    Parameters
    ----------
    country : str
        Such as "CHN".
    updates : sequence of (int, int)
        Base year and target year.
    imports : {"included", "separate"}
        Which official table: "separate" updates the domestic block.
    methods : sequence of str
        Of "same cells", "same coefficients", "RAS", "GRAS" and "least squares".

    Returns
    -------
    UpdateBacktest
        Weighted absolute percentage errors by block, naive rules included.

    Raises
    ------
    QuesnayError
        If a table does not exist, or a method is unknown.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = qn.backtest_tables(updates=[(2017, 2018)], methods=["same coefficients", "RAS"])
    >>> found.errors["intermediate"].round(3).tolist()
    [0.049, 0.04]
    """
    pairs = [as_tuple(update, "updates") for update in as_tuple(updates, "updates")]
    if not pairs or any(len(pair) != 2 or not all(map(is_whole, pair)) for pair in pairs):
        raise DataError(f"updates: give updates as pairs of years (from, to), got {shown(updates)}")
    years = sorted({year for pair in pairs for year in pair})
    tables = {year: load_io(country, year, imports=imports) for year in years}
    return backtest_update(tables, pairs, methods=methods)
