"""Layouts of several files: GLORIA, and archives of EXIOBASE and Eora as they are published."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn

from .made_up_tables import (
    GLORIA_REGIONS,
    gloria_blocks,
    write_eora,
    write_exiobase,
    write_gloria,
    write_rows,
    zipped,
)


def by_hand() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Z = D U, Y and value added of the twin, from its blocks with plain matrix algebra."""
    blocks = gloria_blocks()
    made = [0, 1, 4, 5, 8, 9]
    sold = [k + 2 for k in made]
    supply, use = blocks["T"][np.ix_(made, sold)], blocks["T"][np.ix_(sold, made)]
    shares = supply / supply.sum(axis=0)
    names = [f"{r}_{s}" for r in GLORIA_REGIONS for s in ("Wheat", "Steel")]
    V = blocks["V"][:, made].reshape(3, 2, 6).sum(axis=0)
    return (
        pd.DataFrame(shares @ use, names, names),
        pd.DataFrame(shares @ blocks["Y"][sold], names),
        pd.DataFrame(V, columns=names),
    )


def test_gloria_is_industry_by_industry_under_fixed_sales_shares(tmp_path: Path) -> None:
    table = qn.read_io(write_gloria(tmp_path / "gloria"))
    Z, Y, V = by_hand()
    np.testing.assert_allclose(table.Z, Z, rtol=1e-13)
    np.testing.assert_allclose(table.f, Y.sum(axis=1), rtol=1e-12)
    np.testing.assert_allclose(table.x, [110, 80, 200, 300, 150, 90], rtol=1e-13)
    np.testing.assert_allclose(table.v, V.sum(axis=0), rtol=1e-12)
    assert list(table.sectors) == list(Z.index)
    assert (table.unit, table.name) == ("thousand US dollars", "GLORIA 2020")
    assert table.source is not None
    assert table.source.edition == "057"
    assert "basic prices (Markup001)" in table.source.assumed[1]


def test_a_country_of_gloria_is_cut_out_while_it_is_read(tmp_path: Path) -> None:
    table = qn.read_io(write_gloria(tmp_path / "gloria"), country="CHN")
    tables: Any = by_hand()
    Z, Y, _ = tables
    home, abroad = ["CHN_Wheat", "CHN_Steel"], ["AUT", "ROW"]
    np.testing.assert_allclose(table.Z, Z.loc[home, home], rtol=1e-13)
    np.testing.assert_allclose(table.x, [200, 300], rtol=1e-13)
    bought = sum(Z.loc[[f"{r}_Wheat", f"{r}_Steel"], home].to_numpy() for r in abroad)
    assert table.imports is not None
    np.testing.assert_allclose(table.imports.Z.loc[["Wheat", "Steel"]], bought, rtol=1e-13)
    exports = table.final_demand[["exports_of_inputs", "exports_for_final_use"]].sum(axis=1)
    away = Z.loc[home, ~Z.columns.isin(home)].sum(axis=1) + Y.loc[home, [0, 1, 4, 5]].sum(axis=1)
    np.testing.assert_allclose(exports, away, rtol=1e-13)


def test_a_country_keeps_an_item_of_value_added_that_one_industry_does_not_pay(
    tmp_path: Path,
) -> None:
    folder = write_gloria(tmp_path / "gloria")
    (file,) = folder.glob("*_V-Results_*")
    items = np.loadtxt(file, delimiter=",")
    places = np.flatnonzero(items[2:4].any(axis=0))  # the industries of China
    items[2, places[0]] += items[3, places[0]]
    items[3, places[0]] = 0.0
    np.savetxt(file, items, delimiter=",", fmt="%g")
    paid = qn.read_io(folder, country="CHN").value_added
    np.testing.assert_allclose(paid, items[2:4][:, places])


@pytest.mark.parametrize("inside", [True, False])
def test_gloria_is_read_from_its_archive_with_the_labels_beside_or_in_it(
    tmp_path: Path, inside: bool
) -> None:
    folder = write_gloria(tmp_path / "gloria")
    plain = qn.read_io(folder)
    if not inside:
        (folder / "GLORIA_ReadMe_057.xlsx").rename(tmp_path / "GLORIA_ReadMe_057.xlsx")
    archive = zipped(folder, tmp_path / "GLORIA_MRIOs_57_2020.zip", below="GLORIA_MRIOs_57_2020/")
    pd.testing.assert_frame_equal(qn.read_io(archive).Z, plain.Z)


