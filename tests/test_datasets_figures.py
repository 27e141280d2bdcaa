"""Panels, GDP by vintage, reported figures, the catalogue and its copies."""

import time
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from quesnay.datasets.embedded import load_gdp, load_gdp_vintages, load_panel, load_reported
from quesnay.datasets.readers.containers import open_book
from quesnay.datasets.store import (
    DATA,
    codebook,
    export_dataset,
    list_datasets,
    load_dataset,
    resource,
    resources,
)
from quesnay.fitting.errors import DataError
from quesnay.models.inputs import rounding_interval


def test_province_panel_has_every_observation_and_its_identities() -> None:
    panel = load_panel("china_provinces")
    assert panel.groupby("year")["province"].nunique().to_dict() == {
        2002: 30,
        2007: 30,
        2012: 31,
        2017: 31,
    }
    assert len(panel) == 122 * 42
    parts = panel[
        ["labour_compensation", "net_production_taxes", "depreciation", "operating_surplus"]
    ].sum(axis=1)
    assert (parts - panel["value_added"]).abs().max() < 1e-6 * panel["value_added"].max()
    assert (panel["value_added"] < 0).any()
    assert (panel["value_added"] == 0).any()
    bought = panel[["input_information_services", "input_electronics", "input_instruments"]]
    np.testing.assert_allclose(panel["ict_inputs"], bought.sum(axis=1))
    np.testing.assert_allclose(
        panel["other_inputs"] + panel["ict_inputs"], panel["intermediate_input"], atol=1e-8
    )


def test_every_province_has_its_chinese_name() -> None:
    names = load_dataset("provinces_chn").set_index("province")
    assert set(load_panel("china_provinces")["province"]) == set(names.index)
    assert names["code"].is_unique
    assert names.loc["Shaanxi", "name_zh"] == "陕西"
    assert names["region"].value_counts().to_dict() == {
        "West": 12,
        "East": 10,
        "Central": 6,
        "Northeast": 3,
    }


def test_the_two_classifications_do_not_share_a_sector_id() -> None:
    panel = load_panel("china_provinces")
    assert panel.groupby("sector_id")["classification"].nunique().max() == 1
    assert panel["sector_id"].nunique() == 84
    assert set(panel["sector_id"].str.partition("-")[0]) == {"2002", "2012"}
    assert panel.columns.tolist()[3:5] == ["sector", "sector_id"]  # one beside the other
    assert panel.attrs["unit"] == "100 million yuan"


def test_us_panel_adds_up() -> None:
    panel = load_panel("us_klems")
    assert panel["industry"].nunique() == 63
    assert sorted(panel["year"].unique()) == list(range(1997, 2024))
    costs = panel.filter(like="cost_").sum(axis=1)
    assert ((costs - panel["gross_output"]).abs() / panel["gross_output"]).max() < 2e-3  # printed
    at_base = panel.loc[panel["year"] == 2017].filter(regex="^quantity_|^tfp")
    nonzero = at_base.to_numpy()
    assert np.isin(nonzero[~np.isnan(nonzero)], [0.0, 100.0]).all()


def test_employment_sections_add_up_to_the_nation() -> None:
    panel = load_panel("china_employment")
    wide = panel.pivot(index="year", columns="code", values="employed")
    sections = panel.loc[panel["level"] == 1, "code"].unique()
    gap = (wide[sections].sum(axis=1) - wide["TOT"]).abs() / wide["TOT"]
    assert gap.max() < 1e-3
    assert panel.loc[panel["code"] == "K", "name_en"].unique().tolist() == ["Real estate"]


def test_gdp_is_the_current_series_and_its_industries_add_up() -> None:
    gdp = load_gdp("CHN")
    assert list(gdp.index) == list(range(2000, 2023))
    groups = gdp[
        [
            "agriculture",
            "industry",
            "construction",
            "wholesale_retail",
            "transport_storage_post",
            "accommodation_catering",
            "finance",
            "real_estate",
            "other_services",
        ]
    ].sum(axis=1)
    np.testing.assert_allclose(groups, gdp["gdp"], rtol=1e-6)
    np.testing.assert_allclose(
        gdp[["primary", "secondary", "tertiary"]].sum(axis=1), gdp["gdp"], rtol=1e-6
    )
    assert (gdp["vintage"] == "current").all()


def test_deflator_times_volume_is_nominal_growth() -> None:
    gdp = load_gdp("CHN")
    assert gdp.loc[2015, "deflator"] == 100
    prices = gdp["deflator"].pct_change()
    nominal = gdp["gdp"].pct_change()
    real = (1 + nominal) / (1 + prices) - 1
    gap = (100 * real - gdp["real_growth"]).dropna().abs()
    assert gap.max() < 0.02  # growth is printed to 0.01, the index to 0.01 of about 1000 or more
    assert 100 * prices[2018] == pytest.approx(3.5, abs=0.1)


