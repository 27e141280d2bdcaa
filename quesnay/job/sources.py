"""Where a study's data come from: embedded sets by name, the user's own files by path."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd

from quesnay.datasets.catalogue import load_dataset
from quesnay.datasets.input_output import load_io
from quesnay.datasets.macro import load_gdp, load_gdp_vintages
from quesnay.datasets.panels import load_panel
from quesnay.datasets.readers.read import read_io
from quesnay.fitting.errors import DataError, StudyError, nearest, suggestion
from quesnay.models.input_output.table import InputOutputTable
from quesnay.studies.sections import Study

__all__ = ["gdp_vintages", "industries", "panel", "published_demand", "read_csv", "table"]


def table(study: Study, year: int) -> InputOutputTable:
    """Return the input-output table of one year, from the user's file where the study names one."""
    use = study.tables
    if str(year) in use.files:
        return read_io(use.files[str(year)], layout=use.layout)
    return load_io(study.study.country, year, imports=use.imports, source=use.source)


def panel(name: str) -> pd.DataFrame:
    """Return a panel, to be read only: an embedded one by name, or a CSV file of the user."""
    return read_csv(name, ()) if name.endswith(".csv") else _embedded(name)


@lru_cache(maxsize=4)
def _embedded(name: str) -> pd.DataFrame:
    """Load an embedded panel once: a run fits many equations on the same one."""
    return load_panel(name)


def gdp_vintages(study: Study) -> pd.DataFrame:
    """Return GDP by year and vintage in the units of the tables, indexed by both."""
    if study.gdp.file is not None:
        known = read_csv(study.gdp.file, ("year", "vintage", "gdp", "real_growth"))
    else:
        known = load_gdp_vintages(study.study.country)
    return known.set_index(["year", "vintage"])


def industries(study: Study) -> pd.DataFrame:
    """Return value added by year and industry group of the study, in the units of the tables.

    In a file of the user the groups are further columns beside ``gdp``; the last vintage of a year
    is taken.
    """
    groups = list(study.tables.groups)
    if study.gdp.file is None:
        known = load_gdp(study.study.country)
    else:
        known = read_csv(study.gdp.file, ("year", "gdp")).groupby("year").last()
    for group in groups:
        if group not in known.columns:
            raise DataError(
                f"no value added is published for industry group {group!r};"
                f"{nearest(group, known.columns)}"
            )
    return known[groups]


def published_demand(study: Study) -> pd.DataFrame:
    """Return published totals of final demand, years x categories; no column where none is named.

    Levels are used as ratios to the tables only, so that their unit does not matter.
    """
    use = study.tables.demand
    if use is None:
        return pd.DataFrame()
    if use.dataset.endswith(".csv"):
        known = read_csv(use.dataset, ("code", "year", "value"))
    else:
        known = load_dataset(use.dataset)
        if not {"code", "year", "value"} <= set(known.columns):
            raise StudyError(
                f"tables.demand.dataset: {use.dataset!r} has no columns code, year, value"
            )
    for category, code in use.codes.items():
        if code not in set(known["code"]):
            raise StudyError(
                f"tables.demand.codes.{category}: no series {code!r} in {use.dataset};"
                f"{nearest(code, known['code'].unique())}"
            )
    wide = known[known["code"].isin(list(use.codes.values()))].pivot(
        index="year", columns="code", values="value"
    )
    return pd.DataFrame({category: wide[code] for category, code in use.codes.items()})


def read_csv(path: str, needed: Sequence[str]) -> pd.DataFrame:
    """Read a CSV file of the user; codes stay text.

    Parameters
    ----------
    path : str
        The file.
    needed : sequence of str
        Columns that must be there.

    Returns
    -------
    DataFrame
        The rows; a column whose values all begin with a digit and keep a leading zero stays text.

    Raises
    ------
    DataError
        If the file cannot be read or lacks a column.
    """
    try:
        frame = pd.read_csv(Path(path), dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DataError(f"{path}: cannot read this CSV file ({error})") from error
    for name in needed:
        if name not in frame.columns:
            raise DataError(f"{path}: column {name!r} is missing;{suggestion(name, frame.columns)}")
    return frame.apply(_typed)


def _typed(column: "pd.Series[str]") -> pd.Series:
    """Numbers where every cell is one and none keeps a leading zero, truth values, else text."""
    padded = column.str.match(r"0\d")
    truth = column.str.lower()
    if truth.isin(["true", "false"]).all():
        return truth == "true"
    if padded.any():
        return column
    number = pd.to_numeric(column.replace("", "nan"), errors="coerce")
    return number if number.notna().eq(column != "").all() else column
