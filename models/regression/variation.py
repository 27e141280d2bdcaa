"""What cannot be estimated because it does not vary or cannot be held, refused by name."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.fixed_effects import Absorber
from quesnay.fitting.regression.least_squares import name_dependence, scale_columns

__all__ = [
    "free_of_effects",
    "refuse_constant",
    "refuse_dependent",
    "refuse_overflow",
]

Array = npt.NDArray[np.float64]
Values = npt.NDArray[np.floating]

_ABSORBED = 1e-10  # length that deviations from group means keep of a column the effects explain


def free_of_effects(
    absorber: Absorber,
    y: Values,
    X: Values,
    *,
    outcome: str,
    names: Sequence[str],
    effects: str,
) -> tuple[Array, Array, float]:
    """Take fixed effects out of an outcome and regressors, and refuse what they leave nothing of.

    Parameters
    ----------
    absorber : Absorber
        The effects.
    y, X : (n,) and (n, k) arrays
        Outcome and regressors.
    outcome, names, effects : str, sequence of k str, str
        What they and the effects are called, for messages.

    Returns
    -------
    tuple of (n,) array, (n, k) array, float
        What is left, and how many times the rounding of a regressor has grown beside it.

    Raises
    ------
    EstimationError
        If the outcome or a regressor does not vary within the effects.

    Examples
    --------
    >>> from quesnay.fitting.regression.fixed_effects import absorb_effects
    >>> y, X = np.array([1.0, 3, 5, 4]), np.array([[1.0], [2], [2], [4]])
    >>> unit = absorb_effects([np.array([0, 0, 1, 1])])
    >>> free_of_effects(unit, y, X, outcome="va", names=["ict"], effects="unit")[0].tolist()
    [-1.0, 1.0, 0.5, -0.5]
    """
    whole = np.empty((y.size, 1 + X.shape[1]), order="F")
    whole[:, 0], whole[:, 1:] = y, X
    rest = absorber.residualise(whole)
    before, after = (np.sqrt(np.einsum("ij,ij->j", v, v)) for v in (whole, rest))
    gone = after <= _ABSORBED * before
    if gone[0]:
        raise EstimationError(
            f"the outcome {outcome!r} does not vary within the fixed effects: drop them"
        )
    if gone.any():
        lost = ", ".join(repr(n) for n, g in zip(names, gone[1:], strict=True) if g)
        raise EstimationError(
            f"columns {lost} do not vary within the fixed effects ({effects}): "
            "drop them from the formula, or absorb fewer effects"
        )
    return rest[:, 0], rest[:, 1:], float((before[1:] / after[1:]).max())


def refuse_constant(y: Values, outcome: str) -> None:
    """Refuse an outcome that an intercept explains.

    Examples
    --------
    >>> refuse_constant(np.array([1.0, 2.0]), "va")
    """
    if y.size > 1 and (y == y[0]).all():
        raise EstimationError(f"the outcome {outcome!r} does not vary: nothing to explain")


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


def refuse_overflow(covariance: Array, ssr: float, names: Sequence[str]) -> None:
    """Refuse variances that floats cannot hold, because sizes of columns differ too much.

    Examples
    --------
    >>> refuse_overflow(np.eye(1), 2.0, ["x"])
    """
    variances = covariance.diagonal()  # no covariance is larger than the variances of its two
    held = np.isfinite(variances) & ((variances != 0.0) | (ssr == 0.0))
    if not held.all():
        raise EstimationError(
            f"the variance of {names[int(np.argmin(held))]!r} is beyond the range of numbers; "
            "give the outcome or the regressors in other units"
        )
