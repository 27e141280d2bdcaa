"""What draws say: bootstrap intervals, inference on a whole curve of estimates, shares of variance.

Shapley values split a variance among discrete choices, Sobol indices among groups of inputs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import QuesnayError


def bootstrap_interval(
    draws: Array, estimate: Array, *, level: float, kind: str, jackknife: Array | None = None
) -> Array:
    """Return the interval of each statistic from its bootstrap draws.

    Percentile: quantiles of the draws. Basic: ``2 t - quantile``. Normal: bias-corrected estimate
    with the standard deviation of the draws. BCa: percentile at levels corrected for bias and for
    skewness measured by the jackknife.

    Efron, B. (1987), "Better bootstrap confidence intervals", JASA 82, eq. 2.3 and 6.6;
    Davison and Hinkley (1997), Bootstrap Methods and their Application, ch. 5.
    """
    tail = (1.0 - level) / 2.0
    levels = np.array([tail, 1.0 - tail])
    out = np.full((len(estimate), 2), np.nan)
    for k, center in enumerate(estimate):
        finite = draws[np.isfinite(draws[:, k]), k]
        if finite.size < 2:
            continue
        if kind == "percentile":
            out[k] = np.quantile(finite, levels)
        elif kind == "basic":
            out[k] = 2.0 * center - np.quantile(finite, levels[::-1])
        elif kind == "normal":
            out[k] = 2.0 * center - finite.mean() + finite.std(ddof=1) * np.asarray(ndtri(levels))
        elif kind == "bca":
            out[k] = _bca(finite, center, levels, None if jackknife is None else jackknife[:, k])
        else:
            raise QuesnayError(
                f"interval kind must be percentile, basic, normal or bca, got {kind!r}"
            )
    return out


def _bca(draws: Array, center: float, levels: Array, jackknife: Array | None) -> Array:
    if jackknife is None:
        raise QuesnayError(
            "a bca interval needs the jackknife; call bootstrap(..., jackknife=True)"
        )
    # Half of the ties count as below, so that a discrete statistic has no artificial bias.
    below = (np.sum(draws < center) + 0.5 * np.sum(draws == center)) / draws.size
    if not 0.0 < below < 1.0:
        return np.array([np.nan, np.nan])
    bias = float(ndtri(below))
    away = jackknife.mean() - jackknife
    scale = float(np.sum(away**2)) ** 1.5
    acceleration = float(np.sum(away**3)) / (6.0 * scale) if scale > 0 else 0.0
    z = bias + np.asarray(ndtri(levels))
    return np.asarray(np.quantile(draws, ndtr(bias + z / (1.0 - acceleration * z))))


@dataclass(frozen=True, slots=True)
class JointNull:
    """Statistics of a curve and how often resamples under the null reach them.

    Median estimate, share of specifications that are positive and significant at 5 %, and mean of
    estimate over bootstrap standard error (Stouffer, without its root); for each the share of
    `draws` resamples under the null that are at least as extreme, (1 + hits) / (1 + draws).
    """

    median: float
    significant: float
    mean_z: float
    p_median: float
    p_significant: float
    p_mean_z: float
    draws: int


def joint_null(estimates: Array, draws: Array) -> JointNull:
    """Test a whole specification curve against no effect in any specification.

    Under the null the outcome has no effect in it: in linear models the resampled estimate less the
    original one is what a resample of the null gives, jointly over specifications when they share
    their resamples.

    Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, "Inferential statistics for
    specification curves": the three statistics, resampling under the null.
    """
    kept = draws[:, np.isfinite(draws).all(axis=0)]
    error = kept.std(axis=1, ddof=1)
    null = kept - estimates[:, None]
    seen = _statistics(estimates[:, None], error)[:, 0]
    under = _statistics(null, error)
    hits = (np.abs(under) >= np.abs(seen)[:, None]).sum(axis=1)
    p = (1 + hits) / (1 + kept.shape[1])
    p_median, p_significant, p_mean_z = (float(value) for value in p)
    return JointNull(
        median=float(seen[0]),
        significant=float(seen[1]),
        mean_z=float(seen[2]),
        p_median=p_median,
        p_significant=p_significant,
        p_mean_z=p_mean_z,
        draws=kept.shape[1],
    )


def _statistics(values: Array, error: Array) -> Array:
    """Median, share significantly positive and mean z of every column, (3, columns)."""
    z = values / error[:, None]
    return np.stack(
        [np.median(values, axis=0), (z > 1.959963984540054).mean(axis=0), z.mean(axis=0)]
    )


def shapley_shares(values: Array, codes: Sequence[npt.NDArray[np.intp]]) -> Array:
    """Split the variance of a spread among the choices that span it.

    Shapley (1953); for explained variance Lipovetsky and Conklin (2001), Applied Stochastic
    Models in Business and Industry 17, eq. 8. In a balanced grid this is the classical analysis of
    variance.
    """
    count = len(codes)
    centred = values - values.mean()
    total = float(centred @ centred)
    if total <= 1e-24 * float(values @ values):  # nothing but rounding
        return np.zeros(count + 1)
    blocks = [np.eye(int(c.max()) + 1)[c] for c in codes]
    owner = np.repeat(np.arange(count), [block.shape[1] for block in blocks])
    columns = np.concatenate(blocks, axis=1)
    gram, right = columns.T @ columns, columns.T @ centred
    explained = np.zeros(1 << count)
    for subset in range(1, 1 << count):
        mine = np.isin(owner, [k for k in range(count) if subset >> k & 1])
        solved = np.linalg.lstsq(gram[np.ix_(mine, mine)], right[mine], rcond=1e-10)[0]
        explained[subset] = float(right[mine] @ solved) / total
    # average the marginal gain of each choice over all orders
    weights = [
        math.factorial(k) * math.factorial(count - k - 1) / math.factorial(count)
        for k in range(count)
    ]
    out = np.zeros(count)
    for subset in range(1 << count):
        size = subset.bit_count()
        for k in range(count):
            if not subset >> k & 1:
                out[k] += weights[size] * (explained[subset | 1 << k] - explained[subset])
    return np.append(out, 1.0 - explained[-1])


@dataclass(frozen=True, slots=True)
class SobolIndices:
    """Share of the variance that a group explains alone, and with all its interactions.

    Both (groups, figures), NaN where a figure does not vary; `used` (figures,): draws that were
    finite in every sample.
    """

    first: Array
    total: Array
    used: npt.NDArray[np.intp]


def sobol_indices(a: Array, b: Array, mixed: Array) -> SobolIndices:
    """Estimate Sobol indices from two samples and their mixtures.

    ``first_i = 1 - E[(f(B) - f(A_i))^2] / (2 V)`` and ``total_i = E[(f(A) - f(A_i))^2] / (2 V)``,
    with A_i the sample A whose group i comes from B (Jansen 1999, Computer Physics Communications
    117, eq. 3.3; Saltelli et al. 2010, table 2).
    """
    finite = np.isfinite(a) & np.isfinite(b) & np.isfinite(mixed).all(axis=0)
    used = finite.sum(axis=0)
    keep = np.where(finite, 1.0, 0.0)
    both = np.where(finite, a, 0.0), np.where(finite, b, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (both[0] + both[1]).sum(axis=0) / (2 * used)
        spread = keep * ((both[0] - mean) ** 2 + (both[1] - mean) ** 2)
        variance = spread.sum(axis=0) / (2 * used)
        scale = np.abs(mean) * 1e-12  # below it a figure is a constant with rounding
        variance = np.where(np.sqrt(variance) > scale, variance, np.nan)
        inner = np.where(finite, mixed, 0.0)
        total = ((both[0] - inner) ** 2).sum(axis=1) / (2 * used) / variance
        first = 1.0 - ((both[1] - inner) ** 2).sum(axis=1) / (2 * used) / variance
    return SobolIndices(first, total, used)
