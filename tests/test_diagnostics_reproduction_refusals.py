"""What a study cannot ask for: each contradiction is answered by one line with its key."""

from dataclasses import replace
from typing import Any

import pytest

import quesnay as qn
from quesnay.cli import main
from quesnay.diagnostics.reproduction.assembly import prepare
from quesnay.diagnostics.reproduction.regressions import formula_columns
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.study import Specifications, load_study, template_text
from tests.refusals import refused

FULL = template_text("full")
STUDY = load_study("caict_2020")


def _read(tmp_path: Any, text: str) -> Any:
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    return load_study(path)


def _changed(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


Levels = dict[str, dict[str, dict[str, object]]]
GRID: Levels = {"run": {"elasticity": {"run": "elasticity"}}}
LINKED: Levels = {"run": {"x": {"run": "linked"}}}
SIDEWAYS: Levels = {"how": {"x": {"run": "linkage", "reading": "side"}}}
RULE: dict[str, tuple[str, ...]] = {"sample": ("one",)}


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (Specifications("T19", {}, LINKED), "unknown run 'linked'"),
        (
            Specifications("T19", {}, SIDEWAYS),
            "unknown reading 'side'",
        ),
        (Specifications("T19", {}, GRID, (RULE,)), r"inadmissible\[0\]: unknown choice 'sample'"),
        (
            Specifications("T19", {}, GRID, ({"run": ("elastic",)},)),
            r"inadmissible\[0\]: 'run' has no level 'elastic'; did you mean 'elasticity'",
        ),
    ],
)
def test_a_grid_is_refused(grid: Specifications, message: str) -> None:
    refused(lambda: load_study(replace(STUDY, specifications=grid)), message)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"tables.groups.mining.x": ["02"]}, r"study\.tables\.groups\.mining: unknown key"),
        ({"potential.yeers": [2012]}, r"potential\.yeers: unknown key; did you mean 'years'"),
    ],
)
def test_a_key_that_is_not_there(keys: dict[str, object], message: str) -> None:
    refused(lambda: with_keys(STUDY, keys), message)


def test_a_command_says_what_it_needs(capsys: pytest.CaptureFixture[str], tmp_path: Any) -> None:
    assert main(["datasets", "--export", str(tmp_path / "x.csv")]) == 1
    assert "--export needs the name of a data set" in capsys.readouterr().err
    assert main(["explain", "T19", "--study", "us_digital_economy"]) == 1
    assert "one equation: see its report" in capsys.readouterr().err
    (tmp_path / "file").write_text("mine")
    assert main(["init", str(tmp_path / "file" / "below")]) == 1
    assert "cannot make this folder" in capsys.readouterr().err
    assert (tmp_path / "file").read_text() == "mine"


CONTRADICTIONS: dict[str, tuple[str, str, str]] = {
    "a printing without a figure": (
        'figure = "C18"                             #',
        'other_printings = ["4389"]\n#',
        r"core\.other_printings: they stand beside core\.figure; name it",
    ),
    "a formula without outcome": (
        'formula = "ln_value_added ~ ln_ict + ln_capital + ln_labour"',
        'formula = "ln_ict + ln_capital"',
        r"potential\.formula: .* expected outcome ~ regressors",
    ),
    "a table of a year that is not named": (
        '# files = { 2018 = "table_2018.xlsx" }',
        'files = { 2019 = "table_2019.xlsx" }',
        r"tables\.files\.2019: 2019 is not among tables\.years; add it",
    ),
    "no curve": (
        'curves = ["gompertz", "logistic", "bass"]',
        "curves = []",
        r"penetration\.curves: name at least one curve",
    ),
    "an outside value without source": (
        'kind = "cost share"',
        'kind = "outside"\nvalue = 0.05',
        "an outside value needs value and source; add them",
    ),
    "a capital share without panel": (
        'kind = "cost share"',
        'kind = "capital share"',
        "a capital share needs panel and inputs; add them",
    ),
    "a negative error": (
        'kind = "cost share"',
        'kind = "outside"\nvalue = 0.05\nsource = "a book"\nstd_error = -1.0',
        r"std_error: -1; expected 0 or more",
    ),
    "a stage of unknown groups": (
        "[tables.demand]  ",
        '[tables.stages]\nprimary = ["agricultur"]\n[tables.demand]  ',
        r"tables\.stages\.primary: no industry group 'agricultur'; did you mean 'agriculture'",
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_found_when_the_study_is_loaded(tmp_path: Any, name: str) -> None:
    old, new, message = CONTRADICTIONS[name]
    refused(lambda: _read(tmp_path, _changed(FULL, old, new)), message)


def test_a_core_needs_a_weight(tmp_path: Any) -> None:
    head, _, tail = FULL.partition('"equipment" = ')
    tail = tail[tail.index("[potential]") :]
    segments = '"equipment" = { "16" = 0.0 }\n'
    refused(lambda: _read(tmp_path, head + segments + tail), "core.segments: every weight is zero")
    refused(
        lambda: _read(tmp_path, head + '"equipment" = {}\n' + tail),
        "core.segments.equipment: name at least one sector",
    )


def test_sections_that_need_another_name_it(tmp_path: Any) -> None:
    without = FULL[: FULL.index("[potential] ")] + FULL[FULL.index("[penetration]") :]
    refused(lambda: _read(tmp_path, without), "a curve needs a potential; add section potential")
    bare = FULL[: FULL.index("[[gdp.vintages]]")] + FULL[FULL.index("[gdp.forecast]") :]
    refused(lambda: _read(tmp_path, bare), "it needs gdp.vintages|name gdp.vintages")
    runs = without[: without.index("[penetration]")] + without[without.index("[[gdp.vintages]]") :]
    wanted = runs.replace('# runs = ["linkage"]', 'runs = ["elasticity"]')
    refused(lambda: _read(tmp_path, wanted), "the elasticity run needs the section potential")


def test_clusters_are_redrawn_for_sums_of_columns_only() -> None:
    assert formula_columns("y ~ a + b") == ("y", ["a", "b"])
    refused(lambda: formula_columns("y ~ log(a)"), r"takes columns joined by \+ only")


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"employment.productivity_since": 1900}, "has no year 1900"),
        ({"potential.term": "ln_capitals"}, "is no term of|is no coefficient of"),
        ({"study.years": [2018, 2020]}, "a forecast prolongs the growth of two years"),
        ({"tables.groups": {}, "tables.stages": {}}, "no value added by industry|tables.groups"),
        ({"gdp.forecast.year": 2017}, "a forecast prolongs the growth of two years|forecast"),
    ],
)
def test_a_study_that_its_data_cannot_carry(keys: dict[str, object], message: str) -> None:
    refused(lambda: prepare(with_keys(STUDY, keys), seed=0), message)


