"""Files of printed figures: what each table becomes, and what is told of a wrong one."""

from math import inf
from pathlib import Path
from typing import Any

import pytest

from quesnay.diagnostics.audit import files
from quesnay.diagnostics.audit.files import read_figures
from quesnay.diagnostics.audit.identities import ACCOUNT_IDENTITIES, ACCOUNT_QUANTITIES, Quantity
from tests.refusals import refused

HEAD = "id,concept,year,printed,unit"
ROW = "T19,total,2019,2.13,trillion yuan"
FIGURE = '[[figure]]\nid = "T19"\nconcept = "total"\nyear = 2019\nprinted = "2.13"\nunit = "t"\n'
IDENTITY = '[[identity]]\nequation = "T = C"\n'


def read(folder: Path, text: str, name: str = "own.toml") -> Any:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_figures(path)


def test_a_table_of_separated_values_uses_the_identities_of_an_account(tmp_path: Path) -> None:
    text = f"\ufeff{HEAD},source\n{ROW},x\n\n , ,,,,\n S18 ,share,2018,1.5,percent,y\n"
    found = read(tmp_path, text, "own.csv")
    assert found.figures["printed"].to_dict() == {"T19": "2.13", " S18 ": "1.5"}
    assert found.gdp is None
    assert found.forecast_growth is None
    assert (found.identities, found.quantities) == (ACCOUNT_IDENTITIES, ACCOUNT_QUANTITIES)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "own.csv: not a CSV table; the first row names the columns"),
        (f"{HEAD}\n", "own.csv: no figure; give at least one printed figure"),
        ("id,concept,yeer,printed,unit\n", "no column 'year'; did you mean 'yeer'"),
        (f"{HEAD},colour\n{ROW},x\n", "own.csv: unknown column 'colour'"),
        (f"{HEAD},unit\n{ROW},x\n", "own.csv: a column is given twice"),
        (f"{HEAD}\n{ROW}\n{ROW},7\n", "own.csv: row 3: 6 cells, 5 expected"),
        (f"{HEAD}\n{ROW}\n\n{ROW}\n", "own.csv: row 4: id 'T19' is that of row 2"),
        (f"{HEAD}\n{ROW.replace('T19', ' ')}\n", "own.csv: row 2, column 'id': empty"),
        (f"{HEAD}\n{ROW.replace('2019', 'x')}\n", "own.csv: row 2, T19: year"),
        (f'{HEAD}\n"T19', "own.csv: not a CSV table"),
    ],
)
def test_a_row_at_fault_is_told_by_its_line(tmp_path: Path, text: str, said: str) -> None:
    refused(lambda: read(tmp_path, text, "own.csv"), said)


def test_every_table_of_a_file_becomes_its_part(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        'title = "Own"\nforecast_growth = [4, 6.5]\n'
        + FIGURE
        + '[[identity]]\nequation = "T = C * r"\nname = "sum"\ndefinition = "own"\n'
        + IDENTITY
        + '[[quantity]]\nsymbol = "C"\n'
        '[[quantity]]\nsymbol = "r"\nconcept = " rate "\nunit = "percent"\nlow = 1\nhigh = 2.5\n'
        '[[quantity]]\nsymbol = "T"\nlike = "C"\n'
        '[[gdp]]\nyear = 2019\nvintage = "first"\ngdp = 99.0\n',
    )
    assert found.figures.loc["T19", "printed"] == "2.13"
    assert found.forecast_growth == (4.0, 6.5)
    assert found.gdp.to_dict("records") == [{"year": 2019, "vintage": "first", "gdp": 99.0}]
    assert [(one.name, one.text, one.definition) for one in found.identities] == [
        ("sum", "T = C * r", "own"), ("T = C", "T = C", ""),
    ]  # fmt: skip
    free = float("inf")
    assert found.quantities == (
        Quantity("C", "C", "", "", -free, free), Quantity("r", "rate", "percent", "", 1.0, 2.5),
        Quantity("T", "T", "", "C", -free, free),
    )  # fmt: skip


def test_what_no_account_can_print_is_declared_of_each_quantity() -> None:
    # No amount is below zero, no part of a whole above 100 %, and nothing shrinks by more than all.
    bounds = {q.symbol: (q.unit, q.low, q.high) for q in ACCOUNT_QUANTITIES}
    amounts, shares, rates = ("", 0.0, inf), ("percent", 0.0, 100.0), ("percent", -100.0, inf)
    expected = dict.fromkeys(("T", "C", "I", "GDP"), amounts) | dict.fromkeys("SH", shares)
    expected |= dict.fromkeys("GNRD", rates) | {"K": ("percent", -inf, inf)}
    assert bounds == expected
    assert list(bounds) == [*"TCISHKGN", "GDP", "R", "D"]  # the total is told first
    # amounts that are not printed are in the unit of the total, the total in that of the core
    assert {q.symbol: q.like for q in ACCOUNT_QUANTITIES if q.like} == {
        "T": "C", **dict.fromkeys(("C", "I", "GDP"), "T")
    }  # fmt: skip


