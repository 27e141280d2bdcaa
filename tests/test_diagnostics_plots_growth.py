"""Plots of the growth models: described in words, drawn without a warning."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import quesnay as qn
from quesnay.diagnostics.plots.style import figure_to_bytes

YEARS = list(range(2010, 2019))


def drawn(figure: object) -> str:
    """Return the description of a figure that can be drawn."""
    assert figure_to_bytes(figure)[1:4] == b"PNG"  # type: ignore[arg-type]
    return str(figure.get_label())  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", ["gompertz", "logistic", "bass"])
def test_curves(kind: str) -> None:
    y = [0.2, 0.35, 0.6, 0.98, 1.4, 1.9, 2.3, 2.6, 2.9]
    text = drawn(qn.fit_curve(kind, YEARS, y).plot(unit="trillion yuan"))
    assert "9 points from 2010 to 2018" in text
    exact = qn.fit_curve(kind, [2012, 2018], [0.6, 2.9], saturation=40.0)
    assert "saturation 40" in drawn(exact.plot(until=2030))


def test_more_inputs_than_colours_are_drawn_together() -> None:
    rng = np.random.default_rng(0)
    names = [f"input {k}" for k in range(9)]
    inputs = pd.DataFrame(np.exp(rng.normal(0, 0.1, (9, 9)).cumsum(axis=0)), YEARS, names)
    account = qn.growth_accounting(pd.Series(range(1, 10), YEARS), inputs, inputs)
    text = drawn(account.plot(title="made up"))
    assert "other inputs" in text
    assert "productivity" in text


def test_disaggregation_with_and_without_a_band() -> None:
    series = pd.Series([100.0, 104.0, 109.0, 118.0], range(2015, 2019))
    index = pd.period_range("2015-01", periods=48, freq="M")
    guide = pd.Series(np.linspace(8, 10, 48) ** 1.5, index)
    assert "48 periods" in drawn(qn.disaggregate(series, guide).plot(unit="billion yuan"))
    assert "denton" in drawn(qn.disaggregate(series, to="quarterly").plot())
    assert "8 periods" in drawn(qn.disaggregate([1.0, 2.0, 3.0, 5.0], to=2).plot())


@pytest.mark.parametrize(("years", "parts", "marker"), [(4, 12, "o"), (7, 7, "None")])
def test_more_than_48_values_are_a_line_without_points(years: int, parts: int, marker: str) -> None:
    (line,) = qn.disaggregate([float(1 + k) for k in range(years)], to=parts).plot().axes[0].lines
    assert len(np.asarray(line.get_xdata())) == years * parts
    assert line.get_marker() == marker


def test_quarters_are_drawn_in_their_middle() -> None:
    series = pd.Series([4.0, 8.0], index=pd.period_range("2018", periods=2, freq="Y"))
    axes = qn.disaggregate(series, to="quarterly").plot().axes[0]
    times = np.asarray(axes.lines[0].get_xdata(), dtype=float)
    np.testing.assert_allclose(times, 2018 + np.arange(1, 16, 2) / 8)


def test_years_of_which_every_quarter_is_there_have_the_mean_that_was_given() -> None:
    series = pd.Series([4.0, 8.0], index=pd.period_range("2018", periods=2, freq="Y"))
    made = qn.disaggregate(series, to="quarterly")
    (means,) = made.plot().axes[0].collections
    assert means.get_label() == "mean of the year, as given"
    expected = [[[2018, 1.0], [2019, 1.0]], [[2019, 2.0], [2020, 2.0]]]
    np.testing.assert_allclose(means.get_segments(), expected)
    part = replace(made, values=made.values.iloc[1:], std_errors=made.std_errors.iloc[1:])
    (later,) = part.plot().axes[0].collections
    np.testing.assert_allclose(later.get_segments(), expected[1:])  # a quarter of 2018 is not there
    last = qn.disaggregate(series, to="quarterly", conversion="last")
    assert not last.plot().axes[0].collections


def test_the_band_of_a_disaggregation_is_95_percent_of_a_normal() -> None:
    guide = np.linspace(1.0, 3.0, 16) + np.cos(np.arange(16))
    low = guide.reshape(4, 4).sum(axis=1) + np.array([0.3, -0.2, 0.1, -0.3])
    found = qn.disaggregate(low, guide, to=4)
    (band,) = found.plot().axes[0].collections
    high, low_end = (end(band.get_paths()[0].vertices[:, 1]) for end in (np.max, np.min))
    error = stats.norm.ppf(0.975) * found.std_errors
    assert high == pytest.approx((found.values + error).max(), rel=1e-4)
    assert low_end == pytest.approx((found.values - error).min(), rel=1e-4)


def test_reconciliation() -> None:
    values = pd.Series({"a": 1.0, "b": 2.0, "c": 3.3})
    made = qn.reconcile(values, ["a + b = c"], std_errors=values * 0.1, fixed=["c"])
    assert drawn(made.plot()).startswith("Adjustments in standard errors: a")
