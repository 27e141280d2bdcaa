"""Accounts by sector from a file, beside the table."""

import zipfile
from pathlib import Path

import pandas as pd
import pytest

import quesnay as qn

TABLE = (
    "code,name,A,B,homes,exports\n,,farm,mill,,\nA,farm,10,20,60,10\nB,mill,30,40,20,10\n"
    "L,wages,60,40,,\n"
)


def read(folder: Path, text: str, **options: object) -> qn.InputOutputTable:
    (folder / "table.csv").write_text(TABLE)
    (folder / "jobs.csv").write_text(text)
    return qn.read_io(folder / "table.csv", accounts=folder / "jobs.csv", **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "sector,jobs,co2\nA,5,2.5\nB,8,3\n",
        "sector,jobs,co2\nB,8,3\nA,5,2.5\nTotal,13,5.5\n",  # by label, not by place
        "Jobs and emissions\n\nsector,jobs,co2\nfarm,5,2.5\nmill,8,3\n",  # by name
        "account,A,B\njobs,5,8\nco2,2.5,3\n",  # turned over
        "of,persons,tonnes\nsector,jobs,co2\nA,5,2.5\nB,8,3\n",  # the nearest title
        ",,co2\n,jobs,\n,,\nA,5,2.5\nB,8,3\n",  # wherever it stands
        "code;name;jobs;co2\nA;farm;5;2,5\nB;mill;8;3\n",
        "code;name;jobs;co2\nA;farm;5,0;25e-1\nB;mill;8;3\n",
        "sector,jobs,co2\nA,5,2.5\nof which,,\nB,8,3\n,1,2\n",  # rows without figures or labels
        "code,name,jobs,co2\nA,Farming 1,5,2.5\nB,2nd mill,8,3\n",  # names that hold digits
    ],
)
def test_accounts_are_aligned_by_label(tmp_path: Path, text: str) -> None:
    table = read(tmp_path, text)
    wanted = pd.DataFrame([[5.0, 8.0], [2.5, 3.0]], ["jobs", "co2"], ["A", "B"])
    assert table.accounts is not None
    pd.testing.assert_frame_equal(table.accounts, wanted, check_names=False)
    # (5/100, 8/100) (I - A)^-1 with (I - A)^-1 = [[.6, .2], [.3, .9]] / .48
    assert table.multipliers("jobs").tolist() == pytest.approx([0.054 / 0.48, 0.082 / 0.48])


def test_what_final_demand_causes_is_told(tmp_path: Path) -> None:
    table = read(tmp_path, "sector,co2\nA,2.5\nB,3\nhomes,4\nTotal,5.5\n")
    assert table.source is not None
    assert "accounts of final demand 'homes': co2 4: pass it to footprint" in table.source.dropped
    assert table.footprint("co2", direct={"homes": 4})["total"].sum() == pytest.approx(9.5)


def test_totals_of_accounts_may_miss_the_sum_by_a_thousandth(tmp_path: Path) -> None:
    table = read(tmp_path, "sector,jobs\nA,5\nB,8\nTotal,13.01\n,99\n")
    assert table.source is not None
    assert "accounts: row 'Total': agrees with the sum of the sectors" in table.source.dropped
    with pytest.raises(qn.DataError, match="row 'Total' is not the sum of the sectors"):
        read(tmp_path, "sector,jobs\nA,5\nB,8\nTotal,13.02\n")
    assert read(tmp_path, "sector,jobs\nA,500\nB,499\nTotal,1000\n").accounts is not None


@pytest.mark.parametrize("place", [6, 7])
def test_sectors_of_accounts_are_looked_for_in_seven_columns(tmp_path: Path, place: int) -> None:
    blank = "," * place
    text = f"{blank}sector,jobs\n{blank}A,5\n{blank}B,8\n"
    if place == 6:
        assert read(tmp_path, text).accounts is not None
        return
    with pytest.raises(qn.DataError, match="accounts: no sector"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sector,jobs\nA,5\n", "accounts: no sector 'B'$"),
        ("sector,jobs\nX,5\n", r"accounts: no sector 'A' \(2 of 2 are missing\)$"),
        ("sector,jobs\nA,5\nB,8\nA,5\n", "accounts: sector 'A' stands twice"),
        ("sector,jobs\nA,5\nB,8\nC,9\n", "accounts: 'C' is no sector of the table; known: A, B"),
        (
            "sector,jobs\nA,5\nB,8\nof which,\nTotal,14\n",
            "row 'Total' is not the sum of the sectors",
        ),
        ("sector,jobs\nA,5\nB,\n", "row 'B', column 'jobs': is empty"),
        ("sector,jobs,co2\nA,5,2.5\nB,8\n", "row 'B', column 'co2': is empty"),
        ("sector,jobs\nA,5\nB,8x\n", "'8x' is no number"),
        ("sector,jobs,jobs\nA,5,1\nB,8,2\n", "column 3 stands twice: 'jobs'"),
        ("sector,name\nA,x\nB,y\n", "no column of numbers beside the sectors"),
        ("sector,jobs,co2\nA,5 e,2.5\nB,8 p,3\n", "column 'jobs': '5 e' is no number"),
        ("sector,jobs,co2\nA,5%,2.5\nB,8%,3\n", "column 'jobs': '5%' is no number"),
        ("sector,A,B\nA,5,6\nB,7,8\n", "its columns are called as sectors"),
    ],
)
def test_accounts_at_fault_are_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(qn.DataError, match=message):
        read(tmp_path, text)


def test_the_year_asked_for_chooses_among_packed_tables_and_accounts(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "tables.zip", "w") as archive:
        archive.writestr("table_2017.csv", TABLE.replace("60,10\n", "62,8\n"))
        archive.writestr("table_2018.csv", TABLE)
    with zipfile.ZipFile(tmp_path / "jobs.zip", "w") as archive:
        archive.writestr("jobs_2017.csv", "sector,jobs\nA,1\nB,2\n")
        archive.writestr("jobs_2018.csv", "sector,jobs\nA,5\nB,8\n")
    table = qn.read_io(tmp_path / "tables.zip", year=2018, accounts=tmp_path / "jobs.zip")
    assert table.final_demand["homes"].tolist() == [60, 20]
    assert table.accounts is not None
    assert table.accounts.to_numpy().tolist() == [[5.0, 8.0]]
