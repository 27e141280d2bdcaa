"""Functions of coefficients with standard errors: the delta method."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import stdtr, stdtrit

from quesnay.fitting.checks import confidence_level, percent
from quesnay.fitting.errors import DataError, EstimationError, nearest
from quesnay.fitting.regression.clusters import ClusterMoments
from quesnay.fitting.regression.covariance import adjusted_clusters
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.checks import check_null
from quesnay.models.regression.derivative import Slope, differentiate
from quesnay.models.regression.expression import columns_of, read_arithmetic
from quesnay.models.regression.tokens import read_tokens

if TYPE_CHECKING:
    from quesnay.models.regression.result import PanelFit

__all__ = ["NonlinearEstimate", "cluster_moments_of", "estimate_nonlinear", "evaluate_function"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class NonlinearEstimate(Tabular):
    """A function of coefficients with its error.

    Parameters
    ----------
    expression : str
        As written.
    estimate : float
        Its value at the coefficients.
    std_error : float
        ``sqrt(g'Vg)``, g the gradient.
    null : float
        Value tested.
    pvalue : float
        Two-sided, Student's t with `df`.
    low, high : float
        Interval of `level`.
    level : float
        Its coverage.
    df : float
        Degrees of freedom: Satterthwaite's of the combination under CR2, else the errors'.
    gradient : Series
        Derivatives by coefficient.
    """

    expression: str
    estimate: float
    std_error: float
    null: float
    pvalue: float
    low: float
    high: float
    level: float
    df: float
    gradient: pd.Series

    def tables(self) -> tuple[Table, ...]:
        """Return the estimate with its error and interval."""
        row = {
            "estimate": self.estimate,
            "std_error": self.std_error,
            "p_value": self.pvalue,
            "conf_low": self.low,
            "conf_high": self.high,
        }
        notes = (
            f"Delta method; t with {self.df:.1f} degrees of freedom; null {self.null:g}; "
            f"interval {percent(self.level)}.",
        )
        return (Table("Function of coefficients", pd.DataFrame(row, [self.expression]), notes),)


def estimate_nonlinear(
    fit: "PanelFit", expression: str, *, null: float = 0.0, level: float = 0.95
) -> NonlinearEstimate:
    """Estimate a function of coefficients, such as a long-run elasticity.

    Parameters
    ----------
    fit : PanelFit
        The regression.
    expression : str
        Arithmetic of coefficient names, such as ``"ln_ict / (1 - ln_k)"``; names that are no
        plain words stand between backticks.
    null : float, default 0
        Value tested.
    level : float, default 0.95
        Coverage of the interval.

    Returns
    -------
    NonlinearEstimate
        Value, error, p-value, interval.

    Raises
    ------
    DataError
        If it is no expression, names no coefficient or an unknown one, or `level` is no coverage.
    EstimationError
        If it has no finite value or derivative at the coefficients.

    Notes
    -----
    ``Var f(b) = g'Vg`` (Oehlert, 1992), with exact derivatives by forward differentiation of
    the expression's tree. Nothing in the expression is executed.

    Examples
    --------
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
    >>> fit = fit_panel("y ~ x", frame, covariance="classical")
    >>> round(estimate_nonlinear(fit, "x / Intercept").estimate, 3)
    1.25
    """
    slope = evaluate_function(fit, expression)
    level = confidence_level(level)
    check_null(null)
    error = float(np.sqrt(slope.gradient @ fit.inference.matrix @ slope.gradient))
    df = _freedom(fit, slope.gradient)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = float(np.abs(slope.value - null) / np.float64(error))
    reach = float(stdtrit(df, 0.5 + level / 2)) * error
    return NonlinearEstimate(
        expression=expression,
        estimate=slope.value,
        std_error=error,
        null=null,
        pvalue=float(2 * stdtr(df, -distance)),
        low=slope.value - reach,
        high=slope.value + reach,
        level=level,
        df=df,
        gradient=pd.Series(slope.gradient, list(fit.names), name="derivative"),
    )


def cluster_moments_of(fit: "PanelFit") -> ClusterMoments | None:
    """Return what the law of CR2 errors rests on; None under other errors."""
    if fit.inference.name != "CR2":
        return None
    return adjusted_clusters(fit.regression, fit.regression.clusters[0]).moments


def evaluate_function(fit: "PanelFit", expression: str) -> Slope:
    """Return a function of coefficients and its derivatives at their estimates.

    Parameters
    ----------
    fit : PanelFit
        The regression.
    expression : str
        As in `estimate_nonlinear`.

    Returns
    -------
    Slope
        Value, and derivatives by coefficient, (k,).

    Raises
    ------
    DataError
        If it is no expression, or names no coefficient or an unknown one.
    EstimationError
        If it has no finite value or derivative at the coefficients.

    Examples
    --------
    >>> from quesnay.models.regression.panel import fit_panel
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0, 4.5], "x": [0.0, 1.0, 2.0, 3.0]})
    >>> evaluate_function(fit_panel("y ~ x", frame), "2 * x").gradient.tolist()
    [0.0, 2.0]
    """
    reader = read_tokens(expression)
    tree = read_arithmetic(reader)
    if reader.next.kind != "end":
        raise reader.error("expected an operator or the end")
    used = columns_of(tree)
    _check_names(fit, used)
    values = dict(zip(fit.names, fit.estimate.coefficients, strict=True))
    seeds = dict(zip(fit.names, np.eye(len(fit.names)), strict=True))
    with np.errstate(all="ignore"):
        slope = differentiate(tree, {n: Slope(float(values[n]), seeds[n]) for n in used})
    if not (np.isfinite(slope.value) and np.isfinite(slope.gradient).all()):
        given = ", ".join(f"{name} = {values[name]:g}" for name in used)
        raise EstimationError(f"{expression!r} has no finite value or derivative at {given}")
    return slope


def _freedom(fit: "PanelFit", gradient: Array) -> float:
    """Return degrees of freedom of a combination: under CR2 its own, not its parts'."""
    moving = gradient != 0.0
    moments = cluster_moments_of(fit) if moving.sum() > 1 else None
    if moments is not None:
        return float(moments.combined(gradient[None]).satterthwaite()[0])
    return float(fit.inference.df[moving if moving.any() else ...].min())


def _check_names(fit: "PanelFit", used: tuple[str, ...]) -> None:
    if not used:
        known = ", ".join(fit.names)
        raise DataError(f"the expression names no coefficient; the coefficients are {known}")
    for name in used:
        if name not in fit.names:
            hint = nearest(name, fit.names)
            raise DataError(f"there is no coefficient {name!r};{hint or ' see fit.params'}")
