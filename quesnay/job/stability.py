"""Back-tests of the elasticity: leave one out, placebo, permutation."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.diagnostics.evidence.leave_one_out import LeaveOneOut, leave_one_out
from quesnay.fitting.checks import seed_sequence, whole
from quesnay.fitting.errors import StudyError
from quesnay.fitting.regression.gram import NestedGrams, nested_grams
from quesnay.job.elasticities import codes_of, formula_columns, regression_rows
from quesnay.models.display.table import Table, Tabular
from quesnay.studies.load import load_study
from quesnay.studies.sections import Potential, Study

__all__ = ["ElasticityBacktest", "backtest_elasticity"]

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
