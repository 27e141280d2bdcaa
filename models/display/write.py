"""Writing beside and renaming, so that a file is whole or absent."""

import contextlib
import os
import secrets
import stat
from pathlib import Path

from quesnay.fitting.errors import DataError
from quesnay.models.display.escape import visible

__all__ = ["cannot_write", "write_bytes", "write_text"]


def write_text(path: str | Path, text: str) -> Path:
    """Write `text` as UTF-8 to `path`, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The file to write; its folder must exist.
    text : str
        The whole content; line ends are kept as they are.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    DataError
        If the file cannot be written, or the text is no valid Unicode.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> len(write_text(folder / "a.txt", "工业").read_bytes())
    6
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        problem = f"{path}: character {error.start} is half of a surrogate pair"
        raise DataError(f"{problem} and cannot be written; drop it") from None
    return write_bytes(path, data)


def write_bytes(path: str | Path, data: bytes) -> Path:
    """Write `data` to `path`, whole or not at all: beside first, then renamed.

    Parameters
    ----------
    path : str or Path
        The file to write; its folder must exist.
    data : bytes
        The whole content.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    DataError
        If the folder is missing or cannot be written, or `path` is a folder.

    Notes
    -----
    The temporary file is in the same folder, is forced to the disk and then renamed over the
    target, which POSIX and Windows do in one step. A file that was there keeps its permissions;
    a symbolic link keeps pointing to its file, which gets the new content.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> write_bytes(folder / "a.txt", b"x").read_bytes()
    b'x'
    """
    beside = None
    try:
        target = Path(os.path.realpath(path))
        _refuse_unwritable(target)
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
        raise cannot_write(path, error) from error
    except BaseException:
        _drop(beside)
        raise
    return Path(path)


def _refuse_unwritable(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(21, "it is a folder")
    if target.exists() and not target.is_file():
        raise OSError(22, "it is a device or pipe, not a file")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(13, "the file there is read-only")


def _drop(beside: Path | None) -> None:
    if beside is not None:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def cannot_write(path: str | Path, error: OSError | ValueError) -> DataError:
    """Say in one line why a file or folder cannot be written.

    Parameters
    ----------
    path : str or Path
        What was to be written.
    error : OSError or ValueError
        What the system answered.

    Returns
    -------
    DataError
        To be raised.

    Examples
    --------
    >>> print(cannot_write("a/b.csv", FileNotFoundError(2, "No such file or directory")))
    a/b.csv: cannot write here (No such file or directory); make that folder or choose another
    """
    reason = getattr(error, "strerror", None) or str(error)
    name = visible(path)
    advice = "make that folder or choose another"
    if not isinstance(error, FileNotFoundError):
        advice = "choose another file or folder"
    return DataError(f"{name}: cannot write here ({reason}); {advice}")
