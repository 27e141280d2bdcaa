"""What cannot be estimated because it does not vary or cannot be held, refused by name."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.qr import name_dependence, scale_columns

__all__ = [
    "ABSORBED",
    "refuse_cancelled",
    "refuse_constant",
    "refuse_dependent",
    "refuse_explained",
    "refuse_overflow",
]

Array = npt.NDArray[np.float64]
Values = npt.NDArray[np.floating]

ABSORBED = 1e-10  # length that deviations from group means keep of a column the effects explain


def refuse_constant(y: Values, outcome: str) -> None:
    """Refuse an outcome that an intercept explains.

    Examples
    --------
    >>> refuse_constant(np.array([1.0, 2.0]), "va")
    """
    if y.size > 1 and (y == y[0]).all():
        raise EstimationError(f"the outcome {outcome!r} does not vary: nothing to explain")


def refuse_explained(before: Array, after: Array, outcome: str) -> None:
    """Refuse an outcome of which fixed effects leave rounding errors only.

    Examples
    --------
    >>> refuse_explained(np.array([1.0, 3.0]), np.array([-1.0, 1.0]), "va")
    """
    if float(np.linalg.norm(after)) <= ABSORBED * float(np.linalg.norm(before)):
        raise EstimationError(
            f"the outcome {outcome!r} does not vary within the fixed effects: drop them"
        )


def refuse_dependent(X: Array, names: Sequence[str]) -> None:
    """Refuse regressors that are zero or depend on each other, naming them.

    Examples
    --------
    >>> refuse_dependent(np.array([[1.0, 0.0], [1.0, 1.0]]), ["Intercept", "x"])
    """
    if X.shape[0] < X.shape[1]:
        raise EstimationError(
            f"{X.shape[0]} rows for {X.shape[1]} coefficients: give more rows or drop regressors"
        )
    name_dependence(scale_columns(X, names)[0], names)


def refuse_cancelled(scores: Array, parts: Array) -> None:
    """Refuse scores, (G, k), that sum to zero in every cluster though their parts, (n, k), do not.

    Examples
    --------
    >>> refuse_cancelled(np.array([[1.0], [-1.0]]), np.array([[1.0], [-2.0], [1.0]]))
    """
    if (np.abs(scores).max(axis=0) <= 1e-12 * np.abs(parts).sum(axis=0)).any():
        raise EstimationError(
            f"the scores sum to zero within each of the {scores.shape[0]} clusters, so that "
            "errors clustered by them do not exist; cluster otherwise, or give more units"
        )


def refuse_overflow(covariance: Array, ssr: float, names: Sequence[str]) -> None:
    """Refuse variances that floats cannot hold, because sizes of columns differ too much.

    Examples
    --------
    >>> refuse_overflow(np.eye(1), 2.0, ["x"])
    """
    variances = np.diag(covariance)
    lost = ~np.isfinite(covariance).all(axis=0) | ((variances == 0.0) & (ssr > 0.0))
    if lost.any():
        raise EstimationError(
            f"the variance of {names[int(np.argmax(lost))]!r} is beyond the range of numbers; "
            "give the outcome or the regressors in other units"
        )
