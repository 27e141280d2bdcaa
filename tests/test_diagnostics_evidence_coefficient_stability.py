"""Oster's bound and the placebo that keeps scale."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf

import quesnay as qn
from quesnay.diagnostics.evidence.coefficient_stability import (
    bounds_of,
    oster_bounds,
    scale_placebo,
)
from quesnay.fitting.errors import DataError, EstimationError, QuesnayError

EFFECTS = ("province:sector", "sector:year", "province:year")
EQUATION = "ln_va ~ ln_ict + ln_k + ln_l"


@pytest.fixture(scope="module")
def provinces() -> pd.DataFrame:
    columns = {
        "ln_va": "value_added",
        "ln_ict": "ict_inputs",
        "ln_k": "depreciation",
        "ln_l": "labour_compensation",
        "ln_other": "other_inputs",
    }
    panel = qn.load_panel("china_provinces").query("year >= 2012 and not ict_producing")
    logarithms = {name: np.log(panel[of].where(panel[of] > 0)) for name, of in columns.items()}
    return panel.assign(**logarithms)


def proportional(delta: float, *, n: int = 60) -> tuple[pd.DataFrame, float, float]:
    """Make columns that are exactly orthogonal, with selection on what is not observed `delta`.

    x = a W + k V + u with V unobserved, y = 0.7 x + W + V + e: Cov(x, V) / Var(V) = k and
    Cov(x, W) / Var(W) = a, so that proportional selection holds with k = delta a.
    """
    rng = np.random.default_rng(3)
    basis = np.linalg.qr(np.column_stack([np.ones(n), rng.normal(size=(n, 4))]))[0][:, 1:]
    W, V, u, e = (np.sqrt(n) * basis).T * np.array([[1.0], [0.8], [1.3], [0.6]])
    x = 0.4 * W + delta * 0.4 * V + u
    y = 0.7 * x + W + V + e
    return pd.DataFrame({"y": y, "x": x, "W": W}), 0.7, 1.0 - float(e @ e) / float(y @ y)


@pytest.mark.parametrize("delta", [0.5, 1.0, 1.5, 2.0])
def test_the_true_coefficient_solves_the_cubic_where_selection_is_proportional(
    delta: float,
) -> None:
    data, truth, r2_max = proportional(delta)
    result = oster_bounds("y ~ x + W", data, term="x", delta=delta, r2_max=r2_max)
    assert min(abs(root - truth) for root in result.roots) < 1e-10
    assert result.bound == pytest.approx(truth, abs=1e-10)
    alike = bounds_of(qn.fit_panel("y ~ x + W", data), "x", r2_max=r2_max)  # selection alike
    equal = oster_bounds("y ~ x + W", data, term="x", delta=1.0, r2_max=r2_max)
    assert alike.bound == pytest.approx(equal.bound)
    step = (result.short - result.long) / (result.r2_long - result.r2_short)
    by_hand = result.long - delta * step * (r2_max - result.r2_long)  # Oster (2019), eq. 3
    assert result.approximate == pytest.approx(by_hand, rel=1e-9)


def test_the_selection_that_leaves_nothing_gives_a_bound_of_zero() -> None:
    data, _, r2_max = proportional(1.0)
    result = oster_bounds("y ~ x + W", data, term="x", r2_max=r2_max)
    again = oster_bounds("y ~ x + W", data, term="x", r2_max=r2_max, delta=result.delta_zero)
    assert min(abs(root) for root in again.roots) < 1e-10


def test_estimates_and_r2_are_those_of_statsmodels() -> None:
    rng = np.random.default_rng(1)
    w, u, e = rng.normal(size=(3, 80))
    data = pd.DataFrame({"x": w + u, "w": w, "y": w + u + w**2 + e, "g": np.arange(80) % 4})
    result = oster_bounds("y ~ x + w", data, term="x")
    short, long = smf.ols("y ~ x", data).fit(), smf.ols("y ~ x + w", data).fit()
    np.testing.assert_allclose(
        [result.short, result.long, result.r2_short, result.r2_long],
        [short.params["x"], long.params["x"], short.rsquared, long.rsquared],
        rtol=1e-10,
    )
    step = (short.params["x"] - long.params["x"]) / (long.rsquared - short.rsquared)
    by_hand = long.params["x"] - step * 0.3 * long.rsquared
    assert result.approximate == pytest.approx(by_hand, rel=1e-10)
    absorbed = oster_bounds("y ~ x + w", data, term="x", absorb="g")
    dummies = oster_bounds(
        "y ~ x + w + C(g)", data, term="x", fixed=[f"C(g)[T.{g}]" for g in (1, 2, 3)]
    )
    assert absorbed.bound == pytest.approx(dummies.bound, rel=1e-8)


def test_no_room_for_unobservables_leaves_the_estimate() -> None:
    data, _, _ = proportional(1.0)
    whole = oster_bounds("y ~ x + W", data, term="x")
    same = oster_bounds("y ~ x + W", data, term="x", r2_max=whole.r2_long)
    assert same.bound == pytest.approx(same.long, abs=1e-12)
    assert oster_bounds("y ~ x + W", data, term="x", delta=0.0).bound == pytest.approx(same.long)


def test_by_default_r2_rises_by_three_tenths_and_to_one_at_most() -> None:
    data, _, _ = proportional(1.0)
    low = oster_bounds("y ~ x + W", data.assign(y=lambda d: d["y"] - 0.7 * d["x"]), term="x")
    high = oster_bounds("y ~ x + W", data.assign(y=lambda d: d["y"] + 3.0 * d["W"]), term="x")
    assert low.r2_long < 1 / 1.3 < high.r2_long
    assert low.r2_max == pytest.approx(1.3 * low.r2_long)
    assert high.r2_max == 1.0


def test_units_of_measurement_scale_the_bound() -> None:
    data, _, _ = proportional(1.0)
    whole = qn.fit_panel("y ~ x + W", data).params["W"]
    weak = data.assign(y=data["y"] - (whole - 1e-3) * data["W"])  # a control of little, not of none
    found = oster_bounds("y ~ x + W", weak, term="x")
    r2 = [smf.ols(f"y ~ {X}", weak).fit().rsquared for X in ("x", "x + W")]
    assert found.r2_long - found.r2_short == pytest.approx(r2[1] - r2[0], rel=1e-6)
    one = oster_bounds("y ~ x + W", data, term="x")
    two = oster_bounds("y ~ x + W", data.assign(x=1e-3 * data["x"], W=50 * data["W"]), term="x")
    assert two.bound == pytest.approx(1e3 * one.bound, rel=1e-8)


def test_capital_and_labour_move_the_elasticity_of_the_provinces_to_a_hundredth(
    provinces: pd.DataFrame,
) -> None:
    result = oster_bounds(EQUATION, provinces, term="ln_ict", absorb=EFFECTS)
    assert [round(value, 3) for value in result.interval] == [0.012, 0.057]
    assert "Identified set [0.012, 0.057]" in result.summary()


def test_a_made_up_input_of_equal_scale_earns_most_of_the_elasticity(
    provinces: pd.DataFrame,
) -> None:
    result = scale_placebo(
        EQUATION,
        provinces,
        term="ln_ict",
        scale="ln_other",
        groups="sector:year",
        keep="province:year",
        absorb=EFFECTS,
        cluster="province",
        draws=350,
    )
    assert result.estimate == pytest.approx(0.0567, abs=5e-5)
    assert result.std_error == pytest.approx(0.0141, abs=5e-5)
    assert len(result.made_up) == 350
    assert 0.044 < result.made_up.mean() < 0.052
    assert 0.12 < result.share_reaching < 0.30
    assert "of the made-up inputs reach the estimate" in result.summary()


def test_an_input_that_earns_more_than_its_scale_beats_every_made_up_one() -> None:
    rng = np.random.default_rng(5)
    size, x, e = rng.normal(size=(3, 300))
    data = pd.DataFrame(
        {"g": np.arange(300) % 6, "size": size, "x": size + x, "y": size + 2 * x + 0.1 * e}
    )
    result = scale_placebo("y ~ x", data, term="x", scale="size", groups="g", draws=199)
    assert result.share_reaching == 0.0
    assert result.p_value == pytest.approx(1 / 200)
    named = data.set_index("g", drop=False)  # labels of rows say nothing
    again = scale_placebo("y ~ x", named, term="x", scale="size", groups="g", draws=199)
    np.testing.assert_array_equal(again.made_up, result.made_up)


def test_each_made_up_coefficient_is_that_of_the_refitted_equation() -> None:
    rng = np.random.default_rng(6)
    size, x, e, z, w = rng.normal(size=(5, 90))
    data = pd.DataFrame(
        {
            "g": np.arange(90) % 5,
            "h": np.arange(90) // 10,
            "size": size,
            "x": size + x,
            "z": z,
            "y": size + e,
            "w": np.exp(w),
        }
    )
    result = scale_placebo(
        "y ~ x + z", data, term="x", scale="size", groups="g", absorb="h", weights="w", draws=1
    )
    rest = qn.fit_panel("x ~ size", data, absorb="g").resid.to_numpy()
    order = np.lexsort((np.random.default_rng(0).random(90), data["g"].to_numpy()))
    dealt = np.empty(90)
    dealt[np.argsort(data["g"].to_numpy(), kind="stable")] = rest[order]
    again = data.assign(x=data["x"] - rest + dealt)
    refitted = qn.fit_panel("y ~ x + z", again, absorb="h", weights="w").params["x"]
    assert result.made_up[0] == pytest.approx(refitted, rel=1e-9)


def test_rows_with_gaps_are_left_out_and_seeds_repeat(provinces: pd.DataFrame) -> None:
    holes = provinces.copy()
    holes.loc[holes.index[::40], "ln_other"] = np.nan
    full = holes.dropna(subset=["ln_other"])
    one, two = (
        scale_placebo(
            EQUATION,
            rows,
            term="ln_ict",
            scale="ln_other",
            groups="sector:year",
            absorb=EFFECTS,
            draws=3,
            seed=4,
        )
        for rows in (holes, full)
    )
    np.testing.assert_array_equal(one.made_up, two.made_up)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"term": "z"}, "no term 'z'"),
        ({"delta": "one"}, "delta must be a number"),
        ({"r2_max": 1.2}, "must lie between the R2 of the long regression"),
        ({"fixed": "W"}, "no control beside 'x'"),
    ],
)
def test_bad_options_of_the_bound_are_refused(change: dict[str, object], says: str) -> None:
    data, _, _ = proportional(1.0)
    options: dict[str, object] = {"term": "x"} | change
    with pytest.raises(QuesnayError, match=says):
        oster_bounds("y ~ x + W", data, **options)  # type: ignore[arg-type]


def test_bad_options_of_the_placebo_are_refused() -> None:
    data, _, _ = proportional(1.0)
    data["g"] = 1
    with pytest.raises(DataError, match="no column 'size'"):
        scale_placebo("y ~ x", data, term="x", scale="size", groups="g")
    with pytest.raises(DataError, match="the regression 'y ~ x' has no term 'W'"):
        scale_placebo("y ~ x", data, term="W", scale="x", groups="g")
    with pytest.raises(DataError, match="stands in 'x:W' too"):
        scale_placebo("y ~ x + x:W", data, term="x", scale="W", groups="g")
    with pytest.raises(EstimationError, match="draws"):
        scale_placebo("y ~ x", data, term="x", scale="W", groups="g", draws=0)
    with pytest.raises(DataError, match="groups"):
        scale_placebo("y ~ x", data, term="x", scale="W", groups="")
