"""Which clusters leave no errors, and how many parameters the factor of clustered errors counts."""

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError, shown
from quesnay.fitting.regression.fixed_effects import absorb_effects
from quesnay.fitting.regression.nesting import is_nested
from quesnay.fitting.regression.regression import Regression

__all__ = ["counted_parameters", "refuse_cancelled", "refuse_vanishing"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

_VANISHING = 1e-16  # of the homoskedastic variance: what is left is rounding
_CANCELLED = 1e-12  # of the sum of sizes: what is left of a sum is rounding


def refuse_vanishing(regression: Regression, matrix: Array, groups: str) -> None:
    """Refuse a covariance that is zero because scores sum to zero within every group.

    This happens where effects are absorbed that leave a group nothing to vary, such as unit
    effects with two periods as clusters: the errors would be rounding noise.

    Parameters
    ----------
    regression : Regression
        The fit.
    matrix : (k, k) array
        Its covariance.
    groups : str
        What the scores were summed by, for the message.

    Raises
    ------
    EstimationError
        If a variance is below 1e-16 of its homoskedastic value.

    Examples
    --------
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, -1, 2, -2]), np.array([[0.25]]))
    >>> refuse_vanishing(fit, np.array([[0.6]]), "clusters")
    """
    scale = float(regression.residuals @ regression.residuals) / regression.nobs
    usual = scale * regression.bread.diagonal()
    if (matrix.diagonal() < _VANISHING * usual).any():
        raise _no_errors(groups)


def refuse_cancelled(scores: Array, parts: Array) -> None:
    """Refuse scores, (G, k), that sum to zero in every cluster though their parts, (n, k), do not.

    Examples
    --------
    >>> refuse_cancelled(np.array([[1.0], [-1.0]]), np.array([[1.0], [-2.0], [1.0]]))
    """
    if (np.abs(scores).max(axis=0) <= _CANCELLED * np.abs(parts).sum(axis=0)).any():
        raise _no_errors(f"{scores.shape[0]} clusters")


def _no_errors(groups: str) -> EstimationError:
    return EstimationError(
        f"the scores sum to zero within each of the {groups}, so that errors clustered by "
        "them do not exist; absorb fewer effects, or cluster otherwise"
    )


def counted_parameters(regression: Regression, counting: str = "not nested") -> int:
    """Return the number of parameters K in the factor ``(n - 1) / (n - K)`` of CR1.

    Parameters
    ----------
    regression : Regression
        The fit with its effects and clusters.
    counting : {"not nested", "all", "none"}
        Which absorbed effects count. By default those that are not nested in a cluster, and
        one for the constant where all are (the rule of Stata, reghdfe and fixest); ``"all"``
        counts them as dummies; ``"none"`` ignores them, as R's plm does.

    Returns
    -------
    int
        Coefficients plus counted effects.

    Examples
    --------
    >>> X, e = np.array([[-1.0], [1.0], [-1.0], [1.0]]), np.zeros(4)
    >>> unit = np.array([0, 0, 1, 1])
    >>> fit = Regression(X, e, np.array([[0.25]]), (unit,), absorb_effects([unit]), (unit,))
    >>> counted_parameters(fit), counted_parameters(fit, "all"), counted_parameters(fit, "none")
    (2, 3, 1)
    """
    if not isinstance(counting, str) or counting not in {"not nested", "all", "none"}:
        raise EstimationError(
            f"counting: {shown(counting)} is not known; use 'not nested', 'all' or 'none'"
        )
    slopes = int(regression.X.shape[1])
    if counting == "none" or not regression.effects:
        return slopes
    if counting == "all":
        return slopes + regression.absorbed
    loose = [
        codes
        for codes in regression.effects
        if not any(is_nested(codes, clusters) for clusters in regression.clusters)
    ]
    if len(loose) == len(regression.effects):
        return slopes + regression.absorbed
    if len(loose) == 1:
        return slopes + int(loose[0].max()) + 1
    return slopes + (absorb_effects(loose).rank if loose else 1)
