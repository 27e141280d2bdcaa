"""Writing files and folders: whole or absent, and nobody's file is lost.

Content is written beside and renamed into place.
"""

import contextlib
import glob
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from quesnay.fitting.errors import DataError
from quesnay.models.display.escape import visible
from quesnay.models.inputs import as_path

_MANIFEST = "manifest.json"
_NAME = re.compile(r"[a-z0-9_-][a-z0-9_.-]*")


def write_text(path: str | Path, text: str) -> Path:
    """Write `text` as UTF-8 to `path`, whole or not at all."""
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        problem = f"{path}: character {error.start} is half of a surrogate pair"
        raise DataError(f"{problem} and cannot be written; drop it") from None
    return write_bytes(path, data)


def write_bytes(path: str | Path, data: bytes) -> Path:
    """Write `data` to `path`, whole or not at all: beside first, then renamed.

    The temporary file is in the same folder, is forced to the disk and then renamed over the
    target, which POSIX and Windows do in one step. A file that was there keeps its permissions;
    a symbolic link keeps pointing to its file, which gets the new content.
    """
    beside, path = None, as_path(path, "path")
    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise IsADirectoryError(21, "it is a folder")
        if target.exists() and not target.is_file():
            raise OSError(22, "it is a device or pipe, not a file")
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(13, "the file there is read-only")
        beside = target.with_name(f".{target.name[:60]}.{secrets.token_hex(8)}")
        with beside.open("xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    except (OSError, ValueError) as error:
        _drop(beside)
        raise _cannot_write(path, error) from error
    except BaseException:
        _drop(beside)
        raise
    return path


def _cannot_write(path: str | Path, error: OSError | ValueError) -> DataError:
    """Say in one line why a file or folder cannot be written."""
    reason = getattr(error, "strerror", None) or str(error)
    name = visible(path)
    advice = "make that folder or choose another"
    if not isinstance(error, FileNotFoundError):
        advice = "choose another file or folder"
    return DataError(f"{name}: cannot write here ({reason}); {advice}")


def write_folder(folder: str | Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files to a folder, all of them or none, with a manifest of their hashes.

    What an earlier run wrote, by its manifest, and this one does not is removed, so that a folder
    never mixes two runs; files of others in it stay as they are. What a killed process left behind
    is swept by the next.

    Everything is first written and forced to the disk in a hidden folder, beside a missing one or
    inside one that exists. A missing folder then appears by one rename. In a folder that exists
    each file is renamed into place, so it is the old or the new one at any moment; if one cannot
    be placed, those already placed are put back. A process killed on the way can leave the hidden
    folder behind, never half a file.
    """
    for name in files:
        parts = name.split("/")
        if not all(_NAME.fullmatch(part) for part in parts) or not PurePosixPath(name).suffix:
            raise DataError(
                f"file name {name!r} is not allowed: use lower-case letters, digits, '_', '-' and "
                "an ending such as '.csv'"
            )
    _check_named(folder)
    hashes = {
        name: hashlib.sha256(c.encode("utf-8") if isinstance(c, str) else c).hexdigest()
        for name, c in sorted(files.items())
    }
    files = {
        **files,
        _MANIFEST: json.dumps({"written by": "quesnay", "sha256": hashes}, indent=1) + "\n",
    }
    beside = None
    try:
        target = Path(os.path.realpath(folder))
        _sweep(target)
        beside = _make_beside(target)
        fresh = beside / "new"
        _fill(fresh, files)
        if target.exists():
            earlier = _listed(target) - set(files)
            _place_all(fresh, beside / "old", target, list(files))
            for name in earlier:
                (target / name).unlink(missing_ok=True)
        else:
            fresh.rename(target)
    except (OSError, ValueError) as error:
        raise error if isinstance(error, DataError) else _cannot_write(folder, error) from error
    finally:
        if beside is not None:
            shutil.rmtree(beside, ignore_errors=True)
    return Path(folder)


def _listed(target: Path) -> set[str]:
    """Return the files that an earlier run wrote to a folder, by its manifest."""
    try:
        named = json.loads((target / _MANIFEST).read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    if not isinstance(named, dict):
        return set()
    return {name for name in named if all(_NAME.fullmatch(part) for part in name.split("/"))}


def _sweep(target: Path) -> None:
    """Remove hidden folders of processes that are no more."""
    for place in (target, target.parent):
        for left in place.glob(f".{glob.escape(target.name[:80])}.*-*") if place.is_dir() else ():
            owner = left.name.rsplit(".", 1)[-1].split("-")[0]
            if left.is_dir() and owner.isdecimal() and not _alive(int(owner)):
                shutil.rmtree(left, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        with contextlib.suppress(PermissionError):  # it is another user's
            os.kill(process, 0)
    except (OSError, OverflowError):
        return False
    return True


def check_folder(folder: str | Path) -> None:
    """Find out before a long run whether its results could be written to a folder."""
    _check_named(folder)
    try:
        _make_beside(Path(os.path.realpath(folder))).rmdir()
    except (OSError, ValueError) as error:
        raise _cannot_write(folder, error) from error


def _check_named(folder: str | Path) -> None:
    if not str(folder).strip():
        raise DataError("the folder has an empty name; name one, such as out")


def _drop(beside: Path | None) -> None:
    if beside is not None:
        with contextlib.suppress(OSError):
            beside.unlink()


def _make_beside(target: Path) -> Path:
    """Make a hidden folder on the same disk, so that renaming is one step."""
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(20, "a file of that name is there")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "the folder is read-only")
    place = target if target.exists() else target.parent
    return Path(tempfile.mkdtemp(dir=place, prefix=f".{target.name[:80]}.{os.getpid()}-"))


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
            if (old / name).exists():
                (old / name).replace(target / name)
            else:
                (target / name).unlink(missing_ok=True)
        raise


def _keep(path: Path, copy: Path) -> None:
    """Keep what is there under a second name, without moving it."""
    if not path.exists():
        return
    copy.parent.mkdir(parents=True, exist_ok=True)
    if path.is_dir():
        raise IsADirectoryError(21, f"{path.name} is a folder there")
    shutil.copy2(path, copy)
