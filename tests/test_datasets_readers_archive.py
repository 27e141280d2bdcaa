"""Workbooks that are archives of something else: bombs, odd packings, damage."""

import contextlib
import struct
import zipfile
from pathlib import Path

import pytest

import quesnay as qn
from quesnay.datasets.readers.archive import check_archive
from quesnay.fitting.errors import DataError

from .made_up_tables import quesnay_rows, write_rows
from .refusals import flip, refused


def bomb(path: Path, size: int, *, declared: int | None = None) -> Path:
    """Write a workbook whose sheet unpacks to `size` zeros, and says so or not."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    if declared is not None:
        data = path.read_bytes()
        true, false = struct.pack("<I", size), struct.pack("<I", declared)
        path.write_bytes(data.replace(true, false))
    return path


def test_zip_bombs_are_refused_at_once(tmp_path: Path) -> None:
    open_bomb = bomb(tmp_path / "a.xlsx", 80 << 20)
    refused(lambda: qn.read_io(open_bomb), "refused as a zip bomb")
    lying = bomb(tmp_path / "b.xlsx", 80 << 20, declared=1000)
    refused(lambda: qn.read_io(lying), "more than the 1,000 bytes it declares")


def test_other_packings_and_many_parts_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("x", b"0" * 1000)
    refused(lambda: qn.read_io(path), "packed in an unusual way")
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_000):
            archive.writestr(str(number), b"")
    check_archive(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("one more", b"")
    refused(lambda: check_archive(path), "10001 parts in one workbook")


@pytest.mark.parametrize(
    ("packed", "size"), [(11 << 20, 1 << 30), (1 << 10, 1 << 26), (700_000, 70_000_000)]
)
def test_a_workbook_may_unpack_to_1_gib_64_mib_or_a_hundredfold(
    tmp_path: Path, packed: int, size: int
) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x", b"0")
    data = path.read_bytes()
    for more in (0, 1):
        declared = bytearray(bytes(packed - len(data)) + data)  # what stands before is no part
        place = declared.rindex(b"PK\1\2") + 24
        declared[place : place + 4] = struct.pack("<I", size + more)
        path.write_bytes(declared)
        if not more:
            check_archive(path)
    said = f"{packed:,} bytes would unpack to {size + 1:,}; refused as a zip bomb"
    refused(lambda: check_archive(path), said)


def test_parts_may_carry_fields_of_their_packer_before_their_bytes(tmp_path: Path) -> None:
    plain = write_rows(tmp_path / "plain.xlsx", quesnay_rows())
    path = tmp_path / "t.xlsx"
    with (
        zipfile.ZipFile(plain) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.infolist():
            own = zipfile.ZipInfo(part.filename)
            own.extra = struct.pack("<HH4s", 0x9999, 4, b"mine")
            new.writestr(own, old.read(part), zipfile.ZIP_DEFLATED)
        new.writestr("xl/media/blank.bmp", bytes(3 << 20))  # a picture may shrink to a thousandth
    assert qn.read_io(path).Z.to_numpy().tolist() == [[10.0, 20.0], [30.0, 40.0]]


@pytest.mark.parametrize("place", range(5, 4000, 333))
def test_a_damaged_workbook_never_escapes_as_a_foreign_error(tmp_path: Path, place: int) -> None:
    path = write_rows(tmp_path / "t.xlsx", quesnay_rows())
    data = path.read_bytes()
    path.write_bytes(flip(data, place % len(data)))
    with contextlib.suppress(DataError):
        frames = qn.read_io(path)
        assert frames.Z.to_numpy().tolist() == [[10.0, 20.0], [30.0, 40.0]]
