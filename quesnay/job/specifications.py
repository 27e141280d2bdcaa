"""Every admissible specification of one figure, each a full estimate with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.diagnostics.evidence.specification import (
    SpecificationCurve,
    rank_specifications,
)
from quesnay.fitting.arguments import whole
from quesnay.fitting.errors import StudyError, shown, suggestion
from quesnay.fitting.resampling.engine import Progress
from quesnay.fitting.resampling.joint_null import joint_null
from quesnay.job.assemble import assemble
from quesnay.job.facts import Facts, collect_facts
from quesnay.job.frames import as_printed, row
from quesnay.job.grid import Combination, combinations
from quesnay.job.regressions import Elasticities, Running, estimate_elasticities
from quesnay.job.simulate import base_inputs
from quesnay.models.satellite.account import CONCEPTS
from quesnay.studies.load import RUNS, load_study
from quesnay.studies.override import with_keys
from quesnay.studies.sections import Study

__all__ = ["estimate_accounts", "specification_curve"]

Array = npt.NDArray[np.float64]

_OPEN = ("run", "gdp.vintage")  # account keys that choose instead of replacing a study key


def estimate_accounts(
    study: Study, grid: Sequence[Combination], elasticities: Elasticities, figure: str
) -> pd.DataFrame:
    """Carry every elasticity through every variant of the account.

    Returns
    -------
    DataFrame
        One row a specification in the order of `grid`: the choices, ``estimate``, ``low``, ``high``
        (95 % of the bootstrap draws), ``standard_error`` and ``failure`` (empty where it worked),
        in the printed unit of the figure.
    """
    rows: list[dict[str, object]] = [{} for _ in grid]
    known: dict[str, Facts] = {}
    by_account: dict[str, list[int]] = {}
    for place, combination in enumerate(grid):
        by_account.setdefault(repr(combination.account), []).append(place)
    for places in by_account.values():
        chosen = dict(grid[places[0]].account)
        variant = with_keys(study, {key: chosen[key] for key in chosen if key not in _OPEN})
        kept = repr(replace(variant, core=study.core, penetration=study.penetration))
        if kept not in known:  # patterns and curves do not change what is read
            known[kept] = collect_facts(variant)
        _fill(_Variant(variant, known[kept], chosen), grid, places, elasticities, figure, rows=rows)
    return pd.DataFrame(rows)


@dataclass(frozen=True, slots=True, eq=False)
class _Variant:
    """One variant of the account: the study as changed, its facts, and the choices."""

    study: Study
    facts: Facts
    chosen: dict[str, object]


def _fill(
    variant: _Variant,
    grid: Sequence[Combination],
    places: Sequence[int],
    elasticities: Elasticities,
    figure: str,
    *,
    rows: list[dict[str, object]],
) -> None:
    """Estimate all specifications of one variant of the account in one call."""
    names = [repr(grid[place].regression) for place in places]
    good = [name for name in names if name in elasticities.draws]
    values = dict(zip(good, _figures(variant, elasticities, good, figure), strict=True))
    for place, name in zip(places, names, strict=True):
        rows[place] = dict(grid[place].levels) | _summary(
            values.get(name), elasticities.failures.get(name, "")
        )


def _summary(values: Array | None, failure: str) -> dict[str, object]:
    """Estimate, interval and reason of failure of one specification."""
    empty = {"estimate": np.nan, "low": np.nan, "high": np.nan, "standard_error": np.nan}
    if values is None:
        return {**empty, "failure": failure}
    drawn = values[1:][np.isfinite(values[1:])]
    if not np.isfinite(values[0]):
        return {**empty, "failure": "no rising curve below saturation: the potential is too small"}
    if len(drawn) < 2:
        return {**empty, "estimate": values[0], "failure": ""}
    low, high = np.quantile(drawn, [0.025, 0.975])
    error = float(drawn.std(ddof=1))
    return {"estimate": values[0], "low": low, "high": high, "standard_error": error, "failure": ""}


def _figures(
    variant: _Variant, elasticities: Elasticities, names: Sequence[str], figure: str
) -> list[Array]:
    """Values of the figure for the draws of all named regressions in one variant."""
    chosen, facts = variant.chosen, variant.facts
    run = str(chosen.get("run", RUNS[1]))
    if run not in RUNS:
        raise StudyError(f"specifications: unknown run {run!r};{suggestion(run, RUNS)}")
    model = assemble(variant.study, facts).model
    if figure not in facts.reported.index:
        raise StudyError(f"no printed figure {figure!r};{suggestion(figure, facts.reported.index)}")
    sizes = [len(elasticities.draws[name]) for name in names]
    stacked = np.concatenate([elasticities.draws[name] for name in names])
    base = base_inputs(variant.study, facts, model, 0.0)
    inputs = {name: np.broadcast_to(value, stacked.shape) for name, value in base.items()}
    inputs["elasticity"] = stacked
    vintages = list(facts.gdp.index)
    vintage = str(chosen.get("gdp.vintage", vintages[0]))
    if vintage not in vintages:
        raise StudyError(
            f"specifications: no GDP vintage {vintage!r};{suggestion(vintage, vintages)}"
        )
    inputs["gdp_vintage"] = np.full(stacked.shape, float(vintages.index(vintage)))
    printed = facts.reported.loc[figure]
    slot = next(
        t for t, s in enumerate(model.slots) if s.year == printed["year"] and s.variant != "outcome"
    )
    out = model.evaluate(run, inputs)[CONCEPTS.index(printed["concept"]), slot]
    return np.split(out / printed["scale"], np.cumsum(sizes)[:-1])


def specification_curve(
    study: str | Path | Study = "caict_2020",
    figure: str | None = None,
    *,
    draws: int = 200,
    seed: int = 0,
    jobs: int = 1,
    client: Any = None,
    checkpoint: str | Path | None = None,
    progress: bool | Progress = False,
) -> SpecificationCurve:
    """Estimate one figure under every admissible combination of the study's choices.

    Parameters
    ----------
    study : str, Path or Study
        An embedded study, the path of a TOML file, or a study object with ``specifications``.
    figure : str, optional
        Id of the printed figure; by default the one the study names.
    draws : int
        Cluster-bootstrap resamples of every regression, at least 2.
    seed : int
        Root of the resamples; they are common to all specifications.
    jobs, client, checkpoint, progress
        As in :func:`quesnay.reproduce`: how the regressions are run; the numbers do not depend on
        it, and a run that was killed goes on from its checkpoint.

    Returns
    -------
    SpecificationCurve
        Ranked estimates with intervals, spread by choice, failures counted, joint test.

    Raises
    ------
    StudyError, DataError
        If the study has no grid, the grid is empty, or no specification gives an estimate.

    Examples
    --------
    >>> curve = specification_curve("caict_2020", figure="T19", draws=20)
    >>> len(curve.estimates) >= 500
    True
    """
    whole(draws, "draws", least=2, error=StudyError)
    checked = load_study(study)
    if checked.specifications is None:
        raise StudyError("specifications: the study declares no choices; add this section")
    grid = combinations(checked.specifications)
    facts = collect_facts(checked)
    name = checked.specifications.figure if figure is None else figure
    if not isinstance(name, str) or name not in facts.reported.index:
        hint = suggestion(name, facts.reported.index)
        raise StudyError(f"no printed figure {shown(name)};{hint}")
    found = estimate_elasticities(
        checked,
        facts,
        grid,
        draws=draws,
        seed=seed,
        running=Running(jobs, client, checkpoint, progress),
    )
    frame = estimate_accounts(checked, grid, found, name)
    printed = row(as_printed(facts.reported), name)
    values = np.array(list(found.draws.values()))
    joint = joint_null(values[:, 0], values[:, 1:])
    return rank_specifications(frame, printed, figure=name, joint=joint)
