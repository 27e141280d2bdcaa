"""What a diagnosis says where a test cannot be made: the reason stands in its row."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

import quesnay as qn
from quesnay.diagnostics.regression import assumptions
from quesnay.diagnostics.regression.assumptions import examine

from .refusals import refused


def frame(units: int, times: int) -> pd.DataFrame:
    draw = np.random.default_rng(3)
    n = units * times
    made = pd.DataFrame(
        {
            "u": np.repeat(np.arange(units), times),
            "t": np.tile(np.arange(times), units),
            "x": draw.normal(size=n),
            "one": 1.0,
        }
    )
    made["y"] = 2.0 * made["x"] + draw.normal(size=n)
    return made


def of(data: pd.DataFrame, formula: str = "y ~ x", **given: Any) -> Any:
    return examine(qn.fit_panel(formula, data, **given))


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "no unit": (
        lambda: assumptions._wooldridge(of(frame(5, 4))),
        "unit and time are not both known; name them",
    ),
    "few times": (
        lambda: assumptions._wooldridge(of(frame(9, 2), unit="u", time="t")),
        "the sample has 2 points in time, the test needs 3",
    ),
    "few times of units": (
        lambda: assumptions._pesaran(of(frame(9, 3), unit="u", time="t")),
        "the sample has 3 points in time, the test needs 4",
    ),
    "one time": (
        lambda: assumptions._lagrange(of(frame(9, 1), unit="u", time="t")),
        "the sample has 1 points in time, the test needs 2",
    ),
    "no time": (lambda: assumptions._chow(of(frame(5, 4))), "the time of the rows is not known"),
    "no clusters": (
        lambda: assumptions.effective_clusters(of(frame(5, 4))),
        "no clusters are named",
    ),
    "one effect": (
        lambda: assumptions._effects(of(frame(1, 20), absorb="u", covariance="classical")),
        "effects take 1 and leave 18 degrees of freedom",
    ),
    "a constant only": (
        lambda: assumptions.inflation(of(frame(5, 4), "y ~ 1")),
        "no regressor varies",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_test_that_cannot_be_made_says_why(name: str) -> None:
    call, message = CASES[name]
    refused(call, message)


def test_as_many_times_as_a_test_needs_are_enough() -> None:
    for times, test in (
        (2, assumptions._lagrange), (3, assumptions._wooldridge), (4, assumptions._pesaran),
    ):  # fmt: skip
        assert 0 <= test(of(frame(9, times), unit="u", time="t")).p_value <= 1


def test_two_effects_are_enough_for_a_test_of_them() -> None:
    two = assumptions._effects(of(frame(2, 10), absorb="u", covariance="classical"))
    assert two.distribution == "F(1, 17)"


def test_rows_are_left_out_one_by_one_up_to_five_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assumptions, "harvey_collier", lambda *_, **__: "tested")
    rows: Any = SimpleNamespace(fit=SimpleNamespace(nobs=5000), y=None, X=None, fitted=None)
    made: Any = assumptions._harvey_collier(rows)
    assert made == "tested"
    rows.fit.nobs = 5001
    refused(lambda: assumptions._harvey_collier(rows), "more than 5,000 rows; RESET tests the same")


def shifted(results: Any) -> Any:
    """Return results whose coefficients somebody changed."""
    results._results.params = results._results.params + 1.0
    return results


DATA = frame(6, 5).assign(z=np.arange(30.0) ** 2)
DESIGN = DATA[["one", "x"]]
FITS: dict[str, tuple[Callable[[], Any], str]] = {
    "regularised": (
        lambda: sm.OLS(DATA["y"], DESIGN).fit_regularized(),
        "RegularizedResultsWrapper are not diagnosed here; expected a fit of quesnay, OLS",
    ),
    "another model": (
        lambda: sm.GLM(DATA["y"], DESIGN).fit(),
        "GLM of statsmodels is not diagnosed here; expected a fit of quesnay, OLS",
    ),
    "other coefficients": (
        lambda: shifted(sm.OLS(DATA["y"], DESIGN).fit()),
        "its coefficients are not those of least squares on its columns; expected a fit",
    ),
}


@pytest.mark.parametrize("name", FITS)
def test_results_of_others_that_are_no_least_squares(name: str) -> None:
    make, message = FITS[name]
    results = make()
    refused(lambda: qn.diagnose(results), message)


def test_results_of_linearmodels_that_are_no_least_squares() -> None:
    panel = pytest.importorskip("linearmodels", reason="bridge")
    data = DATA.set_index(["u", "t"])
    results = panel.RandomEffects(data["y"], data[["one", "x"]]).fit()
    refused(lambda: qn.diagnose(results), "RandomEffects of linearmodels is not diagnosed here")
    tiny = DATA.assign(tiny=DATA["z"] * 1e-100)
    refused(
        lambda: qn.to_linearmodels("y ~ x", tiny, endogenous="x", instruments="tiny"),
        r"linearmodels refuses the equation \(instruments .*\); rescale or drop columns",
    )


def test_one_unit_cannot_be_left_out() -> None:
    fit = qn.fit_panel("y ~ x", frame(1, 24), unit="u", time="t")
    found = fit.diagnose(draws=19)
    assert found.groups is None
    said = "clusters: one cluster only; leaving it out leaves nothing"
    assert found.header.loc["not done: one group left out", "value"] == said


def test_clusters_in_two_dimensions_are_not_resampled() -> None:
    found = qn.fit_panel("y ~ x", frame(4, 6), cluster=["u", "t"]).diagnose(draws=99)
    said = "none: the wild cluster bootstrap needs one dimension of clusters, the fit has 2"
    assert found.errors.note.startswith(said)
    assert found.errors.frame.loc["x", ["bootstrap_low", "bootstrap_high"]].isna().all()
