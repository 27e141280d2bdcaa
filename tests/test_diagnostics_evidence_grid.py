"""A user's own specification grid, and back-tests: nothing dropped in silence."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.evidence.updating import weighted_error

GRID = qn.Grid({"power": (1.0, 1.1), "shift": (0, 1, 2)})


def mean_of(choices: Any, rng: np.random.Generator, draws: int) -> tuple[float, Any]:
    x = np.arange(40.0) ** choices["power"] + choices["shift"]
    rows = rng.integers(0, 40, (draws, 40))
    return float(x.mean()), x[rows].mean(axis=1)


def run(estimate: Any = mean_of, grid: Any = GRID, **options: Any) -> Any:
    settings: dict[str, Any] = {"draws": 100, "seed": 0, "reported": (19.0, 20.0), **options}
    return qn.run_specifications(estimate, grid, **settings)


def test_every_specification_is_estimated_and_ranked() -> None:
    curve = run()
    assert len(curve.estimates) == 6
    assert curve.estimates["estimate"].is_monotonic_increasing
    assert curve.spread["share"].sum() == pytest.approx(1.0)
    assert curve.spread["share"].idxmax() == "power"


def test_numbers_do_not_depend_on_jobs_or_chunks() -> None:
    one = run().estimates
    for options in ({"jobs": 2, "chunk": 2}, {"chunk": 1}):
        pd.testing.assert_frame_equal(one, run(**options).estimates, check_exact=True)


def test_all_specifications_share_their_resamples() -> None:
    """A shift moves an interval exactly, because draw b rests on the same rows."""
    rows = run().estimates.set_index(["power", "shift"])
    gap = rows.loc[("1.0", "1"), ["low", "high"]] - rows.loc[("1.0", "0"), ["low", "high"]]
    np.testing.assert_allclose(gap.to_numpy(float), 1.0, rtol=1e-12)


def test_joint_inference_rejects_where_there_is_an_effect_and_not_where_there_is_none() -> None:
    def of(center: float) -> Any:
        def estimate(choices: Any, rng: np.random.Generator, draws: int) -> tuple[float, Any]:
            x = np.random.default_rng(1).normal(size=60)
            x = x - x.mean() + center + 0.01 * choices["shift"]
            return float(x.mean()), x[rng.integers(0, 60, (draws, 60))].mean(axis=1)

        return estimate

    assert run(of(1.0), draws=400).joint.p_median < 0.01
    assert run(of(0.0), draws=400).joint.p_median > 0.3


def test_failures_are_counted_and_shown_with_their_reason() -> None:
    def some(choices: Any, rng: np.random.Generator, draws: int) -> tuple[float, Any]:
        if choices["shift"] == 2:
            raise ZeroDivisionError("nothing left")
        point, drawn = mean_of(choices, rng, draws)
        return point, np.full(draws, np.nan) if choices["shift"] == 1 else drawn

    curve = run(some)
    assert len(curve.estimates) == 2
    assert len(curve.failures) == 4
    reasons = set(curve.failures["failure"])
    assert "ZeroDivisionError: nothing left" in reasons
    assert any("draws are finite" in reason for reason in reasons)
    assert "4" in curve.summary()


def test_checkpoint_of_a_grid_is_reused(tmp_path: Any) -> None:
    first = run(checkpoint=tmp_path / "grid", chunk=2)
    again = run(checkpoint=tmp_path / "grid", chunk=2)
    pd.testing.assert_frame_equal(first.estimates, again.estimates, check_exact=True)
    with pytest.raises(qn.DataError, match="another run"):
        run(checkpoint=tmp_path / "grid", chunk=2, grid=qn.Grid({"power": (1.0,), "shift": (0,)}))


def fails(choices: Any, rng: Any, draws: int) -> Any:
    raise ValueError("never")


MALFORMED: list[tuple[Any, str]] = [
    (lambda: qn.Grid({}), "no choices"),
    (lambda: qn.Grid({"a": ()}), "'a' has no levels"),
    (lambda: qn.Grid({"a": "xy"}), "'a' has no levels"),
    (lambda: qn.Grid({"a": (1, 1)}), "level '1' twice"),
    (lambda: qn.Grid({1: (1, 2)}), "is not the name of a choice"),  # type: ignore[dict-item]
    (lambda: qn.Grid({"low": (1, 2)}), "'low' is a column of the result"),
    (lambda: qn.Grid({f"c{i}": range(8) for i in range(8)}), "more than 1000000"),
    (lambda: qn.Grid({"a": (1,)}, [qn.Rule("never", lambda c: True)]), "exclude every"),
    (lambda: qn.Grid({"a": (1,)}, [qn.Rule("odd", lambda c: c["b"])]), "KeyError: 'b'"),
    (lambda: run(estimate="mean"), "a function and a Grid"),
    (lambda: run(grid={"a": (1,)}), "a function and a Grid"),
    (lambda: run(reported=(2.0, 1.0)), "reported must be an interval"),
    (lambda: run(reported=2.0), "reported must be an interval"),
    (lambda: run(draws=0), "draws must be a whole number of at least 1"),
    (lambda: run(seed="x"), "seed must be"),
    (lambda: run(jobs=-1), "jobs must be a whole number of at least 1"),
    (lambda: run(fails), "ValueError: never"),
    (lambda: run(lambda c, r, d: (1.0, np.zeros(3))), "100 draws expected"),
    (lambda: run(lambda c, r, d: (np.nan, np.zeros(d))), "the estimate is nan"),
    (lambda: qn.backtest_tables(methods=["RAZ"]), "did you mean 'RAS'?"),
    (lambda: qn.backtest_tables(updates=[]), "give updates"),
    (lambda: qn.backtest_update({}, [(2017, 2018)]), "no table of 2017"),
    (lambda: weighted_error(pd.DataFrame([[1.0]]), pd.DataFrame([[0.0]])), "all zero"),
    (
        lambda: weighted_error(pd.DataFrame([[1.0]], index=["a"]), pd.DataFrame([[1.0]])),
        "different labels",
    ),
]


@pytest.mark.parametrize(("call", "message"), MALFORMED)
def test_malformed_grid_is_one_clear_line(call: Any, message: str) -> None:
    with pytest.raises(qn.QuesnayError) as caught:
        call()
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def updates() -> Any:
    return qn.backtest_tables()


def test_updating_beats_the_naive_rules_on_the_official_tables(updates: Any) -> None:
    errors = updates.errors["all"]
    for update in ("2017 to 2018", "2018 to 2020"):
        for method in ("RAS", "GRAS", "least squares"):
            assert errors[update, method] < errors[update, "same coefficients"]
            assert errors[update, method] < errors[update, "same cells"]
    assert updates.failures == {}


def test_updated_table_of_its_own_margins_is_itself() -> None:
    table = qn.load_io("CHN", 2018, imports="included")
    same = qn.backtest_update({2018: table}, [(2018, 2018)])
    assert same.errors.to_numpy().max() < 1e-6


def test_backtest_by_group_and_its_views(updates: Any) -> None:
    tables = {year: qn.load_io("CHN", year, imports="included") for year in (2017, 2018)}
    sectors = list(tables[2017].sectors)
    found = qn.backtest_update(
        tables, [(2017, 2018)], methods=["RAS"], groups={"first three": sectors[:3]}
    )
    assert list(found.errors.columns) == ["intermediate", "final demand", "all", "first three"]
    assert len(updates.plot().axes) == 2
    assert "GRAS" in updates.summary()
    with pytest.raises(qn.DataError, match="no sector 'x'"):
        qn.backtest_update(tables, [(2017, 2018)], groups={"g": ["x"]})


def test_a_curve_without_runs_is_one_run() -> None:
    curve = run()
    assert curve.by_run.index.tolist() == ["all"]
    assert curve.by_run.loc["all", "number"] == len(curve.estimates) == 6
    assert curve.by_run.loc["all", "median"] == curve.median
    figure = curve.plot()
    assert figure.axes


def test_tables_in_another_order_have_the_same_error() -> None:
    actual = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], ["a", "b"], ["x", "y"])
    estimate = actual.add(np.diag([1.0, -2.0]))
    assert weighted_error(estimate, actual) == pytest.approx(0.3)
    assert weighted_error(estimate.loc[["b", "a"], ["y", "x"]], actual) == pytest.approx(0.3)
    with pytest.raises(qn.DataError, match="different labels"):
        weighted_error(estimate.rename(index={"a": "c"}), actual)
