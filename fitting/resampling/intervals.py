"""Bootstrap intervals from draws: percentile, basic, normal and bias-corrected accelerated."""

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from quesnay.fitting.errors import QuesnayError

__all__ = ["bootstrap_interval"]

Array = NDArray[np.float64]


def bootstrap_interval(
    draws: Array, estimate: Array, *, level: float, kind: str, jackknife: Array | None = None
) -> Array:
    """Return the interval of each statistic from its bootstrap draws.

    Percentile: quantiles of the draws. Basic: ``2 t - quantile``. Normal: bias-corrected estimate
    with the standard deviation of the draws. BCa: percentile at levels corrected for bias and for
    skewness measured by the jackknife.

    Parameters
    ----------
    draws : ndarray (b, k)
        Bootstrap draws; not finite ones are left out.
    estimate : ndarray (k,)
        Statistics of the sample.
    level : float
        Such as 0.95.
    kind : {"percentile", "basic", "normal", "bca"}
        Which interval.
    jackknife : ndarray (units, k), optional
        Statistics without one unit each; needed by "bca".

    Returns
    -------
    ndarray (k, 2)
        Low and high.

    Raises
    ------
    QuesnayError
        If `kind` is unknown, or "bca" is asked for without a jackknife.

    References
    ----------
    Efron, B. (1987), "Better bootstrap confidence intervals", JASA 82, eq. 2.3 and 6.6;
    Davison and Hinkley (1997), Bootstrap Methods and their Application, ch. 5.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(5000, 1))
    >>> bootstrap_interval(x, np.zeros(1), level=0.9, kind="percentile").round(1)
    array([[-1.6,  1.6]])
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
