"""What cells say: how numbers are written is decided for a whole sheet, or refused."""

from typing import Any

import numpy as np
import pytest

from quesnay.datasets.readers.cells import (
    NumberStyle,
    number_style,
    read_options,
    tidy,
    to_number,
)
from quesnay.datasets.readers.containers import PackedRow, Sheet
from quesnay.fitting.errors import DataError
from tests.refusals import refused

PLAIN = (".", "")


def style_of(rows: list[Any], delimiter: str = "") -> tuple[str, str]:
    found = number_style(Sheet("t", "", rows, delimiter), (0, 0))
    return found.decimal, found.thousands


@pytest.mark.parametrize(
    ("texts", "delimiter", "style"),
    [
        (["12,5"], ";", (",", "")), (["1234,567"], ";", (",", "")), (["0,123"], ";", (",", "")),
        (["1.234,567"], ";", (",", ".")), (["1 234,567"], ";", (",", " ")),
        (["12,5", "1.234"], ";", (",", ".")), (["12,5", "1\u00a0234"], ";", (",", " ")),
        (["12,5", "12.5"], ";", PLAIN),  # contradictory: told where a number is wanted
        (["1,234.5"], ";", (".", ",")), (["1,234", "1.5"], ";", (".", ",")),
        (["1,234,567"], ";", (".", ",")), (["1,234,567"], "\t", (".", ",")),
        (["12,345"], "", (".", ",")), (["12,345"], ",", (".", ",")),
        (["1'234"], ";", (".", "'")), (["1\u2019234"], ";", (".", "'")),
        (["1 234"], ";", PLAIN), (["1 234", "5 678"], ";", (".", " ")),
        (["1,234,567", "1,234"], ";", (".", ",")), (["1.234.567", "1.234"], ";", (",", ".")),
        (["1 234 567"], ";", (".", " ")), (["1\u202f234\u2009567"], ";", (".", " ")),
        (["1.234.567"], ";", (",", ".")), (["1.234"], ",", PLAIN),
        (["1.234", "1.5"], ";", PLAIN), (["1.234", 5.0], "", PLAIN), (["12"], ";", PLAIN),
        (["(12,5)"], ";", (",", "")), (["- 12,5"], ";", (",", "")), (["farm, 5"], ";", PLAIN),
        (["1" * 36 + ",55"], ";", (",", "")),  # 39 signs; a longer one is no number
        (["1" * 37 + ",55"], ";", PLAIN), ([], ";", PLAIN), ([""], ";", PLAIN),
    ],
)  # fmt: skip
def test_marks_of_one_sheet_decide_together(
    texts: list[Any], delimiter: str, style: tuple[str, str]
) -> None:
    assert style_of([[text] for text in texts], delimiter) == style
    assert style_of([texts], delimiter) == style
    packed = PackedRow(["1,5"], np.array([1.0]))  # holds no text that may be a number
    assert style_of([packed, *([text] for text in texts)], delimiter) == style


@pytest.mark.parametrize(
    ("texts", "delimiter", "said"),
    [
        (["12,345"], ";", "'12,345' may be 12345 or 12.345; declare it: decimal=',' or thous"),
        (["123,567"], ";", "'123,567' may be 123567 or 123.567"),
        (["12,345"], "\t", "'12,345' may be 12345 or 12.345"),
        (["7.500", "12"], ";", r"'7.500' may be 7500 or 7.500; declare it: decimal='.' or thous"),
        (["7.500"], "", "'7.500' may be 7500 or 7.500"),
    ],
)
def test_a_mark_between_three_digits_is_refused(
    texts: list[Any], delimiter: str, said: str
) -> None:
    rows = [[text] for text in texts]
    refused(lambda: style_of(rows, delimiter), said)
    packed = PackedRow([], np.array([1.0]))
    refused(lambda: style_of([packed, *rows], delimiter), said)


def test_only_cells_from_the_corner_on_are_looked_at() -> None:
    sheet = Sheet("t", "", [["1,5", "2,5"], ["3,5", "4.5"]], ";")
    assert number_style(sheet, (1, 1)) == NumberStyle()
    assert number_style(sheet, (1, 0)) == NumberStyle()
    assert number_style(sheet, (0, 1)) == NumberStyle()
    assert number_style(Sheet("t", "", sheet.rows[:1]), (0, 1)) == NumberStyle(",")
    zeros = frozenset({"-"})
    assert number_style(sheet, (1, 1), zeros=zeros).zeros == zeros


