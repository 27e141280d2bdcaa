"""Single arguments: what is no number, no switch and no seed is refused in one line."""

import decimal
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import quesnay as qn
from quesnay.fitting.checks import (
    as_design,
    as_vector,
    check_draws,
    confidence_level,
    half_width,
    is_number,
    is_whole,
    make_generator,
    plain_numbers,
    plain_text,
    whole,
)
from quesnay.fitting.errors import QuesnayError, shown
from tests.refusals import refused

X = np.arange(8.0)
FLOW = pd.Series([1.0, 2.0, 3.0, 4.0], [2015, 2016, 2017, 2018])
GUIDE = pd.Series(np.arange(1.0, 17.0) ** 1.1, pd.period_range("2015Q1", periods=16, freq="Q"))
FRAME = pd.DataFrame(
    {"y": [1.0, 3.0, 2.0, 5.0, 4.0, 7.0], "x": [0.0, 1, 2, 3, 4, 5], "g": 3 * [1, 2]}
)
FIT = qn.fit_panel("y ~ x", FRAME)
FRAMES = pd.DataFrame({"a": [1.0, 2.0], "b": [2.0, 3.0]}, [2015, 2016])
MASKED = np.ma.array([1.0, 2.0, 3.0, 4.0], mask=[False, True, False, False])
SHORT: Any = lambda: None  # noqa: E731
ONE: dict[str, Any] = {"a": qn.Normal(0.0, 1.0)}


def one(drawn: Any) -> Any:
    return drawn["a"]


class Mute:
    """An object that cannot even be shown."""

    def __repr__(self) -> str:
        raise RuntimeError


def frame(**columns: Any) -> pd.DataFrame:
    return FRAME.assign(**columns)


NO_SEED: list[Any] = [None, True, np.True_, 1.0, -1, np.int64(-1), "1", [1], np.array(1.0),
                      np.ones((2, 2)).view(np.matrix), np.timedelta64(1, "D"), {}]  # fmt: skip


@pytest.mark.parametrize("seed", NO_SEED, ids=[shown(seed) for seed in NO_SEED])
def test_only_a_stated_seed_is_one(seed: Any) -> None:
    for call in (
        lambda: make_generator(seed),
        lambda: FIT.bootstrap(draws=9, seed=seed),
        lambda: qn.bootstrap(np.mean, X, draws=9, seed=seed),
        lambda: qn.monte_carlo(one, ONE, draws=9, seed=seed),
    ):
        refused(call, "seed")


def test_numbers_are_told_from_what_numpy_would_bend_into_them() -> None:
    assert [is_whole(v) for v in (1, np.int8(1), True, 1.0, np.timedelta64(1, "D"))] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert not any(map(is_number, [10**400, 1e101, np.longdouble("1e4000"), "1", 1j, None]))
    assert is_number(np.float16(1.5))
    bent: list[Any] = [
        ["1"],
        [1j],
        MASKED,
        [np.datetime64("2019")],
        [[1], [2, 3]],
        "x",
        [{}],
        FLOW + 1j,
    ]
    for odd in bent:
        assert plain_numbers(odd) is None
    kept: list[Any] = [decimal.Decimal(1), None, pd.NA, np.True_, 10**30]
    np.testing.assert_array_equal(plain_numbers(kept), [1, np.nan, np.nan, 1, 1e30])
    np.testing.assert_array_equal(plain_numbers(np.ma.array([1.0, 2.0])), [1, 2])  # none masked


def test_messages_are_one_line_whatever_is_shown() -> None:
    assert str(QuesnayError("a\n  b\u2028c\r\nd")) == "a b c d"
    assert shown(Mute()) == "a Mute that cannot be shown (RuntimeError)"
    assert shown(10**5000) == "a int that cannot be shown (ValueError)"


