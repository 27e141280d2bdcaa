"""Running labelled draws: what a function may return, checkpoints, progress, clear errors.

A model or statistic returns numbers, arrays, frames or mappings; they become one labelled
row-by-draw array. Finished chunks are kept on disk, so that a killed run goes on where it stopped.
"""

import contextlib
import hashlib
import io
import json
import re
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.fitting.checks import plain_numbers, switch, whole
from quesnay.fitting.errors import DataError, QuesnayError, shown
from quesnay.fitting.simulation.engine import Arrays, Chunk, Progress, Task, run
from quesnay.models.display.write import write_bytes, write_text

Labels: TypeAlias = pd.Index
_SCHEMA = 1
_CHUNK = re.compile(r"chunk-(\d{6})-([0-9a-f]{16})\.npz")


@dataclass(frozen=True, slots=True)
class Guarded:
    """A user's function whose exceptions become one clear line."""

    function: Callable[..., Any]
    owner: str

    def __call__(self, *arguments: Any) -> Any:
        """Call the function."""
        try:
            return self.function(*arguments)
        except QuesnayError:
            raise
        except Exception as error:  # a user's function may raise anything
            raise QuesnayError(
                f"{self.owner} failed with {type(error).__name__}: {error}; "
                "run it once on its own to see where"
            ) from error


class CheckpointWarning(UserWarning):
    """A kept chunk was damaged and is computed again.

    Examples
    --------
    Let the damage stop a script instead:

    >>> import warnings
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", CheckpointWarning)
    ...     warnings.warn("chunk 3 was damaged", CheckpointWarning)
    Traceback (most recent call last):
        ...
    quesnay.models.uncertainty.running.CheckpointWarning: chunk 3 was damaged
    """


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """A folder of finished chunks that belongs to exactly one run.

    Each chunk is one ``.npz`` file (no pickles) named by its number and the first 16 digits of the
    SHA-256 of its content, written beside and renamed. ``run.json`` says which run it belongs to.

    >>> import tempfile
    >>> place = Path(tempfile.mkdtemp()) / "run"
    >>> kept = Checkpoints.open(place, {"seed": 0, "draws": 10})
    >>> kept.save(0, {"x": np.arange(3.0)})
    >>> kept.load(0)["x"]
    array([0., 1., 2.])
    >>> kept.load(1) is None
    True
    """

    folder: Path

    @classmethod
    def open(cls, folder: str | Path, run: Mapping[str, object]) -> "Checkpoints":
        """Open the folder of a run, or start it; refused where it holds the chunks of another run.

        `run`: everything that fixes the numbers: kind, seed, draws, chunk size, inputs, data hash.
        """
        if not isinstance(folder, str | Path) or not str(folder):
            raise DataError(f"checkpoint: expected the path of a folder, got {shown(folder)}")
        place = Path(folder)
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(
                f"{place}: cannot keep checkpoints here ({error.strerror}); choose another"
            ) from error
        import quesnay  # the one place of the version

        described = json.loads(
            json.dumps({"schema": _SCHEMA, "version": quesnay.__version__, **run}, default=str)
        )
        head = place / "run.json"
        if head.exists():
            _compare(head, described)
        elif any(place.iterdir()):
            raise DataError(
                f"{place}: holds other files and no run.json; give an empty or a new folder"
            )
        else:
            write_text(head, json.dumps(described, indent=1, sort_keys=True))
        return cls(place)

    def load(self, index: int) -> Arrays | None:
        """Return the arrays of a kept chunk; None where absent, or damaged (with a warning)."""
        for path in sorted(self.folder.glob(f"chunk-{index:06d}-*.npz")):
            arrays = _read(path)
            if arrays is not None:
                return arrays
            warnings.warn(
                f"{path}: damaged (its content is not what its name says); chunk {index} is "
                "computed again",
                CheckpointWarning,
                stacklevel=2,
            )
            with contextlib.suppress(OSError):  # where it stays, writing it again tells
                path.unlink()
        return None

    def save(self, index: int, arrays: Arrays) -> None:
        """Keep the arrays of a finished chunk, whole or not at all."""
        plain: dict[str, Any] = {name: np.asarray(array) for name, array in arrays.items()}
        for name, array in plain.items():
            if array.dtype.hasobject:
                raise DataError(f"{self.folder}: {name!r} holds objects; only numbers are kept")
        buffer = io.BytesIO()
        np.savez(buffer, **plain)
        data = buffer.getvalue()
        write_bytes(self.folder / f"chunk-{index:06d}-{_digest(data)}.npz", data)


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


