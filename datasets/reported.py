"""Embedded reports: printed figures and the intervals that their digits stand for."""

import pandas as pd

from quesnay.datasets.store import fetch, resource
from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.models.inputs import rounding_interval

__all__ = ["load_reported"]


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
