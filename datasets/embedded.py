"""Embedded facts: GDP by vintage, panels, lists of sectors, figures that reports print."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from quesnay.datasets.store import fetch, resource
from quesnay.fitting.checks import is_whole
from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.models.inputs import rounding_interval

_INDUSTRIES = (
    "agriculture", "industry", "construction", "wholesale_retail", "transport_storage_post",
    "accommodation_catering", "finance", "real_estate", "other_services",
)  # fmt: skip
_AGGREGATES = ("primary", "secondary", "tertiary")
_BASE_YEAR = 2015


def load_gdp(country: str = "CHN", *, vintage: str = "current") -> pd.DataFrame:
    """Load GDP and value added by industry, year by year, as known in a chosen vintage.

    Parameters
    ----------
    country : {"CHN"}
        ISO 3166 code.
    vintage : str
        "current": the series after the fourth economic census. Any vintage named by
        :func:`load_gdp_vintages` ("preliminary", "final", "final before census", "after fourth
        census") replaces `gdp` and `real_growth` in the years for which it was published; value
        added by industry is scaled with GDP in those years; other years stay current. The
        column `vintage` says what each year holds.

    Returns
    -------
    DataFrame
        Index `year` 2000-2022. `gdp` and value added by industry in 100 million yuan, current
        prices; `deflator` (2015 = 100); `real_growth` of GDP in percent; `deflator_<industry>`
        (2015 = 100); `vintage`.

    Raises
    ------
    DataError
        If country or vintage is unknown.

    Notes
    -----
    The deflator is implicit: P_t = 100 (Y_t / Y_2015) / (Q_t / Q_2015), with Y nominal value
    added and Q the official volume index (1978 = 100), both of the current series in every
    vintage.

    Examples
    --------
    >>> float(load_gdp("CHN").loc[2018, "gdp"])
    919281.13
    >>> float(load_gdp("CHN", vintage="preliminary").loc[2018, "gdp"])
    900309.0
    """
    _country(country)
    data = fetch("china_gdp").set_index("year")
    names = ["gdp", *_INDUSTRIES, *_AGGREGATES]
    nominal = data[names]
    volume = data[[f"{name}_volume" for name in names]].set_axis(names, axis=1)
    prices = 100 * (nominal / nominal.loc[_BASE_YEAR]) / (volume / volume.loc[_BASE_YEAR])
    prices = prices.add_prefix("deflator_").rename(columns={"deflator_gdp": "deflator"})
    frame = pd.concat([nominal, prices, data["gdp_growth"].rename("real_growth")], axis=1)
    frame["vintage"] = "current"
    if not isinstance(vintage, str):
        raise DataError(f"vintage: expected a text such as 'current', got {shown(vintage)}")
    if vintage != "current":
        frame = _revised(frame, vintage)
    first = ["gdp", "deflator", "real_growth", "vintage"]
    return frame[[*first, *(name for name in frame.columns if name not in first)]]


def _country(country: str) -> None:
    if not isinstance(country, str) or country != "CHN":
        raise DataError(f"no embedded GDP of country {shown(country)}: expected 'CHN'")


def _revised(frame: pd.DataFrame, vintage: str) -> pd.DataFrame:
    known = load_gdp_vintages()
    chosen = known[known["vintage"] == vintage].set_index("year")
    if chosen.empty:
        names = ["current", *dict.fromkeys(known["vintage"])]
        raise DataError(
            f"vintage {vintage!r} is unknown;{nearest(vintage, names)} expected {', '.join(names)}"
        )
    years = chosen.index
    scale = chosen["gdp"] / frame.loc[years, "gdp"]
    parts = [*_INDUSTRIES, *_AGGREGATES]
    frame.loc[years, parts] = frame.loc[years, parts].mul(scale, axis=0)
    frame.loc[years, ["gdp", "real_growth"]] = chosen[["gdp", "real_growth"]]
    frame.loc[years, "vintage"] = vintage
    return frame


def load_gdp_vintages(country: str = "CHN") -> pd.DataFrame:
    """Load what GDP was thought to be, by date of publication.

    Parameters
    ----------
    country : {"CHN"}
        ISO 3166 code.

    Returns
    -------
    DataFrame
        country, year, vintage, published, gdp (100 million yuan), real_growth (percent), note.

    Raises
    ------
    DataError
        If the country is unknown.

    Examples
    --------
    >>> load_gdp_vintages().query("year == 2018")["gdp"].tolist()
    [900309.0, 919281.0]
    """
    _country(country)
    return fetch("china_gdp_vintages")


_PANELS = (
    "china_provinces",
    "us_klems",
    "china_employment",
    "china_enterprise_ict",
    "china_annual",
)


def load_panel(name: str) -> pd.DataFrame:
    """Load an embedded panel: units by year, one row an observation.

    Parameters
    ----------
    name : str
        "china_provinces": 30 or 31 provinces x 42 sectors, 2002, 2007, 2012, 2017, in
        100 million yuan, with `ict_inputs` (information services + electronics + instruments
        bought), `other_inputs` (intermediate inputs without them) and `sector_id` (sector
        within its classification: the lists of 2002 and 2012 do not link); zeros and negative
        values are kept.
        "us_klems": 63 US industries 1997-2023, million dollars and indices (2017 = 100).
        "china_employment": sections and divisions 1990-2018, 10,000 persons.
        "china_enterprise_ict": computers, websites, e-commerce by industry, 2013-2022.
        "china_annual": 353 NBS annual series, each with code, names and unit, 2000-2022.

    Returns
    -------
    DataFrame
        One row an observation; units in ``frame.attrs["units"]``.

    Raises
    ------
    DataError
        If the name is unknown or the file is missing or altered.

    Examples
    --------
    >>> panel = load_panel("china_provinces")
    >>> round(float(panel.query("year == 2017 and sector == '31'")["ict_inputs"].sum()), 1)
    15402.8
    """
    if not isinstance(name, str) or name not in _PANELS:
        hint = nearest(name, _PANELS)
        raise DataError(f"no embedded panel {shown(name)};{hint} expected {', '.join(_PANELS)}")
    entry, frame = resource(name), fetch(name)
    if name == "china_provinces":
        ict = frame[["input_information_services", "input_electronics", "input_instruments"]]
        pairs = zip(frame["classification"], frame["sector"], strict=True)
        frame.insert(4, "sector_id", [f"{list_[-4:]}-{sector}" for list_, sector in pairs])
        frame = frame.assign(
            ict_inputs=ict.sum(axis=1), other_inputs=frame["intermediate_input"] - ict.sum(axis=1)
        )
    frame.attrs = {"name": name, "unit": entry.unit, "units": dict(entry.units)}
    return frame


_SECTORS: Mapping[tuple[str, int], str] = {
    ("CHN", 42): "sectors_chn_42",
    ("CHN", 2002): "sectors_chn_42_2002",
    ("OECD", 45): "sectors_oecd_45",
    ("JPN", 45): "sectors_oecd_45",
    ("CHN", 45): "sectors_oecd_45",
}


def load_sectors(country: str = "CHN", detail: int = 42) -> pd.DataFrame:
    """Load a sector list: what each code of a table stands for.

    Parameters
    ----------
    country : {"CHN", "JPN", "OECD"}
        Whose table.
    detail : int, default 42
        42; 139 (2012), 149 (2017), 153 (2018, 2020); 45 for the OECD tables; 2002 for the
        42-sector classification of the provincial tables of 2002 and 2007.

    Returns
    -------
    DataFrame
        Index `code`; name_en, short_name, name_zh, ict_producing, and for detailed lists code42.

    Raises
    ------
    DataError
        If there is no such list.

    Examples
    --------
    >>> load_sectors("CHN", 42).loc["31", "short_name"]
    'Information services'
    """
    named = isinstance(country, str) and is_whole(detail)
    if named and (country, detail) in _SECTORS:
        return fetch(_SECTORS[country, detail]).set_index("code")
    every = fetch("sectors_chn_detail")
    mine = every["detail"] == str(detail) if named and country == "CHN" else every["detail"] == ""
    if not mine.any():
        raise DataError(
            f"no sector list of {shown(country)} with {shown(detail)}: expected CHN 42, 139, 149, "
            "153 or 2002, JPN 45 or OECD 45"
        )
    chosen = every[mine].drop(columns="detail").set_index("code")
    broad = fetch("sectors_chn_42").set_index("code")["ict_producing"]
    producing = np.asarray(broad.loc[chosen["code42"]], dtype=bool)
    chosen.insert(1, "short_name", chosen["name_en"])
    return chosen.assign(ict_producing=producing)


def classified_sectors(classification: str) -> dict[str, str]:
    """Return code and short name of every sector of a classification that a panel names."""
    details = {"NBS42-2012": 42, "NBS42-2002": 2002}
    if classification not in details:
        return {}
    names = load_sectors("CHN", details[classification])["short_name"]
    return {str(code): str(name) for code, name in names.items()}


def load_concordance(detail: int) -> "pd.Series[Any]":
    """Load the official map from detailed products to the 42 sectors of China's tables.

    Parameters
    ----------
    detail : {139, 149, 153}
        Number of products of the detailed table.

    Returns
    -------
    Series
        Index: detailed code; value: code of the 42-sector table.

    Raises
    ------
    DataError
        If there is no such detail.

    Examples
    --------
    >>> load_concordance(153)["128"]
    '31'
    """
    if not is_whole(detail) or detail not in {139, 149, 153}:
        raise DataError(f"no concordance of {shown(detail)} products: expected 139, 149 or 153")
    return load_sectors("CHN", detail)["code42"].rename("sector")


def load_reported(name: str) -> pd.DataFrame:
    """Load a report's printed figures, each with the interval that its digits stand for.

    Parameters
    ----------
    name : {"caict_2020", "caii_2020"}
        The report. The second is the series of another institute (white papers of 2020 and 2022).

    Returns
    -------
    DataFrame
        Index `id`; concept, year, printed (text), value, low, high (the rounding interval
        [low, high): 1.42 stands for [1.415, 1.425)), unit, kind, note, provenance (where the
        figure was read: press release, foreword as quoted on a document site, trade news page),
        confidence (that it was printed so: high, medium), fact (figures that restate one another
        share it, such as "level 2019"), published (when), other_printing (what another page
        prints instead, "" where none does), source (of the whole report).

    Raises
    ------
    DataError
        If the report is unknown.

    Examples
    --------
    >>> load_reported("caict_2020").loc["T18", ["value", "low", "high"]].tolist()
    [1.42, 1.415, 1.425]
    """
    known = ["caict_2020", "caii_2020"]
    if not isinstance(name, str) or name not in known:
        hint = nearest(name, known)
        raise DataError(f"no embedded report {shown(name)};{hint} expected {', '.join(known)}")
    entry = resource(f"reported_{name}")
    frame = fetch(entry.name).set_index("id")
    bounds = [rounding_interval(text) for text in frame["printed"]]
    frame.insert(3, "value", [float(text) for text in frame["printed"]])
    frame.insert(4, "low", [low for low, _ in bounds])
    frame.insert(5, "high", [high for _, high in bounds])
    return frame.assign(source=entry.source)
