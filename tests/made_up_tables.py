"""A balanced table of two sectors, written in the layouts of statistical offices."""

import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array

SECTORS = ["A", "B"]
Z = np.array([[10.0, 20.0], [30.0, 40.0]])
F = np.array([[60.0, 30.0, -20.0], [20.0, 10.0, 0.0]])
V = np.array([[40.0, 30.0], [20.0, 10.0]])
X = Z.sum(axis=1) + F.sum(axis=1)

Row = Sequence[object]


def write_rows(path: Path, rows: Sequence[Row], *, separator: str = ",") -> Path:
    """Write rows as text, quoting nothing, or as a workbook by the ending of `path`."""
    if path.suffix == ".xlsx":
        frame = pd.DataFrame([list(row) for row in rows])
        with pd.ExcelWriter(path, engine="xlsxwriter") as book:
            frame.to_excel(book, header=False, index=False, sheet_name="2017")
    else:
        text = "\n".join(separator.join(str(cell) for cell in row) for row in rows)
        path.write_text(text + "\n", encoding="utf-8")
    return path


def quesnay_rows() -> list[list[object]]:
    return [
        ["sector", "A", "B", "consumption", "exports", "imports", "output"],
        *([name, *Z[i], *F[i], X[i]] for i, name in enumerate(SECTORS)),
        ["wages", *V[0], "", "", "", ""],
        ["surplus", *V[1], "", "", "", ""],
    ]


def nbs_rows() -> list[list[object]]:
    head: list[object] = ["code", "01", "02", "TIU", "FU101", "FU201", "EX", "IM", "GO"]
    total = Z.sum(axis=1)
    body: list[list[object]] = []
    for i, code in enumerate(["01", "02"]):
        body.append([code, *Z[i], total[i], F[i, 0], 0.0, F[i, 1], -F[i, 2], X[i]])
    blank = [""] * 6
    return [
        ["Input-output table, 10,000 yuan", *[""] * 8],
        head,
        *body,
        ["TII", *Z.sum(axis=0), *blank],
        ["VA001", *V[0], *blank],
        ["VA002", 0.0, 0.0, *blank],
        ["VA003", 0.0, 0.0, *blank],
        ["VA004", *V[1], *blank],
        ["TVA", *V.sum(axis=0), *blank],
        ["TI", *X, *blank],
        ["Note: made up", *[""] * 8],
    ]


def nbs_separate_rows() -> list[list[object]]:
    rows: list[list[object]] = [["code", "01", "02", "TC", "FU201", "FU202", "EX", "GO"]]
    rows += [[f"D0{i + 1}", *(0.5 * Z[i]), *F[i], 0.0, X[i]] for i in range(2)]
    rows += [[f"M0{i + 1}", *(0.5 * Z[i]), 1.0, 0.0, 0.0, 0.0, 9.0] for i in range(2)]
    names = ["VA001", "VA002", "VA003", "VA004"]
    values = [V[0], np.zeros(2), np.zeros(2), V[1]]
    rows += [[name, *v, *[""] * 5] for name, v in zip(names, values, strict=True)]
    return rows


def icio_rows() -> list[list[object]]:
    return [
        ["V1", "AUS_A01_02", "CHN_B05", "AUS_HFCE", "CHN_GFCF", "CHN_DPABR", "OUT"],
        ["AUS_A01_02", *Z[0], *F[0], X[0]],
        ["CHN_B05", *Z[1], *F[1], X[1]],
        ["TLS", *V[1], 5.0, 1.0, 0.0, 36.0],
        ["VA", *V[0], 0.0, 0.0, 0.0, 70.0],
        ["OUT", *X, 0.0, 0.0, 0.0, 0.0],
    ]


def wiod_rows() -> list[list[object]]:
    codes = ["A01", "C10-C12", "CONS_h", "GFCF", "INVEN", "GO"]
    places = ["AUS", "ROW", "AUS", "AUS", "ROW", "TOT"]
    return [
        ["Intercountry Input-Output Table", *[""] * 9],
        ["in current prices and millions of US$", *[""] * 9],
        ["(industry-by-industry)", "", "", "", *codes],
        ["(millions of US$)", "", "", "", "Crops", "Food", "Household", "Fixed", "Stocks", "GO"],
        ["", "", "", "", *places],
        ["", "", "", "", "c1", "c2", "c57", "c60", "c61", "c62"],
        ["A01", "Crops", "AUS", "r1", *Z[0], *F[0], X[0]],
        ["C10-C12", "Food", "ROW", "r2", *Z[1], *F[1], X[1]],
        ["II_fob", "Total intermediate consumption", "TOT", "r65", *Z.sum(axis=0), 0, 0, 0, 0],
        ["TXSP", "taxes less subsidies", "TOT", "r66", *V[1], 0, 0, 0, 0],
        ["VA", "Value added at basic prices", "TOT", "r70", *V[0], 0, 0, 0, 0],
        ["GO", "Output at basic prices", "TOT", "r73", *X, 0, 0, 0, 0],
    ]


