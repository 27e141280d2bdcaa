"""M2, the elasticity of value added to the technology's inputs: base, mixture, rivals, referee.

The elasticity comes from a panel regression with fixed effects; the potential is the elasticity
times the value added of the using industries. This *attributes* value added to the use of the
technology; it is not a counterfactual (extraction is). No single equation can be defended: the
elasticity of the account is a mixture over admissible equations with the weights that the study
declares, drawn between equations by weight and within each by its own standard error.
"""

from contextlib import suppress
from dataclasses import dataclass, field, fields, replace

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from quesnay.diagnostics.evidence.coefficient_stability import (
    OsterBounds,
    ScalePlacebo,
    bounds_of,
    deal_anew,
)
from quesnay.diagnostics.reproduction.facts import Facts, panel
from quesnay.diagnostics.reproduction.own_data import Column
from quesnay.diagnostics.reproduction.study import Equation, Potential, Rival, Study, at_key
from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import Seed, refuse_unknown
from quesnay.fitting.errors import DataError, EstimationError, StudyError
from quesnay.fitting.regression.covariance import CR1, CR2, HC1, Classical
from quesnay.fitting.regression.least_squares import CovarianceRule
from quesnay.fitting.regression.resampling import NestedGrams, nested_grams
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.regression.columns import group_column
from quesnay.models.regression.formula import parse_formula
from quesnay.models.regression.instrumental import fit_instrumental, shift_share_instrument
from quesnay.models.regression.panel import fit_panel
from quesnay.models.regression.result import PanelFit
from quesnay.models.satellite.core import keeps_imports_by_product

_PLAIN: tuple[CovarianceRule, ...] = (Classical(), HC1())
_CLUSTERED: tuple[CovarianceRule, ...] = (CR1(), CR2())
_WILD_DRAWS = 999
_PLACEBOS = 499
_ALWAYS = ("value_added", "industry", "year")  # columns of a panel with a share of capital


def regression_rows(use: Potential) -> pd.DataFrame:
    """Return the rows that a regression of a study is estimated on, with their logarithms.

    Sums that are not positive have no logarithm and become missing, so that the regression drops
    and counts them; rows without a positive weight are left out.
    """
    summed = [name for names in use.logarithms.values() for name in names]
    own = [Column(name, "number", "", may_be_empty=True) for name in dict.fromkeys(summed)]
    if use.weights and use.weights not in summed:
        own.append(Column(use.weights, "number", "", least=0, may_be_empty=True))
    if use.exclude:
        own.append(Column(use.exclude, "truth", ""))
    known = panel(use.panel, own)
    needed = sorted({*summed, *filter(None, (use.exclude, use.weights, use.cluster))})
    refuse_unknown(needed, known.columns, f"{use.panel}: no column")
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
    rows = known.loc[keep].copy()
    for name, columns in use.logarithms.items():
        text = [column for column in columns if not is_numeric_dtype(rows[column])]
        if text:
            raise DataError(f"{use.panel}: column {text[0]!r} has no numbers for logarithms")
        total = rows[list(columns)].sum(axis=1, skipna=False)
        rows[name] = np.log(total.where(total > 0))
    return rows


def fit_potential(use: Potential, rows: pd.DataFrame | None = None) -> PanelFit:
    """Estimate the elasticity of value added to the technology's inputs on :func:`regression_rows`.

    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> fit = fit_potential(load_study("caict_2020").potential)
    >>> round(float(fit.params["ln_ict"]), 3)
    0.057
    """
    rows = regression_rows(use) if rows is None else rows
    return fit_panel(use.formula, rows, absorb=use.absorb, cluster=use.cluster, weights=use.weights)


@dataclass(frozen=True, slots=True)
class KnownRegressions:
    """Rows and fits of a study's regressions, each made once for all equations that share them.

    The frames are shared: what adds a column works on a copy.
    """

    _rows: dict[str, pd.DataFrame] = field(default_factory=dict)
    _fits: dict[object, PanelFit] = field(default_factory=dict)

    def rows(self, use: Potential) -> pd.DataFrame:
        """Return the rows of a regression, a shared frame."""
        key = self._key(use)
        if key not in self._rows:
            self._rows[key] = regression_rows(use)
        return self._rows[key]

    def fit(self, use: Potential) -> PanelFit:
        """Return a regression that has the term which is the elasticity.

        In whatever order its terms are written, it is the same.
        """
        form = parse_formula(use.formula)
        key = self._key(use), use.absorb, form.outcome, frozenset(form.terms), form.intercept
        if key not in self._fits:
            self._fits[key] = fit_potential(use, self.rows(use))
        fit = self._fits[key]
        tail = f" is no coefficient of {use.formula!r}"
        refuse_unknown([use.term], fit.params.index, "potential.term:", tail, error=StudyError)
        return fit

    def _key(self, use: Potential) -> str:
        return repr((use.panel, use.years, use.exclude, use.weights, use.cluster, use.logarithms))


