"""Embedded panels: provinces, industries and enterprises, year by year."""

from collections.abc import Mapping

import pandas as pd

from quesnay.datasets.store import fetch, resource
from quesnay.fitting.errors import DataError, nearest, shown

__all__ = ["load_panel"]

_PANELS: Mapping[str, str] = {
    "china_provinces": "china_provinces",
    "us_klems": "us_klems",
    "china_employment": "china_employment",
    "china_enterprise_ict": "china_enterprise_ict",
    "china_annual": "china_annual",
}


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
    frame = fetch(_PANELS[name])
    if name == "china_provinces":
        frame = _with_ict(frame)
    entry = resource(_PANELS[name])
    frame.attrs = {"name": name, "unit": entry.unit, "units": dict(entry.units)}
    return frame


def _with_ict(panel: pd.DataFrame) -> pd.DataFrame:
    ict = panel[["input_information_services", "input_electronics", "input_instruments"]]
    pairs = zip(panel["classification"], panel["sector"], strict=True)
    panel.insert(4, "sector_id", [f"{list_[-4:]}-{sector}" for list_, sector in pairs])
    return panel.assign(
        ict_inputs=ict.sum(axis=1), other_inputs=panel["intermediate_input"] - ict.sum(axis=1)
    )
