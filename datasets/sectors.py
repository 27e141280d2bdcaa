"""Embedded sector lists and the concordance from detailed products to 42 sectors."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from quesnay.datasets.store import fetch
from quesnay.fitting.checks import is_whole
from quesnay.fitting.errors import DataError, shown

__all__ = ["load_concordance", "load_sectors"]

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
    detail : int
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
