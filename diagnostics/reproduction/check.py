"""What a study will estimate, from what, and what is missing: said before anything runs."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import cast

import pandas as pd

from quesnay.diagnostics.reproduction import facts as known
from quesnay.diagnostics.reproduction.assembly import assemble
from quesnay.diagnostics.reproduction.klems_account import RUN, klems_account
from quesnay.diagnostics.reproduction.regressions import regression_rows, rival_of
from quesnay.diagnostics.reproduction.study import (
    KlemsStudy,
    Study,
    load_klems_study,
    load_study,
)
from quesnay.diagnostics.reproduction.tables import printed_amount
from quesnay.fitting.errors import QuesnayError
from quesnay.models.display.table import Table, Tabular
from quesnay.models.satellite.account import RUNS
from quesnay.models.satellite.concepts import figure_name


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class StudyCheck(Tabular):
    """What a study will estimate, from what, and what is missing.

    Parameters
    ----------
    title : str
        Of the study.
    runs : DataFrame
        Index run: whether it is estimated, from what, or which section is missing.
    years : DataFrame
        Index year: where value added by sector and GDP come from.
    data : DataFrame
        Index key of the study: source, rows or size, and the fault if it cannot be used.
    figures : DataFrame
        Index id: printed, unit, and its role in every run that is estimated.
    missing : tuple of str
        Sections that are absent, and what is not estimated without them.
    texts : mapping of str to str
        The study's own texts in Chinese.

    Examples
    --------
    >>> import quesnay as qn
    >>> qn.check_study("oecd_ict_japan").missing[0]
    'No core.figure: the weights are shares of the sectors as they stand.'
    """

    title: str
    runs: pd.DataFrame
    years: pd.DataFrame
    data: pd.DataFrame
    figures: pd.DataFrame
    missing: tuple[str, ...]
    texts: Mapping[str, str]

    @property
    def faults(self) -> tuple[str, ...]:
        """What has to be mended before the study runs; empty when it is ready."""
        return tuple(str(text) for text in self.data["fault"] if text)

    def tables(self) -> tuple[Table, ...]:
        """Return runs, years, data and figures."""
        n = len(self.faults)
        said = f"{n} fault{'s' * (n != 1)} to mend." if n else "Ready to run."
        shown = [
            Table(f"{self.title}: what will be estimated", self.runs, (said, *self.missing)),
            Table("Years of the account", self.years),
            Table("Data", self.data),
        ]
        if len(self.figures):
            note = "Held out figures are judged; what a run uses is not."
            shown.append(Table("Printed figures and their roles", self.figures, (note,)))
        return tuple(shown)


def check_study(study: str | Path | Study | KlemsStudy) -> StudyCheck:
    """Say what a study will estimate, from what, and what is missing, without drawing anything.

    Parameters
    ----------
    study : str, Path or Study
        An embedded study, the path of a TOML file, or a study object.

    Returns
    -------
    StudyCheck
        Runs, years, data and printed figures; ``faults`` lists what has to be mended.

    Raises
    ------
    StudyError
        If the file itself is at fault: a key that is unknown, missing or contradictory.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = qn.check_study("caict_2020")
    >>> found.faults, bool(found.runs.loc["calibrated", "estimated"])
    ((), True)
    """
    growth = load_klems_study(study)
    if growth is not None:
        return _check_growth(growth)
    checked = load_study(cast("str | Path | Study", study))
    data = _data(checked)
    runs = _runs(checked)
    return StudyCheck(
        checked.study.title,
        runs,
        _years(checked),
        data,
        _figures(checked, [str(run) for run in runs.index[runs["estimated"]]]),
        _missing(checked),
        checked.study.zh,
    )


def _check_growth(study: KlemsStudy) -> StudyCheck:
    """Check an account by growth accounting: it draws nothing, so it is made."""
    use, fault = study.klems, ""
    try:
        found = klems_account(study)
    except QuesnayError as error:
        found, fault = None, str(error)
    n = len(use.producers)
    said = f"{n} definition{'s' * (n != 1)} of producers, {len(use.capital)} of capital"
    figures = pd.DataFrame()
    if found is not None and len(found.verdicts):
        own = found.verdicts.loc[RUN]
        figures = found.facts[["printed", "unit"]].assign(**{RUN: own["role"]})
    return StudyCheck(
        study.study.title,
        pd.DataFrame({"estimated": [not fault], "from": [said]}, [RUN]),
        pd.DataFrame({"source": use.panel}, index=pd.Index(study.study.years, name="year")),
        pd.DataFrame({"source": use.panel, "size": "", "fault": fault}, ["klems.panel"]),
        figures,
        (),
        study.study.zh,
    )


def _runs(study: Study) -> pd.DataFrame:
    """Return every run: estimated or not, and from what."""
    own = all(str(year) in study.tables.files for year in study.tables.years)
    imports = "as in the files" if own else study.tables.imports
    tables = f"tables of {', '.join(map(str, study.tables.years))}, imports {imports}"
    core = f"{study.core.figure} and the weights" if study.core.figure else "shares of sectors"
    source = {"core": f"core from {core}", "linkage": f"core from {core}; {tables}"}
    absent = {"core": "", "linkage": "", "elasticity": "", "calibrated": ""}
    use = study.potential
    if use is None:
        absent["elasticity"] = absent["calibrated"] = "no section potential"
    else:
        n = max(len(use.equations), 1)  # the base regression where none is named
        source["elasticity"] = (
            f"{n} equation{'s' * (n != 1)} on {use.panel}; supply {use.supply.replace('_', ' ')}"
        )
    curve = study.penetration
    if curve is None:
        absent["calibrated"] = absent["calibrated"] or "no section penetration"
    else:
        source["calibrated"] = (
            f"curves {', '.join(curve.curves)} through {curve.total} and {curve.growth}"
        )
    wanted = study.study.runs or RUNS
    rows = {}
    for run in absent:
        if run == "core" and run not in wanted:
            continue
        why = absent[run] or ("" if run in wanted else "not among study.runs")
        rows[run] = {"estimated": not why, "from": why or source.get(run, "")}
    return pd.DataFrame.from_dict(rows, orient="index")


def _years(study: Study) -> pd.DataFrame:
    """Return where every year's value added by sector and GDP come from."""
    own = sorted(study.tables.years)
    forecast = study.gdp.forecast
    rows = {}
    for year in sorted(study.study.years):
        before = [y for y in own if y < year]
        after = [y for y in own if y > year]
        if year in own:
            sectors = "table" + (" of your own" if str(year) in study.tables.files else "")
        elif before and after:
            sectors = f"joined from {before[-1]} and {after[0]} by industry groups"
        else:
            sectors = "none: no table on both sides"
        if forecast is not None and forecast.year == year:
            sectors += "; forecast: growth of the sectors prolonged"
        gdp = [f"{v.years[str(year)]}, vintage {v.name}" for v in study.gdp.vintages]
        rows[year] = {"value added by sector": sectors, "GDP": "; ".join(gdp) or known.TABLE_GDP}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "year"
    return frame


