"""A study on files of the user's own gives what the embedded data give."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xlsxwriter

import quesnay as qn
from quesnay.diagnostics.reproduction import own_data
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.facts import gdp_vintages
from quesnay.diagnostics.reproduction.own_data import Column, read_own
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.study import load_study, study_text, template_text

YEARS = (2017, 2018, 2020)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Write every input of the embedded study to files and point a study at them."""
    for year in YEARS:
        qn.export_dataset(f"io_chn_{year}_42_separate", tmp_path / f"table_{year}.csv")
    qn.load_panel("china_provinces").to_csv(tmp_path / "provinces.csv", index=False)
    qn.load_panel("china_employment").to_csv(tmp_path / "employment.csv", index=False)
    industries = qn.load_gdp("CHN").drop(columns=["gdp", "vintage", "real_growth"])
    vintages = qn.load_gdp_vintages("CHN").join(industries, on="year")
    before = qn.load_gdp("CHN").loc[2012:2016].reset_index().assign(vintage="final")
    pd.concat([vintages, before]).to_csv(tmp_path / "gdp.csv", index=False)
    text = study_text("caict_2020")
    files = ", ".join(f'{year} = "table_{year}.csv"' for year in YEARS)
    for old, new in (
        ('country = "CHN"', 'country = "elsewhere"'),
        ('imports = "separate"', f'imports = "separate"\nfiles = {{ {files} }}'),
        ('panel = "china_provinces"', 'panel = "provinces.csv"'),
        ('panel = "china_employment"', 'panel = "employment.csv"'),
        ("[[gdp.vintages]]", '[gdp]\nfile = "gdp.csv"\n\n[[gdp.vintages]]'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def linkage_only(study: Path) -> str:
    """Leave the regressions out, which the fault is not in; return the study's text."""
    header = 'country = "elsewhere"'
    text = study.read_text(encoding="utf-8").replace(header, f'{header}\nruns = ["linkage"]', 1)
    study.write_text(text, encoding="utf-8")
    return text


@pytest.mark.slow
def test_own_files_give_the_account_of_the_embedded_data(study: Path) -> None:
    own = qn.reproduce(study, draws=50, seed=1)
    embedded = qn.reproduce("caict_2020", draws=50, seed=1)
    pd.testing.assert_frame_equal(own.account, embedded.account, rtol=1e-6)
    columns = ["estimate", "estimate_low", "estimate_high", "error"]
    assert np.allclose(own.verdicts[columns], embedded.verdicts[columns], rtol=1e-5, equal_nan=True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("table_2018.csv", "table_2018.csv"),
        ("provinces.csv", "cannot read this file"),
        ("gdp.csv", "cannot read this file"),
        ("employment.csv", "cannot read this file"),
    ],
)
def test_a_missing_file_is_named(study: Path, name: str, words: str) -> None:
    (study.parent / name).unlink()
    with pytest.raises(qn.QuesnayError, match=words):
        qn.reproduce(study, draws=2)


def test_a_missing_column_is_named(study: Path) -> None:
    path = study.parent / "gdp.csv"
    pd.read_csv(path).drop(columns="real_growth").to_csv(path, index=False)
    with pytest.raises(qn.DataError, match="column 'real_growth' is missing"):
        qn.reproduce(study, draws=2)


GDP = "year,vintage,gdp,real_growth\n2018,final,900,6.7\n2019,final,980,6.1\n"
JOBS = "code,year,employed\nA,2018,10\nB,2018,20\n"
PANEL = "unit,year,y,x,out,w\na,2018,1,2,true,1\nb,2018,,2.5,false,0\n"


def _own(tmp_path: Path, text: str) -> str:
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("gdp", GDP.replace("980", '"1,234"'), r"row 3, column 'gdp': '1,234' has a thousands sep"),
        ("gdp", GDP.replace("980", '"1,5"'), r"row 3, column 'gdp': '1,5' has a decimal comma"),
        ("gdp", GDP.replace("980", "x"), r"row 3, column 'gdp': 'x' is no number"),
        ("gdp", GDP.replace("980", "5%"), r"row 3, column 'gdp': '5%' has a percent sign"),
        (
            "gdp",
            GDP.replace("980", "１２３"),
            r"row 3, column 'gdp': '１２３' is not in the digits 0",
        ),
        ("gdp", GDP.replace("980", "inf"), r"row 3, column 'gdp': 'inf' is no finite number"),
        ("gdp", GDP.replace("980", "nan"), r"row 3, column 'gdp': 'nan' is no number"),
        ("gdp", GDP.replace("980", "1e400"), r"row 3, column 'gdp': '1e400' is no finite"),
        ("gdp", GDP.replace("980", "1e200"), r"row 3, column 'gdp': '1e200' is no finite number"),
        ("gdp", GDP.replace("980", "0x10"), r"row 3, column 'gdp': '0x10' is no number"),
        ("gdp", GDP.replace("980", "1_000"), r"row 3, column 'gdp': '1_000' is no number"),
        ("gdp", GDP.replace("980", "0"), r"row 3, column 'gdp': '0'; expected above 0"),
        ("gdp", GDP.replace("980", "-5"), r"row 3, column 'gdp': '-5'; expected above 0"),
        ("gdp", GDP.replace("6.1", ""), r"row 3, column 'real_growth': empty"),
        ("gdp", GDP.replace("6.1", "-100"), r"row 3, column 'real_growth': '-100'; expected above"),
        ("gdp", GDP.replace("2019", "2018"), r"row 3: year, vintage 2018, final stands in row 2"),
        ("gdp", GDP.replace("2019,", "2019.5,"), r"row 3, column 'year': '2019\.5' is no whole"),
        ("gdp", GDP.replace("2019,", "20190,"), r"row 3, column 'year': '20190'; expected 1000"),
        ("gdp", GDP.replace("vintage", "vintag"), r"column 'vintage' is missing; did you mean"),
        ("gdp", GDP.replace("real_growth", "gdp"), r"'gdp' stands twice"),
        ("gdp", GDP.replace("year,", ",", 1), r"names of the columns: one has no name"),
        ("gdp", GDP.replace("6.1", "6.1,7"), r"row 3: 5 cells under 4 columns"),
        ("gdp", GDP.split("\n")[0], r"no row below the names"),
        ("gdp", "", r"the file is empty"),
        ("gdp", GDP.replace("final,9", "final,x9"), r"row 2, column 'gdp': 'x900' is no number; r"),
        ("employment", JOBS.replace(",10", ","), r"row 2, column 'employed': empty"),
        ("employment", JOBS.replace("10", "-5"), r"row 2, column 'employed': '-5'; expected 0 or"),
        ("employment", JOBS.replace("B", "A"), r"row 3: code, year A, 2018 stands in row 2"),
        ("employment", JOBS.replace("B", ""), r"row 3, column 'code': empty"),
        ("demand", JOBS, r"column 'value' is missing"),
        ("panel", PANEL.replace("2018", "x"), r"row 2, column 'year': 'x' is no number"),
        ("panel", PANEL.replace(",2,", ",two,"), r"row 2, column 'x': 'two' is no number"),
        ("panel", PANEL.replace("true", "perhaps"), r"row 2, column 'out': 'perhaps'; expected tr"),
        ("panel", PANEL.replace("false,0", "false,-1"), r"row 3, column 'w': '-1'; expected 0 or"),
    ],
)
def test_a_cell_that_is_not_what_its_column_holds_is_refused(
    tmp_path: Path, kind: str, text: str, words: str
) -> None:
    extra = [
        Column("y", "number", "", may_be_empty=True),
        Column("x", "number", ""),
        Column("out", "truth", ""),
        Column("w", "number", "", least=0),
    ]
    with pytest.raises(qn.DataError, match=rf"own\.csv: .*{words}") as caught:
        read_own(_own(tmp_path, text), kind, extra if kind == "panel" else ())
    assert "\n" not in str(caught.value)


