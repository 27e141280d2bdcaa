"""The distinct regressions of a specification curve, once each, on the engine of seeded chunks."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import QuesnayError, StudyError, suggestion
from quesnay.fitting.resampling.chunks import Arrays, Chunk, chunks
from quesnay.fitting.resampling.engine import Progress
from quesnay.job.elasticities import elasticity_draws
from quesnay.job.facts import Facts
from quesnay.job.grid import Combination
from quesnay.models.uncertainty.running import fingerprint, run_draws
from quesnay.studies.override import with_keys
from quesnay.studies.sections import Potential, Study

__all__ = ["Elasticities", "Running", "estimate_elasticities"]

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