def test_a_year_of_gloria_is_chosen_among_archives(tmp_path: Path) -> None:
    for year in (2019, 2020):
        folder = write_gloria(tmp_path / str(year), year)
        (folder / "GLORIA_ReadMe_057.xlsx").replace(tmp_path / "GLORIA_ReadMe_057.xlsx")
        zipped(folder, tmp_path / "all" / f"GLORIA_MRIOs_57_{year}.zip")
    assert qn.read_io(tmp_path / "all", year=2019).name == "GLORIA 2019"
    with pytest.raises(qn.DataError, match=r"years 2019, 2020.*pass year=2020"):
        qn.read_io(tmp_path / "all")
    with pytest.raises(qn.DataError, match="no table of the year 2018"):
        qn.read_io(tmp_path / "all", year=2018)


Change = Callable[[Path], object]


def without(pattern: str) -> Change:
    def change(folder: Path) -> None:
        for file in folder.glob(pattern):
            file.unlink()

    return change


def emptied(pattern: str) -> Change:
    def change(folder: Path) -> None:
        (file,) = folder.glob(pattern)
        file.write_text("")

    return change


def rewritten(pattern: str, old: str, new: str, count: int = 1) -> Change:
    def change(folder: Path) -> None:
        (file,) = folder.glob(pattern)
        file.write_text(file.read_text().replace(old, new, count))

    return change


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (without("*Y-Results*"), {}, "0 files Y-Results beside"),
        (without("*ReadMe*"), {}, "0 workbooks GLORIA_ReadMe_057.xlsx; expected one"),
        (rewritten("*T-Results*", "0,0,100", "0,x,100"), {}, "row 1: 'x' is no finite number"),
        (rewritten("*T-Results*", "0,0,100", "0,100"), {}, "row 1 has 11 cells; .* make 12 x 12"),
        (rewritten("*T-Results*", "0,0,100", "5,0.0,100"), {}, "row 1: 5 stands outside the block"),
        (rewritten("*V-Results*", "\n", "\n0,0,0,0,0,0,0,0,0,0,0,0\n"), {}, "make 6 x 12"),
        (rewritten("*Y-Results*", "0,0,0,0,0,0\n", ""), {}, "11 rows; the labels"),
        (emptied("*Y-Results*"), {}, r"csv: 0 rows; the labels of the ReadMe make 12$"),
        (lambda _: None, {"country": "CHI"}, "no country 'CHI'; did you mean 'CHN'"),
        (lambda _: None, {"year": 2018}, "no table of the year 2018"),
    ],
)
def test_what_is_no_gloria_year_is_refused(
    tmp_path: Path, change: Change, options: dict[str, object], message: str
) -> None:
    folder = write_gloria(tmp_path / "gloria")
    change(folder)
    with pytest.raises(qn.DataError, match=message):
        qn.read_io(folder, **options)  # type: ignore[arg-type]


def test_a_world_that_does_not_fit_into_memory_names_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_gloria(tmp_path / "gloria")
    # six by six flows of eight bytes, and as much again
    monkeypatch.setattr("os.sysconf", lambda name: {"SC_PAGE_SIZE": 2}.get(name, 288))
    assert len(qn.read_io(folder).sectors) == 6
    monkeypatch.setattr("os.sysconf", lambda name: {"SC_PAGE_SIZE": 1}.get(name, 575))
    with pytest.raises(qn.DataError, match="cut a country out with country="):
        qn.read_io(folder)


@pytest.mark.parametrize("below", ["", "IOT_2011_pxp/"])
def test_exiobase_is_read_from_its_archive(tmp_path: Path, below: str) -> None:
    folder = write_exiobase(tmp_path / "IOT_2011_pxp", coefficients=True)
    archive = zipped(folder, tmp_path / "IOT_2011_pxp.zip", below=below)
    table = qn.read_io(archive)
    pd.testing.assert_frame_equal(table.Z, qn.read_io(folder).Z)
    assert table.source is not None
    assert (table.source.layout, len(table.source.sha256)) == ("exiobase", 64)
    outputs = folder / "x.txt"
    head, *rows = outputs.read_text().splitlines()
    outputs.write_text("\n".join([head, *rows[::-1]]) + "\n")
    with pytest.raises(qn.DataError, match=r"IOT_2011_pxp: rows of A[.]txt and x[.]txt differ"):
        qn.read_io(folder)


def test_a_year_is_not_held_against_a_system_whose_name_has_none(tmp_path: Path) -> None:
    folder = write_exiobase(tmp_path / "plain")
    table = qn.read_io(folder, layout="exiobase", year=2011)
    pd.testing.assert_frame_equal(table.Z, qn.read_io(folder).Z)
    assert table.source.sheet == ""