def figaro_rows() -> list[list[object]]:
    return [
        ["rowLabels", "AT_A01", "FIGW1_B", "AT_P3_S14", "AT_P51G", "FIGW1_P5M"],
        ["AT_A01", *Z[0], *F[0]],
        ["FIGW1_B", *Z[1], *F[1]],
        ["W2_D21X31", *V[1], 3.0, 0.0, 0.0],
        ["W2_D1", *V[0], 0.0, 0.0, 0.0],
    ]


def figaro_flat_rows() -> list[list[object]]:
    matrix = figaro_rows()
    header = ["icioiRow", "icioiCol", "refArea", "rowIi", "counterpartArea", "colIi", "obsValue"]
    rows: list[list[object]] = [list(header)]
    for line in matrix[1:]:
        for name, value in zip(matrix[0][1:], line[1:], strict=True):
            down, across = str(line[0]), str(name)
            rows.append([down, across, *down.split("_", 1), *across.split("_", 1), value])
    return rows


def write_exiobase(folder: Path, *, coefficients: bool = False) -> Path:
    (folder / "satellite").mkdir(parents=True)
    industries = [["region", "", "AT", "WW"], ["sector", "", "Wheat", "Steel"]]
    index = ["region", "sector", "", ""]
    body = Z / X if coefficients else Z
    rows = [*industries, index, ["AT", "Wheat", *body[0]], ["WW", "Steel", *body[1]]]
    write_rows(folder / ("A.txt" if coefficients else "Z.txt"), rows, separator="\t")
    if coefficients:
        x = [["region", "sector", "indout"], ["AT", "Wheat", X[0]], ["WW", "Steel", X[1]]]
        write_rows(folder / "x.txt", x, separator="\t")
    demand = [
        ["region", "", "AT", "AT", "WW"],
        ["category", "", "Households", "Investment", "Stocks"],
        ["region", "sector", "", "", ""],
        ["AT", "Wheat", *F[0]],
        ["WW", "Steel", *F[1]],
    ]
    write_rows(folder / "Y.txt", demand, separator="\t")
    factors = [
        ["region", "AT", "WW"],
        ["sector", "Wheat", "Steel"],
        ["stressor", "", ""],
        ["Compensation of employees; wages", *V[0]],
        ["Operating surplus: total", *V[1]],
        ["Employment people", 7, 8],
    ]
    write_rows(folder / "satellite" / "F.txt", factors, separator="\t")
    return folder


def write_eora(folder: Path) -> Path:
    folder.mkdir(parents=True)
    for ending, block in (("T", Z), ("FD", F), ("VA", V)):
        write_rows(folder / f"Eora26_2015_bp_{ending}.txt", block.tolist(), separator="\t")
    sectors = [["Austria", "AUT", "Industries", "Farming", ""]]
    sectors.append(["Rest of World", "ROW", "Industries", "TOTAL", ""])
    finals = [["Austria", "AUT", "Final demand", name, ""] for name in ("Households", "Fixed")]
    finals.append(["Rest of World", "ROW", "Final demand", "Stocks", ""])
    inputs = [["Primary Inputs", "Compensation", ""], ["Primary Inputs", "Surplus", ""]]
    for name, rows in (("T", sectors), ("FD", finals), ("VA", inputs)):
        write_rows(folder / f"labels_{name}.txt", rows, separator="\t")
    return folder


GLORIA_REGIONS = ("AUT", "CHN", "ROW")
GLORIA_SECTORS = ("Wheat", "Steel")


