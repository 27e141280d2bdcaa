"""M7 in the main job: a table for a year that has none, and what it changes in the account."""

import itertools
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from quesnay.diagnostics.evidence.updating import METHODS, backtest_update
from quesnay.fitting.checks import is_whole
from quesnay.fitting.errors import StudyError, nearest, shown
from quesnay.job.assemble import Assembly
from quesnay.job.facts import Facts
from quesnay.job.frames import row
from quesnay.job.prepare import prepare
from quesnay.job.redraw import DrawnInputs, draw_inputs
from quesnay.job.update_effect import effect_frame
from quesnay.job.update_making import BALANCED, JOINED, make_both, rebuilt_errors
from quesnay.job.update_tables import updated_tables
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.satellite.margins import Margins
from quesnay.studies.sections import Study

__all__ = ["UpdatedTable", "update_table_year", "update_year"]

_UPDATES = ("RAS", "GRAS", "least squares")


@dataclass(frozen=True, slots=True, repr=False)
class UpdatedTable(Tabular):
    """A table made for a year without one, where its totals come from, and what it changes.

    Parameters
    ----------
    year : int
        The year.
    method : str
        How the cells were balanced.
    table : InputOutputTable
        Sector value added as the account's straight line has it.
    balanced : InputOutputTable
        The rival: value added of sectors balanced within the published sums of their groups.
    margins : Margins
        Totals that both meet, with their sources.
    errors : DataFrame
        Back-test on official tables: method x update, share of the flows that is misplaced.
    rebuilt : DataFrame
        The whole procedure on years with a table: year, variant x block, share misplaced.
    effect : DataFrame
        Measure x (straight line, each variant): levels in the unit of the account, and the relative
        change with its 95 % interval over the draws.
    unit : str
        Unit of the account.
    draws : int
        Draws behind the intervals.
    """

    year: int
    method: str
    table: InputOutputTable
    balanced: InputOutputTable
    margins: Margins
    errors: pd.DataFrame
    rebuilt: pd.DataFrame
    effect: pd.DataFrame
    unit: str
    draws: int

    def tables(self) -> tuple[Table, ...]:
        """Return the effect on the account, the margins with their sources and the back-tests."""
        return updated_tables(self)


def update_table_year(
    study: str | Path | Study = "caict_2020",
    year: int | None = None,
    *,
    method: str = "best",
    draws: int = 500,
    seed: int = 0,
) -> UpdatedTable:
    """Make an input-output table for a year without one and say what it changes in the account.

    Parameters
    ----------
    study : str, Path or Study
        An embedded study, the path of a TOML file, or a study object.
    year : int, optional
        A year of the study between two of its tables; by default the first without a table.
    method : str
        "RAS", "GRAS" or "least squares"; "best" takes the one that misplaces least when the
        official tables of the study are updated to each other.
    draws : int
        Draws of the account's uncertain inputs behind the intervals.
    seed : int
        Root of the random numbers.

    Returns
    -------
    UpdatedTable
        Table, margins with sources, back-tests and effect.

    Raises
    ------
    QuesnayError
        If the year has a table or lies outside the tables, the method is unknown, or the margins
        cannot be met.

    Examples
    --------
    >>> made = update_table_year("caict_2020", 2019, draws=50)
    >>> float(made.table.v.sum().round(0))
    986515.0
    >>> made.method
    'least squares'
    """
    ready = prepare(study)
    own, facts, assembly = ready.study, ready.facts, ready.assembly
    drawn = draw_inputs(own, facts, assembly.model, ready.elasticity, draws=draws, seed=seed)
    return update_year(own, facts, assembly, drawn, year, method=method)


def update_year(
    study: Study,
    facts: Facts,
    assembly: Assembly,
    drawn: DrawnInputs,
    year: int | None = None,
    *,
    method: str = "best",
) -> UpdatedTable:
    """Make the table from what the main job has prepared; see :func:`update_table_year`."""
    chosen = _year(study, facts, year)
    errors = _backtest(facts)
    best = _method(method, errors)
    gdp = float(row(facts.gdp, facts.gdp.index[0])[chosen]) / study.study.units_per_data_unit
    margins, made = make_both(study, facts, facts.tables, chosen, gdp=gdp, method=best)
    return UpdatedTable(
        year=chosen,
        method=best,
        table=made[JOINED],
        balanced=made[BALANCED],
        margins=margins,
        errors=errors,
        rebuilt=rebuilt_errors(study, facts, best),
        effect=effect_frame(study, facts, assembly, drawn, made, year=chosen),
        unit=study.study.unit,
        draws=len(drawn.values["curve"]) - 1,
    )


def _year(study: Study, facts: Facts, year: int | None) -> int:
    """Return the year wanted, or the first year of the study without a table."""
    first, last = min(facts.tables), max(facts.tables)
    open_years = [y for y in study.study.years if first < y < last and y not in facts.tables]
    if year is None and open_years:
        return open_years[0]
    if not is_whole(year) or year not in open_years:
        known = ", ".join(map(str, open_years)) or "none"
        raise StudyError(
            f"year {shown(year)}: no table can be made for it; years of study {study.study.name!r} "
            f"between two tables and without one: {known}"
        )
    return int(year)


def _backtest(facts: Facts) -> pd.DataFrame:
    """Update each official table to the next and compare: method x update, all flows."""
    years = sorted(facts.tables)
    found = backtest_update(facts.tables, list(itertools.pairwise(years)), methods=tuple(METHODS))
    frame = found.errors["all"].unstack("update")
    frame["mean"] = frame.mean(axis=1, skipna=False)
    return frame


def _method(method: str, errors: pd.DataFrame) -> str:
    """Return the method named, or the one with the smallest mean error."""
    if isinstance(method, str) and method == "best":
        return str(errors.loc[list(_UPDATES), "mean"].idxmin())
    if not isinstance(method, str) or method not in _UPDATES:
        raise StudyError(
            f"method {shown(method)}: unknown;{nearest(method, _UPDATES)} known: best, "
            f"{', '.join(_UPDATES)}"
        )
    return method
