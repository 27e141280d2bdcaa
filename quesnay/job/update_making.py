"""Making a table between two official ones, and how near that comes where one is known."""

from collections.abc import Mapping

import pandas as pd

from quesnay.diagnostics.evidence.updating import METHODS, weighted_error
from quesnay.job.facts import Facts
from quesnay.job.frames import row
from quesnay.job.sources import published_demand
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.satellite.margins import Margins, margins_between
from quesnay.models.satellite.sectors import join_tables
from quesnay.models.satellite.updating import update_table
from quesnay.studies.sections import Study

__all__ = ["BALANCED", "JOINED", "make_both", "rebuilt_errors"]

JOINED = "sector value added joined"
BALANCED = "sector value added balanced"


def make_both(
    study: Study,
    facts: Facts,
    tables: Mapping[int, InputOutputTable],
    year: int,
    *,
    gdp: float,
    method: str,
) -> tuple[Margins, dict[str, InputOutputTable]]:
    """Make a table with value added by sector joined, and one with it balanced within groups.

    Parameters
    ----------
    study, facts
        Groups, published value added and final demand.
    tables : mapping of int to InputOutputTable
        Official tables around `year`.
    year : int
        The year.
    gdp : float
        Its GDP in the unit of the tables.
    method : str
        A key of :data:`quesnay.diagnostics.evidence.updating.METHODS`.

    Returns
    -------
    margins : Margins
        What both tables meet.
    made : dict of str to InputOutputTable
        By `JOINED` and `BALANCED`.
    """
    groups = {s: group for group, members in study.tables.groups.items() for s in members}
    published = row(facts.industries, year)
    joined = join_tables(
        {y: table.v for y, table in tables.items()}, groups, published, year=year, gdp=gdp
    )
    margins = margins_between(tables, year, value_added=joined, published=published_demand(study))
    base, balance = tables[margins.base], METHODS[method]
    name = f"{study.study.country} {year}, updated from {margins.base} by {method}"
    return margins, {
        JOINED: update_table(base, margins, balance, name=name),
        BALANCED: update_table(base, margins, balance, groups=groups, name=name),
    }


def rebuilt_errors(study: Study, facts: Facts, method: str) -> pd.DataFrame:
    """Make official tables again from their neighbours, without looking, and count the misses.

    Parameters
    ----------
    study, facts
        Of the main job.
    method : str
        As in :func:`make_both`.

    Returns
    -------
    DataFrame
        Index year, way; columns value added, gross output, intermediate flows and final demand:
        weighted absolute percentage errors as fractions. No row where no official table lies
        between two others.
    """
    rows = {}
    for year in sorted(facts.tables)[1:-1]:
        others = {y: table for y, table in facts.tables.items() if y != year}
        actual = facts.tables[year]
        gdp = float(actual.v.sum())
        _, made = make_both(study, facts, others, year, gdp=gdp, method=method)
        for way, table in made.items():
            demand = table.final_demand
            rows[(year, way)] = {
                "value added": weighted_error(table.v.to_frame(), actual.v.to_frame()),
                "gross output": weighted_error(table.x.to_frame(), actual.x.to_frame()),
                "intermediate flows": weighted_error(table.Z, actual.Z),
                "final demand": weighted_error(demand, actual.final_demand[demand.columns]),
            }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["year", "way"])
    return frame
