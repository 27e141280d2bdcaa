"""A table for a year without one: margins met, effect on the result's own draws, refusals."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.evidence.updating import METHODS
from quesnay.diagnostics.reproduction import made_table
from quesnay.diagnostics.reproduction.assembly import margins_for, row, table_between
from quesnay.diagnostics.reproduction.facts import collect_facts, published_demand
from quesnay.diagnostics.reproduction.made_table import UpdatedTable, update_table_year
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.study import Demand, load_study
from quesnay.models.input_output.balancing import gras, ras
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.satellite.updating import Margins, margins_between, update_table

STUDY = load_study("caict_2020")
JOINED, BALANCED = "sector value added joined", "sector value added balanced"
STRAIGHT = "no table, ties in a straight line"


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return qn.reproduce("caict_2020", draws=60, seed=1)


@pytest.fixture(scope="module")
def made(result: Reproduction) -> UpdatedTable:
    return result.update_table(2019)


def _level(made: UpdatedTable, measure: str, *column: str) -> float:
    return float(made.effect[column].loc[measure])


def test_the_table_meets_every_margin(made: UpdatedTable) -> None:
    # GDP of 2019 in the first vintage set, in 100 million; the other set has 990,865
    assert made.margins.value_added.sum() == pytest.approx(986515, abs=0.5)
    for table in (made.table, made.balanced):
        assert table.v.sum() == pytest.approx(made.margins.value_added.sum())
        assert np.allclose(table.x, made.margins.output, rtol=1e-8)
        assert table.imports is not None
        assert table.imports.final_demand is not None
        bought = table.imports.Z.sum(axis=1) + table.imports.final_demand.sum(axis=1)
        assert np.allclose(bought, made.margins.imports, rtol=1e-6, atol=1e-3)
        used = table.final_demand.sum() + table.imports.final_demand.sum()
        assert np.allclose(used, made.margins.demand[used.index], rtol=1e-6)


def test_value_added_is_that_of_the_margins_or_of_its_groups(made: UpdatedTable) -> None:
    assert np.allclose(made.table.v, made.margins.value_added, rtol=1e-7)
    group = pd.Series({s: g for g, members in STUDY.tables.groups.items() for s in members})
    own = made.balanced.v.groupby(group).sum()
    assert np.allclose(own, made.margins.value_added.groupby(group).sum()[own.index], rtol=1e-6)
    assert not np.allclose(made.balanced.v, made.margins.value_added, rtol=1e-4)


def test_imports_close_the_account_near_the_published_trade_balance(made: UpdatedTable) -> None:
    own = made.margins
    assert own.demand.sum() - own.imports.sum() == pytest.approx(own.value_added.sum())
    # net exports of 2019 as published, 11,397.92 (NBS, expenditure account): the tables of 2018 and
    # 2020 meet theirs; a margin of exports that moves with GDP comes within 0.3 % of GDP
    gap = own.demand["exports"] - own.imports.sum() - 11397.92
    assert abs(gap) < 0.003 * own.value_added.sum()


def test_the_best_method_has_the_smallest_mean_error(made: UpdatedTable) -> None:
    assert made.method == made.errors.loc[["RAS", "GRAS", "least squares"], "mean"].idxmin()
    mean = made.errors["mean"]
    assert mean[made.method] < 0.5 * mean["same cells"]


def test_the_account_column_is_the_account(result: Reproduction, made: UpdatedTable) -> None:
    for run in result.runs:
        expected = row(result.account, (run, 2019))
        for concept in ("integration", "total"):
            found = _level(made, f"{concept}, {run} run", "account", "level")
            assert found == pytest.approx(expected[concept], rel=1e-12)


def test_the_linkage_run_reads_the_made_table(result: Reproduction, made: UpdatedTable) -> None:
    model, sectors = result.assembly.model, result.assembly.pattern.sectors
    inputs = {str(name): result.inputs[name].to_numpy(float) for name in result.inputs}
    weights = np.minimum(model.core_shares(inputs), 1.0)
    gdp = model.gdp[inputs["gdp_vintage"].astype(int), 1 + list(STUDY.study.years).index(2018)]
    tied = made.table.satellite_linkage(pd.DataFrame(weights, columns=list(sectors)))
    whole = tied.sum(axis=1).to_numpy(float) if isinstance(tied, pd.DataFrame) else tied.to_numpy()
    found = _level(made, "integration, linkage run", JOINED, "level")
    assert found == pytest.approx(np.median(whole * gdp / made.table.v.sum()), rel=1e-6)


def test_how_the_table_is_made_hardly_moves_the_account(made: UpdatedTable) -> None:
    for way in (JOINED, BALANCED):
        change = _level(made, "total, linkage run", way, "change")
        assert abs(change) < 0.002
    # without any table of the year the ties of 2018 and 2020 are joined: two years that differ
    assert 0.01 < _level(made, "integration, linkage run", STRAIGHT, "change") < 0.04


def test_without_a_table_the_ties_per_unit_of_core_lie_in_the_middle_of_both_years(
    result: Reproduction, made: UpdatedTable
) -> None:
    """By hand from the draws: I / C of 2019 is half that of 2018 and half that of 2020."""

    def drawn(concept: str, year: int, kind: str = "estimate") -> "pd.Series[float]":
        return result.draws[("linkage", concept, year, kind)]

    ties = (
        drawn("integration", 2018) / drawn("core", 2018)
        + drawn("integration", 2020, "outcome") / drawn("core", 2020, "outcome")
    ) / 2
    core = drawn("core", 2019)
    own = made.effect[STRAIGHT]
    for concept, after in (("integration", ties * core), ("total", core + ties * core)):
        change = after / drawn(concept, 2019) - 1
        expected = [after.median(), change.median(), *change.quantile([0.025, 0.975])]
        found = own.loc[f"{concept}, linkage run", ["level", "change", "low", "high"]]
        np.testing.assert_allclose(found.to_numpy(float), expected, rtol=1e-9)
    np.testing.assert_allclose(own.loc["core"].to_numpy(float), [core.median(), 0, 0, 0])
    others = [name for name in own.index if name not in {"core", "integration, linkage run",
                                                         "total, linkage run"}]  # fmt: skip
    assert own.loc[others].isna().to_numpy().all()
    assert len(others) >= 6  # of two other runs, other readings and other measures of supply


def hand_made() -> UpdatedTable:
    """One measure under three tables, totals of few sectors, imports a quarter off their line."""
    ways = ("account", STRAIGHT, JOINED)
    keys = [("account", "level")]
    keys += [(way, name) for way in ways[1:] for name in ("level", "change", "low", "high")]
    effect = pd.DataFrame(
        [[1.5, 1.56, 0.04, 0.03, 0.05, 1.5, 1e-12, 0.0, 0.0]], ["total"],
        pd.MultiIndex.from_tuples(keys),
    )  # fmt: skip
    sources = pd.Series(
        {"value added by sector": "a", "gross output by sector": "b", "imports": "c",
         "final demand: fixed_capital": "d"}
    )  # fmt: skip
    own = Margins(
        2018, pd.Series([1000.0, 234.0]), pd.Series([2000.0, 500.0]), pd.Series([30.0, 70.0]),
        pd.Series({"fixed_capital": 1334.0}), sources, 80.0,
    )  # fmt: skip
    return UpdatedTable(
        2019, "GRAS", OLD, OLD, own, pd.DataFrame({"mean": [0.01]}, ["GRAS"]),
        pd.DataFrame({"imports": [0.02]}, ["x"]), effect, "trillion yuan", 60,
    )  # fmt: skip


def test_a_made_table_is_told_by_its_levels_its_totals_and_what_was_tried() -> None:
    made = hand_made()
    levels, margins, rebuilt, methods = made.tables()
    assert {name: str(cell) for name, cell in levels.frame.loc["total"].items()} == {
        "account": "1.5", "no table": "1.56", "no table, change %": "+4.0 [+3.0, +5.0]",
        "joined": "1.5", "joined, change %": "0.0",  # without width, one number
    }  # fmt: skip
    change: Any = levels.frame.loc["total", "no table, change %"]
    assert (change.value, change.low, change.high) == (4.0, 3.0, 5.0)
    assert levels.formats == dict.fromkeys(("account", "no table", "joined"), ".3f")
    assert levels.title == "2019: the account by made table, trillion yuan"
    assert levels.notes[0].startswith("Medians of 60 draws; change: the same draw with the other")
    assert "Joined: the same by GRAS." in levels.notes[1]
    assert list(margins.frame.itertuples(name=None)) == [
        ("value added by sector", 1234.0, "a"), ("gross output by sector", 2500.0, "b"),
        ("final demand: fixed capital", 1334.0, "d"), ("imports", 100.0, "c"),
    ]  # fmt: skip
    assert margins.notes == (
        "Cells start from the table of 2018 and move by GRAS.",
        "Imports close the account, +25.0 % from their own straight line.",
    )
    assert margins.title == "2019: totals that the table meets, unit of the tables"
    assert (rebuilt.formats, methods.formats) == ({"imports": ".1%"}, {"mean": ".2%"})
    assert methods.notes == ("Taken: GRAS.",)
    sheets = ["Made table 2019", "Margins 2019", "Procedure tried", "Methods of updating"]
    assert [table.sheet for table in made.tables()] == sheets
    own = replace(made.margins, expected_imports=0.0)
    closed = replace(made, margins=own, rebuilt=made.effect.iloc[:0])
    assert [table.sheet for table in closed.tables()] == [*sheets[:2], sheets[3]]
    assert len(closed.tables()[1].notes) == 1  # a table without imports has no line of them


def test_what_rests_on_value_added_alone_does_not_move(made: UpdatedTable) -> None:
    for run in ("elasticity", "calibrated"):
        assert abs(_level(made, f"total, {run} run", JOINED, "change")) < 1e-6
    assert abs(_level(made, "total, elasticity run", BALANCED, "change")) > 1e-4
    for measure in ("supply by intermediate sales", "supply by purchases"):
        assert abs(_level(made, f"total, elasticity run, {measure}", JOINED, "change")) > 0.002


def test_changes_are_taken_draw_by_draw(made: UpdatedTable) -> None:
    for way in (JOINED, BALANCED):
        low, change, high = (made.effect[(way, name)] for name in ("low", "change", "high"))
        assert (low <= change + 1e-12).all()
        assert (change <= high + 1e-12).all()


def test_the_procedure_is_held_against_a_year_with_a_table(made: UpdatedTable) -> None:
    assert list(made.rebuilt.index.get_level_values("year").unique()) == [2018]
    assert (made.rebuilt < 0.1).all().all()
    facts = collect_facts(STUDY)
    actual = facts.tables[2018]
    blind = replace(facts, tables={year: facts.tables[year] for year in (2017, 2020)})
    gdp = float(actual.v.sum())
    for way in (JOINED, BALANCED):  # by hand: sum of differences over that of the official cells
        table = table_between(
            STUDY, blind, 2018, balance=METHODS[made.method], within_groups=way == BALANCED, gdp=gdp
        )
        parts: dict[str, Any] = {
            "value added": (table.v, actual.v),
            "gross output": (table.x, actual.x),
            "intermediate flows": (table.Z, actual.Z),
            "final demand": (table.final_demand, actual.final_demand[table.final_demand.columns]),
        }
        expected = {
            name: np.abs(one.to_numpy() - other.to_numpy()).sum() / np.abs(other.to_numpy()).sum()
            for name, (one, other) in parts.items()
        }
        assert row(made.rebuilt, (2018, way)).to_dict() == pytest.approx(expected, rel=1e-6)


def test_fewer_draws_are_the_first_of_the_result(result: Reproduction, made: UpdatedTable) -> None:
    few = result.update_table(2019, draws=20)
    assert (few.draws, made.draws) == (20, 60)
    first = result.draws[("linkage", "total", 2019, "estimate")].iloc[:20].median()
    assert _level(few, "total, linkage run", "account", "level") == pytest.approx(first)
    text = repr(made)
    assert "2019: the account by made table, trillion yuan" in text
    assert "published total" in text
    assert len(made.tables()) == 4


def test_from_a_study_it_is_the_same_as_from_its_result(made: UpdatedTable) -> None:
    again = update_table_year("caict_2020", 2019, draws=60, seed=1)
    pd.testing.assert_frame_equal(again.effect, made.effect, check_exact=True)


def test_a_method_that_failed_on_an_update_is_not_the_best(
    result: Reproduction, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By hand: 0.04 for RAS, 0.03 for least squares; GRAS has no mean."""
    errors = pd.DataFrame(
        {"a": [0.02, 0.01, 0.03], "b": [0.02, np.nan, 0.03], "c": [0.08, 0.01, 0.03]},
        ["RAS", "GRAS", "least squares"],
    ).rename_axis(columns="update")
    tried = SimpleNamespace(errors=pd.DataFrame({"all": errors.stack(future_stack=True)}))
    monkeypatch.setattr(made_table, "backtest_update", lambda *_, **__: tried)
    for name in ("table_between", "margins_for", "rebuilt_errors", "effect_frame"):
        monkeypatch.setattr(made_table, name, lambda *_, **__: None)
    found = made_table.update_year(result, 2019, draws=2)
    assert found.method == "least squares"
    assert found.errors["mean"].tolist() == pytest.approx([0.04, np.nan, 0.03], nan_ok=True)


