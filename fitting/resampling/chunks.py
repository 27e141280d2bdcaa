"""Fixed chunks of a long run, each with its own random stream."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.arguments import seed_sequence, whole
from quesnay.fitting.errors import QuesnayError, shown

__all__ = ["Arrays", "Chunk", "Task", "chunks"]

Arrays: TypeAlias = Mapping[str, NDArray[Any]]

_MOST = 1_000_000  # chunks of one run; beyond, listing them takes longer than the draws of most


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of consecutive draws that is computed in one piece.

    Parameters
    ----------
    index : int
        Place of the chunk in the run, from 0.
    start, stop : int
        First draw, and one past the last.
    seed : SeedSequence
        The chunk's own child of the run's seed; it depends on `index` only, so neither the number
        of jobs nor the order in which chunks finish changes a number.
    """

    index: int
    start: int
    stop: int
    seed: np.random.SeedSequence

    @property
    def size(self) -> int:
        """Number of draws in the chunk."""
        return self.stop - self.start

    def rng(self, *key: int) -> np.random.Generator:
        """Return the generator of the chunk, or of one numbered stream inside it.

        Parameters
        ----------
        *key : int
            Nothing, or the number of a stream that must not move when other streams come or go.

        Returns
        -------
        Generator
            The same generator state at every call.

        Examples
        --------
        >>> round(float(chunks(10, seed=1, size=5)[1].rng(7).random()), 4)
        0.9526
        """
        child = np.random.SeedSequence(
            self.seed.entropy, spawn_key=(*self.seed.spawn_key, *key), pool_size=self.seed.pool_size
        )
        return np.random.default_rng(child)


class Task(Protocol):
    """What one chunk computes: named arrays whose first axis is the draw."""

    def __call__(self, chunk: Chunk, /) -> Arrays:
        """Return the arrays of `chunk`, each of first axis ``chunk.size``."""
        ...


def chunks(draws: int, *, seed: int | np.random.SeedSequence, size: int) -> tuple[Chunk, ...]:
    """Cut a run of draws into chunks of fixed size, each with its own child seed.

    The first draws of a longer run equal those of a shorter one of the same seed and chunk size.

    Parameters
    ----------
    draws : int
        Number of draws.
    seed : int or SeedSequence
        Root of every random number of the run.
    size : int
        Draws in a chunk; part of what defines the numbers.

    Returns
    -------
    tuple of Chunk
        In order; the last may be shorter.

    Raises
    ------
    QuesnayError
        If `draws` or `size` is below one, there are more than a million chunks, or `seed` is not
        a seed.

    Examples
    --------
    >>> [(c.start, c.stop) for c in chunks(250, seed=0, size=100)]
    [(0, 100), (100, 200), (200, 250)]
    """
    total, step = whole(draws, "draws"), whole(size, "chunk")
    root = seed_sequence(seed)
    if total > _MOST * step:
        raise QuesnayError(
            f"draws: {shown(total)} in chunks of {step} are more than {_MOST:,} chunks; "
            "ask for fewer draws, or for larger chunks"
        )
    return tuple(
        Chunk(
            index,
            start,
            min(start + step, total),
            np.random.SeedSequence(root.entropy, spawn_key=(*root.spawn_key, index)),
        )
        for index, start in enumerate(range(0, total, step))
    )
