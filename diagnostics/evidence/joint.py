"""Joint inference over all specifications."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

__all__ = ["joint_tests"]

Array = NDArray[np.float64]


def joint_tests(points: Array, draws: Array, *, null: float, level: float) -> pd.DataFrame:
    """Test whether all specifications together could come from a world where the null holds.

    Draw b of every specification rests on the same resample. Shifting each specification's draws
    to the null gives its curve under the null; the p-value is the share of such curves at least as
    extreme as the one estimated, with one added to both counts.

    Parameters
    ----------
    points : ndarray (specifications,)
        Estimates.
    draws : ndarray (specifications, draws)
        Bootstrap draws; a draw that is not finite anywhere is left out.
    null : float
        Value under the null.
    level : float
        Of the intervals that define significance, such as 0.95.

    Returns
    -------
    DataFrame
        Index statistic: median estimate, share significant in the dominant direction, mean z
        (Stouffer); columns value, p_value, draws.

    References
    ----------
    Simonsohn, Simmons and Nelson (2020), Nature Human Behaviour 4, 1208-1214, the three
    statistics; the null is imposed by recentring, which for a linear estimator equals removing
    the effect from the outcome before resampling.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> points = np.array([0.5, 0.6, 0.7])
    >>> draws = points[:, None] + 0.1 * rng.normal(size=(1, 499))
    >>> joint_tests(points, draws, null=0.0, level=0.95)["p_value"].round(3).tolist()
    [0.002, 0.002, 0.002]
    """
    usable = np.isfinite(draws).all(axis=0)
    under = draws[:, usable] - points[:, None]
    spread = under.std(axis=1, ddof=1) if under.shape[1] > 1 else np.full(len(points), np.nan)
    spread = np.where(spread > 0, spread, np.nan)
    tail = (1.0 - level) / 2.0
    bands = (
        np.quantile(under, [tail, 1.0 - tail], axis=1) if under.size else np.full((2, 1), np.nan)
    )
    effect = points - null
    sign = 1.0 if np.median(effect) >= 0 else -1.0
    rows = {
        "median": (float(np.median(points)), np.abs(np.median(effect)),
                   np.abs(np.median(under, axis=0))),
        "share significant": _significant(effect, under, bands, sign),
        "mean z": (float(np.nanmean(effect / spread)) if np.isfinite(spread).any() else np.nan,
                   np.abs(np.nanmean(effect / spread)) if np.isfinite(spread).any() else np.nan,
                   np.abs(_mean_z(under, spread))),
    }  # fmt: skip
    out = {
        name: (value, _p_value(seen, null_values), len(null_values))
        for name, (value, seen, null_values) in rows.items()
    }
    frame = pd.DataFrame.from_dict(out, orient="index", columns=["value", "p_value", "draws"])
    return frame.rename_axis("statistic")


def _significant(
    effect: Array, under: Array, bands: Array, sign: float
) -> tuple[float, float, Array]:
    """Share of specifications significant in the dominant direction, seen and under the null."""
    edge = bands[1] if sign > 0 else -bands[0]
    seen = float(np.mean(sign * effect > edge))
    # Under the null the dominant direction is whichever that curve happens to have.
    up = np.mean(under > bands[1][:, None], axis=0)
    down = np.mean(under < bands[0][:, None], axis=0)
    return seen, seen, np.maximum(up, down)


def _mean_z(under: Array, spread: Array) -> Array:
    finite = np.isfinite(spread)
    return (under[finite] / spread[finite, None]).mean(axis=0)


def _p_value(seen: float, under: Array) -> float:
    if not np.isfinite(seen) or len(under) == 0:
        return float("nan")
    return float((1 + np.sum(under >= seen)) / (1 + len(under)))
