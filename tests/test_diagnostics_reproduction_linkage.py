"""What the linkage run rests on, and where a figure comes from."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.linkage import BASE, CoreLinkages, core_linkages
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.runs import median_inputs
from quesnay.diagnostics.reproduction.study import load_study
from quesnay.diagnostics.reproduction.study_rules import READINGS

from .founding_case import founding_case


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


@pytest.fixture(scope="module")
def found(result: Reproduction) -> CoreLinkages:
    return core_linkages(result)


def test_stages_and_sectors_add_up(result: Reproduction, found: CoreLinkages) -> None:
    frame = found.frame
    stages = frame[["primary", "secondary", "tertiary"]].sum(axis=1)
    assert np.allclose(stages, frame["elsewhere"], rtol=1e-12)
    assert list(frame.index.get_level_values("reading").unique()) == [BASE, *READINGS]
    assert list(frame.loc[BASE].index) == [2017, 2018, 2019, 2020]
    assert found.made == (2019,)
    assert found.core[2018] == pytest.approx(0.4386)  # the printed core, to which it is scaled
    model, table = result.assembly.model, result.assembly.tables[2019]
    middle = median_inputs(result.study, result.facts, model, result.assembly.productivity)
    weights = pd.DataFrame(model.core_shares(middle), columns=list(result.assembly.pattern.sectors))
    tied = float(np.asarray(table.satellite_linkage(weights)).sum())
    gdp = 98.6515  # of the first vintage set; the other has 99.0865
    assert frame.loc[(BASE, 2019), "elsewhere"] == pytest.approx(
        tied * gdp / float(table.v.sum()), rel=1e-5
    )
    own: Any = frame.loc[(BASE, 2018)]
    assert own["of core"] == pytest.approx(own["elsewhere"] / 0.4386)
    readings, largest = found.tables()
    assert list(readings.formats.items()) == [(name, ".2f") for name in frame.columns]
    assert set(largest.formats.values()) == {".3f"}


def test_the_middle_is_near_the_median_of_the_run(
    result: Reproduction, found: CoreLinkages
) -> None:
    for year in (2017, 2018, 2019, 2020):
        expected = result.outcome.loc[("linkage", year), "integration"]
        assert found.frame.loc[(BASE, year), "elsewhere"] == pytest.approx(expected, rel=0.02)
        for reading in READINGS:
            other = found.frame.loc[(reading, year), "elsewhere"]
            if year < 2020:
                drawn = result.bounds.loc[(reading, year), "integration"]
                assert other == pytest.approx(drawn, rel=0.03)


def test_readings_are_ordered(found: CoreLinkages) -> None:
    own = found.frame["elsewhere"].unstack("year")
    inside, forward, outside, parts = (own.loc[name] for name in READINGS)
    assert (inside > parts).all()
    assert (parts > own.loc[BASE]).all()
    assert (own.loc[BASE] > forward).all()
    assert (forward > outside).all()


def test_the_largest_suppliers_have_names(found: CoreLinkages) -> None:
    assert found.largest.index[0] == "Wholesale and retail"
    assert (found.largest.mean(axis=1).diff().dropna() <= 0).all()
    own = found.by_sector[BASE] if BASE in found.by_sector else found.by_sector.xs(BASE, axis=1)
    count, share = len(found.largest), found.largest.to_numpy().sum() / own.to_numpy().sum()
    assert found.tables()[1].notes == (
        f"The {count} largest of {len(own)} sectors, {share:.0%} of the whole; the rest of a "
        "sector with a core part counts as elsewhere.",
    )
    assert (count, len(own)) == (10, 42)
    assert 0.3 < share < 1
    text = repr(found)
    assert "Who produces for the core, trillion yuan" in text
    assert "Table made, not official: 2019." in text


def test_the_largest_suppliers_are_so_over_all_years() -> None:
    """Means of 3, 2 and 1; medians would put the first last."""
    years = pd.MultiIndex.from_product(
        [[BASE, "other"], [2018, 2019, 2020]], names=["reading", "year"]
    )
    values = [[0.0, 0.0, 9.0, 0.0, 0.0, 0.0], [2.0] * 3 + [8.0] * 3, [1.0] * 6]
    by_sector = pd.DataFrame(values, ["a", "b", "c"], years)
    names = pd.Series({"a": "A", "b": "B", "c": "C"})
    stages = pd.Series("not assigned", names.index)
    core = pd.Series({2018: 1.0, 2019: 2.0, 2020: 4.0})
    made = CoreLinkages(by_sector, stages, core, (), names, "yuan")
    assert list(made.largest.index) == ["A", "B", "C"]
    readings, largest = made.tables()
    shown: Any = readings.frame
    assert shown.loc[BASE, "of core"].tolist() == [3.0, 1.5, 3.0]
    assert list(shown.columns) == ["elsewhere", "of core"]
    assert len(readings.notes) == 2
    two = pd.Series({"a": "services", "b": "farms", "c": "services"})
    shown = replace(made, stages=two).tables()[0].frame
    assert shown.loc[(BASE, 2020)].to_dict() == {
        "elsewhere": 12.0, "of core": 3.0, "services": 10.0, "farms": 2.0,
    }  # fmt: skip
    assert list(shown.columns[2:]) == ["services", "farms"]
    assert largest.notes[0].startswith("The 3 largest of 3 sectors, 100% of the whole;")


def test_an_unknown_group_of_a_stage_is_refused(result: Reproduction) -> None:
    study = load_study("caict_2020")
    wrong = replace(study.tables, stages={"primary": ("agricultur",)})
    with pytest.raises(qn.StudyError, match="did you mean 'agriculture'"):
        core_linkages(replace(result, study=replace(study, tables=wrong)))


def test_a_model_without_ties_is_refused(result: Reproduction) -> None:
    model = replace(result.assembly.model, ties=())
    with pytest.raises(qn.StudyError, match="no tables for a linkage run"):
        core_linkages(replace(result, assembly=replace(result.assembly, model=model)))


@pytest.mark.parametrize("run", ["linkage", "elasticity", "calibrated"])
def test_every_figure_of_every_run_explains_itself(result: Reproduction, run: str) -> None:
    for name in result.facts.reported.index:
        made = result.explain(str(name), run=run)
        assert made.value == pytest.approx(result.verdicts.loc[(run, name), "estimate"])
        assert made.equation
        assert made.inputs["value"].notna().all()
        assert (made.inputs["source"] != "").all()


def test_the_integration_is_explained_by_the_equation_of_its_run(result: Reproduction) -> None:
    linkage = result.explain("I18", run="linkage")
    assert "inv(L_KK)" in linkage.equation
    elasticity = result.explain("I18", run="elasticity").inputs["value"]
    own = result.central[("elasticity", "integration", 2018, "estimate")]
    product = elasticity["M"] * elasticity["C"] / elasticity["Q"]
    assert product == pytest.approx(own, rel=0.02)
    curve = result.explain("I18", run="calibrated").inputs["value"]
    own = result.central[("calibrated", "integration", 2018, "estimate")]
    assert curve["s M"] * curve["p"] == pytest.approx(own, rel=0.02)
    assert 0 < curve["p"] < 1


@pytest.mark.parametrize("run", ["linkage", "elasticity", "calibrated"])
def test_the_parts_of_a_printed_total_are_explained_though_not_printed(
    result: Reproduction, run: str
) -> None:
    total = result.explain("T20", run=run)
    assert total.notes[-1] == "Explained in the same way: C20, I20."
    part = result.explain("I20", run=run)
    assert part.value == pytest.approx(total.inputs["value"]["I"])
    assert part.unit == "trillion yuan"
    assert part.notes[0] == "Not printed: a number of the account."
    share = result.explain("S17", run=run)
    assert share.value == pytest.approx(100 * row(result.account, (run, 2017))["share"])
    assert share.unit == "percent"


def test_jobs_are_explained_by_the_persons_of_both_years(result: Reproduction) -> None:
    made = result.explain("J20", run="linkage")
    now, before = made.inputs["value"]
    assert now - before == pytest.approx(made.value, abs=0.1)
    assert set(made.inputs["unit"]) == {"million persons"}


def test_an_explanation_says_medians_role_and_provenance(result: Reproduction) -> None:
    text = repr(result.explain("C18", run="linkage"))
    assert "document site" in text
    assert "input in this run" in text
    assert "medians of 400 draws" in text


def test_unknown_figures_and_runs_are_refused(result: Reproduction) -> None:
    with pytest.raises(qn.StudyError, match="no printed figure and no number of the account 'T91'"):
        result.explain("T91")
    with pytest.raises(qn.StudyError, match="did you mean 'linkage'"):
        result.explain("T19", run="linkag")
