"""The specification curve of a study: every combination estimated, none dropped in silence."""

import functools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.evidence.specification import SpecificationCurve
from quesnay.diagnostics.report.language import ENGLISH
from quesnay.diagnostics.reproduction import specifications
from quesnay.diagnostics.reproduction.assembly import Assembly, prepare
from quesnay.diagnostics.reproduction.evidence import gather_evidence
from quesnay.diagnostics.reproduction.facts import collect_facts
from quesnay.diagnostics.reproduction.regressions import elasticity_draws, fit_potential
from quesnay.diagnostics.reproduction.report import report_parts
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.runs import median_inputs
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.specifications import combinations
from quesnay.diagnostics.reproduction.study import Specifications, Study, load_study
from quesnay.fitting.regression.resampling import nested_grams
from quesnay.models.satellite.concepts import CONCEPTS

from .founding_case import founding_curve

STUDY = load_study("caict_2020")
BASE = {
    "sample years": "2012 and 2017",
    "fixed effects": "unit, sector-year, province-year",
    "ICT inputs": "services, electronics, instruments",
    "weights": "none",
    "functional form": "value added on ICT, capital, labour",
    "integration-driven part": "calibrated: Gompertz",
    "core pattern": "five segments",
    "GDP vintage": "current",
}


def _small(study: Study = STUDY) -> Study:
    """The study with few levels of each choice."""
    assert study.specifications is not None
    grid = study.specifications
    regression = {c: dict(list(v.items())[:2]) for c, v in grid.regression.items()}
    account = {c: dict(list(v.items())[-2:]) for c, v in grid.account.items()}
    return replace(study, specifications=Specifications("T19", regression, account))


@pytest.fixture(scope="module")
def curve() -> SpecificationCurve:
    return founding_curve()


def test_there_are_at_least_five_hundred_ranked_and_none_is_lost(curve: SpecificationCurve) -> None:
    assert STUDY.specifications is not None
    grid = combinations(STUDY.specifications)
    assert len(curve.estimates) >= 500
    assert len(curve.estimates) + len(curve.failures) == len(grid)
    assert curve.estimates["estimate"].is_monotonic_increasing
    assert (curve.failures["failure"] != "").all()
    assert np.isclose(curve.spread["share"].sum(), 1.0)


def _one(curve: SpecificationCurve, **changed: str) -> pd.DataFrame:
    rows, wanted = curve.estimates, {**BASE, **changed}
    return rows[np.logical_and.reduce([rows[name] == level for name, level in wanted.items()])]


@functools.cache
def assembled() -> Assembly:
    return prepare(STUDY, seed=0).assembly


def test_a_calibrated_specification_is_the_curve_at_the_base_elasticity(
    curve: SpecificationCurve,
) -> None:
    mine = _one(curve)
    assert len(mine) == 1
    # by hand: core and using value added of the assembly, the curve through two points
    made = assembled()
    model = made.model
    weights = np.zeros(42)
    for _, place, weight in model.cells:
        weights[place] += weight
    core = (model.value_added[0] * weights).sum(axis=1)
    core *= 0.4386 / core[1]
    use = STUDY.potential
    assert use is not None
    e = float(fit_potential(use).params["ln_ict"])
    assert model.potential is not None
    full = e * (model.value_added[0] * model.potential.intensity).sum(axis=1)
    earlier = 1.42 / 1.557 / (919281 / 832036 / 1.067)
    low, high = (earlier - core[0]) / full[0], (1.42 - core[1]) / full[1]
    # Gompertz with saturation one: ln(-ln p) falls in a straight line
    step = np.log(-np.log(high)) - np.log(-np.log(low))
    share = np.exp(-np.exp(np.log(-np.log(high)) + step))
    assert np.isclose(float(mine["estimate"].iloc[0]), core[2] + full[2] * share, rtol=1e-9)


