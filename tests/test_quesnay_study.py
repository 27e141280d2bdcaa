"""Study files: what is read, what is refused and with which words."""

import re
from pathlib import Path

import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.study import load_study, study_names, study_text

TEXT = study_text("caict_2020")


def _study(tmp_path: Path, old: str, new: str) -> Path:
    assert old in TEXT
    path = tmp_path / "study.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    return path


def test_the_embedded_study_reads_the_same_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "study.toml"
    path.write_text(TEXT, encoding="utf-8")
    assert load_study(path) == load_study("caict_2020")
    assert study_names() == ["caict_2020"]


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
        ('T18 = "calibration"', 'T18 = "calibratoin"', r"unknown role 'calibratoin'; did you mean"),
        ('T18 = "calibration"', 'T18 = "held out"', r"roles\.calibrated: the run uses"),
        ('C18 = "input"', 'C18 = "input"\nT19 = "input"', r"roles\.independent: the run uses"),
        ("dispersion = 0.5", "dispersion = -1.0", r"core\.dispersion: expected 0 or more"),
        ('"logistic"]', '"logistic"', r"not valid TOML"),
        ("low = 0.07", "low = 0.7", r"gdp\.forecast: low lies above high"),
        ('2017 = "after fourth census", ', "", r"year 2017 is missing"),
        ("[reported.roles.calibrated]", "[reported.roles.calibrate]", r"unknown run; did you mean"),
        ('dataset = "caict_2020"', "", r"give a dataset or figures"),
        ('curves = ["gompertz", "logistic"]', "curves = []", r"name at least one curve"),
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
        ('figure = "C18"', 'figure = "C19"', qn.StudyError, r"the run uses"),
        (
            'technology_sectors = ["20"',
            'technology_sectors = ["200"',
            qn.StudyError,
            "no sector '200'",
        ),
        ('{ "16" = 0.3', '{ "99" = 0.3', qn.StudyError, "core.segments: no sector '99'"),
        ('{ "16" = 0.3', '{ "16" = 1.3', qn.DataError, "core weight of segment 'digital"),
        (
            '2019 = "final"',
            '2019 = "finall"',
            qn.StudyError,
            "no vintage 'finall' of 2019; did you",
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
        ('agriculture = ["01"]', "agriculture = []", qn.DataError, "sector '01' belongs to no"),
        ('unit = "trillion yuan"', 'unit = "zillion yuan"', qn.StudyError, "unknown unit 'zillion"),
        ("years = [2017, 2018, 2020]", "years = [2016, 2018, 2020]", qn.DataError, "2016"),
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
    with pytest.raises(qn.StudyError, match=r"no_such\.toml: cannot read the study"):
        load_study("no_such.toml")
