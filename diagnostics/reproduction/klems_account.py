"""M5 as an account: a technology in an economy whose industries' capital services are published.

The *core* is the value added of the industries that produce the technology. The
*integration-driven part* is what its capital earns in all other industries: under competitive
markets the rental cost of IT and software capital services is the value added that they bring, and
its growth is their contribution to growth, share times growth of the services (Törnqvist)::

    T_t = sum_p v_{p,t} + sum_j sum_k c_{k,j,t}         p producers, j users, k the capital
    d ln V = sum_k s_k d ln K_k + ... + productivity    s Domar-weighted cost shares

Nothing is drawn: the interval runs over the definitions that the study names, of producers and of
capital, and its centre is the first of each. It is no confidence interval.

Source: Jorgenson and Griliches (1967), Review of Economic Studies 34(3); Jorgenson, Ho and Stiroh
(2005), Productivity, vol. 3.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from quesnay.datasets.store import list_datasets
from quesnay.diagnostics.report.language import ENGLISH, Language, language_of, say
from quesnay.diagnostics.reproduction.assembly import part, row
from quesnay.diagnostics.reproduction.facts import as_printed, panel, reported_figures
from quesnay.diagnostics.reproduction.findings import without_ids
from quesnay.diagnostics.reproduction.own_data import Column
from quesnay.diagnostics.reproduction.study import Core, Klems, KlemsStudy, Study, Tables, at_key
from quesnay.diagnostics.reproduction.tables import console_text, printed_amount
from quesnay.diagnostics.reproduction.verdicts import facts_in_words, judge, judged_facts, score_row
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import StudyError
from quesnay.models.display.grid import amounts, decimals_for
from quesnay.models.display.table import Table, Tabular, versions
from quesnay.models.display.write import write_bytes
from quesnay.models.growth.growth_accounting import domar_aggregation, growth_accounting
from quesnay.models.satellite.concepts import ACCOUNT, CONCEPTS, derive, figure_name

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.plots.style import Panels

RUN = "growth accounting"
_WIDE = (
    "An interval over definitions is wide: overlap says that some definition comes near, no more."
)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KlemsAccount(Tabular):
    """A technology's account from the capital services of industries.

    Parameters
    ----------
    study : KlemsStudy
        What was run.
    account : DataFrame
        Index run, year; core, integration, total (unit of the study) and share of GDP: the first
        definitions, with the lowest and highest over all definitions in ``_low`` and ``_high``.
    definitions : DataFrame
        Index year, producers, capital: core, integration, total and share of each definition.
    growth : DataFrame
        Years x sources, log points: contributions of the technology's capital in the using
        industries and of the productivity of its producers to the growth of the economy's value
        added (Domar weights), first definitions.
    verdicts : DataFrame
        Index run, id: printed figures beside the account; columns as those of a reproduction.
    score : DataFrame
        Index run: facts judged, facts that agree.
    facts : DataFrame
        The printed figures.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = qn.reproduce("us_digital_economy")
    >>> float(found.account.loc[("growth accounting", 2017), "share"].round(3))
    0.106
    """

    study: KlemsStudy
    account: pd.DataFrame
    definitions: pd.DataFrame
    growth: pd.DataFrame
    verdicts: pd.DataFrame
    score: pd.DataFrame
    facts: pd.DataFrame

    @property
    def runs(self) -> tuple[str, ...]:
        """The one run."""
        return (RUN,)

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the numbers of the account by their names."""
        names = ("account", "definitions", "growth", "verdicts", "score")
        return {name: getattr(self, name) for name in names}

    def tables(self) -> tuple[Table, ...]:
        """Return account, verdicts, definitions and contributions to growth."""
        unit = self.study.study.unit
        own, shown = self.account.loc[RUN], {}
        for concept in map(CONCEPTS.__getitem__, ACCOUNT):
            ends = (concept.scale * own[f"{concept.name}{tail}"] for tail in ("", "_low", "_high"))
            level = decimals_for(own[concept.name])
            spec = "{:.1f}" if concept.unit == "share" else f"{{:.{level}f}}"
            shown[concept.header] = amounts(spec.format, *ends)
        parts = [
            Table(
                f"{self.study.study.technology.capitalize()}, value added, {unit}",
                pd.DataFrame(shown, own.index),
                (
                    "Core: value added of the producing industries. Integration: what the "
                    "technology's capital earns in all others.",
                    "In brackets the lowest and highest over the definitions of producers and "
                    "capital; no confidence interval. Current prices.",
                    "GDP: the value added of all industries of the panel.",
                ),
            )
        ]
        if len(self.verdicts):
            parts += [self._verdict_table(), self._distance_table()]
        measure = "log points x 100 a year"
        means = (100 * self.growth.mean()).rename(measure).to_frame().rename_axis("source")
        note = "Contributions to the growth of the economy's value added, Domar-weighted."
        years = f"{self.growth.index.min()} to {self.growth.index.max()}"
        return (
            *parts,
            Table(f"Contributions to growth, {years}", means, (note,), {means.columns[0]: ".2f"}),
        )

    def _verdict_table(self) -> Table:
        own = self.verdicts.loc[RUN]
        frame = pd.DataFrame(
            {
                "figure": [figure_name(str(n), int(self.facts.loc[n, "year"])) for n in own.index],
                "reported": [printed_amount(self.facts.loc[n, "printed"]) for n in own.index],
                "unit": own["unit"],
                "estimate": own["estimate"],
                "lowest": own["estimate_low"],
                "highest": own["estimate_high"],
                "error": own["error"],
                "agrees": ["yes" if agrees else "no" for agrees in own["agrees"]],
            },
            own.index,
        )
        note = f"The account {facts_in_words(row(self.score, RUN))}. {_WIDE}"
        formats = dict.fromkeys(("estimate", "lowest", "highest"), ".2f") | {"error": ".1%"}
        return Table("Verdicts", frame, (note,), formats)

    def _distance_table(self) -> Table:
        """Show the share of GDP of every definition in the years that a share is printed for."""
        own = self.facts[self.facts["concept"] == "share"]
        shares = self.definitions["share"].unstack("year")
        cores = (self.definitions["core"] / self.definitions["gdp"]).unstack("year")
        years = [int(year) for year in own["year"]]
        frame = pd.concat(
            {"core alone": cores[years], "with capital in use": shares[years]}, axis=1
        )
        frame.columns = frame.columns.map(lambda one: f"{one[0]}, {one[1]}")
        frame.index = frame.index.map("; ".join).rename("producers; capital")
        return Table(
            "Share of GDP by definition of producers and of capital",
            frame,
            formats=dict.fromkeys(map(str, frame.columns), ".1%"),
        )

    def findings(self, lang: Language = ENGLISH) -> list[str]:
        """Say what the account holds and how far it is from what was printed."""
        own, head = part(self.account, RUN), self.study.study
        year, mean = int(own.index.max()), 100 * self.growth.mean()
        last, (factor, unit) = own.loc[year], lang.measure(head.unit)
        said = [
            say(
                "Level: the producing industries of the {technology} made {core:.0f} {unit} in "
                "{year}; what its capital earns in all other industries brings the total to "
                "{total:.0f} {unit}, {share:.1%} of GDP [{low:.1%}, {high:.1%} over the "
                "definitions].",
                lang,
                technology=lang(head.technology),
                core=factor * last["core"],
                unit=unit,
                year=year,
                total=factor * last["total"],
                share=last["share"],
                low=last["share_low"],
                high=last["share_high"],
            ),
            say(
                "Growth: the capital in the using industries contributed {capital:.2f} and the "
                "productivity of the producers {makers:.2f} log points (x 100) a year to the "
                "growth of value added, {first} to {last}.",
                lang,
                capital=mean["capital in use"],
                makers=mean["productivity of producers"],
                first=self.growth.index.min(),
                last=self.growth.index.max(),
            ),
            *self._printed_beside(own, lang),
        ]
        if len(self.verdicts):
            counted = lang(facts_in_words(row(self.score, RUN)))
            score = say("The account {score}.", lang, score=counted)
            score += say(" ", lang) + lang(_WIDE)
            said.append(say("Score: {score}", lang, score=score))
        return said

    def _printed_beside(self, own: pd.DataFrame, lang: Language) -> Iterator[str]:
        """Set every printed figure beside the core alone and the whole."""
        for name, printed in self.facts.loc[part(self.verdicts, RUN).index].iterrows():
            then = row(own, int(printed["year"]))
            report = lang(self.study.study.report)
            yield say(
                "{report} prints {printed} {unit} for {year} ({id}); the core alone is "
                "{core:.1%} of GDP, core and capital {share:.1%}.",
                lang,
                report=f"{report[:1].upper()}{report[1:]}",
                printed=lang.measured(str(printed["printed"]), str(printed["unit"])),
                unit=lang.measure(str(printed["unit"]))[1],
                year=int(printed["year"]),
                id=name,
                core=float(then["core"] / then["gdp"]),
                share=float(then["share"]),
            )

    def console(self, *, width: int = 100, language: str = "en") -> str:
        """Return findings, the account and the verdicts in a language, for a terminal.

        Parameters
        ----------
        width : int, default 100
            Letters in a line.
        language : {"en", "zh"}
            English or Chinese.
        """
        lang = language_of(language, self.study.study.texts(language))
        title = self.study.study.title
        return console_text([title], self.findings(lang), self.tables(), lang, width)

    def to_html(self, path: str | Path | None = None, *, language: str = "en") -> str:
        """Return the self-contained report in a language; write it to `path` where given."""
        from quesnay.diagnostics.report.page import Front, Section, render_page

        head = self.study.study
        totals = self.facts["concept"].eq("total").any()
        caption = f"Value added by year{', with the printed totals' if totals else ''}"
        lang = language_of(language, head.texts(language))
        (account, *others), rests = self.tables(), self._rests()
        lead = [without_ids(one, self.facts, lang) for one in self.findings(lang)[:5]]
        front = Front(head.title, head.question, lead,
                      {caption: self.plot_account()})  # fmt: skip
        sections = [
            Section("verdicts", "Verdicts and definitions", tables=others, brief=True),
            Section("account", "The account", tables=[account]),
            Section("reproduce", "How to make this report again", tables=[rests], brief=True),
        ]
        return render_page(front, sections, language=lang, path=path)

    def _rests(self) -> Table:
        """Return what the account rests on: panel, versions and definitions."""
        use = self.study.klems
        known = list_datasets().set_index("name")
        rows = {"study": self.study.study.name, "panel": use.panel}
        if use.panel in known.index:
            own = known.loc[use.panel]
            rows |= {"panel": str(own["what"]), "source": str(own["source"])}
        rows |= {"versions": versions()}
        rows |= {f"producers: {name}": "; ".join(own) for name, own in use.producers.items()}
        rows |= {
            f"capital: {name}": re.sub(r"\bit\b", "IT", "; ".join(own).replace("_", " "))
            for name, own in use.capital.items()
        }
        return Table("What this rests on", pd.DataFrame({"value": rows}), sheet="Sources")

    def workbook(self, language: Language = ENGLISH) -> bytes:
        """Return all tables in one workbook, the account with a chart."""
        from quesnay.models.display.documents import Chart, workbook_bytes

        tables = [*self.tables(), self._rests()]
        parts = {"core industries": "core", "capital in use": "integration"}
        chart = Chart(tables[0].title, tables[0].title, "column", parts, None, "total")
        spoken = [language.table(table) for table in tables]
        return workbook_bytes(spoken, [chart.spoken(language)], language)

    def to_excel(self, path: str | Path) -> Path:
        """Write all tables to one workbook, with contents and a chart of the account."""
        return write_bytes(path, self.workbook())

    def plot_account(self, *, source: str | None = None, ax: "Panels" = None) -> "Figure":
        """Draw core and capital in use by year, with the printed totals."""
        from quesnay.diagnostics.plots.account import plot_account

        printed = self.facts.loc[self.facts["concept"] == "total", ["year", "value"]]
        printed = printed.set_index("year").assign(**{f"role_{RUN}": "held out"})
        spread = "lowest and highest of the definitions"
        known = list_datasets().set_index("name")["source"]
        source = str(known.get(self.study.klems.panel, "")) if source is None else source
        return plot_account(
            self.account, printed, unit=self.study.study.unit, interval=spread, source=source, ax=ax
        )


