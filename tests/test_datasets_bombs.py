"""Files made to exhaust memory, time or the stack are refused in one line and a second or so."""

import gzip
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter

import quesnay as qn
from quesnay.diagnostics.reproduction.own_data import read_own

DEEP = 3000
PANEL = pd.DataFrame({name: [1.0, 2.0, 4.0, 3.0] for name in "yabcdefgh"})
VALUES = pd.Series({"a": 1.0, "b": 2.0})
EXPONENT = "id,concept,year,printed,unit\nT18,total,2018,1e999999999,trillion CNY\n"


def far_cell(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "code")
        sheet.write(1_048_575, 16_383, 1)
    return path


def zip_of(path: Path, name: str, size: int) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, b"0" * size)
    return path


def text(path: Path, content: str) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def packed(path: Path, size: int) -> Path:
    path.write_bytes(gzip.compress(b"a," * (size // 2), 9, mtime=0))
    return path


BOMBS: list[tuple[str, Callable[[Path], object]]] = [
    ("far cell, table", lambda p: qn.read_io(far_cell(p / "a.xlsx"))),
    ("far cell, own data", lambda p: read_own(str(far_cell(p / "a.xlsx")), "employment")),
    ("zip bomb, table", lambda p: qn.read_io(zip_of(p / "a.xlsx", "xl/x.xml", 200_000_000))),
    ("zip bomb, own", lambda p: read_own(str(zip_of(p / "a.xlsx", "x.xml", 200_000_000)), "gdp")),
    ("gzip bomb", lambda p: qn.read_io(packed(p / "a.csv.gz", 280_000_000))),
    ("columns, table", lambda p: qn.read_io(text(p / "a.csv", "a," * 1_500_000))),
    ("brackets, study", lambda p: qn.load_study(text(p / "a.toml", "a = " + "[" * DEEP))),
    ("tables, study", lambda p: qn.load_study(text(p / "a.toml", "a." * DEEP + "a = 1"))),
    ("digits, study", lambda p: qn.load_study(text(p / "a.toml", "a = " + "9" * 5000))),
    ("brackets, figures", lambda p: qn.read_figures(text(p / "a.toml", "a = " + "[" * DEEP))),
    ("size, figures", lambda p: qn.read_figures(text(p / "a.toml", "a = 1\n" * 500_000))),
    ("cell, figures", lambda p: qn.read_figures(text(p / "a.csv", "id," + "x" * 200_000))),
    ("quote, own data", lambda p: read_own(str(text(p / "a.csv", '"' * 200_001)), "gdp")),
    ("cell, own data", lambda p: read_own(str(text(p / "a.csv", "a" * 5_000_000)), "gdp")),
    ("columns, own data", lambda p: read_own(str(text(p / "a.csv", "a," * 300_000)), "gdp")),
    ("exponent, figures", lambda p: qn.audit(qn.read_figures(text(p / "a.csv", EXPONENT)))),
    ("formula", lambda p: qn.fit_panel("y ~ " + "(" * DEEP + "a" + ")" * DEEP, PANEL)),
    ("power", lambda p: qn.fit_panel("y ~ (" + " + ".join("abcdefgh") + ")**99", PANEL)),
    ("identity", lambda p: qn.reconcile(VALUES, ["-" * DEEP + "a = b"], std_errors=VALUES)),
    ("number", lambda p: qn.reconcile(VALUES, [f"a = b * {'9' * 5000}"], std_errors=VALUES)),
]


@pytest.mark.parametrize(("name", "call"), BOMBS, ids=[name for name, _ in BOMBS])
def test_a_bomb_is_refused_at_once(
    name: str, call: Callable[[Path], object], tmp_path: Path
) -> None:
    start = time.process_time()
    with pytest.raises(qn.QuesnayError) as caught:
        call(tmp_path)
    assert time.process_time() - start < 5  # with the making of the file
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 3500
