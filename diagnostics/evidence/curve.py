"""The result of a specification curve."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.diagnostics.evidence.grid import Choices, Grid
from quesnay.diagnostics.evidence.joint import joint_tests
from quesnay.fitting.errors import QuesnayError
from quesnay.fitting.resampling.shapley import factor_shares
from quesnay.fitting.routes import route
from quesnay.models.display.table import Table, Tabular
from quesnay.models.uncertainty.results import checked_level

__all__ = ["CurveResult"]


@dataclass(frozen=True, slots=True, repr=False)
class CurveResult(Tabular):
    """Every admissible estimate, ranked, and what the choices do to it.

    Parameters
    ----------
    estimates : DataFrame
        One row a specification, ranked: the choices by name, estimate, low, high.
    failures : DataFrame
        The choices of those that failed, with the reason.
    spread : DataFrame
        Index choice; share (Shapley), alone, last: shares of the spread of the estimates.
    joint : DataFrame
        Index statistic; value, p_value: joint inference under the null.
    reported : (float, float) or None
        Rounding interval of the published figure.
    excluded : mapping of str to int
        Combinations that each rule of admissibility left out.
    label : str
        What is estimated, with its unit.
    level : float
        Of the intervals.
    """

    estimates: pd.DataFrame
    failures: pd.DataFrame
    spread: pd.DataFrame
    joint: pd.DataFrame
    reported: tuple[float, float] | None
    excluded: Mapping[str, int]
    label: str = "estimate"
    level: float = 0.95

    @classmethod
    def from_arrays(
        cls,
        arrays: Mapping[str, NDArray[Any]],
        specifications: Sequence[Choices],
        grid: Grid,
        *,
        reported: tuple[float, float] | None,
        null: float,
        level: float,
        label: str,
    ) -> "CurveResult":
        """Label what the engine returned."""
        failed = arrays["reason"] != ""
        frame = pd.DataFrame([{k: str(v) for k, v in one.items()} for one in specifications])
        if failed.all():
            raise QuesnayError(
                f"all {len(frame)} specifications failed; the first: {arrays['reason'][0]}"
            )
        points, draws = arrays["estimate"][~failed], arrays["draws"][~failed]
        tail = (1.0 - checked_level(level)) / 2.0
        low, high = np.nanquantile(np.where(np.isfinite(draws), draws, np.nan),
                                   [tail, 1.0 - tail], axis=1)  # fmt: skip
        table = frame[~failed].assign(estimate=points, low=low, high=high)
        ranked = table.sort_values("estimate", kind="stable").reset_index(drop=True)
        ranked.index = pd.RangeIndex(1, len(ranked) + 1, name="rank")
        return cls(
            estimates=ranked,
            failures=frame[failed].assign(reason=arrays["reason"][failed]).reset_index(drop=True),
            spread=_spread(table, list(grid.choices)),
            joint=joint_tests(points, draws, null=null, level=level),
            reported=reported,
            excluded=grid.excluded(),
            label=label,
            level=level,
        )

    @property
    def median(self) -> float:
        """Median of the estimates."""
        return float(self.estimates["estimate"].median())

    @property
    def range(self) -> tuple[float, float]:
        """Smallest and largest estimate."""
        values = self.estimates["estimate"]
        return float(values.min()), float(values.max())

    @property
    def share_holding(self) -> float:
        """Share of specifications whose interval meets the reported figure's interval."""
        if self.reported is None:
            return float("nan")
        low, high = self.reported
        inside = (self.estimates["low"] < high) & (self.estimates["high"] >= low)
        return float(inside.mean())

    def tables(self) -> tuple[Table, ...]:
        """Return summary, spread, joint inference, failures and rules as tables."""
        rows = [
            ("specifications estimated", float(len(self.estimates))),
            ("specifications failed", float(len(self.failures))),
            ("median", self.median),
            ("smallest", self.range[0]),
            ("largest", self.range[1]),
        ]
        if self.reported is not None:
            rows += [
                ("reported, low", self.reported[0]),
                ("reported, high", self.reported[1]),
                ("share whose interval holds it", self.share_holding),
            ]
        summary = pd.DataFrame(rows, columns=["figure", "value"]).set_index("figure")
        notes = tuple(f"Not admissible: {why} ({n})." for why, n in self.excluded.items() if n)
        tables = [
            Table(f"Specification curve: {self.label}", summary, notes),
            Table("Share of the spread by choice", self.spread),
            Table("Joint inference by bootstrap under the null", self.joint),
        ]
        if len(self.failures):
            tables.append(Table("Specifications that failed", self.failures))
        return tuple(tables)

    def plot(self) -> Any:
        """Draw the ranked estimates over the choices behind each; return the figure."""
        return route("evidence.plot_specifications")(self)


def _spread(table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the share of the spread that each choice explains, the largest first."""
    codes = np.column_stack([pd.factorize(table[name])[0] for name in names])
    shares = factor_shares(table["estimate"].to_numpy(), codes)
    frame = pd.DataFrame(
        {"share": shares.shapley, "alone": shares.alone, "last": shares.last},
        index=pd.Index(names, name="choice"),
    ).sort_values("share", ascending=False, kind="stable")
    rest = 1.0 - shares.explained if shares.shapley.any() else 0.0
    frame.loc["interactions"] = [rest, rest, rest]
    return frame
