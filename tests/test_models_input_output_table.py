"""What a table holds and returns: labels, alignment, sharing, zero sectors, representations."""

import contextlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from quesnay import DataError, ImportBlock, InputOutputTable
from tests.test_models_input_output_identities import economy

Z = [[150.0, 500.0], [200.0, 100.0]]
S = ["farm", "mill"]


def labelled() -> InputOutputTable:
    return InputOutputTable(
        pd.DataFrame(Z, index=S, columns=S),
        pd.Series({"farm": 350.0, "mill": 1700.0}),
        pd.Series({"farm": 650.0, "mill": 1400.0}),
        unit="million euro",
        name="Two sectors",
    )


def test_every_block_is_aligned_by_label() -> None:
    turned = InputOutputTable(
        pd.DataFrame(Z, index=S, columns=S)[["mill", "farm"]],
        pd.DataFrame({"final": [1700.0, 350.0]}, index=["mill", "farm"]),
        pd.DataFrame([[1400.0, 650.0]], index=["v"], columns=["mill", "farm"]),
        output=pd.Series({"mill": 2000.0, "farm": 1000.0}),
        accounts=pd.DataFrame([[500.0, 300.0]], index=["jobs"], columns=["mill", "farm"]),
        imports=pd.DataFrame([[0.0, 0.0]], index=["oil"], columns=["mill", "farm"]),
    )
    table = labelled()
    pd.testing.assert_frame_equal(turned.Z, table.Z)
    np.testing.assert_array_equal(turned.v, table.v)
    np.testing.assert_array_equal(turned.f, table.f)
    assert turned.accounts is not None
    assert turned.accounts.to_numpy().tolist() == [[300, 500]]
    answer = table.solve(pd.Series({"mill": 1500.0, "farm": 600.0}))
    np.testing.assert_allclose(answer, table.solve([600, 1500]))
    np.testing.assert_allclose(answer, table.solve({"mill": 1500, "farm": 600}))


def test_mappings_name_rows_and_columns() -> None:
    table = InputOutputTable(
        pd.DataFrame(Z, index=S, columns=S),
        {"homes": [50.0, 400.0], "other": pd.Series({"mill": 1300.0, "farm": 300.0})},
        {"wages": [300.0, 500.0], "rest": [350.0, 900.0]},
        accounts={"mill": 5.0, "farm": 3.0},
    )
    assert table.final_demand.columns.tolist() == ["homes", "other"]
    assert table.final_demand["other"].tolist() == [300, 1300]
    assert table.value_added.index.tolist() == ["wages", "rest"]
    assert table.accounts is not None
    assert table.accounts.to_numpy().tolist() == [[3, 5]]


def test_sectors_of_several_levels() -> None:
    sectors = pd.MultiIndex.from_product([["CHN", "USA"], S], names=["country", "sector"])
    made = economy(1, size=4)
    table = InputOutputTable(
        pd.DataFrame(made.Z.to_numpy(), index=sectors, columns=sectors),
        pd.DataFrame(made.final_demand.to_numpy(), index=sectors),
        pd.DataFrame(made.value_added.to_numpy(), columns=sectors),
    )
    assert table.multipliers().index.equals(sectors)
    lost = table.extract([("CHN", "mill")])
    assert lost.output_loss[("CHN", "mill")] == pytest.approx(table.x[("CHN", "mill")])
    joined = table.aggregate({s: s[1] for s in sectors})
    assert joined.sectors.tolist() == S
    assert "CHN" in repr(lost)


def test_the_inverse_is_computed_once_and_shared() -> None:
    table = labelled()
    assert np.shares_memory(table.leontief().to_numpy(), table.leontief().to_numpy())


def test_a_table_does_not_change_with_its_input_or_its_output() -> None:
    flows, demand = np.array(Z), np.array([350.0, 1700.0])
    table = InputOutputTable(flows, demand, [650, 1400])
    flows[0, 0], demand[0] = 0.0, 0.0
    assert table.Z.iloc[0, 0] == 150
    assert table.f.iloc[0] == 350
    asks: list[Callable[[], Any]] = [
        lambda: table.Z, lambda: table.final_demand, lambda: table.value_added, lambda: table.x,
        lambda: table.leontief(), lambda: table.multipliers(),
    ]  # fmt: skip
    for ask in asks:
        held = ask()
        before = np.array(held)
        with contextlib.suppress(ValueError):  # pandas says that the values are read-only
            held.iloc[:] = -1.0
        assert np.array(ask()).tolist() == before.tolist()
    with pytest.raises(AttributeError):
        table.unit = "euro"  # type: ignore[misc]


def test_without_a_copy_the_matrix_is_the_users() -> None:
    flows = np.array(Z)
    table = InputOutputTable(flows, [350, 1700], [650, 1400], copy=False)
    assert np.shares_memory(table.Z.to_numpy(), flows)
    assert flows.flags.writeable


