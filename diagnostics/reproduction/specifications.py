"""The specification curve of a study: every admissible combination of its choices, run by run.

A level of a choice is a set of study keys that replace those of the base case. Regression choices
change the elasticity and are estimated once each, on common resamples of the clusters; account
choices say what is done with it. The linkage run knows no regression: its specifications differ by
account choices only, and their intervals are those of the core pattern.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.evidence.specification import SpecificationCurve, rank_specifications
from quesnay.diagnostics.reproduction.assembly import Assembly, assemble, row
from quesnay.diagnostics.reproduction.facts import Facts, as_printed, collect_facts, panel
from quesnay.diagnostics.reproduction.regressions import (
    KnownRegressions,
    elasticity_draws,
    per_value_added,
)
from quesnay.diagnostics.reproduction.runs import median_inputs, read_otherwise
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.study import Potential, Specifications, Study, load_study
from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import refuse_unknown, whole
from quesnay.fitting.errors import QuesnayError, StudyError, suggestion
from quesnay.fitting.simulation.engine import Arrays, Chunk, Progress, chunks
from quesnay.fitting.simulation.inference import joint_null
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.satellite.account import RUNS
from quesnay.models.satellite.concepts import CONCEPTS
from quesnay.models.uncertainty.fingerprints import fingerprint
from quesnay.models.uncertainty.running import run_draws

UNUSED = "not used"
_OPEN = ("run", "reading", "gdp.vintage")  # account keys that choose instead of replacing a key
_CHUNK = 8  # regressions computed in one piece
_REASON = 200  # characters kept of why one failed


@dataclass(frozen=True, slots=True)
class Combination:
    """One specification: a level for every choice, regression choices first.

    `regression` and `account` are the study keys that the levels replace.
    """

    levels: tuple[tuple[str, str], ...]
    regression: tuple[tuple[str, object], ...]
    account: tuple[tuple[str, object], ...]

    @property
    def run(self) -> str:
        """The run that the account choices name."""
        return _run(self.account)


def combinations(grid: Specifications) -> list[Combination]:
    """List every admissible combination of a grid, each once."""
    choices = {**grid.regression, **grid.account}
    out: dict[tuple[tuple[str, str], ...], Combination] = {}
    for levels in itertools.product(*(list(level) for level in choices.values())):
        chosen = dict(zip(choices, levels, strict=True))
        account = _keys(grid.account, chosen)
        regression = _keys(grid.regression, chosen)
        if _run(account) == RUNS[0]:
            chosen |= dict.fromkeys(grid.regression, UNUSED)
            regression = ()
        if any(all(chosen[c] in own for c, own in rule.items()) for rule in grid.inadmissible):
            continue
        key = tuple(chosen.items())
        out.setdefault(key, Combination(key, regression, account))
    if not out or not choices:
        raise StudyError(
            "specifications: no combination is admissible; give choices with levels, and rules "
            "that leave some"
        )
    return list(out.values())


def _run(account: Iterable[tuple[str, object]]) -> str:
    return str(dict(account).get("run", RUNS[-1]))


def _keys(
    part: Mapping[str, Mapping[str, Mapping[str, object]]], chosen: Mapping[str, str]
) -> tuple[tuple[str, object], ...]:
    """Collect the replaced keys of one part, later choices after earlier ones."""
    return tuple(
        (key, value) for choice in part for key, value in part[choice][chosen[choice]].items()
    )


@dataclass(frozen=True, slots=True)
class _Regressions:
    """Estimate and redraw the regressions of one chunk, each on the same resamples."""

    uses: tuple[Potential, ...]
    draws: int
    seed: int

    def __call__(self, chunk: Chunk) -> Arrays:
        values = np.full((chunk.size, 1 + self.draws), np.nan)
        reasons = [""] * chunk.size
        known = KnownRegressions()
        for number, place in enumerate(range(chunk.start, chunk.stop)):
            rng, use = np.random.default_rng(self.seed), self.uses[place]
            try:
                values[number] = elasticity_draws(
                    use, draws=self.draws, rng=rng, rows=known.rows(use)
                )
            except QuesnayError as error:
                reasons[number] = str(error)
        return {"values": values, "reason": np.array(reasons, dtype=f"<U{_REASON}")}


def _elasticities(
    study: Study,
    facts: Facts,
    grid: Sequence[Combination],
    *,
    draws: int,
    seed: int,
    running: Mapping[str, Any],
) -> tuple[dict[str, Array], dict[str, str]]:
    """Estimate every distinct regression of a grid once: draws by regression, and failures."""
    distinct = {repr(c.regression): c.regression for c in grid if c.run != RUNS[0]}
    found: dict[str, Array] = {}
    failures: dict[str, str] = {}
    if not distinct:
        return found, failures
    uses = []
    for keys in distinct.values():
        use = with_keys(study, dict(keys)).potential
        if use is None:
            raise StudyError("specifications: the study has no potential; leave out its choices")
        uses.append(use)
    described = {
        "kind": "specification curve",
        "seed": str(seed),
        "draws": draws,
        "regressions": fingerprint(*(repr(use) for use in uses)),
        "data": fingerprint(*(panel(name) for name in sorted({use.panel for use in uses}))),
    }
    plan = chunks(len(uses), seed=seed, size=_CHUNK)
    arrays = run_draws(_Regressions(tuple(uses), draws, seed), plan, described, **running)
    for place, (name, use) in enumerate(zip(distinct, uses, strict=True)):
        if arrays["reason"][place]:
            failures[name] = str(arrays["reason"][place])
        else:
            found[name] = arrays["values"][place] * per_value_added(study, facts, use.applies_to)
    return found, failures


@dataclass(frozen=True, slots=True, eq=False)
class _Variant:
    """One variant of the account: the study as changed, what was made of it, and the choices."""

    study: Study
    facts: Facts
    assembly: Assembly
    chosen: dict[str, object]


class _Variants:
    """Variants of the account; tables are read and made once for all that share them."""

    def __init__(self, study: Study, facts: Facts) -> None:
        self.study = study
        self.known = {self._key(study): facts}
        self.assemblies: dict[str, Assembly] = {}
        self.tables: dict[str, dict[int, InputOutputTable]] = {}

    def _key(self, study: Study) -> str:
        """Patterns, curves and supply do not change what is read."""
        same = replace(
            study, core=self.study.core, penetration=self.study.penetration,
            potential=self.study.potential,
        )  # fmt: skip
        return repr(same)

    def get(self, account: tuple[tuple[str, object], ...]) -> _Variant:
        chosen = dict(account)
        study = with_keys(self.study, {k: v for k, v in account if k not in _OPEN})
        key = self._key(study)
        if key not in self.known:
            self.known[key] = collect_facts(study)
        facts, name = self.known[key], repr(study)
        if name not in self.assemblies:
            plain = study.penetration and replace(study.penetration, errors=False)
            known = self.tables.get(key)
            made = assemble(replace(study, penetration=plain), facts, tables=known)
            self.tables[key], self.assemblies[name] = made.tables, made
        return _Variant(study, facts, self.assemblies[name], chosen)


def _accounts(
    study: Study,
    facts: Facts,
    grid: Sequence[Combination],
    elasticities: tuple[dict[str, Array], dict[str, str]],
    figure: str,
    *,
    draws: int,
    seed: int,
) -> pd.DataFrame:
    """Carry every elasticity through every variant of the account; rows in the order of `grid`."""
    found, failures = elasticities
    rows: list[dict[str, object]] = [{} for _ in grid]
    variants = _Variants(study, facts)
    by_account: dict[str, list[int]] = {}
    for place, combination in enumerate(grid):
        by_account.setdefault(repr(combination.account), []).append(place)
    for places in by_account.values():
        variant = variants.get(grid[places[0]].account)
        names = [repr(grid[place].regression) for place in places]
        if grid[places[0]].run == RUNS[0]:
            values = dict.fromkeys(names, _linkage(variant, figure, draws=draws, seed=seed))
        else:
            good = [name for name in names if name in found]
            values = _regressed(variant, [found[name] for name in good], good, figure)
        for place, name in zip(places, names, strict=True):
            levels = dict(grid[place].levels) | {"run": grid[place].run}
            rows[place] = levels | _summary(values.get(name), failures.get(name, ""))
    return pd.DataFrame(rows)


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


def _base(variant: _Variant, size: int) -> dict[str, Array]:
    """Return inputs at their middle, with the vintage set that the variant chose."""
    made, facts = variant.assembly, variant.facts
    middle = median_inputs(variant.study, facts, made.model, made.productivity)
    inputs = {name: np.broadcast_to(value, (size,)) for name, value in middle.items()}
    vintages = list(facts.gdp.index)
    vintage = str(variant.chosen.get("gdp.vintage", vintages[0]))
    refuse_unknown([vintage], vintages, "specifications: no GDP vintage", error=StudyError)
    return inputs | {"gdp_vintage": np.full(size, float(vintages.index(vintage)))}


def _figure(variant: _Variant, figure: str, inputs: Mapping[str, Array]) -> Array:
    """Values of a printed figure in one run, in its printed unit."""
    chosen = variant.chosen
    model = read_otherwise(variant.assembly, str(chosen.get("reading", "")))
    run = str(chosen.get("run", RUNS[-1]))
    if run not in model.runs:
        raise StudyError(
            f"specifications: the study has no {run} run;{suggestion(run, model.runs)}"
        )
    printed = row(variant.facts.reported, figure)
    slot = next(
        t for t, s in enumerate(model.slots) if s.year == printed["year"] and s.variant != "outcome"
    )
    place = list(CONCEPTS).index(str(printed["concept"]))
    return np.asarray(model.evaluate(run, inputs)[place, slot] / float(printed["scale"]))


def _regressed(
    variant: _Variant, draws: Sequence[Array], names: Sequence[str], figure: str
) -> dict[str, Array]:
    """Values of the figure for the draws of all regressions in one variant."""
    if not draws:
        return {}
    stacked = np.concatenate(draws)
    inputs = _base(variant, len(stacked)) | {"elasticity": stacked}
    values = _figure(variant, figure, inputs)
    parts = np.split(values, np.cumsum([len(one) for one in draws])[:-1])
    return dict(zip(names, parts, strict=True))


def _linkage(variant: _Variant, figure: str, *, draws: int, seed: int) -> Array:
    """Values of the figure at the base pattern of the core, then over draws of the pattern."""
    spread = float(np.sqrt(np.log1p(variant.study.core.dispersion**2)))
    rng = np.random.default_rng(seed)
    inputs = _base(variant, 1 + draws)
    for name, _, _ in variant.assembly.model.cells:
        inputs[name] = np.concatenate([[1.0], np.exp(spread * rng.standard_normal(draws))])
    return _figure(variant, figure, inputs)


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
    draws : int, default 200
        Cluster-bootstrap resamples of every regression, at least 2.
    seed : int, default 0
        Root of the resamples; they are common to all specifications.
    jobs, client, checkpoint, progress
        As in :func:`quesnay.reproduce`: how the regressions are run; the numbers do not depend on
        it, and a run that was killed goes on from its checkpoint.

    Returns
    -------
    SpecificationCurve
        Ranked estimates with intervals, by run, spread by choice, failures counted, joint test.

    Raises
    ------
    StudyError, DataError
        If the study has no grid, the grid is empty, or no specification gives an estimate.

    Examples
    --------
    >>> curve = specification_curve("caict_2020", figure="T19", draws=20)
    >>> list(curve.by_run.index)
    ['linkage', 'elasticity', 'calibrated']
    """
    whole(draws, "draws", least=2, error=StudyError)
    checked = load_study(study)
    if checked.specifications is None:
        raise StudyError("specifications: the study declares no choices; add this section")
    grid = combinations(checked.specifications)
    facts = collect_facts(checked)
    name = checked.specifications.figure if figure is None else figure
    refuse_unknown([name], facts.reported.index, "no printed figure", error=StudyError)
    running = {"jobs": jobs, "client": client, "checkpoint": checkpoint, "progress": progress}
    found = _elasticities(checked, facts, grid, draws=draws, seed=seed, running=running)
    frame = _accounts(checked, facts, grid, found, name, draws=draws, seed=seed)
    values = np.array(list(found[0].values()))
    joint = joint_null(values[:, 0], values[:, 1:]) if len(values) else None
    return rank_specifications(
        frame, row(as_printed(facts.reported), name), figure=name, joint=joint
    )
