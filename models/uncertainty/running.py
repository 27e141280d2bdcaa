"""Running labelled draws: checkpoints, progress and the errors of users' functions."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from quesnay.fitting.checks import switch, whole
from quesnay.fitting.errors import QuesnayError
from quesnay.fitting.simulation.engine import Chunk, Progress, Task, run
from quesnay.models.uncertainty.checkpoints import Checkpoints

__all__ = ["guarded", "run_draws"]


def run_draws(
    task: Task,
    plan: Sequence[Chunk],
    described: Mapping[str, object],
    *,
    jobs: int,
    client: Any,
    checkpoint: str | Path | None,
    progress: bool | Progress,
) -> dict[str, NDArray[Any]]:
    """Run a plan with its checkpoints and its progress bar."""
    whole(jobs, "jobs")
    store = None if checkpoint is None else Checkpoints.open(checkpoint, described)
    with _bar(progress) as report:
        return run(task, plan, jobs=jobs, client=client, store=store, progress=report)


@contextlib.contextmanager
def _bar(progress: bool | Progress) -> Iterator[Progress | None]:
    if callable(progress):
        yield guarded(progress, "the progress function")
        return
    if not switch(progress, "progress"):
        yield None
        return
    from tqdm import tqdm

    with tqdm(file=sys.stderr, unit="draw", leave=False) as bar:

        def report(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield report


def guarded(function: Callable[..., Any], owner: str) -> Callable[..., Any]:
    """Wrap a user's function so that its exceptions become one clear line."""
    return _Guarded(function, owner)


@dataclass(frozen=True, slots=True)
class _Guarded:
    function: Callable[..., Any]
    owner: str

    def __call__(self, *arguments: Any) -> Any:
        try:
            return self.function(*arguments)
        except QuesnayError:
            raise
        except Exception as error:  # a user's function may raise anything
            raise QuesnayError(
                f"{self.owner} failed with {type(error).__name__}: {error}; "
                "run it once on its own to see where"
            ) from error
