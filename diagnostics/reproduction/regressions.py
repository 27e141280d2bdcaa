"""The regression of a study, and the rival specifications that a referee asks for.

Elasticities of many regressions with cluster-bootstrap draws, from Gram matrices by cluster.

Rival elasticities: what a hostile referee asks for, beside the base case.

What a hostile referee asks of the base regression: errors, few clusters, mismeasurement.

M2, potential: what full use of the technology would attribute to the industries that use it.

The elasticity of value added to inputs of the technology comes from a panel regression with fixed
effects; the potential is the elasticity times the value added of the using industries. This
*attributes* value added to the use of the technology; it is not a counterfactual (extraction is).
"""

from dataclasses import fields, replace
from quesnay.diagnostics.reproduction.facts import panel
from quesnay.models.regression.panel import fit_panel
from quesnay.models.regression.result import PanelFit
from quesnay.diagnostics.reproduction.study import Potential, Rival
import numpy as np
import numpy.typing as npt
import pandas as pd
from quesnay.fitting.errors import StudyError
from quesnay.fitting.regression.nested import nested_grams
from quesnay.diagnostics.reproduction.study import Potential
from dataclasses import dataclass
from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.estimate import Estimate
from quesnay.diagnostics.reproduction.study import Study
from quesnay.models.display.table import Table
from quesnay.models.regression.instrumental import fit_instrumental
from quesnay.models.regression.shift_share import shift_share_instrument
from collections.abc import Mapping, Sequence
from quesnay.fitting.errors import DataError, suggestion

__all__ = [
    "Rivals",
    "codes_of",
    "elasticity_draws",
    "estimation_sample",
    "fit_potential",
    "formula_columns",
    "inference_table",
    "instrumented",
    "regression_rows",
    "reverse_bounds",
    "rival_elasticities",
    "rival_of",
]


def fit_potential(
    use: Potential, *, covariance: str | None = None, formula: str | None = None
) -> PanelFit:
    """Estimate the elasticity of value added to the technology's inputs.

    Parameters
    ----------
    use : Potential
        Section ``potential`` of a study: panel, formula, fixed effects, cluster.
    covariance : str, optional
        Rule of inference in place of the clustered default.
    formula : str, optional
        Another formula on the same sample.

    Returns
    -------
    PanelFit
        The regression; ``use.term`` names the elasticity.

    Raises
    ------
    StudyError, DataError
        If the panel or a column does not exist.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> fit = fit_potential(load_study("caict_2020").potential)
    >>> round(float(fit.params["ln_ict"]), 3)
    0.057
    """
    sample = estimation_sample(
        panel(use.panel), use.logarithms, years=use.years, exclude=use.exclude or None
    )
    if use.weights is not None:
        # rows without a positive weight have no logarithm of value added either
        sample = sample[sample[use.weights] > 0]
    return fit_panel(
        formula or use.formula,
        sample,
        absorb=use.absorb,
        cluster=use.cluster if covariance not in {"classical", "HC1"} else None,
        weights=use.weights,
        covariance=covariance,
    )


def rival_of(use: Potential, rival: Rival) -> Potential:
    """Return the base regression with the keys that a rival changes.

    Parameters
    ----------
    use : Potential
        The base case.
    rival : Rival
        What differs; logarithms are added to those of the base case.

    Returns
    -------
    Potential
        The rival's regression.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> base = load_study("caict_2020").potential
    >>> rival_of(base, base.rivals[0]).absorb
    ('sector:year', 'province:year')
    """
    changed = {
        field.name: getattr(rival, field.name)
        for field in fields(rival)
        if field.name not in {"name", "logarithms"} and getattr(rival, field.name) is not None
    }
    own = rival.panel is not None and rival.panel != use.panel
    logarithms = rival.logarithms if own else {**use.logarithms, **rival.logarithms}
    return replace(use, logarithms=logarithms, **changed)


Array = npt.NDArray[np.float64]


def elasticity_draws(use: Potential, *, draws: int, rng: np.random.Generator) -> Array:
    """Estimate one elasticity and redraw its clusters.

    Parameters
    ----------
    use : Potential
        Panel, formula (outcome ~ regressors joined by +), fixed effects, cluster, weights.
    draws : int
        Resamples of the clusters with replacement.
    rng : Generator
        Source of the resamples; the same state gives the same clusters to every regression on the
        same panel, so that specifications are compared on common draws.

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
    >>> import numpy as np
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> use = load_study("caict_2020").potential
    >>> elasticity_draws(use, draws=2, rng=np.random.default_rng(0)).round(3)[0]
    np.float64(0.057)
    """
    outcome, regressors = formula_columns(use.formula)
    if use.cluster is None:
        raise StudyError("potential.cluster: the specification curve redraws clusters; name one")
    frame = regression_rows(use)
    grams = nested_grams(
        frame[outcome].to_numpy(float),
        frame[regressors].to_numpy(float),
        [codes_of(frame, name) for name in use.absorb],
        codes_of(frame, use.cluster),
        weights=None if use.weights is None else frame[use.weights].to_numpy(float),
    )
    place = regressors.index(use.term)
    clusters = grams.grams.blocks.shape[0]
    counts = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=draws)
    every = np.vstack([np.ones((1, clusters)), counts])
    return np.asarray(grams.coefficients(every)[:, place])


