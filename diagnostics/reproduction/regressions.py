"""M2, the elasticity of value added to the technology's inputs: base, mixture, rivals, referee.

The elasticity comes from a panel regression with fixed effects; the potential is the elasticity
times the value added of the using industries. This *attributes* value added to the use of the
technology; it is not a counterfactual (extraction is). No single equation can be defended: the
elasticity of the account is a mixture over admissible equations with the weights that the study
declares, drawn between equations by weight and within each by its own standard error.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import is_numeric_dtype

from quesnay.diagnostics.evidence.coefficient_stability import (
    OsterBounds,
    ScalePlacebo,
    oster_bounds,
    scale_placebo,
)
from quesnay.diagnostics.reproduction.facts import Facts, panel
from quesnay.diagnostics.reproduction.own_data import Column
from quesnay.diagnostics.reproduction.study import Equation, Potential, Rival, Study, at_key
from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import Seed
from quesnay.fitting.errors import DataError, EstimationError, StudyError, suggestion
from quesnay.fitting.regression.resampling import NestedGrams, nested_grams
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.instrumental import fit_instrumental, shift_share_instrument
from quesnay.models.regression.panel import fit_panel
from quesnay.models.regression.result import PanelFit
from quesnay.models.satellite.core import keeps_imports_by_product

__all__ = [
    "Elasticities",
    "KnownRows",
    "cluster_grams",
    "complete_rows",
    "elasticity_draws",
    "estimate_elasticities",
    "fit_potential",
    "formula_columns",
    "mixture",
    "mixture_median",
    "per_value_added",
    "regression_rows",
    "rival_of",
    "scale_placebo_of",
]


_RULES = ("classical", "HC1", "CR1", "CR2")
_WILD_DRAWS = 999
_PLACEBOS = 499


def regression_rows(use: Potential) -> pd.DataFrame:
    """Return the rows that a regression of a study is estimated on, with their logarithms.

    Sums that are not positive have no logarithm and become missing, so that the regression drops
    and counts them; rows without a positive weight are left out.

    Raises
    ------
    DataError
        If a column is unknown or no row is left.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> regression_rows(load_study("caict_2020").potential)["ln_ict"].notna().mean().round(2)
    np.float64(0.98)
    """
    known = panel(use.panel, _own_columns(use))
    named = {name for names in use.logarithms.values() for name in names}
    named |= {name for name in (use.exclude, use.weights, use.cluster) if name}
    for name in sorted(named):
        if name not in known.columns:
            raise DataError(f"{use.panel}: no column {name!r};{suggestion(name, known.columns)}")
    absent = sorted(set(use.years) - set(known["year"]))
    if absent:
        raise DataError(f"{use.panel}: no row for the years {absent}; check the years")
    keep = pd.Series(True, index=known.index)
    if use.years:
        keep &= known["year"].isin(list(use.years))
    if use.exclude:
        keep &= ~known[use.exclude].astype(bool)
    if use.weights:
        keep &= known[use.weights] > 0
    if not keep.any():
        raise DataError(f"{use.panel}: no row for the years {list(use.years)}; check the years")
    return _with_logarithms(known.loc[keep].copy(), use)


def _with_logarithms(rows: pd.DataFrame, use: Potential) -> pd.DataFrame:
    for name, columns in use.logarithms.items():
        text = [column for column in columns if not is_numeric_dtype(rows[column])]
        if text:
            raise DataError(f"{use.panel}: column {text[0]!r} has no numbers for logarithms")
        total = rows[list(columns)].sum(axis=1, skipna=False)
        rows[name] = np.log(total.where(total > 0))
    return rows


class KnownRows:
    """:func:`regression_rows`, built once for all equations on the same rows.

    The frames are shared: what adds a column works on a copy.
    """

    def __init__(self) -> None:
        self._known: dict[str, pd.DataFrame] = {}

    def __call__(self, use: Potential) -> pd.DataFrame:
        """Return the rows of a regression, a shared frame."""
        key = repr((use.panel, use.years, use.exclude, use.weights, use.cluster, use.logarithms))
        if key not in self._known:
            self._known[key] = regression_rows(use)
        return self._known[key]


def _own_columns(use: Potential) -> list[Column]:
    """Return what a panel of the user must hold for a regression."""
    names = dict.fromkeys(name for names in use.logarithms.values() for name in names)
    columns = [Column(name, "number", "", may_be_empty=True) for name in names]
    if use.weights and use.weights not in names:
        columns.append(Column(use.weights, "number", "", least=0, may_be_empty=True))
    if use.exclude:
        columns.append(Column(use.exclude, "truth", ""))
    return columns


def fit_potential(
    use: Potential, *, covariance: str | None = None, rows: pd.DataFrame | None = None
) -> PanelFit:
    """Estimate the elasticity of value added to the technology's inputs.

    Parameters
    ----------
    use : Potential
        Section ``potential`` of a study: panel, formula, fixed effects, cluster.
    covariance : str, optional
        Rule of inference in place of the clustered default.
    rows : DataFrame, optional
        :func:`regression_rows` of `use`, where they are known already.

    Raises
    ------
    StudyError, DataError
        If the panel, a column or the term does not exist.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> fit = fit_potential(load_study("caict_2020").potential)
    >>> round(float(fit.params["ln_ict"]), 3)
    0.057
    """
    fit = fit_panel(
        use.formula,
        regression_rows(use) if rows is None else rows,
        absorb=use.absorb,
        cluster=use.cluster if covariance not in {"classical", "HC1"} else None,
        weights=use.weights,
        covariance=covariance,
    )
    if use.term not in fit.params.index:
        raise StudyError(
            f"potential.term: {use.term!r} is no coefficient of {use.formula!r};"
            f"{suggestion(use.term, list(fit.params.index))}"
        )
    return fit


def rival_of(use: Potential, rival: Rival) -> Potential:
    """Return the base regression with the keys that a rival or an equation changes.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> base = load_study("caict_2020").potential
    >>> rival_of(base, base.rivals[0]).absorb
    ('sector:year', 'province:year')
    """
    own = {member.name for member in fields(Potential)} - {"logarithms"}
    changed = {
        member.name: getattr(rival, member.name)
        for member in fields(rival)
        if member.name in own and getattr(rival, member.name) is not None
    }
    another = rival.panel is not None and rival.panel != use.panel
    logarithms = rival.logarithms if another else {**use.logarithms, **rival.logarithms}
    return replace(use, logarithms=logarithms, **changed)


def mixture(study: Study, facts: Facts, base: PanelFit, known: KnownRows) -> pd.DataFrame:
    """Estimate every admissible equation of a study.

    Parameters
    ----------
    study : Study
        With section ``potential``.
    facts : Facts
        The tables, for cost shares.
    base : PanelFit
        The base regression, which is the only equation where the study declares none.
    known : KnownRows
        Rows of the regressions so far.

    Returns
    -------
    DataFrame
        Equation -> elasticity per unit of value added of the using industries, std_error, weight
        (adding to 1), observations, source.

    Raises
    ------
    QuesnayError
        If an equation cannot be estimated.
    """
    use = study.potential
    if use is None:
        raise StudyError("potential: the study has no such section")
    equations = use.equations or (Equation(name="base regression"),)
    rows = {}
    for place, equation in enumerate(equations):
        with at_key(f"potential.equations[{place}]"):
            rows[equation.name] = _equation(study, facts, base, equation, known)
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame["weight"] = frame["weight"] / frame["weight"].sum()
    frame.index.name = "equation"
    return frame


def _equation(
    study: Study, facts: Facts, base: PanelFit, equation: Equation, known: KnownRows
) -> dict[str, object]:
    use = study.potential
    assert use is not None
    count: float = np.nan
    if equation.kind == "outside":
        value, error, source = float(equation.value or 0.0), equation.std_error, equation.source
    elif equation.kind == "cost share":
        shares = _cost_shares(study, facts)["value_added"]
        value, error = float(shares.mean()), float(shares.std(ddof=0))
        source = "purchases over value added, mean and spread over the tables"
    elif equation.kind == "capital share":
        by_year = _capital_share(equation)
        value, error = float(by_year.mean()), float(by_year.std(ddof=0))
        source = f"cost of capital over value added in {equation.panel}, mean and spread over years"
    else:
        own = rival_of(use, equation)
        fit = base if own == use else fit_potential(own, rows=known(own))
        factor = per_value_added(study, facts, own.applies_to)
        value, error = (
            factor * float(fit.params[own.term]),
            factor * float(fit.std_errors[own.term]),
        )
        count, source = float(fit.nobs), "regression"
    return {
        "elasticity": value,
        "std_error": error,
        "weight": equation.weight,
        "observations": count,
        "source": source,
    }


def _capital_share(equation: Equation) -> "pd.Series[float]":
    """Cost of the named capital over value added of the using industries, by year."""
    columns = [Column(name, "number", "") for name in (*equation.inputs, "value_added")]
    known = panel(str(equation.panel), columns)
    for name in (*equation.inputs, "value_added", "industry", "year"):
        if name not in known.columns:
            raise StudyError(
                f"potential.equations {equation.name!r}: {equation.panel} has no column {name!r};"
                f"{suggestion(name, known.columns)}"
            )
    for name in equation.producers:
        if name not in set(known["industry"]):
            raise StudyError(
                f"potential.equations {equation.name!r}: no industry {name!r} in {equation.panel};"
                f"{suggestion(name, known['industry'].unique())}"
            )
    keep = ~known["industry"].isin(list(equation.producers))
    if equation.years:
        keep &= known["year"].isin(list(equation.years))
    sums = known[keep].groupby("year")[[*equation.inputs, "value_added"]].sum()
    return sums[list(equation.inputs)].sum(axis=1) / sums["value_added"]


def mixture_median(frame: pd.DataFrame) -> float:
    """Return the median of a mixture of normal distributions.

    Examples
    --------
    >>> frame = pd.DataFrame({"elasticity": [0.0, 0.1], "std_error": 0.01, "weight": [0.5, 0.5]})
    >>> round(mixture_median(frame), 6)
    0.05
    """
    from scipy.special import ndtr

    mean, weight = frame["elasticity"].to_numpy(float), frame["weight"].to_numpy(float)
    error = np.maximum(frame["std_error"].to_numpy(float), 1e-12)
    low, high = float((mean - 9 * error).min()), float((mean + 9 * error).max())
    for _ in range(200):
        middle = (low + high) / 2
        below = float(weight @ ndtr((middle - mean) / error)) / float(weight.sum())
        low, high = (middle, high) if below < 0.5 else (low, middle)
    return (low + high) / 2


def per_value_added(study: Study, facts: Facts, applies_to: str) -> float:
    """Return the factor from an elasticity of `applies_to` to one of value added.

    With other inputs held, more output is as much more value added.
    """
    if applies_to == "value_added":
        return 1.0
    if applies_to != "gross_output":
        known = ("value_added", "gross_output")
        raise StudyError(
            f"potential.applies_to: unknown measure {applies_to!r};{suggestion(applies_to, known)}"
        )
    year = study.employment.year if study.employment is not None else max(facts.tables)
    table = facts.tables.get(year, facts.tables[max(facts.tables)])
    using = _using(study, list(table.sectors))
    return float(table.x[using].sum() / table.v[using].sum())


def _using(study: Study, sectors: Sequence[object]) -> list[str]:
    return [str(s) for s in sectors if s not in study.tables.technology_sectors]


def _cost_shares(study: Study, facts: Facts) -> pd.DataFrame:
    """Purchases of the technology's inputs by using industries, over their output and value added.

    One row a table; imported inputs are bought as well as domestic ones.
    """
    rows = {}
    for year, table in facts.tables.items():
        producing = list(study.tables.technology_sectors)
        using = _using(study, list(table.sectors))
        bought = float(table.Z.loc[producing][using].to_numpy().sum())
        if table.imports is not None and not keeps_imports_by_product(table):
            raise StudyError(
                f"tables.files: the table of {year} keeps imports in a row of their own; the "
                "elasticity run needs them by product, or inside the flows"
            )
        if table.imports is not None:
            bought += float(table.imports.Z.loc[producing][using].to_numpy().sum())
        rows[year] = {
            "output": bought / float(table.x[using].sum()),
            "value_added": bought / float(table.v[using].sum()),
        }
    return pd.DataFrame.from_dict(rows, orient="index")


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Elasticities(Tabular):
    """The elasticity of an account, and what a referee asks about it.

    Parameters
    ----------
    base : PanelFit
        The base regression.
    mixture : DataFrame
        Admissible equations: elasticity, std_error, weight, observations, source.
    median : float
        Median of the mixture.
    rivals : DataFrame
        Elasticity under rival specifications, with standard errors and 95 % intervals.
    cost_share : float
        Purchases of the technology's inputs over value added of the using industries, mean over
        the tables.
    inference : Table
        The base elasticity under rival rules of inference.
    notes : tuple of str
        What the rivals mean.
    bounds : OsterBounds or None
        How far selection on what is not seen could move the base elasticity.
    placebo : ScalePlacebo or None
        The base equation with made-up inputs of equal scale.
    with_scale : float
        The base elasticity with the columns of scale beside it; NaN without any.
    """

    base: PanelFit
    mixture: pd.DataFrame
    median: float
    rivals: pd.DataFrame
    cost_share: float
    inference: Table
    notes: tuple[str, ...]
    bounds: OsterBounds | None
    placebo: ScalePlacebo | None
    with_scale: float

    def tables(self) -> tuple[Table, ...]:
        """Return the mixture, the rivals and the base case under rival rules of inference."""
        formats = {"elasticity": ".3f", "std_error": ".3f", "weight": ".0%", "observations": ".0f"}
        shown = self.mixture.rename(columns={"std_error": "standard error"})
        formats["standard error"] = formats.pop("std_error")
        said = (
            f"Drawn between equations by weight, within each by its standard error; median "
            f"{self.median:.3f}. Value added attributed to a unit of the technology's inputs, an "
            "association.",
        )
        rivals = dict.fromkeys(map(str, self.rivals.columns), ".3f") | {"observations": ".0f"}
        return (
            Table("The elasticity: admissible equations and their weights", shown, said, formats),
            Table("Rivals of the base equation", self.rivals, self.notes, rivals),
            self.inference,
            *(() if self.placebo is None else self.placebo.tables()),
            *(() if self.bounds is None else self.bounds.tables()),
        )


def estimate_elasticities(study: Study, facts: Facts, *, seed: int) -> Elasticities:
    """Estimate base, mixture and rivals of a study.

    Raises
    ------
    QuesnayError
        If the study has no potential, or an equation cannot be estimated.
    """
    use = study.potential
    if use is None:
        raise StudyError("potential: the study has no such section")
    with at_key("potential"):
        known = KnownRows()
        sample = known(use)
        base = fit_potential(use, rows=sample)
    admissible = mixture(study, facts, base, known)
    rows = {"base case": _row(base, use.term), **_rivals(use, known)}
    remarks = []
    instrument = _instrumented(use, sample)
    if instrument is not None:
        rows["shift-share instrument"] = _row(instrument, use.term)
        remarks.append(_strength(instrument))
    direct, reverse = _reverse_bounds(use, sample)
    share = float(_cost_shares(study, facts)["value_added"].mean())
    notes = (
        "Standard errors clustered as in the study; associations, not effects, unless a design "
        "says otherwise.",
        f"Purchases of the technology's inputs are {share:.3f} of value added of the using "
        "industries: what competitive growth accounting attributes.",
        f"Classical measurement error of the inputs: between {direct:.3f}, the direct regression, "
        f"and {reverse:.2f}, the reverse one.",
        *remarks,
    )
    return Elasticities(
        base,
        admissible,
        mixture_median(admissible),
        pd.DataFrame(rows).T,
        share,
        _inference_table(use, sample, base, seed=seed),
        notes,
        _selection(use, sample),
        scale_placebo_of(use, sample, draws=_PLACEBOS, seed=seed),
        _with_scale(use, sample),
    )


def _rivals(use: Potential, known: KnownRows) -> dict[str, dict[str, float]]:
    """Estimate every rival of the base equation."""
    rows = {}
    for place, rival in enumerate(use.rivals):
        own = rival_of(use, rival)
        with at_key(f"potential.rivals[{place}]"):
            rows[rival.name] = _row(fit_potential(own, rows=known(own)), own.term)
    return rows


def _selection(use: Potential, rows: pd.DataFrame) -> OsterBounds | None:
    """Bound the base elasticity by Oster's rule; None where no control says anything."""
    try:
        return oster_bounds(
            use.formula, rows, term=use.term, absorb=use.absorb, weights=use.weights
        )
    except EstimationError:
        return None