def test_the_first_three_faults_are_shown_and_all_are_counted(tmp_path: Path) -> None:
    text = "code,year,employed\n" + "".join(f"A{k},2018,x\n" for k in range(7))
    with pytest.raises(qn.DataError, match=r"7 faults, the first 3: row 2.*; row 3.*; row ") as got:
        read_own(_own(tmp_path, text), "employment")
    assert "row 5" not in str(got.value)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_is_right_is_read(tmp_path: Path, separator: str) -> None:
    text = "\ufeff" + PANEL.replace(",", separator)
    extra = [Column("y", "number", "", may_be_empty=True), Column("out", "truth", "")]
    frame = read_own(_own(tmp_path, text), "panel", extra)
    assert frame["year"].tolist() == [2018, 2018]
    assert frame["y"].isna().tolist() == [False, True]
    assert frame["out"].tolist() == [True, False]
    assert frame["unit"].tolist() == ["a", "b"]


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    frame = pd.DataFrame({"code": ["01", "02"], "year": [2018, 2018], "employed": [10, 20.5]})
    frame.to_excel(tmp_path / "jobs.xlsx", index=False, engine="xlsxwriter")
    read = read_own(str(tmp_path / "jobs.xlsx"), "employment")
    pd.testing.assert_frame_equal(read, frame.astype({"employed": float}), check_dtype=False)
    frame["employed"] = ["10", "twenty"]
    frame.to_excel(tmp_path / "jobs.xlsx", index=False, engine="xlsxwriter")
    with pytest.raises(qn.DataError, match=r"jobs\.xlsx: row 3, column 'employed': 'twenty'"):
        read_own(str(tmp_path / "jobs.xlsx"), "employment")


