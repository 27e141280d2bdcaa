"""Published tables fetched when asked: resumed where broken off, checked, kept, used offline.

Nothing is fetched at import or by any other function. A file that is already in the folder is used
without a connection. Most publishers print no hash of their files: then the SHA-256 of what came
first is written beside the file (``FILE.sha256``) and every later use is held against it.
"""

import fnmatch
import json
import logging
import os
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
from tqdm import tqdm

from quesnay.datasets.readers.containers import file_hash
from quesnay.datasets.store import fetch
from quesnay.fitting.checks import choice, is_number, is_whole, switch
from quesnay.fitting.errors import DataError, shown
from quesnay.models.display.write import write_bytes, write_text
from quesnay.models.inputs import as_path

_TRIES = 4
_WAIT = 0.5  # seconds before the second try; doubled each time
_PIECE = 1 << 16
_ZIPS = (".zip", ".xlsx", ".xlsb")
_UNPUBLISHED = "hash not published"
_LARGEST_MEMBER = 1 << 30


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One file: where it is fetched, where it is kept, and what it must be."""

    address: str
    page: str
    path: Path
    sha256: str
    timeout: float
    progress: bool

    @property
    def by_hand(self) -> str:
        """What to do where fetching fails."""
        return f"fetch it by hand from {self.page or self.address} and put it at {self.path}"

    def failed(self, reason: str) -> DataError:
        """Return the error that names the file, the reason and the way out."""
        return DataError(f"{self.path.name}: {reason}; {self.by_hand}")


def list_downloads() -> pd.DataFrame:
    """List the published tables that :func:`quesnay.download` knows, and where each is.

    Returns
    -------
    DataFrame
        name, publisher, title, edition, first and last year, file, member (of an archive), layout
        (of :func:`quesnay.read_io`), address, page (where a person finds it), licence, sha256
        ("hash not published" where the publisher prints none).

    Notes
    -----
    The addresses were not fetched when the list was written; a publisher may have moved a file.
    Then pass `address`, or put the file into the folder by hand.

    Examples
    --------
    >>> list_downloads().query("name == 'wiod_2016'")["licence"].item()
    'CC BY 4.0'
    """
    return fetch("downloads").replace({"sha256": {"": _UNPUBLISHED}})


def download(
    name: str,
    *,
    year: int | None = None,
    folder: str | Path | None = None,
    address: str | None = None,
    sha256: str | None = None,
    timeout: float = 60.0,
    progress: bool = False,
) -> Path:
    """Fetch a published table once, check it, and return where it is, ready for ``read_io``.

    Parameters
    ----------
    name : str
        A name of :func:`list_downloads`: "oecd_icio_2023", "oecd_icio_2025", "figaro_2024",
        "wiod_2016", "bea_use", "bea_make".
    year : int, optional
        Needed where the publisher has a file for each year or some years.
    folder : str or Path, optional
        Where files are kept; by default the environment variable QUESNAY_CACHE, else the user's
        cache folder. A file that is there already is used and nothing is fetched.
    address : str, optional
        Another address of the same file, where the publisher moved it; http or https.
    sha256 : str, optional
        What the file must be, where you know it (64 hexadecimal digits).
    timeout : float, default 60.0
        Seconds without an answer after which a try is given up.
    progress : bool, default False
        Show a bar on standard error.

    Returns
    -------
    Path
        The file; of an archive with many tables ("bea_use", "bea_make") the one that is meant.

    Raises
    ------
    DataError
        If the name is unknown, the year is not covered, pooch is missing, the server does not
        give the file, what came is a web page or cut short, or the hash is another. Messages name
        the place where the file can be put by hand.

    Notes
    -----
    A broken transfer is taken up where it stopped (HTTP range requests, guarded by the ETag or the
    date of the file). Where no hash is published the first file is trusted, its hash is recorded
    beside it, and a file that differs from its record is refused. A redirect from https to http is
    not followed. Needs ``pip install "quesnay[download]"``; a file already there needs nothing.

    Examples
    --------
    A file that was put into the folder by hand is used as it is.

    >>> import pathlib, tempfile
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> _ = (folder / "matrix_eu-ic-io_ind-by-ind_24ed_2019.csv").write_text("rowLabels,FR_A")
    >>> download("figaro_2024", year=2019, folder=folder).stat().st_size
    14
    """
    entry = _entry(name, year)
    if not is_number(timeout) or timeout <= 0:
        raise DataError(f"timeout: expected seconds above 0, got {shown(timeout)}")
    wanted = _Wanted(
        _address(address or entry["address"].replace("{year}", str(year))),
        entry["page"],
        _folder(folder) / entry["file"].replace("{year}", str(year)),
        _digest(sha256 or entry["sha256"]),
        float(timeout),
        switch(progress, "progress"),
    )
    try:
        if not wanted.path.is_file():
            _fetch(wanted)
        _check_hash(wanted)
        return _unpacked(wanted.path, entry["member"]) if entry["member"] else wanted.path
    except OSError as error:
        denied = "Permission denied" if isinstance(error, PermissionError) else str(error)
        reason = error.strerror or denied
        raise DataError(
            f"{wanted.path}: cannot be read or written ({reason}); pass folder= with another folder"
        ) from error


def _entry(name: str, year: int | None) -> dict[str, Any]:
    every = fetch("downloads")
    choice(name, list(dict.fromkeys(every["name"])), "download: name")
    mine = every[every["name"] == name]
    covered = f"{mine['first'].min()} to {mine['last'].max()}"
    if year is None and (len(mine) > 1 or "{year}" in mine["file"].iloc[0]):
        raise DataError(f"{name}: a file for each year or some years: pass year=, {covered}")
    if year is not None:
        if not is_whole(year):
            raise DataError(f"year: expected a year such as 2018, got {shown(year)}")
        mine = mine[(mine["first"] <= year) & (year <= mine["last"])]
        if mine.empty:
            raise DataError(f"{name}: no file of the year {year}: it covers {covered}")
    return {str(key): value for key, value in mine.iloc[0].items()}


def _address(text: str) -> str:
    try:
        parts = urlsplit(text) if isinstance(text, str) else None
    except ValueError:  # a host in brackets that is no address of version 6
        parts = None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.netloc:
        raise DataError(f"address: expected one that starts with https://, got {shown(text)}")
    return text


def _digest(text: str) -> str:
    said = text.lower().removeprefix("sha256:") if isinstance(text, str) else "?"
    if said and (len(said) != 64 or set(said) - set("0123456789abcdef")):
        raise DataError(f"sha256: expected 64 hexadecimal digits, got {shown(text)}")
    return said


def _folder(given: str | Path | None) -> Path:
    if given is not None:
        return as_path(given, "folder")
    if os.environ.get("QUESNAY_CACHE"):
        return Path(os.environ["QUESNAY_CACHE"])
    return Path(_pooch("pass folder= with the folder that holds the file").os_cache("quesnay"))


def _pooch(otherwise: str) -> Any:
    try:
        import pooch
    except ImportError as error:
        raise DataError(
            f'fetching needs pooch: pip install "quesnay[download]"; or {otherwise}'
        ) from error
    return pooch


def _check_hash(wanted: _Wanted) -> None:
    """Hold a file against the hash that is known, else against the one recorded at first."""
    path = wanted.path
    record = path.with_name(f"{path.name}.sha256")
    found = file_hash(path)
    recorded = record.read_text("utf-8").split()[:1] if record.is_file() else []
    expected = wanted.sha256 or (recorded[0] if recorded else found)
    if found != expected:
        whose = "that is expected" if wanted.sha256 else f"recorded in {record.name}"
        raise DataError(
            f"{path}: SHA-256 {found[:12]} is not the one {whose} ({expected[:12]}); delete both "
            "to fetch the file again"
        )
    if recorded != [found]:
        write_text(record, f"{found}  {path.name}\n")


def _fetch(wanted: _Wanted) -> None:
    """Fetch a file through pooch, which moves it into place only when it is right."""
    pooch = _pooch(wanted.by_hand)
    logger = pooch.get_logger()
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        pooch.retrieve(
            wanted.address,
            known_hash=f"sha256:{wanted.sha256}" if wanted.sha256 else None,
            fname=wanted.path.name,
            path=wanted.path.parent,
            downloader=lambda address, target, _: _transfer(wanted, Path(str(target))),
        )
    except DataError:
        raise
    except ValueError as error:
        raise wanted.failed("what the server sent has another SHA-256 than expected") from error
    finally:
        logger.setLevel(level)


def _transfer(wanted: _Wanted, target: Path) -> None:
    """Bring the whole file into `target`, in as many tries as allowed; a part is kept for later."""
    import requests

    part = wanted.path.with_name(f"{wanted.path.name}.part")
    for attempt in range(_TRIES):
        try:
            _receive(wanted, part)
            break
        except requests.TooManyRedirects as error:
            raise wanted.failed("the address redirects without end") from error
        except (requests.RequestException, EOFError) as error:
            if attempt == _TRIES - 1:
                kept = part.stat().st_size if part.is_file() else 0
                said = f"no whole file after {_TRIES} tries ({_cause(error)})"
                again = f"; {kept:,} bytes are kept, call again to go on" if kept else ""
                raise wanted.failed(said + again) from error
            time.sleep(_WAIT * 2**attempt)
    # refuse a web page that a server sent in place of the file, and an empty file
    with part.open("rb") as stream:
        head = stream.read(512).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    packed = wanted.path.suffix in _ZIPS
    page = head.startswith((b"<!doctype html", b"<html", b"<head"))
    if page or not head or (packed and not head.startswith(b"pk")):
        part.unlink()
        what = "a web page" if page else "no archive" if head else "an empty file"
        raise wanted.failed(f"the server sent {what} instead of the file")
    _origin(part).unlink(missing_ok=True)
    part.replace(target)


def _origin(part: Path) -> Path:
    """Return the note beside a partial file: from which address and which state of it."""
    return part.with_name(f"{part.name}.from")


def _cause(error: Exception) -> str:
    """Say in a few words why a try failed."""
    import requests

    for kind, said in (
        (requests.Timeout, "no answer in time"),
        (requests.exceptions.ChunkedEncodingError, "the connection broke off"),
        (requests.exceptions.SSLError, "the certificate is not accepted"),
        (requests.ConnectionError, "no connection"),
    ):
        if isinstance(error, kind):
            return said
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _receive(wanted: _Wanted, part: Path) -> None:
    """Receive what is missing of a file; EOFError where the connection ends too early."""
    have, guard = _state(part, wanted.address)
    headers = {"Accept-Encoding": "identity", "User-Agent": "quesnay (statistical tables)"}
    headers |= {"Range": f"bytes={have}-", "If-Range": guard} if have else {}
    with _opened(wanted, headers) as answer:
        start, total = _extent(answer)
        if answer.status_code == 416 and total == have:
            return  # the last try ended between the last byte and the renaming
        if answer.status_code == 416 or (answer.status_code == 206 and start != have):
            part.unlink(missing_ok=True)
            raise EOFError("the server lost the place")
        have = start
        tag = str(answer.headers.get("ETag", ""))
        weak = not tag or tag.startswith("W/")
        guard = str(answer.headers.get("Last-Modified", "")) if weak else tag
        write_text(_origin(part), json.dumps({"address": wanted.address, "guard": guard}))
        name, off = wanted.path.name, not wanted.progress
        with (
            part.open("r+b" if part.is_file() else "w+b") as stream,
            tqdm(
                total=total, desc=name, unit="B", unit_scale=True, disable=off, leave=False
            ) as bar,
        ):
            stream.truncate(have)
            stream.seek(have)
            bar.update(have)
            for piece in answer.iter_content(_PIECE):
                stream.write(piece)
                bar.update(len(piece))
            size = stream.tell()
    if total is not None and size != total:
        if size > total:
            part.unlink(missing_ok=True)
        raise EOFError(f"{size:,} of {total:,} bytes came")


def _state(part: Path, address: str) -> tuple[int, str]:
    """Return how much of a file is there, and what guards that the rest belongs to it."""
    try:
        said = json.loads(_origin(part).read_text("utf-8"))
        if said["address"] == address and said["guard"]:
            return part.stat().st_size, str(said["guard"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return 0, ""


@contextmanager
def _opened(wanted: _Wanted, headers: dict[str, str]) -> Iterator[Any]:
    """Open an address; an answer that no second try would change is refused at once."""
    import requests

    with (
        requests.Session() as session,
        session.get(wanted.address, headers=headers, stream=True, timeout=wanted.timeout) as answer,
    ):
        steps = [urlsplit(step.url).scheme for step in (*answer.history, answer)]
        if "http" in steps[steps.index("https") :] if "https" in steps else False:
            raise wanted.failed("the address leads from https to http, which is not followed")
        if answer.status_code >= 500 or answer.status_code == 429:
            raise EOFError(f"the server answers {answer.status_code}")
        if answer.status_code >= 400 and answer.status_code != 416:
            raise wanted.failed(f"the server answers {answer.status_code} {answer.reason}")
        yield answer


def _extent(answer: Any) -> tuple[int, int | None]:
    """Return where the body starts in the file, and how long the whole file is."""
    if answer.status_code in {206, 416}:
        place, _, total = answer.headers.get("Content-Range", "").partition("/")
        start = place.removeprefix("bytes").strip().split("-")[0]
        known = int(total) if total.isdecimal() else None
        return int(start) if start.isdecimal() else -1, known
    length = answer.headers.get("Content-Length", "")
    plain = answer.headers.get("Content-Encoding", "identity") == "identity"
    return 0, int(length) if length.isdecimal() and plain else None


def _unpacked(path: Path, pattern: str) -> Path:
    """Return one member of an archive as a file in a folder beside it."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = {Path(entry.filename).name: entry for entry in archive.infolist()}
            names = fnmatch.filter(members, pattern)
            if len(names) != 1:
                listed = ", ".join(sorted(members)[:8])
                raise DataError(f"{path}: {len(names)} members like {pattern}; it has {listed}")
            entry = members[names[0]]
            target = path.with_suffix("") / names[0]
            if target.is_file() and zlib.crc32(target.read_bytes()) == entry.CRC:
                return target
            if entry.file_size > _LARGEST_MEMBER:
                raise DataError(
                    f"{path}: {names[0]} unpacks to more than 1 GiB; refused: unpack it yourself"
                )
            target.parent.mkdir(exist_ok=True)
            return write_bytes(target, archive.read(entry))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise DataError(
            f"{path}: damaged archive ({type(error).__name__}); delete it to fetch it again"
        ) from error
