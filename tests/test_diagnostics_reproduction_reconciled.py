"""One account out of all runs: identities, adjustments, disagreement, refusals."""

from dataclasses import replace

import numpy as np
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.reconciled import (
    MAIN,
    STATED,
    ReconciledAccount,
    collect_estimates,
    identities,
    path,
)
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.study import load_study

from .founding_case import founding_case

YEARS = (2017, 2018, 2019, 2020)


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
    texts = identities([2018, 2019], ["calibrated", "linkage"])
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


def test_a_study_without_jobs_has_an_account_without_them() -> None:
    result = qn.reproduce(replace(load_study("caict_2020"), employment=None), draws=60)
    account = result.reconcile().account
    assert "jobs" not in account.columns
    assert account["total"].notna().all()


def test_too_few_draws_or_runs_are_refused() -> None:
    with pytest.raises(qn.StudyError, match="covariances need 3, ask for more draws"):
        qn.reproduce(draws=2, seed=0).reconcile()
    alone = replace(load_study("caict_2020"), potential=None, penetration=None, specifications=None)
    with pytest.raises(qn.StudyError, match="has one run, linkage; there is nothing to reconcile"):
        qn.reproduce(alone, draws=5).reconcile()
