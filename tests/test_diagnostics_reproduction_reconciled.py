"""One account out of all runs: identities, adjustments, disagreement, refusals."""

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import quesnay as qn
from quesnay.diagnostics.reproduction import reconciled as module
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.reconciled import (
    MAIN,
    STATED,
    ReconciledAccount,
    collect_estimates,
    identities,
    label,
    path,
)
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.study import load_study

from .founding_case import founding_case

YEARS = (2017, 2018, 2019, 2020)


def test_what_has_no_degree_of_freedom_is_not_tested() -> None:
    """Of two degrees the upper tail of chi-squared is exp(-x / 2)."""
    one: Any = SimpleNamespace(dof=3, statistic=4.0)
    assert module._test(one, 1)["p"] == pytest.approx(math.exp(-2.0))
    assert math.isnan(module._test(one, 3)["p"])


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


@pytest.fixture(scope="module")
def made(result: Reproduction) -> ReconciledAccount:
    return result.reconcile()


def test_every_identity_holds_in_the_reconciled_account(made: ReconciledAccount) -> None:
    own = made.account
    assert np.allclose(own["core"] + own["integration"], own["total"], rtol=1e-9)
    assert np.allclose(own["share"] * own["gdp"], own["total"], rtol=1e-9)
    assert np.allclose(own["integration share"] * own["total"], own["integration"], rtol=1e-9)
    step, gdp = own["total"].diff().dropna(), own["gdp"].diff().dropna()
    assert np.allclose(own["contribution"].dropna() * gdp, step, rtol=1e-9)
    employed = own["jobs per value added"] * own["total"]
    assert np.allclose(own["jobs"].dropna(), employed.diff().dropna(), rtol=1e-9, atol=1e-9)
    assert float(made.main.residuals["after"].abs().max()) < 1e-9


def test_every_run_ends_at_the_same_integration(
    result: Reproduction, made: ReconciledAccount
) -> None:
    after = made.adjustments["after"].unstack("year")
    rows = after[after.index.str.startswith("integration by")]
    assert len(rows) == len(result.runs) == 3
    for year in YEARS:
        assert np.allclose(rows[year], row(made.account, year)["integration"], rtol=1e-9)


def test_adjustments_lead_from_before_to_after(made: ReconciledAccount) -> None:
    own = made.adjustments
    assert np.allclose(own["before"] + own["adjustment"], own["after"], rtol=1e-9)
    assert (own["error_after"] <= own["error"] * (1 + 1e-9)).all()
    assert (own["stated_error"] <= own["error"] * (1 + 1e-9)).all()


def test_estimates_are_the_medians_of_the_runs(
    result: Reproduction, made: ReconciledAccount
) -> None:
    before = made.adjustments["before"]
    for run in result.runs:
        for year in YEARS:
            expected = row(result.outcome, (run, year))["integration"]
            assert before[f"integration by {run}", year] == pytest.approx(expected)


def test_jobs_per_value_added_are_those_of_the_runs(result: Reproduction) -> None:
    found = collect_estimates(result)
    # jobs of a run are the change of its own persons; the reconciled one takes their mean per unit
    inputs = {str(name): result.inputs[name].to_numpy(float) for name in result.inputs}
    slots = result.assembly.model.slots
    for run in result.runs:
        persons = result.assembly.model.employed(run, inputs)
        jobs = result.draws[(run, "jobs", 2019, "estimate")]
        assert np.allclose(persons[2] - persons[1], jobs, rtol=1e-9, atol=1e-9)
    per_unit = [
        result.assembly.model.employed(run, inputs)[2]
        / result.draws[(run, "total", 2019, "estimate")]
        for run in result.runs
    ]
    assert slots[2].year == 2019
    expected = np.median(np.mean(per_unit, axis=0))
    assert found.central["jobs per value added 2019"] == pytest.approx(expected)


def test_the_reconciled_integration_lies_between_the_runs(made: ReconciledAccount) -> None:
    before = made.adjustments["before"].unstack("year")
    rows = before[before.index.str.startswith("integration by")]
    for year in YEARS:
        value = float(row(made.account, year)["integration"])
        assert float(rows[year].min()) < value < float(rows[year].max())


def test_the_disagreement_of_the_runs_is_part_of_every_error(result: Reproduction) -> None:
    found = collect_estimates(result)
    paths = np.array([[found.central[path(m, y)] for y in YEARS] for m in result.runs])
    centred = paths - paths.mean(axis=0)
    between = centred.T @ centred / 2
    names = [path("linkage", y) for y in YEARS]
    own = np.cov(found.draws[names].to_numpy(float), rowvar=False)
    assert np.allclose(found.covariance(result.runs).loc[names, names], own + between, rtol=1e-9)


