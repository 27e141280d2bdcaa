"""Refusals of the readers that need more than one altered cell: disks, blocks, partner files."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import quesnay as qn
from quesnay.datasets.readers.read import read_io_frames

from .made_up_tables import quesnay_rows, write_eora, write_exiobase, write_rows
from .refusals import refused


def denied(*_: Any, **__: Any) -> Any:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_file_that_may_not_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    path = write_rows(tmp_path / f"t{ending}", quesnay_rows())
    monkeypatch.setattr(Path, "open", denied)
    monkeypatch.setattr(zipfile, "ZipFile", denied)
    refused(lambda: read_io_frames(path), r"t\.\w+: cannot be read .Permission denied.")


def test_a_field_that_never_ends(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "x" * 200_000 + ",1\n")
    refused(lambda: read_io_frames(path), "no table of separated values .field larger than")


def test_a_workbook_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(range(256)) * 40)
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        packed = archive.infolist()[0].compress_size
    path.write_bytes(data.replace(packed.to_bytes(4, "little"), (1 << 30).to_bytes(4, "little")))
    refused(lambda: read_io_frames(path), "no readable workbook")


def test_a_workbook_without_sheets(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("nothing", b"")
    refused(lambda: read_io_frames(path), "t.xlsx: no readable workbook")
    refused(lambda: qn.read_china_klems(path), "t.xlsx: no readable workbook")


def test_a_folder_without_tables(tmp_path: Path) -> None:
    refused(lambda: qn.read_china_klems(tmp_path), "no .csv file in this folder")


def test_numbers_and_labels_of_other_lengths(tmp_path: Path) -> None:
    folder = write_eora(tmp_path / "eora")
    with (folder / "labels_T.txt").open("a", encoding="utf-8") as stream:
        stream.write("Belgium\tBEL\tIndustries\tFarming\t\n")
    refused(lambda: read_io_frames(folder, layout="eora"), "2 x 2 numbers, 3 x 3 labels")


def test_coefficients_and_output_of_other_industries(tmp_path: Path) -> None:
    folder = write_exiobase(tmp_path / "exiobase", coefficients=True)
    text = (folder / "x.txt").read_text(encoding="utf-8")
    (folder / "x.txt").write_text(text.replace("Wheat", "Rye"), encoding="utf-8")
    refused(lambda: read_io_frames(folder, layout="exiobase"), "rows of A.txt and x.txt differ")


def exported(tmp_path: Path, edit: Callable[[list[str]], list[str]]) -> Path:
    path = qn.export_dataset("io_chn_2018_42_separate", tmp_path / "t.csv")
    path.write_text("\n".join(edit(path.read_text("utf-8").splitlines())) + "\n", "utf-8")
    return path


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda rows: [r for r in rows if not r.startswith("value_added")], "expected blocks"),
        (lambda rows: [r for r in rows if not r.startswith("domestic")], "expected blocks"),
        (
            lambda rows: [r.replace("domestic,31", "domestic,3I") for r in rows],
            "row '3I' has no column of that name",
        ),
        (
            lambda rows: [r.replace("import,31", "import,32x") for r in rows],
            "import and domestic rows differ: 31, 32x",
        ),
        (lambda rows: [*rows, rows[1]], "row 'domestic 01' stands twice"),
        (
            lambda rows: [r.replace("13934.012033", "") for r in rows],
            "row 'domestic 01', column '01': is empty",
        ),
    ],
)
def test_blocks_that_do_not_make_a_table(
    tmp_path: Path, edit: Callable[[list[str]], list[str]], message: str
) -> None:
    path = exported(tmp_path, edit)
    refused(lambda: read_io_frames(path), message)
