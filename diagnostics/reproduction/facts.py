"""The facts of a study: tables, GDP by vintage, employment, panels and printed figures.

Embedded sets are named, the user's own files are paths beside the study file (`own_data`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import cast

import pandas as pd

from quesnay.datasets.embedded import load_gdp, load_gdp_vintages, load_panel, load_reported
from quesnay.datasets.readers.cells import read_options
from quesnay.datasets.readers.read import read_io
from quesnay.datasets.store import load_dataset
from quesnay.datasets.tables import load_io
from quesnay.diagnostics.audit.figures import with_the_money_of
from quesnay.diagnostics.reproduction.own_data import SCHEMAS, Column, is_own, read_own
from quesnay.diagnostics.reproduction.study import Study, Vintage, at_key
from quesnay.diagnostics.reproduction.study_rules import unit_scale
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import DataError, StudyError, nearest, suggestion
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.inputs import rounding_interval
from quesnay.models.satellite.concepts import concept_of, fact_of


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
    employed : DataFrame or None
        Years x industry codes, persons in the study's unit of employment.
    reported : DataFrame
        Printed figures by id with ``concept`` (a name of the account), ``year``, ``value``, ``low``
        and ``high`` in the account's units, ``fact``, ``provenance`` and the printed text.
    """

    tables: dict[int, InputOutputTable]
    industries: pd.DataFrame
    gdp: pd.DataFrame
    growth: pd.DataFrame
    forecast_base: float
    employed: pd.DataFrame | None
    reported: pd.DataFrame

    def totals(self) -> pd.DataFrame:
        """Return printed totals in the order of their years."""
        own = self.reported[self.reported["concept"] == "total"]
        return own.sort_values("year")


def collect_facts(study: Study) -> Facts:
    """Load everything that a study names."""
    scale = study.study.units_per_data_unit
    tables = {year: table(study, year) for year in sorted(study.tables.years)}
    known = gdp_vintages(study) if study.gdp.vintages else None
    gdp, growth = _of_the_tables(study) if known is None else _vintages(study, known)
    forecast, base = study.gdp.forecast, float("nan")
    if forecast is not None and known is not None:  # GDP that the forecast growth is applied to
        base = float(_row(known, forecast.year - 1, forecast.base_vintage, "forecast")["gdp"])
    return Facts(
        tables,
        industries(study),
        gdp * scale,
        growth / 100,
        base * scale,
        employed(study),
        reported_figures(study),
    )


def employed(study: Study) -> pd.DataFrame | None:
    """Persons by year and industry in the study's unit."""
    use = study.employment
    if use is None:
        return None
    own = is_own(use.panel)
    with at_key("employment.panel"):
        known = read_own(use.panel, "employment") if own else panel(use.panel)
    for column in SCHEMAS["employment"].columns:
        if column.name not in known.columns:
            raise StudyError(f"employment.panel: {use.panel!r} has no column {column.name!r}")
    wide = known.pivot(index="year", columns="code", values="employed")
    return wide * use.units_per_data_unit