def regression_rows(use: Potential) -> pd.DataFrame:
    """Return the rows that a regression of a study uses, with their logarithms."""
    outcome, regressors = formula_columns(use.formula)
    frame = estimation_sample(
        panel(use.panel), use.logarithms, years=use.years, exclude=use.exclude or None
    )
    if use.weights is not None:
        frame = frame[frame[use.weights] > 0]
    return frame.dropna(subset=[outcome, *regressors])


def formula_columns(formula: str) -> tuple[str, list[str]]:
    """Split ``y ~ a + b`` into its columns."""
    outcome, _, right = formula.partition("~")
    names = [name.strip() for name in right.split("+")]
    if not all(name.isidentifier() for name in [outcome.strip(), *names]):
        raise StudyError(
            f"potential.formula {formula!r}: the specification curve takes columns joined by + only"
        )
    return outcome.strip(), names


def codes_of(frame: pd.DataFrame, effect: str) -> npt.NDArray[np.intp]:
    """Level codes of a fixed effect, interactions by colon."""
    return np.asarray(frame.groupby(effect.split(":"), sort=True).ngroup(), dtype=np.intp)


@dataclass(frozen=True, slots=True, repr=False)
class Rivals(Tabular):
    """Elasticities under rival specifications.

    Parameters
    ----------
    frame : DataFrame
        Specification -> estimate, std_error, low, high (95 %), observations, clusters; the base
        case first.
    cost_share : float
        Purchases of the technology's inputs over gross output of the using industries, a fraction:
        the elasticity of gross output under competitive growth accounting.
    cost_per_value_added : float
        The same purchases over value added: the lower bound of the potential per unit of it.
    inference : Table
        The base elasticity under rival rules of inference.
    notes : tuple of str
        What was dropped and what the estimates can bear.
    """

    frame: pd.DataFrame
    cost_share: float
    cost_per_value_added: float
    inference: Table
    notes: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return elasticities by specification, and the base one by rule of inference."""
        formats = dict.fromkeys(("estimate", "std_error", "low", "high"), ".3f")
        title = "Elasticity with respect to the technology's inputs, by specification"
        return (Table(title, self.frame, self.notes, formats), self.inference)


def rival_elasticities(study: Study, facts: Facts, base: PanelFit, *, seed: int) -> Rivals:
    """Estimate the elasticity under every rival specification of a study.

    Parameters
    ----------
    study : Study
        Its section ``potential`` names the rivals.
    facts : Facts
        The tables, for the cost share.
    base : PanelFit
        The regression of the base case.
    seed : int
        Root of the wild cluster bootstrap.

    Returns
    -------
    Rivals
        Base case first.
    """
    rows = {"base case": _row(base, study.potential.term)}
    for rival in study.potential.rivals:
        use = rival_of(study.potential, rival)
        rows[rival.name] = _row(fit_potential(use), use.term)
    instrument = instrumented(study.potential)
    remarks = []
    if instrument is not None:
        rows["leave-one-out shift-share instrument"] = _row(instrument, study.potential.term)
        remarks.append(_strength(instrument))
    direct, reverse = reverse_bounds(study.potential, base)
    share, per_value = _cost_shares(study, facts)
    inference = inference_table(study.potential, base, seed=seed)
    notes = (
        "Standard errors clustered as in the study; associations, not effects, unless a design says"
        " otherwise.",
        f"Purchases of the technology's inputs are {share:.3f} of gross output and {per_value:.3f} "
        "of value added of the using industries: what competitive growth accounting attributes.",
        f"Classical measurement error of the inputs: between {direct:.3f}, the direct regression, "
        f"and {reverse:.2f}, the reverse one; the upper bound says little.",
        "With two years and unit effects the base case is the long difference between them.",
        *remarks,
    )
    return Rivals(pd.DataFrame(rows).T, share, per_value, inference, notes)


def _strength(found: Estimate) -> str:
    """Say what the first stage of the instrument is worth."""
    slope = float(found.details["first stage, shift_share"])
    words = f"Instrument: first stage {slope:.2f}"
    if slope < 0:
        words += ", negative: inputs return to the mean, the instrument does not push them"
    return f"{words}; its interval says how little it can tell apart."


def _row(fit: PanelFit | Estimate, term: str) -> dict[str, float]:
    low, high = fit.conf_int().loc[term].to_numpy(float)
    return {
        "estimate": float(fit.params[term]),
        "std_error": float(fit.std_errors[term]),
        "low": float(low),
        "high": float(high),
        "observations": float(fit.nobs),
    }


def _cost_shares(study: Study, facts: Facts) -> tuple[float, float]:
    """Purchases of the technology's inputs over output and value added of the using industries."""
    table = facts.tables[min(facts.tables)]
    producing = list(study.tables.technology_sectors)
    using = [s for s in table.sectors if s not in producing]
    bought = float(table.Z.loc[producing, using].to_numpy().sum())
    if table.imports is not None:
        bought += float(table.imports.Z.loc[producing, using].to_numpy().sum())
    output, value = float(table.x[using].sum()), float(table.v[using].sum())
    return bought / output, bought / value


