"""The specification curve: where a published figure lies among all defensible estimates."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.fitting.simulation.inference import JointNull
from quesnay.fitting.simulation.sensitivity import shapley_shares
from quesnay.models.display.table import Table, Tabular

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["SpecificationCurve", "rank_specifications"]

_NUMBERS = ("estimate", "low", "high", "standard_error")


@dataclass(frozen=True, slots=True, repr=False)
class SpecificationCurve(Tabular):
    """All admissible estimates of one figure, ranked, with the published one among them.

    Parameters
    ----------
    figure, unit : str
        Id and unit of the figure.
    reported, reported_low, reported_high : float
        The printed value and its rounding interval.
    choices : tuple of str
        Names of the choices.
    estimates : DataFrame
        One row a specification: the choices, estimate, low, high, standard_error; ranked.
    failures : DataFrame
        Specifications that gave no estimate, with the reason.
    spread : DataFrame
        Choice -> share of the variance of the estimates that it explains (Shapley value).
    joint : JointNull or None
        Joint test of the coefficients behind the curve.
    runs : tuple of str
        Runs in the order of the grid, where the specifications name one.
    """

    figure: str
    unit: str
    reported: float
    reported_low: float
    reported_high: float
    choices: tuple[str, ...]
    estimates: pd.DataFrame
    failures: pd.DataFrame
    spread: pd.DataFrame
    joint: JointNull | None
    runs: tuple[str, ...] = ()

    @property
    def by_run(self) -> pd.DataFrame:
        """Number, share below the report, share that agrees and median by run, in file order."""
        if "run" not in self.estimates.columns:
            return _shares(self, self.estimates).to_frame("all").T.rename_axis("run")
        runs = [run for run in self.runs if (self.estimates["run"] == run).any()]
        rows = {run: _shares(self, self.estimates[self.estimates["run"] == run]) for run in runs}
        return pd.DataFrame(rows).T.rename_axis("run")

    @property
    def median(self) -> float:
        """Median of the estimates."""
        return float(self.estimates["estimate"].median())

    @property
    def below(self) -> float:
        """Share of specifications that lie below the printed figure."""
        return float((self.estimates["estimate"] < self.reported_low).mean())

    @property
    def holding(self) -> float:
        """Share of specifications whose 95 % interval holds the printed figure."""
        return float(_shares(self, self.estimates)["agrees"])

    def tables(self) -> tuple[Table, ...]:
        """Return the summary, the spread by choice, the estimates by level and the failures."""
        return (
            self._summary(),
            *self._runs(),
            Table(
                f"Share of the spread of {self.figure} by choice",
                self.spread,
                ("Shapley value of explained variance over all orders of the choices.",),
                {"share": ".1%"},
            ),
            self._by_level(),
            *self._failed(),
        )

    def _runs(self) -> tuple[Table, ...]:
        if not self.runs:
            return ()
        columns = {
            "number": "specifications",
            "below": "below the report",
            "agrees": "agree with it",
            "median": f"median, {self.unit}",
        }
        frame = self.by_run.rename(columns=columns)
        formats = dict(zip(columns.values(), (".0f", ".0%", ".0%", ".3g"), strict=True))
        said = ("Agree: the 95 % interval and the printed interval overlap.",)
        return (Table(f"{self.figure} by run, printed {self.reported:g}", frame, said, formats),)

    def _summary(self) -> Table:
        values = self.estimates["estimate"]
        rows = {
            "specifications": f"{len(values)}",
            "failed": f"{len(self.failures)}",
            f"median, {self.unit}": f"{self.median:.4g}",
            "range": f"{values.min():.4g} to {values.max():.4g}",
            "middle half": f"{values.quantile(0.25):.4g} to {values.quantile(0.75):.4g}",
            "printed": f"{self.reported:g}",
            "specifications below the printed figure": f"{self.below:.1%}",
            "intervals that hold the printed figure": f"{self.holding:.1%}",
        }
        notes = []
        if self.joint is not None:
            j = self.joint
            notes.append(
                f"Joint test of the regressions behind it, {j.draws} resamples under the null: "
                f"median {j.median:.3f} (p = {j.p_median:.3f}), positive and significant "
                f"{j.significant:.0%} (p = {j.p_significant:.3f})."
            )
        frame = pd.DataFrame({"value": rows})
        return Table(f"Specification curve of {self.figure}", frame, tuple(notes))

    def _by_level(self) -> Table:
        parts = {
            choice: self.estimates.groupby(choice, sort=False)["estimate"].describe()[
                ["count", "min", "50%", "max"]
            ]
            for choice in self.choices
        }
        frame = pd.concat(parts, names=["choice", "level"])
        frame.columns = pd.Index(["specifications", "lowest", "median", "highest"])
        frame["specifications"] = frame["specifications"].astype(int)
        return Table(f"{self.figure} by choice and level, {self.unit}", frame)

    def _failed(self) -> tuple[Table, ...]:
        if self.failures.empty:
            return ()
        counts = self.failures["failure"].value_counts().rename("specifications").to_frame()
        counts.index.name = "reason"
        return (Table("Specifications without an estimate", counts),)

    def plot(self) -> "Figure":
        """Draw the ranked estimates, the printed figure and the choices below."""
        from quesnay.diagnostics.plots.specification import plot_specifications

        return plot_specifications(self)


def _shares(curve: SpecificationCurve, rows: pd.DataFrame) -> "pd.Series[float]":
    agrees = (rows["low"] < curve.reported_high) & (rows["high"] >= curve.reported_low)
    return pd.Series(
        {
            "number": float(len(rows)),
            "below": float((rows["estimate"] < curve.reported_low).mean()),
            "agrees": float(agrees.mean()),
            "median": float(rows["estimate"].median()),
        }
    )


def rank_specifications(
    frame: pd.DataFrame,
    printed: pd.Series,
    *,
    figure: str,
    joint: JointNull | None = None,
) -> SpecificationCurve:
    """Rank estimates and split their spread by choice.

    Parameters
    ----------
    frame : DataFrame
        One row a specification: the choices by name, then estimate, low, high, standard_error and
        failure (empty where there is an estimate).
    printed : Series
        ``value``, ``low``, ``high`` and ``unit`` of the printed figure.
    figure : str
        Its id.
    joint : JointNull, optional
        Joint test of the coefficients behind the estimates.

    Returns
    -------
    SpecificationCurve
        Ranked from low to high; failures apart.

    Raises
    ------
    DataError
        If no specification gave an estimate.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"curve": ["a", "b"], "estimate": [2.0, 1.0], "low": [1.5, 0.5],
    ...                       "high": [2.5, 1.5], "standard_error": 0.2, "failure": ""})
    >>> printed = pd.Series({"value": 2.13, "low": 2.125, "high": 2.135, "unit": "trillion"})
    >>> rank_specifications(frame, printed, figure="T19").estimates["estimate"].tolist()
    [1.0, 2.0]
    """
    choices = tuple(name for name in frame.columns if name not in {*_NUMBERS, "failure", "run"})
    good = frame["estimate"].notna()
    if not good.any():
        raise DataError(
            f"no specification of {figure} gave an estimate; first reason: "
            f"{frame['failure'].iloc[0] if len(frame) else 'the grid is empty'}"
        )
    ranked = frame[good].drop(columns="failure").sort_values(["estimate", *choices])
    ranked = ranked.reset_index(drop=True)
    ranked.index = pd.RangeIndex(1, len(ranked) + 1, name="rank")
    codes = [np.asarray(pd.factorize(ranked[name])[0], dtype=np.intp) for name in choices]
    shares = shapley_shares(ranked["estimate"].to_numpy(float), codes)
    spread = pd.DataFrame({"share": shares}, index=[*choices, "interactions"])
    spread.index.name = "choice"
    return SpecificationCurve(
        figure=figure,
        unit=str(printed["unit"]),
        reported=float(printed["value"]),
        reported_low=float(printed["low"]),
        reported_high=float(printed["high"]),
        choices=choices,
        estimates=ranked,
        failures=frame[~good][[*choices, "failure"]].reset_index(drop=True),
        spread=spread,
        joint=joint,
        runs=tuple(dict.fromkeys(frame["run"])) if "run" in frame.columns else (),
    )