def klems_account(study: KlemsStudy) -> KlemsAccount:
    """Account for a technology by growth accounting, from a checked study."""
    rows = _rows(study)
    definitions = _definitions(study, rows)
    first = (next(iter(study.klems.producers)), next(iter(study.klems.capital)))
    base = definitions.xs(first, level=("producers", "capital"))
    every = definitions.groupby(level="year")
    columns = {}
    for name in ACCOUNT:
        columns[name] = base[name]
        columns[f"{name}_low"] = every[name].min()
        columns[f"{name}_high"] = every[name].max()
    frame = pd.DataFrame(columns).assign(gdp=base["gdp"])
    account = pd.concat({RUN: frame}, names=["run", "year"])
    # the printed figures in the units of the account: as of a study without tables
    facts = reported_figures(Study(study.study, Tables(()), Core({}), reported=study.reported))
    verdicts, score = _judged(account, facts)
    growth = _growth(study.klems, rows)
    return KlemsAccount(study, account, definitions, growth, verdicts, score, facts)


def _rows(study: KlemsStudy) -> pd.DataFrame:
    """Return the panel, all names of the study checked against it."""
    use = study.klems
    names = ["value_added", "gross_output", "quantity_gross_output"]
    inputs = dict.fromkeys(name for names in use.capital.values() for name in names)
    names += [f"{kind}_{name}" for name in inputs for kind in ("cost", "quantity")]
    with at_key("klems.panel"):
        known = panel(use.panel, [Column(name, "number", "") for name in names])
    said = f"klems.panel: {use.panel!r} has no column"
    refuse_unknown(("industry", "year", *names), known.columns, said, error=StudyError)
    industries = known["industry"].unique()
    for definition, members in use.producers.items():
        said = f"klems.producers.{definition}: no industry"
        refuse_unknown(members, industries, said, error=StudyError)
    for year in study.study.years:
        if year not in set(known["year"]):
            raise StudyError(f"study.years: {use.panel!r} has no year {year}")
    return known


