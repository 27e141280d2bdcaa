"""The result of the main job."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from quesnay.assemble import Assembly
from quesnay.facts import Facts
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.result import PanelFit
from quesnay.study_sections import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
    facts : Facts
        Tables, vintages and printed figures that went in.
    assembly : Assembly
        The prepared account model.
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
    facts: Facts
    assembly: Assembly

    def tables(self) -> tuple[Table, ...]:
        """Return account, verdicts, outcome and sources of variance."""
        from quesnay.reproduction_tables import result_tables

        return result_tables(self)

    def plot_account(self) -> "Figure":
        """Draw core and integration by year, both runs, beside the printed totals."""
        from quesnay.reproduction_plots import account_plot

        return account_plot(self)

    def plot_penetration(self) -> "Figure":
        """Draw the penetration curves with calibration and held-out points."""
        from quesnay.reproduction_plots import penetration_plot

        return penetration_plot(self)

    def plot_elasticities(self) -> "Figure":
        """Draw the elasticity under the base case and its rivals."""
        from quesnay.reproduction_plots import elasticity_plot

        return elasticity_plot(self)

    def to_html(self, path: str | Path | None = None) -> str:
        """Return the self-contained report with tables and plots; write it where a path is given."""
        from quesnay.reproduction_report import report_html

        return report_html(self, path)
