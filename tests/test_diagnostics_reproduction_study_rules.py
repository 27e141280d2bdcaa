"""What a study may just say and what it may not: both sides of every limit."""

from dataclasses import replace
from typing import Any

import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction import study_rules as rules
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.study import (
    Figure,
    Reported,
    Study,
    load_klems_study,
    load_study,
)

FULL = load_study("caict_2020")
GRIDLESS = replace(FULL, specifications=None)
SHARES = replace(
    GRIDLESS, core=replace(FULL.core, figure=None, other_printings=()), penetration=None
)


def said(study: Study) -> str:
    """Return what is refused of a study, nothing where it is taken."""
    try:
        rules.check_sections(study, "s")
    except qn.StudyError as error:
        return str(error)
    return ""


def changed(keys: dict[str, Any], study: Study = GRIDLESS) -> str:
    try:
        return said(with_keys(study, keys))
    except qn.StudyError as error:
        return str(error)


@pytest.mark.parametrize(
    ("key", "taken", "refused"),
    [
        ("core.dispersion", [0.0, 10.0], [-0.001, 10.001]),
        ("study.units_per_data_unit", [1e-30, 1e30], [0.9e-30, 1.1e30, 0.0, -1.0]),
        ("employment.units_per_data_unit", [1e-30, 1e30], [0.9e-30, 1.1e30]),
        ("core.segments", [{"a": {"20": 0.0, "31": 1.0}}, {"a": {"20": 0.0}, "b": {"31": 0.1}}],
         [{"a": {"20": -0.001, "31": 1.0}}, {"a": {"20": 1.001}}, {"a": {"20": 0.0}}, {},
          {"a": {}}]),
        ("gdp.forecast.low", [-0.999, 0.085], [-1.0, 0.0851]),
        ("gdp.forecast.high", [0.07, 0.999], [0.0699, 1.0]),
        ("gdp.forecast.year", [2020], [2019, 2021]),
        ("penetration.saturation", [[0.5, 0.5], [0.001, 2.0]],
         [[0.0, 2.0], [2.0, 0.5], [0.5], [0.5, 1.0, 2.0]]),
        ("penetration.launch", [1000, 2016], [999, 2017]),
        ("penetration.curves", [["bass"]], [[], ["bass", "bass"], ["bas"]]),
        ("penetration.total", ["T19"], ["S19"]),
        ("penetration.growth", ["G19"], ["T19"]),
        ("employment.productivity_since", [1000, 2017], [999, 2018]),
        ("employment.figure", ["J19"], ["T20"]),
        ("core.figure", ["C19"], ["T18"]),
        ("core.other_printings", [["4389"], []], [["43 89"], [""], ["1e9999"]]),
        ("tables.years", [[2017, 2018]], [[], [2017, 2017], [999], [3000]]),
        ("tables.imports", ["included", "separate"], ["inside"]),
        ("tables.reading", ["", *rules.READINGS], ["users"]),
        ("tables.demand.codes", [{"consumption": "A"}], [{}]),
        ("tables.files", [{"2017": "a.csv"}], [{"2016": "a.csv"}]),
        ("potential.supply", list(rules.SUPPLY), ["sales"]),
        ("potential.years", [[1000, 2999]], [[999], [3000]]),
        ("potential.logarithms", [{"ln_ict": ["a"]}], [{"ln_ict": []}]),
        ("potential.applies_to", ["value_added", "gross_output"], ["output"]),
        ("potential.term", ["ln_ict"], ["ln", "ict", "ln_value_added"]),
        ("potential.formula", ["y ~ ln_ict", "y~ln_ict"],
         ["~ ln_ict", "y ~ ", "y ln_ict"]),
        ("study.runs", [["core"], ["linkage", "calibrated"]], [["curve"]]),
        ("study.unit", ["billion yuan", "10,000 yuan", "percent"], ["yuan", "zillion"]),
    ],
)  # fmt: skip
def test_both_sides_of_a_limit(key: str, taken: list[Any], refused: list[Any]) -> None:
    for value in taken:
        assert changed({key: value}) == "", value
    for value in refused:
        assert key.split(".")[-1] in changed({key: value}), value


def test_years_of_a_study_are_calendar_years_each_once() -> None:
    for years in ((1000, 2999), (2018,)):
        assert list(rules._years(years, "x")) == []
    for years in ((999,), (2018, 3000)):
        (fault,) = rules._years(years, "x")
        assert fault == f"x: {years[-1]} is no calendar year"
    plain = replace(SHARES, gdp=replace(FULL.gdp, forecast=None), potential=None)
    for given, fine in (((2018,), True), ((2018, 2018), False), ((), False)):
        own = replace(plain, study=replace(FULL.study, years=given))
        assert ("study.years: name at least one year, each once" in said(own)) is not fine


