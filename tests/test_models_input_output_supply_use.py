"""Supply and use to symmetric tables: the handbook's numbers, identities, and refusals."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn
from quesnay.models.input_output.supply_use import negative_cells

CASE: dict[str, Any] = json.loads(
    (Path(__file__).parent / "reference" / "un_handbook_supply_use.json").read_text()
)
PRINTED = 0.01  # what the printed decimals of cells allow
# rows that a model carries over, imports and value added, miss by up to 0.0113 in model A: the
# handbook's transformation is rounded too
CARRIED = 0.0115


BLOCKS = ("supply", "use", "final_demand", "value_added")


def _handbook() -> qn.SupplyUseTable:
    return qn.SupplyUseTable(
        CASE["supply"],
        CASE["use"],
        CASE["final_demand"],
        CASE["value_added"],
        imports=(CASE["imported_use"], CASE["imported_final_demand"]),
    )


def _made_up(seed: int, products: int, industries: int) -> tuple[Any, Any, Any, Any]:
    rng = np.random.default_rng(seed)
    supply = rng.lognormal(0, 1, (products, industries)) * 5
    for k in range(min(products, industries)):
        supply[k, k] += 100
    g, x = supply.sum(axis=0), supply.sum(axis=1)
    use = rng.random((products, industries))
    use = use / use.sum(axis=0) * g * 0.45
    use *= np.minimum(1.0, 0.8 * x / use.sum(axis=1))[:, None]
    return supply, use, x - use.sum(axis=1), g - use.sum(axis=0)


@pytest.mark.parametrize("model", ["A", "B", "C", "D", "E"])
def test_models_meet_the_handbook(model: str) -> None:
    marks = CASE["product_technology"] if model == "E" else None
    found = _handbook().symmetric(model, product_technology=marks)
    printed = CASE["models"][model]
    loose = 0.1 if model == "E" else PRINTED  # the hybrid inverse amplifies the inputs' rounding
    np.testing.assert_allclose(found.Z, printed["Z"], atol=loose)
    if "imports" in printed:
        assert found.imports is not None
        np.testing.assert_allclose(found.imports[0], printed["imports"], atol=max(loose, CARRIED))
    if "final_demand" in printed:
        np.testing.assert_allclose(found.final_demand, printed["final_demand"], atol=PRINTED)
    if "value_added" in printed:
        np.testing.assert_allclose(
            found.value_added, printed["value_added"], atol=max(loose, CARRIED)
        )
    if "transformation" in printed:
        np.testing.assert_allclose(found.transformation, printed["transformation"], atol=1e-3)


@pytest.mark.parametrize(("model", "negative"), [("A", True), ("B", False), ("D", False)])
def test_negative_cells_are_kept_and_listed(model: str, negative: bool) -> None:
    found = _handbook().symmetric(model)
    assert bool(len(found.negatives)) is negative
    assert (found.Z.to_numpy() < 0).any() == negative
    assert any("negative" in note for note in found.notes) == negative
    assert "Symmetric table, model" in repr(found)
    listed = [table.title for table in found.tables()[1:]]
    assert listed == ["Negative cells made by the model"] * negative
    many = pd.DataFrame({"row": range(11), "column": 0, "value": -1.0})
    assert len(replace(found, negatives=many).tables()[1].frame) == 10
    small = [1e-15 * np.array(CASE[name]) for name in BLOCKS]
    pair = 1e-15 * np.array(CASE["imported_use"]), 1e-15 * np.array(CASE["imported_final_demand"])
    tiny = qn.SupplyUseTable(*small, imports=pair).symmetric(model)
    assert len(tiny.negatives) == len(found.negatives)


def test_an_economy_without_inputs_has_no_negative_cells_and_an_idle_product_no_gap() -> None:
    found = qn.SupplyUseTable([[10.0, 0.0], [0.0, 0.0]], np.zeros((2, 2)), [10, 0], [10, 0])
    made = found.symmetric("B")
    assert made.negatives.empty
    assert made.notes == ()
    assert made.imbalance == 0.0


@pytest.mark.parametrize("model", ["A", "B", "C", "D"])
def test_the_symmetric_table_takes_every_analysis(model: str) -> None:
    found = _handbook().symmetric(model)
    assert found.imbalance < 1e-3  # what the handbook prints is rounded
    table = found.table
    solved = table.solve(table.f)
    np.testing.assert_allclose(np.asarray(solved), table.x.to_numpy(), rtol=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["A", "B", "C", "D"]))
def test_totals_survive_every_model(seed: int, model: str) -> None:
    supply, use, final, value = _made_up(seed, 4, 4)
    found = qn.SupplyUseTable(supply, use, final, value).symmetric(model)
    output = supply.sum(axis=0 if model in "CD" else 1)
    rows = found.Z.sum(axis=1) + found.final_demand.sum(axis=1)
    columns = found.Z.sum(axis=0) + found.value_added.sum(axis=0)
    np.testing.assert_allclose(rows, output, rtol=1e-9)
    np.testing.assert_allclose(columns, output, rtol=1e-9)
    np.testing.assert_allclose(found.value_added.to_numpy().sum(), value.sum(), rtol=1e-10)


def test_models_c_and_d_divide_by_the_right_output() -> None:
    """D uses shares of each product's own output; product and industry outputs differ here."""
    supply = np.array([[90.0, 10.0], [30.0, 70.0]])
    found = qn.SupplyUseTable(supply, [[10, 20], [30, 40]], [70, 30], [80, 20]).symmetric("D")
    shares = supply.T / supply.sum(axis=1)
    np.testing.assert_allclose(found.Z, shares @ np.array([[10.0, 20.0], [30.0, 40.0]]))
    np.testing.assert_allclose(found.Z.sum(axis=1) + found.final_demand.sum(axis=1), [120.0, 80.0])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["B", "D"]), st.integers(3, 6), st.integers(2, 5))