@pytest.mark.parametrize(
    ("declared", "style"),
    [
        ({"decimal": ","}, (",", "")), ({"thousands": "."}, (",", ".")),
        ({"thousands": ","}, (".", ",")), ({"thousands": ""}, (".", "")),
        ({"decimal": ".", "thousands": "'"}, (".", "'")),
    ],
)  # fmt: skip
def test_what_is_declared_counts(declared: dict[str, Any], style: tuple[str, str]) -> None:
    found = number_style(Sheet("t", "", [["1,5", "2.5"]], ";"), (0, 0), **declared)
    assert (found.decimal, found.thousands) == style


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "value"),
    [
        ("1,234.5", ".", ",", 1234.5), ("12,345,678", ".", ",", 12345678.0),
        ("+1,234", ".", ",", 1234.0), ("-1,234", ".", ",", -1234.0),
        ("123,456", ".", ",", 123456.0), ("1234,567", ".", ",", None), (",234", ".", ",", None),
        ("12,34", ".", ",", None), ("1,2345", ".", ",", None), ("1,234.567,8", ".", ",", None),
        ("1,234,56", ".", ",", None),
        ("1.234,5", ",", ".", 1234.5), ("1,5", ",", "", 1.5), ("1.5", ",", "", None),
        ("1 234", ".", "", None), ("1\u00a0234", ".", " ", 1234.0), ("1'234", ".", "'", 1234.0),
        ("(12)", ".", "", -12.0), ("(1,5)", ",", "", -1.5), ("(12", ".", "", None),
        ("(a)", ".", "", None), ("()", ".", "", None), ("5.", ".", "", 5.0), (".5", ".", "", 0.5),
        ("\u25b312", ".", "", -12.0), ("- 12", ".", "", -12.0), ("1_0", ".", "", None),
        ("1e99", ".", "", 1e99), ("-1e99", ".", "", -1e99), ("1e100", ".", "", None),
        ("0" * 399 + "7", ".", "", 7.0), ("0" * 400 + "7", ".", "", None), ("nan", ".", "", None),
    ],
)  # fmt: skip
def test_a_text_is_a_number_in_one_way_or_none(
    text: str, decimal: str, thousands: str, value: float | None
) -> None:
    assert to_number(text, NumberStyle(decimal, thousands)) == value


def test_what_stands_for_zero_is_zero_and_numbers_stay() -> None:
    style = NumberStyle(zeros=frozenset({"", "-"}))
    assert [to_number(cell, style) for cell in ("", " - ", "\u2013", 2.5)] == [0.0, 0.0, 0.0, 2.5]
    assert to_number("", NumberStyle()) is None


@pytest.mark.parametrize(
    ("label", "bare"),
    [
        ("  Total\n Output (1)", "total output"), ("Imports*", "imports"),
        ("\uff08\u8fdb\u53e3\uff09", "(\u8fdb\u53e3)"), ("\u8fdb \u53e3", "\u8fdb\u53e3"),
        ("\u4e00 \u4e00", "\u4e00\u4e00"),
        ("Taxes /2/", "taxes"), ("d\u2019import", "d'import"), ("a b", "a b"),
        ("GDP \u8fdb \u53e3", "gdp \u8fdb\u53e3"),
        ("\u00b9", ""), ("Goods\u00b2\u00b3", "goods"), ("Goods: [b]", "goods"),
    ],
)  # fmt: skip
def test_labels_lose_what_says_nothing(label: str, bare: str) -> None:
    assert tidy(label) == bare


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"decimal": ";"}, "decimal ';' is unknown; expected '.' or ','"),
        ({"thousands": ";"}, "thousands ';' is unknown; expected ',', '.', ' '"),
        ({"decimal": ".", "thousands": "."}, "decimal and thousands are both '.'; they must dif"),
    ],
)
def test_marks_that_are_none_are_refused(declared: dict[str, Any], said: str) -> None:
    with pytest.raises(DataError, match=said):
        number_style(Sheet("t", "", []), (0, 0), **declared)


# ---- options of reading --------------------------------------------------------------------------


def test_options_that_are_not_given_leave_all_to_the_file() -> None:
    found = read_options({})
    assert (found.layout, found.year, found.tolerance, found.strict) == (None, None, None, True)
    assert (found.blank, found.roles, found.merge_regions) == ("refuse", {}, False)
    assert found.zeros == frozenset()
    assert read_options({"blank": "zero"}).zeros == {"", "-", "\u2014"}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"year": "2014"}, 2014), ({"year": 1800}, 1800), ({"year": 2200}, 2200),
        ({"tolerance": 0}, 0.0), ({"tolerance": 1}, 1.0), ({"strict": False}, False),
        ({"merge_regions": True}, True), ({"unit": ""}, ""),
        ({"roles": {1: "taxes"}}, {"1": "taxes"}), ({"roles": None}, {}),
        ({"make": "a.csv"}, "a.csv"), ({"layout": "plain"}, "plain"), ({"sheet": "x"}, "x"),
    ],
)  # fmt: skip
def test_options_are_kept_as_what_they_are(given: dict[str, Any], kept: object) -> None:
    (name,) = given
    assert getattr(read_options(given, layouts=("plain",)), name) == kept


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"yaer": 2014}, "option 'yaer' of read_io is unknown; did you mean 'year'"),
        ({"q": 1}, "option 'q' of read_io is unknown; known: layout, sheet, year, country"),
        ({"unit": 1}, "unit: expected a text, got 1"), ({"name": "a\nb"}, "name"),
        ({"layout": "plane"}, "layout"), ({"blank": "nil"}, "blank"), ({"strict": "no"}, "strict"),
        ({"year": 1799}, "year: expected a year such as 2014, got 1799"),
        ({"year": 2201}, "year: expected a year such as 2014, got 2201"),
        ({"year": "20145"}, "got '20145'"), ({"year": "x"}, "got 'x'"), ({"strict": 1}, "strict"),
        ({"year": 2014.5}, "got 2014.5"),
        ({"tolerance": -0.1}, "tolerance: expected a share of output of at least 0, got -0.1"),
        ({"tolerance": "x"}, "tolerance: expected a share"), ({"make": 3}, "make: expected a path"),
        ({"accounts": 3}, "accounts: expected a path, got 3"),
        ({"roles": "taxes"}, "roles: expected {label: role}, got 'taxes'"),
        ({"roles": {"a": "tax"}}, "roles: role 'tax'"),
    ],
)  # fmt: skip
def test_options_that_say_nothing_are_refused(given: dict[str, Any], said: str) -> None:
    refused(lambda: read_options(given, layouts=("plain",)), said)
