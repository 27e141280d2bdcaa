"""One account out of all estimates, one source at a time, and the paths to the forecast year."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.plots.fan import plot_fans
from quesnay.diagnostics.plots.style import Picture, draw_picture
from quesnay.diagnostics.plots.tornado import plot_tornados
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.reconciled import (
    MAIN,
    STATED,
    ReconciledAccount,
    collect_estimates,
    identities,
)
from quesnay.diagnostics.reproduction.report import evidence_sections, gather_evidence
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.runs import BothRuns, core_weights
from quesnay.diagnostics.reproduction.study import load_study
from quesnay.diagnostics.reproduction.tables import segment_table
from quesnay.diagnostics.reproduction.variance import source_tornados


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return qn.reproduce("caict_2020", draws=400, seed=3)


@pytest.fixture(scope="module")
def made(result: Reproduction) -> ReconciledAccount:
    return result.reconcile(result.update_table(draws=20))


def test_every_identity_holds_in_the_reconciled_account(made: ReconciledAccount) -> None:
    own = made.account
    assert np.allclose(own["core"] + own["integration"], own["total"], rtol=1e-9)
    assert np.allclose(own["share"] * own["GDP"], own["total"], rtol=1e-9)
    assert np.allclose(own["integration share"] * own["total"], own["integration"], rtol=1e-9)
    step, gdp = own["total"].diff().dropna(), own["GDP"].diff().dropna()
    assert np.allclose(own["contribution"].dropna() * gdp, step, rtol=1e-9)
    assert np.allclose(own["jobs"].dropna(), own["jobs per value added"].dropna() * step, rtol=1e-9)
    assert float(made.main.residuals["after"].abs().max()) < 1e-9


def test_every_method_ends_at_the_same_integration(made: ReconciledAccount) -> None:
    after = made.adjustments["after"].unstack("year")
    rows = after[after.index.str.startswith("integration by")]
    assert len(rows) == 4
    for year in (2017, 2018, 2019, 2020):
        assert np.allclose(rows[year], row(made.account, year)["integration"], rtol=1e-9)


def test_adjustments_lead_from_before_to_after(made: ReconciledAccount) -> None:
    own = made.adjustments
    assert np.allclose(own["before"] + own["adjustment"], own["after"], rtol=1e-9)
    assert (own["error_after"] <= own["error"] * (1 + 1e-9)).all()
    assert (own["stated_error"] <= own["error"] * (1 + 1e-9)).all()


def test_estimates_are_those_of_the_runs(result: Reproduction, made: ReconciledAccount) -> None:
    before = made.adjustments["before"]
    for method, run in (("elasticity", "independent"), ("curve", "calibrated")):
        for year in (2017, 2018, 2019, 2020):
            expected = row(result.outcome, (run, year))["integration"]
            assert before[f"integration by {method}", year] == pytest.approx(expected)
    # the linkages of 2018 are those of the second accounting view
    own = row(result.linkages.frame, (2018, "backward"))
    assert before["integration by backward", 2018] == pytest.approx(own["elsewhere"], rel=0.01)


def test_the_reconciled_integration_lies_between_the_methods(made: ReconciledAccount) -> None:
    before = made.adjustments["before"].unstack("year")
    rows = before[before.index.str.startswith("integration by")]
    for year in (2017, 2018, 2019, 2020):
        value = float(row(made.account, year)["integration"])
        assert float(rows[year].min()) < value < float(rows[year].max())


def test_stated_errors_alone_contradict_each_other(made: ReconciledAccount) -> None:
    assert (made.tests.loc[[STATED, MAIN], "degrees of freedom"] == 12).all()
    assert float(made.tests["p"][STATED]) < 1e-6
    assert float(made.tests["p"][MAIN]) > 0.05


def test_the_made_table_moves_the_linkages_of_its_year(
    result: Reproduction, made: ReconciledAccount
) -> None:
    plain = result.reconcile().adjustments["before"]
    moved = made.adjustments["before"]
    assert moved["integration by forward", 2019] != plain["integration by forward", 2019]
    assert moved["integration by forward", 2018] == plain["integration by forward", 2018]


def test_tables_say_units_and_drawn_inputs_repeat_the_run(
    result: Reproduction, made: ReconciledAccount
) -> None:
    text = repr(made)
    assert "Reconciled account, trillion yuan" in text
    assert "million persons per trillion yuan" in text
    again = result.drawn_inputs()
    values = BothRuns(result.assembly.model)(again.values)[1:]
    assert np.array_equal(values, result.draws.to_numpy(), equal_nan=True)
    weights = core_weights(result.assembly, again.values)
    assert ((weights >= 0) & (weights <= 1)).all().all()


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(qn.StudyError, match="covariances need 3, ask for more draws"):
        qn.reproduce(draws=2, seed=0).reconcile()


def test_identities_name_each_method_once() -> None:
    texts = identities([2018, 2019], ["curve", "forward"])
    assert len(texts) == 2 * 5 + 2
    assert "`integration 2019` = `integration by forward 2019`" in texts


def test_collected_estimates_count_the_dropped_draws(result: Reproduction) -> None:
    found = collect_estimates(result, result.drawn_inputs(), result.facts.tables)
    lost = int(result.draws["calibrated"]["integration"].isna().any(axis=1).sum())
    assert found.dropped == lost
    assert len(found.draws) == len(result.draws) - lost


def test_one_source_at_a_time_brackets_the_base_case(result: Reproduction) -> None:
    found = source_tornados(result)
    assert set(found) == {(r, t) for r in ("independent", "calibrated") for t in ("T19", "T20")}
    for (run, name), own in found.items():
        swings = own.swings
        assert (swings["low"] <= own.center + 1e-6).all()
        assert (swings["high"] >= own.center - 1e-6).all()
        estimate = row(result.verdicts, (run, name))["estimate"]
        assert own.center == pytest.approx(estimate)
    # no curve in the independent run, no employment coefficient in any total
    assert "curve family" not in found["independent", "T19"].swings.index
    assert "employment coefficient" not in found["calibrated", "T20"].swings.index


def test_plots_are_described_and_drawn_once(result: Reproduction) -> None:
    plots = result.plots()
    assert {"tornado", "fan"} <= set(plots)
    assert "T19, calibrated run" in str(plots["tornado"].get_label())
    assert "median" in str(plots["fan"].get_label())
    pictures: dict[str, Picture] = {name: draw_picture(plot) for name, plot in plots.items()}
    page = result.to_html(plots=pictures)
    assert page.count("<img") == len(plots)
    assert "One account out of all estimates" in page
    assert "A table for 2019" in page


def test_a_part_that_a_study_does_not_allow_says_why() -> None:
    study = load_study("caict_2020")
    years = (2017, 2018)
    short = replace(
        study,
        study=replace(study.study, years=years),
        gdp=replace(study.gdp, forecast=None),
    )
    result = qn.reproduce(short, draws=50)
    sections, _ = evidence_sections(result, gather_evidence(result))
    assert "no table can be made" in sections[0].words[0]
    two = qn.reproduce(draws=2)
    few, said = evidence_sections(two, gather_evidence(two))
    assert "covariances need 3" in few[1].words[0]
    assert said == []


def test_segments_of_the_core_add_up_to_the_account(result: Reproduction) -> None:
    frame = segment_table(result).frame
    for year in frame.columns:
        expected = row(result.account, ("calibrated", year))["core"]
        assert frame.loc["core", year] == pytest.approx(expected)


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(qn.DataError, match="no run to draw"):
        plot_fans({}, quantity="total")
    with pytest.raises(qn.DataError, match="no figure to draw"):
        plot_tornados({})
    with pytest.raises(qn.DataError, match="columns must be years"):
        plot_fans({"a": pd.DataFrame({"x": [1.0]})}, quantity="total")