def scale_placebo_of(
    use: Potential, rows: pd.DataFrame, *, draws: int, seed: Seed
) -> ScalePlacebo | None:
    """Estimate the base equation with made-up inputs of equal scale; None without a scale."""
    if not use.scale or use.placebo_groups is None:
        return None
    return scale_placebo(
        use.formula,
        rows,
        term=use.term,
        scale=use.scale,
        groups=use.placebo_groups,
        keep=tuple(effect for effect in use.absorb if "year" in effect.split(":")),
        absorb=use.absorb,
        cluster=use.cluster,
        weights=use.weights,
        draws=draws,
        seed=seed,
    )


def _with_scale(use: Potential, rows: pd.DataFrame) -> float:
    """Return the base elasticity with the columns of scale beside it."""
    if not use.scale:
        return float("nan")
    wide = replace(use, formula=" + ".join([use.formula, *use.scale]))
    return float(fit_potential(wide, rows=rows).params[use.term])


def _row(fit: PanelFit, term: str) -> dict[str, float]:
    low, high = fit.conf_int().loc[term].to_numpy(float)
    return {
        "estimate": float(fit.params[term]),
        "std_error": float(fit.std_errors[term]),
        "low": float(low),
        "high": float(high),
        "observations": float(fit.nobs),
    }