def _vintages(study: Study, known: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """GDP and real growth of every vintage set, sets x years, in the units of the data."""
    level: dict[str, dict[int, float]] = {}
    growth: dict[str, dict[int, float]] = {}
    for chosen in study.gdp.vintages:
        _coherent(known, chosen)
        rows = {y: _row(known, y, chosen.years[str(y)], chosen.name) for y in study.study.years}
        level[chosen.name] = {year: float(row["gdp"]) for year, row in rows.items()}
        growth[chosen.name] = {year: float(row["real_growth"]) for year, row in rows.items()}
    return pd.DataFrame(level).T, pd.DataFrame(growth).T


TABLE_GDP = "value added of the tables"
"""Name of the one vintage set of a study that names none."""


def _of_the_tables(study: Study) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Value added of the tables as GDP; real growth is unknown."""
    for year in study.study.years:
        if year not in study.tables.years:
            raise StudyError(
                f"gdp.vintages: no GDP of {year}, which has no table; name vintages that cover it, "
                "or leave the year out of study.years"
            )
    values = {year: float(table(study, year).v.sum()) for year in study.study.years}
    level = pd.DataFrame(values, index=[TABLE_GDP])
    return level, level * float("nan")


def _coherent(known: pd.DataFrame, chosen: Vintage) -> None:
    """Refuse a set whose levels rest on different censuses: their growth means nothing."""
    if "basis" not in known.columns:
        return
    bases = {
        year: str(_row(known, int(year), vintage, chosen.name)["basis"])
        for year, vintage in chosen.years.items()
    }
    if len(set(bases.values())) > 1:
        listed = ", ".join(f"{year} {basis}" for year, basis in bases.items())
        raise StudyError(
            f"gdp.vintages {chosen.name!r}: the levels rest on different censuses ({listed}); "
            "growth between them is no growth of the economy: take vintages of one basis"
        )


def _row(known: pd.DataFrame, year: int, vintage: str, chosen: str) -> pd.Series:
    names = [name for y, name in known.index if y == year]
    said = f"gdp.vintages {chosen!r}: no vintage"
    refuse_unknown([vintage], names, said, f" of {year}", error=StudyError)
    return cast("pd.Series", known.loc[(year, vintage)])


def reported_figures(study: Study) -> pd.DataFrame:
    """Return the printed figures of a study in the units of its account.

    By id: concept, year, printed, unit, kind, provenance, fact; value, low, high in the units of
    the account; printed_value, printed_low, printed_high as printed; scale from the second to the
    first.
    """
    frame = _printed(study)
    account = unit_scale(study.study.unit, "study.unit")
    scales, concepts = [], []
    for name, unit in frame["unit"].items():
        concept = concept_of(str(name))
        if concept is None:
            raise StudyError(
                f"reported.figures.{name}: ids start with one of C, I, T, S, H, K, G, N, J"
            )
        concepts.append(concept.name)
        own = unit_scale(str(unit), f"reported.figures.{name}.unit")
        if str(unit).startswith("percent") != (concept.unit == "share"):
            wanted = "percent" if concept.unit == "share" else f"a unit such as {study.study.unit}"
            raise StudyError(
                f"reported.figures.{name}.unit: a {concept.title} in {unit!r}; expected {wanted}"
            )
        if concept.unit == "jobs":
            own /= unit_scale(
                "million" if study.employment is None else study.employment.unit, "employment.unit"
            )
        scales.append(own / account if concept.unit == "level" else own)
    frame["concept"], frame["scale"] = concepts, scales
    frame["unit"] = [with_the_money_of(str(unit), study.study.unit) for unit in frame["unit"]]
    for column in ("value", "low", "high"):
        frame[f"printed_{column}"] = frame[column]
        frame[column] = frame[column] * frame["scale"]
    first = frame.loc[frame["concept"] == "total", "year"].min()
    for name in frame.index[frame["fact"].fillna("") == ""]:
        year = int(frame.loc[name, "year"])
        given = name == study.core.figure
        frame.loc[name, "fact"] = (
            "input" if given else fact_of(str(name), year, int(year if pd.isna(first) else first))
        )
    _known_ids(study, frame)
    return frame


def _known_ids(study: Study, frame: pd.DataFrame) -> None:
    """Every figure that the study names is printed somewhere."""
    used = {"core.figure": study.core.figure}
    if study.penetration is not None:
        used["penetration.total"] = study.penetration.total
        used["penetration.growth"] = study.penetration.growth
    if study.employment is not None:
        used["employment.figure"] = study.employment.figure
    if study.specifications is not None:
        used["specifications.figure"] = study.specifications.figure
    for run, roles in study.reported.roles.items():
        used |= {f"reported.roles.{run}.{name}": name for name in roles}
    for where, name in used.items():
        if name is not None:
            refuse_unknown([name], frame.index, f"{where}: no printed figure", error=StudyError)


def as_printed(reported: pd.DataFrame) -> pd.DataFrame:
    """Return the printed figures in the units they were printed in."""
    columns = {column: reported[f"printed_{column}"] for column in ("value", "low", "high")}
    return reported.assign(**columns)


_COLUMNS = ["concept", "year", "printed", "value", "low", "high", "unit", "kind"]


def _printed(study: Study) -> pd.DataFrame:
    """Embedded figures, replaced and extended by those given inline."""
    own: dict[str, dict[str, object]] = {}
    for name, figure in study.reported.figures.items():
        low, high = rounding_interval(figure.printed)
        own[name] = {
            "concept": figure.concept, "year": figure.year, "printed": figure.printed,
            "value": float(figure.printed), "low": low, "high": high, "unit": figure.unit,
            "kind": figure.kind, "provenance": figure.provenance, "fact": figure.fact,
        }  # fmt: skip
    inline = pd.DataFrame.from_dict(own, orient="index", columns=[*_COLUMNS, "provenance", "fact"])
    if study.reported.dataset is None:
        return inline
    with at_key("reported.dataset"):
        embedded = load_reported(study.reported.dataset)
    kept = embedded.drop(index=inline.index, errors="ignore")
    return kept.copy() if inline.empty else pd.concat([kept, inline])


def table(study: Study, year: int) -> InputOutputTable:
    """Return the input-output table of one year, from the user's file where the study names one."""
    use = study.tables
    own = use.files.get(str(year))
    with at_key("tables.years" if own is None else f"tables.files.{year}"):
        if own is not None:
            given = {"layout": use.layout, **use.read}
            if own in [file for other, file in use.files.items() if other != str(year)]:
                given = {"year": year, **given}  # one file holds several years
            with at_key("tables.read"):
                read_options(given)
            return read_io(own, **given)  # type: ignore[arg-type]
        return load_io(study.study.country, year, imports=use.imports, source=use.source)


def panel(name: str, columns: Sequence[Column] = ()) -> pd.DataFrame:
    """Return a panel, to be read only: an embedded one by name, or a file of the user.

    `columns` say what a file of the user must hold.
    """
    return read_own(name, "panel", columns) if is_own(name) else _load_once(name)


@lru_cache(maxsize=4)  # a run fits many equations on the same one
def _load_once(name: str) -> pd.DataFrame:
    found = load_panel(name)
    found.attrs = {}  # pandas would copy its units deeply at every step
    return found


def gdp_vintages(study: Study) -> pd.DataFrame:
    """Return GDP by year and vintage in the units of the tables, indexed by both."""
    if study.gdp.file is not None:
        known = _own_gdp(study)
    else:
        with at_key("study.country"):
            known = load_gdp_vintages(study.study.country)
    return known.set_index(["year", "vintage"])


def _own_gdp(study: Study) -> pd.DataFrame:
    """Read GDP of the user with value added of the industry groups."""
    groups = SCHEMAS["industry group"].columns[0]
    extra = [replace(groups, name=name) for name in study.tables.groups]
    with at_key("gdp.file"):
        known = read_own(str(study.gdp.file), "gdp", extra)
        _refuse_fractions(known, str(study.gdp.file))
    return known


def _refuse_fractions(known: pd.DataFrame, file: str) -> None:
    """Refuse real growth in fractions: nominal growth says that 0.067 is 6.7 percent."""
    gdp = known.drop_duplicates("year", keep="last").set_index("year")["gdp"]
    before = known["year"].sub(1).map(gdp)
    nominal = 100 * (known["gdp"] / before - 1)
    seen = known[nominal.notna()]
    growth, nominal = seen["real_growth"], nominal[nominal.notna()]
    nearer = (nominal - 100 * growth).abs() < (nominal - growth).abs()
    if len(seen) > 1 and known["real_growth"].abs().max() < 0.2 and nearer.all():
        first = float(growth.iloc[0])
        raise DataError(
            f"{file}: column 'real_growth': {first:g} and its like are fractions; write percent, "
            f"{100 * first:g}"
        )


def industries(study: Study) -> pd.DataFrame:
    """Return value added by year and industry group of the study, in the units of the tables.

    In a file of the user the groups are further columns beside ``gdp``; the last vintage of a year
    is taken. A study without groups has none.
    """
    groups = list(study.tables.groups)
    if not groups:
        return pd.DataFrame()
    if study.gdp.file is None:
        known = load_gdp(study.study.country)
    else:
        known = _own_gdp(study).groupby("year").last()
    for group in groups:
        if group not in known.columns:
            raise StudyError(
                f"tables.groups.{group}: no value added is published for this industry group;"
                f"{suggestion(group, known.columns)}"
            )
    found = known[groups]
    partly = found[found.isna().any(axis=1) & found.notna().any(axis=1)]
    if len(partly):
        group = str(partly.columns[partly.iloc[0].isna()][0])
        raise DataError(
            f"gdp.file: {study.gdp.file}: {partly.index[0]} has no value added of industry group "
            f"{group!r} but of others; give all groups of a year or none"
        )
    return found


def published_demand(study: Study) -> pd.DataFrame:
    """Return published totals of final demand, years x categories; no column where none is named.

    Levels are used as ratios to the tables only, so that their unit does not matter.
    """
    use = study.tables.demand
    if use is None:
        return pd.DataFrame()
    if is_own(use.dataset):
        with at_key("tables.demand.dataset"):
            known = read_own(use.dataset, "demand")
    else:
        with at_key("tables.demand.dataset"):
            known = load_dataset(use.dataset)
        if not {"code", "year", "value"} <= set(known.columns):
            raise StudyError(
                f"tables.demand.dataset: {use.dataset!r} has no columns code, year, value"
            )
    for category, code in use.codes.items():
        if code not in set(known["code"]):
            raise StudyError(
                f"tables.demand.codes.{category}: no series {code!r} in {use.dataset};"
                f"{nearest(code, known['code'].unique())}"
            )
    wide = known[known["code"].isin(list(use.codes.values()))].pivot(
        index="year", columns="code", values="value"
    )
    return pd.DataFrame({category: wide[code] for category, code in use.codes.items()})
