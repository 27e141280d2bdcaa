"""Formulas made at random, on frames that lose levels, against formulaic's matrices."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

from quesnay.models.regression.design import build_design, read_ingredients
from quesnay.models.regression.formula import parse_formula

ROWS = 80
ATOMS = ["a", "b", "`net exports`", "`x.y`", "log(a)", "I(a**2)", "I(a*b - 1)", "C(g)", "C(h)",
         "C(k)", "C(n)"]  # fmt: skip


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map("{0[0]}:{0[1]}".format),
        pairs.map("{0[0]}*{0[1]}".format),
        pairs.map("({0[0]} + {0[1]})".format),
        pairs.map("({0[0]} + {0[1]})**2".format),
        pairs.map("({0[0]} + {0[1]} - C(g))".format),
    )


ATOM = st.sampled_from(ATOMS)
NESTED = st.tuples(ATOM, ATOM).map("{0[0]}/{0[1]}".format)
TERM = st.recursive(ATOM, grow, max_leaves=4)
RIGHT = st.lists(st.one_of(TERM, NESTED), min_size=1, max_size=3).map(" + ".join)
ENDS = st.sampled_from(["{}", "0 + {}", "{} - 1", "{} - a"])


def frame(seed: int, lossy: bool) -> pd.DataFrame:
    g = np.random.default_rng(seed)
    numbers = ("y", "a", "b", "net exports", "x.y")
    made = pd.DataFrame({name: g.uniform(0.5, 3.0, ROWS) for name in numbers})
    for name, levels in (
        ("g", list("pqrs")),
        ("h", list("uvw")),
        ("k", list("mn")),
        ("n", [0, 1, 2]),
    ):
        made[name] = g.choice(np.array(levels), ROWS)
    if lossy:
        made.loc[made["g"] == "s", "b"] = np.nan  # where b is used, a level of g is gone
        made.loc[g.choice(ROWS, 5, replace=False), "a"] = np.nan
    return made


def outside(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Return how far columns of `one` lie outside the span of `other`."""
    return float(np.abs(other @ np.linalg.lstsq(other, one, rcond=None)[0] - one).max(initial=0.0))


@settings(max_examples=150, deadline=None)
@given(right=RIGHT, ends=ENDS, seed=st.integers(0, 1000), lossy=st.booleans())
def test_random_formulas_span_what_formulaic_spans(
    right: str, ends: str, seed: int, lossy: bool
) -> None:
    formulaic = pytest.importorskip("formulaic")
    formula, data = f"y ~ {ends.format(right)}", frame(seed, lossy)
    parsed = parse_formula(formula)
    rows = data[list(parsed.columns)].notna().all(axis=1).to_numpy()
    theirs = formulaic.Formula(formula).get_model_matrix(data[rows])
    other = np.asarray(theirs.rhs, dtype=np.float64)
    columns, names = build_design(parsed, read_ingredients(parsed, data), rows, absorbed=False)
    ours = np.column_stack([*columns, np.zeros((int(rows.sum()), 0))]).astype(np.float64)
    assert ours.shape == other.shape
    assert len(set(names)) == len(names)
    if ours.shape[1] < 40:  # beyond, the design has more columns than cells
        assert outside(ours, other) < 1e-6
        assert outside(other, ours) < 1e-6
