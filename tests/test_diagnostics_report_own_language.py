"""A language made up: templates, units, lists and tables, each rule by itself."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from quesnay.diagnostics.report.language import Language, say
from quesnay.models.display.grid import Amount
from quesnay.models.display.table import Table

OWN = Language(
    "xx",
    {"{a:.1f} of {b}": "{b}: {a:.1f}", "whole": "ganz"},
    {
        "alpha": "A", "beta": "B", "{x} of {y}": "{y}'s {x}", "{x} of all {y}": "every {y}'s {x}",
        "in {n} and {n1}": "<{n},{n1}>", "{x} twice {x}": "2{x}", "got {v} {unit}": "={v}{unit}",
        "list: {rows}.": "({rows})", "total": "T", "core": "C", "yes": "ja", "no": "nein",
        "year": "J", "share, %": "Anteil", "sum": "S", "title": "Titel",
    },
    {"million persons": ("Wan", 2, "Mio"), "percent": ("Pro", 0, "Prozent")},
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alpha", "A"), ("Alpha", "A"), ("gamma", "gamma"), ("5 %", "5%"), ("12", "12"),
        ("alpha of beta", "B's A"), ("alpha of all beta", "every B's A"),  # the longer one first
        ("alpha twice alpha", "2A"), ("alpha twice beta", "alpha twice beta"),
        ("in 3 and 4.5", "<3,4.5>"), ("in x and 4", "in x and 4"),
        ("in +1,234 and -5", "<+1,234,-5>"),
        ("alpha; beta", "A\uff1bB"), ("alpha, beta", "A\uff0cB"),
        ("alpha, beta; alpha", "A\uff0cB\uff1bA"), ("list: alpha; beta.", "(A\uff1bB)"),
        ("2.55 million persons", "255Wan"), ("2.55 x million persons", "255Wan"),
        ("1,250 million persons", "125000Wan"), ("7 percent", "7Pro"), ("million persons", "Mio"),
        ("x million persons", "x million persons"), ("got 1.5 million persons", "=150Wan"),
        ("got 1.5 percent", "=1.5Pro"), ("\u4e2d alpha of beta", "\u4e2d alpha of beta"),
    ],
)  # fmt: skip
def test_a_text_is_found_filled_or_taken_apart(text: str, said: str) -> None:
    assert OWN(text) == said
    assert OWN(text) == said  # kept


def test_numbers_grow_by_the_powers_of_their_unit() -> None:
    assert OWN.measured("2.55 [1.8, -3]", "million persons") == "255 [180, -300]"
    assert OWN.measured("2.55", "percent") == "2.55"
    assert OWN.measured("2.55", "unknown") == "2.55"
    assert OWN.measure("million persons") == (100.0, "Wan")
    assert OWN.measure("percent") == (1.0, "Pro")
    assert OWN.measure("alpha") == (1.0, "A")


def test_english_stays_but_for_the_words_of_a_study() -> None:
    english = Language()
    assert english("alpha of beta 5 %") == "alpha of beta 5 %"
    own = Language(texts={"ln_x": "log of x"})
    assert own("the ln_x and ln_x2") == "the log of x and ln_x2"
    assert own("y ~ ln_x") == "y ~ ln_x"  # a formula
    table = Table("title", pd.DataFrame({"a": [1]}))
    assert english.table(table) is table
    assert own.table(table).title == "title"


def test_sentences_are_filled_in_the_order_of_the_language() -> None:
    assert say("{a:.1f} of {b}", OWN, a=1.25, b="x") == "x: 1.2"
    assert say("{a:.1f} of {b}", a=1.25, b="x") == "1.2 of x"
    assert say("{a:.0%} more", a=0.5) == "50 % more"
    assert say("{a:.0%} more", OWN, a=0.5) == "50% more"
    assert say("whole", OWN) == "ganz"
    assert say("alpha", OWN) == "A"
    assert say("alpha") == "alpha"


def test_a_table_is_told_cell_by_cell_with_numbers_in_their_units() -> None:
    jobs: Any = [Amount("2.5 [2, 3]", 2.5, 2.0, 3.0), Amount("7", 7.0)]
    printed: Any = [Amount("2.5 million persons", 2.5, unit="million persons"),
                    Amount("7 percent", 7.0, unit="percent", remark="beta")]  # fmt: skip
    frame = pd.DataFrame(
        {"total": jobs, "core": printed, "sum": [0.0925, 3.0], "share, %": [4.0, 5.0],
         "kind": ["million persons", "percent"], "agrees": [True, False], "year": [2018, 2019]},
        pd.Index(["alpha", "x"], name="year"),
    )  # fmt: skip
    table = Table("title", frame, ("alpha", "note"), {"sum": ".2f"}, "core")
    found = OWN.table(table)
    assert (found.title, found.notes, found.sheet) == ("Titel", ("A", "note"), "C")
    assert found.formats == {"S": ".2f"}
    own: Any = found.frame
    assert list(own.columns) == ["T", "C", "S", "Anteil", "kind", "agrees", "J"]
    assert (list(own.index), own.index.name) == (["A", "x"], "J")
    assert [str(cell) for cell in own["T"]] == ["250 [200, 300]", "7"]
    first = own["T"].iloc[0]
    assert (first.value, first.low, first.high, first.unit) == (250.0, 200.0, 300.0, "")
    assert [(str(cell), cell.value, cell.unit, cell.remark) for cell in own["C"]] == [
        ("250Wan", 250.0, "Wan", ""), ("7Pro", 7.0, "Prozent", "B"),
    ]  # fmt: skip
    assert own["S"].tolist() == [9.25, 3.0]
    assert own["Anteil"].tolist() == [4.0, 5.0]  # a share is of the row, not in its unit
    assert own["kind"].tolist() == ["Wan", "Prozent"]
    assert own["agrees"].tolist() == ["ja", "nein"]
    assert own["J"].tolist() == [2018, 2019]
    assert frame["sum"].tolist() == [0.0925, 3.0]  # the table that was told is as it was


def test_labels_of_several_levels_and_rows_that_are_only_counted() -> None:
    index = pd.MultiIndex.from_tuples([("alpha", 2018), ("x", 2019)], names=["core", None])
    found = OWN.table(Table("t", pd.DataFrame({"a": [1, 2]}, index)))
    assert list(found.frame.index) == [("A", 2018), ("x", 2019)]
    assert list(found.frame.index.names) == ["C", None]
    counted = OWN.table(Table("t", pd.DataFrame({"a": ["alpha"]}))).frame
    assert isinstance(counted.index, pd.RangeIndex)
    named = OWN.table(Table("t", pd.DataFrame({"a": [1]}, pd.RangeIndex(1, name="core"))))
    assert named.frame.index.name == "C"
    numbers = OWN.table(Table("t", pd.DataFrame({"a": np.array([1.5, 2.5])})))
    assert numbers.frame["a"].tolist() == [1.5, 2.5]
