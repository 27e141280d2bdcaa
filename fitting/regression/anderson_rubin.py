"""A confidence set for one endogenous coefficient that weak instruments do not distort."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.instrumental import InstrumentalFit, only_regressor, score_spread
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["AndersonRubin", "anderson_rubin"]

NO_EFFECT = Wording(
    "the coefficient is zero",
    "the coefficient differs from zero whatever the instruments' strength",
    "an effect is there",
    "none needed",
)


@dataclass(frozen=True, slots=True)
class AndersonRubin:
    """A confidence set that holds however weak the instruments are.

    Parameters
    ----------
    test : TestResult
        Of a zero coefficient.
    low, high : float
        Ends of the set; infinite where it is unbounded.
    shape : str
        ``"interval"``, ``"whole line"`` or ``"outside"`` (two rays, outside low and high).
    """

    test: TestResult
    low: float
    high: float
    shape: str


def anderson_rubin(
    fit: InstrumentalFit, *, clusters: npt.ArrayLike | None = None, level: float = 0.95
) -> AndersonRubin:
    """Give a confidence set of the coefficient that weak instruments do not distort.

    With one instrument the set ``{b: (g_y - b g_x)^2 <= c (V_yy - 2 b V_xy + b^2 V_xx)}`` is the
    solution of a quadratic inequality, found exactly.

    Parameters
    ----------
    fit : InstrumentalFit
        With one endogenous regressor and one instrument.
    clusters : (n,) array_like, optional
        Cluster of each row.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    AndersonRubin
        The set and the test of zero.

    Raises
    ------
    EstimationError
        If there is more than one endogenous regressor or instrument, or the level is no share.

    References
    ----------
    Anderson and Rubin (1949), Annals of Mathematical Statistics 20; Dufour (2003), CJE 36.

    Examples
    --------
    >>> import numpy as np
    >>> from quesnay.fitting.regression.instrumental import instrumental_variables
    >>> z = np.arange(10.0); x = z + np.sin(z); y = x + np.cos(z)
    >>> anderson_rubin(instrumental_variables(y, x[:, None], z[:, None])).shape
    'interval'
    """
    freed = only_regressor(fit.partialled)
    if freed.Z.shape[1] != 1:
        raise EstimationError("instruments: the exact set needs one; give the strongest alone")
    if not 0.0 < level < 1.0:
        raise EstimationError(f"level: {level}; between 0 and 1 is expected, for example 0.95")
    both = np.column_stack([freed.y, freed.X[:, 0]])
    pull = freed.Z[:, 0] @ both
    rest = both - freed.Z * pull
    free = freed.nobs - freed.used - 1
    spread, groups = score_spread(freed.Z * rest, clusters, free)
    df = free if clusters is None else groups - 1
    zero = float(pull[0] ** 2 / spread[0, 0])
    test = judged(
        "Anderson-Rubin", zero, f"F(1, {df})", float(special.fdtrc(1, df, zero)), NO_EFFECT
    )
    critical = float(special.fdtri(1, df, level))
    a = float(pull[1] ** 2 - critical * spread[1, 1])
    b = float(pull[0] * pull[1] - critical * spread[0, 1])
    c = float(pull[0] ** 2 - critical * spread[0, 0])
    root = b * b - a * c
    if a == 0.0 or (a < 0.0 and root <= 0.0):
        return AndersonRubin(test, -np.inf, np.inf, "whole line")
    half = np.sqrt(max(root, 0.0))  # the set holds the estimate: negative by rounding only
    ends = sorted(((b - half) / a, (b + half) / a))
    return AndersonRubin(test, ends[0], ends[1], "interval" if a > 0.0 else "outside")
