"""Monte Carlo: what uncertain inputs do to the figures of a model."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quesnay.fitting.checks import switch
from quesnay.fitting.errors import QuesnayError, shown
from quesnay.fitting.simulation.engine import Arrays, Chunk, Progress, chunks
from quesnay.models.uncertainty.checkpoints import fingerprint
from quesnay.models.uncertainty.inputs import InputMapping, Inputs, checked_inputs
from quesnay.models.uncertainty.outputs import Labels, columns_of, values_of
from quesnay.models.uncertainty.results import MonteCarloResult
from quesnay.models.uncertainty.running import guarded, run_draws

__all__ = ["monte_carlo"]

_CHUNK = 1000


def monte_carlo(
    model: Callable[..., Any],
    inputs: InputMapping,
    *,
    draws: int,
    seed: int,
    jobs: int = 1,
    chunk: int = _CHUNK,
    vectorized: bool = True,
    client: Any = None,
    checkpoint: str | Path | None = None,
    progress: bool | Progress = False,
) -> MonteCarloResult:
    """Carry the uncertainty of inputs through a model by simulation.

    Each input has its own random stream, named after it: adding or dropping one input, or changing
    their order, does not move the draws of the others; nor does the number of jobs.

    Parameters
    ----------
    model : callable
        ``model(draws)`` with a dict of name -> array (n,) returns a mapping, array or frame with
        the draw as first axis. With ``vectorized=False`` it is called once a draw with numbers.
    inputs : mapping
        Name -> `Normal`, `Uniform`, … or a number; a tuple of names -> `JointNormal`.
    draws : int
        Number of draws.
    seed : int
        Root of the random numbers.
    jobs : int
        Processes on this machine.
    chunk : int
        Draws computed in one piece; part of what defines the numbers.
    vectorized : bool
        Whether `model` takes arrays.
    client : distributed.Client, optional
        A Dask cluster instead of `jobs`.
    checkpoint : path, optional
        Folder where finished chunks are kept; the same call goes on where it stopped.
    progress : bool or callable
        True shows a bar with the time left on standard error.

    Returns
    -------
    MonteCarloResult
        Draws, the estimate at the median of every input, quantiles and intervals.

    Raises
    ------
    QuesnayError
        If an argument is at fault, or the model fails or returns what is not one number a draw.

    Examples
    --------
    >>> from quesnay.models.uncertainty import Normal, Uniform, monte_carlo
    >>> out = monte_carlo(lambda x: {"total": x["core"] + x["e"] * 20},
    ...                   {"core": Uniform(0.43, 0.45), "e": Normal(0.05, 0.01)},
    ...                   draws=4000, seed=0)
    >>> out.conf_int().round(2)
            low  high
    total  1.06  1.82
    """
    checked = checked_inputs(inputs)
    if not callable(model):
        raise QuesnayError(f"model must be a function of named draws, got {shown(model)}")
    vectorized = switch(vectorized, "vectorized")
    plan = chunks(draws, seed=seed, size=chunk)
    call = guarded(model, "the model")
    at_median = checked.at({})
    first = call(at_median if vectorized else _row(at_median, 0))
    labels = columns_of(first, rows=1, owner="the model")
    estimate = values_of(first, labels, rows=1, owner="the model")[0]
    task = _MonteCarloTask(call, checked, labels, vectorized)
    described = {
        "kind": "monte carlo",
        "seed": str(seed),
        "draws": draws,
        "chunk": chunk,
        "inputs": {item.label: repr(item.distribution) for item in checked.items},
        "model": fingerprint(model, estimate),
    }
    arrays = run_draws(
        task, plan, described, jobs=jobs, client=client, checkpoint=checkpoint, progress=progress
    )
    names = [name for item in checked.items for name in _columns(item.names, item, at_median)]
    return MonteCarloResult.from_arrays(arrays["y"], arrays["x"], labels, names, estimate)


@dataclass(frozen=True, slots=True)
class _MonteCarloTask:
    """Draw the inputs of a chunk and run the model on them."""

    model: Callable[..., Any]
    inputs: Inputs
    labels: Labels
    vectorized: bool

    def __call__(self, chunk: Chunk) -> Arrays:
        drawn = self.inputs.sample(chunk)
        x = np.column_stack([values.reshape(chunk.size, -1) for values in drawn.values()])
        if self.vectorized:
            returned = self.model(drawn)
            return {
                "y": values_of(returned, self.labels, rows=chunk.size, owner="the model"),
                "x": x,
            }
        rows = [
            values_of(self.model(_row(drawn, i)), self.labels, rows=1, owner="the model")
            for i in range(chunk.size)
        ]
        return {"y": np.concatenate(rows), "x": x}


def _row(drawn: dict[str, Any], place: int) -> dict[str, Any]:
    return {name: values[place] for name, values in drawn.items()}


def _columns(names: tuple[str, ...], item: Any, at_median: dict[str, Any]) -> list[str]:
    if item.split or np.ndim(at_median[names[0]]) == 1:
        return list(names)
    return [f"{names[0]}[{place}]" for place in range(at_median[names[0]].shape[1])]
