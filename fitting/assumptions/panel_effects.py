"""Tests of unit and time effects in the errors of a pooled regression."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import project_noisy
from quesnay.fitting.regression.stack import Stack, stack
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["lagrange_multiplier"]

Array = npt.NDArray[np.float64]

WORDS = Wording(
    "units and times have no effects of their own",
    "units or times differ beyond the regressors",
    "pooled errors are too small, pooled coefficients possibly biased",
    "absorb the effects; compare with random effects",
)


def lagrange_multiplier(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    unit: npt.ArrayLike,
    time: npt.ArrayLike,
    effect: Literal["unit", "time", "two-way"] = "unit",
    form: Literal["bp", "honda", "king-wu", "ghm"] = "bp",
) -> TestResult:
    """Test pooled errors for variance components of units, times or both.

    Parameters
    ----------
    y : (n,) array_like
        Outcome.
    X : (n, k) array_like
        Design with its intercept.
    unit, time : (n,) array_like
        Unit and time of each row; the panel may be unbalanced.
    effect : {"unit", "time", "two-way"}
        Which component is looked for.
    form : {"bp", "honda", "king-wu", "ghm"}
        Breusch and Pagan's two-sided chi-squared, Honda's and King and Wu's one-sided normal,
        Gourieroux, Holly and Monfort's mixed chi-squared (two-way only).

    Returns
    -------
    TestResult
        With ``LM_1 = n A / sqrt(2 (sum T_i^2 - n))``, ``A = sum_i (sum_t e_it)^2 / e'e - 1``.

    Raises
    ------
    EstimationError
        If the panel or the form is at fault.

    References
    ----------
    Breusch and Pagan (1980), RES 47; Honda (1985), RES 52; King and Wu (1997), Econometric
    Reviews 16; Gourieroux, Holly and Monfort (1982), Econometrica 50; Baltagi and Li (1990) for
    unbalanced panels.

    Examples
    --------
    >>> y, X = [1.0, 1.2, 3.0, 3.1, 5.2, 5.1], [[1.0]] * 6
    >>> unit, time = [1, 1, 2, 2, 3, 3], [1, 2, 1, 2, 1, 2]
    >>> round(lagrange_multiplier(y, X, unit=unit, time=time).statistic, 3)
    2.978
    """
    fit = project_noisy(y, X)
    panel = stack(unit, time, fit.nobs)
    e = fit.residuals[panel.order]
    lm = {
        "unit": _component(e, panel.unit, panel.length),
        "time": _component(e, panel.time, panel.width),
    }
    if effect == "two-way":
        statistic, law, p_value = _two_way(lm["unit"], lm["time"], panel, form)
    elif effect in lm:
        statistic, law, p_value = _one_way(lm[effect], form)
    else:
        raise EstimationError(f"effect: {effect!r}; use 'unit', 'time' or 'two-way'")
    names = {"bp": "Breusch-Pagan LM", "honda": "Honda", "king-wu": "King-Wu", "ghm": "GHM"}
    return judged(f"{names[form]} ({effect} effects)", statistic, law, p_value, WORDS)


def _component(e: Array, codes: npt.NDArray[np.intp], size: npt.NDArray[np.intp]) -> float:
    n = e.size
    free = float((size.astype(np.float64) ** 2).sum()) - n
    if free <= 0.0:
        raise EstimationError("panel: no group has two rows; its effect cannot be told apart")
    total = np.bincount(codes, e)
    energy = float(e @ e)
    return float(n / np.sqrt(2.0 * free) * (total @ total / energy - 1.0))


def _one_way(lm: float, form: str) -> tuple[float, str, float]:
    if form == "bp":
        return lm**2, "chi2(1)", float(special.chdtrc(1, lm**2))
    if form in {"honda", "king-wu"}:
        return lm, "N(0, 1), one-sided", float(special.ndtr(-lm))
    raise EstimationError(f"form: {form!r}; use 'bp', 'honda' or 'king-wu' for one-way effects")


def _two_way(unit: float, time: float, panel: Stack, form: str) -> tuple[float, str, float]:
    if form == "bp":
        statistic = unit**2 + time**2
        return statistic, "chi2(2)", float(special.chdtrc(2, statistic))
    if form == "ghm":
        statistic = max(0.0, unit) ** 2 + max(0.0, time) ** 2
        tail = 0.5 * special.chdtrc(1, statistic) + 0.25 * special.chdtrc(2, statistic)
        law = "1/4 chi2(0) + 1/2 chi2(1) + 1/4 chi2(2)"
        return statistic, law, float(tail) if statistic > 0.0 else 1.0
    if form == "honda":
        statistic = (unit + time) / np.sqrt(2.0)
    elif form == "king-wu":
        a = np.sqrt(float((panel.length.astype(float) ** 2).sum()) - panel.rows)
        b = np.sqrt(float((panel.width.astype(float) ** 2).sum()) - panel.rows)
        statistic = (a * unit + b * time) / np.sqrt(a * a + b * b)
    else:
        raise EstimationError(f"form: {form!r}; use 'bp', 'honda', 'king-wu' or 'ghm'")
    return float(statistic), "N(0, 1), one-sided", float(special.ndtr(-statistic))