@pytest.mark.parametrize(
    ("unit", "scale"),
    [("trillion yuan", 1e12), ("billion", 1e9), ("100 million CNY", 1e8), ("million", 1e6),
     ("10,000 persons", 1e4), ("percent", 0.01)],
)  # fmt: skip
def test_a_unit_starts_with_its_size(unit: str, scale: float) -> None:
    assert rules.unit_scale(unit, "x") == scale


def test_shares_of_a_sector_add_up_to_one_at_most() -> None:
    def shares(**weights: float) -> str:
        segments = {name: {"31": weight} for name, weight in weights.items()}
        return said(replace(SHARES, core=replace(SHARES.core, segments=segments)))

    assert shares(a=0.5, b=0.5) == ""
    assert shares(a=0.1, b=0.2, c=0.7) == ""  # more than one by rounding only
    assert "core.segments.b.31: the segments take 101% of sector '31'" in shares(a=0.5, b=0.51)
    assert "core.segments.b.31: the segments take 100%" in shares(a=0.5, b=0.5000001)
    stated = replace(
        GRIDLESS, core=replace(FULL.core, segments={"a": {"31": 1.0}, "b": {"31": 1.0}})
    )
    assert said(stated) == ""  # a printed core scales them
    with_other = replace(SHARES, core=replace(SHARES.core, other_printings=("4389",)))
    assert "they stand beside core.figure" in said(with_other)


def test_equations_of_the_mixture_need_weight_kind_and_what_their_kind_takes() -> None:
    use = FULL.potential
    assert use is not None
    first = use.equations[0]

    def of(**fields: Any) -> str:
        own = replace(first, **fields)
        return said(replace(GRIDLESS, potential=replace(use, equations=(own,))))

    assert of(std_error=0.0, weight=1e-9) == ""
    assert "equations[0].std_error: -0.1" in of(std_error=-0.1)
    assert "equations[0].weight: expected a number above zero, got 0" in of(weight=0.0)
    assert "kind: 'outsid'; did you mean 'outside'" in of(kind="outsid")
    assert of(kind="outside", value=0.0, source="x") == ""
    assert "an outside value needs value and source" in of(kind="outside", value=0.1, source="")
    assert "an outside value needs value" in of(kind="outside", value=None, source="x")
    assert of(kind="capital share", panel="us_klems", inputs=("it",)) == ""
    assert "needs panel and inputs" in of(kind="capital share", panel="us_klems", inputs=())
    assert "needs panel and inputs" in of(kind="capital share", panel=None, inputs=("it",))
    assert of(kind="cost share") == ""
    twice = replace(use, equations=(first, first))
    assert "potential.equations:" in said(replace(GRIDLESS, potential=twice))
    assert "stands twice" in said(replace(GRIDLESS, potential=twice))
    named = replace(use, equations=(first, replace(first, name="b", formula="y ~ x", term="z")))
    assert "potential.equations[1].term: 'z' is no term of 'y ~ x'" in said(
        replace(GRIDLESS, potential=named)
    )
    rival = replace(use.rivals[0], formula="y ~ x", term="z")
    wrong = replace(use, rivals=(rival,))
    assert "potential.rivals[0].term: 'z' is no term" in said(replace(GRIDLESS, potential=wrong))


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("T18", {}, ""), ("S18", {"printed": "100", "unit": "percent"}, ""),
        ("S18", {"printed": "0", "unit": "percent"}, ""),
        ("H18", {"printed": "100.1", "unit": "percent"}, "is no share of a whole"),
        ("S18", {"printed": "-0.1", "unit": "percent"}, "is no share of a whole"),
        ("K18", {"printed": "101", "unit": "percent"}, ""),
        ("T08", {"year": 2008}, ""), ("T18", {"year": 2019}, "expected T19"),
        ("T18", {"year": 3018}, "3018 is no calendar year"),
        ("X18", {}, "ids start with one of"), ("T18", {"printed": "1,42"}, "is no printed number"),
        ("T18", {"unit": "yuan"}, "unknown unit"), ("T18", {"kind": "guess"}, "unknown word"),
        ("T18", {"kind": "forecast"}, ""),
    ],
)  # fmt: skip
def test_printed_figures_fit_their_ids(name: str, fields: dict[str, Any], words: str) -> None:
    own = {"printed": "1.42", "year": 2018, "unit": "trillion CNY", **fields}
    reported = Reported(figures={name: Figure(**own)})
    study = replace(SHARES, reported=reported)
    found = said(study)
    assert (words in found) if words else not found
    klems = load_klems_study("us_digital_economy")
    assert klems is not None
    if words:
        with pytest.raises(qn.StudyError):
            rules.check_klems(replace(klems, reported=reported), "s")
    else:
        rules.check_klems(replace(klems, reported=reported), "s")


