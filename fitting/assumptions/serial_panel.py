"""Tests of serial correlation made for panels with unit effects."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.assumptions.serial import SERIAL
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.grouped import cluster_sums
from quesnay.fitting.regression.projection import as_design, as_vector, project, project_noisy
from quesnay.fitting.regression.stack import Stack, stack
from quesnay.fitting.verdict import TestResult, judged

__all__ = [
    "panel_durbin_watson",
    "wooldridge_first_difference",
    "wooldridge_within",
]

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


def wooldridge_first_difference(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    unit: npt.ArrayLike,
    time: npt.ArrayLike,
    null: Literal["levels", "differences"] = "levels",
) -> TestResult:
    """Test first-differenced residuals for the autocorrelation that white errors would give.

    Parameters
    ----------
    y, X, unit, time : array_like
        See `wooldridge_within`; X in levels, an intercept is added to the differences.
    null : {"levels", "differences"}
        Whether the errors in levels (autocorrelation of differences -1/2) or those in differences
        (zero) are white under the null.

    Returns
    -------
    TestResult
        F(1, rows of the auxiliary regression - 2).

    Raises
    ------
    EstimationError
        If units are too short or the design is at fault.

    References
    ----------
    Wooldridge (2010), sec. 10.6.3; Drukker (2003), Stata Journal 3; plm::pwfdtest.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.tile(np.arange(6.0), 4)
    >>> unit = np.repeat(np.arange(4), 6)
    >>> y = np.sin(t + unit) + unit
    >>> wooldridge_first_difference(y, (t**2)[:, None], unit=unit, time=t).distribution
    'F(1, 14)'
    """
    if null not in {"levels", "differences"}:
        raise EstimationError(f"null: {null!r}; use 'levels' or 'differences'")
    ordered = _ordered(y, X, unit, time)
    later, earlier = ordered.panel.steps()
    if later.size == 0:
        raise EstimationError("time: no unit is seen twice; differences need two times")
    steps = ordered.varying_levels()
    steps = steps[later] - steps[earlier]
    design = np.column_stack([np.ones(later.size), steps[:, _moving(steps)]])
    fit = project_noisy(ordered.outcome[later] - ordered.outcome[earlier], design)
    codes = ordered.panel.unit[later]
    shorter = stack(codes, ordered.panel.time[later], later.size)
    value = -0.5 if null == "levels" else 0.0
    return _autoregression(fit.residuals, shorter, value, False, "Wooldridge first-difference")


def panel_durbin_watson(
    y: npt.ArrayLike, X: npt.ArrayLike, *, unit: npt.ArrayLike, time: npt.ArrayLike
) -> TestResult:
    """Return the Durbin-Watson statistic of within residuals (Bhargava and others 1982, eq. 4).

    Parameters
    ----------
    y, X, unit, time : array_like
        See `wooldridge_within`.

    Returns
    -------
    TestResult
        The statistic near two under the null; no p-value: its bounds depend on N and T. A row
        after a gap counts with its own square (Baltagi and Wu 1999, eq. 16).

    Examples
    --------
    >>> import numpy as np
    >>> t = np.tile(np.arange(6.0), 4)
    >>> unit = np.repeat(np.arange(4), 6)
    >>> found = panel_durbin_watson(np.sin(t + unit), (t**2)[:, None], unit=unit, time=t)
    >>> round(found.statistic, 2)
    0.81
    """
    ordered = _ordered(y, X, unit, time)
    e = project_noisy(ordered.outcome - ordered.means_y, ordered.varying()).residuals
    later, earlier = ordered.panel.steps()
    after_gap = np.diff(ordered.panel.unit, prepend=-1) == 0
    after_gap[later] = False
    squares = ((e[later] - e[earlier]) ** 2).sum() + (e[after_gap] ** 2).sum()
    statistic = float(squares / (e @ e))
    return judged("Bhargava-Franzini-Narendranathan", statistic, "bounds", float("nan"), SERIAL)


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


def _moving(steps: Array) -> npt.NDArray[np.bool_]:
    """Leave out differences that are constant: the intercept takes them."""
    return np.asarray(np.ptp(steps, axis=0) > 1e-12 * np.abs(steps).max(axis=0))


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