def test_stated_errors_alone_contradict_each_other(made: ReconciledAccount) -> None:
    assert (made.tests.loc[[STATED, MAIN], "degrees of freedom"] == 8).all()
    assert float(made.tests["p"][STATED]) < 1e-6
    assert float(made.tests["p"][MAIN]) > 0.05


def test_each_run_can_be_left_out(made: ReconciledAccount) -> None:
    totals = made.variants["total"].unstack("year")[2019]
    assert totals["without the calibrated run"] < totals[MAIN]
    assert totals["without the elasticity run"] > totals[MAIN]


def test_tables_say_units(made: ReconciledAccount) -> None:
    text = repr(made)
    assert "Reconciled account, trillion yuan" in text
    assert "million persons per trillion yuan" in text


def test_identities_are_those_of_the_concepts_and_name_each_run_once() -> None:
    texts = identities([2018, 2019], ["calibrated", "linkage"], jobs=True)
    assert len(texts) == len(set(texts)) == 2 * 5 + 2
    assert "`integration 2019` = `integration by linkage 2019`" in texts
    assert (
        "`contribution 2019` = (`total 2019` - `total 2018`) / (`gdp 2019` - `gdp 2018`)" in texts
    )
    assert not any("jobs" in text for text in identities([2018, 2019], ["linkage"], jobs=False))


def test_draws_without_a_curve_are_dropped_and_counted(result: Reproduction) -> None:
    lost = result.draws.copy()
    lost.loc[:9, ("calibrated", "integration", 2019, "estimate")] = np.nan
    found = collect_estimates(replace(result, draws=lost))
    assert found.dropped == 10
    assert len(found.draws) == len(result.draws) - 10


def test_two_runs_without_jobs_have_one_account_and_no_variants() -> None:
    study = replace(
        load_study("caict_2020"), employment=None, penetration=None, specifications=None
    )
    made = qn.reproduce(study, draws=60).reconcile()
    assert not any("jobs" in name for name in made.account.columns)
    assert made.account["total"].notna().all()
    assert made.jobs_unit == ""
    assert list(made.tests.index) == [MAIN, STATED]
    assert (made.tests["degrees of freedom"] == 4).all()
    account = made.tables()[0]
    assert "new jobs" not in account.frame.columns
    assert account.notes[2].endswith("change of the total over change of GDP.")


def test_too_few_draws_or_runs_are_refused(result: Reproduction) -> None:
    with pytest.raises(qn.StudyError, match="covariances need 3, ask for more draws"):
        qn.reproduce(draws=2, seed=0).reconcile()
    three: dict[str, Any] = {"draws": result.draws.iloc[:3], "inputs": result.inputs.iloc[:3]}
    with pytest.raises(qn.QuesnayError, match="is left after every adjustment that the cov"):
        replace(result, **three).reconcile()  # covariances of rank two: known, and contradictory
    alone = replace(load_study("caict_2020"), potential=None, penetration=None, specifications=None)
    with pytest.raises(qn.StudyError, match="has one run, linkage; there is nothing to reconcile"):
        qn.reproduce(alone, draws=5).reconcile()


def test_every_identity_of_two_years_is_written_once_in_words() -> None:
    """By hand from the definitions: S = T / P, H = I / T, K = dT / dP, J = d(l T)."""
    shares = [
        [
            f"`total {y}` = `core {y}` + `integration {y}`",
            f"`share {y}` = `total {y}` / `gdp {y}`",
            f"`integration share {y}` = `integration {y}` / `total {y}`",
        ]
        for y in (2018, 2019)
    ]
    same = [
        [f"`integration {y}` = `integration by {m} {y}`" for m in ("calibrated", "linkage")]
        for y in (2018, 2019)
    ]
    growth = "`contribution 2019` = (`total 2019` - `total 2018`) / (`gdp 2019` - `gdp 2018`)"
    jobs = (
        "`jobs 2019` = `jobs per value added 2019` * `total 2019`"
        " - `jobs per value added 2018` * `total 2018`"
    )
    texts = identities([2018, 2019], ["calibrated", "linkage"], jobs=True)
    assert texts[:5] == [*shares[0], *same[0]]
    assert set(texts[5:]) == {*shares[1], *same[1], growth, jobs}
    assert texts[-1] == jobs


