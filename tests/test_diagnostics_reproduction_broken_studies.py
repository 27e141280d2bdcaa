"""Templates run as they are, and a broken study is answered by one line with its key."""

import re
from pathlib import Path

import pytest

import quesnay as qn
from quesnay.cli import main
from quesnay.diagnostics.reproduction.linkage import core_linkages
from quesnay.diagnostics.reproduction.study import TEMPLATES, load_study, template_text

FULL = template_text("full")
MINIMAL = template_text("minimal")


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_checked_and_runs_as_it_is(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / name
    assert main(["init", str(folder), "--template", name]) == 0
    path = str(folder / "study.toml")
    assert main(["check", path]) == 0
    assert "Ready to run." in capsys.readouterr().out
    assert main(["run", path, "--draws", "20"]) == 0
    assert main(["init", str(folder), "--template", name]) == 1


def test_an_unknown_template_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["init", str(tmp_path / "x"), "--template", "minimla"]) == 1
    assert "unknown template 'minimla'; did you mean 'minimal'" in capsys.readouterr().err


def test_the_check_says_what_is_missing_and_what_is_wrong(tmp_path: Path) -> None:
    found = qn.check_study("caict_2020")
    assert found.faults == ()
    assert found.runs["estimated"].tolist() == [True, True, True]
    assert [found.figures.at["T18", run] for run in ("linkage", "calibrated")] == [
        "held out",
        "calibration",
    ]
    path = tmp_path / "study.toml"
    path.write_text(MINIMAL.replace("# files = {", "files = {"), encoding="utf-8")
    found = qn.check_study(path)
    assert "my_table.xlsx" in found.faults[0]
    assert not found.runs.loc["elasticity", "estimated"]
    assert "1 fault to mend." in found.summary()
    assert any(said.startswith("No section potential") for said in found.missing)


CODED = (
    "Code,Industry,A,B,home,total\nA,Farming,10,20,70,100\nB,Telecoms and IT,30,40,30,100\n"
    ",wages,60,40,,\n"
)


def test_a_table_with_codes_and_names_is_shown_by_names(tmp_path: Path) -> None:
    (tmp_path / "coded.csv").write_text(CODED, encoding="utf-8")
    own = MINIMAL.replace('# files = { 2018 = "my_table.xlsx" }', 'files = { 2018 = "coded.csv" }')
    path = tmp_path / "study.toml"
    path.write_text(own.replace('"31" = 1.0', '"Telecoms and IT" = 1.0'), encoding="utf-8")
    (fault,) = qn.check_study(path).faults
    assert fault.endswith("no sector 'Telecoms and IT' in the tables; write its code, 'B'")
    own = own.replace('"31" = 1.0', '"B" = 0.5').replace("dispersion = 0.0", "dispersion = 0.5")
    path.write_text(own, encoding="utf-8")
    result = qn.reproduce(path, draws=20)
    assert isinstance(result, qn.Reproduction)
    titles = {table.title: table for table in result.tables()}
    core = next(table for title, table in titles.items() if title.startswith("Core industries"))
    assert core.notes[0].endswith("The account's core is the median of draws around them.")
    assert list(core_linkages(result).names) == ["Farming", "Telecoms and IT"]


