"""A study on files of the user's own gives what the embedded data give."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.study import study_text

YEARS = (2017, 2018, 2020)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Write every input of the embedded study to files and point a study at them."""
    for year in YEARS:
        qn.export_dataset(f"io_chn_{year}_42_separate", tmp_path / f"table_{year}.csv")
    qn.load_panel("china_provinces").to_csv(tmp_path / "provinces.csv", index=False)
    qn.load_panel("china_employment").to_csv(tmp_path / "employment.csv", index=False)
    industries = qn.load_gdp("CHN").drop(columns=["gdp", "vintage", "real_growth"])
    vintages = qn.load_gdp_vintages("CHN").join(industries, on="year")
    before = qn.load_gdp("CHN").loc[[2012]].reset_index().assign(vintage="final")
    pd.concat([vintages, before]).to_csv(tmp_path / "gdp.csv", index=False)
    text = study_text("caict_2020")
    files = ", ".join(f'{year} = "table_{year}.csv"' for year in YEARS)
    for old, new in (
        ('country = "CHN"', 'country = "elsewhere"'),
        ('imports = "separate"', f'imports = "separate"\nfiles = {{ {files} }}'),
        ('panel = "china_provinces"', 'panel = "provinces.csv"'),
        ('panel = "china_employment"', 'panel = "employment.csv"'),
        ("[[gdp.vintages]]", '[gdp]\nfile = "gdp.csv"\n\n[[gdp.vintages]]'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_own_files_give_the_account_of_the_embedded_data(study: Path) -> None:
    own = qn.reproduce(study, draws=50, seed=1)
    embedded = qn.reproduce("caict_2020", draws=50, seed=1)
    pd.testing.assert_frame_equal(own.account, embedded.account, rtol=1e-6)
    columns = ["estimate", "estimate_low", "estimate_high", "error"]
    assert np.allclose(own.verdicts[columns], embedded.verdicts[columns], rtol=1e-5, equal_nan=True)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("table_2018.csv", "table_2018.csv"),
        ("provinces.csv", "cannot read this CSV file"),
        ("gdp.csv", "cannot read this CSV file"),
        ("employment.csv", "cannot read this CSV file"),
    ],
)
def test_a_missing_file_is_named(study: Path, name: str, words: str) -> None:
    (study.parent / name).unlink()
    with pytest.raises(qn.QuesnayError, match=words):
        qn.reproduce(study, draws=2)


def test_a_missing_column_is_named(study: Path) -> None:
    path = study.parent / "gdp.csv"
    pd.read_csv(path).drop(columns="real_growth").to_csv(path, index=False)
    with pytest.raises(qn.DataError, match="column 'real_growth' is missing"):
        qn.reproduce(study, draws=2)
