"""Joint inference on a whole curve of estimates against no effect in any of them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["JointNull", "joint_null"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class JointNull:
    """Statistics of a curve and how often resamples under the null reach them.

    Parameters
    ----------
    median : float
        Median estimate.
    significant : float
        Share of specifications that are positive and significant at 5 %.
    mean_z : float
        Mean of estimate over bootstrap standard error (Stouffer, without its root).
    p_median, p_significant, p_mean_z : float
        Share of resamples under the null that are at least as extreme, (1 + hits) / (1 + draws).
    draws : int
        Resamples used.
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

    Parameters
    ----------
    estimates : ndarray (specifications,)
        Coefficients.
    draws : ndarray (specifications, draws)
        The same coefficients on common resamples; draws with a missing value are left out.

    Returns
    -------
    JointNull
        Three statistics with their p-values.

    Notes
    -----
    Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, "Inferential statistics for
    specification curves": the three statistics, resampling under the null.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> noise = rng.standard_normal(499) * 0.1 + rng.standard_normal((5, 499)) * 0.02
    >>> joint_null(np.full(5, 0.5), 0.5 + noise).p_median
    0.002
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
