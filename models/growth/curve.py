"""Growth curves fitted to a series: the door `fit_curve` and its result."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from quesnay.fitting.curves.functions import CURVES, Curve
from quesnay.fitting.curves.least_squares import NonlinearFit, nonlinear_least_squares
from quesnay.fitting.curves.start import first_guess
from quesnay.fitting.errors import EstimationError, nearest
from quesnay.models.display.table import Table, Tabular

__all__ = ["CurveFit", "fit_curve"]


@dataclass(frozen=True, slots=True, repr=False)
class CurveFit(Tabular):
    """A fitted growth curve.

    Parameters
    ----------
    curve : Curve
        The family.
    params, std_errors : Series
        Estimates by name; the error of a known saturation is 0, of an exactly identified curve NaN.
    saturation_known : bool
        Whether the saturation was given.
    origin : float
        Launch from which a Bass curve counts its time; 0 for the others.
    fit : NonlinearFit
        The fit on arrays.
    """

    curve: Curve
    params: pd.Series
    std_errors: pd.Series
    saturation_known: bool
    origin: float
    fit: NonlinearFit = field(repr=False)

    def predict(self, t: ArrayLike) -> np.ndarray:
        """Return the level of the curve at times `t`."""
        times = np.asarray(t, dtype=float) - self.origin
        return self.curve.value(times, self.params.to_numpy(dtype=float))

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return intervals of the parameters, Student t with ``n - k`` degrees of freedom."""
        from scipy.special import stdtrit

        half = self.std_errors * float(stdtrit(max(self.fit.dof, 1), (1 + level) / 2))
        return pd.DataFrame({"low": self.params - half, "high": self.params + half})

    def tables(self) -> tuple[Table, ...]:
        """Return the table of parameters."""
        frame = pd.DataFrame({"estimate": self.params, "std_error": self.std_errors})
        return (Table(f"{self.curve.name.title()} curve", frame, (self.curve.equation,)),)


def fit_curve(
    kind: str, t: ArrayLike, y: ArrayLike, *, saturation: float | None = None
) -> CurveFit:
    """Fit a growth curve to a series by nonlinear least squares.

    Parameters
    ----------
    kind : str
        "gompertz", "logistic" or "bass".
    t : (n,) array
        Times.
    y : (n,) array
        Levels.
    saturation : float, optional
        Known saturation, in the unit of `y`; estimated where not given.

    Returns
    -------
    CurveFit
        Estimates, errors and prediction.

    Examples
    --------
    >>> curve = fit_curve("gompertz", [2017, 2018], [0.6, 0.98], saturation=4.0)
    >>> curve.predict([2019]).round(4).tolist()
    [1.4099]
    """
    if kind not in CURVES:
        raise EstimationError(
            f"fit_curve: unknown curve {kind!r};{nearest(kind, CURVES)} known are {list(CURVES)}"
        )
    curve = CURVES[kind]
    times, levels = np.asarray(t, dtype=float), np.asarray(y, dtype=float)
    origin = _origin(times, levels) if kind == "bass" else 0.0
    start = first_guess(curve, times - origin, levels, saturation=saturation)
    if saturation is None:
        fit = nonlinear_least_squares(
            lambda b: curve.value(times - origin, b),
            levels,
            start,
            jacobian=lambda b: curve.jacobian(times - origin, b),
        )
        params, errors = fit.params, fit.std_errors
    else:
        top = saturation
        fit = nonlinear_least_squares(
            lambda b: curve.value(times - origin, np.append(top, b)),
            levels,
            start[1:],
            jacobian=lambda b: curve.jacobian(times - origin, np.append(top, b))[:, 1:],
        )
        params, errors = np.append(top, fit.params), np.append(0.0, fit.std_errors)
    names = list(curve.parameters)
    return CurveFit(
        curve,
        pd.Series(params, names),
        pd.Series(errors, names),
        saturation is not None,
        origin,
        fit,
    )


def _origin(times: np.ndarray, levels: np.ndarray) -> float:
    """Return the launch of a Bass curve: 0 for durations, one step before the first year else."""
    first, span = float(times.min()), float(np.ptp(times))
    if 0 <= first <= span:
        return 0.0
    return first if levels[int(times.argmin())] == 0 else first - float(np.diff(times).min())