def _data(study: Study) -> pd.DataFrame:
    """Try everything that the study names; keep what is wrong instead of stopping there."""
    rows: dict[str, dict[str, str]] = {}

    def tried(key: str, source: str, load: Callable[[], object]) -> None:
        try:
            value = load()
        except QuesnayError as error:
            rows[key] = {"source": source, "size": "", "fault": str(error)}
            return
        shape = getattr(value, "shape", None)
        size = f"{shape[0]:,} row{'s' * (shape[0] != 1)}" if shape else ""
        rows[key] = {"source": source, "size": size, "fault": ""}

    for key, source, load in _named(study):
        tried(key, source, load)
    if not any(row["fault"] for row in rows.values()):
        together = "sections together"
        tried(together, "the study", lambda: assemble(study, known.collect_facts(study)))
        if not rows[together]["fault"]:
            del rows[together]
    return pd.DataFrame.from_dict(rows, orient="index")


def _named(study: Study) -> Iterator[tuple[str, str, Callable[[], object]]]:
    """Yield key, source and loader of everything that a study names."""
    use, embedded = study.tables, f"embedded, {study.study.country}"
    for year in use.years:
        source = use.files.get(str(year), embedded)
        yield f"tables.years {year}", source, partial(_flows, study, year)
    if study.gdp.vintages:
        yield "gdp", study.gdp.file or embedded, partial(known.gdp_vintages, study)
    if use.groups:
        yield "tables.groups", study.gdp.file or embedded, partial(known.industries, study)
    if use.demand is not None:
        yield "tables.demand", use.demand.dataset, partial(known.published_demand, study)
    if study.employment is not None:
        yield "employment.panel", study.employment.panel, partial(known.employed, study)
    if study.potential is not None:
        yield "potential.panel", study.potential.panel, partial(regression_rows, study.potential)
        for rival in (*study.potential.equations, *study.potential.rivals):
            if rival.panel is not None and getattr(rival, "kind", "regression") == "regression":
                own = rival_of(study.potential, rival)
                yield f"panel of {rival.name}", own.panel, partial(regression_rows, own)
    printed = study.reported.dataset or ("in the study" if study.reported.figures else "")
    if printed:
        yield "reported", printed, partial(known.reported_figures, study)


def _flows(study: Study, year: int) -> pd.DataFrame:
    return known.table(study, year).Z


def _figures(study: Study, runs: list[str]) -> pd.DataFrame:
    """Return every printed figure with its role in each run."""
    try:
        printed = known.reported_figures(study)
    except QuesnayError:
        return pd.DataFrame()
    rows = {}
    for name, own in printed.iterrows():
        year = int(own["year"])
        away = year not in study.study.years
        amount = printed_amount(str(own["printed"]), str(own["unit"]))
        row = {"figure": figure_name(str(name), year), "printed": str(amount)}
        row |= {run: "outside the years" if away else study.role(run, str(name)) for run in runs}
        rows[str(name)] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def _missing(study: Study) -> tuple[str, ...]:
    """Say what is not estimated for want of a section."""
    vintages, reported = study.gdp.vintages, study.reported
    said = {
        "No core.figure: the weights are shares of the sectors as they stand.": study.core.figure,
        "No gdp.vintages: GDP is the value added of the tables, no real growth.": vintages,
        "No section potential: no elasticity run.": study.potential,
        "No section penetration: no calibrated run.": study.penetration,
        "No section employment: no jobs.": study.employment,
        "No section reported: nothing is judged.": reported.dataset or reported.figures,
    }
    return tuple(text for text, given in said.items() if not given)