def test_rectangular_tables_where_defined(seed: int, model: str, n: int, m: int) -> None:
    supply, use, final, value = _made_up(seed, n, m)
    found = qn.SupplyUseTable(supply, use, final, value).symmetric(model)
    assert found.Z.shape == ((n, n) if model == "B" else (m, m))
    assert (found.Z.to_numpy() >= 0).all()
    if n != m:
        with pytest.raises(qn.DataError, match="needs as many of both"):
            qn.SupplyUseTable(supply, use, final, value).symmetric("A")


def test_labels_align_and_permutation_changes_nothing() -> None:
    supply, use, final, value = _made_up(7, 3, 3)
    p, s = ["p1", "p2", "p3"], ["s1", "s2", "s3"]
    frames = (
        pd.DataFrame(supply, p, s),
        pd.DataFrame(use, p, s),
        pd.Series(final, p),
        pd.Series(value, s),
    )
    base = qn.SupplyUseTable(*frames).symmetric("D").Z
    turned = qn.SupplyUseTable(
        frames[0].loc[["p3", "p1", "p2"], ["s2", "s3", "s1"]], *frames[1:]
    ).symmetric("D")
    pd.testing.assert_frame_equal(turned.Z.loc[s, s], base)
    with pytest.raises(qn.DataError, match="use: no row 'p1'"):
        qn.SupplyUseTable(frames[0], frames[1].rename({"p1": "q"}), *frames[2:])
    with pytest.raises(qn.DataError, match="use: no column 's2'"):
        qn.SupplyUseTable(frames[0], frames[1].rename(columns={"s2": "q"}), *frames[2:])


def test_a_diagonal_supply_gives_the_use_table_in_every_model() -> None:
    use = np.array([[10.0, 20.0], [30.0, 40.0]])
    for model in "ABCD":
        found = qn.SupplyUseTable(np.diag([100.0, 120.0]), use, [70, 50], [60, 60])
        np.testing.assert_allclose(found.symmetric(model).Z, use)


