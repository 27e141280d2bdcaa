"""Every estimator lays its estimates out alike: a column `term`, then the same names."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.models.display.table import estimates_frame

COLUMNS = ["term", "estimate", "std_error", "statistic", "p_value", "conf_low", "conf_high"]
PANEL = pd.DataFrame(
    {
        "unit": np.repeat(np.arange(6), 8),
        "year": np.tile(np.arange(2010, 2018), 6),
        "x": np.sin(np.arange(48.0)),
        "y": np.sin(np.arange(48.0)) + np.cos(np.arange(48.0) ** 2),
    }
)
YEARS = pd.Series([1.0, 2.0, 4.0, 7.0, 9.0], index=range(2015, 2020))


def reconciled() -> pd.DataFrame:
    estimates = pd.Series({"core": 1.0, "rest": 2.0, "total": 3.3})
    return qn.reconcile(estimates, "total = core + rest", std_errors=0.1 * estimates).tidy()


ESTIMATORS: dict[str, Callable[[], pd.DataFrame]] = {
    "panel": lambda: qn.fit_panel("y ~ x", PANEL).tidy(),
    "random effects": lambda: qn.fit_random_effects("y ~ x", PANEL, unit="unit").tidy(),
    "differences": lambda: qn.fit_differences("y ~ x", PANEL, unit="unit", time="year").tidy(),
    "reconciled": reconciled,
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimates_have_the_same_columns(name: str) -> None:
    found = ESTIMATORS[name]()
    assert [column for column in found.columns if column in COLUMNS] == COLUMNS
    assert isinstance(found.index, pd.RangeIndex)
    inside = found["estimate"].between(found["conf_low"], found["conf_high"])
    assert inside.all()


def test_a_wider_level_gives_a_wider_interval() -> None:
    fit = qn.fit_random_effects("y ~ x", PANEL, unit="unit")
    usual, wide = fit.tidy(), fit.tidy(0.99)
    assert (wide["conf_low"] < usual["conf_low"]).all()
    assert (wide["conf_high"] > usual["conf_high"]).all()


def test_a_curve_has_no_test_of_zero() -> None:
    years = YEARS.index.to_numpy(dtype=float)
    found = qn.fit_curve("logistic", years, YEARS.to_numpy(), saturation=10.0).tidy()
    wanted = [column for column in COLUMNS if column not in {"statistic", "p_value"}]
    assert list(found.columns) == [*wanted, "fixed"]


def test_labels_of_the_numbers_do_not_matter() -> None:
    interval = pd.DataFrame({"low": [0.0], "high": [2.0]}, index=["a"])
    found = estimates_frame(["b"], pd.Series([1.0], index=["c"]), [0.5], interval=interval)
    assert found.iloc[0].tolist() == ["b", 1.0, 0.5, 0.0, 2.0]


def test_test_and_interval_are_those_of_student() -> None:
    """Of two degrees of freedom: p = 1 - t / sqrt(2 + t**2); t of 95 % 4.302653, of 90 % 2.919986.

    Both stand in every table of the t distribution.
    """
    usual = estimates_frame(["a"], [3.0], [2.0], df=2.0).iloc[0]
    assert usual["statistic"] == 1.5
    assert usual["p_value"] == pytest.approx(1.0 - 1.5 / 4.25**0.5)
    for found, t in (
        (usual, 4.302653),
        (estimates_frame(["a"], [3.0], [2.0], df=2.0, level=0.9).iloc[0], 2.919986),
    ):
        ends = [found["conf_low"], found["conf_high"]]
        assert ends == pytest.approx([3.0 - 2.0 * t, 3.0 + 2.0 * t], abs=1e-5)
