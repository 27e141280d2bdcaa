"""What a regression cannot have estimated of it, each refused in one clear line."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest

from quesnay.fitting.regression import clusters, fixed_effects
from quesnay.fitting.regression.clusters import refuse_vanishing
from quesnay.fitting.regression.covariance import COVARIANCES, CR1, CR2, CR3, DriscollKraay
from quesnay.fitting.regression.fixed_effects import absorb_effects
from quesnay.fitting.regression.instrumental import (
    anderson_rubin,
    endogeneity,
    first_stage,
    instrumental_variables,
)
from quesnay.fitting.regression.least_squares import Regression
from quesnay.fitting.regression.random_effects import random_effects
from quesnay.fitting.regression.resampling import (
    bootstrap_coefficients,
    jackknife_coefficients,
    prepare_wild,
    wild_weights,
)
from tests.refusals import refused

B = np.array([1.0, 2.0])
N = 24
X = np.column_stack([np.ones(N), np.random.default_rng(1).standard_normal((N, 2))])
Y = np.cos(np.arange(N)) + X[:, 1]
PAIR = np.column_stack([np.ones(N), np.arange(N)])
PANEL = np.repeat(np.arange(6), 4)
WRONG = cast(Any, "nonsense")
HALVES = np.array([0, 0, 0, 1, 1, 1])


def fitted(**more: Any) -> Regression:
    """Return six rows with an intercept and a dummy of the last row."""
    X = np.column_stack([np.ones(6), np.eye(6)[5]])
    e = np.array([2.0, -1.0, -1.0, 1.0, -1.0, 0.0])
    return Regression(X, e, np.linalg.inv(X.T @ X), **more)


def instrumented(
    y: Any = Y, x: Any = X[:, 1:2], z: Any = X[:, 2:], w: Any = None, **options: Any
) -> Any:
    return instrumental_variables(y, x, z, w, **options)


def generator() -> np.random.Generator:
    return np.random.default_rng(5)


def wild(*clusters: Any) -> object:
    draws = wild_weights(2, kind="rademacher", draws=99, generator=generator())
    return prepare_wild(fitted(clusters=clusters), B, np.array([0.0, 1.0]), draws)


def crossed(groups: int, sets: int = 1) -> Regression:
    """Return a regression with effects of two rows each, every one across two clusters."""
    first, clusters = np.tile(np.arange(groups), 2), np.repeat([0, 1], groups)
    effects = (first, np.where(clusters == 0, first, (first + 1) % groups) // 2)[:sets]
    x = np.random.default_rng(1).standard_normal((2 * groups, 1))
    absorber = absorb_effects(effects)
    bread = np.array([[1.0 / float((x**2).sum())]])
    return Regression(x, x[:, 0], bread, effects, absorber=absorber, clusters=(clusters,))


def alone() -> Regression:
    """Return a dummy of one cluster beside a regressor that is orthogonal to it."""
    first = np.repeat([1.0, 0.0, 0.0], 2)
    X = np.column_stack([[1.0, -1.0, 2.0, 1.0, -1.0, 3.0], first])
    e = np.array([1.0, -1.0, 1.0, 2.0, -3.0, 1.0])
    return Regression(X, e, np.linalg.inv(X.T @ X), clusters=(np.repeat(np.arange(3), 2),))


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "a cluster of its own": (lambda: CR3().estimate(alone()), "CR3: without one of the clusters"),
    "no clusters": (lambda: CR1().estimate(fitted()), "need clusters: name a column"),
    "no periods": (lambda: DriscollKraay().estimate(fitted()), "need periods: name a column"),
    "no wild clusters": (wild, "needs one dimension of clusters"),
    "two wild dimensions": (lambda: wild(HALVES, HALVES), "needs one dimension of clusters"),
    "one wild cluster": (lambda: wild(HALVES * 0), "needs at least two"),
    "crossed effects": (lambda: CR2().estimate(crossed(3001)), "3001 absorbed effects .* use CR1"),
    "two crossed sets": (lambda: CR2().estimate(crossed(2400, 2)), "3599 absorbed effects"),
    "one row decides": (lambda: jackknife_coefficients(fitted(), B), "without row 5"),
    "no resample": (
        lambda: bootstrap_coefficients(
            fitted(), B, draws=2, generator=generator(), codes=np.array([0, 0, 0, 0, 0, 1])
        ),
        "of 2 resamples have no solution",
    ),
    "as many as rows": (lambda: instrumented(absorbed=N - 1), "24 coefficients for 24 rows"),
    "likelihood without end": (
        lambda: random_effects(Y + 1e9 * np.sin(PANEL), X, unit=PANEL, method="ml"),
        "inside units is lost beside them; use method='swar'",
    ),
    "iv errors": (lambda: instrumented(covariance=WRONG), "use 'robust' or 'classical'"),
    "twin instruments": (lambda: instrumented(z=X[:, [2, 2]]), "depend linearly on each other"),
    "iv cluster": (lambda: instrumented(clusters=[1] * N), "one cluster only"),
    "exact liml": (
        lambda: instrumented(X[:, 2], z=X[:, 1:], method="liml"),
        "LIML needs what they",
    ),
    "unmoved": (
        lambda: instrumented(Y[:4], [[1], [-1], [1], [-1]], [[1], [1], [-1], [-1]]),
        "do not move the endogenous",
    ),
    "exact first stage": (
        lambda: first_stage(instrumented(Y[:2], X[:2, 1:2], X[:2, :2])),
        "as many",
    ),
    "short endogeneity": (
        lambda: endogeneity(instrumented(Y[:2], X[:2, 1:2], X[:2, 2:])),
        "2 rows leave",
    ),
    "own instrument": (
        lambda: endogeneity(instrumented(x=X[:, 1:2] - 9, z=X[:, 1:2] - 9)),
        "nothing to test",
    ),
    "two instruments": (lambda: anderson_rubin(instrumented(z=PAIR)), "the exact set needs one"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_cannot_be_estimated_is_refused_in_one_line(case: str) -> None:
    refused(*CASES[case])


def test_leverages_that_would_not_fit_in_memory_are_refused(monkeypatch: Any) -> None:
    g = generator()
    absorber = absorb_effects([g.integers(5, size=60), g.integers(4, size=60)])
    monkeypatch.setattr(fixed_effects, "_MOST_CELLS", 36)  # a fifth of 60 x 3
    assert absorber.leverage().sum() == pytest.approx(5 + 3)
    monkeypatch.setattr(fixed_effects, "_MOST_CELLS", 35)
    refused(absorber.leverage, "a table of 60 x 3; choose a covariance without them")


def test_effects_that_cross_clusters_are_decomposed_up_to_their_limits(monkeypatch: Any) -> None:
    fit = crossed(6)  # twelve rows and six groups
    for limit, most in (("_MOST_COLUMNS", 6), ("_MOST_CELLS", 72)):
        monkeypatch.setattr(clusters, limit, most)
        assert CR2().estimate(fit).matrix.shape == (1, 1)
        monkeypatch.setattr(clusters, limit, most - 1)
        refused(lambda: CR2().estimate(fit), "6 absorbed effects are not nested .* for 12 rows")
        monkeypatch.undo()


def test_one_variance_of_rounding_among_the_coefficients_is_refused() -> None:
    fit = fitted()
    usual = float(fit.residuals @ fit.residuals) / 6.0 * fit.bread
    refuse_vanishing(fit, usual * np.diag([1.0, 1e-15]), "2 clusters")
    refused(
        lambda: refuse_vanishing(fit, usual * np.diag([1.0, 1e-17]), "2 clusters"),
        "zero within each of the 2 clusters, .* absorb fewer effects",
    )


@pytest.mark.parametrize("name", COVARIANCES)
def test_as_many_coefficients_as_rows_leave_no_errors_of_any_kind(name: str) -> None:
    two = np.arange(2)
    full = Regression(np.eye(2), np.zeros(2), np.eye(2), clusters=(two,), periods=two)
    refused(
        lambda: COVARIANCES[name].rule.estimate(full),
        "2 rows for 2 parameters, absorbed effects included: no degrees of freedom are left",
    )


BY_GROUP = [name for name, own in COVARIANCES.items() if own.needs]


@pytest.mark.parametrize("name", BY_GROUP)
def test_errors_by_groups_need_groups(name: str) -> None:
    what = "clusters" if name.startswith("CR") else "periods"
    refused(lambda: COVARIANCES[name].rule.estimate(fitted()), f"need {what}: name a column")


@pytest.mark.parametrize("name", sorted({*BY_GROUP} - {"Newey-West"}))
def test_scores_that_vanish_in_every_group_leave_no_errors(name: str) -> None:
    two = np.array([0, 0, 1, 1])
    e = np.array([1.0, -1.0, 2.0, -2.0])
    mean = Regression(np.ones((4, 1)), e, np.eye(1) / 4, clusters=(two,), periods=two)
    refused(lambda: COVARIANCES[name].rule.estimate(mean), "zero within each of the 2")


def test_a_coefficient_of_one_period_alone_has_no_newey_west_error() -> None:
    first = np.eye(4)[0]
    X, e = np.column_stack([first, 1.0 - first]), np.array([0.0, 1.0, 1.0, -2.0])
    series = Regression(X, e, np.diag([1.0, 1 / 3]), periods=np.arange(4))
    refused(
        lambda: COVARIANCES["Newey-West"].rule.estimate(series), "zero within each of the 4 periods"
    )


def test_a_wild_bootstrap_needs_a_residual_degree_of_freedom() -> None:
    two, draws = np.arange(2), wild_weights(2, kind="webb", draws=99, generator=generator())
    full = Regression(np.eye(2), np.zeros(2), np.eye(2), clusters=(two,))
    refused(lambda: prepare_wild(full, B, B, draws), "no degrees of freedom are left for errors")
