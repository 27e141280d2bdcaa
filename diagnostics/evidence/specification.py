"""The specification curve: every admissible estimate, ranked, with what moves it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.diagnostics.evidence.grid import Choices, Grid
from quesnay.diagnostics.evidence.specification_curve import (
    SpecificationCurve,
    rank_specifications,
)
from quesnay.fitting.checks import is_number, seed_sequence, whole
from quesnay.fitting.errors import QuesnayError, shown
from quesnay.fitting.simulation.engine import Arrays, Chunk, Progress, chunks
from quesnay.fitting.simulation.inference import joint_null
from quesnay.models.uncertainty.checkpoints import fingerprint
from quesnay.models.uncertainty.running import run_draws

__all__ = ["Estimator", "run_specifications"]

Estimator = Callable[[Choices, np.random.Generator, int], tuple[float, NDArray[np.float64]]]
_CHUNK = 25
_REASON = 200


def run_specifications(
    estimate: Estimator,
    grid: Grid,
    *,
    draws: int = 200,
    seed: int,
    jobs: int = 1,
    reported: tuple[float, float],
    figure: str = "estimate",
    unit: str = "",
    chunk: int = _CHUNK,
    client: Any = None,
    checkpoint: str | Path | None = None,
    progress: bool | Progress = False,
) -> SpecificationCurve:
    """Estimate every admissible specification, each with its own interval.

    Parameters
    ----------
    estimate : callable
        ``estimate(choices, rng, draws)`` returns the point estimate and (draws,) resampled ones.
        `rng` starts alike for every specification, so that draw b of all of them can rest on the
        same resample: that is what the joint test needs.
    grid : Grid
        Choices and admissibility rules.
    draws : int
        Resamples a specification.
    seed : int
        Root of the random numbers.
    jobs, client, chunk, checkpoint, progress
        As in `quesnay.monte_carlo`; a chunk is a number of specifications.
    reported : (low, high)
        Rounding interval of the published figure.
    figure, unit : str
        What is estimated, and its unit.

    Returns
    -------
    SpecificationCurve
        Ranked estimates with 95 % intervals, failures with their reasons, spread by choice, joint
        inference against no effect.

    Raises
    ------
    QuesnayError
        If every specification fails, or an argument is at fault. A specification that fails is
        counted and shown, never dropped in silence.

    References
    ----------
    Simonsohn, Simmons and Nelson (2020), "Specification curve analysis", Nature Human Behaviour 4.

    Examples
    --------
    >>> def mean_of(choices, rng, draws):
    ...     x = np.arange(40.0) ** choices["power"] + choices["shift"]
    ...     rows = rng.integers(0, 40, (draws, 40))
    ...     return x.mean(), x[rows].mean(axis=1)
    >>> curve = run_specifications(mean_of, Grid({"power": (1.0, 1.1), "shift": (0, 1)}),
    ...                            draws=100, seed=0, reported=(19.0, 20.0))
    >>> curve.estimates["estimate"].round(1).tolist(), curve.holding
    ([19.5, 20.5, 26.8, 27.8], 0.5)
    """
    if not callable(estimate) or not isinstance(grid, Grid):
        raise QuesnayError("run_specifications needs a function and a Grid of choices")
    _check_reported(reported)
    specifications = grid.specifications()
    task = _Specifications(estimate, specifications, whole(draws, "draws"), seed_sequence(seed))
    plan = chunks(len(specifications), seed=seed, size=chunk)
    described = {
        "kind": "specifications",
        "seed": str(seed),
        "draws": draws,
        "chunk": chunk,
        "grid": fingerprint([sorted(map(str, one.items())) for one in specifications]),
        "estimator": fingerprint(estimate),
    }
    arrays = run_draws(
        task, plan, described, jobs=jobs, client=client, checkpoint=checkpoint, progress=progress
    )
    return _curve(arrays, specifications, reported, figure=figure, unit=unit)


def _curve(
    arrays: Arrays,
    specifications: Sequence[Choices],
    reported: tuple[float, float],
    *,
    figure: str,
    unit: str,
) -> SpecificationCurve:
    """Label, rank and test what the engine returned."""
    good = arrays["reason"] == ""
    draws = arrays["draws"]
    low, high = np.full((2, len(good)), np.nan)
    finite = np.where(np.isfinite(draws), draws, np.nan)
    if good.any():
        low[good], high[good] = np.nanquantile(finite[good], [0.025, 0.975], axis=1)
    frame = pd.DataFrame([{k: str(v) for k, v in one.items()} for one in specifications])
    spread = _spread(finite, good)
    frame = frame.assign(
        estimate=arrays["estimate"],
        low=low,
        high=high,
        standard_error=spread,
        failure=arrays["reason"],
    )
    printed = pd.Series(
        {
            "value": 0.5 * (reported[0] + reported[1]),
            "low": reported[0],
            "high": reported[1],
            "unit": unit,
        }
    )
    moving = good & (spread > 0.0)  # what does not vary has no distribution under the null
    joint = joint_null(arrays["estimate"][moving], draws[moving]) if moving.any() else None
    return rank_specifications(frame, printed, figure=figure, joint=joint)


def _spread(finite: NDArray[np.float64], good: NDArray[np.bool_]) -> NDArray[np.float64]:
    out = np.full(len(good), np.nan)
    out[good] = np.nanstd(finite[good], axis=1, ddof=1)
    return out


@dataclass(frozen=True, slots=True)
class _Specifications:
    """Estimate the specifications of a chunk, all from the same stream of resamples."""

    estimate: Estimator
    specifications: Sequence[Choices]
    draws: int
    seed: np.random.SeedSequence

    def __call__(self, chunk: Chunk) -> Arrays:
        points = np.full(chunk.size, np.nan)
        draws = np.full((chunk.size, self.draws), np.nan)
        reasons = np.full(chunk.size, "", dtype=f"<U{_REASON}")
        for row, place in enumerate(range(chunk.start, chunk.stop)):
            try:
                points[row], draws[row] = self._one(self.specifications[place])
            except Exception as error:  # noqa: BLE001 - counted and shown with its reason
                points[row], draws[row] = np.nan, np.nan
                reasons[row] = f"{type(error).__name__}: {error}"[:_REASON]
        return {"estimate": points, "draws": draws, "reason": reasons}

    def _one(self, choices: Choices) -> tuple[float, NDArray[np.float64]]:
        point, draws = self.estimate(choices, np.random.default_rng(self.seed), self.draws)
        drawn = np.asarray(draws, dtype=float)
        if drawn.shape != (self.draws,):
            raise QuesnayError(f"{self.draws} draws expected, got an array of shape {drawn.shape}")
        if not np.isfinite(point):
            raise QuesnayError(f"the estimate is {point}")
        if np.isfinite(drawn).sum() < max(2, 0.9 * self.draws):
            raise QuesnayError(f"only {int(np.isfinite(drawn).sum())} of the draws are finite")
        return float(point), drawn


def _check_reported(reported: tuple[float, float]) -> None:
    try:
        low, high = (float(end) if is_number(end) else np.nan for end in reported)
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not isinstance(reported, tuple | list) or not low < high:
        raise QuesnayError(f"reported must be an interval (low, high), got {shown(reported)}")
