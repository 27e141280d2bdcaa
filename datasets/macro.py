"""Embedded national accounts: GDP by vintage, value added by industry, deflators."""

import pandas as pd

from quesnay.datasets.store import fetch
from quesnay.fitting.errors import DataError, nearest, shown

__all__ = ["load_gdp", "load_gdp_vintages"]

_INDUSTRIES = (
    "agriculture",
    "industry",
    "construction",
    "wholesale_retail",
    "transport_storage_post",
    "accommodation_catering",
    "finance",
    "real_estate",
    "other_services",
)
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