def test_a_sector_without_output() -> None:
    # nothing is made of the third at home: what is sold is imported (a negative final demand)
    flows = [[10.0, 5.0, 0.0], [4.0, 6.0, 0.0], [2.0, 3.0, 0.0]]
    table = InputOutputTable(flows, [15, 20, -5], [14, 16, 0])
    assert table.A[2].tolist() == [0, 0, 0]
    assert np.isnan(table.B.loc[2]).all()
    assert np.isnan(table.ghosh().loc[2]).all()
    assert not table.B.loc[[0, 1]].isna().to_numpy().any()
    linkages = table.linkages()
    assert np.isnan(linkages.loc[2, "forward"])  # type: ignore[arg-type]
    assert linkages.loc[[0, 1], "forward_normalised"].mean() == pytest.approx(1.0)
    forward = ["forward", "forward_normalised", "forward_variation"]
    assert not linkages.drop(columns=forward).isna().to_numpy().any()
    for kind in ("total", "satellite", "backward", "forward"):
        assert table.extract([2], kind).total_output_loss == 0
        assert table.extract_each(kind).loc[2, "output_loss"] == 0
        assert (table.extract_many(np.eye(3)[2:], kind).to_numpy() == 0).all()
    idle = InputOutputTable([[1.0, 0], [0, 0]], [1, 0], [1, 0])
    assert idle.ghosh().to_numpy().tolist() == [[2, 0], [0, 1]]
    linked = idle.linkages()
    assert linked["forward"].tolist() == [2, 1]
    # of two cells, one of them zero: the root of two
    np.testing.assert_allclose(linked[["backward_variation", "forward_variation"]], 2**0.5)


def test_many_accounts_are_solved_in_parts() -> None:
    rng = np.random.default_rng(0)
    made = economy(2, size=5)
    rows = pd.DataFrame(rng.random((150, 5)), columns=made.sectors)
    table = InputOutputTable(made.Z, made.final_demand, made.value_added, accounts=rows)
    for row in (0, 60, 61, 149):
        expected = (rows.loc[row] / table.x) @ table.leontief()
        np.testing.assert_allclose(table.multipliers(row), expected, rtol=1e-12)


def test_large_tables_go_without_variation_unless_asked() -> None:
    n = 601
    flows = np.full((n, n), 1e-3)
    table = InputOutputTable(flows, np.ones(n), np.ones(n))
    assert "backward_variation" not in table.linkages()
    assert table.engine._inverse is None
    assert "backward_variation" in table.linkages(variation=True)
    less = InputOutputTable(flows[1:, 1:], np.ones(n - 1), np.ones(n - 1))
    assert "backward_variation" in less.linkages()


def test_imports_in_every_form_are_the_same_block() -> None:
    block, demand = [[5.0, 4.0], [5.0, 6.0]], [1.0, 2.0]
    forms = [
        ImportBlock(pd.DataFrame(block), pd.DataFrame(demand)),
        (block, demand),
        {"Z": block, "final_demand": demand},
    ]
    for form in forms:
        table = InputOutputTable([[10, 20], [30, 10]], [70, 60], [50, 60], imports=form)
        assert table.imports is not None
        assert table.imports.final_demand is not None
        assert table.imports.final_demand.to_numpy().ravel().tolist() == demand
        np.testing.assert_allclose(table.content().sum(axis=1), 1.0)
        np.testing.assert_allclose(table.multipliers("imports"), table.content()["imports"])
        joined = table.aggregate({0: "all", 1: "all"})
        assert joined.imports is not None
        assert joined.imports.Z.to_numpy().tolist() == [[20.0]]
        halves = table.split(0, {"a": 0.5, "b": 0.5})
        np.testing.assert_allclose(halves.content().sum(axis=1), 1.0)
    assert InputOutputTable(
        [[10, 20], [30, 10]], [70, 60], [50, 60], imports=block
    ).imports.final_demand is None  # type: ignore[union-attr]  # fmt: skip


def test_representations() -> None:
    table = labelled()
    assert repr(table).startswith("Two sectors, million euro")
    assert "<table" in table._repr_html_()
    lost = table.extract({"mill": 0.25})
    assert "mill 0.25" in repr(lost)
    assert "million euro" in repr(lost)
    assert lost.totals.loc["output", "loss"] == pytest.approx(850.2056002)
    assert table.check().tables()[0].title == "Check of the table, million euro"


def test_sectors_that_only_sell_or_only_buy_are_told_from_those_of_the_mean() -> None:
    # the first sells half of its output to the second: 1 and 1.5, 1.5 and 1
    chain = InputOutputTable([[0.0, 50.0], [0.0, 0.0]], [50.0, 100.0], [100.0, 50.0]).linkages()
    assert chain["sector_class"].tolist() == ["forward-oriented", "backward-oriented"]
    alike = InputOutputTable(np.diag([50.0, 50.0]), [50.0, 50.0], [50.0, 50.0]).linkages()
    assert alike["sector_class"].tolist() == ["weak", "weak"]  # each is as the mean, not above