@pytest.mark.parametrize("method", ["RAS", "GRAS", "least squares"])
def test_every_method_makes_the_table(method: str) -> None:
    facts = collect_facts(STUDY)
    table = table_between(STUDY, facts, 2019, balance=METHODS[method])
    assert np.allclose(table.v, margins_for(STUDY, facts, 2019).value_added, rtol=1e-6)


@pytest.mark.parametrize("year", [2018, 2016, 2021, "2019"])
def test_a_year_that_cannot_be_made_is_refused(result: Reproduction, year: object) -> None:
    with pytest.raises(qn.StudyError, match=r"no table can be made .* without one: 2019"):
        result.update_table(year)  # type: ignore[arg-type]


def test_unknown_methods_and_odd_draws_are_refused(result: Reproduction) -> None:
    with pytest.raises(qn.StudyError, match="unknown; did you mean 'GRAS'"):
        update_table_year("caict_2020", method="GRASS", draws=2)
    with pytest.raises(qn.StudyError, match="draws must be"):
        result.update_table(draws=0)


def test_a_series_that_does_not_exist_is_refused() -> None:
    tables = replace(STUDY.tables, demand=Demand("china_annual", {"consumption": "A02090Z"}))
    with pytest.raises(qn.StudyError, match=r"tables\.demand\.codes\.consumption: no series"):
        published_demand(replace(STUDY, tables=tables))
    tables = replace(STUDY.tables, demand=Demand("china_gdp", {"consumption": "x"}))
    with pytest.raises(qn.StudyError, match="has no columns code, year, value"):
        published_demand(replace(STUDY, tables=tables))


