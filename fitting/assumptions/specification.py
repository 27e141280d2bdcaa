"""Tests of functional form."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.assumptions.joint import clustered_test
from quesnay.fitting.assumptions.recursive import FORM
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import Projection, as_design, project_noisy
from quesnay.fitting.regression.regression import Regression
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["added_columns", "reset"]

Array = npt.NDArray[np.float64]


def reset(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    powers: Sequence[int] = (2, 3),
    of: Literal["fitted", "regressors", "component"] = "fitted",
    absorbed: int = 0,
) -> TestResult:
    """Test whether powers add to a linear equation (regression specification error test).

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Design.
    powers : sequence of int
        Powers to add, each two or more.
    of : {"fitted", "regressors", "component"}
        Powers of the fitted value, of every varying regressor, or of the first principal
        component of the regressors.
    absorbed : int
        Degrees of freedom that absorbed effects have taken from demeaned data.

    Returns
    -------
    TestResult
        F(added, n - k - added - absorbed), added the rank that the powers add (lmtest::resettest
        counts their columns: another statistic where one repeats a regressor, such as x^2).

    Raises
    ------
    EstimationError
        If the design is at fault, a power is not an integer above one, or no degree of freedom is
        left.

    References
    ----------
    Ramsey (1969), JRSS B 31.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(10.0)
    >>> y = x**2 + np.cos(x)
    >>> reset(y, np.column_stack([np.ones(10), x]), powers=(2,)).distribution
    'F(1, 7)'
    """
    fit = project_noisy(y, X)
    if not powers or any(isinstance(p, float) or int(p) < 2 for p in powers):
        raise EstimationError(f"powers: {tuple(powers)}; integers from 2 on are expected")
    base = _bases(fit, as_design(X), of)
    added = np.column_stack([column ** int(p) for p in powers for column in base])
    return added_columns(fit, added, absorbed=absorbed, name="Ramsey RESET")


def added_columns(
    fit: Projection,
    added: Array,
    *,
    absorbed: int = 0,
    regression: Regression | None = None,
    name: str,
    words: Wording = FORM,
) -> TestResult:
    """Test whether further columns add to a regression.

    Parameters
    ----------
    fit : Projection
        The regression, freed of absorbed effects where there are any.
    added : (n, m) array
        Further columns, freed of the same effects.
    absorbed : int
        Degrees of freedom of the absorbed effects.
    regression : Regression, optional
        What `fit` is a projection of. Where it has clusters, and enough of them, a Wald test on
        CR2 errors by the first dimension takes the place of the F of equal and unrelated errors.
    name : str
        Name of the test.
    words : Wording
        What the null is and what a rejection means.

    Returns
    -------
    TestResult
        F with the rank the columns add, infinite where the fit with them is exact; with clusters
        see `joint_test`.

    Raises
    ------
    EstimationError
        If they add nothing or leave no degree of freedom, or lie in too few clusters.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(10.0)
    >>> fit = project_noisy(x**2 + np.cos(x), np.column_stack([np.ones(10), x]))
    >>> added_columns(fit, (x**2)[:, None], name="a square").distribution
    'F(1, 7)'
    """
    length = np.sqrt((added**2).sum(axis=0))
    length[length == 0.0] = 1.0
    left, values, _ = np.linalg.svd(fit.annihilate(added / length), full_matrices=False)
    basis = left[:, values > 1e-9]
    df = (basis.shape[1], fit.nobs - fit.rank - basis.shape[1] - absorbed)
    if df[0] < 1 or df[1] < 1:
        raise EstimationError(
            f"{name}: {added.shape[1]} columns add {df[0]} dimensions and leave {df[1]} degrees of "
            "freedom; test fewer columns or add rows"
        )
    if regression is not None and regression.clusters and df[0] < regression.clusters[0].max():
        return _clustered(fit, basis, regression, name, words)
    score = basis.T @ fit.residuals
    rest = fit.residuals - basis @ score
    # where the fit is exact, the difference of the sums of squares would be rounding of either sign
    left_over = float(rest @ rest)
    exact = left_over <= 1e-24 * float(fit.fitted @ fit.fitted + fit.ssr)
    statistic = np.inf if exact else float(score @ score) / df[0] / (left_over / df[1])
    p_value = float(special.fdtrc(*df, statistic))
    return judged(name, statistic, f"F({df[0]}, {df[1]})", p_value, words)


def _clustered(
    fit: Projection, basis: Array, regression: Regression, name: str, words: Wording
) -> TestResult:
    """Test the coefficients of orthonormal columns with CR2 errors of the wider regression."""
    found, wide = basis.T @ fit.residuals, np.column_stack([fit.Q, basis])
    one = np.eye(wide.shape[1])
    wider = replace(
        regression,
        X=wide,
        residuals=fit.residuals - basis @ found,
        bread=one,
        factor=one,
        Q=wide,
    )
    return clustered_test(found, wider, slice(fit.rank, None), name=name, words=words)


def _bases(fit: Projection, design: Array, of: str) -> list[Array]:
    varying = np.ptp(design, axis=0) > 1e-12 * np.abs(design).max(axis=0)
    if not varying.any():
        raise EstimationError("X: no column varies; powers of a constant test nothing")
    if of == "fitted":
        columns = [fit.fitted]
    elif of == "regressors":
        columns = list(design[:, varying].T)
    elif of == "component":
        moments = np.cov(design[:, varying], rowvar=False).reshape(varying.sum(), -1)
        columns = [design[:, varying] @ np.linalg.eigh(moments)[1][:, -1]]
    else:
        raise EstimationError(f"of: {of!r}; use 'fitted', 'regressors' or 'component'")
    return [column / np.sqrt((column**2).mean()) for column in columns]
