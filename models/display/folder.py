"""Writing a folder of results: every file in it is whole, and nobody's file is lost."""

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from quesnay.fitting.errors import DataError
from quesnay.models.display.write import cannot_write, write_bytes, write_text

__all__ = ["check_folder", "write_folder"]

_NAME = re.compile(r"[a-z0-9_-][a-z0-9_.-]*")


def write_folder(folder: str | Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files to a folder, all of them or none; files of others in it stay as they are.

    Parameters
    ----------
    folder : str or Path
        The folder; it is made where it is missing, the folder above it must exist.
    files : mapping of str to str or bytes
        Name -> content. Names are lower-case letters, digits, ``_``, ``-`` and ``.``; a slash
        puts a file into a folder inside.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        If a name is not allowed or leads out of the folder, or something cannot be written.

    Notes
    -----
    Everything is first written and forced to the disk in a hidden folder, beside a missing one or
    inside one that exists. A missing folder then appears by one rename. In a folder that exists
    each file is renamed into place, so it is the old or the new one at any moment; if one cannot
    be placed, those already placed are put back. A process killed on the way can leave the hidden
    folder behind, never half a file.

    Examples
    --------
    >>> import tempfile
    >>> out = write_folder(tempfile.mkdtemp() + "/out", {"a.csv": "year,core", "plots/b.png": b""})
    >>> sorted(path.name for path in out.rglob("*.*"))
    ['a.csv', 'b.png']
    """
    for name in files:
        _check_name(name)
    beside = None
    try:
        target = Path(os.path.realpath(folder))
        beside = _make_beside(target)
        fresh = beside / "new"
        _fill(fresh, files)
        if target.exists():
            _place_all(fresh, beside / "old", target, list(files))
        else:
            fresh.rename(target)
    except (OSError, ValueError) as error:
        raise error if isinstance(error, DataError) else cannot_write(folder, error) from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
    return Path(folder)


def check_folder(folder: str | Path) -> None:
    """Find out before a long run whether its results could be written to a folder.

    Parameters
    ----------
    folder : str or Path
        The folder; it may be missing, the folder above it may not.

    Raises
    ------
    DataError
        If `write_folder` could not write there.

    Examples
    --------
    >>> check_folder("no/such/place")
    Traceback (most recent call last):
    ...
    quesnay.fitting.errors.DataError: no/such/place: cannot write here (No such file ...
    """
    try:
        _make_beside(Path(os.path.realpath(folder))).rmdir()
    except (OSError, ValueError) as error:
        raise cannot_write(folder, error) from error


def _make_beside(target: Path) -> Path:
    """Make a hidden folder on the same disk, so that renaming is one step."""
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(20, "a file of that name is there")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "the folder is read-only")
    place = target if target.exists() else target.parent
    return Path(tempfile.mkdtemp(dir=place, prefix=f".{target.name[:80]}."))


def _check_name(name: str) -> None:
    parts = name.split("/")
    if not all(_NAME.fullmatch(part) for part in parts) or not PurePosixPath(name).suffix:
        raise DataError(
            f"file name {name!r} is not allowed: use lower-case letters, digits, '_', '-' and an "
            "ending such as '.csv'"
        )


def _fill(fresh: Path, files: Mapping[str, str | bytes]) -> None:
    fresh.mkdir()
    for name, content in files.items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            write_text(path, content)
        else:
            write_bytes(path, content)


def _place_all(fresh: Path, old: Path, target: Path, names: list[str]) -> None:
    """Rename each file into place; put back what was there if one cannot be placed."""
    placed: list[str] = []
    try:
        for name in names:
            _keep(target / name, old / name)
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            placed.append(name)
            (fresh / name).replace(target / name)
    except BaseException:
        for name in placed:
            _put_back(target / name, old / name)
        raise


def _keep(path: Path, copy: Path) -> None:
    """Keep what is there under a second name, without moving it."""
    if not path.exists():
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(21, f"{path.name} is a folder there")
    shutil.copy2(path, copy)


def _put_back(path: Path, copy: Path) -> None:
    if copy.exists():
        copy.replace(path)
    else:
        path.unlink(missing_ok=True)