def test_a_check_with_faults_ends_with_one(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(MINIMAL.replace('"31" = 1.0', '"99" = 1.0'), encoding="utf-8")
    assert main(["check", str(path)]) == 1


BROKEN = [
    # a key that is missing
    ('name = "my_study"\n', "", r"study\.name: this key is missing; add it, such as name ="),
    ('title = "Ind', 'titel = "Ind', r"study\.titel: unknown key; did you mean 'title'"),
    ('technology = "industrial internet"', "", r"study\.technology: this key is missing"),
    ('country = "CHN"', "", r"study\.country: this key is missing"),
    ("years = [2017, 2018, 2019, 2020]", "", r"study\.years: this key is missing"),
    ('unit = "trillion yuan"', "", r"study\.unit: this key is missing"),
    ("units_per_data_unit = 1e-4", "", r"study\.units_per_data_unit: this key is missing"),
    ("years = [2017, 2018, 2020] ", "", r"tables\.years: this key is missing"),
    ('dataset = "china_annual"', "", r"tables\.demand\.dataset: this key is missing"),
    ('panel = "china_provinces"', "", r"potential\.panel: this key is missing"),
    ('formula = "ln', '# "ln', r"potential\.formula: this key is missing"),
    ('term = "ln_ict"', "", r"potential\.term: this key is missing"),
    ('name = "cost share of ICT inputs"', "", r"potential\.equations\[1\]\.name: this key is mi"),
    ("curves = [", "# [", r"penetration\.curves: this key is missing"),
    ('total = "T18"', "", r"penetration\.total: this key is missing"),
    ('growth = "G18"', "", r"penetration\.growth: this key is missing"),
    ("launch = 2012", "", r"penetration\.launch: this key is missing"),
    ('name = "current"', "", r"gdp\.vintages\[0\]\.name: this key is missing"),
    ('base_vintage = "preliminary"', "", r"gdp\.forecast\.base_vintage: this key is missing"),
    ("low = 0.07", "", r"gdp\.forecast\.low: this key is missing"),
    ('panel = "china_employment"', "", r"employment\.panel: this key is missing"),
    ("productivity_since = 2012", "", r"employment\.productivity_since: this key is missing"),
    ('unit = "trillion yuan", year = 2019', "year = 2019", r"figures\.T19\.unit: this key is mis"),
    ('printed = "2.13", ', "", r"figures\.T19\.printed: this key is missing"),
    # a value of another type
    ('name = "my_study"', "name = 3", r"study\.name: expected a text, got 3"),
    ("[2017, 2018, 2019, 2020]", '["2017"]', r"study\.years\[0\]: expected a whole number, got"),
    ("units_per_data_unit = 1e-4", 'units_per_data_unit = "x"', r"unit: expected a number, got "),
    ('imports = "separate"', "imports = true", r"tables\.imports: expected a text, got True"),
    ('agriculture = ["01"]', 'agriculture = "01"', r"groups\.agriculture: expected a list, got"),
    ("dispersion = 0.5", 'dispersion = "half"', r"core\.dispersion: expected a number, got 'half'"),
    ("dispersion = 0.5", "dispersion = inf", r"core\.dispersion: expected a finite number"),
    ('"31" = 0.5', '"31" = "half"', r"segments\.software\.31: expected a number, got 'half'"),
    ("years = [2012, 2017]\n", "years = 2012\n", r"potential\.years: expected a list, got 2012"),
    ("low = 0.07", 'low = "7%"', r"gdp\.forecast\.low: expected a number, got '7%'"),
    ('printed = "2.13"', "printed = [2.13]", r"T19\.printed: expected a text, got"),
    ("[penetration] ", "[[penetration]] ", r"penetration: expected a section with keys"),
    # a unit
    ('unit = "trillion yuan"', 'unit = "yuan"', r"study\.unit: unknown unit 'yuan'; start it"),
    ("units_per_data_unit = 1e-4", "units_per_data_unit = 1", r"units_per_data_unit: 1, but the t"),
    ("units_per_data_unit = 1e-4", "units_per_data_unit = 0", r"unit: expected a number above ze"),
    ("units_per_data_unit = 0.01", "units_per_data_unit = -1", r"employment\.units_per_data_unit"),
    ("units_per_data_unit = 0.01", "units_per_data_unit = 1", r"1, but china_employment is in "),
    ('"2.13", unit = "trillion yuan"', '"2.13", unit = "yuan"', r"T19\.unit: unknown unit 'yuan'"),
    ('"2.13", unit = "trillion yuan"', '"2.13", unit = "percent"', r"T19\.unit: a total value add"),
    ('"2.13", unit = "trillion', '"2130", unit = "trillion', r"T19: 2130 trillion yuan is 21\.6 t"),
    ("T19 = {", 'S19 = { printed = "220", unit = "percent", year = 2019 }\nT19 = {', r"S19\.pri"),
    ('"55.7", unit = "percent"', '"55.7", unit = "million"', r"G18\.unit: a real growth of the"),
    # a year
    ("[2017, 2018, 2019, 2020]", "[2018, 2018]", r"study\.years: name at least one year, each onc"),
    ("[2017, 2018, 2019, 2020]", "[17, 18]", r"study\.years: 17 is no calendar year"),
    ("[2017, 2018, 2019, 2020]", "[2018, 2019, 2020]", r"penetration: T18 and G18 must be of one"),
    ("years = [2017, 2018, 2020] ", "years = [] ", r"tables\.years: name at least one year"),
    ("years = [2017, 2018, 2020] ", "years = [2018] ", r"no table of 2017|no input-output table"),
    ("years = [2017, 2018, 2020] ", "years = [1918] ", r"tables\.years: .*1918"),
    ("launch = 2012", "launch = 2030", r"penetration\.launch: 2030 is not before the first year"),
    ("year = 2020\nbase", "year = 2019\nbase", r"gdp\.forecast\.year: 2019 is not the last of st"),
    ("year = 2018\nunit", "year = 2019\nunit", r"employment\.year: no input-output table of 2019"),
    ("productivity_since = 2012", "productivity_since = 2018", r"expected a year before 2018"),
    ('yuan", year = 2019', 'yuan", year = 2091', r"figures\.T19\.year: 2091 does not fit the id"),
    ("years = [2012, 2017]\n", "years = [1999]\n", r"potential: .*no row for the years \[1999\]"),
    # a name
    ('country = "CHN"', 'country = "USA"', r"tables\.years: no embedded table of country 'USA'"),
    ('"20" = 0.3', '"200" = 0.3', r"core\.segments\.equipment: no sector '200' in the tables; did"),
    ('imports = "separate"', 'imports = "seperate"', r"tables\.imports: .*did you mean 'separate'"),
    ('technology_sectors = ["20"', 'technology_sectors = ["x"', r"technology_sectors: no sector"),
    ('consumption = "A020902"', 'consumption = "A0"', r"tables\.demand\.codes\.consumption: no se"),
    ('panel = "china_provinces"', 'panel = "provinces"', r"potential: no embedded panel 'province"),
    ('term = "ln_ict"', 'term = "ln_itc"', r"potential\.term: 'ln_itc' is no term of"),
    ('cluster = "province"', 'cluster = "provinz"', r"potential: .*no column 'provinz'; did you"),
    ('exclude = "ict_producing"', 'exclude = "ict"', r"potential: .*no column 'ict'"),
    ('kind = "cost share"', 'kind = "cost"', r"equations\[1\]\.kind: 'cost'; did you mean 'cost s"),
    ('"gompertz", "log', '"gompetz", "log', r"penetration\.curves: unknown curve 'gompetz'; did"),
    ('2019 = "final"', '2019 = "finale"', r"gdp\.vintages 'current': no vintage 'finale' of 2019"),
    ('2018 = "after fourth census"', '2018 = "final"', r"'current': no vintage 'final' of 2018"),
    ('figure = "J20"', 'figure = "J21"', r"employment\.figure: no printed figure 'J21'"),
    ('figure = "C18"', 'figure = "C81"', r"core\.figure: no printed figure 'C81'"),
    ('"01" = ["A"]', '"01" = ["AA"]', r"employment\.sectors: .*industry 'AA' is not in the employ"),
    ("T19 = {", "X19 = {", r"figures\.X19: ids start with one of C, I, T, S, H, K, G, N, J"),
    ('printed = "2.13"', 'printed = "2,13"', r"figures\.T19\.printed: '2,13' is no printed number"),
    ('kind = "forecast" }\nJ20', 'kind = "guess" }\nJ20', r"T20\.kind: unknown word 'guess'"),
    ('"potential.years" = [2002', '"potential.yeers" = [2002', r"specifications\..*yeers: unknown"),
    ('{ "run" = "elasticity" }', '{ "run" = "elastic" }', r"specifications\..*unknown run 'elasti"),
    ('# runs = ["linkage"]', 'runs = ["linkages"]', r"study\.runs: unknown run 'linkages'; did yo"),
    ("[gdp.forecast]", "[gdp.forcast]", r"gdp\.forcast: unknown key; did you mean 'forecast'"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), BROKEN)
def test_a_broken_study_is_answered_by_one_line_that_names_the_key(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    assert old in FULL
    path = tmp_path / "my.toml"
    path.write_text(FULL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(qn.QuesnayError) as caught:
        qn.reproduce(path, draws=2)
    said = str(caught.value)
    assert said.startswith(f"{path}."), said
    assert re.search(words, said), said
    assert "\n" not in said
    assert len(said) < len(str(path)) + 300


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[study", "not valid TOML"),
        ("a = " + "[" * 3000, "not valid TOML"),
        ("[study]\nyears = [" + "9" * 5000 + "]", "not valid TOML|no calendar year|whole number"),
        ("", r"study: this key is missing"),
        ("study = 3", r"study: expected a section"),
        ("\x00", "not valid TOML"),
    ],
)
def test_text_that_is_no_study_is_answered_by_one_line(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "my.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(qn.StudyError, match=words) as caught:
        load_study(path)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < len(str(path)) + 300
