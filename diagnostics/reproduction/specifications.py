"""The declared grid of a specification curve: choices, levels, admissible combinations.

The distinct regressions of a specification curve, once each, on the engine of seeded chunks.

Every admissible specification of one figure, each a full estimate with its interval.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.diagnostics.evidence.specification_curve import (
    SpecificationCurve,
    rank_specifications,
)
from quesnay.diagnostics.reproduction.assembly import as_printed, assemble, row
from quesnay.diagnostics.reproduction.facts import Facts, collect_facts
from quesnay.diagnostics.reproduction.regressions import elasticity_draws
from quesnay.diagnostics.reproduction.runs import base_inputs
from quesnay.diagnostics.reproduction.study import (
    RUNS,
    Potential,
    Specifications,
    Study,
    load_study,
    with_keys,
)
from quesnay.fitting.arguments import whole
from quesnay.fitting.errors import QuesnayError, StudyError, shown, suggestion
from quesnay.fitting.resampling.chunks import Arrays, Chunk, chunks
from quesnay.fitting.resampling.engine import Progress
from quesnay.fitting.resampling.joint_null import joint_null
from quesnay.models.satellite.account import CONCEPTS
from quesnay.models.uncertainty.checkpoints import fingerprint
from quesnay.models.uncertainty.running import run_draws

__all__ = [
    "Combination",
    "Elasticities",
    "Running",
    "combinations",
    "estimate_accounts",
    "estimate_elasticities",
    "specification_curve",
]


@dataclass(frozen=True, slots=True)
class Combination:
    """One specification: a level for every choice.

    Parameters
    ----------
    levels : tuple of (str, str)
        Choice and level, regression choices first.
    regression, account : tuple of (str, object)
        Study keys that the levels replace, for the regression and for the account.
    """

    levels: tuple[tuple[str, str], ...]
    regression: tuple[tuple[str, object], ...]
    account: tuple[tuple[str, object], ...]


def combinations(grid: Specifications) -> list[Combination]:
    """List every admissible combination of a grid.

    Parameters
    ----------
    grid : Specifications
        Section ``specifications`` of a study.

    Returns
    -------
    list of Combination
        In the order of the file.

    Raises
    ------
    StudyError
        If the grid is empty, or a rule names an unknown choice or level.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> grid = load_study("caict_2020").specifications
    >>> len(combinations(grid)) >= 500
    True
    """
    choices = {**grid.regression, **grid.account}
    _check_rules(grid, choices)
    out = []
    for levels in itertools.product(*(list(level) for level in choices.values())):
        chosen = dict(zip(choices, levels, strict=True))
        if any(_matches(rule, chosen) for rule in grid.inadmissible):
            continue
        out.append(
            Combination(
                tuple(chosen.items()),
                _keys(grid.regression, chosen),
                _keys(grid.account, chosen),
            )
        )
    if not out or not choices:
        raise StudyError(
            "specifications: no combination is admissible; give choices with levels, and rules "
            "that leave some"
        )
    return out


def _matches(rule: Mapping[str, tuple[str, ...]], chosen: Mapping[str, str]) -> bool:
    return all(chosen[choice] in levels for choice, levels in rule.items())


def _keys(
    part: Mapping[str, Mapping[str, Mapping[str, object]]], chosen: Mapping[str, str]
) -> tuple[tuple[str, object], ...]:
    """Collect the replaced keys of one part, later choices after earlier ones."""
    return tuple(
        (key, value) for choice in part for key, value in part[choice][chosen[choice]].items()
    )


def _check_rules(grid: Specifications, choices: Mapping[str, Mapping[str, object]]) -> None:
    for number, rule in enumerate(grid.inadmissible, start=1):
        where = f"specifications.inadmissible[{number}]"
        for choice, levels in rule.items():
            if choice not in choices:
                raise StudyError(
                    f"{where}: unknown choice {choice!r};{suggestion(choice, choices)}"
                )
            for level in levels:
                if level not in choices[choice]:
                    hint = suggestion(level, choices[choice])
                    raise StudyError(f"{where}: {choice!r} has no level {level!r};{hint}")


Array = npt.NDArray[np.float64]

_CHUNK = 8  # regressions computed in one piece
_REASON = 200  # characters kept of why one failed


@dataclass(frozen=True, slots=True)
class Elasticities:
    """Elasticities of the distinct regressions of a grid.

    Parameters
    ----------
    draws : dict of str to ndarray (1 + draws,)
        Regression -> estimate and bootstrap draws, per unit of value added.
    failures : dict of str to str
        Regression -> why it could not be estimated.
    """

    draws: dict[str, Array]
    failures: dict[str, str]


@dataclass(frozen=True, slots=True)
class Running:
    """How the regressions are run; none of it changes a number.

    Parameters
    ----------
    jobs : int
        Processes on this machine.
    client : distributed.Client, optional
        A Dask cluster instead.
    checkpoint : path, optional
        Folder where finished regressions are kept.
    progress : bool or callable
        True shows a bar on standard error.
    """

    jobs: int = 1
    client: Any = None
    checkpoint: str | Path | None = None
    progress: bool | Progress = False


def estimate_elasticities(
    study: Study,
    facts: Facts,
    grid: Sequence[Combination],
    *,
    draws: int,
    seed: int,
    running: Running,
) -> Elasticities:
    """Estimate every distinct regression of a grid once, on common bootstrap draws.

    An elasticity of gross output is turned into one per unit of value added by the ratio of the two
    in the using industries: with other inputs held, more output is as much more value added.
    """
    distinct = {repr(c.regression): c.regression for c in grid}
    uses = tuple(with_keys(study, dict(keys)).potential for keys in distinct.values())
    described = {
        "kind": "specification curve",
        "seed": str(seed),
        "draws": draws,
        "regressions": fingerprint(*(repr(use) for use in uses)),
    }
    arrays = run_draws(
        _Regressions(uses, draws, seed),
        chunks(len(uses), seed=seed, size=_CHUNK),
        described,
        jobs=running.jobs,
        client=running.client,
        checkpoint=running.checkpoint,
        progress=running.progress,
    )
    found: dict[str, Array] = {}
    failures: dict[str, str] = {}
    for place, (name, use) in enumerate(zip(distinct, uses, strict=True)):
        if arrays["reason"][place]:
            failures[name] = str(arrays["reason"][place])
        else:
            found[name] = arrays["values"][place] * _per_value_added(study, facts, use.applies_to)
    return Elasticities(found, failures)


@dataclass(frozen=True, slots=True)
class _Regressions:
    """Estimate and redraw the regressions of one chunk, each on the same resamples."""

    uses: tuple[Potential, ...]
    draws: int
    seed: int

    def __call__(self, chunk: Chunk) -> Arrays:
        values = np.full((chunk.size, 1 + self.draws), np.nan)
        reasons = [""] * chunk.size
        for number, place in enumerate(range(chunk.start, chunk.stop)):
            rng = np.random.default_rng(self.seed)
            try:
                values[number] = elasticity_draws(self.uses[place], draws=self.draws, rng=rng)
            except QuesnayError as error:
                reasons[number] = str(error)
        return {"values": values, "reason": np.array(reasons, dtype=f"<U{_REASON}")}


def _per_value_added(study: Study, facts: Facts, applies_to: str) -> float:
    """Factor from an elasticity of `applies_to` to one of value added."""
    if applies_to == "value_added":
        return 1.0
    if applies_to != "gross_output":
        known = ("value_added", "gross_output")
        hint = suggestion(applies_to, known)
        raise StudyError(f"potential.applies_to: unknown measure {applies_to!r};{hint}")
    table = facts.tables[study.employment.year]
    using = [s for s in table.sectors if s not in study.tables.technology_sectors]
    return float(table.x[using].sum() / table.v[using].sum())


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