def _strength(found: PanelFit) -> str:
    """Say what the first stage of the instrument is worth."""
    slope = float(found.details["first stage, shift_share"])
    words = f"Instrument: first stage {slope:.2f}"
    if slope < 0:
        words += ", negative: inputs return to the mean, the instrument does not push them"
    return f"{words}; its interval says how little it can tell apart."


def _inference_table(use: Potential, sample: pd.DataFrame, fit: PanelFit, *, seed: int) -> Table:
    """Return the elasticity under every rule of inference that few clusters call for."""
    rows = {}
    for rule in _RULES if use.cluster else _RULES[:2]:
        row = (
            fit_potential(use, covariance=rule, rows=sample).tidy().set_index("term").loc[use.term]
        )
        rows[rule] = {
            "std_error": row["std_error"],
            "p_value": row["p_value"],
            "low": row["conf_low"],
            "high": row["conf_high"],
        }
    notes = ["CR1: clustered, t with clusters less one; CR2: bias-reduced, Satterthwaite degrees."]
    if use.cluster:
        wild = fit.wild_bootstrap(use.term, draws=_WILD_DRAWS, seed=seed)
        rows["wild cluster bootstrap"] = {
            "std_error": float("nan"),
            "p_value": wild.pvalue,
            "low": wild.low,
            "high": wild.high,
        }
        notes.append(f"Wild cluster bootstrap: null imposed, {wild.draws} draws, seed {seed}.")
    frame = pd.DataFrame(rows).T
    title = f"The elasticity {float(fit.params[use.term]):.3f} under rival rules of inference"
    formats = dict.fromkeys(frame.columns, ".3g") | {"p_value": "p"}
    return Table(title, frame, tuple(notes), formats)


