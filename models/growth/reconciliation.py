"""Reconciliation: several estimates and the identities they must meet, made one account.

Adjusted values are nearest to the estimates in the metric of their covariance, subject to the
identities (Stone, Champernowne and Meade 1942). Identities are texts such as
``"total = core + integration"`` or rows of coefficients; no text is executed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.fitting.growth.benchmarking import Adjustment, adjust
from quesnay.models.display.table import Table, Tabular, estimates_frame
from quesnay.models.expressions import (
    Binary,
    Call,
    Column,
    Expression,
    Negative,
    Number,
    Slope,
    differentiate,
    read_equation,
)
from quesnay.models.inputs import check_unique, finite_numbers, places_of

_LONGEST, _DEEPEST = 2000, 60
_HIGHEST_POWER = 9.0


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity, as a function that is zero where it holds: `tree`, left minus right side.

    `text` is what was written, `labels` are the estimates that it names.
    """

    text: str
    tree: Expression
    labels: tuple[str, ...]

    def residual(self, values: Mapping[str, Any]) -> Any:
        """Return left minus right side for values by label."""
        return np.float64(self._slope(values, self.labels).value)

    def gradient(self, values: Mapping[str, float], labels: Sequence[str]) -> np.ndarray:
        """Return the derivatives by label, exact to rounding (dual numbers)."""
        return self._slope(values, labels).gradient

    def _slope(self, values: Mapping[str, Any], labels: Sequence[str]) -> Slope:
        unit = np.eye(len(labels))
        slopes = {
            label: Slope(float(values[label]), unit[place]) for place, label in enumerate(labels)
        }
        with np.errstate(all="ignore"):
            return differentiate(self.tree, slopes)


def parse_identity(text: str, labels: Sequence[str]) -> Identity:
    """Read one identity; only labels, numbers and ``+ - * / **`` are understood.

    A label with other signs goes in backticks, as in ``"`net exports` = total - home"``.

    >>> identity = parse_identity("total = core + integration", ["core", "integration", "total"])
    >>> print(identity.residual({"core": 0.5, "integration": 1.0, "total": 1.75}))
    0.25
    """
    if not isinstance(text, str) or len(text) > _LONGEST:
        raise DataError(f"identity {shown(text, 80)}: expected a text of at most {_LONGEST} signs")
    try:
        left, right = read_equation(text)
    except DataError as error:
        raise DataError(f"{error}; only labels, numbers and + - * / ** are understood") from None
    tree = Binary("-", left, right)
    names = tuple(dict.fromkeys(_checked_names(tree, text, 0)))
    for label in names:
        if label not in labels:
            hint = nearest(label, labels)
            raise DataError(
                f"identity {text!r}: no estimate is called {label!r};{hint}".rstrip(";")
            )
    if not names:
        raise DataError(f"identity {text!r} names no estimate")
    return Identity(text, tree, names)


def _checked_names(tree: Expression, text: str, depth: int) -> Iterator[str]:
    """Yield the names, refusing what an identity of one period has not."""
    if depth > _DEEPEST:
        raise DataError(f"identity {text[:80]!r} is nested too deeply; split it")
    match tree:
        case Column(name, lag):
            if lag:
                raise DataError(f"identity {text!r}: estimates have no year; write {name!r} only")
            yield name
        case Negative(inner) | Call(_, inner):
            yield from _checked_names(inner, text, depth + 1)
        case Binary(sign, left, right):
            if sign == "**" and not _is_power(right):
                raise DataError(f"identity {text!r}: an exponent must be a number up to 9")
            yield from _checked_names(left, text, depth + 1)
            yield from _checked_names(right, text, depth + 1)


def _is_power(tree: Expression) -> bool:
    """Return whether an exponent is a small number, with or without a sign."""
    inner = tree.operand if isinstance(tree, Negative) else tree
    return isinstance(inner, Number) and abs(inner.value) <= _HIGHEST_POWER