_RULES = ("classical", "HC1", "CR1", "CR2")
_WILD_DRAWS = 999


def inference_table(use: Potential, fit: PanelFit, *, seed: int) -> Table:
    """Return the elasticity under every rule of inference that few clusters call for.

    Parameters
    ----------
    use : Potential
        The base regression of a study.
    fit : PanelFit
        Its fit.
    seed : int
        Root of the wild cluster bootstrap.

    Returns
    -------
    Table
        Standard error, degrees of freedom, p-value and 95 % interval by rule.
    """
    rows = {}
    for rule in _RULES if use.cluster else _RULES[:2]:
        row = fit_potential(use, covariance=rule).tidy().set_index("term").loc[use.term]
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


def instrumented(use: Potential) -> Estimate | None:
    """Estimate the elasticity with the leave-one-out shift-share instrument of a study.

    Parameters
    ----------
    use : Potential
        The base regression, with a section ``instrument``.

    Returns
    -------
    Estimate or None
        Two-stage least squares with tests of strength; None where the study names no instrument.
    """
    if use.instrument is None:
        return None
    sample = estimation_sample(
        panel(use.panel), use.logarithms, years=use.years, exclude=use.exclude or None
    )
    sample["shift_share"] = shift_share_instrument(
        sample,
        use.instrument.columns,
        cell=use.instrument.cell,
        unit=use.instrument.unit,
        time="year",
    )
    return fit_instrumental(
        use.formula,
        sample,
        endogenous=use.term,
        instruments="shift_share",
        absorb=use.absorb,
        cluster=use.cluster,
    )


def reverse_bounds(use: Potential, fit: PanelFit) -> tuple[float, float]:
    """Bound the elasticity under classical measurement error in the technology's inputs.

    The direct regression is biased towards zero; the reverse one, inputs on the outcome, away from
    it: the truth lies between them if only the inputs are measured with error (Frisch 1934;
    Klepper and Leamer 1984, Econometrica 52, theorem 1).

    Parameters
    ----------
    use : Potential
        The base regression.
    fit : PanelFit
        Its fit.

    Returns
    -------
    tuple of float
        Direct estimate and reciprocal of the reverse one.
    """
    outcome, _, right = use.formula.partition("~")
    others = [name.strip() for name in right.split("+") if name.strip() != use.term]
    formula = " + ".join([f"{use.term} ~ {outcome.strip()}", *others])
    reverse = fit_potential(use, formula=formula)
    return float(fit.params[use.term]), 1.0 / float(reverse.params[outcome.strip()])


def estimation_sample(
    panel: pd.DataFrame,
    logarithms: Mapping[str, Sequence[str]],
    *,
    years: Sequence[int] = (),
    exclude: str | None = None,
) -> pd.DataFrame:
    """Prepare the rows and logarithms that the production function is estimated on.

    Parameters
    ----------
    panel : DataFrame
        One row a unit, sector and year.
    logarithms : mapping of str to sequence of str
        New column -> columns whose sum is taken in logarithms; sums that are not positive have no
        logarithm and become missing, so that the regression drops and counts them.
    years : sequence of int
        Years kept; all where empty.
    exclude : str, optional
        Name of a column of truth values: rows where it holds are left out.

    Returns
    -------
    DataFrame
        The kept rows with the new columns.

    Raises
    ------
    DataError
        If a column is unknown or no row is left.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"year": [2012, 2017], "a": [1.0, 2.0], "b": [0.0, -2.0]})
    >>> estimation_sample(panel, {"ln_a": ["a"], "ln_ab": ["a", "b"]})["ln_ab"].tolist()
    [0.0, nan]
    """
    wanted = {name for names in logarithms.values() for name in names}
    for name in sorted(wanted | ({exclude} if exclude else set())):
        if name not in panel.columns:
            raise DataError(f"the panel has no column {name!r};{suggestion(name, panel.columns)}")
    keep = pd.Series(True, index=panel.index)
    if years:
        keep &= panel["year"].isin(list(years))
    if exclude:
        keep &= ~panel[exclude].astype(bool)
    if not keep.any():
        raise DataError(f"the panel has no row for the years {list(years)}; check the years")
    sample = panel.loc[keep].copy()
    for name, columns in logarithms.items():
        total = sample[list(columns)].sum(axis=1, skipna=False)
        sample[name] = np.log(total.where(total > 0))
    return sample
