"""Forecast errors of the two-point rule on diffusions whose outcome is known."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from quesnay.diagnostics.evidence.diffusion_errors import (
    NAIVE,
    diffusion_errors,
    embedded_diffusions,
)
from quesnay.fitting.errors import DataError, QuesnayError


def series(name: str, values: list[float], launch: int = 1990) -> pd.DataFrame:
    years = range(2000, 2000 + len(values))
    return pd.DataFrame({"series": name, "year": years, "value": values, "launch": launch})


def number(forecasts: pd.DataFrame, rule: str, horizon: int, column: str) -> float:
    rows = forecasts[(forecasts["rule"] == rule) & (forecasts["horizon"] == horizon)]
    (value,) = rows[column].tolist()
    return float(value)


def test_an_exact_curve_of_each_family_is_forecast_without_error() -> None:
    t = np.arange(10.0, 16.0)  # years since launch
    shapes = {
        "gompertz": 100 * np.exp(-np.exp(-0.3 * (t - 14))),
        "logistic": 100 / (1 + np.exp(-0.5 * (t - 14))),
        "bass": 100 * (1 - np.exp(-0.4 * t)) / (1 + 20 * np.exp(-0.4 * t)),
    }
    for family, level in shapes.items():
        data = series(family, level[:4].tolist())
        multiple = 100 / level[1]
        result = diffusion_errors(data, families=[family], saturations=[multiple])
        mine = result.forecasts.query("rule == @family and origin == 2001")
        assert mine["error"].abs().max() < 1e-8
        assert mine["horizon"].tolist() == [1, 2]


def test_naive_rules_are_the_arithmetic_and_the_geometric_progression() -> None:
    result = diffusion_errors(series("x", [2.0, 3.0, 5.0, 6.0]), families=["logistic"])
    mine = result.forecasts.query("origin == 2001")
    assert number(mine, "same step", 1, "forecast") == 4.0
    assert number(mine, "same step", 2, "forecast") == 5.0
    assert number(mine, "same growth", 2, "forecast") == pytest.approx(6.75)
    assert number(mine, "mean of step and growth", 2, "forecast") == pytest.approx(5.875)
    assert number(mine, "same step", 1, "error") == pytest.approx(math.log(5 / 4))


def test_a_logistic_forecast_agrees_with_a_hand_computation() -> None:
    # y 2, 3; saturation 4 x 3 = 12: odds 1/5, 1/3; next odds 5/9, level 12 x 5/14
    result = diffusion_errors(
        series("x", [2.0, 3.0, 5.0, 6.0]), families=["logistic"], saturations=[4.0]
    )
    mine = result.forecasts.query("rule == 'logistic' and origin == 2001 and horizon == 1")
    assert mine["forecast"].item() == pytest.approx(60 / 14)


AHEAD = {  # rule -> forecasts one year ahead from 2001 and 2002, two years ahead from 2001
    "logistic": (4.0, 7.0, 4.8),
    "same step": (4.0, 7.0, 5.0),
    "same growth": (4.5, 25 / 3, 6.75),
    "mean of step and growth": (4.25, 23 / 3, 5.875),
}


def of_four_years() -> Any:
    """Of 2, 3, 5, 6; the logistic saturates at twice the origin, so its odds there are one.

    From 2001 they double (1/2, 1): levels 6 x 2/3 and 6 x 4/5; from 2002 (3/7, 1): 10 x 7/10.
    """
    data = series("x", [2.0, 3.0, 5.0, 6.0])
    return diffusion_errors(data, families=["logistic"], saturations=[2.0])


def test_every_forecast_and_its_error_stand_by_horizon_rule_and_origin() -> None:
    found = of_four_years()
    assert list(found.rules) == ["logistic", *NAIVE] == list(AHEAD)
    rows: list[tuple[Any, ...]] = []
    for horizon, origins in ((1, (2001, 2002)), (2, (2001,))):
        for rule, forecasts in AHEAD.items():
            for origin, forecast in zip(origins, forecasts[2 * horizon - 2 :], strict=False):
                actual = {2002: 5.0, 2003: 6.0}[origin + horizon]
                multiple = 2.0 if rule == "logistic" else np.nan
                error = math.log(actual / forecast)
                rows.append(("x", origin, rule, multiple, horizon, forecast, actual, error))
    names = ["series", "origin", "rule", "saturation", "horizon", "forecast", "actual", "error"]
    expected = pd.DataFrame(rows, columns=names)
    pd.testing.assert_frame_equal(found.forecasts.reset_index(drop=True), expected)


def test_errors_of_four_years_are_summed_up_as_by_hand() -> None:
    found = of_four_years()
    near, far = (math.log(5 / 4), math.log(6 / 7)), math.log(6 / 4.8)
    root = math.sqrt((near[0] ** 2 + near[1] ** 2) / 2)
    summary = found.summary_frame()
    assert list(summary.columns) == ["n", "rmse", "mape", "bias", "failed"]
    first, second = (summary.loc[("logistic", horizon)].tolist() for horizon in (1, 2))
    assert first == pytest.approx([2, root, (1 / 5 + 1 / 6) / 2, sum(near) / 2, 0])
    assert second == pytest.approx([1, far, 1 / 5, far, 0])
    np.testing.assert_allclose(found.joint("logistic"), [[near[0], far]])
    by_rule, by_series, left = found.tables()
    # logistic .192, .223; same step .192, .182; same growth .245, .118; their mean .208, .021
    assert by_rule.notes == (
        "2 origins in 1 series. Error: ln(actual / forecast); bias above zero: forecasts too low.",
        "Smallest mean error over the horizons: mean of step and growth.",
    )
    assert by_rule.formats == {"rmse": ".1%", "mape": ".1%", "bias": ".1%"}
    roots = [
        math.sqrt((math.log(5 / one) ** 2 + math.log(6 / other) ** 2) / 2)
        for one, other, _ in AHEAD.values()
    ]
    np.testing.assert_allclose(by_series.frame, [roots])
    assert by_series.formats == dict.fromkeys(AHEAD, ".1%")
    assert left.frame.empty


def test_units_and_order_of_rows_change_nothing() -> None:
    data = pd.concat([series("a", [1.0, 2, 3, 5, 7]), series("b", [4.0, 5, 7, 8, 9])])
    one = diffusion_errors(data).forecasts
    other = data.assign(value=1e4 * data["value"]).sample(frac=1, random_state=0)
    two = diffusion_errors(other).forecasts.sort_values(
        ["series", "origin", "horizon", "rule", "saturation"]
    )
    sorted_ = one.sort_values(["series", "origin", "horizon", "rule", "saturation"])
    np.testing.assert_allclose(two["error"], sorted_["error"], rtol=0, atol=1e-8)


def test_what_is_no_diffusion_is_left_out_and_named() -> None:
    data = pd.concat(
        [
            series("rising", [1.0, 2, 3, 4, 5]),
            series("falling", [5.0, 4, 3, 2, 1]),
            series("short", [1.0, 2, 3]),
            series("slow at the end", [1.0, 2, 3, 3.01, 3.02]),
        ]
    )
    result = diffusion_errors(data)
    assert set(result.forecasts["series"]) == {"rising", "slow at the end"}
    why = result.left_out.set_index("series")["why"]
    assert why["falling"] == "falls in 100% of its years"
    assert why["short"] == "3 years; 4 needed"
    assert why["slow at the end"] == "2 origins: growth below 5%"
    assert result.forecasts.query("series == 'slow at the end'")["origin"].max() == 2002


def test_a_gap_ends_no_series_but_is_never_bridged() -> None:
    data = series("x", [1.0, 2, 3, 4, 5, 6, 7, 8]).drop(index=3)  # no 2003
    result = diffusion_errors(data, families=["gompertz"])
    pairs = set(zip(result.forecasts["origin"], result.forecasts["horizon"], strict=True))
    assert (2004, 1) not in pairs
    assert (2002, 1) not in pairs
    assert (2002, 2) in pairs


def test_errors_are_drawn_jointly_and_repeat_with_the_seed() -> None:
    result = diffusion_errors()
    drawn = result.sample(4000, seed=1)
    pairs = set(map(tuple, result.joint().to_numpy()))
    assert all(tuple(row) in pairs for row in drawn)
    np.testing.assert_array_equal(drawn, result.sample(4000, seed=1))
    rmse = np.sqrt((result.joint() ** 2).mean()).to_numpy()
    np.testing.assert_allclose(np.sqrt((drawn**2).mean(axis=0)), rmse, rtol=0.06)
    assert pd.DataFrame(drawn).corr().to_numpy()[0, 1] > 0.7


def test_embedded_diffusions_miss_as_the_page_on_evidence_says() -> None:
    result = diffusion_errors()
    curves = np.sqrt((result.joint() ** 2).mean())
    assert [round(100 * value, 1) for value in curves] == [8.1, 15.4]
    step = result.summary_frame()["rmse"].xs("same step", level="rule").tolist()
    assert [round(100 * value, 1) for value in step] == [7.3, 13.5]
    origins = result.forecasts[["series", "origin"]].drop_duplicates()
    assert (len(origins), origins["series"].nunique()) == (119, 9)
    assert embedded_diffusions()["value"].gt(0).all()


def test_tables_and_plot_show_every_rule() -> None:
    result = diffusion_errors()
    text = result.summary()
    assert "same growth" in text
    assert "left out" in text
    assert "gompertz 1:" in str(result.plot().get_label())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"families": ["gompert"]}, "did you mean 'gompertz'"),
        ({"saturations": [1.0]}, "multiples above one"),
        ({"horizons": [0]}, "whole number of at least 1"),
        ({"least_growth": 9.0}, "lower least_growth"),
    ],
)
def test_bad_options_are_refused_in_one_line(change: dict[str, object], says: str) -> None:
    with pytest.raises(QuesnayError, match=says) as caught:
        diffusion_errors(series("x", [1.0, 2, 3, 4, 5]), **change)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


def test_bad_data_are_refused_with_series_and_year() -> None:
    data = series("x", [1.0, 2, 3, 4, 5])
    with pytest.raises(DataError, match="no column 'value'"):
        diffusion_errors(data.drop(columns="value"))
    with pytest.raises(DataError, match="leave 'bass' out"):
        diffusion_errors(data.drop(columns="launch"))
    with pytest.raises(DataError, match="'x' has the year 2001 twice"):
        diffusion_errors(data.assign(year=[2000, 2001, 2001, 2002, 2002]))
    for value in (-3.0, 0.0):
        with pytest.raises(DataError, match=rf"'x', 2002: {value} is not above 0"):
            diffusion_errors(data.assign(value=[1.0, 2, value, -4, 5]))
    with pytest.raises(QuesnayError, match="unknown rule 'gompert'"):
        diffusion_errors(data).joint("gompert")


def test_curves_of_bass_start_with_the_first_service_in_china() -> None:
    """Guangzhou's cellular network 1987; the internet and its first pages 1994; ChinaNet 1995;
    8848.net 1999; ADSL and Monternet 2000."""
    data = embedded_diffusions()
    launch = data.groupby("series")["launch"].first().astype(int)
    known = {
        "mobile telephones per 100 persons": 1987, "mobile exchange capacity": 1987,
        "internet users, share of population": 1994, "websites per 100 firms": 1994,
        "dial-up subscribers": 1995, "firms with e-commerce": 1999,
        "broadband subscribers": 2000, "broadband ports": 2000, "villages with broadband": 2000,
        "mobile internet subscribers": 2000,
    }  # fmt: skip
    assert launch[list(known)].to_dict() == known
    assert (launch < data.groupby("series")["year"].min()).all()
