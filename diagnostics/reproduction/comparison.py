"""Accounts side by side: what the definition of the core alone does to the size of a technology."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pandas as pd

from quesnay.diagnostics.reproduction.assembly import row
from quesnay.diagnostics.reproduction.klems_account import KlemsAccount
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.runs import reproduce
from quesnay.diagnostics.reproduction.study import KlemsStudy, Study
from quesnay.fitting.checks import as_tuple
from quesnay.fitting.errors import StudyError
from quesnay.models.display.table import Table, Tabular

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.plots.style import Panels

Account: TypeAlias = Reproduction | KlemsAccount


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Comparison(Tabular):
    """Accounts of several studies, one row a study and run.

    Parameters
    ----------
    accounts : DataFrame
        Index study, run; year, core, integration, total (unit of the study), unit, and their shares
        of the GDP of the same account: core_share, share, share_low, share_high (fractions).
    definitions : DataFrame
        Index study: technology, country and which sectors, with which weights, are the core.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = qn.compare(["oecd_ict_china", "oecd_ict_japan"], draws=20)
    >>> found.accounts["core_share"].round(4).tolist()
    [0.0517, 0.0569]
    """

    accounts: pd.DataFrame
    definitions: pd.DataFrame

    def tables(self) -> tuple[Table, ...]:
        """Return the accounts and the definitions of their cores."""
        own = self.accounts
        frame = own[["year", "core", "integration", "total", "unit"]].assign(
            **{"core, % of GDP": 100 * own["core_share"], "total, % of GDP": 100 * own["share"]}
        )
        formats = dict.fromkeys(("core", "integration", "total"), ".4g")
        formats |= dict.fromkeys(("core, % of GDP", "total, % of GDP"), ".1f")
        note = "Shares are of the GDP of the same account and compare across units."
        return (
            Table("Accounts side by side", frame, (note,), formats),
            Table("What each counts as the core", self.definitions),
        )

    def plot(self, *, source: str | None = None, ax: "Panels" = None) -> "Figure":
        """Draw core and integration of every account as shares of GDP."""
        from quesnay.diagnostics.plots.style import COLOURS, finish, legend_below, panel_of

        own = self.accounts
        studies, runs = (own.index.get_level_values(level) for level in ("study", "run"))
        every = zip(studies, runs, own["year"], strict=True)
        names = [f"{study}, {run}, {int(year)}" for study, run, year in every]
        figure, axes = panel_of(ax, size=(8.6, 1.4 + 0.4 * len(own)))
        places = range(len(own))
        core, rest = 100 * own["core_share"], 100 * (own["share"] - own["core_share"])
        axes.barh(places, core, color=COLOURS[0], label="core industries")
        axes.barh(places, rest, left=core, color=COLOURS[4], label="integration-driven")
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.set_xlabel("percent of GDP")
        legend_below(figure, ax, columns=2)
        said = "; ".join(f"{n}: {100 * s:.1f} %" for n, s in zip(names, own["share"], strict=True))
        alt = f"Shares of GDP, core and integration-driven: {said}."
        return finish(figure, alt=alt, source=source, ax=ax)


def compare(
    studies: "Iterable[str | Path | Study | KlemsStudy | Reproduction | KlemsAccount]",
    *,
    year: int | None = None,
    draws: int = 500,
    seed: int = 0,
) -> Comparison:
    """Set the accounts of several studies side by side.

    Parameters
    ----------
    studies : iterable of str, Path, Study, Reproduction or KlemsAccount
        Studies, which are run, or results.
    year : int, optional
        The year of all; by default the last of each study.
    draws : int, default 500
        Monte Carlo draws of the studies that are run.
    seed : int, default 0
        Root of the random numbers.

    Returns
    -------
    Comparison
        Core, integration and total by run, shares of GDP, and the definition of each core.

    Raises
    ------
    StudyError
        If no study is given, two have one name, or one has no account of the year.

    Examples
    --------
    >>> found = compare(["oecd_ict_japan"], draws=20)
    >>> round(float(found.accounts["total"].iloc[0]), 3)
    0.502
    """
    given = as_tuple(studies, "studies")
    if not given:
        raise StudyError("compare: name at least one study")
    results = [
        one
        if isinstance(one, Reproduction | KlemsAccount)
        else reproduce(one, draws=draws, seed=seed)
        for one in given
    ]
    names = [result.study.study.name for result in results]
    for name in names:
        if names.count(name) > 1:
            raise StudyError(f"compare: two studies are called {name!r}; give each a name")
    parts = {name: _rows(result, year) for name, result in zip(names, results, strict=True)}
    definitions = pd.DataFrame(
        {name: _definition(result) for name, result in zip(names, results, strict=True)}
    ).T
    definitions.index.name = "study"
    return Comparison(pd.concat(parts, names=["study", "run"]), definitions)


def _rows(result: Account, year: int | None) -> pd.DataFrame:
    years = result.account.index.get_level_values("year")
    chosen = int(years.max()) if year is None else year
    if chosen not in years:
        listed = ", ".join(str(y) for y in sorted(set(years)))
        raise StudyError(
            f"study {result.study.study.name}: no account of {chosen}; it has {listed}"
        )
    rows = {}
    for run in result.runs:
        own = row(result.account, (run, chosen))
        rows[run] = {
            "year": chosen,
            **{name: float(own[name]) for name in ("core", "integration", "total")},
            "unit": result.study.study.unit,
            "core_share": float(own["core"]) * float(own["share"]) / float(own["total"]),
            **{name: float(own[name]) for name in ("share", "share_low", "share_high")},
        }
    return pd.DataFrame.from_dict(rows, orient="index")


def _definition(result: Account) -> dict[str, str]:
    """Say what a study counts as its core."""
    header = result.study.study
    said = {"technology": header.technology, "country": header.country}
    if isinstance(result, KlemsAccount):
        name, members = next(iter(result.study.klems.producers.items()))
        return {**said, "core": f"{len(members)} industries, whole: {name}"}
    weights: dict[str, float] = {}
    for segment in result.study.core.segments.values():
        for sector, weight in segment.items():
            weights[sector] = weights.get(sector, 0.0) + weight
    if result.study.core.figure is not None:
        return {
            **said,
            "core": f"parts of sectors {', '.join(weights)}, scaled to {result.study.core.figure}",
        }
    if all(weight == 1 for weight in weights.values()):
        return {**said, "core": f"sectors {', '.join(weights)}, whole"}
    parts = ", ".join(f"{sector} {weight:.0%}" for sector, weight in weights.items())
    return {**said, "core": f"parts of sectors {parts}"}
