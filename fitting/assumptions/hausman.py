"""Are unit effects related to the regressors? Fixed against random effects."""

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.assumptions.joint import clustered_test, wald
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import as_codes, as_design, as_vector, project
from quesnay.fitting.regression.regression import Regression
from quesnay.fitting.regression.stack import stack
from quesnay.fitting.regression.variance_components import Method, random_effects, within_columns
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["hausman", "mundlak"]

Array = npt.NDArray[np.float64]

WORDS = Wording(
    "unit effects are unrelated to the regressors",
    "unit effects go with the regressors",
    "random-effects coefficients are biased",
    "use fixed effects or the correlated random-effects (Mundlak) form",
)


def hausman(
    y: npt.ArrayLike, X: npt.ArrayLike, *, unit: npt.ArrayLike, method: Method = "swar"
) -> TestResult:
    """Compare fixed-effects and random-effects slopes.

    ``H = d' (V_FE - V_RE)^-1 d``, d the difference of the slopes that both models have.

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Design with its intercept.
    unit : (n,) array_like
        Unit of each row.
    method : str
        Variance components, see `random_effects`.

    Returns
    -------
    TestResult
        chi2(number of slopes compared). Where ``V_FE - V_RE`` is not positive definite (it need
        not be in a finite sample) the law named in the result says so: trust `mundlak` then.

    Raises
    ------
    EstimationError
        If the statistic is negative or the panel at fault.

    References
    ----------
    Hausman (1978), Econometrica 46, eq. 2.7.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.tile(np.arange(6.0), 9)
    >>> unit = np.repeat(np.arange(9.0), 6)
    >>> x = np.cos(3 * t + unit) + unit
    >>> X = np.column_stack([np.ones(54), x])
    >>> hausman(x + np.sin(unit) + np.sin(5 * t), X, unit=unit).distribution
    'chi2(1)'
    """
    design = as_design(X)
    outcome = as_vector(y, design.shape[0])
    panel = stack(unit, None, outcome.size)
    within, varying = within_columns(design[panel.order], panel)
    if not varying.any():
        raise EstimationError("X: no column varies inside units; fixed effects have no slope")
    ordered = outcome[panel.order]
    fixed = project(ordered - panel.unit_means(ordered), within[:, varying])
    free = panel.rows - panel.units - fixed.rank
    if free < 1:
        raise EstimationError(f"unit: fixed effects leave {free} degrees of freedom; add times")
    random = random_effects(outcome, design, unit=unit, method=method)
    gap = fixed.coefficients - random.coefficients[varying]
    spread = fixed.ssr / free * fixed.bread() - random.covariance[np.ix_(varying, varying)]
    scale = np.sqrt(np.abs(np.diag(spread)))
    unit_spread = spread / np.outer(scale, scale)
    roots = np.linalg.eigvalsh(unit_spread)
    statistic = float(gap / scale @ np.linalg.solve(unit_spread, gap / scale))
    if np.abs(roots).min() <= 1e-12 or statistic < 0.0:
        raise EstimationError(
            "Hausman: the difference of the covariances gives no valid statistic in this sample "
            f"({statistic:.5g}; plm shows its absolute value); use the Mundlak form"
        )
    df = int(varying.sum())
    law = f"chi2({df})" + (", covariance difference indefinite" if roots[0] < 0.0 else "")
    return judged("Hausman", statistic, law, float(special.chdtrc(df, statistic)), WORDS)


def mundlak(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    unit: npt.ArrayLike,
    method: Method = "swar",
    robust: bool = True,
) -> TestResult:
    """Test whether unit means of the regressors matter beside the regressors themselves.

    Parameters
    ----------
    y, X, unit, method
        See `hausman`.
    robust : bool
        Cluster the errors by unit (CR2), which keeps the size right under heteroskedasticity and
        serial correlation, where Hausman's own form fails, and with few units.

    Returns
    -------
    TestResult
        F by the approximate Hotelling law of `joint_test` where robust, chi2 otherwise.

    Raises
    ------
    EstimationError
        If the panel is at fault or has no more units than coefficients.

    References
    ----------
    Mundlak (1978), Econometrica 46; Arellano (1993), J. Econometrics 59.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.tile(np.arange(6.0), 9)
    >>> unit = np.repeat(np.arange(9.0), 6)
    >>> x = np.cos(3 * t + unit) + unit
    >>> X = np.column_stack([np.ones(54), x])
    >>> mundlak(x + 2 * np.sin(unit) + np.sin(5 * t), X, unit=unit).distribution
    'F(1, 5.266)'
    """
    design = as_design(X)
    panel = stack(unit, None, design.shape[0])
    _, varying = within_columns(design[panel.order], panel)
    if not varying.any():
        raise EstimationError("X: no column varies inside units; unit means add nothing")
    means = panel.unit_means(design[panel.order])[np.argsort(panel.order)][:, varying]
    found = random_effects(y, design, unit=unit, method=method)
    theta = found.theta[:, None]
    quasi = found.projection.Q @ (found.projection.R * found.projection.scale)
    quasi_y = found.projection.fitted + found.projection.residuals
    return _joint("Mundlak", quasi_y, (quasi, (1.0 - theta) * means), unit, robust=robust)


def _joint(
    name: str, y: Array, parts: tuple[Array, Array], unit: npt.ArrayLike, *, robust: bool
) -> TestResult:
    """Test that the second part of a design adds nothing to the first."""
    kept = parts[1][:, _fresh(*parts)]
    if kept.shape[1] == 0:
        raise EstimationError("X: unit means repeat the regressors; there is nothing to test")
    fit = project(y, np.column_stack([parts[0], kept]))
    chosen = slice(parts[0].shape[1], None)
    b = fit.coefficients[chosen]
    df = b.size
    if not robust:
        cov = (fit.ssr / (fit.nobs - fit.rank) * fit.bread())[chosen, chosen]
        statistic = wald(b, cov)
        p_value = float(special.chdtrc(df, statistic))
        return judged(name, statistic, f"chi2({df})", p_value, WORDS)
    design = fit.Q @ (fit.R * fit.scale)
    codes = as_codes(unit, fit.nobs, "unit")[0]
    regression = Regression(design, fit.residuals, fit.bread(), clusters=(codes,))
    return clustered_test(b, regression, chosen, name=name, words=WORDS)


def _fresh(base: Array, added: Array) -> list[int]:
    """Return the added columns that the base and earlier added ones do not span."""
    basis = np.linalg.qr(base / np.sqrt((base**2).sum(axis=0)))[0]
    kept = []
    for place, column in enumerate(added.T):
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        length = float(np.sqrt(rest @ rest))
        if length > 1e-9 * float(np.sqrt(column @ column)):
            kept.append(place)
            basis = np.column_stack([basis, rest / length])
    return kept
