"""Frames of the main job: estimates with intervals, the account, the verdicts."""

from collections.abc import Hashable
from typing import Any, cast

import pandas as pd

from quesnay.diagnostics.evidence.verdicts import judge
from quesnay.job.facts import Facts
from quesnay.studies.load import RUNS
from quesnay.studies.sections import Study

__all__ = ["account_frame", "as_printed", "part", "row", "verdict_frame", "with_intervals"]

_ACCOUNT = ("core", "integration", "total", "share")
_LEVEL = 0.95


def part(frame: pd.DataFrame, key: Hashable) -> pd.DataFrame:
    """Return the rows under one key of the first level of an index."""
    return cast("pd.DataFrame", frame.loc[cast("Any", key)])


def row(frame: pd.DataFrame, key: Hashable) -> pd.Series:
    """Return the one row under a full key."""
    return cast("pd.Series", frame.loc[cast("Any", key)])


def with_intervals(central: pd.Series, draws: pd.DataFrame) -> pd.DataFrame:
    """Put the central 95 % interval of the draws beside the base case.

    Parameters
    ----------
    central : Series
        Figure -> base case.
    draws : DataFrame
        Draws x figures; NaN for draws that admit no curve.

    Returns
    -------
    DataFrame
        Figure -> estimate, low, high.

    Examples
    --------
    >>> import pandas as pd
    >>> draws = pd.DataFrame({"a": [1.0, 2.0, 3.0]})
    >>> with_intervals(pd.Series({"a": 2.0}), draws).loc["a"].tolist()
    [2.0, 1.05, 2.95]
    """
    tail = (1 - _LEVEL) / 2
    bounds = draws.quantile([tail, 1 - tail]).T
    return pd.DataFrame({"estimate": central, "low": bounds.iloc[:, 0], "high": bounds.iloc[:, 1]})


def account_frame(estimates: pd.DataFrame, *variants: str) -> pd.DataFrame:
    """Return the account by run and year, each figure with the bounds of its interval.

    Parameters
    ----------
    estimates : DataFrame
        From :func:`with_intervals`, indexed by run, concept, year and variant.
    *variants : str
        The variants shown: ``"estimate"`` with ``"forecast"`` or ``"outcome"``.

    Returns
    -------
    DataFrame
        Index run, year; columns core, integration, total, share with ``_low`` and ``_high``.
    """
    shown = estimates[estimates.index.get_level_values("variant").isin(variants)]
    wide = shown.droplevel("variant").unstack("concept")
    columns = {}
    for concept in _ACCOUNT:
        columns[concept] = wide[("estimate", concept)]
        columns[f"{concept}_low"] = wide[("low", concept)]
        columns[f"{concept}_high"] = wide[("high", concept)]
    frame = pd.DataFrame(columns)
    return frame.reindex([key for run in RUNS for key in frame.index if key[0] == run])


def as_printed(reported: pd.DataFrame) -> pd.DataFrame:
    """Return the figures of :class:`quesnay.job.facts.Facts` in the units they were printed in."""
    columns = {column: reported[f"printed_{column}"] for column in ("value", "low", "high")}
    return reported.assign(**columns)


def verdict_frame(study: Study, facts: Facts, estimates: pd.DataFrame) -> pd.DataFrame:
    """Judge every printed figure in every run, in the units it was printed in.

    Parameters
    ----------
    study : Study
        Roles of the figures.
    facts : Facts
        Printed figures in the units of the account.
    estimates : DataFrame
        From :func:`with_intervals`, indexed by run, concept, year and variant.

    Returns
    -------
    DataFrame
        Index run, id; the columns of :func:`quesnay.diagnostics.evidence.verdicts.judge`.
    """
    printed = as_printed(facts.reported)
    comparable = estimates[estimates.index.get_level_values("variant") != "outcome"]
    parts = {}
    for run in RUNS:
        keys = [(run, row["concept"], row["year"]) for _, row in printed.iterrows()]
        found = comparable.droplevel("variant").reindex(keys).set_axis(printed.index)
        found = found.div(printed["scale"], axis=0)
        roles = pd.Series({name: study.role(run, str(name)) for name in printed.index})
        parts[run] = judge(printed, roles, found)
    return pd.concat(parts, names=["run", "id"])
