"""Tests that part serial correlation from unit effects in panel errors."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.assumptions.serial import SERIAL
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import project_noisy
from quesnay.fitting.regression.stack import stack
from quesnay.fitting.regression.variance_components import random_effects
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["baltagi_li", "bera_sosa_yoon"]

Array = npt.NDArray[np.float64]

JOINT = Wording(
    "no unit effects and no serial correlation",
    "unit effects or serial correlation are present",
    "pooled classical errors are too small",
    "absorb unit effects and cluster by unit",
)


def baltagi_li(
    y: npt.ArrayLike, X: npt.ArrayLike, *, unit: npt.ArrayLike, time: npt.ArrayLike
) -> TestResult:
    """Test random-effects errors for serial correlation of first order.

    Lagrange multiplier test at the maximum-likelihood estimate of the random-effects model; it
    does not tell AR(1) from MA(1) errors.

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Design with its intercept.
    unit, time : (n,) array_like
        Unit and time of each row of a balanced panel.

    Returns
    -------
    TestResult
        chi2(1).

    Raises
    ------
    EstimationError
        If the panel is not balanced or has fewer than three times.

    References
    ----------
    Baltagi and Li (1995), J. Econometrics 68, eq. 9.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.tile(np.arange(6.0), 4)
    >>> unit = np.repeat(np.arange(4), 6)
    >>> baltagi_li(np.sin(t + unit), np.ones((24, 1)), unit=unit, time=t).distribution
    'chi2(1)'
    """
    fit = project_noisy(y, X)
    panel = stack(unit, time, fit.nobs)
    if not panel.balanced or panel.times < 3:
        raise EstimationError(
            "panel: Baltagi-Li needs every unit at every one of three or more times; use "
            "wooldridge_within"
        )
    N, T = panel.units, panel.times
    u = random_effects(y, X, unit=unit, method="ml").residuals[panel.order].reshape(N, T)
    mean = u.mean(axis=1, keepdims=True)
    s1 = float(T * (mean**2).sum()) / N
    se = float(((u - mean) ** 2).sum()) / (N * (T - 1))
    v = mean / s1 + (u - mean) / se
    star = 2.0 * float((v[:, 1:] * v[:, :-1]).sum())
    score = N * (T - 1) / T * (s1 - se) / s1 + 0.5 * se * star
    information = _information(N, T, s1, se)
    inverse = N**2 * T**2 * (T - 1) / (np.linalg.det(information) * 4.0 * s1**2 * se**2)
    statistic = score**2 * float(inverse)
    p_value = float(special.chdtrc(1, statistic))
    return judged("Baltagi-Li", statistic, "chi2(1)", p_value, SERIAL)


def bera_sosa_yoon(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    unit: npt.ArrayLike,
    time: npt.ArrayLike,
    of: Literal["serial", "effects", "joint"] = "serial",
) -> TestResult:
    """Test pooled errors for serial correlation robust to unit effects, the reverse, or both.

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Pooled design with its intercept.
    unit, time : (n,) array_like
        Unit and time of each row.
    of : {"serial", "effects", "joint"}
        AR(1) allowing unit effects, unit effects allowing AR(1), or both (Baltagi and Li 1991).

    Returns
    -------
    TestResult
        chi2(1), or chi2(2) for the joint test.

    Raises
    ------
    EstimationError
        If units are shorter than three times.

    References
    ----------
    Bera, Sosa-Escudero and Yoon (2001), J. Econometrics 101; unbalanced form Sosa-Escudero and
    Bera (2008), Stata Journal 8.

    Examples
    --------
    >>> import numpy as np
    >>> t = np.tile(np.arange(6.0), 4)
    >>> unit = np.repeat(np.arange(4), 6)
    >>> bera_sosa_yoon(np.sin(t + unit), np.ones((24, 1)), unit=unit, time=t).distribution
    'chi2(1)'
    """
    fit = project_noisy(y, X)
    panel = stack(unit, time, fit.nobs)
    e = fit.residuals[panel.order]
    later, earlier = panel.steps()
    n, units = float(panel.rows), float(panel.units)
    squares = float((panel.length.astype(float) ** 2).sum())
    spare = squares - 3.0 * n + 2.0 * units
    if spare <= 0.0:
        raise EstimationError("time: units are shorter than three times; the test needs three")
    A = 1.0 - float((np.bincount(panel.unit, e) ** 2).sum()) / float(e @ e)
    B = float(e[later] @ e[earlier]) / float(e[later] @ e[later])
    if of == "serial":
        inner = B + (n - units) / (squares - n) * A
        statistic = inner**2 * (squares - n) * n**2 / ((n - units) * spare)
        name, df, words = "Bera-Sosa-Yoon AR(1)", 1, SERIAL
    elif of == "effects":
        statistic = n**2 * (A + 2.0 * B) ** 2 / (2.0 * spare)
        name, df, words = "Bera-Sosa-Yoon unit effects", 1, JOINT
    elif of == "joint":
        statistic = n**2 * ((A + 2.0 * B) ** 2 / (2.0 * spare) + B**2 / (n - units))
        name, df, words = "Baltagi-Li joint", 2, JOINT
    else:
        raise EstimationError(f"of: {of!r}; use 'serial', 'effects' or 'joint'")
    return judged(name, statistic, f"chi2({df})", float(special.chdtrc(df, statistic)), words)


def _information(N: int, T: int, s1: float, se: float) -> Array:
    """Return the information of (rho, sigma_u^2, sigma_e^2) at rho zero."""
    a = (se - s1) / (T * s1)
    rr = N * (2 * a**2 * (T - 1) ** 2 + 2 * a * (2 * T - 3) + (T - 1))
    ru = N * (T - 1) * se / s1**2
    re = N * (T - 1) / T * se * (1 / s1**2 - 1 / se**2)
    uu = N * T**2 / (2 * s1**2)
    ue = N * T / (2 * s1**2)
    ee = N / 2 * (1 / s1**2 + (T - 1) / se**2)
    return np.array([[rr, ru, re], [ru, uu, ue], [re, ue, ee]])