_METHOD = (
    "Adjusted values are the nearest to the estimates, measured by their covariance, that meet "
    "every identity (Stone, Champernowne and Meade 1942); fixed values do not move.",
    "z is the adjustment over its standard error; beyond 2 the estimate and the rest disagree.",
)
_SYMMETRIC = 1e-9  # largest relative asymmetry, and negative eigenvalue, that is rounding


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Reconciliation(Tabular):
    """One consistent account out of estimates that did not add up.

    Parameters
    ----------
    estimates, adjusted : Series
        Values before and after, by label.
    std_errors_before, std_errors : Series
        Standard errors before and after; never larger after.
    covariance : DataFrame
        Covariance of the adjusted values.
    residuals : DataFrame
        Identity x (before, after): left minus right side.
    fixed : tuple of str
        Labels that were held.
    statistic, pvalue : float
        Chi-squared test that the identities hold within the errors, and its p-value.
    dof : int
        Independent identities.
    iterations : int
        Linearisations; 1 for linear identities.

    Examples
    --------
    >>> import quesnay as qn
    >>> values = pd.Series({"a": 1.0, "b": 2.0, "c": 3.3})
    >>> made = qn.reconcile(values, ["a + b = c"], std_errors=values * 0.1)
    >>> made.adjusted.round(3).to_dict()
    {'a': 1.019, 'b': 2.076, 'c': 3.094}
    """

    estimates: pd.Series
    adjusted: pd.Series
    std_errors_before: pd.Series
    std_errors: pd.Series
    covariance: pd.DataFrame
    residuals: pd.DataFrame
    fixed: tuple[str, ...]
    statistic: float
    pvalue: float
    dof: int
    iterations: int

    @property
    def adjustments(self) -> pd.Series:
        """What each estimate had to take, ``adjusted - estimates``."""
        return (self.adjusted - self.estimates).rename("adjustment")

    def tidy(self, level: float = 0.95) -> pd.DataFrame:
        """Return one row a label: estimate, error, z of the adjustment, p-value and interval."""
        gained = np.sqrt(np.maximum(self.std_errors_before**2 - self.std_errors**2, 0.0))
        moved = np.where(gained > 1e-8 * self.std_errors_before, gained, np.nan)
        z = self.adjustments.to_numpy() / moved
        frame = estimates_frame(
            self.adjusted.index,
            self.adjusted,
            self.std_errors,
            statistic=z,
            df=np.inf,
            level=level,
        )
        return frame.assign(
            before=self.estimates.to_numpy(),
            adjustment=self.adjustments.to_numpy(),
            std_error_before=self.std_errors_before.to_numpy(),
        )

    def tables(self) -> tuple[Table, ...]:
        """Return the values before and after, and the identities."""
        tidy = self.tidy().set_index("term").rename(columns={"statistic": "z", "estimate": "after"})
        shown = ["before", "std_error_before", "adjustment", "after", "std_error", "z"]
        test = (
            f"Identities against the errors: chi-squared {self.statistic:.4g} with {self.dof} "
            f"degrees of freedom, p = {self.pvalue:.3g}."
        )
        held = (f"Held fixed: {', '.join(self.fixed)}.",) if self.fixed else ()
        return (
            Table("Reconciled estimates", tidy[shown], (*_METHOD, test, *held)),
            Table("Identities, left minus right side", self.residuals),
        )

    def plot(self, **options: Any) -> Any:
        """Return a figure of what each estimate had to take."""
        from quesnay.diagnostics.plots.growth import plot_reconciliation

        return plot_reconciliation(self, **options)


