"""Excel workbooks: valid sheet names, numbers as numbers, the same bytes each time."""

import re
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from quesnay.fitting.errors import DataError
from quesnay.models.display import documents as workbook_module
from quesnay.models.display.documents import sheet_names, tables_to_excel
from quesnay.models.display.table import Table


def read(path: Path) -> dict[str, list[list[Any]]]:
    calamine = pytest.importorskip("python_calamine", reason="reads the workbook back")
    book = calamine.CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_values_come_back(tmp_path: Path) -> None:
    index = pd.Index(["T18", "T19"], name="id")
    frame = pd.DataFrame(
        {
            "estimate": [1.1, np.nan],
            "inside": [True, False],
            "role": ["held out", None],
            "count": [2**40, -3],
            "day": [date(2020, 3, 1), pd.NaT],
            "bound": [np.inf, 0.5],
        },
        index=index,
    )
    table = Table("Verdicts, trillion yuan", frame, ("Source: CAICT.",), {"estimate": ".3f"})
    (sheet,) = read(table.to_excel(tmp_path / "a.xlsx")).values()
    assert sheet[0][0] == "Verdicts, trillion yuan"
    assert sheet[2] == ["id", "estimate", "inside", "role", "count", "day", "bound"]
    assert sheet[3] == ["T18", 1.1, True, "held out", 2.0**40, "2020-03-01", "inf"]
    assert sheet[4] == ["T19", "", False, "", -3.0, "", 0.5]
    assert sheet[6][0] == "Source: CAICT."


def test_all_tables_of_a_result_share_one_workbook(tmp_path: Path) -> None:
    columns = pd.MultiIndex.from_product([["core"], ["low", "high"]])
    levels = Table("Account, yuan", pd.DataFrame([[1.0, 2.0]], columns=columns, index=[2018]))
    sheets = read(tables_to_excel([levels, levels], tmp_path / "a.xlsx"))
    assert list(sheets) == ["Contents", "Account", "Account 2"]
    assert sheets["Account"][2:5] == [["", "core", "core"], ["", "low", "high"], [2018.0, 1.0, 2.0]]


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    table = Table("t", pd.DataFrame({"a": [0.1 + 0.2], "b": ["=1"]}))
    first = table.to_excel(tmp_path / "a.xlsx").read_bytes()
    time.sleep(1.1)  # a creation time would show
    near = Table("t", pd.DataFrame({"a": [0.3], "b": ["=1"]}))
    assert near.to_excel(tmp_path / "b.xlsx").read_bytes() == first


@given(st.lists(st.text(max_size=50), max_size=12))
def test_sheet_names_are_valid_and_different(titles: list[str]) -> None:
    names = sheet_names(titles)
    assert len(names) == len(titles)
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 1 <= len(name) <= 31
        assert not re.search(r"[\[\]:*?/\\\x00-\x1f]", name)
        assert not name.startswith("'")
        assert not name.endswith("'")
        assert name.casefold() != "history"


def test_sheet_names_are_short_and_speak() -> None:
    titles = ["History", "x" * 40, "X" * 40, "工业互联网增加值", "", "Account (calibrated run)"]
    assert sheet_names(titles) == [
        "History 2", "x" * 31, "X" * 29 + " 2", "工业互联网增加值", "Table", "Account",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "code"),
    [(".3f", "0.000"), (",.0f", "#,##0"), (".1%", "0.0%"), ("d", "0"), (",d", "#,##0"),
     (".4g", "General"), (None, "General"), ("%", "0.000000%"),
     ("p", '[<0.00005]"<0.0001";0.0000')],
)  # fmt: skip
def test_formats_become_excel_formats(spec: str | None, code: str) -> None:
    assert workbook_module._excel_format(spec) == code


def test_what_does_not_fit_a_sheet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    with pytest.raises(
        DataError, match="there is no table to write to the workbook; give at least"
    ):
        tables_to_excel([], path)
    with pytest.raises(
        DataError, match="a text of 40,000 characters does not fit a cell of 32,767"
    ):
        Table("t", pd.DataFrame({"a": ["x" * 40_000]})).to_excel(path)
    monkeypatch.setattr(workbook_module, "MOST_ROWS", 10)
    with pytest.raises(DataError, match="table 't': 20 rows and 1 columns exceed an Excel sheet"):
        Table("t", pd.DataFrame({"a": range(20)})).to_excel(path)
    assert not path.exists()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Smallest sets of figures that cannot hold together", "Smallest sets of figures"),
        ("Specifications without an estimate", "Specifications"),
        ("Average contribution to productivity growth, log points", "Average contribution"),
        ("\u5f39\u6027\uff1a\u53ef\u63a5\u53d7\u7684\u65b9\u7a0b", "\u5f39\u6027"),
    ],
)
def test_the_name_of_a_sheet_ends_where_its_phrase_may(title: str, name: str) -> None:
    assert sheet_names([title]) == [name]


def test_long_titles_that_begin_alike_have_names_of_their_own() -> None:
    titles = [f"Smallest sets of figures that cannot hold together in {year}" for year in (1, 2)]
    assert sheet_names(titles) == ["Smallest sets of figures", "Smallest sets of figures 2"]