def _instrumented(use: Potential, rows: pd.DataFrame) -> PanelFit | None:
    """Estimate the elasticity with the leave-one-out shift-share instrument of a study."""
    if use.instrument is None:
        return None
    instrument = shift_share_instrument(
        rows,
        use.instrument.columns,
        cell=use.instrument.cell,
        unit=use.instrument.unit,
        time="year",
    )
    return fit_instrumental(
        use.formula,
        rows.assign(shift_share=instrument),
        endogenous=use.term,
        instruments="shift_share",
        absorb=use.absorb,
        cluster=use.cluster,
    )


def _reverse_bounds(use: Potential, rows: pd.DataFrame) -> tuple[float, float]:
    """Bound the elasticity under classical measurement error in the technology's inputs.

    The direct regression is biased towards zero, the reverse one, inputs on the outcome, away from
    it (Frisch 1934; Klepper and Leamer 1984, Econometrica 52, theorem 1). The second is the first
    over the squared partial correlation, ``t^2 / (t^2 + dof)`` with the classical t.
    """
    fit = fit_potential(use, covariance="classical", rows=rows)
    squared = float(fit.tstats[use.term]) ** 2
    partial = squared / (squared + float(fit.df_resid))
    return float(fit.params[use.term]), float(fit.params[use.term]) / partial