def test_a_linkage_specification_is_the_ties_of_drawn_weights(curve: SpecificationCurve) -> None:
    """All at its middle, then weights around it, seed 1, deviation of logs root log(1 + 0.5^2)."""
    model = assembled().model
    inputs = {
        name: np.repeat(value, 21)
        for name, value in median_inputs(STUDY, collect_facts(STUDY), model, (0.0, 0.0)).items()
    }
    rng = np.random.default_rng(1)
    for name, _, _ in model.cells:
        logs = np.sqrt(np.log(1.25)) * rng.standard_normal(20)
        inputs[name] = np.concatenate([[1.0], np.exp(logs)])
    rows = curve.estimates[
        (curve.estimates["integration-driven part"] == "linkage: suppliers, domestic")
        & (curve.estimates["core pattern"] == "five segments")
    ].set_index("GDP vintage")
    for place, vintage in enumerate(("current", "as known in March 2020")):
        inputs["gdp_vintage"] = np.full(21, float(place))
        total = model.evaluate("linkage", inputs)[list(CONCEPTS).index("total"), 2]
        ends = np.quantile(total[1:], [0.025, 0.975])
        found = rows.loc[vintage, ["estimate", "low", "high", "standard_error"]]
        expected = [total[0], *ends, total[1:].std(ddof=1)]
        np.testing.assert_allclose(found.to_numpy(float), expected, rtol=1e-9)


def test_a_linkage_specification_knows_no_regression(curve: SpecificationCurve) -> None:
    own = curve.estimates[curve.estimates["run"] == "linkage"]
    assert len(own) == 4 * 3 * 2
    regression = ["sample years", "fixed effects", "ICT inputs", "weights", "functional form"]
    assert (own[regression] == "not used").all().all()
    assert (own["low"] < own["high"]).all()


def test_every_run_is_counted_apart(curve: SpecificationCurve) -> None:
    assert list(curve.by_run.index) == ["linkage", "elasticity", "calibrated"]
    assert curve.by_run["number"].sum() == len(curve.estimates)
    below = curve.by_run["below"].to_dict()
    for run, rows in curve.estimates.groupby("run"):
        assert np.isclose(below[run], (rows["estimate"] < curve.reported_low).mean())


def test_jobs_do_not_change_a_number() -> None:
    one = qn.specification_curve(_small(), draws=5, seed=2)
    two = qn.specification_curve(_small(), draws=5, seed=2, jobs=2)
    pd.testing.assert_frame_equal(one.estimates, two.estimates, check_exact=True)


def test_a_curve_goes_on_from_its_checkpoint_to_the_same_numbers(tmp_path: Path) -> None:
    whole = qn.specification_curve(_small(), draws=5, seed=2)
    kept = tmp_path / "curve"
    qn.specification_curve(_small(), draws=5, seed=2, checkpoint=kept)
    chunks = sorted(kept.glob("chunk-*.npz"))
    assert len(chunks) >= 2
    chunks[0].unlink()  # as if the run had been killed before this one was done
    again = qn.specification_curve(_small(), draws=5, seed=2, checkpoint=kept)
    pd.testing.assert_frame_equal(whole.estimates, again.estimates, check_exact=True)
    with pytest.raises(qn.QuesnayError):
        qn.specification_curve(_small(), draws=6, seed=2, checkpoint=kept)


@pytest.mark.parametrize("place", range(4))
def test_gram_elasticities_are_those_of_the_regression(place: int) -> None:
    assert STUDY.specifications is not None
    chosen = combinations(STUDY.specifications)[place * 1100]
    use = with_keys(STUDY, dict(chosen.regression)).potential
    assert use is not None
    drawn = elasticity_draws(use, draws=2, rng=np.random.default_rng(0))
    assert np.isclose(drawn[0], fit_potential(use).params[use.term], rtol=1e-7)


def test_the_joint_test_starts_from_the_estimates_of_the_regressions() -> None:
    assert STUDY.specifications is not None
    choices = {"fixed effects": STUDY.specifications.regression["fixed effects"]}
    grid = Specifications("T19", choices, {"run": {"elasticity": {"run": "elasticity"}}})
    found = qn.specification_curve(replace(STUDY, specifications=grid), draws=2, seed=1).joint
    uses = [with_keys(STUDY, dict(keys)).potential for keys in choices["fixed effects"].values()]
    estimates = [float(fit_potential(use).params[use.term]) for use in uses if use is not None]
    assert len(estimates) == 3
    assert found is not None
    assert found.median == pytest.approx(np.median(estimates), rel=1e-7)