def test_a_workbook_with_a_far_cell_or_no_workbook_is_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "far.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "code")
        sheet.write(1_048_575, 16_383, 1)
    with pytest.raises(qn.DataError, match=r"row 1,048,576, column 16,384 .* stands far outside"):
        read_own(str(path), "employment")
    path.write_bytes(b"no workbook")
    with pytest.raises(qn.DataError, match=r"far\.xlsx: no readable workbook"):
        read_own(str(path), "employment")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"code,year,employed\n\xff\xfe,2018,1\n", "not in UTF-8"),
        (b"code,year,employed\nA\x00,2018,1\n", "cannot read this CSV file|cannot be printed"),
        (b'code,year,employed\n"A,2018,1\n', "cannot read this CSV file|empty"),
    ],
)
def test_bytes_that_are_no_csv_are_refused(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(data)
    with pytest.raises(qn.DataError, match=words):
        read_own(str(path), "employment")


def test_a_year_that_is_missing_is_named(study: Path) -> None:
    linkage_only(study)
    path = study.parent / "gdp.csv"
    frame = pd.read_csv(path)
    frame[frame["year"] != 2014].to_csv(path, index=False)
    with pytest.raises(qn.StudyError, match=r"study\.toml\.gdp\.file: 2014 is missing; productiv"):
        qn.reproduce(study, draws=2)


def test_an_error_names_study_key_file_row_and_column(study: Path) -> None:
    path = study.parent / "employment.csv"
    path.write_text(path.read_text().replace(",2015,", ",2015,x", 1))
    with pytest.raises(
        qn.DataError, match=r"study\.toml\.employment\.panel: .*employment\.csv: row \d+, column 'e"
    ):
        qn.reproduce(study, draws=2)


def test_industry_groups_of_a_year_come_all_or_none(study: Path) -> None:
    path = study.parent / "gdp.csv"
    frame = pd.read_csv(path)
    frame.loc[frame["year"] == 2019, "finance"] = np.nan
    frame.to_csv(path, index=False)
    with pytest.raises(qn.DataError, match=r"2019 has no value added of industry group 'finance'"):
        qn.reproduce(study, draws=2)


def test_every_option_of_reading_is_open_to_a_study(study: Path) -> None:
    text = linkage_only(study)
    files = "files = {"
    assert files in text
    good = text.replace(files, 'read = { blank = "zero", tolerance = 0.001 }\nfiles = {', 1)
    study.write_text(good, encoding="utf-8")
    assert qn.reproduce(study, draws=2).account.notna().all().all()
    study.write_text(text.replace(files, "read = { blnk = 1 }\nfiles = {", 1), encoding="utf-8")
    with pytest.raises(qn.QuesnayError, match=r"tables\.read.*'blnk'.*did you mean 'blank'"):
        qn.reproduce(study, draws=2)


GERMANY = """Germany,Farms,ICT goods,Telecom,Other,Consumption,Exports,Total use
Farms,8,1,1,40,30,20,100
ICT goods,1,12,6,30,20,31,100
Telecom,1,4,9,26,40,20,100
Other,20,33,24,200,500,223,1000
Imports,5,30,6,100,0,0,141
Wages,40,15,34,400,,,489
Surplus,25,5,20,204,,,254
Output,100,100,100,1000,,,
"""  # made up; imports are one row, as plain grids often have them


def test_a_newcomer_comes_from_the_template_to_a_country_of_his_own(tmp_path: Path) -> None:
    changes = {
        'country = "JPN"': 'country = "DEU"',
        '# files = { 2018 = "my_table.csv" }': 'files = { 2018 = "germany.csv" }',
        '"17" = 1.0': '"ICT goods" = 1.0',
        '{ "34" = 1.0, "35" = 1.0 }': '{ "Telecom" = 1.0 }',
        "# [gdp]": "[gdp]",
        '# file = "gdp.csv"': 'file = "gdp.csv"',
        "# vintages = [{": "vintages = [{",
    }
    text = template_text("country")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    (tmp_path / "germany.csv").write_text(GERMANY, encoding="utf-8")
    (tmp_path / "gdp.csv").write_text("year,vintage,gdp,real_growth\n2018,final,743,1.1\n")
    found = qn.check_study(tmp_path / "study.toml")
    assert found.faults == ()
    assert "imports as in the files" in found.summary()
    result = qn.reproduce(tmp_path / "study.toml", draws=2)
    assert isinstance(result, qn.Reproduction)
    own = row(result.account, ("linkage", 2018))
    assert own["core"] == pytest.approx(0.074)  # 20 + 54 million, in billion
    assert own["share"] < 0.5
    assert "imports inside" not in result.bounds.index.get_level_values(0)
    assert "Imports stand inside" not in result.summary()
    result.to_html(tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size > 10_000


def test_one_file_may_hold_several_years_and_published_demand_be_ones_own(
    study: Path, tmp_path: Path
) -> None:
    text = study.read_text(encoding="utf-8")
    with pd.ExcelWriter(tmp_path / "tables.xlsx") as book:
        for year in YEARS:
            frame = pd.read_csv(tmp_path / f"table_{year}.csv", header=None, dtype=str)
            frame.to_excel(book, sheet_name=str(year), header=False, index=False)
    for year in YEARS:
        text = text.replace(f"table_{year}.csv", "tables.xlsx")
    linkage = text.replace('country = "elsewhere"', 'country = "elsewhere"\nruns = ["linkage"]', 1)
    study.write_text(linkage, encoding="utf-8")
    found = qn.reproduce(study, draws=5, seed=1)
    embedded = with_keys(load_study("caict_2020"), {"study.runs": ["linkage"]})
    wanted = qn.reproduce(embedded, draws=5, seed=1)
    assert np.allclose(found.account["total"], wanted.account["total"], rtol=1e-6)


# ---- cells, one by one ---------------------------------------------------------------------------


def in_file(tmp_path: Path, text: str, kind: str = "employment", extra: Any = ()) -> Any:
    path = tmp_path / "own.csv"
    path.write_text(text, encoding="utf-8")
    return own_data.read_own(str(path), kind, extra)


@pytest.mark.parametrize(
    ("cell", "value"),
    [("12", 12.0), ("+1.5", 1.5), (".5", 0.5), ("2.", 2.0), ("1e2", 100.0), ("1E-2", 0.01),
     ("0", 0.0), ("1e100", 1e100), (" 7 ", 7.0)],
)  # fmt: skip
def test_plain_numbers_are_read(tmp_path: Path, cell: str, value: float) -> None:
    found = in_file(tmp_path, f"code,year,employed\nA,2018,{cell}\n")
    assert found.to_dict("records") == [{"code": "A", "year": 2018, "employed": value}]


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("", "empty"), ("5%", "has a percent sign"), ('"1,234"', "has a thousands separator"),
        ("1 234.5", "has a thousands separator"), ('"12,5"', "has a decimal comma"),
        ("\uff11\uff12", "is not in the digits 0 to 9"),
        ("1.\uff12", "is not in the digits 0 to 9"), ("-inf", "is no finite number"),
        ("Infinity", "is no finite number"), ("1e101", "is no finite number"),
        ("1e999", "is no finite number"), ("x", "is no number"), ("1e1000", "is no number"),
        ("-0.001", "expected 0 or more"), ("0x10", "is no number"), ("1_000", "is no number"),
    ],
)  # fmt: skip
def test_other_cells_are_named_with_row_and_column(tmp_path: Path, cell: str, why: str) -> None:
    with pytest.raises(qn.DataError, match="row 3, column 'employed'") as caught:
        in_file(tmp_path, f"code,year,employed\nA,2018,1\nB,2018,{cell}\n")
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "fine"),
    [("1000", True), ("2999", True), ("2018.0", True), ("999", False), ("3000", False),
     ("2018.5", False), ("1e99", False)],
)  # fmt: skip
def test_years_are_whole_and_of_the_calendar(tmp_path: Path, cell: str, fine: bool) -> None:
    text = f"code,year,employed\nA,{cell},1\n"
    if fine:
        assert in_file(tmp_path, text)["year"].tolist() == [int(float(cell))]
        return
    with pytest.raises(qn.DataError, match="row 2, column 'year'") as caught:
        in_file(tmp_path, text)
    said = "no whole year" if cell == "2018.5" else "expected 1000 to 2999"
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("gdp", "growth", "fine"),
    [("0.1", "-99.9", True), ("0", "1", False), ("1", "-100", False), ("-1", "1", False)],
)
def test_gdp_is_above_zero_and_growth_above_minus_a_hundred(
    tmp_path: Path, gdp: str, growth: str, fine: bool
) -> None:
    text = f"year,vintage,gdp,real_growth\n2018,final,{gdp},{growth}\n"
    if fine:
        assert len(in_file(tmp_path, text, "gdp")) == 1
    else:
        with pytest.raises(qn.DataError, match="expected above "):
            in_file(tmp_path, text, "gdp")


