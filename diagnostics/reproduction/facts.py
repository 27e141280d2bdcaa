"""Where a study's data come from: embedded sets by name, the user's own files by path.

The facts of a study: tables, GDP by vintage, employment and printed figures.
"""

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
from quesnay.diagnostics.reproduction.study import Study
from dataclasses import dataclass
from typing import cast
from quesnay.datasets.reported import load_reported
from quesnay.fitting.errors import StudyError, nearest
from quesnay.models.printed import rounding_interval

__all__ = [
    "Facts",
    "collect_facts",
    "gdp_vintages",
    "industries",
    "panel",
    "published_demand",
    "read_csv",
    "table",
]


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


CONCEPTS = {
    "C": "core",
    "I": "integration",
    "T": "total",
    "S": "share",
    "H": "integration_share",
    "K": "contribution",
    "G": "growth",
    "J": "jobs",
}
_SCALES = {
    "trillion": 1e12,
    "billion": 1e9,
    "100 million": 1e8,
    "million": 1e6,
    "10,000": 1e4,
    "percent": 0.01,
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known before anything is estimated.

    Parameters
    ----------
    tables : dict of int to InputOutputTable
        Official tables by year.
    industries : DataFrame
        Years x published industry groups, value added, in the unit of the data.
    gdp, growth : DataFrame
        Vintage sets x years: GDP in the account's unit; official real growth, a fraction.
    forecast_base : float
        GDP of the year before the forecast year, in the account's unit; NaN without forecast.
    employed : DataFrame
        Years x industry codes, persons in the study's unit of employment.
    reported : DataFrame
        Printed figures by id with ``concept`` (a word of the account), ``year``, ``value``, ``low``
        and ``high`` in the account's units.
    """

    tables: dict[int, InputOutputTable]
    industries: pd.DataFrame
    gdp: pd.DataFrame
    growth: pd.DataFrame
    forecast_base: float
    employed: pd.DataFrame
    reported: pd.DataFrame


def collect_facts(study: Study) -> Facts:
    """Load everything that a study names.

    Parameters
    ----------
    study : Study
        The checked study.

    Returns
    -------
    Facts
        Tables, series and figures.

    Raises
    ------
    StudyError, DataError
        If the study names what does not exist.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> facts = collect_facts(load_study("caict_2020"))
    >>> float(facts.gdp.loc["current", 2018].round(4))
    91.9281
    """
    scale = study.study.units_per_data_unit
    tables = {year: table(study, year) for year in study.tables.years}
    gdp, growth = _vintages(study)
    employed = panel(study.employment.panel).pivot(index="year", columns="code", values="employed")
    return Facts(
        tables,
        industries(study),
        gdp * scale,
        growth / 100,
        _forecast_base(study) * scale,
        employed * study.employment.units_per_data_unit,
        reported_figures(study),
    )


def _vintages(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """GDP and real growth of every vintage set, sets x years, in the units of the data."""
    known = gdp_vintages(study)
    level: dict[str, dict[int, float]] = {}
    growth: dict[str, dict[int, float]] = {}
    for chosen in study.gdp.vintages:
        rows = {y: _row(known, y, chosen.years[str(y)], chosen.name) for y in study.study.years}
        level[chosen.name] = {year: float(row["gdp"]) for year, row in rows.items()}
        growth[chosen.name] = {year: float(row["real_growth"]) for year, row in rows.items()}
    return pd.DataFrame(level).T, pd.DataFrame(growth).T


def _row(known: pd.DataFrame, year: int, vintage: str, chosen: str) -> pd.Series:
    """One published vintage of one year."""
    if (year, vintage) not in known.index:
        names = [name for y, name in known.index if y == year]
        raise StudyError(
            f"gdp.vintages {chosen!r}: no vintage {vintage!r} of {year};"
            f"{nearest(vintage, names)} known: {', '.join(names) or 'none'}"
        )
    return cast("pd.Series", known.loc[(year, vintage)])


def _forecast_base(study: Study) -> float:
    """GDP that the forecast growth is applied to."""
    forecast = study.gdp.forecast
    if forecast is None:
        return float("nan")
    known = gdp_vintages(study)
    row = _row(known, forecast.year - 1, forecast.base_vintage, "forecast")
    return float(row["gdp"])


def reported_figures(study: Study) -> pd.DataFrame:
    """Return the printed figures of a study in the units of its account.

    Parameters
    ----------
    study : Study
        The checked study.

    Returns
    -------
    DataFrame
        By id: concept, year, printed, unit, kind, value, low, high in the units of the account;
        printed_value, printed_low, printed_high as printed; scale from the second to the first.

    Raises
    ------
    StudyError
        If an id starts with no known letter, or a unit is unknown.

    Examples
    --------
    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> frame = reported_figures(load_study("caict_2020"))
    >>> float(frame.loc["C18", "value"].round(4))
    0.4386
    """
    frame = _printed(study)
    account = _scale(study.study.unit, "study.unit")
    jobs = _scale(study.employment.unit, "employment.unit")
    for name in frame.index:
        if str(name)[0] not in CONCEPTS:
            raise StudyError(f"figure {name!r}: ids start with one of {', '.join(CONCEPTS)}")
    frame["concept"] = [CONCEPTS[str(name)[0]] for name in frame.index]
    scales = []
    for unit, concept, name in zip(frame["unit"], frame["concept"], frame.index, strict=True):
        own = _scale(str(unit), f"figure {name}")
        base = {"jobs": jobs}.get(str(concept), account)
        scales.append(own if str(unit).startswith("percent") else own / base)
    frame["scale"] = scales
    for column in ("value", "low", "high"):
        frame[f"printed_{column}"] = frame[column]
        frame[column] = frame[column] * frame["scale"]
    return frame


def _printed(study: Study) -> pd.DataFrame:
    """Embedded figures, replaced and extended by those given inline."""
    own = []
    for name, figure in study.reported.figures.items():
        low, high = rounding_interval(figure.printed)
        row = {"id": name, "concept": figure.concept, "year": figure.year, "unit": figure.unit}
        row |= {"printed": figure.printed, "value": float(figure.printed), "kind": figure.kind}
        own.append(row | {"low": low, "high": high})
    inline = pd.DataFrame(own).set_index("id") if own else None
    if study.reported.dataset is None:
        if inline is None:
            raise StudyError("reported: give a dataset or figures")
        return inline
    embedded = load_reported(study.reported.dataset)
    if inline is None:
        return embedded.copy()
    return pd.concat([embedded.drop(index=inline.index, errors="ignore"), inline])


def _scale(unit: str, where: str) -> float:
    """Ones per unit named by the first words of `unit`."""
    for word, scale in _SCALES.items():
        if unit.startswith(word):
            return scale
    raise StudyError(f"{where}: unknown unit {unit!r}; start it with one of {', '.join(_SCALES)}")
