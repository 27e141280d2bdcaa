"""The result of a bootstrap."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.fitting.checks import confidence_level
from quesnay.fitting.errors import QuesnayError
from quesnay.fitting.simulation.inference import bootstrap_interval
from quesnay.models.display.table import Table, Tabular
from quesnay.models.uncertainty.monte_carlo import count_failures
from quesnay.models.uncertainty.units import Units

__all__ = ["BootstrapResult"]


@dataclass(frozen=True, slots=True, repr=False)
class BootstrapResult(Tabular):
    """A statistic and its bootstrap draws.

    Parameters
    ----------
    estimate : Series
        The statistic of the sample.
    draws : DataFrame
        (draws, statistics).
    drawn : str
        What was drawn, such as "31 clusters".
    left_out : DataFrame or None
        (units, statistics): the statistic without each unit, where asked for.
    """

    estimate: pd.Series
    draws: pd.DataFrame
    drawn: str
    left_out: pd.DataFrame | None = None

    @classmethod
    def from_arrays(
        cls,
        draws: NDArray[np.float64],
        estimate: NDArray[np.float64],
        labels: pd.Index,
        units: Units,
        left_out: pd.DataFrame | None,
    ) -> "BootstrapResult":
        """Label what the engine returned."""
        number = pd.RangeIndex(len(draws), name="draw")
        return cls(
            pd.Series(estimate, index=labels, name="estimate"),
            pd.DataFrame(draws, index=number, columns=labels),
            f"{units.count} {units.word}s",
            left_out,
        )

    @property
    def failed(self) -> pd.Series:
        """Number of draws of each statistic that are not finite; errors leave them out."""
        return count_failures(self.draws)

    @property
    def std_errors(self) -> pd.Series:
        """Standard deviation of the draws."""
        return self._finite().std(ddof=1).rename("std_error")

    @property
    def bias(self) -> pd.Series:
        """Mean of the draws less the estimate."""
        return (self._finite().mean() - self.estimate).rename("bias")

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariance of the draws."""
        return self._finite().cov()

    @property
    def influence(self) -> pd.DataFrame:
        """Change of the statistic when each unit is left out.

        Raises
        ------
        QuesnayError
            If the bootstrap was run without ``jackknife=True``.
        """
        if self.left_out is None:
            raise QuesnayError("influence needs the jackknife; call bootstrap(..., jackknife=True)")
        return self.left_out - self.estimate

    def conf_int(self, level: float = 0.95, *, kind: str = "percentile") -> pd.DataFrame:
        """Return the interval of each statistic: columns low and high.

        Parameters
        ----------
        level : float
            Such as 0.95.
        kind : {"percentile", "basic", "normal", "bca"}
            Which bootstrap interval.

        Returns
        -------
        DataFrame
            One row a statistic.

        Raises
        ------
        QuesnayError
            If `level` or `kind` is at fault.
        """
        ends = bootstrap_interval(
            self.draws.to_numpy(),
            self.estimate.to_numpy(),
            level=confidence_level(level),
            kind=kind,
            jackknife=None if self.left_out is None else self.left_out.to_numpy(),
        )
        return pd.DataFrame(ends, index=self.estimate.index, columns=["low", "high"])

    def tables(self) -> tuple[Table, ...]:
        """Return the table of estimates, bias, errors and 95 % percentile intervals."""
        frame = pd.DataFrame(
            {
                "estimate": self.estimate,
                "bias": self.bias,
                "std_error": self.std_errors,
                **self.conf_int(),
            }
        )
        notes = [f"{len(self.draws)} draws of {self.drawn}; 95 % percentile interval."]
        lost = self.failed[self.failed > 0]
        notes += [f"{name}: {count} draws not finite, left out." for name, count in lost.items()]
        return (Table("Bootstrap", frame, tuple(notes)),)

    def _finite(self) -> pd.DataFrame:
        return self.draws.where(np.isfinite(self.draws))
