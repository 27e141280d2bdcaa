"""What structural decomposition refuses, and what it says about a loose table."""

from typing import Any

import pytest

import quesnay as qn

from .random_tables import random_table

REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"treatment": "apart"}, "treatment 'apart' is unknown; expected one of inside, as_given"),
    ({"method": "polar"}, "method 'polar' is unknown; expected one of average, all, lmdi"),
    ({"factors": ("A",)}, "factors: A; expected 'A'"),
    ({"factors": ("A", "A", "f")}, "factors: A, A, f; expected"),
    ({"factors": ("A", "f", "level")}, "factors: A, f, level; expected"),
    ({"factors": ("A", "demand")}, "factors 'demand' is unknown; expected one of v, A, f"),
    ({"factors": "f"}, "factors: expected a list, got 'f'"),
    ({"account": "employment"}, "needs the factor 'v'"),
    ({"factors": ("v", "A", "f"), "account": "jobs"}, "account 'jobs' is unknown"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_wrong_requests(change: dict[str, Any], message: str) -> None:
    with pytest.raises(qn.DataError, match=message):
        qn.structural_decomposition(random_table(1), random_table(2), **change)


def test_tables_that_do_not_compare() -> None:
    good = random_table(1)
    with pytest.raises(qn.DataError, match="sectors differ: 'a' is only in the start table"):
        qn.structural_decomposition(good, random_table(2, labels=["q", "b", "c", "d"]))
    for labels, odd in (([9, "z", "a", "b"], "9"), (["z", 9, "a", "b"], "'z'")):
        other = random_table(2, labels=labels)  # the first in its order, of whatever type
        for pair, where in (((other, good), "start"), ((random_table(2, 2), other), "end")):
            with pytest.raises(qn.DataError, match=f"differ: {odd} is only in the {where} table"):
                qn.structural_decomposition(*pair)
    with pytest.raises(qn.DataError, match="end: DataFrame is no input-output table"):
        qn.structural_decomposition(good, good.Z)  # type: ignore[arg-type]
    yuan = qn.InputOutputTable(good.Z, good.final_demand, good.value_added, unit="yuan")
    dollar = qn.InputOutputTable(good.Z, good.final_demand, good.value_added, unit="dollar")
    with pytest.raises(qn.DataError, match="units differ: 'yuan' and 'dollar'"):
        qn.structural_decomposition(yuan, dollar)


def test_the_first_category_that_one_table_alone_has_is_named() -> None:
    good = random_table(1)
    more = good.final_demand.assign(z=1.0)
    more[9] = 1.0  # of another type, behind z all the same
    other = qn.InputOutputTable(good.Z, more, more.sum(axis=1) + good.Z.sum(axis=1) - good.Z.sum())
    for pair, where in (((other, good), "start"), ((good, other), "end")):
        with pytest.raises(qn.DataError, match=f"differ: 'z' is only in the {where} table; give"):
            qn.structural_decomposition(*pair, factors=("A", "structure", "mix", "level"))


def test_a_category_that_sums_to_zero_has_no_structure() -> None:
    good = random_table(1)
    demand = good.final_demand.assign(stocks=[1.0, -1.0, 0.0, 0.0])
    Z = good.Z.copy()
    output = Z.sum(axis=1) + demand.sum(axis=1)
    table = qn.InputOutputTable(Z, demand, output - Z.sum(axis=0))
    factors = ("A", "structure", "mix", "level")
    with pytest.raises(qn.DataError, match="final demand 'stocks' sums to zero"):
        qn.structural_decomposition(table, table, factors=factors)
    nothing = good.final_demand.assign(stocks=0.0)  # of which no cell is other than zero
    table = qn.InputOutputTable(good.Z, nothing, good.value_added)
    found = qn.structural_decomposition(table, table, factors=factors)
    assert (found.effects.abs() < 1e-12).all().all()


def test_an_unbalanced_table_is_said() -> None:
    good = random_table(1)
    loose = qn.InputOutputTable(
        good.Z, good.final_demand, good.value_added, output=good.x * 1.001, tolerance=0.01
    )
    found = qn.structural_decomposition(loose, random_table(2))
    assert any("does not balance" in note for note in found.notes)
    assert found.residual <= 1e-12