def rival_of(use: Potential, rival: Rival) -> Potential:
    """Return the base regression with the keys that a rival or an equation changes."""
    own = {member.name for member in fields(Potential)} - {"logarithms"}
    changed = {
        member.name: getattr(rival, member.name)
        for member in fields(rival)
        if member.name in own and getattr(rival, member.name) is not None
    }
    another = rival.panel is not None and rival.panel != use.panel
    logarithms = rival.logarithms if another else {**use.logarithms, **rival.logarithms}
    return replace(use, logarithms=logarithms, **changed)


def mixture(study: Study, facts: Facts, use: Potential, known: KnownRegressions) -> pd.DataFrame:
    """Estimate every admissible equation of a study; the base regression where it declares none.

    By equation: elasticity per unit of value added of the using industries, std_error, weight
    (adding to 1), observations, source.
    """
    rows = {}
    for place, equation in enumerate(use.equations or (Equation(name="base regression"),)):
        with at_key(f"potential.equations[{place}]"):
            rows[equation.name] = _equation(study, facts, use, equation, known)
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame["weight"] = frame["weight"] / frame["weight"].sum()
    frame.index.name = "equation"
    return frame


def _equation(
    study: Study, facts: Facts, use: Potential, equation: Equation, known: KnownRegressions
) -> dict[str, object]:
    count: float = np.nan
    if equation.kind == "outside":
        value, error, source = float(equation.value or 0.0), equation.std_error, equation.source
    elif equation.kind in {"cost share", "capital share"}:
        if equation.kind == "cost share":
            shares = _cost_shares(study, facts)
            source = "purchases over value added, mean and spread over the tables"
        else:
            shares = _capital_share(equation)
            source = (
                f"cost of capital over value added in {equation.panel}, mean and spread over years"
            )
        value, error = float(shares.mean()), float(shares.std(ddof=0))
    else:
        own = rival_of(use, equation)
        fit, factor = known.fit(own), per_value_added(study, facts, own.applies_to)
        value, error = (factor * float(part[own.term]) for part in (fit.params, fit.std_errors))
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
    where, needed = f"potential.equations {equation.name!r}:", (*equation.inputs, *_ALWAYS)
    said, tail = f"{where} {equation.panel} has no column", f" in {equation.panel}"
    refuse_unknown(needed, known.columns, said, error=StudyError)
    industries = known["industry"].unique()
    refuse_unknown(equation.producers, industries, f"{where} no industry", tail, error=StudyError)
    keep = ~known["industry"].isin(list(equation.producers))
    if equation.years:
        keep &= known["year"].isin(list(equation.years))
    sums = known[keep].groupby("year")[[*equation.inputs, "value_added"]].sum()
    return sums[list(equation.inputs)].sum(axis=1) / sums["value_added"]


def mixture_median(frame: pd.DataFrame) -> float:
    """Return the median of a mixture of normal distributions, by bisection."""
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
    known, said = ("value_added", "gross_output"), "potential.applies_to: unknown measure"
    refuse_unknown([applies_to], known, said, error=StudyError)
    year = study.employment.year if study.employment is not None else max(facts.tables)
    table = facts.tables.get(year, facts.tables[max(facts.tables)])
    using = _using(study, table)
    return float(table.x[using].sum() / table.v[using].sum())


def _using(study: Study, table: InputOutputTable) -> list[str]:
    return [str(s) for s in table.sectors if s not in study.tables.technology_sectors]


def _cost_shares(study: Study, facts: Facts) -> "pd.Series[float]":
    """Purchases of the technology's inputs over value added of the using industries, by table.

    Imported inputs are bought as well as domestic ones.
    """
    shares, producing = {}, list(study.tables.technology_sectors)
    for year, table in facts.tables.items():
        using, flows = _using(study, table), [table.Z]
        if table.imports is not None:
            if not keeps_imports_by_product(table):
                raise StudyError(
                    f"tables.files: the table of {year} keeps imports in a row of their own; the "
                    "elasticity run needs them by product, or inside the flows"
                )
            flows.append(table.imports.Z)
        bought = sum(float(Z.loc[producing][using].to_numpy().sum()) for Z in flows)
        shares[year] = bought / float(table.v[using].sum())
    return pd.Series(shares)


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
    """Estimate base, mixture and rivals of a study, each regression once."""
    use, known = study.potential, KnownRegressions()
    if use is None:
        raise StudyError("potential: the study has no such section")
    with at_key("potential"):
        base, sample = known.fit(use), known.rows(use)
    admissible = mixture(study, facts, use, known)
    rows = {"base case": _row(base, use.term)}
    for place, rival in enumerate(use.rivals):
        own = rival_of(use, rival)
        with at_key(f"potential.rivals[{place}]"):
            rows[rival.name] = _row(known.fit(own), own.term)
    remarks = [_between(base, use.term)]
    instrument = _instrumented(use, sample)
    if instrument is not None:
        rows["shift-share instrument"] = _row(instrument, use.term)
        remarks.append(_strength(instrument))
    bounds = None
    with suppress(EstimationError):  # where no control says anything
        bounds = bounds_of(base, use.term)
    wide = replace(use, formula=" + ".join([use.formula, *use.scale]))
    share = float(_cost_shares(study, facts).mean())
    return Elasticities(
        base,
        admissible,
        mixture_median(admissible),
        pd.DataFrame(rows).T,
        share,
        _inference_table(use, base, seed=seed),
        (
            "Standard errors clustered as in the study; associations, not effects, unless a design "
            "says otherwise.",
            f"Purchases of the technology's inputs are {share:.3f} of value added of the using "
            "industries: what competitive growth accounting attributes.",
            *remarks,
        ),
        bounds,
        placebo_of(use, base, sample, draws=_PLACEBOS, seed=seed),
        float(known.fit(wide).params[use.term]) if use.scale else float("nan"),
    )


