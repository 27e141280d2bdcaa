"""Tests of serial correlation made for panels with unit effects."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.assumptions.serial import SERIAL
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.grouped import cluster_sums
from quesnay.fitting.regression.projection import as_design, as_vector, project, project_noisy
from quesnay.fitting.regression.stack import Stack, stack
from quesnay.fitting.verdict import TestResult, judged

__all__ = ["wooldridge_within"]

Array = npt.NDArray[np.float64]


def wooldridge_within(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    unit: npt.ArrayLike,
    time: npt.ArrayLike,
    few_units: bool = False,
    lengths: bool = False,
) -> TestResult:
    """Test for serial correlation in a fixed-effects panel, made for few times.

    Within residuals of white errors have autocorrelation ``-1 / (T - 1)``: that value is tested in
    a regression of the residuals on their lag, with errors clustered by unit.

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Design; columns constant inside every unit are left out.
    unit, time : (n,) array_like
        Unit and time of each row.
    few_units : bool
        Use N / (N - 1) and N - 1 denominator degrees of freedom, N units; plm's rule, which
        rejects too often with few units, is the default.
    lengths : bool
        In an unbalanced panel test the value that white errors give in units of these lengths,
        ``-sum 1 / T_i / sum (T_i - 1) / T_i`` over the pairs, rather than plm's ``-1 / (T - 1)``
        with the number of times T, which is right for a unit seen at all of them.

    Returns
    -------
    TestResult
        F(1, rows of the auxiliary regression - 2), or F(1, N - 1).

    Raises
    ------
    EstimationError
        If units are too short or the design is at fault.

    References
    ----------
    Wooldridge (2010), sec. 10.5.4; plm::pwartest, which takes the row before a gap for the lag
    where this takes no pair.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.tile(np.arange(6.0), 4)
    >>> unit = np.repeat(np.arange(4), 6)
    >>> y = np.sin(t + unit) + unit
    >>> wooldridge_within(y, (t**2)[:, None], unit=unit, time=t).distribution
    'F(1, 18)'
    """
    ordered = _ordered(y, X, unit, time)
    fit = project_noisy(ordered.outcome - ordered.means_y, ordered.varying())
    panel = ordered.panel
    if panel.length.max() < 3:
        raise EstimationError(
            "time: units are too short: two rows of a unit have equal and opposite residuals; "
            "add times"
        )
    null = -1.0 / (panel.times - 1.0)
    if lengths:
        size = panel.length[panel.unit[panel.steps()[0]]].astype(np.float64)
        null = -float((1.0 / size).sum() / (1.0 - 1.0 / size).sum())
    return _autoregression(fit.residuals, panel, null, few_units, "Wooldridge within")


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Outcome and design in panel order."""

    panel: Stack
    outcome: Array
    design: Array

    @property
    def means_y(self) -> Array:
        return self.panel.unit_means(self.outcome)

    def varying(self) -> Array:
        """Return the design about unit means, without columns constant inside units."""
        within = self.design - self.panel.unit_means(self.design)
        return np.asarray(within[:, self._mask(within)])

    def varying_levels(self) -> Array:
        within = self.design - self.panel.unit_means(self.design)
        return np.asarray(self.design[:, self._mask(within)])

    def _mask(self, within: Array) -> npt.NDArray[np.bool_]:
        mask = np.abs(within).max(axis=0) > 1e-12 * np.abs(self.design).max(axis=0)
        if not mask.any():
            raise EstimationError("X: no column varies inside units; nothing is left to test")
        return np.asarray(mask)


def _ordered(
    y: npt.ArrayLike, X: npt.ArrayLike, unit: npt.ArrayLike, time: npt.ArrayLike
) -> _Ordered:
    design = as_design(X)
    outcome = as_vector(y, design.shape[0])
    panel = stack(unit, time, outcome.size)
    return _Ordered(panel, outcome[panel.order], design[panel.order])


def _autoregression(e: Array, panel: Stack, null: float, few: bool, name: str) -> TestResult:
    """Test the slope of residuals on their lag against `null`, clustered by unit."""
    later, earlier = panel.steps()
    if later.size < 4:
        raise EstimationError("time: units are too short to have lagged residuals; add times")
    fit = project(e[later], np.column_stack([np.ones(later.size), e[earlier]]))
    scores = cluster_sums(fit.Q * fit.residuals[:, None], panel.unit[later], panel.units)
    spread = np.linalg.solve(fit.R, scores.T)[1] / fit.scale[1]
    variance = float(spread @ spread)
    length = float(fit.R[1, 1] * fit.scale[1])  # of the lag about its mean
    if variance * length**2 <= 1e-24 * float(e[later] @ e[later]):
        raise EstimationError("unit: residuals leave no variation between units; nothing to test")
    N = panel.units
    statistic = float(fit.coefficients[1] - null) ** 2 / (variance * (N / (N - 1) if few else 1.0))
    free = N - 1 if few else later.size - 2
    p_value = float(special.fdtrc(1, free, statistic))
    return judged(name, statistic, f"F(1, {free})", p_value, SERIAL)