def test_a_vintage_replaces_its_years_and_says_so() -> None:
    current, early = load_gdp("CHN"), load_gdp("CHN", vintage="preliminary")
    assert early.loc[[2017, 2018, 2019, 2020], "gdp"].tolist() == [827122, 900309, 990865, 1015986]
    assert early.loc[[2018, 2019], "real_growth"].tolist() == [6.6, 6.1]
    assert early["vintage"].value_counts().to_dict() == {"current": 19, "preliminary": 4}
    shares = early["industry"] / early["gdp"]
    np.testing.assert_allclose(shares, current["industry"] / current["gdp"])
    np.testing.assert_allclose(early["deflator"], current["deflator"])
    late = load_gdp("CHN", vintage="final")
    assert late.loc[2019, "gdp"] == 986515
    assert late["gdp"].tolist()[18] == current["gdp"].tolist()[18]


def test_vintages_are_both_there_for_2018_and_2019() -> None:
    table = load_gdp_vintages("CHN")
    assert table.query("year == 2018")["gdp"].tolist() == [900309, 919281]
    assert table.query("year == 2019")["gdp"].tolist() == [990865, 986515]


def test_reported_figures_are_the_thirteen_printed_ones_and_three_of_a_trade_page() -> None:
    figures = load_reported("caict_2020")
    assert figures.columns.tolist()[:6] == ["concept", "year", "printed", "value", "low", "high"]
    thirteen = {"T18", "T19", "T20", "S18", "S19", "S20", "H19", "J20", "C18", "G18", "G19"}
    assert set(figures.index) == thirteen | {"K18", "K19", "I18", "I19", "C19"}
    assert len(figures) == 16
    assert figures[["low", "high"]].T["C18"].tolist() == [4385.5, 4386.5]
    assert figures[["low", "high"]].T["T20"].tolist() == [3.05, 3.15]
    assert figures.loc["J20", "kind"] == "forecast"
    assert {"concept", "year", "printed", "unit", "kind", "note", "source"} <= set(figures)
    assert "role" not in figures


def test_reported_figures_say_where_they_were_read_and_what_they_restate() -> None:
    figures = load_reported("caict_2020")
    trade = figures["provenance"] == "quoted by a trade news page"
    assert sorted(figures.index[trade]) == ["C19", "I18", "I19"]
    assert figures.loc["C18", "provenance"] == "foreword as quoted on a document site"
    confidence = figures["confidence"].to_dict()
    assert [confidence[name] for name in ("T18", "C19", "C18", "I18")] == ["high"] * 2 + [
        "medium"
    ] * 2
    assert set(figures["published"]) == {"2020-03"}
    other = figures["other_printing"]
    assert other[other != ""].to_dict() == {"C18": "4389"}
    assert figures.groupby("fact").size().to_dict() == {
        "core 2019": 2,
        "forecast 2020": 2,
        "growth 2018": 2,
        "input": 1,
        "jobs 2020": 1,
        "level 2018": 3,
        "level 2019": 5,
    }


def test_another_institutes_figures_have_the_same_columns() -> None:
    figures = load_reported("caii_2020")
    assert list(figures.columns) == list(load_reported("caict_2020").columns)
    assert len(figures) == 14
    assert figures[["low", "high"]].T["T19"].tolist() == [3.405, 3.415]
    assert figures[["confidence", "fact"]].T["S20"].tolist() == ["medium", "forecast 2020"]
    assert figures["provenance"].str.startswith("CAII white paper").all()
    assert figures.loc[["T19", "T21"], "published"].tolist() == ["2020", "2022"]


@given(st.decimals(-1000, 1000, places=3), st.integers(0, 3))
def test_rounding_interval_holds_what_rounds_to_the_figure(value: Decimal, places: int) -> None:
    printed = str(round(value, places))
    low, high = rounding_interval(printed)
    assert low <= float(printed) <= high
    assert high - low == pytest.approx(10.0**-places)


@pytest.mark.parametrize("printed", ["", "about 2", "nan", "Infinity", "1,4"])
def test_rounding_interval_refuses(printed: str) -> None:
    with pytest.raises(DataError, match=r"expected digits such as '1\.42'"):
        rounding_interval(printed)


def test_copies_are_the_callers_own() -> None:
    first = load_panel("china_provinces")
    first.loc[:, "value_added"] = 0.0
    assert load_panel("china_provinces")["value_added"].sum() > 0
    gdp = load_gdp("CHN")
    gdp.loc[2018, "gdp"] = 0.0
    assert load_gdp("CHN").loc[2018, "gdp"] == 919281.13


def test_unknown_names_offer_the_nearest() -> None:
    with pytest.raises(DataError, match="did you mean 'us_klems'"):
        load_panel("us_klem")
    with pytest.raises(DataError, match="did you mean 'caict_2020'"):
        load_reported("caict_2021")
    with pytest.raises(DataError, match="did you mean 'preliminary'"):
        load_gdp("CHN", vintage="preliminar")
    with pytest.raises(DataError, match="no embedded GDP of country 'USA'"):
        load_gdp("USA")
    with pytest.raises(DataError, match="no embedded GDP of country 'USA'"):
        load_gdp_vintages("USA")
    with pytest.raises(DataError, match="did you mean 'china_gdp'"):
        load_dataset("china_gd")


