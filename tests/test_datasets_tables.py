"""The embedded input-output tables: every identity, on every table."""

import numpy as np
import pytest

from quesnay.datasets.embedded import classified_sectors, load_concordance, load_sectors
from quesnay.datasets.store import fetch, resources
from quesnay.datasets.tables import TableSource, load_io
from quesnay.fitting.errors import DataError
from quesnay.models.input_output.table import InputOutputTable

TABLES = [name for name in resources() if name.startswith("io_")]
LIMIT = 1e-9  # relative, as published about ourselves
COMPONENTS = ["labour_compensation", "net_production_taxes", "depreciation", "operating_surplus"]


def table_named(name: str) -> InputOutputTable:
    _, country, year, detail, imports = name.split("_")
    return load_io(
        country.upper(),
        int(year),
        imports=imports,
        detail=int(detail.removeprefix("oecd")),
        source="oecd" if "oecd" in detail else "nbs",
    )


def test_every_documented_table_is_there() -> None:
    assert sorted(TABLES) == sorted(
        [f"io_chn_{year}_42_included" for year in (2012, 2015, 2017, 2018, 2020)]
        + [f"io_chn_{year}_42_separate" for year in (2017, 2018, 2020)]
        + ["io_chn_2012_139_included", "io_chn_2017_149_included"]
        + ["io_chn_2018_153_included", "io_chn_2020_153_included"]
        + ["io_chn_2018_oecd45_included", "io_jpn_2018_oecd45_included"]
    )


@pytest.mark.parametrize("name", TABLES)
def test_rows_and_columns_add_up_sector_by_sector(name: str) -> None:
    table = table_named(name)
    x = np.asarray(table.x, dtype=float)
    scale = np.where(x == 0, 1.0, x)
    rows = table.Z.sum(axis=1) + table.final_demand.sum(axis=1)
    assert np.abs((rows - x) / scale).max() < LIMIT
    columns = table.Z.sum() + table.value_added.sum()
    if table.imports is not None:
        columns = columns + table.imports.Z.sum()
    assert np.abs((columns.to_numpy() - x) / scale).max() < LIMIT


@pytest.mark.parametrize("name", TABLES)
def test_value_added_equals_final_demand_net_of_imports(name: str) -> None:
    table = table_named(name)
    income, demand = table.value_added.to_numpy().sum(), table.final_demand.to_numpy().sum()
    bought = 0.0 if table.imports is None else table.imports.Z.to_numpy().sum()
    assert abs(income + bought - demand) / demand < LIMIT


@pytest.mark.parametrize("year", [2017, 2018, 2020])
def test_value_added_and_imported_content_are_one(year: int) -> None:
    table = load_io("CHN", year)
    assert table.imports is not None
    x = np.asarray(table.x, dtype=float)
    v = table.value_added.to_numpy().sum(axis=0) / x
    m = table.imports.Z.to_numpy().sum(axis=0) / x
    A = table.Z.to_numpy() / x
    content = np.linalg.solve((np.eye(42) - A).T, v + m)
    assert np.abs(content - 1).max() < LIMIT


@pytest.mark.parametrize("year", [2017, 2018, 2020])
def test_domestic_and_imported_flows_are_the_table_with_imports_inside(year: int) -> None:
    apart, inside = load_io("CHN", year), load_io("CHN", year, imports="included")
    assert apart.imports is not None
    both = apart.Z + apart.imports.Z
    assert (both - inside.Z).abs().to_numpy().max() < 1e-5  # printed to 1e-6 in each block
    np.testing.assert_allclose(apart.value_added, inside.value_added, atol=1e-5)


@pytest.mark.parametrize(("year", "detail"), [(2017, 149), (2018, 153), (2020, 153), (2012, 139)])
def test_detail_aggregates_to_the_official_table(year: int, detail: int) -> None:
    fine = load_io("CHN", year, imports="included", detail=detail)
    broad = load_io("CHN", year, imports="included")
    to = load_concordance(detail).loc[fine.Z.index]
    added = fine.Z.groupby(to.to_numpy()).sum().T.groupby(to.to_numpy()).sum().T
    gap = (added - broad.Z).abs().to_numpy().max() / broad.Z.to_numpy().max()
    assert gap < LIMIT


@pytest.mark.parametrize("name", TABLES)
def test_rounding_is_only_rounding_and_goes_to_the_largest_cell(name: str) -> None:
    data, table = fetch(name), table_named(name)
    sectors = list(table.Z.index)
    own = data["block"].isin(["total", "domestic"])
    across = data.loc[data["row"] == "rounding", sectors].to_numpy()[0]
    # some fifty cells a line, each printed to 0.1 million dollars or 100 yuan (1e-6)
    limit = 1.0 if "oecd" in name else 1e-5
    assert max(data.loc[own, "rounding"].abs().max(), np.abs(across).max()) <= limit
    printed = data.loc[own, list(table.final_demand.columns)].to_numpy()
    moved = np.abs(table.final_demand.to_numpy() - printed)
    assert (moved > 0).sum(axis=1).max() <= 1
    assert moved.max() <= limit
    largest = np.abs(printed).max(axis=1, keepdims=True)
    assert (np.abs(printed) == largest)[moved > 0].all()
    components = data.set_index("row").loc[table.value_added.index, sectors].to_numpy()
    moved = np.abs(table.value_added.to_numpy() - components)
    assert (moved > 0).sum(axis=0).max() <= 1
    assert moved.max() <= limit
    assert (np.abs(components) == np.abs(components).max(axis=0))[moved > 0].all()