def test_proportional_imports_are_stated_and_add_up() -> None:
    supply = np.diag([100.0, 120.0])
    use = np.array([[10.0, 20.0], [30.0, 40.0]])
    final = pd.DataFrame({"home": [60.0, 70.0], "exports": [20.0, 10.0]})
    sut = qn.SupplyUseTable(supply, use, final, [60, 60], imports=[10, 30], exports=["exports"])
    assert "Proportional import assumption" in sut.notes[0]
    found = sut.symmetric("D")
    assert found.imports is not None
    np.testing.assert_allclose(found.imports[0].iloc[0], np.array([10.0, 20.0]) / 9)
    np.testing.assert_allclose(found.imports[1]["exports"], 0.0)
    np.testing.assert_allclose(found.Z + found.imports[0], use)


REFUSED: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"supply": [[80, 20], [0, 120]]}, qn.BalanceError, "industry 0: output 80 is not inputs"),
    ({"final": [70, 60]}, qn.BalanceError, "product 1: supply 120 is not use 130"),
    ({"use": [[10, np.nan], [30, 40]]}, qn.DataError, "use: row 0, column 1 is nan"),
    ({"use": [[10, 20]]}, qn.DataError, "use: 1 rows; expected 2"),
    ({"final": [70, 50, 1]}, qn.DataError, "final_demand: 3 rows; expected 2"),
    ({"value": [60]}, qn.DataError, "value_added: 1 columns; expected 2"),
    ({"supply": "no table"}, qn.DataError, "supply: text; expected real numbers"),
    ({"imports": (1, 2, 3)}, qn.DataError, "imports: 3 parts"),
    ({"imports": [5, 500]}, qn.BalanceError, "more than its buyers"),
    ({"imports": [0, -5]}, qn.DataError, "imports of 1 are negative"),
    ({"imports": [5, 5], "exports": ["abroad"]}, qn.DataError, "exports: no column 'abroad'"),
    ({"tolerance": -1}, qn.DataError, "tolerance: -1"),
]


@pytest.mark.parametrize(("change", "kind", "message"), REFUSED)
def test_broken_supply_and_use_tables(
    change: dict[str, Any], kind: type[Exception], message: str
) -> None:
    good: dict[str, Any] = {
        "supply": [[100, 0], [0, 120]],
        "use": [[10, 20], [30, 40]],
        "final": [70, 50],
        "value": [60, 60],
        "imports": None,
        "exports": (),
        "tolerance": 1e-3,
    } | change
    with pytest.raises(kind, match=message):
        qn.SupplyUseTable(
            good["supply"],
            good["use"],
            good["final"],
            good["value"],
            imports=good["imports"],
            exports=good["exports"],
            tolerance=good["tolerance"],
        )


def test_refusals_of_models() -> None:
    sut = qn.SupplyUseTable([[50, 50], [50, 50]], [[10, 10], [10, 10]], [80, 80], [80, 80])
    with pytest.raises(qn.DataError, match="supply table is singular"):
        sut.symmetric("A")
    with pytest.raises(qn.DataError, match="expected one of A, B, C, D, E"):
        sut.symmetric("F")
    with pytest.raises(qn.DataError, match="product_technology: needed for model 'E'"):
        sut.symmetric("E")
    with pytest.raises(qn.DataError, match="expected only 0 and 1"):
        sut.symmetric("E", product_technology=[[1, 2], [0, 1]])


def test_a_product_that_nobody_makes_cannot_go_to_an_industry() -> None:
    supply = [[100, 0], [0, 120], [0, 0]]
    use = [[10, 20], [30, 40], [0, 0]]
    imported = [[0, 0], [0, 0], [5, 5]]
    sut = qn.SupplyUseTable(supply, use, [70, 50, 0], [55, 55], imports=(imported, [[0], [0], [4]]))
    with pytest.raises(qn.BalanceError, match="product 2 is used but nobody makes it at home"):
        sut.symmetric("D")
    assert sut.symmetric("B").imports is not None


