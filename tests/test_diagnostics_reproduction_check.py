"""What is said of a study before it runs, cell by cell against the study file."""

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.report.language import language_of
from quesnay.diagnostics.reproduction import check
from quesnay.diagnostics.reproduction.check import StudyCheck
from quesnay.diagnostics.reproduction.study import (
    Figure,
    Reported,
    Study,
    load_klems_study,
    load_study,
)

FULL = load_study("caict_2020")


@pytest.fixture(scope="module")
def checked() -> StudyCheck:
    return qn.check_study("caict_2020")


def cells(frame: pd.DataFrame) -> dict[Any, list[Any]]:
    return {name: list(values) for name, values in zip(frame.index, frame.to_numpy(), strict=True)}


def test_every_run_says_from_what_it_is_estimated(checked: StudyCheck) -> None:
    assert list(checked.runs.columns) == ["estimated", "from"]
    assert cells(checked.runs) == {
        "linkage": [
            True,
            "core from C18 and the weights; tables of 2017, 2018, 2020, imports separate",
        ],
        "elasticity": [True, "6 equations on china_provinces; supply value added"],
        "calibrated": [True, "curves gompertz, logistic, bass through T18 and G18"],
    }


def test_every_year_says_where_its_sectors_and_its_gdp_come_from(checked: StudyCheck) -> None:
    census = "after fourth census, vintage current; after fourth census, vintage as known in March "
    final = "final, vintage current; preliminary, vintage as known in March 2020"
    assert checked.years.index.name == "year"
    assert list(checked.years.columns) == ["value added by sector", "GDP"]
    assert cells(checked.years) == {
        2017: ["table", census + "2020"],
        2018: ["table", census + "2020"],
        2019: ["joined from 2018 and 2020 by industry groups", final],
        2020: ["table; forecast: growth of the sectors prolonged", final],
    }


def test_every_source_says_how_large_it_is(checked: StudyCheck) -> None:
    rival = "panel of US industries 1997-2023, real quantities, IT capital"
    assert list(checked.data.columns) == ["source", "size", "fault"]
    assert cells(checked.data) == {
        **{f"tables.years {y}": ["embedded, CHN", "42 rows", ""] for y in (2017, 2018, 2020)},
        "gdp": ["embedded, CHN", "9 rows", ""],
        "tables.groups": ["embedded, CHN", "23 rows", ""],
        "tables.demand": ["china_annual", "23 rows", ""],
        "employment.panel": ["china_employment", "29 rows", ""],
        "potential.panel": ["china_provinces", "2,418 rows", ""],
        rival: ["us_klems", "1,701 rows", ""],
        "reported": ["caict_2020", "16 rows", ""],
    }


def test_every_printed_figure_has_its_role_in_every_run(checked: StudyCheck) -> None:
    own = checked.figures
    assert list(own.columns) == ["figure", "printed", "linkage", "elasticity", "calibrated"]
    assert list(own.index) == list(qn.load_reported("caict_2020").index)
    rows = cells(own)
    assert rows["T18"] == [
        "total value added, 2018", "1.42 trillion yuan", "held out", "held out", "calibration",
    ]  # fmt: skip
    assert rows["C18"][1:] == ["4386 x 100 million yuan", "input", "input", "input"]
    assert own["calibrated"].value_counts().to_dict() == {
        "held out": 13, "calibration": 2, "input": 1,
    }  # fmt: skip
    assert own.index[own["calibrated"] == "calibration"].tolist() == ["T18", "G18"]


def test_a_study_with_everything_lacks_nothing_and_says_so(checked: StudyCheck) -> None:
    assert checked.missing == checked.faults == ()
    runs, years, data, figures = checked.tables()
    assert runs.title == f"{FULL.study.title}: what will be estimated"
    assert runs.notes == ("Ready to run.",)
    assert (years.title, data.title) == ("Years of the account", "Data")
    assert figures.notes == ("Held out figures are judged; what a run uses is not.",)


def test_a_bare_study_names_every_section_that_is_missing() -> None:
    found = qn.check_study("oecd_ict_japan")
    assert cells(found.runs) == {
        "linkage": [True, "core from shares of sectors; tables of 2018, imports included"],
        "elasticity": [False, "no section potential"],
        "calibrated": [False, "no section potential"],
    }
    assert cells(found.years) == {2018: ["table", "value added of the tables"]}
    assert cells(found.data) == {"tables.years 2018": ["embedded, JPN", "45 rows", ""]}
    assert found.missing == (
        "No core.figure: the weights are shares of the sectors as they stand.",
        "No gdp.vintages: GDP is the value added of the tables, no real growth.",
        "No section potential: no elasticity run.",
        "No section penetration: no calibrated run.",
        "No section employment: no jobs.",
        "No section reported: nothing is judged.",
    )
    assert [table.title for table in found.tables()[1:]] == ["Years of the account", "Data"]
    assert found.tables()[0].notes == ("Ready to run.", *found.missing)