def test_a_draw_of_clusters_is_a_regression_on_the_repeated_rows() -> None:
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(6), 8)
    unit, time = np.tile(np.arange(4), 12) + 4 * cluster, np.tile(np.repeat([0, 1], 4), 6)
    x = rng.standard_normal((48, 2)) + unit[:, None]
    y = x @ [1.0, -0.5] + unit + rng.standard_normal(48)
    counts = np.array([2, 0, 1, 1, 2, 0])
    rows = np.concatenate(
        [np.flatnonzero(cluster == c) for c in range(6) for _ in range(counts[c])]
    )
    copies = np.repeat(np.arange(counts.sum()), 8)
    dummies = [np.eye(24)[unit[rows] % 4 + 4 * copies % 24], np.eye(2)[time[rows]]]
    exact = np.linalg.lstsq(np.column_stack([x[rows], *dummies]), y[rows], rcond=None)[0][:2]
    found = nested_grams(y, x, [unit, time], cluster).coefficients(counts[None])[0]
    assert np.allclose(found, exact, rtol=1e-7)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"inadmissible": ({"sample year": ("2012",)},)}, "unknown choice 'sample year'; did you"),
        ({"inadmissible": ({"weights": ("no",)},)}, "'weights' has no level 'no'"),
        ({"inadmissible": ({"weights": ("none", "value added")},)}, "no combination is admissible"),
        ({"account": {"x": {"a": {"gdp.vintage": "later"}}}}, "no GDP vintage 'later'"),
        ({"account": {"x": {"a": {"run": "calibrate"}}}}, "unknown run 'calibrate'; did you"),
        ({"account": {"x": {"a": {"potential.suply": "a"}}}}, "suply: unknown key; did you mean"),
        ({"figure": "T99"}, "no printed figure 'T99'"),
    ],
)
def test_grids_that_cannot_be_are_refused(change: dict[str, Any], words: str) -> None:
    grid = _small().specifications
    assert grid is not None
    study = replace(STUDY, specifications=replace(grid, **change))
    with pytest.raises(qn.StudyError, match=words):
        qn.specification_curve(study, draws=2)


def test_a_combination_is_left_out_where_one_rule_holds_in_all_its_choices() -> None:
    account: dict[str, dict[str, dict[str, object]]] = {
        "core": {"wide": {}, "narrow": {}}, "vintage": {"old": {}, "new": {}},
    }  # fmt: skip
    rules: tuple[dict[str, tuple[str, ...]], ...] = (
        {"core": ("wide",), "vintage": ("old",)}, {"core": ("narrow",), "vintage": ("new",)},
    )  # fmt: skip
    left = combinations(Specifications("T19", {}, account, rules))
    assert [one.levels for one in left] == [
        (("core", "wide"), ("vintage", "new")), (("core", "narrow"), ("vintage", "old")),
    ]  # fmt: skip
    assert {one.run for one in left} == {"calibrated"}  # where no choice names the run


def test_without_a_choice_of_vintage_the_first_set_is_taken() -> None:
    variant = specifications._Variant(STUDY, collect_facts(STUDY), assembled(), {})
    middle = specifications._base(variant, 2)
    assert middle["gdp_vintage"].tolist() == [0.0, 0.0]
    inputs = middle | {"elasticity": np.full(2, 0.05)}
    # without a choice of the run it is the one through T18; C18 is printed in 100 million
    for figure, printed in (("T18", 1.42), ("C18", 4386.0)):
        found = specifications._figure(variant, figure, inputs)
        np.testing.assert_allclose(found, [printed] * 2, rtol=1e-9)


def test_what_an_account_rests_on_is_read_anew_only_where_a_choice_changes_it() -> None:
    small = replace(
        STUDY, employment=None, potential=None, penetration=None,
        study=replace(STUDY.study, years=(2018,)), tables=replace(STUDY.tables, years=(2018,)),
        gdp=replace(STUDY.gdp, forecast=None),
    )  # fmt: skip
    facts = collect_facts(small)
    variants = specifications._Variants(small, facts)
    wide = variants.get((("core.dispersion", 0.9), ("gdp.vintage", "current")))
    assert wide.facts is facts
    assert (wide.study.core.dispersion, wide.chosen["gdp.vintage"]) == (0.9, "current")
    inside = variants.get((("tables.imports", "included"),))
    assert facts.tables[2018].imports is not None
    assert inside.facts.tables[2018].imports is None
    assert inside.assembly.tables[2018].imports is None