# second-hand goods: the second industry sells two of the first product that it did not make
SECOND_HAND = ([[10, -2], [0, 12]], [[2, 3], [1, 4]], [3, 7], [7, 3])


@pytest.mark.parametrize(
    ("model", "Z"),
    [
        ("A", [[1.6, 3.4], [0.8, 4.2]]),
        ("B", [[1.4, 3.6], [0.2, 4.8]]),
        ("C", [[13 / 6, 11 / 3], [5 / 6, 10 / 3]]),
        ("D", [[2.5, 3.75], [0.5, 3.25]]),
    ],
)
def test_negative_supply_is_kept_noted_and_transformed(model: str, Z: list[list[float]]) -> None:
    sut = qn.SupplyUseTable(*SECOND_HAND)
    assert "1 negative cells, kept as printed; the largest: product 0 of industry 1, -2" in str(
        sut.notes
    )
    found = sut.symmetric(model)
    np.testing.assert_allclose(found.Z, Z, rtol=1e-13)
    np.testing.assert_allclose(found.Z.sum(axis=1) + found.final_demand.iloc[:, 0], found.table.x)
    assert found.notes[0] == sut.notes[0]


def test_negative_supply_agrees_with_the_reader_of_make_tables() -> None:
    """Model D moves by the shares of the make table: Z = V diag(1/q) U, negative cells and all."""
    supply, use, *_ = (np.array(block, dtype=float) for block in SECOND_HAND)
    found = qn.SupplyUseTable(*SECOND_HAND).symmetric("D")
    np.testing.assert_allclose(found.Z, supply.T / supply.sum(axis=1) @ use, rtol=1e-14)


def test_balancing_keeps_the_sign_of_negative_supply() -> None:
    found = qn.balance_supply_use(
        *SECOND_HAND, industry_output=[11, 10], final_demand_totals=[11], value_added_totals=[11]
    )
    assert found.converged
    assert found.supply.to_numpy()[0, 1] < 0
    np.testing.assert_allclose(found.supply.sum(axis=0), [11, 10], rtol=1e-8)
    assert "negative cells" in found.table.notes[0]


@pytest.mark.parametrize(
    ("supply", "rest", "models", "message"),
    [
        ([[3, -5], [0, 12]], ([[0, 0], [1, 2]], [-2, 9], [2, 5]), "DE", "product 0 with an output"),
        ([[3, 0], [-5, 12]], ([[1, 1], [0, 1]], [1, 6], [-3, 10]), "BE", "industry 0 with an out"),
        ([[3, -3], [0, 12]], ([[0, 0], [1, 2]], [0, 9], [2, 7]), "D", "an output of 0"),
    ],
)
def test_shares_of_a_total_that_negative_supply_consumes_are_refused(
    supply: Any, rest: Any, models: str, message: str
) -> None:
    sut = qn.SupplyUseTable(supply, *rest)
    for model in models:
        marks = {"product_technology": np.eye(2)} if model == "E" else {}
        with pytest.raises(qn.BalanceError, match=f"model {model}: the negative cells.*{message}"):
            sut.symmetric(model, **marks)
    sut.symmetric("A")  # solves with supply as it is


