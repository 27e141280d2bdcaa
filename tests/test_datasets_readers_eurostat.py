"""Cells of Eurostat, one a line: which rows and columns they become, and what is refused."""

from collections.abc import Iterable
from typing import Any

from quesnay.datasets.readers.assembly import Arrangement
from quesnay.datasets.readers.cells import read_options
from quesnay.datasets.readers.containers import Sheet
from quesnay.datasets.readers.eurostat import arrange_eurostat, looks_eurostat
from tests.refusals import refused

HEAD = ["stk_flow", "ind_use", "ind_ava", "unit", "geo", "time_period", "obs_value", "obs_flag"]
Cells = Iterable[tuple[str, str, str, object]]


def lines(cells: Cells, unit: str = "MIO_EUR", geo: str = "AT", year: str = "2015") -> list[Any]:
    """Rows of a file from flow, use, supply and value."""
    return [[flow, use, supply, unit, geo, year, str(x), ""] for flow, use, supply, x in cells]


def arranged(rows: list[Any], **options: Any) -> Arrangement:
    return arrange_eurostat(Sheet("t.csv", "", [list(HEAD), *rows], ","), read_options(options))


def roles(found: Iterable[Any]) -> dict[str, str]:
    return {line.label: line.role for line in found}


def spread(names: str, uses: str, flow: str = "TOTAL") -> Cells:
    """A cell of 1 for every use of every supply."""
    return [(flow, use, name, 1.0) for name in names.split() for use in uses.split()]


GOODS = spread("A B", "A B P3 P3_S13 P31_S13 P3_S14 P5 P51G P5M P52 P6 P6_S21 TU TFU")


def test_sub_totals_are_dropped_where_their_parts_are_there() -> None:
    found = arranged(lines(GOODS))
    assert roles(found.columns) == {
        "A": "sector", "B": "sector", "P3": "drop", "P3_S13": "drop", "P31_S13": "final_demand",
        "P3_S14": "final_demand", "P5": "drop", "P51G": "final_demand", "P5M": "drop",
        "P52": "final_demand", "P6": "drop", "P6_S21": "final_demand", "TU": "drop", "TFU": "drop",
    }  # fmt: skip
    alone = arranged(lines(spread("A", "A P3 P3_S13 P5 P5M P6 X")))
    assert roles(alone.columns) == {
        "A": "sector", "P3": "drop", "P3_S13": "final_demand", "P5": "drop",
        "P5M": "final_demand", "P6": "final_demand", "X": "drop",
    }  # fmt: skip


def test_rows_below_the_goods_are_what_eurostat_calls_them() -> None:
    below = spread("D21X31 D21 D31 D1 D11 D29X39 B2A3G B2G B3G P51C B1G P1 P2 TS_BP", "A B")
    found = arranged(lines([*GOODS, *below]))
    assert roles(found.rows) == {
        "A": "sector", "B": "sector", "D21X31": "taxes", "D1": "value_added",
        "D29X39": "value_added", "B2A3G": "value_added", "P51C": "value_added",
        "B1G": "value_added_total", "P1": "output",
    }  # fmt: skip
    assert [line.printed for line in found.rows[:2]] == ["A (TOTAL)", "B (TOTAL)"]
    assert [line.place for line in found.rows] == list(range(9))
    assert (found.unit, found.edition) == ("million euro", "AT 2015, flows TOTAL")
    assert found.assumed == ["cells that are not listed are zero"]


def test_parts_stand_in_where_the_sum_is_not_published() -> None:
    below = spread("D21 D31 B2G B3G D1", "A B")
    assert roles(arranged(lines([*GOODS, *below])).rows) == {
        "A": "sector", "B": "sector", "D21": "taxes", "D31": "taxes", "B2G": "value_added",
        "B3G": "value_added", "D1": "value_added",
    }  # fmt: skip