def test_an_elasticity_of_output_is_scaled_to_value_added_in_every_draw() -> None:
    """By hand: output over value added of the users in 2018, the year of the jobs."""
    regression = (("potential.applies_to", "gross_output"),)
    grid = [specifications.Combination((), own, ()) for own in ((), regression)]
    running = {"jobs": 1, "client": None, "checkpoint": None, "progress": False}
    found, _ = specifications._elasticities(
        STUDY, collect_facts(STUDY), grid, draws=2, seed=0, running=running
    )
    of_value_added, of_output = found.values()
    table = qn.load_io("CHN", 2018, imports="separate")
    users = [s for s in table.sectors if s not in STUDY.tables.technology_sectors]
    factor = float(table.x[users].sum() / table.v[users].sum())
    np.testing.assert_allclose(of_output, factor * of_value_added, rtol=1e-9)


def test_a_study_without_choices_and_odd_draws_are_refused() -> None:
    with pytest.raises(qn.StudyError, match="declares no choices"):
        qn.specification_curve(replace(STUDY, specifications=None))
    with pytest.raises(qn.StudyError, match="draws must be a whole number of at least 2"):
        qn.specification_curve(STUDY, draws=1)


def test_a_failing_regression_is_counted_with_its_reason() -> None:
    study = _small()
    assert study.specifications is not None
    regression: dict[str, dict[str, dict[str, object]]] = {
        **study.specifications.regression,
        "ICT inputs": {
            "all": {},
            "none": {"potential.logarithms.ln_ict": ["no_such_column"]},
        },
    }
    grid = replace(study.specifications, regression=regression)
    curve = qn.specification_curve(replace(study, specifications=grid), draws=3)
    assert curve.failures["failure"].str.contains("no column 'no_such_column'").any()
    assert (curve.estimates["ICT inputs"] == "all").all()


def test_the_result_shows_itself(curve: SpecificationCurve) -> None:
    text = curve.summary()
    assert "specifications" in text
    assert "intervals that hold the printed figure" in text
    assert str(curve.plot().get_label()).startswith(f"{len(curve.estimates)} specifications of T19")


@pytest.fixture(scope="module")
def small() -> Reproduction:
    return qn.reproduce(_small(), draws=20, seed=1)


def test_the_curve_of_a_result_is_drawn_on_request(small: Reproduction) -> None:
    figure = small.plot_specifications(draws=20)
    curve = qn.specification_curve(small.study, "T19", draws=20, seed=small.seed)
    heights = {
        round(float(y), 9)
        for axes in figure.axes
        for line in axes.get_lines()
        for y in np.atleast_1d(line.get_ydata())
    }
    heights |= {
        round(float(y), 9)
        for axes in figure.axes
        for points in axes.collections
        for _, y in np.atleast_2d(np.asarray(points.get_offsets()))
    }
    assert {round(value, 9) for value in curve.estimates["estimate"].dropna()} <= heights


def test_the_evidence_of_a_result_has_the_tables_of_its_parts(small: Reproduction) -> None:
    found = gather_evidence(small)
    titles = [table.title for table in found.tables()]
    assert titles[0] == "Audit: the printed figures are mutually consistent"
    assert "Reconciled account, trillion yuan" in titles
    assert len(set(titles)) == len(titles)
    assert found.audit is not None
    assert len(replace(found, audit=None).tables()) == len(titles) - len(found.audit.tables())


def test_the_curve_is_drawn_once_and_the_path_tried_once_for_all_documents(
    small: Reproduction,
) -> None:
    found = gather_evidence(small)
    plots = small.plots(curve=found.curve)
    _, sections = report_parts(small, plots, found, ENGLISH)
    section = next(one for one in sections if one.name == "curve")
    assert [*section.figures.values()] == [plots["specifications"]]
    kept = dict(small.made)
    assert {"curve", "path", "elasticity"} <= set(kept)
    report_parts(small, plots, found, ENGLISH)
    assert all(small.made[name] is made for name, made in kept.items())
