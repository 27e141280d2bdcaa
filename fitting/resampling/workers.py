"""Where chunks are computed: here, in processes of this machine, or on a Dask cluster."""

import multiprocessing
import pickle
import sys
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, cast

from quesnay.fitting.errors import QuesnayError
from quesnay.fitting.resampling.chunks import Arrays, Chunk, Task

__all__ = ["compute"]

_installed: list[Task] = []


def compute(
    task: Task, chunks: Sequence[Chunk], *, jobs: int, client: Any = None
) -> Iterator[tuple[Chunk, Arrays]]:
    """Yield the arrays of each chunk as they are finished, in any order.

    Parameters
    ----------
    task : callable
        Chunk -> named arrays.
    chunks : sequence of Chunk
        What is still to do.
    jobs : int
        Processes on this machine; 1 computes in this process.
    client : distributed.Client, optional
        An existing Dask cluster, used instead of processes of this machine.

    Yields
    ------
    (Chunk, mapping of str to ndarray)
        A finished chunk and its arrays.

    Raises
    ------
    QuesnayError
        If the task cannot be sent to another process, or a process dies.
    """
    if client is not None:
        return _on_cluster(task, chunks, client)
    if jobs == 1 or len(chunks) < 2:
        return ((chunk, task(chunk)) for chunk in chunks)
    return _in_processes(task, chunks, min(jobs, len(chunks)))


def _in_processes(task: Task, chunks: Sequence[Chunk], jobs: int) -> Iterator[tuple[Chunk, Arrays]]:
    # Forked children inherit the task and its data; nothing is copied and lambdas work.
    method = "fork" if sys.platform == "linux" else "spawn"
    if method == "spawn":
        _check_sendable(task)
    pool = ProcessPoolExecutor(
        jobs,
        mp_context=multiprocessing.get_context(method),
        initializer=_install,
        initargs=(task,),
    )
    waiting: dict[Future[Arrays], Chunk] = {}
    try:
        with warnings.catch_warnings():
            # Python 3.12 warns of threads at a fork; the children only compute on arrays.
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
    """Keep the task of this worker process."""
    _installed[:] = [task]


def _installed_task(chunk: Chunk) -> Arrays:
    """Compute one chunk with the task that this process was started with."""
    return _installed[0](chunk)


def _check_sendable(task: Task) -> None:
    try:
        pickle.dumps(task)
    except Exception as error:
        raise QuesnayError(
            f"the function cannot be sent to another process ({error}); define it at the top "
            "level of a module, or use jobs=1"
        ) from error


def _on_cluster(task: Task, chunks: Sequence[Chunk], client: Any) -> Iterator[tuple[Chunk, Arrays]]:
    if not hasattr(client, "submit") or not hasattr(client, "scatter"):
        raise QuesnayError(
            f"client must be a dask.distributed Client, got {type(client).__name__}; "
            "make one with Client(address)"
        )
    from distributed import as_completed

    try:
        remote = client.scatter(task, hash=False, broadcast=True)
    except Exception as error:
        raise QuesnayError(
            f"the function cannot be sent to the Dask workers ({error}); define it where the "
            "workers can import it, or inside another function"
        ) from error
    places = {client.submit(_call, remote, chunk, pure=False): chunk for chunk in chunks}
    try:
        for future in as_completed(list(places)):  # type: ignore[no-untyped-call]
            yield places[future], cast("Arrays", future.result())
    except QuesnayError:
        raise
    except Exception as error:
        raise QuesnayError(f"a Dask worker failed: {type(error).__name__}: {error}") from error
    finally:
        client.cancel(list(places))


def _call(task: Task, chunk: Chunk) -> Arrays:
    """Compute one chunk on a Dask worker."""
    return task(chunk)