def test_imports_inside_become_a_negative_column_of_final_demand() -> None:
    bought = [("TOTAL", "A", "P7", 40), ("TOTAL", "B", "P7", 30), ("TOTAL", "A", "D1", 5)]
    found = arranged(lines([*GOODS, *bought]))
    last = found.columns[-1]
    assert (last.label, last.role, last.place) == ("imports", "imports", 15)
    values = [found.numbers.sheet.cell(i, last.place) for i in range(3)]
    assert values == [-40, -30, 0]
    assert found.assumed == [
        "P7 subtracted from uses, whose flows include imports", "cells that are not listed are zero"
    ]  # fmt: skip
    assert [found.numbers.sheet.cell(2, k) for k in range(4)] == ["D1", 5, 0, 0]


def test_flows_at_home_and_from_abroad_stand_apart() -> None:
    apart = [*spread("A B", "A B P6", "DOM"), *spread("A B", "A B P6", "IMP")]
    more = [*spread("A B", "A B P6"), *spread("P7", "A B", "DOM"), *spread("D1", "A B")]
    again = spread("D1", "A B", "DOM")
    found = arranged(lines([*apart, *more, *again]))
    assert [(line.label, line.role, line.printed) for line in found.rows] == [
        ("A", "sector", "A (DOM)"), ("B", "sector", "B (DOM)"), ("A", "imported", "A (IMP)"),
        ("B", "imported", "B (IMP)"), ("D1", "value_added", "D1 (TOTAL)"),
    ]  # fmt: skip
    assert found.edition.endswith("flows DOM")
    assert roles(found.columns) == {"A": "sector", "B": "sector", "P6": "final_demand"}
    # without the part at home the flows include imports, without the total they are at home
    total = arranged(lines([*spread("A", "A P6"), *spread("A", "A P6", "IMP")]))
    assert [line.role for line in total.rows] == ["sector"]
    assert total.edition.endswith("flows TOTAL")
    home = arranged(lines(spread("A", "A P6", "DOM")))
    assert home.edition.endswith("flows DOM")


def test_a_country_a_year_and_a_unit_are_chosen() -> None:
    other = [
        row
        for unit, geo, year in (("MIO_EUR", "AT", "2015"), ("MIO_EUR", "DE", "2015"),
                                ("MIO_NAC", "AT", "2016"), ("MIO_EUR", "AT", "2016"),
                                ("MIO_EUR", "AT", "2014"))
        for row in lines(spread("A", "A P3"), unit, geo, year)
    ]  # fmt: skip
    found = arranged(other, unit="MIO_NAC", country="AT", year=2016)
    assert (found.unit, found.edition) == (
        "million national currency", "AT 2016, flows TOTAL",
    )  # fmt: skip
    euro = arranged(other, country="AT", year=2016)
    assert euro.unit == "million euro"
    assert euro.assumed[0] == "unit MIO_EUR of MIO_EUR, MIO_NAC"
    assert arranged(other, unit="persons", country="AT", year=2016).unit == "million euro"
    refused(lambda: arranged(other), r"holds 2 values of geo \(AT, DE\): pass country='AT'")
    refused(
        lambda: arranged(other, country="AT"),
        r"3 values of time \(2014, 2015, 2016\): pass year=2016",
    )
    refused(lambda: arranged(other, country="FR"), "no country 'FR'; it has AT, DE$")
    refused(lambda: arranged(other, country="DEU"), "no country 'DEU'; did you mean 'DE'")
    refused(lambda: arranged(other, country="DE", year=2016), "no year '2016'; .*2015")
    kinds = lines(spread("A", "A"), "KG") + lines(spread("A", "A"), "T")
    refused(lambda: arranged(kinds), r"holds 2 values of unit \(KG, T\): pass unit='KG'")
    assert arranged(lines(spread("A", "A"), "KG")).unit == "KG"


def test_of_many_countries_some_are_named() -> None:
    names = [f"C{k:02d}" for k in range(31)]
    many = [row for name in names for row in lines(spread("A", "A"), geo=name)]
    refused(
        lambda: arranged(many, country="Xyz"), f"no country 'Xyz'; it has {', '.join(names[:30])}$"
    )
    nine = [row for name in names[:9] for row in lines(spread("A", "A"), geo=name)]
    refused(lambda: arranged(nine), rf"holds 9 values of geo \({', '.join(names[:8])}\): pass")