def test_taxes_on_products_of_exiobase_stand_apart_and_persons_are_no_income(
    tmp_path: Path,
) -> None:
    folder = write_exiobase(tmp_path / "system")
    factors = folder / "satellite" / "F.txt"
    factors.write_text(
        factors.read_text().replace("wages\t40.0\t30.0", "wages\t33.0\t19.0")
        + "Taxes less subsidies on products purchased: Total\t5.0\t8.0\n"
        "Other net taxes on production\t2.0\t3.0\n"
    )
    table = qn.read_io(folder)
    assert table.taxes is not None
    assert table.taxes.Z.to_numpy().tolist() == [[5.0, 8.0]]
    assert table.taxes.final_demand is not None
    assert table.taxes.final_demand.to_numpy().tolist() == [[0.0, 0.0, 0.0]]
    assert table.value_added.T.to_dict("list") == {
        "Compensation of employees; wages": [33.0, 19.0], "Operating surplus: total": [20.0, 10.0],
        "Other net taxes on production": [2.0, 3.0],
    }  # fmt: skip


def test_a_first_row_with_an_empty_cell_is_no_line_of_names(tmp_path: Path) -> None:
    folder = write_exiobase(tmp_path / "system")
    plain, flows = qn.read_io(folder).Z, folder / "Z.txt"
    text = flows.read_text().replace("region\tsector\t\t\n", "")
    flows.write_text(text)
    pd.testing.assert_frame_equal(qn.read_io(folder).Z, plain)
    flows.write_text(text.replace("AT\tWheat\t10.0", "AT\tWheat\t"))
    with pytest.raises(qn.DataError, match="row 'AT_Wheat', column 'AT_Wheat': is empty"):
        qn.read_io(folder)


def test_files_are_looked_for_in_two_folders_below(tmp_path: Path) -> None:
    write_exiobase(tmp_path / "all" / "a")
    assert list(qn.read_io(tmp_path / "all").sectors) == list(
        qn.read_io(tmp_path / "all/a").sectors
    )
    (tmp_path / "more").mkdir()
    (tmp_path / "all").rename(tmp_path / "more" / "all")
    with pytest.raises(qn.DataError, match="more: neither factor_inputs"):
        qn.read_io(tmp_path / "more")


def test_of_several_systems_five_are_named(tmp_path: Path) -> None:
    for name in "abcdef":
        write_exiobase(tmp_path / "all" / name)
    listed = ", ".join(f"{name}/Y.txt" for name in "abcde")
    said = f"all: 6 files named Y.txt: {listed}; expected one: keep one of them$"
    with pytest.raises(qn.DataError, match=said):
        qn.read_io(tmp_path / "all", layout="exiobase")


def test_a_year_of_exiobase_is_chosen_among_archives_of_a_folder(tmp_path: Path) -> None:
    for year in (2010, 2011, 2012):
        folder = write_exiobase(tmp_path / "made" / f"IOT_{year}_pxp")
        zipped(folder, tmp_path / "all" / f"IOT_{year}_pxp.zip", below=f"IOT_{year}_pxp/")
    with pytest.raises(
        qn.DataError, match=r"3 files named Y.txt: years 2010, 2011, 2012; .*year=2012"
    ):
        qn.read_io(tmp_path / "all")
    source = qn.read_io(tmp_path / "all", year=2011).source
    assert source is not None
    assert source.sheet == "IOT_2011_pxp.zip/IOT_2011_pxp"
    with pytest.raises(qn.DataError, match="no table of the year 2013"):
        qn.read_io(tmp_path / "all", year=2013)


@pytest.mark.parametrize("where", ["beside", "inside", "unpacked"])
def test_eora_is_read_from_its_archive_with_its_labels_apart(tmp_path: Path, where: str) -> None:
    folder = write_eora(tmp_path / "Eora26_2015_bp")
    plain = qn.read_io(folder)
    apart = tmp_path / "apart"
    apart.mkdir()
    for file in folder.glob("labels_*"):
        file.rename(apart / file.name)
    if where == "inside":
        zipped(apart, folder / "indices.zip")
    elif where == "beside":
        zipped(apart, tmp_path / "indices.zip")
    else:
        for file in apart.glob("labels_*"):
            file.rename(tmp_path / file.name)
    archive = zipped(folder, tmp_path / "Eora26_2015_bp.zip")
    pd.testing.assert_frame_equal(qn.read_io(archive).Z, plain.Z)