def _definitions(study: KlemsStudy, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the account of every pair of definitions, by year."""
    use, scale = study.klems, study.study.units_per_data_unit
    rows = rows[rows["year"].isin(list(study.study.years))]
    gdp = rows.groupby("year")["value_added"].sum() * scale
    parts = {}
    for producers, members in use.producers.items():
        own = rows["industry"].isin(list(members))
        core = rows[own].groupby("year")["value_added"].sum() * scale
        for capital, names in use.capital.items():
            costs = rows.loc[~own, [f"cost_{name}" for name in names]].sum(axis=1)
            earned = costs.groupby(rows.loc[~own, "year"]).sum() * scale
            frame = pd.DataFrame({"core": core, "integration": earned, "gdp": gdp})
            for name in (name for name in ACCOUNT if name not in frame):
                frame[name] = derive(name, frame.get)
            parts[(producers, capital)] = frame
    found = pd.concat(parts, names=["producers", "capital", "year"])
    return found.reorder_levels(["year", "producers", "capital"]).sort_index(level="year")


def _judged(account: pd.DataFrame, facts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Hold every printed figure that the account has against it."""
    own = account.loc[RUN]
    known = facts[facts["concept"].isin(ACCOUNT) & facts["year"].isin(own.index)]
    if known.empty:
        return pd.DataFrame(), pd.DataFrame()
    found = pd.DataFrame(
        {
            part: [
                float(own.loc[int(row["year"]), row["concept"] + tail]) / float(row["scale"])
                for _, row in known.iterrows()
            ]
            for part, tail in (("estimate", ""), ("low", "_low"), ("high", "_high"))
        },
        known.index,
    )
    rows = judge(as_printed(known), pd.Series(dtype=object), found)
    counted = judged_facts(rows)
    score = score_row(counted["agrees"], counted["error"])
    return pd.concat({RUN: rows}, names=["run", "id"]), pd.DataFrame([score], index=[RUN])


def _growth(use: Klems, rows: pd.DataFrame) -> pd.DataFrame:
    """Return contributions to the growth of the economy's value added, log points by year."""
    producers = set(next(iter(use.producers.values())))
    capital = list(next(iter(use.capital.values())))
    names = [str(name)[5:] for name in rows.columns if str(name).startswith("cost_")]
    kept = [name for name in names if f"quantity_{name}" in rows.columns]
    earned, productivity = {}, {}
    for industry, frame in rows.groupby("industry"):
        own = frame.set_index("year").sort_index()
        inputs, costs = (
            own[[f"{kind}_{name}" for name in kept]].set_axis(kept, axis=1)
            for kind in ("quantity", "cost")
        )
        found = growth_accounting(own["quantity_gross_output"], inputs, costs)
        user = industry not in producers
        earned[industry] = found.contributions[capital].sum(axis=1) * user
        productivity[industry] = found.tfp * (not user)
    output = rows.pivot(index="year", columns="industry", values="gross_output")
    added = rows.groupby("year")["value_added"].sum()
    return pd.DataFrame(
        {
            "capital in use": domar_aggregation(pd.DataFrame(earned), output, added).total,
            "productivity of producers": domar_aggregation(
                pd.DataFrame(productivity), output, added
            ).total,
        }
    )