def test_a_study_of_growth_is_one_run_from_one_panel() -> None:
    found = qn.check_study("us_digital_economy")
    words = "2 definitions of producers, 2 of capital"
    assert cells(found.runs) == {"growth accounting": [True, words]}
    assert cells(found.years) == {year: ["us_klems"] for year in range(1998, 2024)}
    assert found.years.index.name == "year"
    assert cells(found.data) == {"klems.panel": ["us_klems", "", ""]}
    assert list(found.figures.columns) == ["printed", "unit", "growth accounting"]
    assert cells(found.figures) == {
        "S17": ["6.9", "percent", "held out"],
        "S19": ["9.6", "percent", "held out"],
        "S21": ["10.3", "percent", "held out"],
    }
    assert found.title == "The digital economy of the United States, by growth accounting"


def test_what_there_is_one_of_stands_in_the_singular_in_both_languages() -> None:
    assert FULL.potential is not None
    alone = replace(FULL.potential, equations=(), rivals=())
    runs = check._runs(replace(FULL, potential=alone))
    one = Figure(printed="1.42", year=2018, unit="trillion yuan")
    bare = load_study("oecd_ict_japan")
    data = check._data(replace(bare, reported=Reported(figures={"T18": one})))
    klems = load_klems_study("us_digital_economy")
    assert klems is not None
    first = dict(list(klems.klems.producers.items())[:1])
    use = replace(klems.klems, producers=first, panel="none")  # nothing to make of it
    grown = check.check_study(replace(klems, klems=use))
    told = [runs.loc["elasticity", "from"], data.loc["reported", "size"], *grown.runs["from"]]
    assert told == [
        "1 equation on china_provinces; supply value added", "1 row",
        "1 definition of producers, 2 of capital",
    ]  # fmt: skip
    assert [language_of("zh")(str(text)) for text in told][1:] == [
        "1行", "生产者定义1种，资本定义2种",
    ]  # fmt: skip


def test_a_year_is_joined_from_the_nearest_tables_of_any_origin() -> None:
    own = {"2018": "mine.csv"}
    tables = replace(FULL.tables, years=(2012, 2017, 2018, 2020, 2022), files=own)
    gdp = replace(FULL.gdp, vintages=())
    study = replace(_years(FULL, 2018, 2019, 2020, 2023), tables=tables, gdp=gdp)
    found = check._years(study)
    assert found["value added by sector"].to_dict() == {
        2018: "table of your own",
        2019: "joined from 2018 and 2020 by industry groups",
        2020: "table; forecast: growth of the sectors prolonged",
        2023: "none: no table on both sides",
    }
    said = "tables of 2012, 2017, 2018, 2020, 2022, imports"
    for files, imports in ((own, "separate"), (dict.fromkeys(map(str, tables.years), "a"), "as")):
        runs = check._runs(replace(FULL, tables=replace(tables, files=files)))
        assert f"{said} {imports}" in str(runs.loc["linkage", "from"])


def _years(study: Study, *years: int, runs: tuple[str, ...] = ()) -> Study:
    return replace(study, study=replace(study.study, years=years, runs=runs))


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (("core",), ["core", "linkage", "elasticity", "calibrated"]),
        (("linkage",), ["linkage", "elasticity", "calibrated"]),
    ],
)
def test_runs_that_were_not_asked_for_are_not_estimated(
    runs: tuple[str, ...], said: list[str]
) -> None:
    found = qn.check_study(_years(FULL, *FULL.study.years, runs=runs)).runs
    assert list(found.index) == said
    assert found["estimated"].tolist() == [name in runs for name in said]
    assert set(found["from"][~found["estimated"]]) == {"not among study.runs"}
    if "core" in runs:
        assert found.loc["core", "from"] == "core from C18 and the weights"


def test_a_run_without_its_section_is_not_estimated_and_a_figure_may_lie_outside() -> None:
    study = replace(FULL, penetration=None, specifications=None)
    found = qn.check_study(_years(study, 2017, 2018, 2019, 2020))
    assert cells(found.runs)["calibrated"] == [False, "no section penetration"]
    assert list(found.figures.columns) == ["figure", "printed", "linkage", "elasticity"]
    outside = replace(study, gdp=replace(FULL.gdp, forecast=None))
    roles = qn.check_study(_years(outside, 2018, 2019)).figures["linkage"]
    assert roles[["T20", "S20", "J20"]].tolist() == ["outside the years"] * 3
    assert roles["T19"] == "held out"


def test_faults_are_counted_and_the_rest_is_still_looked_at() -> None:
    plain = replace(FULL.tables, years=(2017, 2018, 2020), demand=None)
    assert FULL.employment is not None
    wrong = replace(
        FULL,
        tables=plain,
        employment=replace(FULL.employment, panel="china_employed"),
        reported=replace(FULL.reported, dataset="caict_2021"),
    )
    found = qn.check_study(wrong)
    assert len(found.faults) == 2
    assert found.tables()[0].notes[0] == "2 faults to mend."
    assert found.data["size"][["employment.panel", "reported"]].tolist() == ["", ""]
    assert found.data["size"]["potential.panel"] == "2,418 rows"
    assert "sections together" not in found.data.index
    assert found.figures.empty