def columns_of(returned: object, *, rows: int, owner: str) -> Labels:
    """Return the labels of what `owner` returned for `rows` draws."""
    return _named(returned, rows, owner)[0]


def estimate_of(returned: object, *, owner: str) -> tuple[Labels, NDArray[np.float64]]:
    """Return the labels and finite values of what `owner` returned for the data as given."""
    labels = columns_of(returned, rows=1, owner=owner)
    values = values_of(returned, labels, rows=1, owner=owner)[0]
    lost = np.flatnonzero(~np.isfinite(values))
    if lost.size:
        raise QuesnayError(f"{owner} {labels[int(lost[0])]!r} is not finite on the data as given")
    return labels, values


def values_of(returned: object, labels: Labels, *, rows: int, owner: str) -> NDArray[np.float64]:
    """Return what `owner` returned as (rows, labels), refusing other labels."""
    if isinstance(returned, float) and rows == len(labels) == 1:
        return np.array([[returned]])  # the usual statistic, without the cost of labels
    names, values = _named(returned, rows, owner)
    if names.equals(labels):
        return values
    if len(names) != len(labels) or not labels.isin(names).all():
        raise QuesnayError(
            f"{owner} returned {list(names)} after {list(labels)}; "
            "it must return the same names at every call"
        )
    return values[:, names.get_indexer(labels)]


@contextlib.contextmanager
def _bar(progress: bool | Progress) -> Iterator[Progress | None]:
    if callable(progress):
        yield Guarded(progress, "the progress function")
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


def _named(returned: Any, rows: int, owner: str) -> tuple[Labels, NDArray[np.float64]]:
    if isinstance(returned, pd.DataFrame):
        return returned.columns, _matrix(returned.to_numpy(), rows, owner)
    if isinstance(returned, pd.Series) and (rows == 1 or len(returned) != rows):
        return returned.index, _matrix(returned.to_numpy()[None, :], rows, owner)
    if isinstance(returned, Mapping):
        if not returned:
            raise QuesnayError(f"{owner} returned an empty mapping; at least one number expected")
        columns = [_column(value, rows, f"{owner}, {key!r}") for key, value in returned.items()]
        return pd.Index(list(returned)), np.column_stack(columns)
    matrix = _matrix(returned, rows, owner)
    names = ["value"] if matrix.shape[1] == 1 else [f"value_{i}" for i in range(matrix.shape[1])]
    return pd.Index(names), matrix


def _numbers(value: object, owner: str) -> NDArray[np.float64]:
    array = plain_numbers(value)
    if array is None:
        raise QuesnayError(f"{owner} returned {shown(value)}; numbers expected")
    return array


def _column(value: object, rows: int, owner: str) -> NDArray[np.float64]:
    array = _numbers(value, owner)
    if array.ndim == 0:
        return np.full(rows, float(array))
    if array.shape != (rows,):
        raise QuesnayError(
            f"{owner} returned shape {array.shape} for {rows} draws; one number a draw expected"
        )
    return array


def _matrix(value: object, rows: int, owner: str) -> NDArray[np.float64]:
    array = _numbers(value, owner)
    if array.ndim == 0:
        return np.full((rows, 1), float(array))
    if array.ndim == 1:
        array = array[:, None] if len(array) == rows else array[None, :]
    if array.ndim != 2 or array.shape[0] != rows or array.shape[1] == 0:
        raise QuesnayError(
            f"{owner} returned shape {array.shape} for {rows} draws; "
            "the first axis must be the draw"
        )
    return array


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]


def _read(path: Path) -> Arrays | None:
    """Return the arrays of a chunk file, or None where it is not what its name says."""
    found = _CHUNK.fullmatch(path.name)
    try:
        data = path.read_bytes()
        if found is None or _digest(data) != found[2]:
            return None
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, ValueError, zipfile.BadZipFile):
        return None


def _compare(head: Path, described: Mapping[str, object]) -> None:
    try:
        there = json.loads(head.read_text(encoding="utf-8"))
        differing = sorted(
            key for key in {*there, *described} if there.get(key) != described.get(key)
        )
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DataError(
            f"{head}: not readable as the description of a run; delete the folder or give another"
        ) from error
    if differing:
        key = differing[0]
        raise DataError(
            f"{head.parent}: checkpoints of another run ({key} is {there.get(key)!r} there and "
            f"{described.get(key)!r} here); give another folder or delete this one"
        )
