"""Study files: what is read, what is refused and with which words."""

import re
from pathlib import Path

import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.study import (
    load_study,
    study_names,
    study_text,
    template_text,
)

TEXT = study_text("caict_2020")
ROLES = (
    '[reported]\ndataset = "caict_2020"                '
    "# a user's own study may give [reported.figures] instead\n"
)


def _study(tmp_path: Path, old: str, new: str) -> Path:
    assert old in TEXT
    path = tmp_path / "study.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_embedded_study_reads_the_same_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert load_study(path) == load_study("caict_2020")
    assert "caict_2020" in study_names()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "dispersion = 0.5",
            "dispersoin = 0.5",
            r"core\.dispersoin: unknown key; did you mean 'disp",
        ),
        ('country = "CHN"', "", r"study\.country: this key is missing"),
        ('country = "CHN"', "country = 86", r"study\.country: expected a text, got 86"),
        ("years = [2017, 2018, 2019, 2020]", "years = 2017", r"study\.years: expected a list"),
        (ROLES, f'{ROLES}roles.calibrated.T18 = "calibratoin"\n', r"unknown role 'calibratoin'"),
        (ROLES, f'{ROLES}roles.calibrated.T18 = "held out"\n', r"T18: the run takes it as calib"),
        (ROLES, f'{ROLES}roles.linkage.T19 = "input"\n', r"T19: the run takes it as held out"),
        (ROLES, f'{ROLES}roles.calibrate.T18 = "calibration"\n', r"unknown run; did you mean"),
        ("dispersion = 0.5", "dispersion = -1.0", r"core\.dispersion: expected 0 or more"),
        ('"bass"]', '"bass"', r"not valid TOML"),
        ("low = 0.07", "low = 0.7", r"gdp\.forecast: low lies above high"),
        ('2017 = "after fourth census", ', "", r"year 2017 is missing"),
        ('curves = ["gompertz", "logistic", "bass"]', "curves = []", r"name at least one curve"),
        ("low = 0.07", "low = -5.0", r"expected fractions such as 0\.07"),
        (
            "saturation = [0.5, 2.0]",
            "saturation = [2.0, 0.5]",
            r"saturation: expected two positive",
        ),
        ("launch = 2012", "launch = 2017", r"launch: 2017 is not before the first year"),
        ("dispersion = 0.5", "dispersion = nan", r"dispersion: expected a finite number"),
        ('{ "16" = 0.3', '{ "16" = 1.3', r"segments\.digital industrial equipment\.16: the weight"),
        ('construction = ["27"]', 'construction = ["26"]', r"sector '26' is in group 'industry'"),
        ('"04" = ["B03"', '"04" = ["B02"', r"industry 'B02' is in sector '03' already"),
        (
            'name = "as known in March 2020"',
            'name = "current"',
            r"gdp\.vintages: two sets are called 'current'",
        ),
        (
            "units_per_data_unit = 0.01",
            "units_per_data_unit = -0.01",
            r"expected a number above ze",
        ),
        ('technology_sectors = ["20", "21", "31"]', "", r"technology_sectors: the elasticity run"),
        (
            'kind = "capital share"',
            'kind = "capital shar"',
            r"potential\.equations\[5\]\.kind: 'capital shar'; did you mean 'capital share'",
        ),
        ('growth = "G18"', 'growth = "T19"', r"penetration\.growth: 'T19' is no printed"),
        ("[core.segments]", "[core.segments]\nx = 3", r"core\.segments\.x: expected a section"),
    ],
)
def test_a_broken_study_is_refused_by_the_key(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(qn.StudyError, match=words):
        load_study(_study(tmp_path, old, new))


@pytest.mark.parametrize(
    ("old", "new", "error", "words"),
    [
        ('figure = "C18"', 'figure = "C17"', qn.StudyError, "core.figure: no printed figure 'C17'"),
        ('total = "T18"', 'total = "T81"', qn.StudyError, "penetration.total: no printed figure"),
        (
            'technology_sectors = ["20"',
            'technology_sectors = ["200"',
            qn.StudyError,
            "no sector '200'",
        ),
        (
            '{ "16" = 0.3',
            '{ "99" = 0.3',
            qn.StudyError,
            "core.segments.digital industrial equipment: no sector '99'",
        ),
        (
            '2019 = "final"',
            '2019 = "finall"',
            qn.StudyError,
            "no vintage 'finall' of 2019; did you",
        ),
        (
            '2018 = "after fourth census", 2019 = "final"',
            '2018 = "preliminary", 2019 = "final"',
            qn.StudyError,
            "'current': the levels rest on different censuses",
        ),
        (
            "saturation = [0.5, 2.0]",
            "saturation = [0.1, 0.2]",
            qn.StudyError,
            "penetration.saturation: the integration-driven part, T18 less the core",
        ),
        (
            "[core.segments]",
            '[core.segments]\nx = { "21" = 1.0 }\n[core.unused]',
            qn.StudyError,
            "core.unused: unknown key",
        ),
        (
            'supply = "value_added"',
            'supply = "value"',
            qn.StudyError,
            "unknown measure 'value'; did",
        ),
        ('"gompertz", ', '"gomperz", ', qn.QuesnayError, "unknown curve 'gomperz'; did you mean"),
        ('panel = "china_provinces"', 'panel = "china_province"', qn.DataError, "china_provinces"),
        ('exclude = "ict_producing"', 'exclude = "ict"', qn.DataError, "no column 'ict'"),
        ("years = [2012, 2017]", "years = [1999]", qn.DataError, "no row for the years"),
        ('"05" = ["B05"', '"05" = ["B99"', qn.DataError, "industry 'B99' is not in the employment"),
        ("year = 2018\n", "year = 2019\n", qn.StudyError, "no input-output table of 2019"),
        ('agriculture = ["01"]', "agriculture = []", qn.StudyError, "sector '01' belongs to no"),
        ('unit = "trillion yuan"', 'unit = "zillion yuan"', qn.StudyError, "unknown unit 'zillion"),
        ("years = [2017, 2018, 2020]", "years = [2016, 2018, 2020]", qn.DataError, "2016"),
        (
            "years = [2017, 2018, 2020]            # official",
            "years = [2017, 2018]            # official",
            qn.StudyError,
            "no table of 2019 and none on both sides",
        ),
    ],
)
def test_a_study_that_does_not_fit_the_data_is_refused(
    tmp_path: Path, old: str, new: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=re.compile(words)):
        qn.reproduce(_study(tmp_path, old, new), draws=2)


def test_an_unknown_study_is_named_with_the_nearest() -> None:
    with pytest.raises(
        qn.StudyError, match=r"unknown study 'caict2020'; did you mean 'caict_2020'"
    ):
        load_study("caict2020")
    why = r"cannot read the study \(No such file or directory\); check the path"
    with pytest.raises(qn.StudyError, match=rf"no_such\.toml: {why}"):
        load_study("no_such.toml")


def test_a_study_as_editors_save_it_is_read_or_told_how_to_save(tmp_path: Path) -> None:
    text = template_text("minimal")
    path = tmp_path / "study.toml"
    path.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    assert qn.load_study(path).study.country == "CHN"
    path.write_bytes(text.encode("utf-16"))
    with pytest.raises(qn.StudyError, match=r"study\.toml: not UTF-8 text; save it as UTF-8"):
        qn.load_study(path)


@pytest.mark.parametrize("name", ["jobs.txt", "jobs.XLSM", "jobs.tab", "jobs.csv.gz", "jobs.dta"])
def test_a_file_of_any_kind_that_is_read_is_looked_for_beside_the_study(
    tmp_path: Path, name: str
) -> None:
    study = load_study(_study(tmp_path, '"china_employment"', f'"{name}"'))
    assert study.employment is not None
    assert study.employment.panel == str(tmp_path / name)
    assert study.potential is not None
    assert study.potential.panel == "china_provinces"