def test_without_published_demand_all_of_it_moves_with_gdp() -> None:
    study = replace(STUDY, tables=replace(STUDY.tables, demand=None))
    assert published_demand(study).empty
    margins = margins_for(study, collect_facts(study), 2019)
    assert margins.sources["final demand: consumption"].startswith("ratio of the table to the GDP")


OLD = InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])


def _balance(seed: pd.DataFrame, rows: pd.Series, columns: pd.Series) -> pd.DataFrame:
    out: pd.DataFrame = gras(seed, rows, columns).table
    return out


def test_imports_inside_the_flows_keep_their_column() -> None:
    facts = collect_facts(STUDY)
    first, last = (qn.load_io("CHN", year, imports="included") for year in (2018, 2020))
    value = facts.tables[2018].v * 1.07
    own = margins_between({2018: first, 2020: last}, 2019, value_added=value,
                          published=published_demand(STUDY))  # fmt: skip
    table = update_table(first, own, _balance)
    assert list(table.final_demand.columns) == list(first.final_demand.columns)
    negative = table.final_demand.loc[:, (table.final_demand <= 0).all()]
    assert float(negative.to_numpy().sum()) == pytest.approx(-float(own.imports.sum()))
    assert np.allclose(table.x, own.output, rtol=1e-6)
    assert np.allclose(table.v, own.value_added, rtol=1e-5)


