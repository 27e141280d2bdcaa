"""What messages and notes say, word for word, where a part of it could be wrong and not be seen."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.errors import QuesnayError

Z = [[130.0, 480.0], [180.0, 80.0]]
APART = qn.InputOutputTable(
    Z, [390.0, 1740.0], [650.0, 1400.0], imports=[[20.0, 20.0], [20.0, 20.0]]
)
INSIDE = qn.InputOutputTable(
    [[150.0, 500.0], [200.0, 100.0]],
    pd.DataFrame({"home": [450.0, 1800.0], "imports": [-100.0, -100.0]}),
    [650.0, 1400.0],
)
TWO = qn.InputOutputTable(
    pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], ["farm", "mill"], ["farm", "mill"]),
    pd.Series([350.0, 1700.0], ["farm", "mill"]),
    pd.Series([650.0, 1400.0], ["farm", "mill"]),
)
DATA = pd.DataFrame({"y": [1.0, 3.0, 2.0, 6.0, 5.0], "x": [0.0, 1.0, 2.0, 3.0, 5.0],
                     "z": [1.0, 0.0, 2.0, 5.0, 3.0], "w": [1.0, 1.0, 2.0, 4.0, 3.0]})  # fmt: skip


def short(inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {"y": inputs["a"][:-1]}


SAYINGS: dict[str, tuple[Callable[[], object], str]] = {
    "an instrument twice": (
        lambda: qn.fit_instrumental("y ~ x", DATA, endogenous="x", instruments=["z", "z"]),
        "'z' is named twice",
    ),
    "an instrument of the formula": (
        lambda: qn.fit_instrumental("y ~ x + w", DATA, endogenous="x", instruments=["w"]),
        "'w' is in the formula",
    ),
    "the second name twice": (
        lambda: qn.fit_panel("y ~ x", DATA, absorb=["z", "w", "w"]), "'w' is named twice",
    ),
    "an error of zero": (
        lambda: qn.combine({"a": 1.0, "b": 2.0}, {"a": 1.0, "b": 0.0}),
        "std_errors: 0.0 at 'b'; must be positive",
    ),
    "households of an open model": (
        lambda: TWO.multipliers("output", household="homes"),
        "household=, income= and household_row= are of the closed model: closed=True",
    ),
    "their row in an open model": (
        lambda: TWO.multipliers("output", household_row=True),
        "household=, income= and household_row= are of the closed model: closed=True",
    ),
    "a part that is a sector": (
        lambda: TWO.split("mill", {"farm": 0.5, "new": 0.5}),
        "split: 'farm' is already a sector of the table; take another name",
    ),
    "masked cells": (
        lambda: qn.InputOutputTable(np.ma.masked_equal(Z, 80.0), [1.0, 1.0], [1.0, 1.0]),
        "the array has masked cells; fill them",
    ),
    "too few figures of a model": (
        lambda: qn.monte_carlo(short, {"a": qn.Uniform(0.0, 1.0)}, draws=5, seed=0),
        "returned shape",
    ),
    "errors of another length": (
        lambda: qn.fit_curve("logistic", [1, 2, 3, 4], [1, 3, 6, 7], y_errors=[1.0, 2.0]),
        "y_errors: expected 4 positive standard errors",
    ),
    "growth of minus one": (
        lambda: qn.perpetual_inventory(pd.Series([1.0, 1.0], [2000, 2001]), depreciation=0.1,
                                       growth=-1.0),
        "growth must be a finite rate above -1, got -1.0",
    ),
    "a file of another kind": (
        lambda: qn.read_io(_written("t.docx", b"PK")), "t.docx: ",
    ),
}  # fmt: skip


def _written(name: str, data: bytes) -> Path:
    import tempfile

    path = Path(tempfile.mkdtemp()) / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", SAYINGS)
def test_a_message_names_what_is_at_fault(name: str) -> None:
    call, says = SAYINGS[name]
    with pytest.raises(QuesnayError, match=re.escape(says)):
        call()


def test_a_part_may_keep_the_name_of_the_sector_that_is_split() -> None:
    made = TWO.split("mill", {"mill": 0.75, "new": 0.25})
    assert sorted(made.sectors) == ["farm", "mill", "new"]
    assert made.x.to_dict() == pytest.approx({"farm": 1000.0, "mill": 1500.0, "new": 500.0})


@pytest.mark.parametrize(("order", "which", "rest"), [(1, "end", "start"), (-1, "start", "end")])
def test_imports_of_one_of_two_tables_are_told_of(order: int, which: str, rest: str) -> None:
    pair = (INSIDE, APART)[::order]
    found = qn.structural_decomposition(*pair)
    assert found.notes == (
        f"Imports are apart in the {which} table: they were put into its flows and subtracted in "
        f"final demand 'imports', as in the {rest} table.",
    )
    given = qn.structural_decomposition(*pair, treatment="as_given")
    assert given.notes == (
        f"Imports are apart in the {which} table and not in the {rest} table: part of every effect "
        "may be this change of bookkeeping.",
    )
    assert float(given.effects.to_numpy().sum()) == pytest.approx(
        float((pair[1].x - pair[0].x).sum())
    )


def test_a_region_that_buys_more_than_it_makes_is_told_to_raise_delta() -> None:
    flows = pd.DataFrame([[0.0, 90.0], [0.0, 0.0]], ["farm", "mill"], ["farm", "mill"])
    nation = qn.InputOutputTable(flows, [10.0, 100.0], [100.0, 10.0])
    found = qn.location_quotient_table(nation, [40.0, 50.0], method="slq")
    assert found.notes == ("The region is 0.45 of the nation.",)
    jobs = ([45.0, 45.0], [100.0, 100.0])
    less = qn.location_quotient_table(nation, [30.0, 60.0], employment=jobs, method="slq")
    assert less.table.f["farm"] == pytest.approx(30.0 - 54.0)
    assert less.notes[1] == (
        "1 sector sells more to the region's industries than it makes (negative final demand, "
        "'farm' first): the quotients keep too much; raise delta."
    )
    names = ["mine", "farm", "mill"]
    flows = pd.DataFrame([[0.0, 0.0, 40.0], [0.0, 0.0, 40.0], [0.0] * 3], names, names)
    nation = qn.InputOutputTable(flows, [60.0, 60.0, 100.0], [100.0, 100.0, 20.0])
    jobs = ([45.0] * 3, [100.0] * 3)
    both = qn.location_quotient_table(nation, [10.0, 10.0, 60.0], employment=jobs, method="slq")
    assert both.table.f.tolist() == pytest.approx([-14.0, -14.0, 60.0])
    assert both.notes[1] == (
        "2 sectors sell more to the region's industries than they make (negative final demand, "
        "'mine' first): the quotients keep too much; raise delta."
    )
