"""Tests of whether the errors of different units move together."""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.projection import as_vector
from quesnay.fitting.regression.stack import stack
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["cross_section_dependence"]

Array = npt.NDArray[np.float64]

WORDS = Wording(
    "errors of different units are unrelated",
    "errors of different units move together",
    "errors clustered by unit are too small",
    "absorb time effects; or Driscoll-Kraay errors; or cluster two ways",
)


def cross_section_dependence(
    residuals: npt.ArrayLike,
    *,
    unit: npt.ArrayLike,
    time: npt.ArrayLike,
    form: Literal["cd", "lm", "scaled", "bias-corrected"] = "cd",
) -> TestResult:
    """Test residual correlation between units over common times.

    Parameters
    ----------
    residuals : (n,) array_like
        Residuals of a pooled, within or unit-by-unit regression.
    unit, time : (n,) array_like
        Unit and time of each row; pairs with fewer than two common times are left out.
    form : {"cd", "lm", "scaled", "bias-corrected"}
        Pesaran's CD (mean correlation; many units), Breusch and Pagan's LM (few units, many
        times), its scaled form, or that corrected for fixed effects (Baltagi, Feng and Kao 2012).

    Returns
    -------
    TestResult
        ``CD = sum sqrt(T_ij) r_ij / sqrt(pairs)``, N(0, 1); ``LM = sum T_ij r_ij^2``, chi2(pairs).

    Raises
    ------
    EstimationError
        If no two units share enough times, or the form is unknown.

    References
    ----------
    Pesaran (2004), CESifo 1229, eq. 7; Breusch and Pagan (1980), RES 47.

    Examples
    --------
    >>> e = [1.0, -1, 2, -2, 1.1, -0.9, 1.8, -2.0]
    >>> found = cross_section_dependence(e, unit=[1] * 4 + [2] * 4, time=[1, 2, 3, 4] * 2)
    >>> round(found.statistic, 3)
    1.995
    """
    e = as_vector(residuals, name="residuals")
    panel = stack(unit, time, e.size)
    wide = np.full((panel.times, panel.units), np.nan)
    wide[panel.time, panel.unit] = e[panel.order]
    rho, common = _correlations(wide)
    pairs = rho.size
    if form == "cd":
        statistic = float((np.sqrt(common) * rho).sum()) / np.sqrt(pairs)
        return _normal("Pesaran CD", statistic)
    if form == "lm":
        statistic = float((common * rho**2).sum())
        p_value = float(special.chdtrc(pairs, statistic))
        return judged("Breusch-Pagan LM of dependence", statistic, f"chi2({pairs})", p_value, WORDS)
    scaled = float((common * rho**2 - 1.0).sum()) / np.sqrt(2.0 * pairs)
    if form == "scaled":
        return _normal("Scaled LM of dependence", scaled)
    if form == "bias-corrected":
        bias = panel.units / (2.0 * (float(panel.length.max()) - 1.0))
        return _normal("Bias-corrected scaled LM of dependence", scaled - bias)
    raise EstimationError(f"form: {form!r}; use 'cd', 'lm', 'scaled' or 'bias-corrected'")


def _normal(name: str, statistic: float) -> TestResult:
    p_value = 2.0 * float(special.ndtr(-abs(statistic)))
    return judged(name, statistic, "N(0, 1)", p_value, WORDS)


def _correlations(wide: Array) -> tuple[Array, Array]:
    """Return correlations over common times and their number, for each pair that has two."""
    seen = np.isfinite(wide).astype(np.float64)
    known = np.where(seen > 0, wide, 0.0)
    # free of its mean a constant unit is zero to rounding, and its square to the square of that
    filled = np.where(seen > 0, known - known.sum(axis=0) / seen.sum(axis=0), 0.0)
    common = seen.T @ seen
    with np.errstate(divide="ignore", invalid="ignore"):
        own = (filled.T @ seen) / common  # mean of the column unit over the pair's common times
        cross = filled.T @ filled - common * own * own.T
        spread = (filled**2).T @ seen - common * own**2
        rho = cross / np.sqrt(spread * spread.T)
    left, right = np.triu_indices(wide.shape[1], 1)
    floor = 1e-24 * float((known**2).sum())  # zero, too, where one time is all they share
    enough = (spread[left, right] > floor) & (spread[right, left] > floor)
    if not enough.any():
        raise EstimationError("panel: no two units share two times with varying residuals")
    return rho[left, right][enough], common[left, right][enough]
