"""Malformed input to tests and estimators of this room: one clear line each, nothing silent."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from quesnay.fitting.assumptions.panel import (
    cross_section_dependence,
    hausman,
    lagrange_multiplier,
    mundlak,
)
from quesnay.fitting.assumptions.residuals import (
    breusch_pagan,
    cluster_influence,
    influence_of,
    jarque_bera,
    order_envelope,
    white,
)
from quesnay.fitting.assumptions.serial import (
    breusch_godfrey,
    durbin_watson,
    probability_positive,
    wooldridge_within,
)
from quesnay.fitting.assumptions.specification import (
    chow,
    harvey_collier,
    recursive_residuals,
    reset,
)
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.clusters import refuse_cancelled
from quesnay.fitting.regression.combination import (
    average,
    combine_estimates,
    information_weights,
    jackknife_weights,
    shrink_to_prior,
)
from quesnay.fitting.regression.instrumental import (
    anderson_rubin,
    first_stage,
    instrumental_variables,
    overidentification,
)
from quesnay.fitting.regression.least_squares import project, project_noisy
from quesnay.fitting.regression.random_effects import random_effects

G = np.random.default_rng(1)
N = 24
X = np.column_stack([np.ones(N), G.standard_normal((N, 2))])
Y = X.sum(axis=1) + G.standard_normal(N)
UNIT = np.repeat(np.arange(6), 4)
TIME = np.tile(np.arange(4), 6)
FIT = project(Y, X)
IV = instrumental_variables(Y, X[:, 1:2], X[:, 2:], np.ones((N, 1)))
PAIR = np.column_stack([np.ones(N), np.arange(N)])
ONCE: dict[str, Any] = {"unit": range(N), "time": range(N)}
TWICE: dict[str, Any] = {"unit": np.repeat(range(12), 2), "time": np.tile([0, 1], 12)}
PANEL: dict[str, Any] = {"unit": UNIT, "time": TIME}
SWING, LONG = 1.0 - 2.0 * (TIME % 2), np.where(TIME < 2, 1.0, -1.0)[:, None]
WRONG = cast(Any, "nonsense")


def holed(place: int, value: float) -> np.ndarray[Any, Any]:
    out: np.ndarray[Any, Any] = Y.copy()
    out[place] = value
    return out


CASES: list[tuple[str, Callable[[], object], str]] = [
    ("nan outcome", lambda: project(holed(3, np.nan), X), "y: nan at row 3"),
    ("infinite outcome", lambda: project(holed(5, np.inf), X), "y: inf at row 5"),
    ("text outcome", lambda: project(["a"] * N, X), "not real numbers"),
    ("complex outcome", lambda: project(Y + 1j, X), "not real numbers"),
    ("ragged outcome", lambda: project(cast(Any, [[1.0], [1.0, 2.0]]), X), "not real numbers"),
    ("short outcome", lambda: project(Y[:-1], X), "23 values for 24 rows"),
    ("empty design", lambda: project(Y, np.empty((N, 0))), "expected a table"),
    ("flat design", lambda: project(Y, Y), "expected a table"),
    ("nan in design", lambda: project(Y, np.where(X > 2, np.nan, X)), r"nan at row \d+, column \d"),
    ("zero column", lambda: project(Y, X * [1, 0, 1]), "column 1 is zero"),
    ("twin column", lambda: project(Y, X[:, [0, 1, 1]]), "column 2 depends"),
    ("more columns than rows", lambda: project(Y[:2], X[:2]), "2 rows for 3 columns"),
    ("exact fit", lambda: influence_of(project(X[:, 1], X)), "explains it exactly|no residual"),
    ("no freedom", lambda: influence_of(project(Y[:4], X[:4])), "two degrees of freedom"),
    ("one cluster", lambda: cluster_influence(FIT, [1] * N), "one cluster only"),
    ("lost cluster label", lambda: cluster_influence(FIT, [None, *range(23)]), "missing"),
    ("nan cluster label", lambda: cluster_influence(FIT, holed(2, np.nan)), "row 2 is not finite"),
    ("mixed labels", lambda: cluster_influence(FIT, np.array([1, "a"] * 12, object)), "mixed"),
    ("constant drivers", lambda: breusch_pagan(Y, X, drivers=np.ones((N, 1))), "all constant"),
    ("short drivers", lambda: breusch_pagan(Y, X, drivers=np.ones((3, 1))), "finite table"),
    ("white form", lambda: white(Y, X, form=WRONG), "'nonsense'; use 'full'"),
    ("white too wide", lambda: white(Y[:6], X[:6]), "use form='fitted'"),
    ("alternative", lambda: durbin_watson(Y, X, alternative=WRONG), "use 'positive'"),
    ("exact durbin", lambda: durbin_watson(np.zeros(N), X), "explains it exactly"),
    ("lags zero", lambda: breusch_godfrey(Y, X, lags=0), "from 1 to 20"),
    ("lags many", lambda: breusch_godfrey(Y, X, lags=30), "from 1 to 20"),
    ("lags beyond units", lambda: breusch_godfrey(Y, X, lags=5, unit=UNIT), "fewer lags"),
    ("unstacked units", lambda: breusch_godfrey(Y, X, unit=TIME), "not stacked by unit"),
    ("godfrey form", lambda: breusch_godfrey(Y, X, form=WRONG), "use 'chi2' or 'F'"),
    ("few residuals", lambda: jarque_bera([1.0, 2.0]), "at least four"),
    ("power one", lambda: reset(project_noisy(Y, X), powers=(1,)), "integers from 2"),
    ("no power", lambda: reset(project_noisy(Y, X), powers=()), "integers from 2"),
    ("harvey rows", lambda: harvey_collier(Y[:4], X[:4]), "needs 5"),
    ("one regime", lambda: chow(project_noisy(Y, X), [1] * N), "one group only"),
    (
        "too many regimes",
        lambda: chow(project_noisy(Y, X), range(N)),
        "degrees of freedom",
    ),
    ("one unit", lambda: random_effects(Y, X, unit=[1] * N), "at least 2"),
    ("units once", lambda: random_effects(Y, X, unit=range(N)), "seen once"),
    ("components", lambda: random_effects(Y, X, unit=UNIT, method=WRONG), "use one of swar"),
    ("few units", lambda: random_effects(Y, X, unit=np.repeat([1, 2], 12)), "too few"),
    ("constant inside units", lambda: hausman(Y, X[:, :1], unit=UNIT), "varies inside"),
    ("no means", lambda: mundlak(Y, X[:, :1], unit=UNIT), "varies inside"),
    ("effect", lambda: lagrange_multiplier(Y, X, unit=UNIT, time=TIME, effect=WRONG), "two-way"),
    ("form", lambda: lagrange_multiplier(Y, X, unit=UNIT, time=TIME, form="ghm"), "one-way"),
    ("exact pagan", lambda: breusch_pagan(X[:, 1], X), "explains it exactly"),
    ("exact reset", lambda: reset(project_noisy(X[:, 1], X)), "explains it exactly"),
    ("exact chow", lambda: chow(project_noisy(X[:, 1], X), UNIT > 2), "explains it exactly"),
    ("exact within", lambda: wooldridge_within(X[:, 1], X, unit=UNIT, time=TIME), "exactly"),
    ("short units", lambda: wooldridge_within(Y, X, unit=range(N), time=[1] * N), "varies|short"),
    ("lonely units", lambda: cross_section_dependence(Y, unit=range(N), time=range(N)), "no two"),
    ("dependence", lambda: cross_section_dependence(Y, unit=UNIT, time=TIME, form=WRONG), "'cd'"),
    ("no weights", lambda: probability_positive([0.0, 0.0]), "not all zero"),
    (
        "few instruments",
        lambda: instrumental_variables(Y, X[:, 1:], X[:, :1]),
        "1 for 2 endogenous",
    ),
    ("spanned instrument", lambda: instrumental_variables(Y, X[:, 1:2], X[:, :1], X[:, :1]), "spa"),
    ("method", lambda: instrumental_variables(Y, X[:, 1:2], X[:, 2:], method=WRONG), "'liml'"),
    (
        "rows differ",
        lambda: instrumental_variables(Y, X[:, 1:2], X[:9, 2:]),
        r"have \(24, 24, 9, 24\)$",
    ),
    ("exactly identified", lambda: overidentification(IV), "cannot be tested"),
    ("level", lambda: anderson_rubin(IV, level=95), "between 0 and 1"),
    ("no level", lambda: anderson_rubin(IV, level=0), "level: 0; between 0 and 1"),
    (
        "two endogenous",
        lambda: first_stage(instrumental_variables(Y, X[:, 1:], X[:, 1:])),
        "made for one",
    ),
    ("one estimate", lambda: combine_estimates([1.0], [1.0]), "nothing to combine"),
    ("negative variance", lambda: combine_estimates([1.0, 2.0], [1.0, -1.0]), "positive"),
    ("hidden correlation", lambda: combine_estimates([1.0, 2.0], [[1, 0.5], [0.5, 1]]), "corr"),
    (
        "negative covariance",
        lambda: combine_estimates([1, 2], [[1, -0.5], [-0.5, 1]]),
        "assumes ind",
    ),
    ("singular", lambda: combine_estimates([1.0, 2.0], [[1, 1], [1, 1]]), "not positive definite"),
    ("lopsided", lambda: combine_estimates([1.0, 2.0], [[1, 0.2], [0.4, 1]]), "not symmetric"),
    (
        "lopsided by little",
        lambda: combine_estimates([1.0, 2.0], [[1, 0.2], [0.2 + 1e-6, 1]], method="correlated"),
        "not symmetric",
    ),
    ("pooling", lambda: combine_estimates([1.0, 2.0], [1, 1], method=WRONG), "use 'inverse"),
    ("prior size", lambda: shrink_to_prior([1.0], [1.0], [1.0, 2.0], [1.0]), "2 values for 1"),
    ("weights", lambda: average([1.0, 2.0], [1.0, 1.0], [2.0, -1.0]), "negative"),
    ("errors", lambda: average([1.0, 2.0], [1.0, -1.0], [1.0, 1.0]), "negative"),
    ("criterion", lambda: information_weights([1.0], [1.0], 9, criterion=WRONG), "use 'bic'"),
    ("aicc", lambda: information_weights([1.0], [9.0], 9, criterion="aicc"), "too few"),
    ("one model", lambda: jackknife_weights([[1.0], [2.0]]), "two or more models"),
    ("table of outcomes", lambda: project(X, X), "expected one value a row"),
    ("few labels", lambda: hausman(Y, X, unit=UNIT[1:]), "23.* for 24 rows; give one label"),
    ("text variances", lambda: combine_estimates([1.0, 2.0], cast(Any, ["a", "b"])), "not numbers"),
    ("three variances", lambda: combine_estimates([1.0, 2.0], [1.0, 2.0, 3.0]), "for 2 values"),
    ("one order statistic", lambda: order_envelope(1), "n 1, level 0.95: expected n >= 2"),
    ("level none", lambda: order_envelope(9, level=0.0), "a level between 0 and 1"),
    ("level all", lambda: order_envelope(9, level=1.0), "a level between 0 and 1"),
    (
        "residuals of one size",
        lambda: breusch_pagan([1.0, -1.0] * 12, PAIR[:, :1], drivers=PAIR),
        "one size",
    ),
    ("twin to rounding", lambda: recursive_residuals(Y, 1 + PAIR * [0, 1e-10]), "to rounding"),
    ("exact harvey", lambda: harvey_collier(X[:, 1] - 9, X), "predicts every row exactly"),
    (
        "dummy squared",
        lambda: reset(project_noisy(Y, np.column_stack([np.ones(N), UNIT > 2]))),
        "add 0 dimensions",
    ),
    ("no residual", lambda: durbin_watson(Y[:4], X[:4]), "leave nothing to test"),
    (
        "nothing within",
        lambda: hausman(Y[:6], X[:6, 1:], unit=[0, 0, 1, 1, 2, 3]),
        "leave 0 degrees",
    ),
    (
        "equal means",
        lambda: mundlak(Y, np.column_stack([np.ones(N), TIME]), unit=UNIT),
        "means repeat",
    ),
    ("lonely rows", lambda: lagrange_multiplier(Y, X, **ONCE), "no group has two rows"),
    (
        "two-way form",
        lambda: lagrange_multiplier(Y, X, **PANEL, effect="two-way", form=WRONG),
        "'ghm'",
    ),
    ("alternating", lambda: wooldridge_within(SWING, LONG, **PANEL), "no variation between units"),
    ("units alike", lambda: wooldridge_within(Y[TIME], X[TIME], **PANEL), "no variation between"),
    ("constant in units", lambda: hausman(Y, PAIR[:, :1], unit=UNIT), "varies inside units"),
    (
        "exact in units",
        lambda: random_effects(X[:, 1] + UNIT, X, unit=UNIT),
        "exactly inside units",
    ),
    ("one row", lambda: information_weights([1.0, 2.0], [1.0, 1.0], 1), "at least two rows"),
    ("perfect models", lambda: jackknife_weights(np.zeros((3, 2))), "predicts exactly"),
    ("one hole among models", lambda: jackknife_weights([[1.0, 2.0], [np.nan, 1.0]]), "finite"),
    ("one hole among weights", lambda: probability_positive([1.0, np.nan]), "finite numbers"),
    ("table of weights", lambda: probability_positive([[1.0, -1.0]]), "finite numbers"),
    ("hole in drivers", lambda: white(Y, X, drivers=X + holed(3, np.inf)[:, None]), "finite table"),
    ("flat drivers", lambda: breusch_pagan(Y, X, drivers=Y), r"24 rows, got \(24,\)"),
    ("one lost variance", lambda: combine_estimates([1.0, 2.0], [1.0, np.nan]), "finite"),
    ("no variance", lambda: combine_estimates([1.0, 2.0], [1.0, 0.0]), "positive and finite"),
    (
        "one of two spanned",
        lambda: instrumental_variables(Y, X[:, 1:2], -PAIR[:, ::-1], X[:, :1]),
        "instruments: column 1 is spanned by the exogenous",
    ),
    ("the whole line", lambda: anderson_rubin(IV, level=1.0), "level: 1.0; between 0 and 1"),
    (
        "one weight of zero",
        lambda: random_effects(Y, X, unit=UNIT, weights=np.where(TIME + UNIT, 1.0, 0.0)),
        "weights: 0.0 at row 0; give positive numbers",
    ),
    ("a float power", lambda: reset(project_noisy(Y, X), powers=(2, 2.5)), "integers from 2"),  # type: ignore[arg-type]
    (
        "nothing explained",
        lambda: reset(project_noisy([1.0, -1.0] * 12, PAIR[:, :1])),
        "powers of a constant",
    ),
    (
        "as many units as columns",
        lambda: random_effects(Y, X, unit=np.arange(N) % 3),
        "3 units and",
    ),
    (
        "few rows inside units",
        lambda: random_effects(Y[:6], X[:6], unit=[0, 0, 1, 1, 2, 3]),
        "4 units and 6 rows are too few",
    ),
    ("one power of one", lambda: reset(project_noisy(Y, X), powers=(2, 1)), "integers from 2"),
    (
        "one sum of two vanishes",
        lambda: refuse_cancelled(np.array([[1.0, 0.0], [2.0, 0.0]]), np.ones((4, 2))),
        "zero within each of the 2 clusters",
    ),
]


@pytest.mark.parametrize(("call", "words"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_malformed_input_is_refused_in_one_clear_line(
    call: Callable[[], object], words: str
) -> None:
    with pytest.raises(EstimationError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_the_least_that_suffices_is_taken() -> None:
    assert influence_of(project(Y[:5], X[:5])).sigma.shape == (5,)  # two degrees of freedom
    # with two values the lower has a median of 1 - sqrt(1 / 2)
    middle = order_envelope(2, draws=9)[1]
    np.testing.assert_allclose(middle, [1 - 0.5**0.5, 0.5**0.5], rtol=1e-12)
    odds = information_weights([0.0, 1.0], [1.0, 1.0], 2)
    np.testing.assert_allclose(odds, np.exp([0.0, 1.0]) / (1.0 + np.exp(1.0)), rtol=1e-12)
    assert white(Y[:7], X[:7]).distribution == "chi2(5)"
    assert project(Y[:3], X[:3]).ssr == pytest.approx(0.0, abs=1e-25)
    assert (
        random_effects(Y[:8], X[:8, :2], unit=[1] * 4 + [2] * 4, method="nerlove").theta.size == 8
    )
    assert random_effects(Y[:7], X[:7], unit=[0, 0, 1, 1, 2, 2, 3]).theta.shape == (7,)
    for unit in (1.0, 1e-15):
        refuse_cancelled(unit * np.array([[0.0, -1.0], [2.0, 1.0]]), unit * np.ones((4, 2)))
    kept = jackknife_weights([[1.0, 0.0], [0.0, 1.0]])  # the errors of each are the other's
    np.testing.assert_allclose(kept, [0.5, 0.5], rtol=1e-9)