def test_catalogue_lists_every_file_with_source_and_licence() -> None:
    table = list_datasets()
    assert list(table.columns) == ["name", "what", "years", "unit", "source", "licence"]
    assert table["name"].tolist() == list(resources())
    assert (table[["what", "unit", "source", "licence"]] != "").all(axis=None)


@pytest.mark.parametrize("name", list(resources()))
def test_every_file_passes_hash_and_schema_quickly(name: str) -> None:
    start = time.process_time()
    frame = load_dataset(name)
    assert time.process_time() - start < 0.5
    assert len(frame) == resources()[name].rows


def _rows(path: Path) -> list[list[Any]]:
    rows = open_book(path).sheet().rows
    return [[row[j] for j in range(len(row))] for row in rows]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_a_copy_holds_the_same_numbers(tmp_path: Path, ending: str) -> None:
    path = export_dataset("china_gdp", tmp_path / f"gdp{ending}")
    header, *body = _rows(path)
    frame = load_dataset("china_gdp")
    assert header == list(frame.columns)
    np.testing.assert_array_equal([[float(cell) for cell in row] for row in body], frame)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_addresses_in_a_copy_are_texts_that_open_nothing(tmp_path: Path) -> None:
    path = export_dataset("downloads", tmp_path / "downloads.xlsx")
    with zipfile.ZipFile(path) as book:
        assert [name for name in book.namelist() if "/worksheets/" in name] == [
            "xl/worksheets/sheet1.xml"
        ]


@pytest.mark.parametrize(
    ("name", "file", "message"),
    [
        ("china_gdp", "gdp.pdf", "expected a file ending in .csv or .xlsx"),
        ("china_gdp", "absent/gdp.csv", "cannot write here"),
        ("../china_gdp", "gdp.csv", "expected letters a-z, digits, '_' and '-' only"),
        ("China", "gdp.csv", "expected letters a-z"),
        ("", "gdp.csv", "expected letters a-z"),
        ("nothing", "gdp.csv", "no embedded data set 'nothing'"),
    ],
)
def test_copies_that_cannot_be_made(tmp_path: Path, name: str, file: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        export_dataset(name, tmp_path / file)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["china_provinces", "io_chn_2018_42_separate"])
def test_a_copy_loses_no_digit(tmp_path: Path, name: str) -> None:
    header, *body = _rows(export_dataset(name, tmp_path / "copy.csv"))
    frame = load_dataset(name)
    for place in (header.index(str(column)) for column in frame.select_dtypes("float")):
        copied = [float(row[place]) if row[place] else np.nan for row in body]
        np.testing.assert_array_equal(copied, frame[header[place]])


@pytest.mark.parametrize(
    "name", ["china_gdp", "us_klems", "china_employment", "io_chn_2018_42_separate"]
)
def test_the_codebook_counts_the_cells_of_the_file(name: str) -> None:
    """Against the file read as text: distinct and empty cells, and the ends of its words."""
    table, entry = codebook(name), resource(name)
    raw = pd.read_csv(DATA / entry.path, dtype=str, keep_default_na=False)
    assert list(table.frame.index) == list(raw.columns)
    kinds = dict(entry.fields)
    for column, cells in zip(map(str, raw), (raw[name] for name in raw), strict=True):
        said: Any = table.frame.loc[column]
        filled = cells[cells != ""]
        assert said["missing"] == (cells == "").sum()
        if kinds[column] == "string":
            assert said["distinct"] == filled.nunique()
            assert [said["lowest"], said["median"], said["highest"]] == [
                filled.min(), "-", filled.max(),
            ]  # fmt: skip
            assert said["unit"] == entry.units.get(column, "")
        else:
            assert said["distinct"] == filled.astype(float).nunique()
            low, high = filled.astype(float).min(), filled.astype(float).max()
            assert float(said["lowest"].replace(",", "")) == pytest.approx(low, rel=5e-3, abs=0.01)
            assert float(said["highest"].replace(",", "")) == pytest.approx(high, rel=5e-3)
            middle = filled.astype(float).median()
            if kinds[column] == "number":
                assert float(said["median"].replace(",", "")) == pytest.approx(middle, abs=0.5)
            else:
                assert said["median"] == "-"
            alone = "" if entry.units else entry.unit
            assert said["unit"] == entry.units.get(column, alone)
    assert table.title == name
    assert table.notes[0] == f"{len(raw):,} rows; {entry.title}; {entry.years}."
    assert table.notes[1] == (
        f"Source: {entry.source}; {entry.table}; {entry.vintage}. Licence: {entry.licence}."
    )
    assert table.notes[2] == f"All rows: quesnay datasets {name} --export FILE, or --json."
