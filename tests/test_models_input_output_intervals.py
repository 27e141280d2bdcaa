"""Uncertain coefficients and weights: derivatives by difference, draws by new factorisations."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay import InputOutputTable
from quesnay.fitting.arrays import Array
from quesnay.fitting.tables import extraction
from quesnay.fitting.tables.extraction import Perturbed, lognormal_factors
from quesnay.models.input_output.intervals import BetaWeights
from tests.test_models_input_output_identities import economy, refactored

N = 6
WEIGHTS = {"s1": 0.3, "s3": 0.9, "s5": 0.75}
ERRORS = {"s1": 0.01, "s3": 0.02, "s5": 0.05}


@pytest.fixture(name="table")
def _table() -> InputOutputTable:
    return economy(3, size=N)


@pytest.fixture(name="relative")
def _relative() -> Array:
    found = np.random.default_rng(5).uniform(0, 0.2, (N, N))
    found[:, 2] = 0
    return found


def loss(table: InputOutputTable, A: Array, w: Array, kind: str, c: Array) -> float:
    f, D, eye = table.f.to_numpy(), np.diag(1 - w), np.eye(N)
    after = {"total": D @ A @ D, "satellite": D @ A, "backward": A @ D}[kind]
    left = np.linalg.solve(eye - after, f if kind == "backward" else D @ f)
    return float(c @ (np.linalg.solve(eye - A, f) - left))


def shares() -> Array:
    return np.array([WEIGHTS.get(f"s{k}", 0.0) for k in range(N)])


@pytest.mark.parametrize("kind", ["total", "satellite", "backward"])
def test_first_order_of_extraction_is_the_derivative(
    table: InputOutputTable, relative: Array, kind: str
) -> None:
    A, w = np.array(table.A), shares()
    accounts: list[Array] = [np.ones(N), np.asarray(table.v / table.x, float)]
    found = table.extraction_intervals(WEIGHTS, kind, relative_error=relative, weight_error=ERRORS)
    for row, c in enumerate(accounts):
        variance = 0.0
        for i, j in np.argwhere(A != 0):
            step = np.zeros((N, N))
            step[i, j] = 1e-5 * A[i, j]
            slope = loss(table, A + step, w, kind, c) - loss(table, A - step, w, kind, c)
            variance += (slope / 2e-5 * relative[i, j]) ** 2
        for name, error in ERRORS.items():
            step = np.where(table.sectors == name, 1e-6, 0.0)
            slope = loss(table, A, w + step, kind, c) - loss(table, A, w - step, kind, c)
            variance += (slope / 2e-6 * error) ** 2
        estimate, error = found.estimates.iloc[row, :2]
        assert estimate == pytest.approx(loss(table, A, w, kind, c), rel=1e-11)
        assert error == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_first_order_of_forward_extraction_is_the_derivative(table: InputOutputTable) -> None:
    found = table.extraction_intervals(WEIGHTS, "forward", weight_error=ERRORS)
    variance = 0.0
    for name, error in ERRORS.items():
        step = np.where(table.sectors == name, 1e-6, 0.0)
        up, down = (refactored(table, shares() + s * step, "forward").sum() for s in (1, -1))
        variance += ((up - down) / 2e-6 * error) ** 2
    assert found.estimates.iloc[0, 1] == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_first_order_of_multipliers_is_the_derivative(
    table: InputOutputTable, relative: Array
) -> None:
    A, c = np.array(table.A), (table.accounts.loc["jobs"] / table.x).to_numpy()  # type: ignore[union-attr]
    found = table.multiplier_intervals("jobs", relative_error=relative).estimates
    variance = np.zeros(N)
    for i, j in np.argwhere(A != 0):
        step = np.zeros((N, N))
        step[i, j] = 1e-5 * A[i, j]
        up, down = (np.linalg.solve((np.eye(N) - A - s * step).T, c) for s in (1, -1))
        variance += ((up - down) / 2e-5 * relative[i, j]) ** 2
    np.testing.assert_allclose(found["standard_error"], np.sqrt(variance), rtol=1e-6)
    width = (found["high"] - found["low"]) / found["standard_error"]
    np.testing.assert_allclose(width, 2 * 1.959964, rtol=1e-6)


@pytest.mark.parametrize("small", [64, 0])
def test_a_changed_table_by_low_rank_is_the_table_factored_anew(
    table: InputOutputTable, small: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extraction, "_SMALL", small)
    L, places = np.array(table.leontief()), np.array([0, 2, 5])
    change = np.array(table.A)[:, places] * np.random.default_rng(0).uniform(-0.3, 0.3, (N, 3))
    A = np.array(table.A)
    A[:, places] += change
    new = np.linalg.inv(np.eye(N) - A)
    drawn = Perturbed(L[places], change)
    np.testing.assert_allclose(
        drawn.effects(np.ones((1, N)) @ L), new.sum(axis=0)[None], rtol=1e-10
    )
    b = np.random.default_rng(1).random((N, 2))
    np.testing.assert_allclose(L @ b + L @ drawn.step((L @ b)[places]), new @ b, rtol=1e-10)
    same = Perturbed(L[places], 0.0 * change)
    np.testing.assert_array_equal(same.effects(L[:1]), L[:1])
    # half of their own more for two of three, and nothing for the last: 1 / (1 - 1/2) and 1
    halves = Perturbed(np.eye(3), np.diag([0.5, 0.5, 0.0])).effects(np.ones((1, 3)))
    np.testing.assert_allclose(halves, [[2.0, 2.0, 1.0]], rtol=1e-11)


def test_draws_agree_with_first_order_where_errors_are_small(table: InputOutputTable) -> None:
    options = {"relative_error": 0.02, "method": "monte_carlo", "draws": 4000}
    near = table.multiplier_intervals("jobs", relative_error=0.02).estimates
    drawn = table.multiplier_intervals("jobs", **options).estimates  # type: ignore[arg-type]
    np.testing.assert_allclose(drawn["standard_error"], near["standard_error"], rtol=0.06)
    one = table.extraction_intervals(WEIGHTS, relative_error=0.02, weight_error=ERRORS).estimates
    two = table.extraction_intervals(WEIGHTS, weight_error=ERRORS, **options).estimates  # type: ignore[arg-type]
    np.testing.assert_allclose(two["standard_error"], one["standard_error"], rtol=0.06)
    np.testing.assert_allclose(two[["low", "high"]], one[["low", "high"]], rtol=0.02)


def test_intervals_say_what_they_are_of_and_how_they_were_made(table: InputOutputTable) -> None:
    drawn: dict[str, Any] = {"method": "monte_carlo", "draws": 7, "level": 0.9}
    made = (
        table.multiplier_intervals("output", relative_error=0.02),
        table.multiplier_intervals("output", relative_error=0.02, **drawn),
        table.extraction_intervals({"s1": 0.5}, weight_error={"s1": 0.1}, kind="backward"),
        table.extraction_intervals({"s1": 0.5}, weight_error={"s1": 0.1}, **drawn),
    )
    lines = [(one.title, *one.notes) for found in made for one in found.tables()]
    of_all = "Errors of the coefficients are independent"
    assert lines == [
        ("Multipliers of 'output', 95 % intervals", f"{of_all}; first order."),
        (
            "Multipliers of 'output', 90 % intervals",
            f"{of_all}, lognormal with mean at the table; 7 draws.",
        ),
        (
            "Losses from extracting s1 (backward), 95 % intervals",
            "First order; errors independent.",
        ),
        (
            "Losses from extracting s1 (total), 90 % intervals",
            "Coefficients lognormal, weights beta, all independent; 7 draws.",
        ),
    ]
    many: dict[str, Any] = {"method": "monte_carlo", "weight_error": {"s1": 0.1}}
    (how,) = table.extraction_intervals({"s1": 0.5}, **many).notes
    assert how.endswith("all independent; 1000 draws.")
    (how,) = table.multiplier_intervals(relative_error={"s1": 0.02}, method="monte_carlo").notes
    assert how.endswith("mean at the table; 1000 draws.")
    # a normal interval of the derivative's error; 1.644854 is the 95 % point
    frame = table.multiplier_intervals("output", relative_error=0.02, level=0.9).estimates
    for end, sign in (("low", -1.0), ("high", 1.0)):
        ends = frame["estimate"] + sign * 1.6448536269514722 * frame["standard_error"]
        np.testing.assert_allclose(frame[end], ends, rtol=1e-12)


def test_drawn_weights_have_the_mean_and_the_error_that_were_given() -> None:
    # of an error of a quarter around a half: the beta of 3/2 and 3/2
    beta = BetaWeights(np.array([0.5, 0.2]), np.array([0.25, 0.0]))
    drawn = beta.draw(4000, np.random.default_rng(0))
    assert drawn[:, 0].mean() == pytest.approx(0.5, abs=0.01)
    assert drawn[:, 0].std() == pytest.approx(0.25, abs=0.01)
    assert (drawn[:, 1] == 0.2).all()


def test_drawn_coefficients_have_the_mean_of_the_table_and_the_error_given() -> None:
    factors = lognormal_factors(np.full(20_000, 0.5), np.random.default_rng(0))
    assert factors.mean() == pytest.approx(1.0, abs=0.015)  # four standard errors
    assert factors.std() == pytest.approx(0.5, abs=0.03)


def test_a_weight_of_a_half_cannot_miss_by_a_half(table: InputOutputTable) -> None:
    table.extraction_intervals({"s1": 0.5}, weight_error={"s1": 0.499})
    with pytest.raises(qn.DataError, match=r"has 0.5; a share of 0.5 can have .* to below 0.5"):
        table.extraction_intervals({"s1": 0.5}, weight_error={"s1": 0.5})


def test_same_seed_same_numbers(table: InputOutputTable) -> None:
    def run(seed: object) -> pd.DataFrame:
        return table.extraction_intervals(
            WEIGHTS, weight_error=ERRORS, method="monte_carlo", draws=50, seed=seed
        ).estimates

    assert run(1).equals(run(1))
    assert run(np.random.default_rng(1)).equals(run(1))
    assert not run(2).equals(run(1))


@pytest.mark.parametrize(("size", "end"), [(8, "s6, s7"), (9, "s6, s7, ...")])
def test_eight_of_the_sectors_extracted_are_named(size: int, end: str) -> None:
    table, weights = economy(3, size=size), {f"s{k}": 0.1 for k in range(size)}
    title = table.extraction_intervals(weights).tables()[0].title
    assert title.startswith("Losses from extracting s0, s1, s2, ")
    assert f"{end} (total)" in title
    (note,) = table.extract(weights).tables()[0].notes
    assert f"s6 0.1, s7 0.1{end[6:]}; " in note


def test_certain_tables_have_no_interval(table: InputOutputTable) -> None:
    none = table.multiplier_intervals(relative_error=0.0).estimates
    assert (none["standard_error"] == 0).all()
    sure = table.extraction_intervals(WEIGHTS, method="monte_carlo", draws=5).estimates
    np.testing.assert_allclose(sure["low"], sure["high"])


def test_errors_by_sector_and_by_cell_are_read_by_label() -> None:
    table = qn.load_io("CHN", 2018, imports="separate")
    order = table.sectors[::-1]
    by_sector = pd.Series(0.0, index=order).where(order != "20", 0.1)
    by_cell = pd.DataFrame(0.0, index=order, columns=order)
    by_cell["20"] = 0.1
    found = [
        table.multiplier_intervals(relative_error=r) for r in ({"20": 0.1}, by_sector, by_cell)
    ]
    for other in found[1:]:
        pd.testing.assert_frame_equal(found[0].estimates, other.estimates)
    assert "95 % intervals" in repr(found[0])
    # a cell alone: the output of i falls or rises with a_ij by L_ri for each r, and x_j is fixed
    by_cell["20"] = 0.0
    by_cell.loc["05", "20"] = 0.1
    one = table.multiplier_intervals("output", relative_error=by_cell).estimates
    L: Any = table.leontief()
    A: Any = table.A
    error = 0.1 * A.loc["05", "20"] * L["05"].sum() * L.loc["20"]
    np.testing.assert_allclose(one["standard_error"], error, rtol=1e-9)


@pytest.mark.parametrize(("factor", "taken"), [(1.1, True), (1.25, False)])
def test_a_draw_that_uses_up_more_than_it_makes_is_refused(
    factor: float, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # 0.9 of each unit is used up, or 0.99 or 1.125
    monkeypatch.setattr(
        "quesnay.models.input_output.intervals.lognormal_factors",
        lambda variation, rng: np.full(variation.shape, factor),
    )
    table = InputOutputTable([[90.0]], [10.0], [10.0])
    options: Any = {"relative_error": 0.1, "method": "monte_carlo", "draws": 2}
    calls: list[Callable[[], object]] = [
        lambda: table.multiplier_intervals("output", **options),
        lambda: table.extraction_intervals({0: 0.5}, **options),
    ]
    for call in calls:
        if taken:
            call()
        else:
            with pytest.raises(qn.DataError, match="errors are too large; lower relative_error"):
                call()


def test_draws_of_multipliers_that_are_negative_are_no_sign_of_an_unproductive_table() -> None:
    # each unit of the second brings 1.5 of the first with it: column sums of L of 1 and -0.5
    table = InputOutputTable([[0.0, -1500.0], [0.0, 0.0]], [2500.0, 1000.0], [1000.0, 2500.0])
    options: Any = {"method": "monte_carlo", "draws": 3, "seed": 0}
    found = table.multiplier_intervals("output", relative_error=0.1, **options).estimates
    assert found["estimate"].tolist() == [1.0, -0.5]


@pytest.mark.parametrize("uncertain", [0, 2])
@pytest.mark.parametrize("weights", [{0: 1.0}, {0: 0.5, 1: 1.0}])
@pytest.mark.parametrize("kind", ["total", "satellite", "backward"])
def test_draws_of_an_extraction_are_those_of_the_changed_table(
    uncertain: int, weights: dict[int, float], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    A = np.array([[0.1, 0.2, 0.1], [0.2, 0.1, 0.3], [0.1, 0.1, 0.2]])
    f, v = np.array([10.0, 20.0, 30.0]), 1.0 - A.sum(axis=0)
    x = np.linalg.solve(np.eye(3) - A, f)
    made = InputOutputTable(A * x, f, v * x)
    monkeypatch.setattr(
        "quesnay.models.input_output.intervals.lognormal_factors",
        lambda variation, rng: np.full(variation.shape, 1.25),
    )
    options: Any = {"method": "monte_carlo", "draws": 2, "seed": 0, "kind": kind}
    found = made.extraction_intervals(weights, relative_error={uncertain: 0.1}, **options).estimates
    keep = np.diag(1.0 - np.array([weights.get(k, 0.0) for k in range(3)]))

    def lost(B: Array) -> list[float]:
        after = {"total": keep @ B @ keep, "satellite": keep @ B, "backward": B @ keep}[kind]
        rest = np.linalg.solve(np.eye(3) - after, f if kind == "backward" else keep @ f)
        gone = np.linalg.solve(np.eye(3) - B, f) - rest
        return [float(gone.sum()), float(v @ gone)]

    changed = A.copy()
    changed[:, uncertain] *= 1.25
    np.testing.assert_allclose(found["estimate"], lost(A), rtol=1e-10)
    np.testing.assert_allclose(found["low"], lost(changed), rtol=1e-10)
    np.testing.assert_allclose(found["high"], lost(changed), rtol=1e-10)
    np.testing.assert_allclose(found["standard_error"], 0.0, atol=1e-10)