def test_without_identities_those_of_an_account_hold_with_what_is_declared_beside(
    tmp_path: Path,
) -> None:
    found = read(tmp_path, FIGURE + '[[quantity]]\nsymbol = "q"\n')
    assert found.identities == ACCOUNT_IDENTITIES
    assert found.quantities[:-1] == ACCOUNT_QUANTITIES
    assert found.quantities[-1].symbol == "q"
    assert found.gdp is None
    assert read(tmp_path, FIGURE + IDENTITY).quantities == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", r"own.toml: no \[\[figure\]\]; give at least one printed figure"),
        ("title = 3\n" + FIGURE, "own.toml: title: .* expected, got 3"),
        ("tilte = 'x'\n" + FIGURE, "own.toml: unknown key 'tilte'; did you mean 'title'"),
        ("figure = 3\n", r"figure must be a list of tables, written \[\[figure\]\]"),
        ("figure = [3]\n", r"figure must be a list of tables, written \[\[figure\]\]"),
        (FIGURE + "colour = 'x'\n", r"unknown key 'colour' in \[\[figure\]\] 1"),
        (FIGURE.replace('unit = "t"\n', ""), r"a \[\[figure\]\], number 1, has no unit"),
        (FIGURE.replace("2019\n", "2019.5\n"), r"\[\[figure\]\] 1, year: .* expected, got 2019.5"),
        (
            FIGURE.replace('"2.13"', "2.13"),
            "printed: .* write printed as text, so that trailing",
        ),
        (FIGURE + FIGURE, r"\[\[figure\]\] 2: id 'T19' is that of \[\[figure\]\] 1"),
        (
            "forecast_growth = [4]\n" + FIGURE,
            r"two numbers in percent expected, such as \[7.0",
        ),
        ("forecast_growth = 4\n" + FIGURE, "forecast_growth: two numbers .* got 4"),
        ("forecast_growth = [4, 'x']\n" + FIGURE, "forecast_growth: two numbers"),
        (FIGURE + '[[quantity]]\nsymbol = "a b"\n', "symbol 'a b'; a name such as 'T' expected"),
        (FIGURE + '[[quantity]]\nsymbol = "a"\nlow = 2\nhigh = 2\n', "a: low must be below high"),
        (
            FIGURE + '[[quantity]]\nsymbol = "a"\nlow = "2"\n',
            r"quantity\]\] 1, low: .* expected",
        ),
        (FIGURE + '[[identity]]\nname = "x"\n', r"a \[\[identity\]\], number 1, has no equation"),
        ("x = = 1\n", "own.toml: not valid TOML"),
    ],
)
def test_a_key_at_fault_is_told_by_its_table(tmp_path: Path, text: str, said: str) -> None:
    refused(lambda: read(tmp_path, text), said)


def test_printed_may_be_a_whole_number_and_growth_text(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        FIGURE.replace('"2.13"', "4386")
        + '[[gdp]]\nyear = 2019\nvintage = "a"\ngdp = 99\nreal_growth = "6.0"\n'
        '[[gdp]]\nyear = 2018\nvintage = "a"\ngdp = 92\nreal_growth = 6.7\n',
    )
    assert found.figures.loc["T19", "printed"] == 4386
    assert found.gdp["real_growth"].tolist() == ["6.0", 6.7]


def test_a_file_of_figures_has_a_kind_a_size_and_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused(lambda: read(tmp_path, "x", "own.txt"), "own.txt: a .toml or .csv file expected")
    refused(lambda: read_figures(tmp_path / "no.csv"), "no.csv: cannot be read .No such file")
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe")
    refused(lambda: read_figures(tmp_path / "a.csv"), "a.csv: not UTF-8 text; save it as UTF-8")
    text = f"{HEAD}\n{ROW}\n"
    monkeypatch.setattr(files, "_LARGEST", len(text))
    assert len(read(tmp_path, text, "own.csv").figures) == 1
    said = f"own.csv: larger than {len(text):,} bytes; keep only the figures"
    refused(lambda: read(tmp_path, text + "\n", "own.csv"), said)
