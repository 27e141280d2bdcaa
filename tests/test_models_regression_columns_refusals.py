"""Columns and estimators that once answered silently, or with an error of NumPy's own."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.models.regression.columns import group_column, refuse_sizes
from quesnay.models.regression.result import Estimate
from tests.refusals import refused

G = np.random.default_rng(11)
ROWS = 48
UNIT, TIME = np.repeat(np.arange(8), 6), np.tile(np.arange(2000, 2006), 8)
X = G.standard_normal(ROWS) + 0.3 * UNIT
DATA = pd.DataFrame(
    {
        "y": 2 * X + UNIT + G.standard_normal(ROWS),
        "x": X,
        "z": G.uniform(1, 2, ROWS),
        "iv": X + G.standard_normal(ROWS),
        "u": UNIT,
        "t": TIME,
        "w": G.uniform(0.5, 2.0, ROWS),
    }
)
PANEL: dict[str, Any] = {"unit": "u", "time": "t"}
IV: dict[str, Any] = {"endogenous": "x", "instruments": "iv"}
NAN_INSIDE = pd.Series(
    pd.arrays.FloatingArray(np.where(np.arange(ROWS) == 3, np.nan, UNIT), np.zeros(ROWS, bool))
)
MONTHS = pd.Series([f"2019-{month}" for month in np.tile(np.arange(8, 14), 8)])

Fit = Callable[[pd.DataFrame], object]
FITS: dict[str, Fit] = {
    "least squares": lambda d: qn.fit_panel("y ~ x + z", d),
    "effects": lambda d: qn.fit_panel("y ~ x + z", d, absorb=["u", "t"], cluster="u"),
    "weights": lambda d: qn.fit_panel("y ~ x + z", d, weights="w"),
    "random": lambda d: qn.fit_random_effects("y ~ x + z", d, **PANEL),
    "correlated": lambda d: qn.fit_correlated_random_effects("y ~ x + z", d, unit="u"),
    "differences": lambda d: qn.fit_differences("y ~ x + z", d, **PANEL),
    "half panel": lambda d: qn.fit_half_panel_jackknife("y ~ x + z", d, **PANEL),
    "instrumental": lambda d: qn.fit_instrumental("y ~ x + z", d, **IV),
    "bridge": lambda d: qn.to_linearmodels("y ~ x + z", d, **IV),
}


@pytest.mark.parametrize("name", FITS)
@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"x": X * 1e-310}, "beyond what squares can hold; give it in another unit"),
        ({"x": X * 1e200}, "beyond what squares can hold; give it in another unit"),
        ({"y": DATA["y"] * 1e300}, "column 'y' has .* beyond what squares can hold"),
        ({"x": np.zeros(ROWS)}, "'x'"),
        ({"x": 2 * DATA["z"]}, "'x'"),
        ({"y": np.full(ROWS, 3.0)}, "'y'"),
        ({"y": np.zeros(ROWS)}, "'y'"),
    ],
)
@pytest.mark.filterwarnings("error")
def test_every_estimator_names_the_column(name: str, changed: Any, message: str) -> None:
    if name == "bridge":
        pytest.importorskip("linearmodels")
    if name == "differences" and isinstance(changed.get("y"), np.ndarray):
        message = "'change of y' does not vary"
    refused(lambda: FITS[name](DATA.assign(**changed)), message)


def fit(formula: str, data: pd.DataFrame = DATA, **options: Any) -> Callable[[], object]:
    return lambda: qn.fit_panel(formula, data, **options)


CASES: list[tuple[Callable[[], object], str]] = [
    (fit("y ~ x", DATA.assign(w=DATA["w"] * 1e200), weights="w"), "weights: column 'w' has"),
    (fit("y ~ exp(z)", DATA.assign(z=DATA["z"] * 300)), r"exp\(z\) has .* beyond what squares"),
    (fit("y ~ x", DATA.assign(y=DATA["y"] * 1e90, x=X / 1e90)), "variance of .* other units"),
    (fit("y ~ x", DATA.assign(y=DATA["y"] / 1e90, x=X * 1e90)), "variance of .* other units"),
    (fit("y ~ x:z", DATA.assign(x=X * 1e90, z=X * 1e90), absorb="u"), "variance of|beyond what"),
    (fit("y ~ x", DATA.assign(u=UNIT + 1j), absorb="u"), "absorb: column 'u' holds complex"),
    (fit("y ~ x + C(u)", DATA.assign(u=np.where(UNIT, UNIT, np.inf))), "'u' is infinite at row 0"),
    (fit("y ~ x", DATA.assign(t=MONTHS), time="t", covariance="Driscoll-Kraay"),
     "'2019-13' would come before '2019-8' in the text column 't'"),
    (lambda: qn.fit_differences("y ~ x", DATA.assign(t=MONTHS), **PANEL), "would come before"),
    (fit("y ~ x", DATA.iloc[[0, 8]].assign(y=1.0)), "'y' does not vary"),
    (fit("y ~ x", DATA.assign(t=np.where(UNIT > 3, "2019-01", "2019-1")), time="t"),
     "'2019-01' would come before '2019-1' .* texts of equal length"),
    (fit("y ~ x", DATA.iloc[:2], time="t", covariance="Driscoll-Kraay"), "no degrees of freedom"),
    (fit("y ~ x", DATA.iloc[[0, 8]], cluster="u", covariance="CR0"), "no degrees of freedom"),
    (fit("y ~ x", cluster="u", covariance=qn.CR1([1])), "counting: "),  # type: ignore[arg-type]
    (fit("y ~ x", time="t", covariance=qn.DriscollKraay(adjust="no")), "adjust: "),  # type: ignore[arg-type]
    (lambda: qn.fit_panel("y ~ x", DATA, covariance=qn.fit_panel("y ~ x", DATA)),  # type: ignore[arg-type]
     "covariance: expected a name or a rule"),
    (lambda: qn.fit_differences("y ~ x", DATA, **PANEL, lag=10**30), "both ends"),
    (lambda: qn.fit_half_panel_jackknife("y ~ x", DATA[DATA["u"] < 2], **PANEL), "sum to zero"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "message"), CASES, ids=[message for _, message in CASES])
@pytest.mark.filterwarnings("error")
def test_refused_in_one_line(call: Callable[[], object], message: str) -> None:
    refused(call, message)


def test_nan_inside_a_nullable_column_is_a_missing_label_and_no_group() -> None:
    found = qn.fit_panel("y ~ x + C(u)", DATA.assign(u=NAN_INSIDE))
    plain = qn.fit_panel("y ~ x + C(u)", DATA.drop(index=3))
    assert found.sample.dropped.missing == 1
    np.testing.assert_allclose(found.params, plain.params, rtol=1e-12)


def test_an_ordered_category_keeps_its_own_order_of_time() -> None:
    order = list(dict.fromkeys(MONTHS))
    ordered = DATA.assign(t=pd.Categorical(MONTHS, categories=order, ordered=True))
    one = qn.fit_differences("y ~ x", ordered, **PANEL)
    np.testing.assert_array_equal(one.params, qn.fit_differences("y ~ x", DATA, **PANEL).params)


def test_growth_elsewhere_is_unknown_where_a_value_is_missing() -> None:
    data = DATA.assign(x=np.exp(X))
    data.loc[7, "x"] = np.nan
    found = qn.shift_share_instrument(data, ["x", "z"], cell="u", **PANEL)
    lost = (data["t"] == 2001) & (data["u"] != 1)
    assert found[lost].isna().all()
    whole = qn.shift_share_instrument(DATA.assign(x=np.exp(X)), ["x", "z"], cell="u", **PANEL)
    np.testing.assert_allclose(found[~lost], whole[~lost], rtol=1e-12)


@pytest.mark.parametrize("kind", ["int8", "int16", "uint64"])
def test_groups_of_small_or_unsigned_integers_are_those_of_int64(kind: str) -> None:
    g = np.random.default_rng(np.random.SeedSequence(3))
    low, high = {"int8": (-128, 128), "int16": (-300, 300), "uint64": (0, 200)}[kind]
    codes = g.integers(low, high, 800)
    frame = pd.DataFrame({"k": codes, "x": g.standard_normal(800)})
    frame["y"] = frame["x"] + g.standard_normal(800)
    small = frame.assign(k=codes.astype(kind) + np.array(2**63 if kind == "uint64" else 0, kind))
    for formula, absorb in (("y ~ x", "k"), ("y ~ x + C(k)", ())):
        wide, narrow = (qn.fit_panel(formula, d, absorb=absorb) for d in (frame, small))
        np.testing.assert_allclose(narrow.std_errors, wide.std_errors, rtol=1e-13)


def test_labels_that_differ_only_by_blanks_are_no_two_groups() -> None:
    data = DATA.assign(side=np.where(np.arange(ROWS) % 2 == 0, "east", "east "))
    for options in ({"absorb": "side"}, {"cluster": "side"}):
        with pytest.raises(
            qn.DataError, match="'east' and 'east ' of column 'side' differ only by bl"
        ):
            qn.fit_panel("y ~ x", data, **options)  # type: ignore[arg-type]


def test_labels_of_one_letter_in_two_codes_are_no_two_groups() -> None:
    names = np.where(np.arange(ROWS) % 2 == 0, "S\u00e3o Paulo", "Sa\u0303o Paulo")
    with pytest.raises(qn.DataError, match="or the code of a letter"):
        qn.fit_panel("y ~ x", DATA.assign(state=names), absorb="state")


def test_whatever_turns_into_a_frame_of_pandas_is_told_how() -> None:
    class Frame:
        def to_pandas(self) -> pd.DataFrame:
            return DATA

    Frame.__module__ = "polars.dataframe.frame"
    with pytest.raises(qn.DataError, match=r"^data: .* got one of polars; use its \.to_pandas\(\)"):
        qn.fit_panel("y ~ x", cast(pd.DataFrame, Frame()))


def test_a_frame_of_another_package_is_told_how_to_become_one_of_pandas() -> None:
    arrow = pytest.importorskip("pyarrow")
    table = arrow.Table.from_pandas(DATA[["y", "x"]])
    for call in (
        lambda: qn.fit_panel("y ~ x", table),
        lambda: qn.fit_panel("y ~ x", DATA).predict(table),
        lambda: qn.fit_instrumental("y ~ x", table, endogenous="x", instruments="z"),
    ):
        with pytest.raises(qn.DataError, match=r"got one of pyarrow; use its \.to_pandas\(\)"):
            call()


@pytest.mark.parametrize("size", [1e100, -1e100, 1e-100, 1.1e100, -1.1e100, 0.9e-100])
def test_sizes_are_read_up_to_their_limits(size: float) -> None:
    values = np.array([0.0, size, np.nan])
    if 1e-100 <= abs(size) <= 1e100:
        refuse_sizes(values, "x")
    else:
        refused(lambda: refuse_sizes(values, "x"), "x has .* at row 1 for its largest size, beyond")


def test_whole_numbers_as_objects_are_labels_like_any_other() -> None:
    found = group_column(pd.DataFrame({"u": pd.Series([2, 1, 2], dtype=object)}), "u", "unit")
    assert (found.codes.tolist(), found.labels.tolist()) == ([1, 0, 1], [1, 2])


def test_one_bad_value_among_good_ones_is_named() -> None:
    twice = pd.concat([DATA["w"], DATA["w"].iloc[:1]])
    terms = ["a", "b"]
    fit = Estimate("m", "y", pd.Series([0.0, 1.0], terms), pd.DataFrame(np.eye(2), terms, terms),
                   9.0, 12, "stated")  # fmt: skip
    cases: list[tuple[Callable[[], object], str]] = [
        (lambda: group_column(pd.DataFrame({"u": [1, "2", 3]}), "u", "unit"), "of mixed kinds"),
        (lambda: qn.fit_panel("y ~ x", DATA, weights=twice), "row labels repeat"),
        (lambda: qn.combine({"a": 0.1, "b": 0.2}, {"a": 0.1, "b": 0.0}), "0.0 at 'b'; must be"),
        (lambda: qn.combine({"a": 0.1, "b": 0.2}, {"a": -0.1, "b": 0.1}), "-0.1 at 'a'; must"),
        (lambda: qn.shrink(fit, {"a": 0.0, "b": 0.0}, {"a": 1.0, "b": 0.0}), "0.0 at 'b'; must be"),
        (
            lambda: fit.nonlinear("sqrt(a)"),
            r"'sqrt\(a\)' has no finite value or derivative at a = 0",
        ),
        (
            lambda: qn.fit_differences(
                "y ~ x",
                DATA.assign(s=pd.Series("s", DATA.index).mask(DATA.index == 9)),
                **PANEL,
                absorb="s",
            ),
            "absorb: column 's' has missing labels in rows that are used",
        ),
        (
            lambda: qn.fit_half_panel_jackknife("y ~ x", DATA[DATA["t"] < 2003], **PANEL),
            "t: at least four times are needed",
        ),
    ]
    for call, message in cases:
        refused(call, message)
    four = qn.fit_half_panel_jackknife("y ~ x", DATA[DATA["t"] < 2004], **PANEL)
    assert four.params["x"] == pytest.approx(2.0, abs=1.0)


def test_a_column_that_is_missing_here_and_there_is_not_blamed_for_all_rows() -> None:
    even = DATA.index % 2 == 0
    holes = DATA.assign(
        x=DATA["x"].where(even), z=DATA["z"].mask(even), u=pd.Series("a", DATA.index).where(even)
    )
    cases: list[tuple[str, dict[str, Any]]] = [("y ~ x + z", {}), ("y ~ z", {"cluster": "u"})]
    for formula, options in cases:
        with pytest.raises(
            qn.DataError, match=r"^no rows are left of 48: 48 have a miss"
        ) as caught:
            qn.fit_panel(formula, holes, **options)
        assert str(caught.value).endswith("are alone in a group of the fixed effects")


def test_a_unit_that_is_seen_once_has_no_long_difference() -> None:
    lone = DATA[(DATA["u"] > 0) | (DATA["t"] == 2003)]
    fit = qn.fit_differences("y ~ x", lone, **PANEL, lag="long")
    assert fit.nobs == 7
    assert 0 not in DATA["u"].loc[fit.index].tolist()


def test_a_coefficient_alone_keeps_its_own_degrees_of_freedom() -> None:
    fit = qn.fit_panel("y ~ x + z", DATA, cluster="u", covariance="CR2")
    assert len(set(fit.df.round(6))) == 3
    for name in ("x", "z"):
        assert fit.nonlinear(f"2 * {name}").df == fit.df[name]
    assert fit.nonlinear("0 * x").df == fit.df.min()  # moves with none


def test_averages_are_of_the_same_outcome_in_name_and_in_value() -> None:
    one = qn.fit_panel("y ~ x", DATA)
    twin, moved = DATA.assign(v=DATA["y"]), DATA.assign(y=DATA["y"] + UNIT)
    for other in (qn.fit_panel("v ~ x + z", twin), qn.fit_panel("y ~ x + z", moved)):
        refused(
            lambda other=other: qn.average_models({"one": one, "other": other}, "x"),  # type: ignore[misc]
            r"'other' and 'one' explain different outcomes or rows \(48 and 48\)",
        )
    same = qn.average_models({"one": one, "other": qn.fit_panel("y ~ x + z", DATA)}, "x")
    assert same.frame["weight"].sum() == pytest.approx(1.0)


@pytest.mark.parametrize("covariance", [None, "HC1"])
def test_levels_beside_instruments_have_no_interval_whatever_the_errors(covariance: Any) -> None:
    fit = qn.fit_instrumental("y ~ x", DATA, **IV, absorb="u", covariance=covariance)
    assert np.isfinite(fit.predict()).all()
    refused(lambda: fit.predict(interval="confidence"), "made for least squares, not for two-stage")


def test_periods_of_an_ordered_category_run_from_the_first_used_to_the_last() -> None:
    stated = pd.CategoricalDtype(["late", "a", "c", "b", "early", "never"], ordered=True)
    frame = pd.DataFrame({"t": pd.Series(["early", None, "a", "b"], dtype=stated)})
    found = group_column(frame, "t", "time")
    assert found.labels.tolist() == ["a", "c", "b", "early"]
    assert found.codes.tolist() == [3, -1, 0, 2]
    none = group_column(frame.iloc[[1]], "t", "time")
    assert (none.labels.tolist(), none.codes.tolist()) == ([], [-1])
