"""Refusals between a study and its facts: tables, printed figures, panels that do not fit."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction import assembly
from quesnay.diagnostics.reproduction.assembly import assemble
from quesnay.diagnostics.reproduction.backtests import backtest_elasticity
from quesnay.diagnostics.reproduction.facts import Facts, collect_facts, published_demand
from quesnay.diagnostics.reproduction.regressions import (
    Elasticities,
    elasticity_draws,
    estimate_elasticities,
    mixture,
    per_value_added,
    regression_rows,
)
from quesnay.diagnostics.reproduction.runs import possible_readings, read_otherwise
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.study import Study, load_study
from quesnay.diagnostics.reproduction.study_rules import READINGS

from .refusals import refused

STUDY = load_study("caict_2020")
NOTHING: Any = None


@pytest.fixture(scope="module")
def facts() -> Facts:
    return collect_facts(STUDY)


@pytest.fixture(scope="module")
def found(facts: Facts) -> Elasticities:
    return estimate_elasticities(STUDY, facts, seed=0)


def keys(**given: object) -> Study:
    return with_keys(STUDY, {name.replace("__", "."): value for name, value in given.items()})


def printed(facts: Facts, name: str, **cells: Any) -> Facts:
    """Change cells of a printed figure."""
    frame = facts.reported.copy()
    for column, value in cells.items():
        frame.loc[name, column] = value
    return replace(facts, reported=frame)


def unnamed() -> qn.InputOutputTable:
    return qn.InputOutputTable(np.full((2, 2), 10.0), [80.0, 80.0], [80.0, 80.0])


def jobless(facts: Facts, code: str | None, value: float, year: int = 2018) -> Facts:
    assert facts.employed is not None
    frame = facts.employed.copy()
    frame.loc[year, slice(None) if code is None else code] = value
    return replace(facts, employed=frame)


FACTS: dict[str, tuple[Callable[[Facts], Facts], str]] = {
    "other sectors": (
        lambda f: replace(f, tables={**f.tables, 2018: unnamed()}),
        "the table of 2018 has other sectors than that of 2017",
    ),
    "an industry without jobs": (
        lambda f: jobless(f, "A", np.nan),
        r"employment\.sectors\.01: china_employment has no jobs of \('A',\) in 2018",
    ),
    "nobody employed": (lambda f: jobless(f, None, 0.0), "china_employment employs nobody in 2018"),
    "nobody employed in a year before": (
        lambda f: jobless(f, None, 0.0, 2015),
        "employment: no value added per worker from 2012 to 2018; check the years of GDP by",
    ),
    "a year of employment": (
        lambda f: replace(f, employed=f.employed.drop(index=2018)),  # type: ignore[union-attr]
        "employment: china_employment has no year 2018",
    ),
    "a year between": (
        lambda f: replace(f, employed=f.employed.drop(index=2015)),  # type: ignore[union-attr]
        r"employment\.panel: 2015 is missing; productivity is followed from .* 2012, to 2018",
    ),
    "industries of no year": (
        lambda f: replace(f, industries=f.industries.iloc[:0]),
        "no value added by industry is published for 2019|productivity needs value added",
    ),
    "industries of the year between tables": (
        lambda f: replace(f, industries=f.industries.drop(index=2019)),
        "no value added by industry is published for 2019",
    ),
    "a total above GDP": (
        lambda f: printed(f, "T19", value=900.0),
        r"reported\.figures\.T19: 2\.13 trillion yuan is .* times GDP",
    ),
    "a total against its share": (
        lambda f: printed(f, "T19", value=20.0),
        r"T19: 2\.13 trillion yuan is .*% of GDP, but S19 prints 2\.20%",
    ),
    "a total no larger than the core": (
        lambda f: printed(f, "T18", value=0.4),
        "T18 = 0.4 trillion yuan is no more than the core, .*nothing is left to diffuse",
    ),
    "growth that falls": (
        lambda f: printed(f, "G18", value=-0.1),
        "no diffusion curve rises through falling points",
    ),
    "growth below minus one": (
        lambda f: printed(f, "G18", low=-1.5),
        "G18 falls by more than everything",
    ),
    "growth to nothing": (
        lambda f: printed(f, "G18", low=-1.0),
        "G18 falls by more than everything",
    ),
    "a core above its sectors": (
        lambda f: printed(f, "C18", value=30.0),
        r"core\.segments: C18 = 30 takes \d+% of sector",
    ),
    "growth of another year": (
        lambda f: printed(f, "G18", year=2019),
        "T18 and G18 must be of one year",
    ),
    "a core of a year outside": (
        lambda f: printed(f, "C18", year=2011),
        "figure C18: its year 2011 is not among study.years",
    ),
    "a total above the potential": (
        lambda f: printed(printed(f, "T18", value=15.0), "S18", value=0.16),
        r"penetration\.saturation: .* lies above the highest potential",
    ),
}


@pytest.mark.parametrize("name", FACTS)
def test_facts_that_do_not_fit(facts: Facts, found: Elasticities, name: str) -> None:
    edit, message = FACTS[name]
    refused(lambda: assemble(STUDY, edit(facts), found), message)


def test_a_total_is_gdp_at_most_and_within_five_times_of_its_share(facts: Facts) -> None:
    """S19 prints 2.2 % of the GDP of 2019: 0.022 of it, less than five times more or less."""
    gdp = float(facts.gdp[2019].iloc[0])
    for times, fine in ((0.19, False), (0.21, True), (1.0, True), (4.9, True), (5.1, False)):
        given = printed(facts, "T19", value=times * 0.022 * gdp)
        if fine:
            assembly._check_units(STUDY, given)
        else:
            refused(partial(assembly._check_units, STUDY, given), "% of GDP, but S19 prints 2.2")
    all_of_it = printed(printed(facts, "S19", value=1.0), "T19", value=gdp)
    assembly._check_units(STUDY, all_of_it)
    more = printed(all_of_it, "T19", value=1.001 * gdp)
    refused(lambda: assembly._check_units(STUDY, more), "is 1 times GDP, .*; check its unit")


def test_a_figure_of_another_year_or_concept_is_not_held_against_gdp(facts: Facts) -> None:
    for name, cells in (("T19", {"year": 2011, "value": 900.0}), ("J20", {"value": 900.0})):
        assembly._check_units(STUDY, printed(facts, name, **cells))
    large = printed(facts, "T19", value=900.0)
    refused(lambda: assembly._check_units(STUDY, large), "T19: .* times GDP, ")


def test_two_points_of_a_curve_rise_from_above_the_core_to_below_the_highest_potential(
    facts: Facts, found: Elasticities
) -> None:
    """The highest potential: twice, the upper saturation, the median elasticity of the users."""
    model = assemble(STUDY, facts, found).model
    assert model.potential is not None
    core, users = 0.4386, float((model.value_added[0, 1] * model.potential.intensity).sum())
    highest = 2.0 * found.median * users
    falls, few = "rises through falling points", "nothing is left to diffuse"
    cases: list[tuple[dict[str, float], str]] = [
        ({}, ""), ({"growth": 0.001}, ""), ({"growth": 0.0}, falls),
        ({"growth": 0.02, "deflator": 0.99}, ""), ({"growth": 0.02, "deflator": 0.98}, falls),
        ({"median": 0.0}, "the median elasticity is 0.0000"), ({"total": core}, few),
        ({"total": 1.001 * core}, ""), ({"total": core + 0.999 * highest}, ""),
        ({"total": core + 1.001 * highest}, "lies above the highest potential"),
    ]  # fmt: skip
    for given, said in cases:
        own = printed(printed(facts, "T18", value=given.get("total", 1.42)),
                      "G18", value=given.get("growth", 0.557))  # fmt: skip
        other = replace(model, inflation=np.full_like(model.inflation, given.get("deflator", 1.03)))
        elastic = replace(found, median=given.get("median", found.median))
        check = partial(assembly._check_curve, STUDY, own, other, elastic, core=core)
        if said:
            refused(check, said)
        else:
            check()


def test_the_core_may_be_all_of_the_supply(facts: Facts, found: Elasticities) -> None:
    made = assemble(STUDY, facts, found)
    model = made.model
    assert model.potential is not None
    shares = model.core_shares(assembly._middle(facts, model))[0]
    core = (shares * model.value_added[0][:, model.places]).sum(axis=1)
    for times, fine in ((1.0, True), (0.9999, False)):
        supply = np.broadcast_to(times * core, model.potential.supply.shape)
        own = replace(model, potential=replace(model.potential, supply=supply))
        check = partial(assembly._check_penetration, STUDY, facts, replace(made, model=own), found)
        if fine:
            check()
        else:
            refused(check, "the core of 2017, .* is more than the supply of the technology")


def test_a_factor_between_units_is_held_to_nine_digits_however_small_it_is() -> None:
    """By hand: 10,000 are 1e-8 trillion."""
    for factor, fine in ((1e-8, True), (1e-9, False), (1.00001e-8, False)):
        check = partial(
            assembly._check_factor, factor, ("10,000 yuan", "trillion yuan"), "study", "it", "whole"
        )
        if fine:
            check()
        else:
            refused(check, r"units_per_data_unit: .* but it is in 10,000 yuan .* expected 1e-08")


def test_a_sector_of_weight_zero_holds_no_part_of_the_core(facts: Facts) -> None:
    core = replace(STUDY.core, segments={"a": {"20": 0.0, "31": 0.5}, "b": {"20": 0.0, "21": 1.0}})
    bare = replace(STUDY, core=core, potential=None, penetration=None)
    assert list(assemble(bare, facts).pattern.sectors) == ["31", "21"]


def test_an_elasticity_that_is_not_above_zero(facts: Facts, found: Elasticities) -> None:
    negative = found.mixture.assign(elasticity=-0.1)
    refused(
        lambda: assemble(STUDY, facts, replace(found, mixture=negative, median=-0.1)),
        "the median elasticity is -0.1000; a curve needs a potential above zero",
    )


GROUPS = {group: list(sectors) for group, sectors in STUDY.tables.groups.items()}
SECTIONS: dict[str, tuple[dict[str, object], str]] = {
    "units": (
        {"study__units_per_data_unit": 1e-3},
        r"units_per_data_unit: 0\.001, but the table of 2017 is in 100 million yuan",
    ),
    "a sector unknown": ({"tables__technology_sectors": ["99"]}, "no sector '99' in the tables"),
    "a sector of a group unknown": (
        {"tables__groups": {**GROUPS, "agriculture": ["01", "99"]}},
        r"tables\.groups\.agriculture: no sector '99' in the tables; did you mean '39'",
    ),
    "supply too small": ({"tables__technology_sectors": ["21"]}, "penetration would be above one"),
    "employment of a year without table": (
        {"employment__year": 2019},
        r"employment\.year: no input-output table of 2019",
    ),
    "years outside the tables": (
        {"tables__years": [2017, 2018]},
        "no table of 2019 and none on both sides of it|a forecast prolongs",
    ),
}


@pytest.mark.parametrize("name", SECTIONS)
def test_sections_that_do_not_fit(found: Elasticities, name: str) -> None:
    given, message = SECTIONS[name]
    study = keys(**given)
    refused(lambda: assemble(study, collect_facts(study), found), message)


COLLECTED: dict[str, tuple[dict[str, object], str]] = {
    "no series": (
        {"tables__demand__codes": {"consumption": "A1"}},
        r"tables\.demand\.codes\.consumption: no series 'A1' in china_annual",
    ),
    "no columns": (
        {"tables__demand__dataset": "china_employment"},
        "'china_employment' has no columns code, year, value",
    ),
}


@pytest.mark.parametrize("name", COLLECTED)
def test_demand_that_is_not_published(name: str) -> None:
    given, message = COLLECTED[name]
    refused(lambda: published_demand(keys(**given)), message)


PUBLISHED: dict[str, tuple[dict[str, object], str]] = {
    "a panel of other columns": (
        {"employment__panel": "us_klems"},
        r"employment\.panel: 'us_klems' has no column 'code'",
    ),
    "an industry group": (
        {"tables__groups": {"robots": ["01"]}},
        r"tables\.groups\.robots: no value added is published for this industry group; known: gdp",
    ),
    "a letter": (
        {"reported__figures": {"X18": {"printed": "1", "unit": "percent", "year": 2018}}},
        r"reported\.figures\.X18: ids start with one of C, I, T, S, H, K, G, N, J",
    ),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_facts_that_nobody_publishes(name: str) -> None:
    given, message = PUBLISHED[name]
    refused(lambda: collect_facts(keys(**given)), message)


def test_productivity_needs_value_added_by_industry(facts: Facts) -> None:
    bare = replace(facts, industries=facts.industries.iloc[:0])
    tables = replace(STUDY.tables, groups={}, stages={})
    own = replace(STUDY.study, years=(2017, 2018, 2020))
    gdp = replace(STUDY.gdp, forecast=None)
    study = replace(STUDY, study=own, tables=tables, gdp=gdp, potential=None, penetration=None)
    refused(
        lambda: assemble(study, bare, None),
        "productivity needs value added by industry; name tables.groups, or leave out employment",
    )


def test_imports_in_a_row_of_their_own(facts: Facts) -> None:
    table = facts.tables[2018]
    assert table.imports is not None
    assert table.imports.final_demand is not None
    apart = (table.imports.Z, table.imports.final_demand)
    blocks = (part.sum().to_frame("all").T for part in apart)
    row = qn.InputOutputTable(
        table.Z, table.final_demand, table.value_added,
        imports=qn.ImportBlock(*blocks), taxes=table.taxes, unit=table.unit,
    )  # fmt: skip
    changed = replace(facts, tables={**facts.tables, 2018: row})
    refused(
        lambda: estimate_elasticities(STUDY, changed, seed=0),
        r"tables\.files: the table of 2018 keeps imports in a row of their own; the elasticity run",
    )
    bare = assemble(replace(STUDY, potential=None, penetration=None), changed, None)
    assert possible_readings(bare) == READINGS[1:]  # one table of three is enough
    refused(
        lambda: read_otherwise(bare, "imports inside"),
        r"tables\.imports: the table of 2018 keeps no imports apart by product; choose another",
    )


ROWS: dict[str, tuple[dict[str, Any], str]] = {
    "a column": ({"cluster": "provinz"}, "china_provinces: no column 'provinz'"),
    "a year": ({"years": (2011,)}, r"no row for the years \[2011\]"),
    "every row left out": ({"exclude": "year"}, r"no row for the years \[2012, 2017\]"),
    "text": (
        {"logarithms": {"ln_ict": ("province",)}},
        "column 'province' has no numbers for logarithms",
    ),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_that_the_panel_does_not_have(name: str) -> None:
    use = STUDY.potential
    assert use is not None
    given, message = ROWS[name]
    changed = replace(use, **given)
    refused(lambda: regression_rows(changed), message)


def test_weights_of_an_own_panel_are_read_and_held_to_their_range(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    head = "value_added,industry,year,ict,w\n"
    path.write_text(head + "10,a,2017,2,1\n20,b,2017,3,0\n30,c,2017,4,2\n40,d,2017,5,\n")
    assert STUDY.potential is not None
    use = replace(
        STUDY.potential, panel=str(path), logarithms={"ln_ict": ("ict",)}, cluster=None,
        weights="w", exclude=None, years=(2017,),
    )  # fmt: skip
    assert list(regression_rows(use)["industry"]) == ["a", "c"]  # no weight, no row
    path.write_text(head + "10,a,2017,2,-1\n")
    with pytest.raises(qn.DataError, match="row 2, column 'w': '-1'; expected 0 or more"):
        regression_rows(use)


def test_a_term_that_is_part_of_another(facts: Facts) -> None:
    formula = "ln_value_added ~ ln_ict:ln_capital + ln_labour"
    assert STUDY.potential is not None
    study = replace(STUDY, potential=replace(STUDY.potential, formula=formula))
    refused(
        lambda: estimate_elasticities(study, facts, seed=0),
        r"potential\.term: 'ln_ict' is no coefficient of .*; did you mean 'ln_ict:ln_capital'",
    )


def test_a_panel_without_sectors_cannot_leave_one_out() -> None:
    assert STUDY.potential is not None
    use = replace(
        STUDY.potential, panel="us_klems", formula="ln_va ~ ln_it", term="ln_it", years=(2018,),
        logarithms={"ln_va": ("value_added",), "ln_it": ("cost_it_capital",)}, exclude=None,
        cluster="industry", absorb=(), equations=(), rivals=(), scale=(), placebo_groups=None,
    )  # fmt: skip
    study = replace(STUDY, potential=use, penetration=None, specifications=None)
    refused(
        lambda: backtest_elasticity(study, draws=2),
        r"potential\.panel: leaving sectors out needs a column 'sector'; add it",
    )


def test_equations_that_cannot_be_estimated(facts: Facts) -> None:
    use = STUDY.potential
    assert use is not None
    bare = replace(STUDY, potential=None)
    refused(lambda: estimate_elasticities(bare, facts, seed=0), "the study has no such section")
    refused(lambda: per_value_added(STUDY, facts, "output"), "unknown measure 'output'")
    refused(
        lambda: elasticity_draws(replace(use, cluster=None), draws=2, rng=np.random.default_rng(0)),
        "the specification curve redraws clusters; name one",
    )
    changes: list[tuple[dict[str, Any], str]] = [
        ({"inputs": ("cost_of_it",)}, "us_klems has no column 'cost_of_it'"),
        ({"producers": ("Computers",)}, "no industry 'Computers' in us_klems"),
    ]
    for change, message in changes:
        equation = replace(use.equations[-1], **change)
        study = replace(STUDY, potential=replace(use, equations=(equation,)))
        refused(lambda study=study: mixture(study, facts, study.potential, NOTHING), message)  # type: ignore[misc]