def test_the_same_table_twice_is_only_scaled() -> None:
    own = margins_between({2018: OLD, 2020: OLD}, 2019, value_added=1.1 * OLD.v,
                          published=pd.DataFrame())  # fmt: skip
    table = update_table(OLD, own, lambda z, r, c: ras(z, r, c).table)
    assert np.allclose(table.Z, 1.1 * OLD.Z)
    assert np.allclose(table.final_demand, 1.1 * OLD.final_demand)


def test_a_year_outside_the_tables_is_refused() -> None:
    with pytest.raises(qn.DataError, match="year 2021: no input-output table on both sides"):
        margins_between({2018: OLD, 2020: OLD}, 2021, value_added=OLD.v, published=pd.DataFrame())


def test_a_published_year_that_is_missing_is_named() -> None:
    name = OLD.final_demand.columns[0]
    published = pd.DataFrame({name: {2018: 1.0, 2020: 1.0}})
    with pytest.raises(qn.DataError, match="nothing is published for 2019"):
        margins_between({2018: OLD, 2020: OLD}, 2019, value_added=OLD.v, published=published)


def test_demand_that_outruns_value_added_is_refused() -> None:
    name = OLD.final_demand.columns[0]
    published = pd.DataFrame({name: {2018: 1.0, 2019: 2.0, 2020: 1.0}})
    with pytest.raises(qn.DataError, match="final demand exceeds value added by"):
        margins_between({2018: OLD, 2020: OLD}, 2019, value_added=OLD.v, published=published)