def test_an_account_of_growth_needs_producers_and_capital_with_names() -> None:
    klems = load_klems_study("us_digital_economy")
    assert klems is not None
    broken: list[dict[str, Any]] = [{"producers": {}}, {"capital": {}}, {"producers": {"a": ()}}]
    for keys in broken:
        own, key = replace(klems, klems=replace(klems.klems, **keys)), next(iter(keys))
        with pytest.raises(qn.StudyError, match=rf"s\.klems\.{key}: give at least one definition"):
            rules.check_klems(own, "s")


def test_an_account_of_growth_has_years_and_a_unit_too() -> None:
    klems = load_klems_study("us_digital_economy")
    assert klems is not None
    wrong: list[dict[str, Any]] = [{"years": ()}, {"unit": "yen"}, {"units_per_data_unit": 0.0}]
    for keys in wrong:
        own = replace(klems, study=replace(klems.study, **keys))
        with pytest.raises(qn.StudyError, match=rf"s\.study\.{next(iter(keys))}: "):
            rules.check_klems(own, "s")


def test_groups_and_jobs_belong_to_one_owner() -> None:
    groups = {"a": ("01", "02"), "b": ("02",)}
    tables = replace(FULL.tables, groups=groups, stages={})
    assert "groups.b: sector '02' is in group 'a' already" in said(replace(SHARES, tables=tables))
    stages = replace(FULL.tables, stages={"primary": ("agricultur",)})
    found = said(replace(SHARES, tables=stages))
    assert "stages.primary: no industry group 'agricultur'; did you mean 'agriculture'" in found
    use = FULL.employment
    assert use is not None
    jobs = replace(use, sectors={"20": ("C",), "21": ("C",)})
    assert "industry 'C' is in sector '20' already" in said(replace(GRIDLESS, employment=jobs))
    none = replace(use, sectors={"20": ()})
    assert "employment.sectors.20: name at least one industry" in said(
        replace(GRIDLESS, employment=none)
    )


def test_sections_that_need_another_say_which() -> None:
    bare = replace(FULL.gdp, vintages=())
    plain = replace(SHARES, potential=None)
    assert "gdp.forecast: it needs gdp.vintages" in said(replace(plain, gdp=bare))
    file = replace(bare, forecast=None, file="gdp.csv")
    assert "gdp.file: it needs gdp.vintages" in said(replace(plain, gdp=file))
    assert "a curve needs a potential" in said(replace(GRIDLESS, potential=None))
    no_gdp = replace(GRIDLESS, gdp=replace(bare, forecast=None))
    assert "real growth needs that of GDP" in said(no_gdp)
    asked = replace(plain, study=replace(FULL.study, runs=("elasticity",)))
    assert "study.runs: the elasticity run needs the section potential" in said(asked)
    asked = replace(SHARES, study=replace(FULL.study, runs=("calibrated",)))
    assert "the calibrated run needs the section penetration" in said(asked)
    unsold = replace(SHARES, tables=replace(FULL.tables, technology_sectors=()))
    assert "technology_sectors: the elasticity run holds the core" in said(unsold)
    assert said(replace(unsold, potential=None)) == ""


def test_every_level_of_a_grid_is_checked_as_a_study() -> None:
    use = FULL.specifications
    assert use is not None

    def of(**fields: Any) -> str:
        return said(replace(FULL, specifications=replace(use, **fields)))

    assert of() == ""
    wrong = {"pattern": {"wide": {"core.dispersion": 11.0}}}
    assert "specifications.account.pattern.wide.core.dispersion: expected 0 or more" in of(
        account=wrong, inadmissible=()
    )
    empty: dict[str, Any] = {"pattern": {}}
    assert "specifications.regression.pattern: name at least one level" in of(
        regression=empty, inadmissible=()
    )
    known = {"how": {"x": {"run": "linkage", "reading": rules.READINGS[1], "gdp.vintage": "any"}}}
    assert of(regression={}, account=known, inadmissible=({"how": ("x",)},)) == ""
    assert "inadmissible[1]: unknown choice 'hov'" in of(
        regression={}, account=known, inadmissible=({"how": ("x",)}, {"hov": ("x",)})
    )
