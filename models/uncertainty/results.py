"""Results of simulation: draws, intervals and what drives them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.fitting.checks import confidence_level
from quesnay.fitting.errors import QuesnayError
from quesnay.models.display.table import Table, Tabular

__all__ = ["MonteCarloResult", "count_failures"]


@dataclass(frozen=True, slots=True, repr=False)
class MonteCarloResult(Tabular):
    """Draws of a model's figures under uncertain inputs.

    Parameters
    ----------
    draws : DataFrame
        (draws, figures).
    inputs : DataFrame
        (draws, inputs): what each draw was computed from.
    estimate : Series
        The figures at the median of every input.
    """

    draws: pd.DataFrame
    inputs: pd.DataFrame
    estimate: pd.Series

    @classmethod
    def from_arrays(
        cls,
        y: NDArray[np.float64],
        x: NDArray[np.float64],
        labels: pd.Index,
        names: Sequence[str],
        estimate: NDArray[np.float64],
    ) -> "MonteCarloResult":
        """Label what the engine returned."""
        number = pd.RangeIndex(len(y), name="draw")
        return cls(
            pd.DataFrame(y, index=number, columns=labels),
            pd.DataFrame(x, index=number, columns=pd.Index(names)),
            pd.Series(estimate, index=labels, name="estimate"),
        )

    @property
    def failed(self) -> pd.Series:
        """Number of draws of each figure that are not finite; intervals leave them out."""
        return count_failures(self.draws)

    def quantiles(self, levels: Sequence[float] = (0.025, 0.25, 0.5, 0.75, 0.975)) -> pd.DataFrame:
        """Return quantiles of each figure: rows figures, columns levels."""
        for level in levels:
            if not 0.0 <= level <= 1.0:
                raise QuesnayError(f"quantile level must lie between 0 and 1, got {level}")
        finite = self.draws.where(np.isfinite(self.draws))
        return finite.quantile(list(levels)).T

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return the central interval of each figure: columns low and high.

        Raises
        ------
        QuesnayError
            If `level` is not between 0 and 1.
        """
        tail = (1.0 - confidence_level(level)) / 2.0
        out = self.quantiles((tail, 1.0 - tail))
        out.columns = pd.Index(["low", "high"])
        return out

    def tables(self) -> tuple[Table, ...]:
        """Return the table of estimates, means, errors and 95 % intervals."""
        finite = self.draws.where(np.isfinite(self.draws))
        frame = pd.DataFrame(
            {
                "estimate": self.estimate,
                "mean": finite.mean(),
                "sd": finite.std(ddof=1),
                **self.conf_int(),
            }
        )
        notes = [f"{len(self.draws)} draws; estimate at the median of every input; 95 % interval."]
        lost = self.failed[self.failed > 0]
        notes += [f"{name}: {count} draws not finite, left out." for name, count in lost.items()]
        return (Table("Monte Carlo", frame, tuple(notes)),)


def count_failures(draws: pd.DataFrame) -> pd.Series:
    """Count the draws of each figure that are not finite.

    Parameters
    ----------
    draws : DataFrame
        (draws, figures).

    Returns
    -------
    Series
        Count by figure.

    Examples
    --------
    >>> count_failures(pd.DataFrame({"multiplier": [1.8, np.inf, 2.1]})).to_dict()
    {'multiplier': 1}
    """
    lost: pd.Series = (~np.isfinite(draws)).sum().rename("failed")
    return lost