BARE = replace(STUDY, potential=None, penetration=None, specifications=None)
assert STUDY.potential is not None
assert STUDY.penetration is not None
USE, CURVE = STUDY.potential, STUDY.penetration
CALIBRATED: Levels = {"run": {"calibrated": {"run": "calibrated"}}}
RULES: dict[str, tuple[Any, str]] = {
    "no series": (
        lambda: with_keys(STUDY, {"tables.demand.codes": {}}),
        r"tables\.demand\.codes: name at least one series, or leave out the section",
    ),
    "no segment": (
        lambda: with_keys(STUDY, {"core.segments": {}}),
        r"core\.segments: name at least one segment with a sector",
    ),
    "a figure of another concept": (
        lambda: with_keys(STUDY, {"core.figure": "T18"}),
        r"core\.figure: 'T18' is no printed value added of the core .*; ids of these start with C",
    ),
    "a curve twice": (
        lambda: with_keys(STUDY, {"penetration.curves": ["logistic", "logistic"]}),
        r"penetration\.curves: 'logistic' stands twice; name each once",
    ),
    "an empty text": (
        lambda: with_keys(STUDY, {"study.title": " "}),
        r"study\.title: a name or text is empty; write it or leave the key out",
    ),
    "a weight of zero": (
        lambda: replace(
            STUDY, potential=replace(USE, equations=(replace(USE.equations[0], weight=0.0),))
        ),
        r"potential\.equations\[0\]\.weight: expected a number above zero, got 0",
    ),
    "a logarithm of nothing": (
        lambda: replace(STUDY, potential=replace(USE, logarithms={"ln_ict": ()})),
        r"potential\.logarithms\.ln_ict: name at least one column of the panel",
    ),
    "real growth without vintages": (
        lambda: replace(STUDY, gdp=replace(STUDY.gdp, vintages=(), forecast=None)),
        "penetration: real growth needs that of GDP; add gdp.vintages",
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_keys_that_contradict_each_other(name: str) -> None:
    make, message = RULES[name]
    refused(lambda: load_study(make()), message)


@pytest.mark.parametrize(
    ("study", "figure", "message"),
    [
        (STUDY, "T99", "no printed figure 'T99'; did you mean 'T19'"),
        (
            replace(BARE, specifications=Specifications("T19", {}, GRID)),
            None,
            "specifications: the study has no potential; leave out its choices",
        ),
        (
            replace(STUDY, penetration=None, specifications=Specifications("T19", {}, CALIBRATED)),
            None,
            "specifications: the study has no calibrated run; known: linkage, elasticity",
        ),
    ],
)
def test_choices_that_a_study_does_not_have(study: Any, figure: Any, message: str) -> None:
    refused(lambda: qn.specification_curve(study, figure=figure, draws=2), message)
