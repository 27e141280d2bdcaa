"""What the main job found: numbers only; verdicts, tables, plots and report are functions of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from quesnay.diagnostics.reproduction.assembly import Assembly
from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.diagnostics.reproduction.regressions import Elasticities
from quesnay.diagnostics.reproduction.study import Study
from quesnay.models.display.table import Table, Tabular

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.evidence.specification import SpecificationCurve
    from quesnay.diagnostics.plots.style import Panels
    from quesnay.diagnostics.reproduction.made_table import UpdatedTable
    from quesnay.diagnostics.reproduction.reconciled import ReconciledAccount
    from quesnay.models.display.table import Explanation

_FEW = 200  # draws below which an interval of 95 % is a guess


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Reproduction(Tabular):
    """A published report rebuilt from public data, judged fact by fact.

    Parameters
    ----------
    study : Study
        What was run.
    seed : int
        Root of the random numbers.
    account : DataFrame
        Index run ("linkage", "elasticity", "calibrated"), year; core, integration, total (unit of
        the study) and share of GDP (a fraction): the median of the draws, with the bounds of the
        95 % interval in ``_low`` and ``_high``; the forecast year as it could be seen then.
    outcome : DataFrame
        The same with the outcome of the forecast year.
    verdicts : DataFrame
        Index run, id: reported, low, high (its rounding interval), role, fact, estimate,
        estimate_low, estimate_high, error, agrees, restates, unit.
    score : DataFrame
        Index run, and the naive rules beside: facts judged, facts that agree.
    bounds : DataFrame
        Index reading, year: other readings of the linkage run; columns as the account.
    variance : DataFrame
        Index run, id: share of the estimate's variance by source of uncertainty.
    draws : DataFrame
        Draws x (run, concept, year, variant).
    inputs : DataFrame
        Draws x uncertain inputs: what each draw was computed from.
    naive : DataFrame
        Index rule, year: totals forecast without a model: estimate, low, high.
    elasticities : Elasticities or None
        Mixture, rivals and inference; None without a section potential.
    facts : Facts
        Tables, vintages and printed figures that went in.
    assembly : Assembly
        The prepared account model.

    Examples
    --------
    >>> import quesnay as qn
    >>> result = qn.reproduce("caict_2020", draws=100)
    >>> result.verdicts.loc[("calibrated", "T18"), "role"]
    'calibration'
    """

    study: Study
    seed: int
    account: pd.DataFrame
    outcome: pd.DataFrame
    verdicts: pd.DataFrame
    score: pd.DataFrame
    bounds: pd.DataFrame
    variance: pd.DataFrame
    draws: pd.DataFrame
    inputs: pd.DataFrame
    naive: pd.DataFrame
    elasticities: Elasticities | None
    facts: Facts
    assembly: Assembly
    # what a report adds, made by the first that asks: page, workbook and document share it
    made: dict[str, Any] = field(init=False, default_factory=dict)

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs that the study has the parts for."""
        return self.assembly.model.runs

    @property
    def central(self) -> pd.Series:
        """Median of the draws of every figure, by run, concept, year and variant."""
        return self.draws.median().rename("estimate")

    def tables(self) -> tuple[Table, ...]:
        """Return account, verdicts, score, readings, outcome and sources of variance."""
        from quesnay.diagnostics.report.language import language_of
        from quesnay.diagnostics.reproduction.tables import result_tables

        language = language_of("en", self.study.study.texts("en"))
        return tuple(map(language.table, result_tables(self)))

    def findings(self) -> list[str]:
        """Say what was found, in sentences computed from the numbers.

        Examples
        --------
        >>> import quesnay as qn
        >>> len(qn.reproduce("caict_2020", draws=100).findings()) >= 4
        True
        """
        from quesnay.diagnostics.reproduction.findings import findings

        return findings(self)

    def console(self, *, width: int = 100, language: str = "en") -> str:
        """Return the findings, the account and the verdicts in a language, for a terminal.

        Parameters
        ----------
        width : int, default 100
            Letters in a line.
        language : {"en", "zh"}
            English or Chinese.
        """
        from quesnay.diagnostics.report.language import language_of
        from quesnay.diagnostics.reproduction.findings import findings
        from quesnay.diagnostics.reproduction.tables import console_tables, console_text

        lang = language_of(language, self.study.study.texts(language))
        few = len(self.draws) < _FEW
        warned = [f"Only {len(self.draws)} draws: too few for a 95 % interval."] if few else []
        head = [self.study.study.title, *warned]
        return console_text(head, findings(self, lang), console_tables(self), lang, width)

    def explain(self, figure: str, *, run: str = "calibrated") -> "Explanation":
        """Say where an estimate comes from: its equation, inputs, their sources.

        Parameters
        ----------
        figure : str
            Id of a printed figure, such as ``"T19"``, or letter and year of a number of the
            account, such as ``"I20"``, printed or not.
        run : {"linkage", "elasticity", "calibrated"}
            Which estimate.

        Returns
        -------
        Explanation
            The medians, input by input.

        Raises
        ------
        StudyError
            If there is no such figure or run.
        """
        from quesnay.diagnostics.reproduction.explain import explain_figure

        return explain_figure(self, figure, run)

    def plot_account(self, *, ax: "Panels" = None) -> "Figure":
        """Draw core and integration by year, every run, beside the printed totals."""
        from quesnay.diagnostics.reproduction.plots import account_plot

        return account_plot(self, ax)

    def plot_penetration(self, *, ax: "Panels" = None) -> "Figure":
        """Draw the penetration curves with calibration and held-out points."""
        from quesnay.diagnostics.reproduction.plots import penetration_plot

        return penetration_plot(self, ax)

    def plot_elasticities(self, *, ax: "Panels" = None) -> "Figure":
        """Draw the admissible equations of the elasticity and the rivals of the base case."""
        from quesnay.diagnostics.reproduction.plots import elasticity_plot

        return elasticity_plot(self, ax)

    def plot_specifications(
        self, *, figure: str | None = None, draws: int = 200, ax: "Panels" = None
    ) -> "Figure":
        """Draw one figure under every admissible combination of the study's choices.

        Parameters
        ----------
        figure : str, optional
            Id of the figure; by default the one the study names.
        draws : int, default 200
            Bootstrap resamples of every regression.
        ax : Axes, optional
            Where to draw; by default on a figure of its own.

        Returns
        -------
        Figure
            Ranked estimates by run with the printed figure.
        """
        from quesnay.diagnostics.reproduction.plots import specification_plot
        from quesnay.diagnostics.reproduction.specifications import specification_curve

        curve = specification_curve(self.study, figure, draws=draws, seed=self.seed)
        return specification_plot(self, curve, ax)

    def plot_tornado(self, *, ax: "Panels" = None) -> "Figure":
        """Draw how far each source of uncertainty alone moves the held-out totals."""
        from quesnay.diagnostics.reproduction.plots import tornado_plot
        from quesnay.diagnostics.reproduction.runs import source_tornados

        return tornado_plot(self, source_tornados(self), ax)

    def plot_fan(self, *, ax: "Panels" = None) -> "Figure":
        """Draw the total of every run to the forecast year with its intervals, and the report."""
        from quesnay.diagnostics.reproduction.plots import fan_plot

        return fan_plot(self, ax)

    def update_table(self, year: int | None = None, *, draws: int = 500) -> "UpdatedTable":
        """Make a table for a year without one; see :func:`quesnay.update_table_year`.

        Parameters
        ----------
        year : int, optional
            A year between two tables; by default the first without a table.
        draws : int, default 500
            Draws of the account's uncertain inputs behind the intervals.
        """
        from quesnay.diagnostics.reproduction.made_table import update_year

        return update_year(self, year, draws=draws)

    def reconcile(self) -> "ReconciledAccount":
        """Make one account of all runs by least squares under the identities.

        Returns
        -------
        ReconciledAccount
            One account, and what each estimate had to take.
        """
        from quesnay.diagnostics.reproduction.reconciled import reconcile_account

        return reconcile_account(self)

    def plot_core(self, *, ax: "Panels" = None) -> "Figure":
        """Draw who supplies the core and who uses it in the last table, as a Sankey diagram."""
        from quesnay.diagnostics.reproduction.plots import core_plot

        return core_plot(self, ax)

    def plots(self, *, curve: "SpecificationCurve | None" = None) -> "dict[str, Figure]":
        """Return every plot that the study has the parts for, by file name.

        A specification curve, which takes as long as the run, is drawn where one is given.
        """
        from quesnay.diagnostics.reproduction.plots import all_plots

        return all_plots(self, curve)

    def to_excel(self, path: str | Path) -> Path:
        """Write every table of the report to one workbook, with contents, charts and sources."""
        from quesnay.diagnostics.reproduction.report import workbook_of
        from quesnay.models.display.write import write_bytes

        return write_bytes(path, workbook_of(self))

    def to_word(self, path: str | Path) -> Path:
        """Write the report with its tables and pictures as a Word document.

        Parameters
        ----------
        path : str or Path
            The file, such as ``"report.docx"``, written whole or not at all.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        QuesnayError
            If the package python-docx is absent: install ``quesnay[word]``.
        """
        from quesnay.diagnostics.reproduction.report import document_of
        from quesnay.models.display.write import write_bytes

        return write_bytes(path, document_of(self))

    def to_html(
        self,
        path: str | Path | None = None,
        *,
        plots: "Mapping[str, Figure] | None" = None,
        language: str = "en",
    ) -> str:
        """Return the self-contained report; write it to `path` where one is given.

        Parameters
        ----------
        path : str or Path, optional
            The file, written whole or not at all.
        plots : mapping of str to Figure, optional
            From :meth:`plots`, where they have been made already.
        language : {"en", "zh"}
            Of everything on the page; pictures keep English labels where no Chinese font is found.

        Returns
        -------
        str
            One HTML page.
        """
        from quesnay.diagnostics.reproduction.report import report_html

        shown = self.plots() if plots is None else plots
        return report_html(self, shown, path, lang=language)