def elasticity_draws(
    use: Potential, *, draws: int, rng: np.random.Generator, rows: pd.DataFrame | None = None
) -> Array:
    """Estimate one elasticity and redraw its clusters, from one Gram matrix a cluster.

    Parameters
    ----------
    use : Potential
        Panel, formula (outcome ~ regressors joined by +), fixed effects, cluster, weights.
    draws : int
        Resamples of the clusters with replacement.
    rng : Generator
        Source of the resamples; the same state gives the same clusters to every regression on the
        same panel, so that specifications are compared on common draws.
    rows : DataFrame, optional
        :func:`regression_rows` of `use`, where they are known already.

    Returns
    -------
    ndarray (1 + draws,)
        The estimate, then the draws.

    Raises
    ------
    StudyError
        If the formula is more than a sum of columns, or no cluster is named.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> use = load_study("caict_2020").potential
    >>> elasticity_draws(use, draws=2, rng=np.random.default_rng(0)).round(3)[0]
    np.float64(0.057)
    """
    if use.cluster is None:
        raise StudyError("potential.cluster: the specification curve redraws clusters; name one")
    grams = cluster_grams(use, complete_rows(use, regression_rows(use) if rows is None else rows))
    place = formula_columns(use.formula)[1].index(use.term)
    clusters = grams.grams.blocks.shape[0]
    counts = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=draws)
    every = np.vstack([np.ones((1, clusters)), counts])
    return np.asarray(grams.coefficients(every)[:, place])