def test_eora_without_its_labels_says_where_they_are_published(tmp_path: Path) -> None:
    folder = write_eora(tmp_path / "Eora26_2015_bp")
    for file in folder.glob("labels_*"):
        file.unlink()
    archive = zipped(folder, tmp_path / "Eora26_2015_bp.zip")
    with pytest.raises(qn.DataError, match=r"labels_T.txt: no such file.*indices.zip beside it"):
        qn.read_io(archive)


ROWS: list[list[object]] = [
    ["s", "a", "b", "c"],
    ["a", 10, 20, 70],
    ["b", 30, 40, 30],
    ["wages", 60, 40, ""],
]


def test_an_archive_inside_an_archive_is_read(tmp_path: Path) -> None:
    made = tmp_path / "made"
    made.mkdir()
    write_rows(made / "t.csv", ROWS)
    zipped(made, tmp_path / "outer" / "inner.zip")
    outer = zipped(tmp_path / "outer", tmp_path / "outer.zip")
    assert qn.read_io(outer).x.tolist() == [100.0, 100.0]


def test_a_bomb_inside_an_archive_is_refused_and_so_is_a_third_archive(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out, out.open("t.csv", "w") as stream:
        for _ in range(300):
            stream.write(bytes(1 << 20))
    outer = tmp_path / "outer.zip"
    with zipfile.ZipFile(outer, "w") as out:
        out.write(bomb, "bomb.zip")
    with pytest.raises(qn.DataError, match="refused as a zip bomb"):
        qn.read_io(outer)
    deep = tmp_path / "deep.zip"
    with zipfile.ZipFile(deep, "w") as out:
        out.write(outer, "outer.zip")
    with pytest.raises(qn.DataError, match="0 files in the archive that could be the table"):
        qn.read_io(deep)


def test_blocks_of_another_day_of_processing_are_found(tmp_path: Path) -> None:
    folder = write_gloria(tmp_path / "gloria")
    plain = qn.read_io(folder)
    for file in folder.glob("*_[YV]-Results_*"):
        file.rename(folder / file.name.replace("20230315", "20230401"))
    pd.testing.assert_frame_equal(qn.read_io(folder).Z, plain.Z)


def test_the_labels_of_gloria_are_those_of_its_version_or_the_only_ones(tmp_path: Path) -> None:
    folder = write_gloria(tmp_path / "gloria")
    labels = folder / "GLORIA_ReadMe_057.xlsx"
    shutil.copy(labels, folder / "GLORIA_ReadMe_060.xlsx")
    said = "3 regions, 2 sectors: labels of "
    assert qn.read_io(folder).source.recognised[0] == f"{said}{labels.name}"
    labels.unlink()
    assert qn.read_io(folder).source.recognised[0] == f"{said}GLORIA_ReadMe_060.xlsx"


def test_a_product_that_is_used_and_made_by_nobody_is_its_industrys(tmp_path: Path) -> None:
    folder = write_gloria(tmp_path / "gloria")
    (file,) = folder.glob("*_T-Results_*")
    flows = np.loadtxt(file, delimiter=",")
    whole = qn.read_io(folder)
    bare = flows.copy()
    for industry in (0, 1, 4, 5, 8, 9):
        bare[industry] = 0.0
    np.savetxt(file, bare, delimiter=",", fmt="%g")
    (said,) = [
        line for line in qn.read_io(folder, strict=False).source.warnings if "made by" in line
    ]
    assert said.endswith("name: AUT_Wheat, AUT_Steel, CHN_Wheat, CHN_Steel, ROW_Wheat")  # of six
    flows[0:2, 3] = 0.0  # no industry of Austria makes steel any longer
    flows[3, 0] = 0.0  # which its own wheat does not use
    flows[11] = 0.0  # and steel of the rest of the world serves final demand only
    np.savetxt(file, flows, delimiter=",", fmt="%g")
    table = qn.read_io(folder, strict=False)
    assert any("made by nobody were given to the industry of their name: AUT_Steel" in line
               for line in table.source.warnings)  # fmt: skip
    np.testing.assert_allclose(table.Z.loc["AUT_Steel"], flows[3, [0, 1, 4, 5, 8, 9]], rtol=1e-12)
    assert not np.allclose(whole.Z.loc["AUT_Steel"], table.Z.loc["AUT_Steel"])


def test_where_the_memory_is_not_known_a_world_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("os.sysconf")  # as on Windows
    assert len(qn.read_io(write_gloria(tmp_path / "gloria")).sectors) == 6