@pytest.mark.parametrize("count", [10, 11])
def test_ten_columns_of_final_demand_are_named(count: int) -> None:
    demand = pd.DataFrame(1.0, S, [f"c{k}" for k in range(count)])
    table = InputOutputTable(pd.DataFrame(0.0, S, S), demand, [count, count])
    with pytest.raises(DataError) as caught:
        table.multipliers(closed=True, household="homes", income="value_added")
    named = ", ".join(f"'c{k}'" for k in range(10))
    assert str(caught.value).endswith(f"the table has {named}" + ", ..." * (count > 10))


def test_an_unknown_account_is_answered_with_the_first_twelve() -> None:
    made = economy(2, size=3)
    rows = pd.DataFrame(np.ones((20, 3)), [f"a{k}" for k in range(20)], made.sectors)
    table = InputOutputTable(made.Z, made.final_demand, made.value_added, accounts=rows)
    first = ["output", "value_added", *made.value_added.index, *rows.index][:12]
    with pytest.raises(DataError) as caught:
        table.multipliers("jobs")
    said = str(caught.value)
    assert said.startswith("account 'jobs' is unknown;")
    assert said.endswith("the table has " + ", ".join(map(repr, first)))


def test_what_is_extracted_may_be_shares_labels_or_a_list() -> None:
    made = labelled()
    half = made.extract({"mill": 0.5}).weights
    assert half.to_dict() == {"mill": 0.5}
    for given in (np.array([0.0, 0.5]), pd.Series({"farm": 0.0, "mill": 0.5})):
        assert made.extract(given).weights.to_dict() == {"mill": 0.5}
    for whole in (np.array([0, 1]), ["mill"], ("mill",), pd.Index(["mill"]), np.array(["mill"])):
        assert made.extract(whole).weights.to_dict() == {"mill": 1.0}
    bare = InputOutputTable(Z, [350.0, 1700.0], [650.0, 1400.0])
    assert bare.extract([1]).weights.to_dict() == {1: 1.0}
    for wrong, message in (
        (np.array([0, 1]), "an array of 0 and 1 could be shares or the labels of sectors"),
        ({0: 0.5, 1: 1.5}, "weights: sector 1 has 1.5; expected a share from 0 to 1"),
        ({0: 0.5, 1: True}, "weights: sector 1 has True; expected a share from 0 to 1"),
        ({0: 0.5, 1: "1"}, "weights: sector 1 has '1'; expected a share from 0 to 1"),
        (np.array([0.5, -0.5]), "weights: sector 1 has -0.5; expected a share from 0 to 1"),
    ):
        with pytest.raises(DataError, match=message):
            bare.extract(wrong)


def test_the_sector_that_has_no_diagonal_is_named() -> None:
    # as the first sector of such a table elsewhere, here the second
    values = np.array([[1.0 - 1e-13, 0.5], [-0.2, 0.0]])
    x = np.array([100.0, 100.0])
    flows = values * x
    table = InputOutputTable(flows, x - flows.sum(axis=1), x - flows.sum(axis=0), strict=False)
    with pytest.raises(DataError, match="extraction of sector 1 is not defined: its entry on the"):
        table.extract_each()


def test_an_array_that_could_be_masked_and_is_not_is_one_of_numbers() -> None:
    table = InputOutputTable(np.ma.array(Z), [350.0, 1700.0], [650.0, 1400.0])
    assert table.x.tolist() == [1000.0, 2000.0]


def test_output_may_be_a_vector_a_row_or_a_column() -> None:
    demand, value = [350.0, 1700.0], [650.0, 1400.0]
    for given in (
        [1000.0, 2000.0], [[1000.0, 2000.0]], [[1000.0], [2000.0]],
        pd.DataFrame({"x": [1000.0, 2000.0]}), pd.Series([2000.0, 1000.0], [1, 0]),
        pd.DataFrame([[2000.0, 1000.0]], columns=[1, 0]),
    ):  # fmt: skip
        frame = pd.DataFrame(Z)
        assert InputOutputTable(frame, demand, value, output=given).x.tolist() == [1000.0, 2000.0]
    three = InputOutputTable(np.zeros((3, 3)), [1, 2, 3], [1, 2, 3], output=[[1], [2], [3]])
    assert three.x.tolist() == [1.0, 2.0, 3.0]
    for wrong in (np.ones((2, 2)), np.ones((1, 3)), np.ones((1, 1))):
        with pytest.raises(DataError, match=r"output: shape \(.*\); expected 2 numbers"):
            InputOutputTable(Z, demand, value, output=wrong)