def complete_rows(use: Potential, rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the rows of the regression: those with every logarithm."""
    outcome, regressors = formula_columns(use.formula)
    return rows.dropna(subset=[outcome, *regressors])


def cluster_grams(use: Potential, rows: pd.DataFrame) -> NestedGrams:
    """Gram matrices of a regression on given complete rows, one a cluster."""
    outcome, regressors = formula_columns(use.formula)
    return nested_grams(
        rows[outcome].to_numpy(float),
        rows[regressors].to_numpy(float),
        [_codes_of(rows, effect) for effect in use.absorb],
        _codes_of(rows, str(use.cluster)),
        weights=None if use.weights is None else rows[use.weights].to_numpy(float),
    )


def formula_columns(formula: str) -> tuple[str, list[str]]:
    """Split ``y ~ a + b`` into its columns; anything else is refused with the reason."""
    outcome, _, right = formula.partition("~")
    names = [name.strip() for name in right.split("+")]
    if not all(name.isidentifier() for name in [outcome.strip(), *names]):
        raise StudyError(
            f"potential.formula {formula!r}: resampling clusters takes columns joined by + only"
        )
    return outcome.strip(), names


def _codes_of(frame: pd.DataFrame, effect: str) -> npt.NDArray[np.intp]:
    """Level codes of a fixed effect, interactions by colon."""
    return np.asarray(frame.groupby(effect.split(":"), sort=True).ngroup(), dtype=np.intp)
