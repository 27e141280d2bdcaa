"""What the errors of a panel hold in common: unit and time effects, and other units' errors.

Lagrange multipliers against effects in pooled errors (Breusch and Pagan, Honda, King and Wu,
Gourieroux, Holly and Monfort); Hausman's and Mundlak's tests of whether the effects are related to
the regressors; and tests of whether the errors of different units move together (Pesaran's CD and
the Breusch-Pagan family).
"""

from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.arrays import Array
from quesnay.fitting.assumptions.specification import clustered_test
from quesnay.fitting.checks import as_codes, as_design, as_vector
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.fixed_effects import Stack, stack
from quesnay.fitting.regression.least_squares import (
    Regression,
    dependent_columns,
    project,
    project_noisy,
)
from quesnay.fitting.regression.random_effects import (
    about_unit_means,
    means_beyond_rounding,
    random_effects,
    within_columns,
)
from quesnay.fitting.verdict import TestResult, Wording, judged, judged_chi2

_EQUAL = 1e-10  # share of a variance that rounding leaves of the difference of two equal ones

EFFECTS = Wording(
    "units and times have no effects of their own",
    "units or times differ beyond the regressors",
    "pooled errors are too small, pooled coefficients possibly biased",
    "absorb the effects; compare with random effects",
)
UNIT_MEANS = Wording(
    "unit effects are unrelated to the regressors",
    "unit effects go with the regressors",
    "random-effects coefficients are biased",
    "use fixed effects or the correlated random-effects (Mundlak) form",
)
UNRELATED = Wording(
    "errors of different units are unrelated",
    "errors of different units move together",
    "errors clustered by unit are too small",
    "absorb time effects; or Driscoll-Kraay errors; or cluster two ways",
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

    Shapes: `y` (n,), `X` (n, k), `unit`, `time` (n,).

    Breusch and Pagan (1980), RES 47; Honda (1985), RES 52; King and Wu (1997), Econometric
    Reviews 16; Gourieroux, Holly and Monfort (1982), Econometrica 50; Baltagi and Li (1990) for
    unbalanced panels.
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
    return judged(f"{names[form]} ({effect} effects)", statistic, law, p_value, EFFECTS)


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


def hausman(
    y: npt.ArrayLike, X: npt.ArrayLike, *, unit: npt.ArrayLike, method: str = "swar"
) -> TestResult:
    """Compare fixed-effects and random-effects slopes.

    ``H = d' (V_FE - V_RE)^-1 d``, d the difference of the slopes that both models have; where
    regressors depend on each other inside units, of the combinations that fixed effects identify.

    Shapes: `y` (n,), `X` (n, k), `unit` (n,).

    Hausman (1978), Econometrica 46, eq. 2.7.
    """
    panel = stack(unit, None, as_design(X).shape[0])
    lost = "fixed effects have no slope"
    inner, within, varying = about_unit_means(y, X, panel, without=lost)
    shown = np.eye(within.shape[1])  # the combinations that are compared
    if dependent_columns(within, tolerance=1e-9).any():
        scale = np.sqrt((within**2).sum(axis=0))
        values, directions = np.linalg.svd(within / scale, full_matrices=False)[1:]
        shown = directions[values > 1e-9 * values[0]] * scale
    fixed = project(inner, within @ np.linalg.pinv(shown))
    free = panel.rows - panel.units - fixed.rank
    if free < 1:
        raise EstimationError(f"unit: fixed effects leave {free} degrees of freedom; add times")
    random = random_effects(y, X, unit=unit, method=method)
    gap = fixed.coefficients - shown @ random.coefficients[varying]
    covariance = shown @ random.covariance[np.ix_(varying, varying)] @ shown.T
    own = fixed.ssr / free * fixed.bread()
    spread = own - covariance
    if (np.abs(np.diag(spread)) <= _EQUAL * np.diag(own)).any():
        raise EstimationError(
            "Hausman: fixed and random effects have the same errors but for rounding, as where "
            "unit means stand among the regressors; use the Mundlak form"
        )
    scale = np.sqrt(np.abs(np.diag(spread)))
    unit_spread = spread / np.outer(scale, scale)
    roots = np.linalg.eigvalsh(unit_spread)
    statistic = float(gap / scale @ np.linalg.solve(unit_spread, gap / scale))
    if np.abs(roots).min() <= 1e-12 or statistic < 0.0:
        raise EstimationError(
            "Hausman: the difference of the covariances gives no valid statistic in this sample "
            f"({statistic:.5g}; plm shows its absolute value); use the Mundlak form"
        )
    df = len(shown)
    remark = ", covariance difference indefinite" if roots[0] < 0.0 else ""
    return judged_chi2("Hausman", statistic, df, UNIT_MEANS, remark)


def mundlak(
    y: npt.ArrayLike, X: npt.ArrayLike, *, unit: npt.ArrayLike, method: str = "swar"
) -> TestResult:
    """Test, clustered by unit, whether unit means of the regressors matter beside the regressors.

    Mundlak (1978), Econometrica 46; Arellano (1993), J. Econometrics 59.
    """
    design = as_design(X)
    panel = stack(unit, None, design.shape[0])
    _, varying = within_columns(design[panel.order], panel)
    if not varying.any():
        raise EstimationError("X: no column varies inside units; unit means add nothing")
    means = panel.unit_means(design[panel.order])[np.argsort(panel.order)]
    means = means[:, varying & means_beyond_rounding(means, design)]
    found = random_effects(y, design, unit=unit, method=method)
    quasi, k = found.projection.design, found.projection.rank
    wide = np.column_stack([quasi, (1.0 - found.theta[:, None]) * means])
    wide = wide[:, ~dependent_columns(wide, tolerance=1e-9)]
    if wide.shape[1] == k:
        raise EstimationError("X: unit means repeat the regressors; there is nothing to test")
    fit = project(found.projection.residuals, wide)  # what the regressors explain adds nothing
    codes = as_codes(unit, fit.nobs, "unit")[0]
    regression = Regression(
        fit.design, fit.residuals, fit.bread(), clusters=(codes,), factor=fit.root(), Q=fit.Q
    )
    added = slice(k, None)
    return clustered_test(
        fit.coefficients[added], regression, added, name="Mundlak", words=UNIT_MEANS
    )


def cross_section_dependence(
    residuals: npt.ArrayLike,
    *,
    unit: npt.ArrayLike,
    time: npt.ArrayLike,
    form: Literal["cd", "lm", "scaled", "bias-corrected"] = "cd",
) -> TestResult:
    """Test residual correlation between units over common times.

    Pesaran (2004), CESifo 1229, eq. 7; Breusch and Pagan (1980), RES 47.
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
        return judged_chi2("Breusch-Pagan LM of dependence", statistic, pairs, UNRELATED)
    scaled = float((common * rho**2 - 1.0).sum()) / np.sqrt(2.0 * pairs)
    if form == "scaled":
        return _normal("Scaled LM of dependence", scaled)
    if form == "bias-corrected":
        bias = panel.units / (2.0 * (float(panel.length.max()) - 1.0))
        return _normal("Bias-corrected scaled LM of dependence", scaled - bias)
    raise EstimationError(f"form: {form!r}; use 'cd', 'lm', 'scaled' or 'bias-corrected'")


def _normal(name: str, statistic: float) -> TestResult:
    p_value = 2.0 * float(special.ndtr(-abs(statistic)))
    return judged(name, statistic, "N(0, 1)", p_value, UNRELATED)


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
