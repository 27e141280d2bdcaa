"""The elasticity of the account: rows, the mixture and its median."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.facts import collect_facts
from quesnay.diagnostics.reproduction.regressions import (
    estimate_elasticities,
    mixture_median,
    regression_rows,
)
from quesnay.diagnostics.reproduction.study import load_study

STUDY = load_study("caict_2020")
assert STUDY.potential is not None
USE = STUDY.potential


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_median_of_a_mixture_is_that_of_many_draws(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "elasticity": rng.normal(0.05, 0.03, 5),
            "std_error": rng.uniform(0.002, 0.02, 5),
            "weight": rng.dirichlet(np.ones(5)),
        }
    )
    equation = rng.choice(5, size=2_000_000, p=frame["weight"])
    drawn = frame["elasticity"].to_numpy()[equation]
    drawn = drawn + frame["std_error"].to_numpy()[equation] * rng.standard_normal(len(drawn))
    median = mixture_median(frame)
    # the share of draws below is a half within four standard errors of a share
    assert abs((drawn < median).mean() - 0.5) < 4 * 0.5 / np.sqrt(len(drawn))


def test_the_rows_of_a_regression_are_those_of_its_logarithms() -> None:
    rows = regression_rows(USE)
    panel = qn.load_panel("china_provinces")
    kept = panel[panel["year"].isin([2012, 2017]) & ~panel["ict_producing"]]
    assert len(rows) == len(kept)
    bought = kept[list(USE.logarithms["ln_ict"])].sum(axis=1)
    assert rows["ln_ict"].isna().sum() == (bought <= 0).sum()
    known = rows["ln_ict"].notna()
    assert np.allclose(np.exp(rows.loc[known, "ln_ict"]), bought[known], rtol=1e-12)


def test_unknown_columns_and_years_are_refused() -> None:
    with pytest.raises(qn.DataError, match="no column 'b'"):
        regression_rows(replace(USE, logarithms={"ln_b": ("b",)}))
    with pytest.raises(qn.DataError, match="no row for the years"):
        regression_rows(replace(USE, years=(1999,)))


def test_an_equation_is_judged_by_the_rules_of_inference_that_it_can_have() -> None:
    facts = collect_facts(STUDY)
    rows = estimate_elasticities(STUDY, facts, seed=0).inference.frame.index
    plain = ["classical", "HC1"]
    assert list(rows) == [*plain, "CR1", "CR2", "wild cluster bootstrap"]
    loose = replace(STUDY, potential=replace(USE, cluster=None))
    assert list(estimate_elasticities(loose, facts, seed=0).inference.frame.index) == plain