def test_values_that_are_not_published_are_zero_but_secret_ones_refused() -> None:
    rows = lines([*spread("A B", "A B P3"), ("TOTAL", "P6", "A", ":"), ("TOTAL", "P5", "B", ":p"),
                  ("TOTAL", "TU", "A", ": c"), ("TOTAL", "A", "TOTAL", ": c")])  # fmt: skip
    found = arranged(rows)
    assert found.assumed[0] == "2 cells not published (':') are zero, first A, P6 (TOTAL)"
    rows += lines([("TOTAL", "P51G", "A", ": c"), ("TOTAL", "P51G", "B", ": C")])
    refused(
        lambda: arranged(rows),
        r"A, P51G \(TOTAL\) is confidential, as are 1 other cells, and none is zero; take another",
    )
    read = arranged(rows, blank="zero")
    assert read.assumed[0] == "4 cells not published (':') are zero, first A, P6 (TOTAL)"
    flagged = lines([*spread("A", "A P3"), ("TOTAL", "P6", "A", "")])
    flagged[-1][-1] = "C"
    refused(lambda: arranged(flagged), "A, P6 .TOTAL. is confidential, as are 0 other cells")


def test_numbers_carry_their_flag_behind_a_blank() -> None:
    found = arranged(lines([("TOTAL", "A", "A", "12.5 e"), ("TOTAL", "P3", "A", "7 p")]))
    assert [found.numbers.sheet.cell(0, k) for k in (1, 2)] == [12.5, 7.0]
    wrong = lines([("TOTAL", "A", "A", "12.5"), ("TOTAL", "P3", "A", "7e")])
    refused(lambda: arranged(wrong), "t.csv: cell 2 under the header: '7e' is no number; expected")
    refused(lambda: arranged(lines([("TOTAL", "A", "A", ":1")])), "':1' is no number")


def test_years_across_stand_in_the_cells_of_a_wide_file() -> None:
    head = ["freq,unit,stk_flow,prd_use,prd_ava,geo\\TIME_PERIOD", "2018 ", "2019 "]
    rows: list[Any] = [head, ["A,MIO_EUR,TOTAL,A, A,AT", ": ", "3.5 p"], ["", "", ""],
            ["A,MIO_EUR,TOTAL,P3,A,AT", "7", "8"]]  # fmt: skip
    sheet = Sheet("t.tsv", "", rows, "\t")
    assert looks_eurostat(sheet)
    found = arrange_eurostat(sheet, read_options({"year": 2019}))
    assert [found.numbers.sheet.cell(0, k) for k in range(3)] == ["A", 3.5, 8.0]
    assert found.edition == "AT 2019, flows TOTAL"
    bare: list[Any] = [[row[0].removeprefix("freq,").removeprefix("A,"), *row[1:]] for row in rows]
    same = arrange_eurostat(Sheet("t.tsv", "", bare, "\t"), read_options({"year": 2019}))
    assert (same.edition, same.unit) == (found.edition, "million euro")  # units stand first
    assert not looks_eurostat(Sheet("t.csv", "", [["stk_flow", "ind_use", "geo"]], ","))
    assert not looks_eurostat(Sheet("t.csv", "", [], ","))
    assert not looks_eurostat(Sheet("t.csv", "", [["a title"], list(HEAD)], ","))


def test_a_line_as_short_as_the_header_is_told_by_its_number() -> None:
    whole = lines(spread("A", "A P3"))
    refused(lambda: arranged([*whole, ["TOTAL", "A"]]), "line 4 is shorter than the header")
    refused(lambda: arranged([*whole, whole[0][:-1]]), "line 4 is shorter than the header")
    refused(lambda: arranged([*whole, whole[1]]), r"A, P3 \(TOTAL\) stands twice")
    refused(lambda: arranged([]), "no cell of a table found under the header")
