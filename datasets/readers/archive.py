"""Refusing compressed workbooks that would unpack to absurd sizes, before anything parses them."""

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from quesnay.fitting.errors import DataError

__all__ = ["check_archive"]

# A worksheet compresses 5 to 20 fold; a thousandfold one is an attack or a fault.
_LARGEST_BYTES = 1 << 30
_SUSPECT_BYTES = 1 << 26
_SUSPECT_RATIO = 100
_LARGEST_ENTRIES = 10_000
_CHUNK = 1 << 20
_LOCAL_HEADER = struct.Struct("<26xHH")


def check_archive(path: Path) -> None:
    """Refuse a zip-based workbook whose declared or actual size is absurd.

    Parameters
    ----------
    path : Path
        An .xlsx or .xlsb file.

    Raises
    ------
    DataError
        If the file is no zip archive, is damaged, declares or unpacks to more than 1 GiB, or to
        more than 64 MiB at a ratio above 100, or unpacks to another size than it declares.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            _check_declared(path, entries)
            for entry in entries:
                _check_actual(path, entry)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError) as error:
        raise DataError(f"{path.name}: no readable workbook ({error}); save it again") from error
    except OSError as error:
        raise DataError(f"{path.name}: cannot be read ({error.strerror})") from error


def _check_declared(path: Path, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > _LARGEST_ENTRIES:
        raise DataError(f"{path.name}: {len(entries)} parts in one workbook; refused")
    whole = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    if whole > _LARGEST_BYTES or (whole > _SUSPECT_BYTES and whole > _SUSPECT_RATIO * packed):
        raise DataError(
            f"{path.name}: {packed:,} bytes would unpack to {whole:,}; refused as a zip bomb"
        )


def _check_actual(path: Path, entry: zipfile.ZipInfo) -> None:
    """Unpack one part without keeping it: a declared size can lie."""
    if entry.compress_type == zipfile.ZIP_STORED:
        return
    if entry.compress_type != zipfile.ZIP_DEFLATED:
        raise DataError(
            f"{path.name}: part {entry.filename!r} is packed in an unusual way; refused"
        )
    size = 0
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for piece in _packed(path, entry):
        while piece:
            size += len(unpacker.decompress(piece, _CHUNK))
            piece = unpacker.unconsumed_tail
            if size > entry.file_size:
                raise DataError(
                    f"{path.name}: part {entry.filename!r} unpacks to more than the "
                    f"{entry.file_size:,} bytes it declares; refused as a zip bomb"
                )


def _packed(path: Path, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the packed bytes of one part; its local header gives where they start."""
    with path.open("rb") as stream:
        stream.seek(entry.header_offset)
        header = stream.read(_LOCAL_HEADER.size)
        name_length, extra_length = _LOCAL_HEADER.unpack(header)
        stream.seek(name_length + extra_length, os.SEEK_CUR)
        left = entry.compress_size
        while left > 0:
            piece = stream.read(min(_CHUNK, left))
            if not piece:
                raise EOFError("the file ends early")
            left -= len(piece)
            yield piece
