"""Malformed input to regressions: refused in one clear line, never silent, never foreign."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.errors import QuesnayError
from quesnay.fitting.regression.resampling import gram_blocks, redraw_grams

GENERATOR = np.random.default_rng(2)
ROWS = 24
GOOD = pd.DataFrame(
    {
        "y": GENERATOR.standard_normal(ROWS),
        "x": GENERATOR.standard_normal(ROWS),
        "z": GENERATOR.uniform(1, 2, ROWS),
        "g": np.repeat(list("abcd"), 6),
        "t": np.tile(range(6), 4),
        "one": "all",
    }
)
GOOD.index = pd.Index([f"r{i}" for i in range(ROWS)])
ANY_TEXT = cast(Any, "two")
FIT = qn.fit_panel("y ~ x", GOOD, cluster="g")
PLAIN = qn.fit_panel("y ~ x", GOOD)
Z = GOOD[["y", "x"]].to_numpy()
TWO = pd.concat([GOOD.assign(p=1), GOOD.assign(p=2, x=GOOD["z"], y=GOOD["x"])])
CODES = np.repeat(np.arange(4), 6)


def fit(formula: Any = "y ~ x", data: Any = GOOD, **options: Any) -> object:
    return qn.fit_panel(formula, data, **options)


def put(column: str, row: int, value: object) -> pd.DataFrame:
    frame = GOOD.astype({column: object})
    changed = [value if i == row else v for i, v in enumerate(GOOD[column])]
    frame[column] = pd.Series(changed, GOOD.index, dtype=object)
    return frame if isinstance(value, str) else frame.infer_objects()


MIXED = GOOD.assign(g=[1, "b", 2.5, *["c"] * (ROWS - 3)])
TWICE = pd.concat([GOOD, GOOD[["x"]]], axis=1)
LONG = pd.Series(1.0, index=[*GOOD.index, "extra"])
SAME = GOOD.set_axis(["r"] * ROWS)

CASES: list[tuple[str, Callable[[], object], str]] = [
    ("cluster a Series", lambda: fit(cluster=GOOD["g"]), "expected names of columns, got"),
    ("cluster in a list", lambda: fit(cluster=[["g"]]), "expected the name of a column"),
    ("time no text", lambda: fit(time=3), "expected the name of a column, got 3"),
    ("missing an array", lambda: fit(missing=Z), "missing array"),
    ("level an array", lambda: PLAIN.conf_int(cast(Any, Z)), "level: array"),
    ("draws an array", lambda: PLAIN.bootstrap(draws=cast(Any, Z)), "draws: array"),
    ("wild weights an array", lambda: FIT.wild_bootstrap("x", weights=Z), "weights: array"),
    ("term an array", lambda: FIT.wild_bootstrap(cast(Any, Z)), "no coefficient array"),
    (
        "lags an array",
        lambda: fit(covariance=qn.DriscollKraay(lags=cast(Any, Z)), time="t"),
        "lags",
    ),
    ("rows for columns", lambda: fit(data=GOOD.T), "no column 'y'"),
    ("lag of text", lambda: fit(covariance=qn.DriscollKraay(lags=ANY_TEXT), time="t"), "lags"),
    (
        "scores that vanish by period",
        lambda: fit(data=TWO, absorb="g:t", covariance="Driscoll-Kraay", time="p"),
        "sum to zero within each of the 2 periods",
    ),
    (
        "scores that vanish by cluster",
        lambda: fit(data=TWO, absorb="g:t", cluster="p"),
        "sum to zero within each of the 2 clusters",
    ),
    ("formula of bytes", lambda: fit(b"y ~ x"), "expected a text such as 'y ~ x', got bytes"),
    ("no formula", lambda: fit(None), "got NoneType"),
    ("formula a list", lambda: fit(["y", "x"]), "got list"),
    ("data a dict", lambda: fit(data={"y": [1.0]}), "expected a DataFrame, got dict"),
    ("data an array", lambda: fit(data=Z), "expected a DataFrame, got ndarray"),
    ("data a Series", lambda: fit(data=GOOD["y"]), "expected a DataFrame, got Series"),
    ("no rows", lambda: fit(data=GOOD.iloc[:0]), "no rows are left of 0"),
    ("one row", lambda: fit(data=GOOD.iloc[:1]), "1 rows for 2 coefficients"),
    ("two rows", lambda: fit(data=GOOD.iloc[:2]), "no degrees of freedom"),
    ("fewer rows than columns", lambda: fit("y ~ x*z", GOOD.iloc[:3]), "3 rows for 4"),
    ("unknown outcome", lambda: fit("yy ~ x"), "no column 'yy'; did you mean 'y'"),
    ("unknown regressor", lambda: fit("y ~ xx"), "no column 'xx'; did you mean 'x'"),
    ("unknown effect", lambda: fit(absorb="gg"), "absorb: the data have no column 'gg'"),
    ("unknown part", lambda: fit(absorb="g:tt"), "absorb: the data have no column 'tt'"),
    ("unknown cluster", lambda: fit(cluster="gg"), "cluster: the data have no column 'gg'"),
    ("unknown weights", lambda: fit(weights="w"), "weights: the data have no column 'w'"),
    ("unknown time", lambda: fit(covariance="Driscoll-Kraay", time="tt"), "time: the data"),
    ("column twice", lambda: fit(data=TWICE), "several columns 'x'"),
    ("text regressor", lambda: fit("y ~ g"), "'g' holds text or objects.*C\\(g\\)"),
    ("text outcome", lambda: fit("g ~ x"), "'g' holds text"),
    ("a number as text", lambda: fit(data=put("x", 3, "1.5")), "'x' holds text"),
    ("dates", lambda: fit(data=GOOD.assign(x=pd.Timestamp("2020-01-01"))), "holds dates"),
    ("durations", lambda: fit(data=GOOD.assign(x=pd.Timedelta(1))), "holds durations"),
    ("complex", lambda: fit(data=GOOD.assign(x=1j)), "holds complex numbers"),
    ("infinite regressor", lambda: fit(data=put("x", 3, np.inf)), "'x' is infinite at row 'r3'"),
    ("infinite outcome", lambda: fit(data=put("y", 5, -np.inf)), "'y' is infinite at row 'r5'"),
    ("infinite weight", lambda: fit(weights=LONG.iloc[:-1] * np.inf), "is infinite at row 'r0'"),
    ("logarithm of a negative", lambda: fit("y ~ log(x)"), "log\\(x\\) has no finite value at row"),
    ("logarithm of zero", lambda: fit("y ~ log(z)", put("z", 0, 0.0)), "at row 'r0' \\(z = 0\\)"),
    ("division by zero", lambda: fit("y ~ I(x / (t - 1))"), "has no finite value at row 'r1'"),
    ("overflow", lambda: fit("y ~ exp(z)", put("z", 2, 1e4)), "no finite value at row 'r2'"),
    ("missing everywhere", lambda: fit(data=GOOD.assign(x=np.nan)), "24 have a missing value"),
    (
        "missing refused",
        lambda: fit(data=put("x", 3, np.nan), missing="raise"),
        "first is row 'r3'",
    ),
    (
        "missing group refused",
        lambda: fit(data=put("g", 1, None), cluster="g", missing="raise"),
        "first is row 'r1'",
    ),
    ("unknown rule of missing", lambda: fit(missing="ignore"), "missing 'ignore' is unknown"),
    ("unknown rule of singletons", lambda: fit(absorb="g", singletons="x"), "singletons 'x' is"),
    ("constant regressor", lambda: fit(data=GOOD.assign(x=5.0)), "'Intercept', 'x' depend"),
    ("zero regressor", lambda: fit(data=GOOD.assign(x=0.0)), "'x' is zero throughout"),
    ("duplicate regressor", lambda: fit("y ~ x + w", GOOD.assign(w=GOOD["x"])), "'x', 'w' depend"),
    (
        "sum of regressors",
        lambda: fit("y ~ x + z + w", GOOD.assign(w=GOOD["x"] + GOOD["z"])),
        "'x', 'z', 'w' depend",
    ),
    (
        "all dummies",
        lambda: fit("y ~ a + b", GOOD.assign(a=GOOD["g"] == "a", b=GOOD["g"] != "a")),
        "'Intercept', 'a', 'b' depend",
    ),
    ("constant outcome", lambda: fit(data=GOOD.assign(y=3.0)), "'y' does not vary"),
    (
        "outcome fixed in groups",
        lambda: fit(data=GOOD.assign(y=CODES), absorb="g"),
        "'y' does not vary within",
    ),
    ("regressor fixed in groups", lambda: fit("y ~ x + t", absorb="t"), "'t' do not vary within"),
    (
        "dependent within groups",
        lambda: fit("y ~ x + w", GOOD.assign(w=GOOD["x"] + CODES), absorb="g"),
        "'x', 'w' depend",
    ),
    ("no regressors", lambda: fit("y ~ 0"), "no regressors are left"),
    ("no regressors but effects", lambda: fit("y ~ 1", absorb="g"), "no regressors are left"),
    ("every row alone", lambda: fit(absorb="g:t"), "24 are alone in a group"),
    ("effect named twice", lambda: fit(absorb=["g", "g"]), "'g' is named twice"),
    ("effect no name", lambda: fit(absorb=[3]), "expected the name of a column, got 3"),
    ("effects no list", lambda: fit(absorb=3), "absorb: expected names of columns, got 3"),
    ("empty effect", lambda: fit(absorb=[""]), "expected the name of a column, got ''"),
    ("labels of mixed kinds", lambda: fit(data=MIXED, cluster="g"), "of mixed kinds"),
    ("one cluster", lambda: fit(cluster="one"), "one cluster only"),
    ("one cluster, CR2", lambda: fit(cluster="one", covariance="CR2"), "one cluster only"),
    (
        "five dimensions",
        lambda: fit(cluster=["g", "t", "x", "y", "one"]),
        "5 dimensions of clusters",
    ),
    ("CR2 in two dimensions", lambda: fit(cluster=["g", "t"], covariance="CR2"), "one dimension"),
    ("CR1 without clusters", lambda: fit(covariance="CR1"), "CR1 needs clusters"),
    ("HC3 with clusters", lambda: fit(cluster="g", covariance="HC3"), "would ignore cluster='g'"),
    ("unknown covariance", lambda: fit(covariance="HC9"), "'HC9' is not known; did you mean"),
    ("covariance a number", lambda: fit(covariance=3), "expected a name or a rule, got 3"),
    (
        "covariance a class",
        lambda: fit(cluster="g", covariance=qn.CR2),
        "expected a name or a rule",
    ),
    ("Driscoll-Kraay without time", lambda: fit(covariance="Driscoll-Kraay"), "needs periods"),
    (
        "Driscoll-Kraay, one period",
        lambda: fit(covariance="driscoll_kraay", time="one"),
        "one period only",
    ),
    ("too many lags", lambda: fit(covariance=qn.DriscollKraay(lags=6), time="t"), "6 of 6 periods"),
    ("negative lags", lambda: fit(covariance=qn.DriscollKraay(lags=-1), time="t"), "lags: -1"),
    (
        "unknown counting",
        lambda: fit(absorb="g", cluster="g", covariance=qn.CR1("some")),
        "counting: 'some' is not known",
    ),
    (
        "leverage one",
        lambda: fit("y ~ x + d", GOOD.assign(d=[1.0] + [0.0] * 23), covariance="HC3"),
        "have leverage one, so HC2 and HC3 do not exist; use HC1",
    ),
    (
        "jackknife of a sole cluster",
        lambda: fit("y ~ x + d", GOOD.assign(d=GOOD["g"] == "a"), cluster="g", covariance="CR3"),
        "CR3: without one of the clusters",
    ),
    (
        "negative weight",
        lambda: fit(data=GOOD.assign(w=[-1.0] + [1.0] * 23), weights="w"),
        "-1 at row 'r0' is negative",
    ),
    ("weights all zero", lambda: fit(data=GOOD.assign(w=0.0), weights="w"), "24 a weight of zero"),
    ("weights an array", lambda: fit(weights=np.ones(ROWS)), "cannot be aligned"),
    ("weights too long", lambda: fit(weights=LONG), "25 labels, the data 24"),
    ("weights elsewhere", lambda: fit(weights=pd.Series(1.0, range(ROWS))), "absent, such as 'r0'"),
    ("repeated row labels", lambda: fit(data=SAME, weights=LONG.iloc[:-1]), "row labels repeat"),
    ("level of 95", lambda: PLAIN.conf_int(95), "level: 95 is no coverage"),
    ("level of zero", lambda: PLAIN.tidy(level=0.0), "level: 0.0"),
    ("level a text", lambda: PLAIN.conf_int(cast(Any, "95%")), "level: '95%' is no coverage"),
    ("function of nothing", lambda: PLAIN.nonlinear("2"), "names no coefficient"),
    ("function of a stranger", lambda: PLAIN.nonlinear("xx / 2"), "no coefficient 'xx'; did you"),
    ("function that runs code", lambda: PLAIN.nonlinear("exec(x)"), "is not a function"),
    ("function unfinished", lambda: PLAIN.nonlinear("x +"), "expected a name, a number"),
    ("function too long", lambda: PLAIN.nonlinear("x x"), "expected an operator or the end"),
    ("function without value", lambda: PLAIN.nonlinear("1 / (x - x)"), "no finite value"),
    ("function no text", lambda: PLAIN.nonlinear(cast(Any, 3)), "expected a text"),
    ("null not finite", lambda: PLAIN.nonlinear("x", null=np.nan), "null: nan"),
    ("wild without clusters", lambda: PLAIN.wild_bootstrap("x"), "the fit has 0"),
    ("wild of a stranger", lambda: FIT.wild_bootstrap("w"), "no coefficient 'w'"),
    ("wild with few draws", lambda: FIT.wild_bootstrap("x", draws=10), "at least 99"),
    ("wild with part of a draw", lambda: FIT.wild_bootstrap("x", draws=99.5), "whole number"),
    ("wild with other weights", lambda: FIT.wild_bootstrap("x", weights="normal"), "'normal'"),
    ("wild null not finite", lambda: FIT.wild_bootstrap("x", null=np.inf), "null: inf"),
    ("wild level", lambda: FIT.wild_bootstrap("x", level=2.0), "level: 2.0"),
    ("seed negative", lambda: FIT.bootstrap(seed=-1), "seed must be a whole.* of at least 0.*-1"),
    ("bootstrap of one draw", lambda: PLAIN.bootstrap(draws=1), "at least 2"),
    (
        "rows under effects",
        lambda: qn.fit_panel("y ~ x", GOOD, absorb="g").bootstrap(),
        "would break up the groups",
    ),
    ("percentiles of a jackknife", lambda: PLAIN.jackknife().conf_int(), "has no percentiles"),
    ("blocks of other rows", lambda: gram_blocks(Z, CODES[:-1]), "no match"),
    (
        "blocks not finite",
        lambda: gram_blocks(Z * [1, np.nan], CODES),
        "column 1 is not finite at row 0",
    ),
    (
        "counts of other clusters",
        lambda: redraw_grams(gram_blocks(Z, CODES), np.ones((2, 3))),
        "counts of shape",
    ),
]


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize(("call", "message"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_malformed_input_is_refused_in_one_line(call: Callable[[], object], message: str) -> None:
    with pytest.raises(QuesnayError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
