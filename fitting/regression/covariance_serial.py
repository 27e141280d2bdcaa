"""Covariance under errors correlated across units and over time: Driscoll and Kraay."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arguments import is_whole, switch
from quesnay.fitting.errors import EstimationError, shown
from quesnay.fitting.regression.cluster_counts import refuse_vanishing
from quesnay.fitting.regression.grouped import cluster_sums
from quesnay.fitting.regression.regression import CovarianceEstimate, Regression

__all__ = ["DriscollKraay"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DriscollKraay:
    """Driscoll and Kraay (1998): Newey-West on the scores summed by period; t with T - 1.

    ``B [G_0 + sum_l (1 - l / (lags + 1)) (G_l + G_l')] B``, ``G_l = sum_t h_t h_{t-l}'``, h_t the
    score of period t. Without a further factor, as in R's plm; lags count periods present.

    Parameters
    ----------
    lags : int, optional
        Bartlett lags; by default the integer part of ``T^(1/4)``.
    adjust : bool, default False
        Multiply by ``n / (n - k)`` as plm's type HC1 does.

    Examples
    --------
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     periods=np.array([0, 0, 1, 1]))
    >>> float(DriscollKraay(lags=0).estimate(fit).matrix[0, 0])
    1.125
    """

    lags: int | None = None
    adjust: bool = False

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        if regression.periods is None:
            raise EstimationError("Driscoll-Kraay errors need periods: name a column with time=")
        regression.need_freedom()
        periods = int(regression.periods.max()) + 1
        lags, adjust = self._lags(periods), switch(self.adjust, "adjust")
        Z, T = regression.parts()
        half = cluster_sums(Z * regression.residuals[:, None], regression.periods) @ T.T
        matrix = half.T @ half
        for lag in range(1, lags + 1):
            cross = half[lag:].T @ half[:-lag]
            matrix += (1.0 - lag / (lags + 1)) * (cross + cross.T)
        if adjust:
            matrix *= regression.nobs / (regression.nobs - regression.X.shape[1])
        refuse_vanishing(regression, matrix, f"{periods} periods")
        factor = "factor n / (n - k)" if adjust else "no small-sample factor"
        rule = f"{lags} Bartlett lags, {factor}; t with T - 1 = {periods - 1} degrees of freedom."
        df = np.full(regression.X.shape[1], float(periods - 1))
        return CovarianceEstimate((matrix + matrix.T) / 2, df, "Driscoll-Kraay", rule)

    def _lags(self, periods: int) -> int:
        if periods < 2:
            raise EstimationError("one period only: Driscoll-Kraay errors need at least two")
        lags = int(periods**0.25) if self.lags is None else self.lags
        if not is_whole(lags) or not 0 <= lags < periods:
            raise EstimationError(
                f"lags: {shown(lags)} of {periods} periods; give 0 to {periods - 1}"
            )
        return lags