def test_what_no_run_estimates_starts_at_what_the_mean_of_the_runs_implies(
    result: Reproduction,
) -> None:
    found = collect_estimates(result)
    own, starts = found.central, found.starts
    assert found.years == YEARS
    assert found.methods == result.runs
    assert found.with_jobs
    total: dict[int, float] = {}
    expected: dict[str, float] = {}
    for year in YEARS:
        mean = sum(own[path(run, year)] for run in result.runs) / 3
        total[year] = own[label("core", year)] + mean
        expected[f"integration {year}"] = mean
        expected[f"total {year}"] = total[year]
        expected[f"share {year}"] = total[year] / own[f"gdp {year}"]
        expected[f"integration share {year}"] = mean / total[year]
        if year > YEARS[0]:
            gdp = own[f"gdp {year}"] - own[f"gdp {year - 1}"]
            expected[f"contribution {year}"] = (total[year] - total[year - 1]) / gdp
            persons = [own[f"jobs per value added {y}"] * total[y] for y in (year, year - 1)]
            expected[f"jobs {year}"] = persons[0] - persons[1]
    assert starts.to_dict() == pytest.approx(expected, rel=1e-12)


def test_the_account_is_unknown_and_an_estimate_has_the_error_of_its_draws(
    result: Reproduction,
) -> None:
    found = collect_estimates(result)
    held: Any = found.covariance(result.runs)
    assert list(held.index) == [*found.labels(result.runs), *found.starts.index]
    np.testing.assert_allclose(
        np.sqrt(np.diag(held.loc[found.starts.index, found.starts.index])), 30 * found.starts.abs()
    )
    core, gdp = [label("core", y) for y in YEARS], [label("gdp", y) for y in YEARS]
    expected = found.draws[[*core, *gdp]].cov()
    pd.testing.assert_frame_equal(held.loc[expected.index, expected.index], expected)
    assert (held.loc["total 2018"].drop("total 2018") == 0.0).all()
    two = found.covariance(("linkage", "calibrated"))
    assert path("elasticity", 2018) not in two.index


def test_chi_squared_of_the_stated_errors_is_that_of_generalised_least_squares(
    result: Reproduction, made: ReconciledAccount
) -> None:
    """r' (A V A')^-1 r with r the distance of the runs from the first, A the differences."""
    found = collect_estimates(result)
    first, *others = result.runs
    gaps: Any = pd.DataFrame(
        {
            (run, y): found.draws[path(first, y)] - found.draws[path(run, y)]
            for run in others
            for y in YEARS
        }
    )
    r = np.array([found.central[path(first, y)] - found.central[path(run, y)] for run, y in gaps])
    expected = float(r @ np.linalg.solve(gaps.cov().to_numpy(), r))
    assert made.tests["chi-squared"][STATED] == pytest.approx(expected, rel=1e-6)
    for name, own in made.tests.iterrows():
        freedom = 8 if str(name).startswith("all") else 4  # a run less: four equations less
        assert own["degrees of freedom"] == freedom, name
        assert own["p"] == pytest.approx(stats.chi2(freedom).sf(own["chi-squared"]), rel=1e-9)
    assert made.draws == 400
    assert made.dropped == 0


def test_adjustments_are_told_with_the_errors_before_and_after(
    result: Reproduction, made: ReconciledAccount
) -> None:
    own, found = made.adjustments, collect_estimates(result)
    keys: Any = own.index
    names = [f"{estimate} {year}" for estimate, year in keys]
    assert names == found.labels(result.runs)
    np.testing.assert_allclose(own["stated_error"], found.draws[names].std())
    held: Any = found.covariance(result.runs)
    errors = np.sqrt(np.diag(held.loc[names, names]))
    np.testing.assert_allclose(own["error"], errors, rtol=1e-9)
    moved = own["error"] ** 2 - own["error_after"] ** 2  # variance of the adjustment
    seen = own["error"] > 1e-6
    assert (own["adjustment"] / own["z"])[seen].to_numpy() == pytest.approx(
        np.sqrt(moved[seen].to_numpy()), rel=1e-4
    )


def held(value: float) -> float:
    """Five significant digits, by the decimal of the first."""
    return value if value == 0 else round(value, 4 - math.floor(math.log10(abs(value))))


