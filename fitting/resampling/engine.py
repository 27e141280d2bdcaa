"""The one engine behind bootstrap, Monte Carlo and specification grids."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.arguments import whole
from quesnay.fitting.errors import QuesnayError
from quesnay.fitting.resampling.chunks import Arrays, Chunk, Task
from quesnay.fitting.resampling.workers import compute

__all__ = ["Progress", "Store", "run"]

Progress = Callable[[int, int], None]


class Store(Protocol):
    """Keeps finished chunks, so that a killed run goes on where it stopped."""

    def load(self, index: int) -> Arrays | None:
        """Return the arrays of a finished chunk, or None where it must be computed."""
        ...

    def save(self, index: int, arrays: Arrays) -> None:
        """Keep the arrays of a finished chunk, whole or not at all."""
        ...


def run(
    task: Task,
    chunks: Sequence[Chunk],
    *,
    jobs: int = 1,
    client: Any = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> dict[str, NDArray[Any]]:
    """Compute every chunk and join their arrays in order of the draws.

    Parameters
    ----------
    task : callable
        Chunk -> named arrays, first axis ``chunk.size``; draws only from ``chunk.rng()``.
    chunks : sequence of Chunk
        From `quesnay.fitting.resampling.chunks.chunks`.
    jobs : int
        Processes on this machine.
    client : distributed.Client, optional
        A Dask cluster instead.
    store : Store, optional
        Finished chunks are taken from it and saved to it.
    progress : callable, optional
        Called with (draws done, draws in all).

    Returns
    -------
    dict of str to ndarray
        Each array with the first axis of all draws; the same numbers for any `jobs`.

    Raises
    ------
    QuesnayError
        If chunks disagree in names or shapes, or a process dies.

    Examples
    --------
    >>> from quesnay.fitting.resampling.chunks import chunks
    >>> def normal_mean(chunk):
    ...     return {"mean": chunk.rng().normal(size=(chunk.size, 50)).mean(axis=1)}
    >>> out = run(normal_mean, chunks(400, seed=0, size=100))
    >>> out["mean"].shape, float(out["mean"].std().round(2))
    ((400,), 0.14)
    """
    whole(jobs, "jobs")
    total = chunks[-1].stop
    finished: dict[int, Arrays] = {}
    if store is not None:
        kept = {chunk.index: store.load(chunk.index) for chunk in chunks}
        finished = {index: arrays for index, arrays in kept.items() if arrays is not None}
    todo = [chunk for chunk in chunks if chunk.index not in finished]
    done = total - sum(chunk.size for chunk in todo)
    if progress is not None:
        progress(done, total)
    for chunk, arrays in compute(task, todo, jobs=jobs, client=client):
        if store is not None:
            store.save(chunk.index, arrays)
        finished[chunk.index] = arrays
        done += chunk.size
        if progress is not None:
            progress(done, total)
    return _join([finished[chunk.index] for chunk in chunks])


def _join(parts: Sequence[Arrays]) -> dict[str, NDArray[Any]]:
    """Concatenate chunk by chunk, refusing parts that do not fit together."""
    first = {name: np.shape(array)[1:] for name, array in parts[0].items()}
    for place, part in enumerate(parts):
        shapes = {name: np.shape(array)[1:] for name, array in part.items()}
        if shapes != first:
            raise QuesnayError(
                f"chunk {place} returned {shapes}, chunk 0 returned {first}; "
                "every draw must return the same names and shapes"
            )
    return {name: np.concatenate([part[name] for part in parts]) for name in first}
