"""Bootstrap of any statistic of a data set, by rows or by clusters."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.fitting.checks import switch
from quesnay.fitting.errors import QuesnayError, shown
from quesnay.fitting.simulation.engine import Arrays, Chunk, Progress, chunks
from quesnay.models.uncertainty.bootstrap_result import BootstrapResult
from quesnay.models.uncertainty.running import (
    Labels,
    estimate_of,
    fingerprint,
    guarded,
    run_draws,
    values_of,
)
from quesnay.models.uncertainty.units import Units, units_of

__all__ = ["bootstrap"]

_CHUNK = 100


def bootstrap(
    statistic: Callable[[Any], Any],
    data: Any,
    *,
    draws: int,
    cluster: Any = None,
    seed: int,
    jobs: int = 1,
    chunk: int = _CHUNK,
    jackknife: bool = False,
    client: Any = None,
    checkpoint: str | Path | None = None,
    progress: bool | Progress = False,
) -> BootstrapResult:
    """Measure the sampling error of any statistic by drawing rows or whole clusters again.

    Parameters
    ----------
    statistic : callable
        ``statistic(data)`` returns a number, array, Series or mapping; called on data of the kind
        given.
    data : DataFrame, Series or ndarray
        First axis: observations.
    draws : int
        Number of resamples.
    cluster : str or sequence, optional
        Column name, or one label per row: whole clusters are drawn with replacement, as many as
        there are. A cluster drawn twice appears twice under its own label.
    seed : int
        Root of the random numbers.
    jobs : int
        Processes on this machine; the numbers do not depend on it.
    chunk : int
        Draws computed in one piece; part of what defines the numbers.
    jackknife : bool
        Also leave out each row or cluster once, for ``conf_int(kind="bca")`` and ``influence``.
    client, checkpoint, progress
        As in `monte_carlo`.

    Returns
    -------
    BootstrapResult
        Estimate, draws, standard errors, intervals.

    Raises
    ------
    DataError
        If the data are empty, the cluster column is unknown, has gaps or fewer than two clusters.
    QuesnayError
        If another argument is at fault, or the statistic fails or is not finite on the sample.

    References
    ----------
    Efron and Tibshirani (1993); Cameron, Gelbach and Miller (2008) for clusters.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(50.0)
    >>> out = bootstrap(np.mean, x, draws=2000, seed=0)
    >>> float(out.estimate.iloc[0]), float(out.std_errors.iloc[0].round(1))
    (24.5, 2.0)
    """
    if not callable(statistic):
        raise QuesnayError(f"statistic must be a function of the data, got {shown(statistic)}")
    jackknife = switch(jackknife, "jackknife")
    plan = chunks(draws, seed=seed, size=chunk)
    units = units_of(data, cluster)
    call = guarded(statistic, "the statistic")
    first = call(data)
    labels, estimate = estimate_of(first, owner="the statistic")
    task = _BootstrapTask(call, data, units, labels)
    described = {
        "kind": "bootstrap",
        "seed": str(seed),
        "draws": draws,
        "chunk": chunk,
        "data": fingerprint(np.asarray(data), units.starts, units.order),
        "statistic": fingerprint(statistic, estimate),
    }
    arrays = run_draws(
        task, plan, described, jobs=jobs, client=client, checkpoint=checkpoint, progress=progress
    )
    left_out = _jackknife(task) if jackknife else None
    return BootstrapResult.from_arrays(arrays["draws"], estimate, labels, units, left_out)


@dataclass(frozen=True, slots=True)
class _BootstrapTask:
    """Resample and compute the statistic for the draws of a chunk."""

    statistic: Callable[[Any], Any]
    data: Any
    units: Units
    labels: Labels

    def __call__(self, chunk: Chunk) -> Arrays:
        rng = chunk.rng()
        rows = [self.value(self.units.resample(rng)) for _ in range(chunk.size)]
        return {"draws": np.stack(rows)}

    def value(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the statistic of the data at these rows."""
        plain = isinstance(self.data, np.ndarray)
        taken = self.data[rows] if plain else self.data.take(rows)
        row: NDArray[np.float64] = values_of(
            self.statistic(taken), self.labels, rows=1, owner="the statistic"
        )[0]
        return row


def _jackknife(task: _BootstrapTask) -> pd.DataFrame:
    values = [task.value(task.units.without(place)) for place in range(task.units.count)]
    return pd.DataFrame(np.stack(values), index=task.units.names, columns=task.labels)
