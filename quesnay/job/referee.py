"""What a hostile referee asks of the base regression: errors, few clusters, mismeasurement."""

import pandas as pd

from quesnay.job.potential import fit_potential
from quesnay.job.sources import panel
from quesnay.models.display.table import Table
from quesnay.models.regression.instrumental import fit_instrumental
from quesnay.models.regression.result import PanelFit
from quesnay.models.regression.shift_share import shift_share_instrument
from quesnay.models.satellite.potential import estimation_sample
from quesnay.studies.sections import Potential

__all__ = ["inference_table", "instrumented", "reverse_bounds"]

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


def instrumented(use: Potential) -> PanelFit | None:
    """Estimate the elasticity with the leave-one-out shift-share instrument of a study.

    Parameters
    ----------
    use : Potential
        The base regression, with a section ``instrument``.

    Returns
    -------
    PanelFit or None
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
