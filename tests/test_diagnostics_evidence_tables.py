"""Tables of the evidence on a few rows, every cell by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.evidence import coefficient_stability
from quesnay.diagnostics.evidence.coefficient_stability import OsterBounds, ScalePlacebo
from quesnay.diagnostics.evidence.specification import (
    SpecificationCurve,
    rank_specifications,
    run_specifications,
)
from quesnay.fitting.errors import DataError
from quesnay.models.display.table import Table

ROWS = pd.DataFrame(
    {
        "sample": ["all", "2012", "all", "2012", "all"],
        "supply": ["own", "own", "sales", "sales", "none"],
        "run": ["linkage", "linkage", "curve", "curve", "curve"],
        "estimate": [2.4, 1.0, 1.6, 2.0, np.nan],
        "low": [2.0, 0.8, 1.4, 2.135, np.nan],
        "high": [2.6, 1.4, 2.125, 2.5, np.nan],
        "standard_error": [0.1, 0.1, 0.1, 0.1, np.nan],
        "failure": ["", "", "", "", "no curve"],
    }
)
PRINTED = pd.Series({"value": 2.13, "low": 2.125, "high": 2.135, "unit": "trillion yuan"})


@pytest.fixture(scope="module", name="curve")
def _curve() -> SpecificationCurve:
    return rank_specifications(ROWS, PRINTED, figure="T19")


def texts(table: Table) -> dict[str, str]:
    return {str(name): str(cell) for name, cell in table.frame["value"].items()}


def test_specifications_are_ranked_and_what_failed_is_kept(curve: SpecificationCurve) -> None:
    assert curve.choices == ("sample", "supply")
    assert curve.runs == ("linkage", "curve")
    assert curve.estimates["estimate"].tolist() == [1.0, 1.6, 2.0, 2.4]
    assert list(curve.estimates.index) == [1, 2, 3, 4]
    assert curve.estimates.index.name == "rank"
    assert list(curve.estimates.columns) == [*ROWS.columns.drop("failure")]
    assert curve.failures.to_dict("records") == [
        {"sample": "all", "supply": "none", "failure": "no curve"}
    ]
    assert (curve.median, curve.below) == (1.8, 0.75)
    # [2.0, 2.6] and [1.4, 2.125] reach 2.125; [2.135, 2.5] begins where 2.14 does
    assert curve.holding == 0.5
    assert replace(curve, reported_low=2.0).below == 0.5  # what is printed lies not below itself
    assert replace(curve, reported_low=2.0).by_run.loc["curve", "below"] == 0.5
    assert (curve.reported, curve.reported_low, curve.reported_high) == (2.13, 2.125, 2.135)


def test_the_spread_is_shared_out_by_shapley_values(curve: SpecificationCurve) -> None:
    """Around 1.75: sample alone explains (2.0 - 1.75)^2 x 2 + ..., supply nearly nothing."""
    values = {("all", "own"): 2.4, ("2012", "own"): 1.0, ("all", "sales"): 1.6,
              ("2012", "sales"): 2.0}  # fmt: skip
    whole = np.var(list(values.values()))
    sample = np.var([2.0, 1.5])  # means by sample
    supply = np.var([1.7, 1.8])
    # two choices of two levels, each combination once: additive parts, the rest their interaction
    expected = {
        "sample": sample / whole, "supply": supply / whole,
        "interactions": 1 - (sample + supply) / whole,
    }  # fmt: skip
    assert curve.spread["share"].to_dict() == pytest.approx(expected)
    assert curve.spread.index.name == "choice"


def test_runs_are_counted_apart(curve: SpecificationCurve) -> None:
    assert curve.by_run.to_dict("index") == {
        "linkage": {"number": 2.0, "below": 0.5, "agrees": 0.5, "median": 1.7},
        "curve": {"number": 2.0, "below": 1.0, "agrees": 0.5, "median": 1.8},
    }
    runs = curve.tables()[1]
    assert runs.title == "T19 by run, printed 2.13"
    assert list(runs.frame.columns) == [
        "specifications", "below the report", "agree with it", "median, trillion yuan",
    ]  # fmt: skip
    assert list(runs.formats.values()) == [".0f", ".0%", ".0%", ".3g"]


def test_the_summary_reads_as_text_and_counts_as_numbers(curve: SpecificationCurve) -> None:
    summary, _, spread, levels, failed = curve.tables()
    assert texts(summary) == {
        "specifications": "4", "failed": "1", "median, trillion yuan": "1.8",
        "range": "1 to 2.4", "middle half": "1.45 to 2.1", "printed": "2.13",
        "specifications below the printed figure": "75.0%",
        "intervals that hold the printed figure": "50.0%",
    }  # fmt: skip
    ends: Any = summary.frame["value"]
    assert (ends["range"].low, ends["range"].high) == (1.0, 2.4)
    half = ends["middle half"]  # a quarter and three quarters of the way through 1, 1.6, 2, 2.4
    assert (half.low, half.high) == pytest.approx((1.45, 2.1))
    numbers = {name: one.value for name, one in ends.items() if np.isfinite(one.value)}
    assert list(numbers.values()) == pytest.approx([4, 1, 1.8, 2.13, 0.75, 0.5])
    assert summary.notes == ()
    assert spread.title == "Share of the spread of T19 by choice"
    assert spread.formats == {"share": ".1%"}
    rows: Any = levels.frame.T
    assert rows["sample", "2012"].tolist() == [2, 1.0, 1.5, 2.0]
    assert rows["supply", "sales"].tolist() == [2, 1.6, 1.8, 2.0]
    assert list(levels.frame.columns) == ["specifications", "lowest", "median", "highest"]
    assert failed.frame["specifications"].to_dict() == {"no curve": 1}
    whole = rank_specifications(ROWS.iloc[:4].drop(columns="run"), PRINTED, figure="T19")
    assert len(whole.tables()) == 3  # no runs, no failures
    turned = rank_specifications(ROWS.assign(estimate=-ROWS["estimate"]), PRINTED, figure="T19")
    assert list(turned.tables()[3].frame.loc["sample"].index) == ["all", "2012"]  # as ranked
    assert whole.by_run.to_dict("index")["all"]["number"] == 4.0
    three = rank_specifications(ROWS.iloc[:3].drop(columns="run"), PRINTED, figure="T19")
    own: Any = three.by_run.loc["all"]
    assert own.to_dict() == pytest.approx(
        {"number": 3, "below": 2 / 3, "agrees": 2 / 3, "median": 1.6}
    )


def _fails(choices: Any, rng: np.random.Generator, draws: int) -> tuple[float, Any]:
    raise ValueError("x" * 300)


def test_without_any_estimate_the_first_reason_is_told() -> None:
    with pytest.raises(DataError, match=r"T19 gave an estimate; .*no curve"):
        rank_specifications(ROWS.iloc[4:], PRINTED, figure="T19")
    with pytest.raises(DataError, match=f"ValueError: {'x' * 188}( |$)"):  # 200 letters of it
        run_specifications(_fails, qn.Grid({"a": (1, 2)}), draws=2, seed=1, reported=(1.0, 2.0))
    with pytest.raises(DataError, match="the grid is empty"):
        rank_specifications(ROWS.iloc[:0], PRINTED, figure="T19")


def shifted(choices: Any, rng: np.random.Generator, draws: int) -> tuple[float, Any]:
    drawn = rng.standard_normal(draws) + choices["shift"]
    if choices["shift"] == 3:
        drawn[: choices["lost"]] = np.nan
    return float(choices["shift"]), drawn


def test_two_draws_make_an_interval_and_one_does_not() -> None:
    grid = qn.Grid({"shift": (1, 2)})
    two = run_specifications(shifted, grid, draws=2, seed=1, reported=(1.0, 1.2))
    assert len(two.estimates) == 2
    with pytest.raises(qn.QuesnayError, match=r"interval \(low, high\), got \(1.2, 1.2\)"):
        run_specifications(shifted, grid, draws=2, seed=1, reported=(1.2, 1.2))
    with pytest.raises(qn.QuesnayError, match="only 1 of the draws are finite"):
        run_specifications(shifted, grid, draws=1, seed=1, reported=(1.0, 1.2))


@pytest.mark.parametrize(("lost", "failed"), [(0, 0), (10, 0), (11, 1)])
def test_a_tenth_of_the_draws_may_be_lost(lost: int, failed: int) -> None:
    grid = qn.Grid({"shift": (1, 3), "lost": (lost,)})
    curve = run_specifications(
        shifted, grid, draws=100, seed=1, reported=(1.0, 1.2), figure="T", unit="x"
    )
    assert len(curve.failures) == failed
    if failed:
        assert curve.failures["failure"].iloc[0] == (
            "QuesnayError: only 89 of the draws are finite"
        )
    drawn = np.random.default_rng(np.random.SeedSequence(1)).standard_normal(100) + 1
    first = curve.estimates.iloc[0]
    np.testing.assert_allclose(first[["low", "high"]].tolist(), np.quantile(drawn, [0.025, 0.975]))
    assert first["standard_error"] == pytest.approx(drawn.std(ddof=1))
    assert curve.reported == pytest.approx(1.1)
    assert (curve.figure, curve.unit) == ("T", "x")
    if not lost:
        last = curve.estimates.iloc[1]
        assert last["low"] == pytest.approx(first["low"] + 2)
    assert curve.joint is not None
    note = curve.tables()[0].notes[0]
    j = curve.joint
    assert note == (
        f"Joint test of the regressions behind it, {j.draws} resamples under the null: median "
        f"{j.median:.3f} (p = {j.p_median:.3f}), positive and significant {j.significant:.0%} "
        f"(p = {j.p_significant:.3f})."
    )


def test_a_grid_is_at_most_a_million_and_rules_say_what_they_exclude(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    levels = list(range(1000))
    assert len(qn.Grid({"a": (1,), "b": (2,)}).specifications()) == 1
    with pytest.raises(qn.QuesnayError, match="1001000 combinations, more than 1000000"):
        qn.Grid({"a": levels, "b": [*levels, 1000]})
    monkeypatch.setattr("quesnay.diagnostics.evidence.specification._LARGEST", 4)
    rules = [
        qn.Rule("no pairs", lambda c: c["a"] == c["b"]),
        qn.Rule("no ones", lambda c: c["a"] == 1),
    ]
    grid = qn.Grid({"a": (1, 2), "b": (1, 2)}, rules)
    assert grid.specifications() == ({"a": 2, "b": 1},)
    assert grid.excluded() == {"no pairs": 2, "no ones": 1}  # the first rule that applies counts


# ---- errors of forecasts -------------------------------------------------------------------------

DATA = pd.DataFrame(
    {
        "series": ["phones"] * 5 + ["slow"] * 4 + ["short"] * 3 + ["falling"] * 5,
        "year": [2010, 2011, 2012, 2013, 2014, *range(2010, 2014), 2010, 2011, 2012,
                 *range(2010, 2015)],
        "value": [1.0, 2.0, 3.0, 4.0, 6.0, 1.0, 1.2, 1.21, 1.22, 1.0, 2.0, 3.0,
                  5.0, 4.0, 3.0, 3.5, 4.0],
    }
)  # fmt: skip


@pytest.fixture(scope="module", name="errors")
def _errors() -> qn.DiffusionErrors:
    return qn.diffusion_errors(DATA, families=["logistic"], saturations=[5.0])


def test_rules_are_summed_up_in_the_order_asked_for(errors: qn.DiffusionErrors) -> None:
    rules = errors.summary_frame().index.get_level_values("rule")
    wanted = ("logistic", "same step", "same growth", "mean of step and growth")
    assert tuple(dict.fromkeys(rules)) == errors.rules == wanted
    assert errors.left_out["series"].tolist() == ["slow", "short", "falling"]  # as they are given
    assert errors.forecasts.index.is_unique  # of all series and horizons
    with pytest.raises(qn.QuesnayError, match="draws: 0; give a whole number of at least 1"):
        errors.sample(0, seed=0, rule="logistic")
    assert errors.sample(1, seed=0, rule="logistic").shape == (1, 2)


def test_a_year_without_growth_is_no_fall() -> None:
    flat = pd.DataFrame({"series": "x", "year": range(6), "value": [1.0, 2.0, 2.0, 2.0, 4.0, 8.0]})
    found = qn.diffusion_errors(flat, families=["logistic"], saturations=[5.0])
    assert found.left_out.to_numpy().tolist() == [["x", "2 origins: growth below 5%"]]


def test_series_that_are_no_diffusion_are_left_out_with_the_reason(
    errors: qn.DiffusionErrors,
) -> None:
    assert dict(zip(errors.left_out["series"], errors.left_out["why"], strict=True)) == {
        "slow": "2 origins: growth below 5%", "short": "3 years; 4 needed",
        "falling": "falls in 50% of its years",
    }  # fmt: skip
    assert errors.rules == ("logistic", "same step", "same growth", "mean of step and growth")


def naive(rule: str, before: float, now: float, ahead: int) -> float:
    step, growth = now + ahead * (now - before), now * (now / before) ** ahead
    return {"same step": step, "same growth": growth}.get(rule, (step + growth) / 2)


@pytest.mark.parametrize("rule", ["same step", "same growth", "mean of step and growth"])
def test_errors_are_summed_up_by_rule_and_horizon(errors: qn.DiffusionErrors, rule: str) -> None:
    level = {2010: 1.0, 2011: 2.0, 2012: 3.0, 2013: 4.0, 2014: 6.0}
    slow = {2010: 1.0, 2011: 1.2, 2012: 1.21, 2013: 1.22}
    summary = errors.summary_frame()
    for ahead in (1, 2):
        ratios = [
            own[year + ahead] / naive(rule, own[year - 1], own[year], ahead)
            for own in (level, slow)
            for year in own
            if year - 1 in own and year + ahead in own and own[year] >= 1.05 * own[year - 1]
        ]
        e = np.log(ratios)
        line: Any = summary.loc[(rule, ahead)]
        assert line["n"] == len(e) == {1: 4, 2: 3}[ahead]
        assert line["rmse"] == pytest.approx(np.sqrt(np.mean(e**2)))
        assert line["bias"] == pytest.approx(np.mean(e))
        assert line["mape"] == pytest.approx(np.mean(np.abs(1 / np.array(ratios) - 1)))
        assert line["failed"] == 0


def test_errors_of_an_origin_stand_together_and_the_tables_count_origins(
    errors: qn.DiffusionErrors,
) -> None:
    joint: Any = errors.joint("same step")
    assert joint.columns.tolist() == [1, 2]
    keys = [(name, year) for name, year, *_ in joint.index]
    assert sorted(keys) == [("phones", 2011), ("phones", 2012), ("slow", 2011)]
    first = joint.xs(("phones", 2012), level=[0, 1]).iloc[0]
    assert first.tolist() == pytest.approx([np.log(4 / 4), np.log(6 / 5)], abs=1e-12)
    summary, series, left = errors.tables()
    assert summary.notes[0].startswith("4 origins in 2 series. Error: ln(actual / forecast);")
    mean = errors.summary_frame()["rmse"].unstack("horizon").mean(axis=1)
    assert summary.notes[1] == f"Smallest mean error over the horizons: {mean.idxmin()}."
    rules = pd.DataFrame({"rule": ["a"] * 3 + ["b"] * 3, "horizon": [1, 2, 3] * 2,
                          "error": [0.1, 0.1, 0.9, 0.3, 0.3, 0.3], "series": "x", "origin": 2011,
                          "saturation": np.nan, "forecast": 1.0, "actual": 1.0})  # fmt: skip
    even = replace(errors, forecasts=rules).tables()[0]  # a is the better at two of three
    assert even.notes[1] == "Smallest mean error over the horizons: b."
    own = errors.forecasts.query("series == 'phones' and rule == 'same growth' and horizon == 1")
    rmse = float(np.sqrt((own["error"] ** 2).mean()))
    assert series.frame.loc["phones", "same growth"] == pytest.approx(rmse)
    assert list(left.frame.index) == ["slow", "short", "falling"]
    assert set(summary.formats.values()) == {".1%"}
    drawn = errors.sample(50, 0, rule="same step")
    known = {tuple(np.round(row, 12)) for row in joint.to_numpy()}
    assert {tuple(np.round(row, 12)) for row in drawn} <= known
    assert drawn.shape == (50, 2)


def test_an_origin_needs_its_growth_and_a_series_may_fall_in_a_quarter_of_its_years() -> None:
    four = pd.DataFrame({"series": "x", "year": range(2010, 2015), "value": [1, 2, 1.9, 3, 4.0]})
    found = qn.diffusion_errors(four, families=["logistic"], saturations=[5.0], horizons=[1])
    assert found.left_out["why"].tolist() == ["1 origin: growth below 5%"]  # a fall in 4 steps
    twice = pd.DataFrame({"series": "x", "year": range(2010, 2015), "value": [1, 2, 1.9, 1.8, 4.0]})
    with pytest.raises(qn.QuesnayError, match="falls in 50% of its years"):
        qn.diffusion_errors(twice, families=["logistic"], saturations=[5.0])
    steps = pd.DataFrame({"series": "x", "year": range(2010, 2014), "value": [1, 2, 4, 8.0]})
    exact = qn.diffusion_errors(steps, least_growth=1.0, families=["logistic"], saturations=[5.0])
    assert sorted(set(exact.forecasts["origin"])) == [2011, 2012]  # as much growth as asked for


# ---- how stable a coefficient is -----------------------------------------------------------------


def test_a_bound_is_told_with_its_set_and_further_roots() -> None:
    found = OsterBounds("x", 0.5, 0.3, 0.2, 0.4, 0.52, 1.0, -0.1, (-0.1, 0.9, 2.0), 0.18, 1.234)
    (table,) = found.tables()
    assert found.interval == (-0.1, 0.3)
    assert replace(found, bound=0.7).interval == (0.3, 0.7)
    assert table.title == "Omitted variables: Oster's bound of x"
    assert table.frame["coefficient"].to_dict() == {
        "without controls": 0.5, "with controls": 0.3, "bound, approximate": 0.18,
        "bound, exact": -0.1,
    }  # fmt: skip
    assert table.frame["R\u00b2"].tolist() == [0.2, 0.4, 0.52, 0.52]
    assert table.notes == (
        "Selection on unobservables 1 times that on the controls; R\u00b2 of what effects and "
        "fixed terms leave.",
        "Identified set [-0.100, 0.300]; nothing is left at a relative selection of 1.23.",
        "The cubic equation of the bound has further roots: 0.900, 2.000.",
    )
    assert len(replace(found, roots=(-0.1,)).tables()[0].notes) == 2
    assert replace(found, roots=(-0.1, 2.0)).tables()[0].notes[2].endswith("further roots: 2.000.")
    assert table.formats == {"coefficient": ".4f", "R\u00b2": ".3f"}


@pytest.mark.parametrize("delta", [0.5, 1.0, 2.0, 2.5])
def test_every_root_of_the_cubic_has_the_selection_that_it_was_solved_for(delta: float) -> None:
    cubic = coefficient_stability._Cubic(2.0, 1.2, 0.3, 0.4, 0.25)
    roots = cubic.biases(delta)
    assert len(roots) in (1, 2, 3)
    for bias in roots:
        assert cubic.selection(float(bias)) == pytest.approx(delta, rel=1e-9)
    assert list(np.abs(roots)) == sorted(np.abs(roots))


def test_a_root_of_the_cubic_counts_twice_where_it_only_touches_and_not_where_it_misses() -> None:
    """By hand: at delta 3 it is 1 - 3.5 v + 2 v^2 + 2 v^3 = 2 (v - 1/2)^2 (v + 2)."""
    touching = coefficient_stability._Cubic(2.0, 1.0, 1.0, 2.0, 1 / 6)
    assert touching.biases(3.0) == pytest.approx([0.5, 0.5, -2.0], abs=1e-7)
    above = replace(touching, room=1 / 6 + 1e-5)  # the two are 0.5 and 0.004 i
    assert above.biases(3.0) == pytest.approx([-2.0], abs=1e-4)
    assert replace(touching, room=0.0).biases(3.0)[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(
    ("estimate", "share", "p_value"),
    [(0.2, 0.5, 3 / 5), (-0.1, 0.25, 2 / 5), (0.31, 0.0, 1 / 5), (0.0, 0.75, 4 / 5)],
)
def test_a_placebo_counts_what_reaches_the_estimate_on_its_side(
    estimate: float, share: float, p_value: float
) -> None:
    made_up = np.array([0.1, 0.2, 0.3, -0.1])
    found = ScalePlacebo("x", estimate, 0.05, made_up, "sector:year", ("size", "age"))
    assert found.share_reaching == share
    assert found.p_value == pytest.approx(p_value)
    (table,) = found.tables()
    assert list(table.frame.index) == ["x", "4 made-up inputs of equal scale"]
    own, other = table.frame.to_numpy(float)
    np.testing.assert_allclose(own, [estimate, 0.05, np.nan, np.nan])
    ends = np.quantile(made_up, [0.025, 0.975])
    np.testing.assert_allclose(other, [0.125, made_up.std(ddof=1), *ends])
    assert table.notes == (
        f"{share:.0%} of the made-up inputs reach the estimate (p = {p_value:.3f}).",
        "Made up: what effects and size, age explain of x, and the rest of another row of the same "
        "sector and year.",
    )


def test_the_range_without_a_group_names_the_groups_and_what_failed() -> None:
    """Means without a, b, c: 6, 5.5, 2.5 of a mean of 14 / 3; error by hand."""
    frame = pd.DataFrame({"group": list("aabbccd"), "x": [1.0, 3, 2, 4, 9, 9, 0]})

    def mean(rows: pd.DataFrame) -> float:
        if "d" not in set(rows["group"]):
            raise ValueError("no d")
        return float(rows.loc[rows["group"] != "d", "x"].mean())

    found = qn.leave_one_out(mean, frame, by="group")
    assert found.left_out["value"].tolist() == [6.0, 5.5, 2.5]
    np.testing.assert_allclose(found.change["value"], np.array([6.0, 5.5, 2.5]) - 28 / 6)
    away = np.array([6.0, 5.5, 2.5]) - 14 / 3
    error = np.sqrt(2 / 3 * (away**2).sum())
    assert found.std_errors["value"] == pytest.approx(error)
    (table,) = found.tables()
    assert table.title == "Leaving out one group at a time"
    assert table.frame.iloc[0].tolist() == [
        pytest.approx(28 / 6), pytest.approx(error), 2.5, "c", 6.0, "a",
    ]  # fmt: skip
    assert table.notes[0] == "3 groups of group, each left out once."
    assert table.notes[1].startswith("Without d it failed: ")
    assert "no d" in table.notes[1]
    two = frame[frame["group"].isin(["a", "b"])]
    with pytest.raises(qn.QuesnayError, match="2 groups of 'group'; at least three needed"):
        qn.leave_one_out(lambda rows: rows["x"].mean(), two, by="group")


def test_made_up_inputs_are_dealt_within_their_groups() -> None:
    rest = np.arange(8.0)
    codes = np.array([0, 1, 0, 1, 0, 1, 0, 1])
    dealt = coefficient_stability._dealt(rest, codes, np.random.default_rng(0), 50)
    assert dealt.shape == (8, 50)
    for column in dealt.T:
        assert sorted(column[codes == 0]) == [0, 2, 4, 6]
        assert sorted(column[codes == 1]) == [1, 3, 5, 7]
    assert len({tuple(column) for column in dealt.T}) > 25
    assert (dealt[0] != 0).mean() > 0.5  # a row gets that of another


# ---- back-test of updates ------------------------------------------------------------------------

update: Any = qn.backtest_update
update_embedded: Any = qn.backtest_tables
OLD = qn.InputOutputTable(
    pd.DataFrame([[10.0, 20.0], [30.0, 40.0]], ["a", "b"], ["a", "b"]),
    pd.DataFrame({"homes": [70.0, 29.5], "few": [0.0, 0.5], "less": [0.0, 0.0]}, ["a", "b"]),
    pd.Series([60.0, 40.0], ["a", "b"]),
)
NEW = qn.InputOutputTable(
    pd.DataFrame([[12.0, 20.0], [30.0, 44.0]], ["a", "b"], ["a", "b"]),
    pd.DataFrame({"homes": [68.0, 25.5], "few": [0.0, 0.5], "more": [0.0, 0.0]}, ["a", "b"]),
    pd.Series([58.0, 36.0], ["a", "b"]),
)


def test_an_update_misses_by_the_sum_of_its_cells_over_that_of_the_official_ones() -> None:
    """By hand: old coefficients times 42, 64, 93.5 and the same few against the new cells."""
    homes = 2 * (68 - 70 * 93.5 / 99.5)
    found = update(
        {2017: OLD, 2018: NEW}, [(2017, 2018)], methods=["same cells", "same coefficients"],
        groups={"second": ["b"]},
    )  # fmt: skip
    assert found.errors.loc[("2017 to 2018", "same cells")].to_dict() == pytest.approx(
        {"intermediate": 6 / 106, "final demand": 6 / 94, "all": 12 / 200, "second": 4 / 74}
    )
    assert found.errors.loc[("2017 to 2018", "same coefficients")].to_dict() == pytest.approx(
        {"intermediate": (3 + 8 / 3) / 106, "final demand": homes / 94,
         "all": (3 + 8 / 3 + homes) / 200, "second": (1.5 + 4 / 3) / 74}
    )  # fmt: skip
    small = {  # in another unit, in which all of a table is less than one
        year: qn.InputOutputTable(1e-3 * one.Z, 1e-3 * one.final_demand, 1e-3 * one.value_added)
        for year, one in ((2017, OLD), (2018, NEW))
    }
    again = update(small, [(2017, 2018)], methods=["same cells"], groups={"second": ["b"]})
    pd.testing.assert_frame_equal(again.errors, found.errors.iloc[:1])
    assert found.best.loc["2017 to 2018"].to_dict() == {
        "intermediate": "same coefficients", "final demand": "same coefficients",
        "all": "same coefficients", "second": "same coefficients",
    }  # fmt: skip
    table, best = found.tables()
    assert len(table.notes) == 1
    assert table.formats == dict.fromkeys(found.errors.columns, ".1%")
    assert (table.title, best.title) == ("Back-test of table updating", "Smallest error")
    lost = replace(found, failures={"2017 to 2018, RAS": "no balance"})
    assert lost.tables()[0].notes[1] == "No table from 2017 to 2018, RAS: no balance"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: update({2017: OLD}, [(2017, 2017)], methods=["RSA"]),
         "unknown 'RSA'. did you mean 'RAS'"),
        (lambda: update({2017: OLD}, []), "back-test: give updates, and methods of"),
        (lambda: update({2017: OLD}, [(2017, 2018)]),
         r"back-test: no table of 2018; there are \[2017\]"),
        (lambda: update({2017: OLD, 2018: NEW}, [(2017, 2018)],
                                    groups={"g": ["c"]}), "group 'g' has no sector 'c'"),
        (lambda: update_embedded(updates=[(2017, 2018), (2018,)]), "pairs of years .from, to."),
        (lambda: update_embedded(updates=[]), "pairs of years"),
        (lambda: update_embedded(updates=[(2017, "2018")]), "pairs of years"),
    ],
)  # fmt: skip
def test_an_update_that_cannot_be_made_is_refused(call: Any, said: str) -> None:
    with pytest.raises(qn.QuesnayError, match=said):
        call()


def test_tables_of_other_sectors_are_not_updated_to_each_other() -> None:
    other = qn.InputOutputTable(NEW.Z.set_axis(["a", "c"]).set_axis(["a", "c"], axis=1),
                                pd.Series([68.0, 26.0], ["a", "c"]),
                                pd.Series([58.0, 36.0], ["a", "c"]))  # fmt: skip
    with pytest.raises(DataError, match="tables of 2017 and 2018 have different sectors"):
        update({2017: OLD, 2018: other}, [(2017, 2018)])