def gloria_blocks() -> dict[str, Array]:
    """T, Y and V of three regions with two industries and two products each.

    In AUT the first industry also makes the second product; all else is diagonal. Use of a product
    is drawn, final demand of the home region is what is left of its supply.
    """
    draw = np.random.default_rng(5)
    r, n = 3, 2
    supply = np.diag([100.0, 80, 200, 300, 150, 90])
    supply[0, 1] = 10.0
    use = draw.integers(1, 15, (6, 6)).astype(float)
    final = draw.integers(1, 9, (6, 3 * 2)).astype(float)
    final[:, 2] = 0.0
    left = supply.sum(axis=0) - use.sum(axis=1) - final.sum(axis=1)
    for k in range(6):
        final[k, 2 * (k // n)] += left[k]
    value = supply.sum(axis=1) - use.sum(axis=0)
    T = np.zeros((2 * n * r, 2 * n * r))
    V = np.zeros((2 * r, 2 * n * r))
    Y = np.zeros((2 * n * r, 2 * r))
    made = [2 * n * (k // n) + k % n for k in range(6)]  # places of industries
    sold = [place + n for place in made]
    T[np.ix_(made, sold)] = supply
    T[np.ix_(sold, made)] = use
    Y[sold] = final
    for k, place in enumerate(made):
        V[2 * (k // n), place], V[2 * (k // n) + 1, place] = 0.75 * value[k], 0.25 * value[k]
    return {"T": T, "Y": Y, "V": V}


def write_gloria(folder: Path, year: int = 2020) -> Path:
    """Write a GLORIA year: three files of numbers without labels, and the ReadMe workbook."""
    folder.mkdir(parents=True, exist_ok=True)
    for letter, block in gloria_blocks().items():
        name = f"20230315_120secMother_AllCountries_002_{letter}-Results_{year}_057_Markup001(full)"
        text = "\n".join(",".join(f"{cell:g}" for cell in row) for row in block)
        (folder / f"{name}.csv").write_text(text + "\n")
    regions = pd.DataFrame(
        {
            "Lfd_Nr": [1, 2, 3],
            "Region_acronyms": GLORIA_REGIONS,
            "Region_names": ["Austria", "China", "Rest"],
        }
    )
    sectors = pd.DataFrame({"Lfd_Nr": [1, 2], "Sector_names": GLORIA_SECTORS})
    rest = pd.DataFrame(
        {
            "Value_added_names": ["Compensation of employees D.1", "Net operating surplus B.2n"],
            "Final_demand_names": ["Household final consumption P.3h", "Inventories P.52"],
        }
    )
    with pd.ExcelWriter(folder / "GLORIA_ReadMe_057.xlsx", engine="xlsxwriter") as book:
        for name, frame in (
            ("Regions", regions), ("Sectors", sectors), ("Value added and final demand", rest),
        ):  # fmt: skip
            frame.to_excel(book, sheet_name=name, index=False)
    return folder


def zipped(folder: Path, archive: Path, *, below: str = "") -> Path:
    """Pack a folder's files as publishers do, below a folder of the archive or not."""
    archive.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                out.write(file, f"{below}{file.relative_to(folder).as_posix()}")
    return archive


def bea_use_rows() -> list[list[object]]:
    """Commodity 21 is made by both industries, Other by none; see bea_make_rows."""
    return [
        ["Use table", *[""] * 7],
        ["(Millions of dollars)", *[""] * 7],
        ["", "", "11", "21", "T001", "F010", "F050", "T007"],
        ["IOCode", "Name", "Farms", "Mining", "Total", "Consumption", "Imports", "Output"],
        ["11", "Farms", 10.0, 20.0, 30.0, 70.0, "...", 100.0],
        ["21", "Mining", 30.0, 40.0, 70.0, 40.0, -10.0, 100.0],
        ["Other", "Noncomparable imports", 5.0, "...", 5.0, 3.0, -8.0, "..."],
        ["T005", "Total intermediate", 45.0, 60.0, 105.0, 113.0, -18.0, 200.0],
        ["V001", "Compensation", 35.0, 20.0, 55.0, "", "", ""],
        ["V002", "Taxes", 10.0, 5.0, 15.0, "", "", ""],
        ["V003", "Gross operating surplus", 20.0, 5.0, 25.0, "", "", ""],
        ["T008", "Total industry output", 110.0, 90.0, 200.0, "", "", ""],
        ["Note. Made up.", *[""] * 7],
    ]


def bea_make_rows() -> list[list[object]]:
    return [
        ["Make table", *[""] * 5],
        ["", "", "11", "21", "Other", "T008"],
        ["IOCode", "Name", "Farms", "Mining", "Noncomparable", "Total"],
        ["11", "Farms", 100.0, 10.0, "...", 110.0],
        ["21", "Mining", "...", 90.0, "...", 90.0],
        ["T007", "Total commodity output", 100.0, 100.0, "...", 200.0],
    ]
