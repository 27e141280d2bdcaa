"""Restrictions on the coefficients of a regression, tested together."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from quesnay.fitting.assumptions.specification import joint_test
from quesnay.fitting.checks import as_tuple
from quesnay.fitting.errors import DataError
from quesnay.fitting.verdict import TestResult
from quesnay.models.regression.checks import check_null
from quesnay.models.regression.nonlinear import cluster_moments_of, evaluate_function

if TYPE_CHECKING:
    from quesnay.models.regression.result import PanelFit

__all__ = ["wald_test"]


def wald_test(
    fit: "PanelFit", restrictions: str | Sequence[str], *, null: float | Sequence[float] = 0.0
) -> TestResult:
    """Test whether several coefficients, or functions of them, have given values at once.

    Parameters
    ----------
    fit : PanelFit
        The regression.
    restrictions : str or sequence of str
        Coefficients, or arithmetic of them as in `estimate_nonlinear`, such as
        ``["ln_ict", "ln_k + ln_l"]``.
    null : float or sequence of float, default 0
        The value of each under the null.

    Returns
    -------
    TestResult
        F with as many degrees of freedom as there are restrictions, and those of the errors: n - K
        of classical and HC errors, G - 1 of CR0, CR1 and CR3; under CR2 the approximate Hotelling
        law with degrees of freedom that the clusters say.

    Raises
    ------
    DataError
        If an expression is at fault, or there is not one null for each.
    EstimationError
        If the restrictions repeat each other, or are too many for the clusters.

    Notes
    -----
    ``Q = r'(C V C')^-1 r`` with r the restrictions less their nulls and C their derivatives (Wald,
    1943). CR2: Pustejovsky and Tipton (2018), section 3.2, clubSandwich's ``"HTZ"``.

    Examples
    --------
    >>> import pandas as pd
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"x": np.arange(12.0), "z": np.arange(12.0) ** 2})
    >>> frame["y"] = frame["x"] + np.cos(frame["x"])
    >>> test = wald_test(fit_panel("y ~ x + z", frame), ["x", "z"], null=[1.0, 0.0])
    >>> test.distribution, round(test.p_value, 3)
    ('F(2, 9)', 0.517)
    """
    given = (restrictions,) if isinstance(restrictions, str) else restrictions
    written = as_tuple(given, "restrictions")
    nulls = tuple(null) if isinstance(null, Sequence) else (null,) * len(written)
    if not written or len(nulls) != len(written):
        raise DataError(
            f"restrictions: {len(written)} given with {len(nulls)} values of null; "
            "give at least one restriction and one value, or one for each"
        )
    for value in nulls:
        check_null(value)
    slopes = [evaluate_function(fit, one) for one in written]
    C = np.array([slope.gradient for slope in slopes])
    moments = cluster_moments_of(fit)
    return joint_test(
        np.array([slope.value for slope in slopes]) - nulls,
        C @ fit.inference.matrix @ C.T,
        df=float(fit.inference.df.min()),
        moments=None if moments is None else moments.combined(C),
    )
