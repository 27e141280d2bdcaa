"""Finished chunks on disk, so that a killed run goes on where it stopped."""

import hashlib
import io
import json
import re
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.simulation.engine import Arrays
from quesnay.models.display.write import write_bytes, write_text

__all__ = ["CheckpointWarning", "Checkpoints", "fingerprint"]

_SCHEMA = 1
_CHUNK = re.compile(r"chunk-(\d{6})-([0-9a-f]{16})\.npz")


class CheckpointWarning(UserWarning):
    """A kept chunk was damaged and is computed again."""


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """A folder of finished chunks that belongs to exactly one run.

    Each chunk is one ``.npz`` file (no pickles) named by its number and the first 16 digits of the
    SHA-256 of its content, written beside and renamed. ``run.json`` says which run it belongs to.

    Parameters
    ----------
    folder : Path
        Where chunks are kept.

    Examples
    --------
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
        """Open or start the folder of a run.

        Parameters
        ----------
        folder : str or Path
            Made where absent.
        run : mapping
            Everything that fixes the numbers: kind, seed, draws, chunk size, inputs, data hash.

        Returns
        -------
        Checkpoints
            The store.

        Raises
        ------
        DataError
            If the folder cannot be used, or holds the chunks of another run.
        """
        if not isinstance(folder, str | Path) or not str(folder):
            raise DataError(f"checkpoint: expected the path of a folder, got {shown(folder)}")
        place = Path(folder)
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DataError(f"{place}: cannot keep checkpoints here ({error.strerror})") from error
        described = json.loads(json.dumps({"schema": _SCHEMA, **run}, default=str))
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
                f"{path}: damaged (its content does not match its hash); chunk {index} is "
                "computed again",
                CheckpointWarning,
                stacklevel=2,
            )
            path.unlink(missing_ok=True)
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


def fingerprint(*values: object) -> str:
    """Return 16 digits that change when any of the values changes.

    Parameters
    ----------
    *values : object
        Arrays by their bytes, functions by their code, all else by its representation.

    Returns
    -------
    str
        The first 16 hexadecimal digits of a SHA-256.

    Examples
    --------
    >>> fingerprint(np.zeros(3)) == fingerprint(np.zeros(3)), fingerprint(1) == fingerprint(2)
    (True, False)
    """
    total = hashlib.sha256()
    for value in values:
        total.update(_bytes(value))
        total.update(b"\0")
    return total.hexdigest()[:16]


def _bytes(value: object) -> bytes:
    if isinstance(value, np.ndarray):
        kind = f"{value.dtype}{value.shape}".encode()
        body = repr(value.tolist()).encode() if value.dtype == object else value.tobytes()
        return kind + body
    code = getattr(value, "__code__", None)
    if code is not None:
        name = getattr(value, "__qualname__", "")
        constants = [c for c in code.co_consts if isinstance(c, (int, float, str, bytes))]
        return f"{name}{constants}".encode() + bytes(code.co_code)
    if callable(value):
        return f"{type(value).__module__}.{type(value).__qualname__}".encode()
    return repr(value).encode()


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
