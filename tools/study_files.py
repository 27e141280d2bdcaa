"""Write the page of every key of a study file from the schema: ``python -m tools.study_files``."""

from pathlib import Path

from quesnay.diagnostics.reproduction.own_data import column_table
from quesnay.diagnostics.reproduction.study import key_table

ROOT = Path(__file__).resolve().parents[1]

HEAD = """# Study files

A study is a TOML file: what is measured, from which tables, which part of which sector is the
core, and which printed figures the
account is judged by. Nothing about a country, a technology or a year stands in the code.

    quesnay init my_study                     # a commented file: a core and its linkages, 30 lines
    quesnay init my_study --template full     # every section once
    quesnay init my_study --template country  # a country from an OECD table
    quesnay check my_study/study.toml         # what will be estimated, from what, what is missing
    quesnay run my_study/study.toml --out result

`qn.check_study(path)` and `qn.reproduce(path)` do the same from Python.

## Which sections a question needs

| question | sections |
|---|---|
| the core industries alone | `study` (with `runs = ["core"]`), `tables`, `core` |
| the core and what it is tied to | `study`, `tables`, `core` |
| an elasticity | the same and `potential`; `runs = ["elasticity"]` for it alone |
| a diffusion curve through printed totals | the same, `penetration`, `gdp`, `reported` |
| years between two tables | `tables.groups`; GDP by industry, embedded or in `gdp.file` |
| jobs | `employment` |
| verdicts | `reported` |
| growth of an economy by its capital inputs, without any table | `study`, `klems`, `reported` |

Without `gdp`, GDP of a table year is the value added of its table. Without `core.figure`, the
weights are shares of the sectors as
they stand, 1.0 for a whole sector; set `core.dispersion = 0.0` where they are certain.

## Printed figures

One line each: the letter of the concept and the two last digits of the year.

    [reported.figures]
    T19 = { printed = "2.13", unit = "trillion yuan", year = 2019 }
    S19 = { printed = "2.2", unit = "percent", year = 2019 }

C core, I integration-driven part, T total, S share of GDP, H integration-driven share, K
contribution to the growth of GDP, G real
growth, N nominal growth, J new jobs. Units begin with trillion, billion, 100 million, million,
10,000 or percent. The digits count:
`"3.10"` is an interval a tenth as wide as `"3.1"`. What a run uses (`core.figure`, `penetration`)
is not judged by it.

## Every key

Keys of a section in double brackets, such as `potential.equations`, may come several times.
"""

DATA = """
## Files of your own

csv (comma, semicolon or tab; UTF-8) or the first sheet of an xlsx workbook; the first row names
the columns; paths are relative to
the study file. Numbers are written plainly, `1234.5`. A cell such as `1,234`, `5%`, `x`, an empty
one or full-width digits is refused
with file, row, column and value; of many faults the first three are shown and all are counted.

| file | column | type | unit | range | empty | unique | meaning |
|---|---|---|---|---|---|---|---|
"""

PANEL = """
A panel also holds the columns that the regression names: those of `logarithms` numbers (empty: the
row is dropped and counted),
`weights` numbers of 0 or more, `exclude` true or false, all others text. Tables of your own are
read by `quesnay table check`.
"""


def page() -> str:
    """Return the page."""
    parts, section = [HEAD], ""
    for row in key_table():
        own, _, key = row["key"].rpartition(".")
        if own != section:
            section = own
            parts.append(f"\n### {section}\n\n| key | type | default | unit | meaning | example |")
            parts.append("\n|---|---|---|---|---|---|\n")
        example = f"`{row['example']}`" if row["example"] else ""
        cells = (f"`{key}`", row["type"], row["default"], row["unit"], row["meaning"], example)
        parts.append(_line(cells))
    parts.append(DATA)
    parts += [_line(tuple(row.values())) for row in column_table()]
    return "".join([*parts, PANEL])


def _line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "/") for cell in cells) + " |\n"


if __name__ == "__main__":
    (ROOT / "docs" / "reference" / "study_files.md").write_text(page(), encoding="utf-8")