def reconcile(
    estimates: pd.Series,
    identities: Sequence[str] | pd.DataFrame,
    *,
    std_errors: pd.Series | None = None,
    covariance: pd.DataFrame | None = None,
    fixed: Iterable[str] = (),
) -> Reconciliation:
    """Adjust estimates so that they meet accounting identities, the uncertain ones most.

    ``x = x0 - V A' (A V A')^-1 (A x0 - b)`` with covariance ``V - V A' (A V A')^-1 A V``;
    identities that are not linear are linearised until nothing moves.

    Parameters
    ----------
    estimates : Series
        Label -> estimate.
    identities : list of str, or DataFrame
        Texts such as ``"total = core + integration"`` or ``"share * gdp = total"`` (labels with
        other signs in backticks); or coefficients, identity x label, of sums that are 0.
    std_errors : Series, optional
        Label -> standard error, for estimates without correlation; 0 fixes a value.
    covariance : DataFrame, optional
        Label x label, instead of `std_errors`.
    fixed : iterable of str
        Labels to hold, whatever their error.

    Returns
    -------
    Reconciliation
        Adjusted values, errors, adjustments and a test.

    Raises
    ------
    DataError
        If labels differ, values are no numbers, or the covariance is none.
    BalanceError
        If fixed values contradict an identity.
    ConvergenceError
        If identities that are not linear do not settle.

    Notes
    -----
    Stone, Champernowne and Meade (1942), Review of Economic Studies 9(2); Byron (1978), Journal
    of the Royal Statistical Society A 141(3).

    Examples
    --------
    >>> made = reconcile(
    ...     pd.Series({"core": 0.44, "integration": 1.00, "total": 1.42}),
    ...     ["total = core + integration"],
    ...     std_errors=pd.Series({"core": 0.01, "integration": 0.10, "total": 0.0}),
    ... )
    >>> made.adjusted.round(4).to_dict()
    {'core': 0.4398, 'integration': 0.9802, 'total': 1.42}
    """
    if not isinstance(estimates, pd.Series):
        raise DataError(
            f"estimates: expected a Series label -> value, got {type(estimates).__name__}"
        )
    strange = [label for label in estimates.index if not isinstance(label, str) or "`" in label]
    if strange:
        raise DataError(f"estimates: label {strange[0]!r} must be a text without backticks")
    values = _numbers(estimates, "estimates").rename("estimate")
    spread = _checked_covariance(values.index, std_errors, covariance)
    if not isinstance(fixed, str | list | tuple | set | frozenset | pd.Index | dict):
        raise DataError(f"fixed: expected labels, got {shown(fixed)}")
    held = [fixed] if isinstance(fixed, str) else list(fixed)
    for label in held:
        if not isinstance(label, str) or label not in values.index:
            raise _unknown("fixed", label, values.index)
    free = ~values.index.isin(held)
    spread = spread * np.outer(free, free)
    rules = _read_identities(identities, list(values.index))
    made = _solve(values, spread, rules)
    return _result(values, spread, rules, made)


def _checked_covariance(labels: pd.Index, std_errors: Any, covariance: Any) -> np.ndarray:
    """Return the covariance matrix in the order of the labels."""
    if (std_errors is None) == (covariance is None):
        raise DataError("reconcile: give either std_errors= or covariance=, and not both")
    if covariance is None:
        if not isinstance(std_errors, pd.Series):
            raise DataError("std_errors: expected a Series label -> standard error")
        order = places_of(std_errors.index, labels, "std_errors")
        sigma = finite_numbers(std_errors, "std_errors")[order]
        if (sigma < 0).any():
            label = labels[int(np.argmin(sigma))]
            raise DataError(f"std_errors: {sigma.min():g} of {label!r} is below 0")
        return np.asarray(np.diag(sigma**2))
    if not isinstance(covariance, pd.DataFrame):
        raise DataError("covariance: expected a DataFrame label x label")
    rows = places_of(covariance.index, labels, "covariance, rows")
    columns = places_of(covariance.columns, labels, "covariance, columns")
    frame = covariance.iloc[rows, columns]
    matrix = np.column_stack([finite_numbers(frame[c], f"covariance, {c!r}") for c in labels])
    return _semidefinite(matrix, labels)


def _read_identities(identities: Any, labels: Sequence[Any]) -> list[Identity]:
    """Return the identities, from texts or from a frame of coefficients."""
    if isinstance(identities, pd.DataFrame):
        for column in identities.columns:
            if column not in labels:
                raise _unknown("identities", column, labels)
        rules = []
        for name, row in identities.iterrows():
            numbers = _numbers(row, f"identities, row {name!r}")
            terms = [f"{value!r} * `{label}`" for label, value in numbers.items() if value != 0]
            if not terms:
                raise DataError(f"identities, row {name!r}: every coefficient is 0")
            rule = parse_identity(f"{' + '.join(terms)} = 0", labels)
            rules.append(replace(rule, text=str(name)))
        if not rules:
            raise DataError(
                "identities: the frame has no row; without identities nothing is adjusted"
            )
        return rules
    if isinstance(identities, str):
        texts = [identities]
    elif isinstance(identities, Sequence):
        texts = list(identities)
    else:
        raise DataError("identities: expected texts with '=' or a frame of coefficients")
    if not texts:
        raise DataError("identities: give at least one; without identities nothing is adjusted")
    return [parse_identity(text, labels) for text in texts]