def test_a_published_cell_in_one_unit() -> None:
    table = load_io("CHN", 2018)
    assert table.unit == "100 million yuan"
    assert table.Z.loc["01", "01"] == 13934.012033  # printed 139340120.33 (10,000 yuan)
    assert list(table.value_added.index) == COMPONENTS
    assert list(table.final_demand.columns) == [
        "consumption",
        "fixed_capital_formation",
        "inventories",
        "exports",
    ]


def test_imports_are_a_negative_column_and_the_discrepancy_stands_alone() -> None:
    table = load_io("CHN", 2015, imports="included")
    assert (table.final_demand["imports"] <= 0).all()
    share = table.final_demand["statistical_discrepancy"].abs().sum() / table.Z.to_numpy().sum()
    assert 0.01 < share < 0.03  # the extension table of 2015: see the method page


def test_zeros_and_negative_values_are_kept() -> None:
    table = load_io("CHN", 2012, imports="included")
    assert table.value_added.loc["operating_surplus", "01"] == 0.0
    assert table.value_added.loc["net_production_taxes", "01"] == -2895.656877


def test_defaults_follow_the_source() -> None:
    assert load_io("CHN", 2018).imports is not None
    assert load_io("JPN", 2018).imports is None
    assert load_io("CHN", 2018, source="oecd").unit == "million US dollars"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("CHN", 2015), "China 2015 at 42 with imports 'separate': pass imports='included'"),
        (("CHN", 2016), r"embedded: 42 included 2012, 2015"),
        (("JPN", 2018, "separate"), "Japan 2018 at oecd45 .* pass imports='included'"),
        (
            ("CHN", 2018, "inside"),
            "imports 'inside' is unknown; .*one of separate, included",
        ),
        (("CHN", 2018, None, 150), "no embedded table of China 2018 at 150"),
        (("CHN", 2018, None, None, "eora"), "country 'CHN' from source 'eora'"),
        (("FRA", 2018), "country 'FRA' .*: expected CHN .* read_io reads your own file"),
        (("CHN", "2018x"), "no embedded table of China 2018x"),
    ],
)
def test_absent_tables_say_what_is_there(arguments: tuple[str, ...], message: str) -> None:
    keys = ("imports", "detail", "source")
    options = dict(zip(keys, arguments[2:], strict=False))
    with pytest.raises(DataError, match=message) as caught:
        load_io(*arguments[:2], **options)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("detail", [42, 139, 149, 153, 2002])
def test_sector_lists_fit_their_tables(detail: int) -> None:
    sectors = load_sectors("CHN", detail)
    assert sectors.index.is_unique
    assert (sectors["name_en"] != "").all()
    assert (sectors["name_zh"] != "").all()
    if detail != 2002:
        year = {42: 2018, 139: 2012, 149: 2017, 153: 2018}[detail]
        table = load_io("CHN", year, imports="included", detail=detail)
        assert list(table.Z.index) == list(sectors.index)


def test_ict_producing_sectors() -> None:
    assert list(load_sectors("CHN", 42).query("ict_producing").index) == ["20", "21", "31"]
    fine = load_sectors("CHN", 153).query("ict_producing")
    assert [*fine.index] == [f"{code:03d}" for code in [*range(90, 97), *range(125, 130)]]
    assert list(load_sectors("JPN", 45).query("ict_producing").index) == ["17", "34", "35"]


def test_sector_lists_have_the_columns_that_are_documented() -> None:
    own = ["name_en", "short_name", "name_zh", "ict_producing"]
    assert list(load_sectors("CHN", 42).columns) == own
    fine = load_sectors("CHN", 153)
    assert [name for name in fine.columns if name != "code42"] == own
    assert fine["short_name"].equals(fine["name_en"].rename("short_name"))


def test_of_many_notes_of_a_reading_eight_are_shown() -> None:
    source = TableSource("in/t.csv", layout="wiod", edition="2016", year="2014")
    told = source.with_notes(dropped=tuple("abcdefgh"))
    assert told.lines() == (
        "Read from t.csv, 2014 as layout wiod 2016.",
        "Dropped: a; b; c; d; e; f; g; h.",
    )
    more = told.with_notes(dropped=("i", "j"), assumed=("x",))
    assert more.lines()[1:] == ("Dropped: a; b; c; d; e; f; g; h; and 2 more.", "Assumed: x.")


def test_sector_lists_that_do_not_exist() -> None:
    assert classified_sectors("NACE2") == {}
    for named, detail in (("NBS42-2012", 42), ("NBS42-2002", 2002)):
        assert classified_sectors(named) == load_sectors("CHN", detail)["short_name"].to_dict()
    with pytest.raises(DataError, match="no sector list of 'CHN' with 43"):
        load_sectors("CHN", 43)
    with pytest.raises(DataError, match="no sector list of 'FRA' with 153"):
        load_sectors("FRA", 153)
    with pytest.raises(DataError, match="no concordance of 42 products"):
        load_concordance(42)


def test_panel_flags_agree_with_the_sector_list() -> None:
    panel = fetch("china_provinces")
    late = panel[(panel["classification"] == "NBS42-2012") & panel["ict_producing"]]
    assert sorted(late["sector"].unique()) == ["20", "21", "31"]