def test_faults_are_counted_and_the_first_three_are_shown(tmp_path: Path) -> None:
    rows = "\n".join(f"{c},2018,x" for c in "ABC")
    with pytest.raises(qn.DataError) as caught:
        in_file(tmp_path, f"code,year,employed\n{rows}\n")
    assert str(caught.value).count("is no number") == 3
    assert "3 faults" not in str(caught.value)
    with pytest.raises(qn.DataError, match="4 faults, the first 3: row 2") as caught:
        in_file(tmp_path, f"code,year,employed\n{rows}\nD,2018,x\n")
    assert str(caught.value).count("is no number") == 3


def test_a_row_that_stands_twice_names_the_first(tmp_path: Path) -> None:
    text = "code,year,employed\nA,2018,1\n\nA,2019,1\nA,2018,2\nA,2018,3\n"
    with pytest.raises(qn.DataError) as caught:
        in_file(tmp_path, text)
    assert str(caught.value).endswith(
        "row 5: code, year A, 2018 stands in row 2; row 6: code, year A, 2018 stands in row 2"
    )
    assert len(in_file(tmp_path, "year,x\n2018,1\n2018,2\n", "panel")) == 2  # no key of a panel


def test_truth_and_text_and_further_columns(tmp_path: Path) -> None:
    extra = (own_data.Column("own", "truth", ""), own_data.Column("note", "text", ""))
    text = "year,own,note,more\n2018,TRUE,a,\n2019,0,b,x\n"
    found = in_file(tmp_path, text, "panel", extra)
    assert found["own"].tolist() == [True, False]
    assert found["more"].tolist() == ["", "x"]
    with pytest.raises(qn.DataError, match="row 2, column 'own': 'yes'; expected true or false"):
        in_file(tmp_path, "year,own,note\n2018,yes,a\n", "panel", extra)
    with pytest.raises(qn.DataError, match="row 2, column 'note': empty"):
        in_file(tmp_path, "year,own,note\n2018,1,\n", "panel", extra)
    with pytest.raises(qn.DataError, match="column 'own' is missing"):
        in_file(tmp_path, "year,owm,note\n2018,1,a\n", "panel", extra)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_mark_between_cells_is_that_of_the_first_line(tmp_path: Path, mark: str) -> None:
    text = mark.join(["code", "year", "employed", ""]) + "\n" + mark.join(["A", "2018", "1", ""])
    found = in_file(tmp_path, f"{text}\n")
    assert list(found.columns) == ["code", "year", "employed"]
    assert found["employed"].tolist() == [1.0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("code,year,employed,\nA,2018,1,9\n", "row 2: 4 cells under 3 columns"),
        ("code,year,employed,\nA,2018,1,,9\n", "row 2: 5 cells under 3 columns"),
        ("code,year,,employed\nA,2018,1,9\n", "names of the columns: one has no name"),
        ("code,year,code\nA,2018,1\n", "names of the columns: 'code' stands twice"),
        ("code,year,employed\n", "no row below the names"), ("\n \n", "the file is empty"),
        ("code,year,employed\nA,2018\n", "row 2, column 'employed': empty"),
        ('code,year,employed\nA,2018,"1\n', "cannot read this CSV file"),
    ],
)  # fmt: skip
def test_a_broken_file_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(qn.DataError, match=words):
        in_file(tmp_path, text)


