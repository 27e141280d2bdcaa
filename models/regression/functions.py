"""Functions of coefficients: their errors by the delta method, and joint tests of them.

``Var f(b) = g'Vg`` (Oehlert, 1992); ``Q = r'(C V C')^-1 r`` (Wald, 1943).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from quesnay.fitting.arrays import Array
from quesnay.fitting.assumptions.specification import joint_test
from quesnay.fitting.checks import as_tuple, confidence_level, is_number, percent
from quesnay.fitting.errors import DataError, EstimationError, nearest, shown
from quesnay.fitting.regression.clusters import ClusterMoments
from quesnay.fitting.regression.least_squares import CovarianceEstimate
from quesnay.fitting.verdict import TestResult
from quesnay.models.display.table import Table, Tabular
from quesnay.models.expressions import (
    Binary,
    Slope,
    columns_of,
    differentiate,
    read_arithmetic,
    read_tokens,
    shown_formula,
)

_CATEGORIES, _LEVEL = re.compile(r"\b[Ci]\("), re.compile(r"\[[^\[\]]*\]")
_MANY = 1e9  # degrees of freedom from which F is chi-squared over its own to nine digits


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


class Fitted(Protocol):
    """What functions of coefficients need of a fit."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the k coefficients."""
        ...

    @property
    def coefficients(self) -> Array:
        """Coefficients, (k,)."""
        ...

    @property
    def inference(self) -> CovarianceEstimate:
        """Their covariance and degrees of freedom."""
        ...

    def cluster_moments(self) -> ClusterMoments | None:
        """Return what the law of CR2 errors rests on; None under other errors."""
        ...


def estimate_nonlinear(
    fit: Fitted, expression: str, *, null: float, level: float
) -> NonlinearEstimate:
    """Estimate a function of coefficients, such as a long-run elasticity.

    ``Var f(b) = g'Vg`` (Oehlert, 1992), with exact derivatives by forward differentiation of
    the expression's tree. Nothing in the expression is executed.
    """
    slope = evaluate_function(fit, expression)
    level = confidence_level(level)
    check_null(null)
    error = float(np.sqrt(slope.gradient @ fit.inference.matrix @ slope.gradient))
    # degrees of freedom of a combination: under CR2 its own, not its parts'
    moving = slope.gradient != 0.0
    moments = fit.cluster_moments() if moving.sum() > 1 else None
    if moments is not None:
        df = float(moments.combined(slope.gradient[None]).satterthwaite()[0])
    else:
        df = float(fit.inference.df[moving if moving.any() else ...].min())
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


def evaluate_function(fit: Fitted, expression: str, *, equation: bool = False) -> Slope:
    """Return a function of coefficients and its derivatives at their estimates.

    Where an `equation` is meant, ``a = b`` is read as ``a - b``. A coefficient's name is that
    coefficient, ``C(year)[T.2001]`` too.
    """
    if expression in fit.names:
        place = fit.names.index(expression)
        return Slope(float(fit.coefficients[place]), np.eye(len(fit.names))[place])
    if isinstance(expression, str) and _CATEGORIES.search(re.sub("`[^`]*`", "", expression)):
        raise DataError(
            f"{shown_formula(expression)}: no coefficient and no term is called so; see "
            "fit.params; in arithmetic their names stand between backticks"
        )
    reader = read_tokens(expression)
    tree = read_arithmetic(reader)
    if reader.take_sign("="):
        if not equation:
            raise DataError(f"{expression!r} is an equation: write 'a - b', or use wald_test")
        tree = Binary("-", tree, read_arithmetic(reader))
    if reader.next.kind != "end":
        raise reader.error("expected an operator or the end")
    used = columns_of(tree)
    if not used:
        known = ", ".join(fit.names)
        raise DataError(f"the expression names no coefficient; the coefficients are {known}")
    for name in used:
        if name not in fit.names:
            hint = nearest(name, fit.names)
            raise DataError(f"there is no coefficient {name!r};{hint or ' see fit.params'}")
    values = {name: float(fit.coefficients[fit.names.index(name)]) for name in used}
    seeds = np.eye(len(fit.names))
    with np.errstate(all="ignore"):
        slope = differentiate(
            tree, {name: Slope(values[name], seeds[fit.names.index(name)]) for name in used}
        )
    if not (np.isfinite(slope.value) and np.isfinite(slope.gradient).all()):
        given = ", ".join(f"{name} = {values[name]:g}" for name in used)
        raise EstimationError(f"{expression!r} has no finite value or derivative at {given}")
    return slope


def wald_test(
    fit: Fitted, restrictions: str | Sequence[str], *, null: float | Sequence[float] = 0.0
) -> TestResult:
    """Test whether several coefficients, or functions of them, have given values at once.

    ``Q = r'(C V C')^-1 r`` with r the restrictions less their nulls and C their derivatives (Wald,
    1943). CR2: Pustejovsky and Tipton (2018), section 3.2, clubSandwich's ``"HTZ"``.
    """
    given = (restrictions,) if isinstance(restrictions, str) else restrictions
    parts = [_coefficients_of(fit, one) for one in as_tuple(given, "restrictions")]
    written = tuple(name for names in parts for name in names)
    if not isinstance(null, Sequence):
        nulls = (null,) * len(written)
    elif len(null) != len(parts):
        nulls = tuple(null)
    else:
        nulls = tuple(value for value, names in zip(null, parts, strict=True) for _ in names)
    if not written or len(nulls) != len(written):
        raise DataError(
            f"restrictions: {len(written)} given with {len(nulls)} values of null; "
            "give at least one restriction and one value, or one for each"
        )
    for value in nulls:
        check_null(value)
    slopes = [evaluate_function(fit, one, equation=True) for one in written]
    C = np.array([slope.gradient for slope in slopes])
    moments = fit.cluster_moments()
    own = min(float(fit.inference.df.min()), _MANY)
    return joint_test(
        np.array([slope.value for slope in slopes]) - nulls,
        C @ fit.inference.matrix @ C.T,
        df=own if moments is None else moments.combined(C),
    )


def _coefficients_of(fit: Fitted, written: str) -> tuple[str, ...]:
    """Return the coefficients of a term of categories such as ``C(year)``, else what is written."""
    if not isinstance(written, str) or written in fit.names or not _CATEGORIES.search(written):
        return (written,)
    wanted = written.replace(" ", "")
    return tuple(n for n in fit.names if _LEVEL.sub("", n).replace(" ", "") == wanted) or (written,)


def check_null(null: float) -> None:
    """Refuse a null hypothesis that is no finite number."""
    if not is_number(null):
        raise DataError(f"null: {shown(null)} is no finite number; give one, such as 0.0")