def test_labels_and_outputs_are_the_sums_of_supply() -> None:
    table, supply = _handbook(), np.array(CASE["supply"], dtype=float)
    assert len(table.products) == supply.shape[0]
    assert table.product_output.index.equals(table.products)
    np.testing.assert_allclose(table.product_output, supply.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(table.industry_output, supply.sum(axis=0), rtol=1e-12)
    assert table.product_output.sum() == pytest.approx(table.industry_output.sum(), rel=1e-12)


def test_a_product_whose_makers_cancel_has_no_shares() -> None:
    supply = pd.DataFrame(
        [[10.0, 0.0, 0.0], [0.0, 5.0, 4.0], [1.0, -1.0, 0.0]], list("abc"), list("ijk")
    )
    use = pd.DataFrame(0.0, supply.index, supply.columns)
    table = qn.SupplyUseTable(supply, use, [10.0, 9.0, 0.0], [11.0, 4.0, 4.0], unit="million")
    made, used = table.tables()
    assert (made.title, used.title) == ("Supply, million", "Domestic use, million")
    assert made.frame.to_numpy().tolist() == supply.to_numpy().tolist()
    with pytest.raises(qn.QuesnayError, match=r"model D: .* product 'c' with an output of 0"):
        table.symmetric("D")
    # model B takes shares of industries: of each unit of i ten elevenths are a, of j 5/4 are b
    found = table.symmetric("B").value_added.to_numpy()[0]
    assert found == pytest.approx([10.0, 5.0 + 4.0, 1.0 - 1.0])
    turned = qn.SupplyUseTable(supply.T, use.T, [11.0, 4.0, 4.0], [10.0, 9.0, 0.0])
    with pytest.raises(qn.QuesnayError, match=r"model B: .* industry 'c' with an output of 0"):
        turned.symmetric("B")


@pytest.mark.parametrize("imported", [False, True])
def test_a_balanced_supply_and_use_doubles_with_its_totals(imported: bool) -> None:
    bought = [2.0, 4.0] if imported else None
    final = [[7.0, 0.0], [1.0, 8.0]] if imported else [[5.0, 0.0], [1.0, 4.0]]
    supply, use = np.array([[8.0, 2.0], [0.0, 10.0]]), np.array([[2.0, 3.0], [1.0, 4.0]])
    found = qn.balance_supply_use(
        supply, use, final, [[3.0, 2.0], [2.0, 3.0]], imports=bought,
        industry_output=[16.0, 24.0], final_demand_totals=2.0 * np.sum(final, axis=0),
        value_added_totals=[10.0, 10.0], import_total=12.0 if imported else None,
    )  # fmt: skip
    np.testing.assert_allclose(found.supply, 2 * supply, rtol=1e-7)
    np.testing.assert_allclose(found.use, 2 * use, rtol=1e-7)
    np.testing.assert_allclose(found.final_demand, 2 * np.array(final), rtol=1e-7)
    np.testing.assert_allclose(found.value_added, [[6.0, 4.0], [4.0, 6.0]], rtol=1e-7)
    account, products = found.tables()
    assert account.frame.loc["converged", "value"] == "yes"
    assert list(products.frame) == ["supply", *(["imports"] if imported else []), "used"]
    np.testing.assert_allclose(products.frame["supply"], [20.0, 20.0], rtol=1e-7)
    used = [24.0, 28.0] if imported else [20.0, 20.0]
    np.testing.assert_allclose(products.frame["used"], used, rtol=1e-7)
    if imported:
        np.testing.assert_allclose(products.frame["imports"], [4.0, 8.0], rtol=1e-7)


def test_the_imports_of_an_economy_of_one_product_double_too() -> None:
    found = qn.balance_supply_use(
        [[10.0]], [[4.0]], [8.0], [6.0], imports=[2.0],
        industry_output=[20.0], final_demand_totals=[16.0], value_added_totals=[12.0],
        import_total=4.0,
    )  # fmt: skip
    assert found.imports is not None
    assert found.imports.tolist() == pytest.approx([4.0])
    assert found.table.symmetric("D").table.x.tolist() == pytest.approx([20.0])


@pytest.mark.parametrize(("gap", "met"), [(9e-6, True), (1.1e-5, False)])
def test_final_demand_is_value_added_but_for_rounding(gap: float, met: bool) -> None:
    def balance() -> Any:
        return qn.balance_supply_use(
            np.diag([8.0, 12.0]), [[2, 3], [1, 4]], [3.0, 7.0], [5.0, 5.0],
            industry_output=[8.0, 12.0], final_demand_totals=[10.0 + gap],
        )  # fmt: skip

    if met:
        assert balance().converged
    else:
        with pytest.raises(
            qn.BalanceError, match=r"is not value added of 10: they differ by 1.1e-0"
        ):
            balance()


def _near(extra: float) -> qn.SupplyUseTable:
    """Return a table whose first industry, with an output of 100, has so much more of inputs."""
    return qn.SupplyUseTable(
        np.diag([100.0, 120.0]), [[10, 20], [30, 40]], [70, 50], [60.0 + extra, 60.0]
    )


def test_a_printed_table_misses_by_a_thousandth_at_most_and_keeps_its_gap() -> None:
    found = _near(0.05).symmetric("D")
    assert found.imbalance == pytest.approx(5e-4)
    assert found.table.v.tolist() == [60.05, 60.0]
    # each table made from another takes a hundredth more, and a millionth at least
    for extra, tolerance in ((0.05, 1.01 * 1.01 * 5e-4), (0.0, 1.01e-6)):
        kept = _near(extra).symmetric("D").table.settings["tolerance"]
        assert kept == pytest.approx(tolerance, rel=1e-9)
    assert _near(0.10005).symmetric("D").imbalance == pytest.approx(1.0005e-3)  # of 100.10005 less
    with pytest.raises(
        qn.BalanceError, match=r"industry 0: output 100 is not inputs and value added 100.11; "
    ):
        _near(0.11)


def test_the_largest_gap_and_the_largest_negative_cell_are_named() -> None:
    supply, use = [[10.0, -1.0, 0.0], [-2.0, 12.0, 0.0], [0.0, 0.0, 5.0]], np.zeros((3, 3))
    sut = qn.SupplyUseTable(supply, use, [9.0, 10.0, 5.0], [8.0, 11.0, 5.0])
    assert sut.notes == (
        "Supply has 2 negative cells, kept as printed; the largest: product 1 of industry 0, -2.",
    )
    with pytest.raises(qn.BalanceError, match="product 2: supply 5 is not use 9"):
        qn.SupplyUseTable(supply, use, [9.5, 10.0, 9.0], [8.0, 11.0, 5.0])


def test_negative_cells_stand_in_their_order_without_what_is_rounding() -> None:
    made = pd.DataFrame([[-1.0, -0.9e-10], [5.0, -3.0], [-1.1e-10, 0.0]], list("pqr"), list("xy"))
    listed = negative_cells(made, np.array([[-100.0, 20.0]]))
    assert listed.to_numpy().tolist() == [["q", "y", -3.0], ["p", "x", -1.0], ["r", "x", -1.1e-10]]


def test_a_product_that_nobody_makes_or_uses_moves_nothing() -> None:
    use = [[10, 20], [30, 40], [0, 0]]
    sut = qn.SupplyUseTable([[100, 0], [0, 120], [0, 0]], use, [70, 50, 0], [60, 60])
    found = sut.symmetric("D")
    assert found.Z.to_numpy().tolist() == [[10.0, 20.0], [30.0, 40.0]]
    assert found.final_demand.iloc[:, 0].tolist() == [70.0, 50.0]


def test_a_balancing_that_ends_early_still_gives_its_table() -> None:
    found = qn.balance_supply_use(
        [[8, 2], [0, 10]], [[2, 3], [1, 4]], [5, 5], [5, 5], industry_output=[9, 12],
        final_demand_totals=[11], value_added_totals=[11], max_iterations=2,
    )  # fmt: skip
    assert not found.converged
    assert found.residual > 1e-6
    assert found.table.industry_output.tolist() == pytest.approx([9.0, 12.0], rel=0.02)