def test_the_documentation_lists_ranges_in_words() -> None:
    rows = {(row["file"], row["column"]): row for row in own_data.column_table()}
    gdp = "GDP by vintage (gdp.file)"
    assert rows[gdp, "year"]["range"] == "1000 to 2999"
    assert rows[gdp, "gdp"]["range"] == "above 0"
    assert rows[gdp, "real_growth"]["range"] == "above -100"
    assert rows["jobs by industry (employment.panel)", "employed"]["range"] == "0 or more"
    assert rows["jobs by industry (employment.panel)", "code"]["range"] == ""
    assert rows[gdp, "vintage"]["unique"] == "year, vintage"
    assert rows[gdp, "gdp"]["unique"] == ""
    assert {row["empty"] for row in rows.values()} == {"allowed", "refused"}
    (group,) = [row for row in rows.values() if row["empty"] == "allowed"]
    assert group["column"] == "(name of the group)"
    assert own_data.is_own("a.CSV")
    assert own_data.is_own("b.xlsx")
    assert not own_data.is_own("china_gdp")


@pytest.mark.parametrize(
    ("cell", "text"),
    [(2018.0, "2018"), (0.5, "0.5"), ("x", "x"), (1e15, "1000000000000000.0"), (-3.0, "-3")],
)
def test_whole_numbers_of_a_workbook_have_no_point(cell: object, text: str) -> None:
    assert own_data._written(cell) == text


