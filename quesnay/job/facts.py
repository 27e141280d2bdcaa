"""The facts of a study: tables, GDP by vintage, employment and printed figures."""

from dataclasses import dataclass
from typing import cast

import pandas as pd

from quesnay.datasets.reported import load_reported
from quesnay.fitting.errors import StudyError, nearest
from quesnay.job.sources import gdp_vintages, industries, panel, table
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.printed import rounding_interval
from quesnay.studies.sections import Study

__all__ = ["Facts", "collect_facts"]

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
    >>> from quesnay.studies.load import load_study
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
    >>> from quesnay.studies.load import load_study
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
