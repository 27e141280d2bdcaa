"""Rival elasticities: what a hostile referee asks for, beside the base case."""

from dataclasses import dataclass

import pandas as pd

from quesnay.job.facts import Facts
from quesnay.job.potential import fit_potential, rival_of
from quesnay.job.referee import inference_table, instrumented, reverse_bounds
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.result import PanelFit
from quesnay.studies.sections import Study

__all__ = ["Rivals", "rival_elasticities"]


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


def _strength(found: PanelFit) -> str:
    """Say what the first stage of the instrument is worth."""
    slope = float(found.details["first stage, shift_share"])
    words = f"Instrument: first stage {slope:.2f}"
    if slope < 0:
        words += ", negative: inputs return to the mean, the instrument does not push them"
    return f"{words}; its interval says how little it can tell apart."


def _row(fit: PanelFit, term: str) -> dict[str, float]:
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