def test_real_growth_in_fractions_is_told_from_percent_by_nominal_growth(tmp_path: Path) -> None:
    rows = "year,vintage,gdp,real_growth\n2016,f,746,{}\n2017,f,832,{}\n2018,f,919,{}\n"
    text = template_text("minimal") + '\n[gdp]\nfile = "gdp.csv"\n'
    path, own = tmp_path / "study.toml", tmp_path / "gdp.csv"
    path.write_text(f'{text}[[gdp.vintages]]\nname = "f"\nyears = {{ 2018 = "f" }}\n', "utf-8")
    own.write_text(rows.format(0.068, 0.069, 0.067), "utf-8")
    with pytest.raises(qn.QuesnayError, match=r"0\.069 and its like are fractions; write percent"):
        gdp_vintages(qn.load_study(path))
    own.write_text(rows.format(0.1, 0.19, 0.1), "utf-8")
    with pytest.raises(qn.QuesnayError, match=r"0\.19 and its like are fractions"):
        gdp_vintages(qn.load_study(path))
    for fine in ((6.8, 6.9, 6.7), (0.1, -0.2, 0.1), (0.1, 0.2, 0.1)):
        own.write_text(rows.format(*fine), "utf-8")
        assert gdp_vintages(qn.load_study(path))["real_growth"].tolist() == list(fine)
    slow = rows.format(0.05, 0.05, 0.067)
    for taken in (slow.replace("832", "746.4"), slow.replace("2016,f,746,0.05\n", "")):
        own.write_text(taken, "utf-8")  # 746.4 is 0.05 % more; of a single growth nothing is known
        assert gdp_vintages(qn.load_study(path))["real_growth"].max() == 0.067