def test_a_sector_without_group_and_a_missed_margin_are_refused() -> None:
    own = margins_between({2018: OLD, 2020: OLD}, 2019, value_added=OLD.v, published=pd.DataFrame())
    with pytest.raises(qn.DataError, match="belongs to no industry group"):
        update_table(OLD, own, _balance, groups={"0": "all"})
    with pytest.raises(qn.ConvergenceError, match="misses its total"):
        update_table(OLD, own, lambda z, r, c: 2.0 * z)


def test_published_demand_may_be_a_file_of_ones_own(tmp_path: Path) -> None:
    demand = STUDY.tables.demand
    assert demand is not None
    path = tmp_path / "demand.csv"
    qn.load_dataset(demand.dataset)[["code", "year", "value"]].to_csv(path, index=False)
    own = replace(STUDY, tables=replace(STUDY.tables, demand=replace(demand, dataset=str(path))))
    pd.testing.assert_frame_equal(published_demand(own), published_demand(STUDY))
    path.write_text("code,year,value\nX,2018,much\n", encoding="utf-8")
    with pytest.raises(qn.DataError, match=r"tables\.demand\.dataset: .*'much'"):
        published_demand(own)


def test_the_method_of_updating_may_be_named() -> None:
    made = update_table_year(STUDY, 2019, method="RAS", draws=5)
    assert made.method == "RAS"
    assert "move by RAS" in made.summary()
    assert made.table.v.sum() == pytest.approx(made.margins.value_added.sum())
    with pytest.raises(qn.StudyError, match=r"method 'ras': unknown; did you mean 'RAS'"):
        update_table_year(STUDY, 2019, method="ras", draws=5)


def test_without_a_linkage_run_there_is_no_tie_in_a_straight_line() -> None:
    study = with_keys(STUDY, {"study.runs": ["core"]})
    assert STRAIGHT not in update_table_year(study, 2019, method="RAS", draws=5).effect
