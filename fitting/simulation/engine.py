"""The one engine behind bootstrap, Monte Carlo and specification grids.

A long run is cut into fixed chunks, each with its own random stream, so that answers do not depend
on where chunks are computed: here, in processes of this machine, or on a Dask cluster.
"""

import multiprocessing
import operator
import pickle
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.checks import seed_sequence, whole
from quesnay.fitting.errors import QuesnayError, shown

Progress = Callable[[int, int], None]
Arrays: TypeAlias = Mapping[str, NDArray[Any]]
_MOST = 1_000_000  # chunks of one run; beyond, listing them takes longer than the draws of most


class Store(Protocol):
    """Keeps finished chunks, so that a killed run goes on where it stopped."""

    def load(self, index: int) -> Arrays | None:
        """Return the arrays of a finished chunk, or None where it must be computed."""
        ...

    def save(self, index: int, arrays: Arrays) -> None:
        """Keep the arrays of a finished chunk, whole or not at all."""
        ...


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of consecutive draws, first and one past the last, that is computed in one piece.

    The seed is the chunk's own child of the run's; it depends on `index` only, so neither the
    number of jobs nor the order in which chunks finish changes a number.
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

        A stream does not move when others come or go; the state is the same at every call.

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


def run(
    task: Task,
    chunks: Sequence[Chunk],
    *,
    jobs: int = 1,
    client: Any = None,
    store: Store | None = None,
    progress: Progress | None = None,
) -> dict[str, NDArray[Any]]:
    """Compute every chunk and join their arrays in order of the draws."""
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


def chunks(draws: int, *, seed: int | np.random.SeedSequence, size: int) -> tuple[Chunk, ...]:
    """Cut a run of draws into chunks of fixed size, each with its own child seed.

    The first draws of a longer run equal those of a shorter one of the same seed and chunk size.
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


_installed: list[Task] = []
_FILTERS = threading.Lock()


def compute(
    task: Task, chunks: Sequence[Chunk], *, jobs: int, client: Any = None
) -> Iterator[tuple[Chunk, Arrays]]:
    """Yield the arrays of each chunk as they are finished, in any order."""
    if client is not None:
        return _on_cluster(task, chunks, client)
    if jobs == 1 or len(chunks) < 2:
        return ((chunk, task(chunk)) for chunk in chunks)
    return _in_processes(task, chunks, min(jobs, len(chunks)))


def _in_processes(task: Task, chunks: Sequence[Chunk], jobs: int) -> Iterator[tuple[Chunk, Arrays]]:
    # Forked children inherit the task and its data; nothing is copied and lambdas work.
    method = "fork" if sys.platform == "linux" else "spawn"
    if method == "spawn":
        try:
            pickle.dumps(task)
        except Exception as error:
            raise QuesnayError(
                f"the function cannot be sent to another process ({error}); define it at the top "
                "level of a module, or use jobs=1"
            ) from error
    pool = ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context(method),
        initializer=_install,
        initargs=(task,),
    )
    waiting: dict[Future[Arrays], Chunk] = {}
    try:
        # Python 3.12 warns of threads at a fork; the children only compute on arrays. Filters are
        # those of all threads: two that changed them at once could leave them changed.
        with _FILTERS, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            for chunk in chunks:
                waiting[pool.submit(_installed_task, chunk)] = chunk
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()
    except BrokenProcessPool as error:
        raise QuesnayError(
            "a worker process ended abruptly (often: not enough memory); run again with fewer jobs"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _install(task: Task) -> None:
    """Keep the task of this worker process; an interruption waits until it computes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _installed[:] = [task]


def _installed_task(chunk: Chunk) -> Arrays:
    """Compute one chunk with the task that this process was started with.

    An interruption ends the process without a word, but only here: one that ended while it sends a
    result would leave half of it, and the reader would wait for the rest for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        return _installed[0](chunk)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _on_cluster(task: Task, chunks: Sequence[Chunk], client: Any) -> Iterator[tuple[Chunk, Arrays]]:
    if not hasattr(client, "submit") or not hasattr(client, "scatter"):
        raise QuesnayError(
            f"client must be a dask.distributed Client, got {type(client).__name__}; "
            "make one with Client(address)"
        )
    if getattr(client, "status", "") == "closed":
        raise QuesnayError("client: its connection is closed; make a new one with Client(address)")
    from distributed import as_completed

    try:
        remote = client.scatter(task, hash=False, broadcast=True)
    except Exception as error:
        raise QuesnayError(
            f"the function cannot be sent to the Dask workers ({error}); define it where the "
            "workers can import it, or inside another function"
        ) from error
    places = {client.submit(operator.call, remote, chunk, pure=False): chunk for chunk in chunks}
    try:
        for future in as_completed(list(places)):  # type: ignore[no-untyped-call]
            yield places[future], cast("Arrays", future.result())
    except QuesnayError:
        raise
    except Exception as error:
        raise QuesnayError(f"a Dask worker failed: {type(error).__name__}: {error}") from error
    finally:
        client.cancel(list(places))