def placebo_of(
    use: Potential, base: PanelFit, rows: pd.DataFrame, *, draws: int, seed: Seed
) -> ScalePlacebo | None:
    """Estimate the base equation with made-up inputs of equal scale; None without a scale."""
    if not use.scale or use.placebo_groups is None:
        return None

    def fit(known: pd.DataFrame) -> PanelFit:
        return base if base.index.isin(known.index).all() else fit_potential(use, known)

    return deal_anew(
        fit,
        rows,
        term=use.term,
        scale=use.scale,
        groups=use.placebo_groups,
        keep=tuple(effect for effect in use.absorb if "year" in effect.split(":")),
        draws=draws,
        seed=seed,
    )


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


def _inference_table(use: Potential, fit: PanelFit, *, seed: int) -> Table:
    """Return the elasticity under every rule of inference that few clusters call for."""
    rows, columns = {}, ["std_error", "p_value", "low", "high"]
    for rule in (*_PLAIN, *_CLUSTERED) if use.cluster else _PLAIN:
        under = replace(fit, inference=rule.estimate(fit.regression))
        own = under.tidy().set_index("term").loc[use.term]
        shown = ("std_error", "p_value", "conf_low", "conf_high")
        rows[under.inference.name] = [own[name] for name in shown]
    notes = ["CR1: clustered, t with clusters less one; CR2: bias-reduced, Satterthwaite degrees."]
    if use.cluster:
        wild = fit.wild_bootstrap(use.term, draws=_WILD_DRAWS, seed=seed)
        rows["wild cluster bootstrap"] = [float("nan"), wild.pvalue, wild.low, wild.high]
        notes.append(f"Wild cluster bootstrap: null imposed, {wild.draws} draws, seed {seed}.")
    frame = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    title = f"The elasticity {float(fit.params[use.term]):.3f} under rival rules of inference"
    formats = dict.fromkeys(columns, ".3g") | {"p_value": "p"}
    return Table(title, frame, tuple(notes), formats, sheet="Rules of inference")


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


def _between(base: PanelFit, term: str) -> str:
    """Bound the elasticity under classical measurement error in the technology's inputs.

    The direct regression is biased towards zero, the reverse one, inputs on the outcome, away from
    it (Frisch 1934; Klepper and Leamer 1984, Econometrica 52, theorem 1). The second is the first
    over the squared partial correlation, ``t^2 / (t^2 + dof)`` with the classical t.
    """
    fit = replace(base, inference=Classical().estimate(base.regression))
    squared, direct = float(fit.tstats[term]) ** 2, float(fit.params[term])
    reverse = direct / (squared / (squared + float(fit.df_resid)))
    return (
        f"Classical measurement error of the inputs: between {direct:.3f}, the direct regression, "
        f"and {reverse:.2f}, the reverse one."
    )


def elasticity_draws(
    use: Potential, *, draws: int, rng: np.random.Generator, rows: pd.DataFrame | None = None
) -> Array:
    """Return an elasticity, then that of resamples of its clusters: (1 + draws,).

    One Gram matrix a cluster is enough for it. The same state of `rng` gives the same clusters to
    every regression on the same panel, so that specifications are compared on common draws.
    """
    if use.cluster is None:
        raise StudyError("potential.cluster: the specification curve redraws clusters; name one")
    grams = cluster_grams(use, complete_rows(use, regression_rows(use) if rows is None else rows))
    place = formula_columns(use.formula)[1].index(use.term)
    clusters = len(grams.blocks)
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
        [group_column(rows, effect, "absorb").codes for effect in use.absorb],
        group_column(rows, str(use.cluster), "cluster").codes,
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