def test_files_hold_five_digits_and_an_adjustment_the_decimals_of_its_value(
    made: ReconciledAccount,
) -> None:
    frames = made.frames()
    assert list(frames) == ["reconciled", "reconciled_adjustments"]
    given = made.account.to_numpy()
    expected = np.array([[v if np.isnan(v) else held(v) for v in line] for line in given])
    np.testing.assert_allclose(frames["reconciled"].to_numpy(), expected, rtol=1e-12)
    own: Any = frames["reconciled_adjustments"]
    for key, line in made.adjustments.iterrows():
        largest = max(abs(line["before"]), abs(line["after"]))
        decimals = 4 - math.floor(math.log10(largest))
        for name in ("before", "stated_error", "error", "adjustment", "after", "error_after"):
            assert own.loc[key, name] == round(float(line[name]), decimals), (key, name)
    np.testing.assert_array_equal(own["z"], made.adjustments["z"].map(lambda z: round(z, 4)))


def test_files_hold_an_adjustment_of_nothing(made: ReconciledAccount) -> None:
    zeros = 0.0 * made.adjustments.fillna(0.0)
    nothing = replace(made, adjustments=zeros).frames()["reconciled_adjustments"]
    np.testing.assert_array_equal(nothing.to_numpy(float), 0.0)


def bracketed(own: Any, name: str, spec: str, scale: float = 1.0) -> str:
    middle, low, high = (format(scale * own[name + e], spec) for e in ("", "_low", "_high"))
    return f"{middle} [{low}, {high}]"


def test_tables_write_the_numbers_with_units_signs_and_intervals(
    made: ReconciledAccount,
) -> None:
    account, adjustments, variants = made.tables()
    own = made.account.loc[2020]
    assert [str(cell) for cell in account.frame.loc[2020]] == [
        bracketed(own, "core", ".2f"),
        bracketed(own, "integration", ".2f"),
        bracketed(own, "total", ".2f"),
        bracketed(own, "share", ".1f", 100.0),
        bracketed(own, "integration share", ".0f", 100.0),
        bracketed(own, "contribution", ".1f", 100.0),
        bracketed(own, "jobs", ".1f"),
    ]
    assert list(account.frame.columns) == [
        "core", "integration", "total", "of GDP, %", "integrated, %", "of growth, %", "new jobs",
    ]  # fmt: skip
    assert account.notes[0] == (
        "Brackets: 95 % interval, normal, from the covariances of 400 draws."
    )
    assert account.notes[2].endswith(" New jobs, net of the productivity drift: million persons.")
    assert list(adjustments.frame.index) == sorted(adjustments.frame.index)
    moved: Any = made.adjustments.loc[("integration by linkage", 2017)]
    cells: Any = adjustments.frame.loc[("integration: what the core needs from others", 2017)]
    assert str(cells["adjustment"]) == f"{moved['adjustment']:+.3f}"
    assert str(cells["z"]) == f"{moved['z']:+.1f}"
    assert str(adjustments.frame.loc[("gdp", 2017), "adjustment"]) == "0.000"  # no sign for nothing
    assert str(adjustments.frame.loc[("gdp", 2017), "z"]) == "0.0"
    assert set(adjustments.formats.values()) == {".3f"}
    assert list(variants.frame.index) == list(made.tests.index)
    assert str(variants.frame.loc[MAIN, 2017]) == bracketed(made.account.loc[2017], "total", ".2f")
    assert set(map(str, variants.frame.loc[STATED].iloc[:4])) == {"none"}
    chi, level = made.tests.loc[MAIN, ["chi-squared", "p"]]
    assert str(variants.frame.loc[MAIN, "chi-squared"]) == f"{chi:.0f} (8)"
    assert str(variants.frame.loc[MAIN, "p value"]) == f"{level:.2f}"
    assert str(variants.frame.loc[STATED, "p value"]) == "< 0.0001"
    assert len(variants.notes) == 2


def test_draws_left_out_are_told_and_a_level_is_written_where_it_can_be_read(
    made: ReconciledAccount,
) -> None:
    tests = made.tests.copy()
    assert "the runs differ by far more than these errors" in made.tables()[2].notes[1]
    tests.loc[MAIN, "p"], tests.loc[STATED, "p"] = 1e-4, 2e-4
    told = replace(made, dropped=7, tests=tests, jobs_unit="").tables()
    assert told[0].notes[0].endswith(" 400 draws (7 without an admissible curve left out).")
    assert str(told[2].frame.loc[MAIN, "p value"]) == "< 0.0001"
    assert str(told[2].frame.loc[STATED, "p value"]) == "0.00"
    assert len(told[2].notes) == 1  # no longer said: within the errors it may just happen
    assert told[1].notes[1] == "GDP and levels in trillion yuan."
