"""The result of the main job."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from quesnay.job.assemble import Assembly
from quesnay.job.facts import Facts
from quesnay.job.linkages import CoreLinkages
from quesnay.job.prepare import elasticity_of
from quesnay.job.redraw import DrawnInputs, draw_inputs
from quesnay.job.rivals import Rivals
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.result import PanelFit
from quesnay.studies.sections import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.plots.style import Picture
    from quesnay.job.reconciled import ReconciledAccount
    from quesnay.job.updated_table import UpdatedTable
    from quesnay.models.display.table import Explanation

__all__ = ["Reproduction"]


@dataclass(frozen=True, slots=True, repr=False)
class Reproduction(Tabular):
    """A published report rebuilt from public data, judged figure by figure.

    Parameters
    ----------
    study : Study
        What was run.
    seed : int
        Root of the random numbers.
    account : DataFrame
        Index run, year; core, integration, total (unit of the study) and share of GDP (a fraction),
        each with the bounds of its 95 % interval; the forecast year as it could be seen then.
    outcome : DataFrame
        The same with the outcome of the forecast year.
    verdicts : DataFrame
        Index run, id: printed figure, role, estimate, interval, error, inside, rounds.
    variance : DataFrame
        Index run, id: share of the estimate's variance by source of uncertainty.
    draws : DataFrame
        Draws x (run, concept, year, variant).
    central : Series
        The base case of every figure.
    potential : PanelFit
        The regression behind the potential.
    rivals : Rivals
        The same elasticity under rival specifications.
    linkages : CoreLinkages
        The second accounting view: value added elsewhere tied to the core.
    facts : Facts
        Tables, vintages and printed figures that went in.
    assembly : Assembly
        The prepared account model.

    Examples
    --------
    >>> from quesnay.job.run import reproduce
    >>> result = reproduce("caict_2020", draws=100)
    >>> result.verdicts.loc[("calibrated", "T18"), "role"]
    'calibration'
    """

    study: Study
    seed: int
    account: pd.DataFrame
    outcome: pd.DataFrame
    verdicts: pd.DataFrame
    variance: pd.DataFrame
    draws: pd.DataFrame
    central: pd.Series
    potential: PanelFit
    rivals: Rivals
    linkages: CoreLinkages
    facts: Facts
    assembly: Assembly

    def tables(self) -> tuple[Table, ...]:
        """Return account, verdicts, outcome and sources of variance."""
        from quesnay.job.tables import result_tables

        return result_tables(self)

    def console(self, *, width: int = 100) -> str:
        """Return account and verdicts of both runs with the findings, for a terminal."""
        import textwrap

        from quesnay.job.findings import findings

        text = [table.to_text(width=width) for table in self.tables()[:3]]
        said = [textwrap.fill(sentence, width) for sentence in findings(self)[2:]]
        return "\n\n".join([*text, "\n".join(said)])

    def explain(self, figure: str, *, run: str = "calibrated") -> "Explanation":
        """Say where an estimate comes from: its equation, inputs, their sources.

        Parameters
        ----------
        figure : str
            Id of a printed figure, such as ``"T19"``.
        run : {"calibrated", "independent"}
            Which estimate.

        Returns
        -------
        Explanation
            The base case, input by input.

        Raises
        ------
        StudyError
            If there is no such figure or run.
        """
        from quesnay.job.explain import explain_figure

        return explain_figure(self, figure, run)

    def plot_account(self) -> "Figure":
        """Draw core and integration by year, both runs, beside the printed totals."""
        from quesnay.job.plots import account_plot

        return account_plot(self)

    def plot_penetration(self) -> "Figure":
        """Draw the penetration curves with calibration and held-out points."""
        from quesnay.job.plots import penetration_plot

        return penetration_plot(self)

    def plot_elasticities(self) -> "Figure":
        """Draw the elasticity under the base case and its rivals."""
        from quesnay.job.plots import elasticity_plot

        return elasticity_plot(self)

    def plot_specifications(self, *, figure: str | None = None, draws: int = 200) -> "Figure":
        """Draw one figure under every admissible combination of the study's choices.

        Parameters
        ----------
        figure : str, optional
            Id of the figure; by default the one the study names.
        draws : int
            Bootstrap resamples of every regression.

        Returns
        -------
        Figure
            Ranked estimates with the printed figure.
        """
        from quesnay.job.specifications import specification_curve

        return specification_curve(self.study, figure, draws=draws, seed=self.seed).plot()

    def plot_tornado(self) -> "Figure":
        """Draw how far each source of uncertainty alone moves the held-out totals, both runs."""
        from quesnay.job.plots import tornado_plot

        return tornado_plot(self)

    def plot_fan(self) -> "Figure":
        """Draw the total of both runs to the forecast year with its intervals, and the report."""
        from quesnay.job.plots import fan_plot

        return fan_plot(self)

    def drawn_inputs(self, draws: int | None = None) -> DrawnInputs:
        """Return the uncertain inputs behind the draws; the first `draws` of them, or all."""
        elasticity = elasticity_of(self.study, self.potential)
        wanted = len(self.draws) if draws is None else min(draws, len(self.draws))
        model = self.assembly.model
        return draw_inputs(self.study, self.facts, model, elasticity, draws=wanted, seed=self.seed)

    def update_table(self, year: int | None = None, *, draws: int = 500) -> "UpdatedTable":
        """Make a table for a year without one; see :func:`quesnay.update_table_year`."""
        from quesnay.job.updated_table import update_year

        return update_year(self.study, self.facts, self.assembly, self.drawn_inputs(draws), year)

    def reconcile(self, updated: "UpdatedTable | None" = None) -> "ReconciledAccount":
        """Make one account of all estimates by least squares under the identities.

        Parameters
        ----------
        updated : UpdatedTable, optional
            From :meth:`update_table`: gives the linkages of its year.

        Returns
        -------
        ReconciledAccount
            One account, and what each estimate had to take.
        """
        from quesnay.job.reconciled import reconcile_account

        tables = {} if updated is None else {updated.year: updated.table}
        return reconcile_account(self, self.drawn_inputs(), updated=tables)

    def plots(self) -> "dict[str, Figure]":
        """Return every plot of the result by file name."""
        return {
            "account": self.plot_account(),
            "penetration": self.plot_penetration(),
            "elasticities": self.plot_elasticities(),
            "tornado": self.plot_tornado(),
            "fan": self.plot_fan(),
        }

    def to_html(
        self,
        path: str | Path | None = None,
        *,
        plots: "Mapping[str, Figure | Picture] | None" = None,
    ) -> str:
        """Return the self-contained report; write it to `path` where one is given.

        Parameters
        ----------
        path : str or Path, optional
            The file, written whole or not at all.
        plots : mapping of str to Figure or Picture, optional
            From :meth:`plots`, where they have been drawn already.

        Returns
        -------
        str
            One HTML page.
        """
        from quesnay.job.report import report_html

        return report_html(self, self.plots() if plots is None else plots, path)