def _solve(values: pd.Series, spread: np.ndarray, rules: Sequence[Identity]) -> Adjustment:
    """Hand the identities to the numerics as functions of an array."""
    labels = list(values.index)

    def residual(x: np.ndarray) -> np.ndarray:
        named = dict(zip(labels, x, strict=True))
        return np.array([float(rule.residual(named)) for rule in rules])

    def jacobian(x: np.ndarray) -> np.ndarray:
        named = dict(zip(labels, x, strict=True))
        return np.stack([rule.gradient(named, labels) for rule in rules])

    start = values.to_numpy()
    first, slope = residual(start), jacobian(start)
    bad = np.flatnonzero(~(np.isfinite(first) & np.isfinite(slope).all(axis=1)))
    if len(bad):
        raise DataError(
            f"identity {rules[int(bad[0])].text!r} has no finite value at the estimates (a "
            "division by zero?); write it without divisions"
        )
    return adjust(start, spread, residual, jacobian, names=[repr(rule.text) for rule in rules])


def _result(
    values: pd.Series, spread: np.ndarray, rules: Sequence[Identity], made: Adjustment
) -> Reconciliation:
    from scipy.special import chdtrc

    index = values.index
    adjusted = pd.Series(made.values, index, name="adjusted")
    before = dict(zip(map(str, index), values.to_numpy(), strict=True))
    after = dict(zip(map(str, index), made.values, strict=True))
    residuals = pd.DataFrame(
        {
            "before": [float(rule.residual(before)) for rule in rules],
            "after": [float(rule.residual(after)) for rule in rules],
        },
        index=[rule.text for rule in rules],
    )
    error = np.sqrt(np.maximum(np.diag(made.covariance), 0.0))
    sigma = np.sqrt(np.diag(spread))
    return Reconciliation(
        estimates=values,
        adjusted=adjusted,
        std_errors_before=pd.Series(sigma, index, name="std_error_before"),
        std_errors=pd.Series(error, index, name="std_error"),
        covariance=pd.DataFrame(made.covariance, index, index),
        residuals=residuals,
        fixed=tuple(str(label) for label in index[sigma == 0]),
        statistic=made.statistic,
        pvalue=float(chdtrc(made.rank, made.statistic)) if made.rank else float("nan"),
        dof=made.rank,
        iterations=made.iterations,
    )


def _unknown(name: str, label: Any, labels: Iterable[Any]) -> DataError:
    """Return the error for a label that no estimate has."""
    hint = nearest(str(label), labels)
    return DataError(f"{name}: no estimate is called {shown(label)}{hint and ';' + hint}")


def _numbers(series: pd.Series, name: str) -> pd.Series:
    """Return finite floats under unique labels, or name the first that is none."""
    check_unique(series.index, f"{name}: label")
    return pd.Series(finite_numbers(series, name), series.index)


def _semidefinite(matrix: np.ndarray, labels: pd.Index) -> np.ndarray:
    """Refuse a matrix that is not symmetric, or no covariance at all."""
    variance = np.diag(matrix)
    if (variance < 0).any():
        raise DataError(
            f"covariance: the variance of {labels[int(np.argmin(variance))]!r} is below 0"
        )
    size = np.sqrt(np.outer(variance, variance))
    skew = np.abs(matrix - matrix.T) > _SYMMETRIC * np.maximum(size, np.abs(matrix))
    if skew.any():
        row, column = np.argwhere(skew)[0]
        raise DataError(f"covariance: {labels[row]!r} with {labels[column]!r} is not symmetric")
    scale = np.where(variance > 0, np.sqrt(variance), 1.0)
    roots = np.linalg.eigvalsh(matrix / np.outer(scale, scale))
    if roots.min() < -_SYMMETRIC * len(labels):
        raise DataError(
            "covariance: not positive semidefinite (a correlation beyond 1 or a contradiction "
            "between correlations); check the off-diagonal values"
        )
    return np.asarray((matrix + matrix.T) / 2)