CASES: list[tuple[Callable[[], object], str]] = [
    (lambda: FIT.bootstrap(draws=2**63), "at most 2,000,000"),
    (lambda: qn.bootstrap(np.mean, X, draws=10**12, seed=0), "more than 1,000,000 chunks"),
    (lambda: qn.bootstrap(np.mean, X, draws=9, seed=0, jackknife="no"), "jackknife: expected"),  # type: ignore[arg-type]
    (lambda: qn.bootstrap(np.mean, X, draws=9, seed=0, progress=1), "progress: expected"),  # type: ignore[arg-type]
    (lambda: qn.bootstrap(np.mean, X, draws=9, seed=0, checkpoint=True), "path of a folder"),  # type: ignore[arg-type]
    (
        lambda: qn.bootstrap(np.mean, X, draws=9, seed=0, progress=SHORT),
        "the progress function failed with TypeError",
    ),
    (lambda: qn.bootstrap(lambda x: 1j, X, draws=9, seed=0), "numbers expected"),
    (lambda: qn.monte_carlo(one, ONE, draws=9, seed=0, vectorized="x"), "vectorized: expected"),  # type: ignore[arg-type]
    (lambda: qn.monte_carlo(one, {"a": MASKED}, draws=9, seed=0), "give a number"),
    (lambda: qn.variance_shares(one, ONE, draws=None, seed=0), "draws must be"),  # type: ignore[arg-type]
    (lambda: qn.variance_shares(one, ONE, seed=0, groups=[1]), "groups: expected a mapping"),  # type: ignore[arg-type]
    (lambda: qn.variance_shares(one, ONE, seed=0, groups={"s": 1}), "'s' is 1; give a list"),  # type: ignore[dict-item]
    (lambda: qn.tornado(one, ONE, level=np.timedelta64(1, "D")), "no coverage"),  # type: ignore[arg-type]
    (lambda: qn.Normal(np.timedelta64(1, "D"), 1.0), "mean must be a number"),  # type: ignore[arg-type]
    (lambda: qn.Normal(10**400, 1.0), "mean must be finite"),
    (lambda: qn.TruncatedNormal(0.0, 1.0, None, 1.0), "low must be a number"),  # type: ignore[arg-type]
    (lambda: qn.Empirical(MASKED), "numbers expected"),
    (lambda: qn.Empirical([1 + 2j]), "numbers expected"),
    (lambda: qn.Choice(["1", "2"]), "numbers expected"),  # type: ignore[list-item]
    (lambda: qn.JointNormal([0.0], [["1"]]), "matrix of numbers"),
    (lambda: qn.disaggregate(FLOW, GUIDE, truncate="no"), "truncate: expected"),  # type: ignore[arg-type]
    (lambda: qn.disaggregate(FLOW, GUIDE, intercept=None), "intercept: expected"),  # type: ignore[arg-type]
    (lambda: qn.fit_grey(MASKED), "masked"),  # type: ignore[arg-type]
    (lambda: qn.fit_grey(np.zeros(4, [("a", float)])), "records"),  # type: ignore[arg-type]
    (lambda: qn.fit_curve("logistic", MASKED, [1, 2, 3, 3.5]), "no finite number"),
    (lambda: qn.fit_curve("logistic", ["1", "2", "3", "4"], [1, 2, 3, 3.5]), "no finite number"),
    (lambda: qn.fit_curve("logistic", FLOW.index, FLOW.iloc[[1, 0, 2, 3]]), "in another order"),
    (lambda: qn.fit_curve("bass", FLOW.index, FLOW, origin=-(2**63)), "times look alike"),
    (lambda: qn.domar_aggregation(FRAMES.iloc[1:], -FRAMES, FRAMES), "-1 of 'a' in 2015 is neg"),
    (lambda: qn.leave_one_out(lambda d: np.nan, frame(g=FRAME["x"]), by="g"), "is not finite"),
    (lambda: FIT.to_csv(table=None), "no table None"),  # type: ignore[arg-type]
    (lambda: FIT.nonlinear("x", null=True), "null: True"),
    (lambda: qn.shrink(FIT, 10**400, 1.0), "name the terms"),
    (lambda: qn.plot_fan(None, quantity="x"), "expected a DataFrame"),  # type: ignore[arg-type]
    (lambda: qn.plot_fan(FRAMES.T, quantity="x", levels=[95]), "no coverage"),
    (lambda: qn.plot_fan(FRAMES.T, quantity="x", reported=FRAMES), "'low' and 'high'"),
    (lambda: qn.load_panel([]), r"no embedded panel \[\]"),  # type: ignore[arg-type]
    (lambda: qn.load_gdp(X), "no embedded GDP"),  # type: ignore[arg-type]
    (lambda: qn.load_gdp(vintage=None), "vintage: expected a text"),  # type: ignore[arg-type]
    (lambda: qn.load_io(FLOW, 2018), "country: expected a text"),  # type: ignore[arg-type]
    (lambda: qn.load_io("CHN", FLOW), "year: expected a whole number"),  # type: ignore[arg-type]
    (lambda: qn.load_io("CHN", 10**400), "year: 1000.* has no embedded table"),
    (lambda: qn.load_sectors("CHN", {}), "no sector list"),  # type: ignore[arg-type]
    (lambda: qn.load_concordance(X), "no concordance"),  # type: ignore[arg-type]
    (lambda: qn.load_reported(X), "no embedded report"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("call", "message"), CASES, ids=[message for _, message in CASES])
def test_refused_in_one_line(call: Callable[[], object], message: str) -> None:
    refused(call, message)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, np.nan, True, None, "0.95", [0.95], 10**400])
def test_what_is_no_coverage_is_refused(level: Any) -> None:
    refused(lambda: confidence_level(level), "^level: .* is no coverage between 0 and 1, such as")
    refused(lambda: half_width(level), "^level: ")


def test_a_least_coverage_must_be_exceeded() -> None:
    assert confidence_level(np.float64(0.02), least=0.01) == 0.02
    refused(lambda: confidence_level(0.01, least=0.01), "level: 0.01 is no coverage between 0.01")


@pytest.mark.parametrize("level", [0.5, 0.9, 0.999])
def test_half_widths_are_quantiles(level: float) -> None:
    assert half_width(level) == pytest.approx(stats.norm.ppf((1 + level) / 2), rel=1e-12)
    assert half_width(level, 7) == pytest.approx(stats.t.ppf((1 + level) / 2, 7), rel=1e-12)


def test_draws_and_names_are_taken_up_to_their_limits() -> None:
    for draws in (2, 2_000_000):
        check_draws(draws, least=2)
    for draws in (1, 2_000_001):
        refused(lambda draws=draws: check_draws(draws, least=2), "at least 2 and at most 2,000,000")  # type: ignore[misc]
    assert plain_text("x" * 1_000, "name") == "x" * 1_000
    refused(lambda: plain_text("x" * 1_001, "name"), "name: 1,001 characters; at most 1,000 are")
    assert whole(3, "lags", least=3) == 3
    refused(lambda: whole(2, "lags", least=3), "lags must be a whole number of at least 3, got 2")
    refused(lambda: as_vector([]), r"y: expected one value a row, got shape \(0,\)")


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_a_design_is_finite(value: float) -> None:
    refused(lambda: as_design([[1.0, 2.0], [1.0, value], [1.0, 3.0]]), "X")
