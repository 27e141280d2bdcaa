"""Whether a coefficient is what it is named after: omitted variables, chance, single groups.

**Oster's bound.** Let y be the outcome, x the regressor and W the controls, the absorbed effects,
intercept and `fixed` terms taken out of all of them. The short regression ``y ~ x`` gives b0 and
R0, the long one ``y ~ x + W`` gives b1 and R1 (R2 of what the effects leave: within). With
``sy = var(y)``, ``sx = var(x)``, ``t = var(x | W)`` and the hypothetical ``Rmax``, the coefficient
is ``b1 - v``, v a root of Oster's (2019, Journal of Business & Economic Statistics 37, proposition
2) cubic

    d (Rmax - R1) sy (b0 - b1) sx
    + v [d (Rmax - R1) sy (sx - t) - (R1 - R0) sy t - sx t (b0 - b1)^2]
    + v^2 (d - 2) t (b0 - b1) sx
    + v^3 (d - 1) (t sx - t^2)  =  0,

where d says how much stronger selection on what is not observed is than on the controls. Of the
roots those count under which the controls' index still varies with x in the direction that is seen
(her assumption 3): ``sx (b0 - b1) + v (sx - t)`` has the sign of ``b0 - b1``. The approximation
``b1 - d (b0 - b1) (Rmax - R1) / (R1 - R0)`` is her equation (3).

**A placebo that keeps scale.** The regressor is split into what the kept effects and the scale of
the row explain and a rest; the rest is dealt anew among the rows of a group and the equation
estimated again. What such a made-up input earns, the size of the row earns, not the input.

**Leaving one out.** An estimate without each province, sector or year says whether it hangs on one.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.checks import as_tuple, check_draws, is_number, make_generator, refuse_unknown
from quesnay.fitting.errors import DataError, EstimationError, QuesnayError, shown, suggestion
from quesnay.fitting.regression.fixed_effects import weighed
from quesnay.models.display.table import Table, Tabular
from quesnay.models.regression.columns import group_column
from quesnay.models.regression.panel import fit_panel
from quesnay.models.regression.result import PanelFit
from quesnay.models.uncertainty.bootstrap import units_of
from quesnay.models.uncertainty.running import Guarded, estimate_of, values_of

if TYPE_CHECKING:
    from quesnay.fitting.checks import Seed

_R_MULTIPLE = 1.3  # Oster's: nine of ten randomised results survive it
_REAL = 1e-7  # imaginary part, as a share of the root, that rounding leaves of a double root
_GAIN = 1e-12  # of R2 by controls that is rounding
_SAME = 1e-6  # share of the controls' index left; with a single control one root is exactly none
_CHUNK = 100  # made-up regressors that are absorbed at once


@dataclass(frozen=True, slots=True, repr=False)
class OsterBounds(Tabular):
    """A coefficient between its estimate and what equal selection on unobservables would leave.

    Parameters
    ----------
    term : str
        The coefficient.
    short, long : float
        Estimates without and with controls.
    r2_short, r2_long : float
        R2 of both, of the variation that effects and fixed terms leave.
    r2_max : float
        R2 that the regression would have with everything in it.
    delta : float
        Selection on unobservables relative to that on controls.
    bound : float
        The coefficient then: of the roots of the cubic that keep the direction of selection on the
        controls, the one nearest to `long`.
    roots : tuple of float
        All real roots, as coefficients, the nearest first.
    approximate : float
        The linear approximation.
    delta_zero : float
        Relative selection at which nothing would be left of the coefficient.
    """

    term: str
    short: float
    long: float
    r2_short: float
    r2_long: float
    r2_max: float
    delta: float
    bound: float
    roots: tuple[float, ...]
    approximate: float
    delta_zero: float

    @property
    def interval(self) -> tuple[float, float]:
        """The identified set: from the bound to the estimate, in order."""
        return min(self.bound, self.long), max(self.bound, self.long)

    def tables(self) -> tuple[Table, ...]:
        """Return both estimates, the bound and the selection that would leave nothing."""
        frame = pd.DataFrame(
            {
                "coefficient": [self.short, self.long, self.approximate, self.bound],
                "R\u00b2": [self.r2_short, self.r2_long, self.r2_max, self.r2_max],
            },
            index=["without controls", "with controls", "bound, approximate", "bound, exact"],
        )
        low, high = self.interval
        notes = [
            f"Selection on unobservables {self.delta:g} times that on the controls; R\u00b2 of "
            "what effects and fixed terms leave.",
            f"Identified set [{low:.3f}, {high:.3f}]; nothing is left at a relative selection "
            f"of {self.delta_zero:.2f}.",
        ]
        if len(self.roots) > 1:
            others = ", ".join(f"{root:.3f}" for root in self.roots if root != self.bound)
            notes.append(f"The cubic equation of the bound has further roots: {others}.")
        title = f"Omitted variables: Oster's bound of {self.term}"
        return (Table(title, frame, tuple(notes), {"coefficient": ".4f", "R\u00b2": ".3f"}),)


@dataclass(frozen=True, slots=True, repr=False)
class ScalePlacebo(Tabular):
    """What made-up inputs of the same scale earn in the same equation.

    Parameters
    ----------
    term : str
        The coefficient.
    estimate, std_error : float
        Of the regressor itself.
    made_up : ndarray (draws,)
        Of the made-up ones.
    groups : str
        Within which the rests were dealt anew.
    scale : tuple of str
        What stands for the size of a row.
    """

    term: str
    estimate: float
    std_error: float
    made_up: Array
    groups: str
    scale: tuple[str, ...]

    @property
    def share_reaching(self) -> float:
        """Share of made-up inputs whose coefficient is at least the estimate's, on its side."""
        side = 1.0 if self.estimate >= 0 else -1.0
        return float(np.mean(side * self.made_up >= side * self.estimate))

    @property
    def p_value(self) -> float:
        """One-sided p-value, ``(1 + hits) / (1 + draws)`` (Phipson and Smyth 2010)."""
        draws = len(self.made_up)
        return (1 + round(self.share_reaching * draws)) / (1 + draws)

    def tables(self) -> tuple[Table, ...]:
        """Return the estimate beside the made-up inputs."""
        low, high = np.quantile(self.made_up, [0.025, 0.975])
        frame = pd.DataFrame(
            {
                "coefficient": [self.estimate, float(self.made_up.mean())],
                "std_error": [self.std_error, float(self.made_up.std(ddof=1))],
                "low": [np.nan, low],
                "high": [np.nan, high],
            },
            index=[self.term, f"{len(self.made_up)} made-up inputs of equal scale"],
        )
        notes = (
            f"{self.share_reaching:.0%} of the made-up inputs reach the estimate "
            f"(p = {self.p_value:.3f}).",
            f"Made up: what effects and {', '.join(self.scale)} explain of {self.term}, and the "
            f"rest of another row of the same {self.groups.replace(':', ' and ')}.",
        )
        title = f"Placebo that keeps scale: {self.term}"
        return (Table(title, frame, notes, dict.fromkeys(frame.columns, ".4f")),)


def oster_bounds(
    formula: str,
    data: pd.DataFrame,
    *,
    term: str,
    absorb: str | Sequence[str] = (),
    fixed: str | Sequence[str] = (),
    weights: str | None = None,
    delta: float = 1.0,
    r2_max: float | None = None,
) -> OsterBounds:
    """Bound a coefficient by how far the controls moved it (Oster 2019).

    Parameters
    ----------
    formula : str
        The long regression, such as ``"ln_va ~ ln_ict + ln_k + ln_l"``.
    data : DataFrame
        Observations.
    term : str
        The coefficient; the other terms are the controls that the short regression leaves out.
    absorb : str or sequence of str
        Fixed effects, in both regressions.
    fixed : str or sequence of str
        Terms that stay in both regressions and say nothing about selection.
    weights : str, optional
        Column of weights.
    delta : float, default 1.0
        Selection on unobservables relative to that on the controls; 1 is equal selection.
    r2_max : float, optional
        R2 with everything in the equation, of the variation that effects and fixed terms leave;
        by default 1.3 times that of the long regression, at most 1.

    Returns
    -------
    OsterBounds
        Estimates, exact bound, approximation, the selection that leaves nothing.

    Raises
    ------
    DataError
        If a term is unknown, `delta` is no number, or `r2_max` lies outside ``[R2 long, 1]``.
    EstimationError
        If no control is left, or controls do not move R2.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> w, u = rng.normal(size=(2, 500))
    >>> x = w + u
    >>> data = pd.DataFrame({"x": x, "w": w, "y": x + w + rng.normal(size=500)})
    >>> result = oster_bounds("y ~ x + w", data, term="x")
    >>> round(result.short, 2), round(result.long, 2), round(result.bound, 2)
    (1.54, 0.97, -0.13)
    """
    if not is_number(delta):
        raise DataError(f"oster_bounds: delta must be a number, got {shown(delta)}")
    fit = fit_panel(formula, data, absorb=absorb, weights=weights, covariance="classical")
    kept = (fixed,) if isinstance(fixed, str) else as_tuple(fixed, "fixed")
    return bounds_of(fit, term, kept, delta=float(delta), r2_max=r2_max)


def bounds_of(
    fit: PanelFit,
    term: str,
    kept: tuple[str, ...] = (),
    *,
    delta: float = 1.0,
    r2_max: float | None = None,
) -> OsterBounds:
    """Bound a coefficient of a long regression; see :func:`oster_bounds`."""
    for name in (term, *kept):
        _check_term(name, fit)
    stay = [name in kept or name == "Intercept" for name in fit.names]
    controls = [not mine and name != term for name, mine in zip(fit.names, stay, strict=True)]
    if not any(controls):
        raise EstimationError(
            f"oster_bounds: {fit.formula!r} has no control beside {term!r}: add some"
        )
    y, X = _within(fit)
    y, x, W = (
        _partial(values, X[:, stay]) for values in (y, X[:, fit.names.index(term)], X[:, controls])
    )
    return _bounded(y, x, W, term, delta=delta, r2_max=r2_max)


def scale_placebo(
    formula: str,
    data: pd.DataFrame,
    *,
    term: str,
    scale: str | Sequence[str],
    groups: str,
    keep: str | Sequence[str] = (),
    absorb: str | Sequence[str] = (),
    cluster: str | Sequence[str] | None = None,
    weights: str | None = None,
    draws: int = 999,
    seed: "Seed" = 0,
) -> ScalePlacebo:
    """Estimate an equation with made-up inputs that have the scale of the true one.

    Parameters
    ----------
    formula : str
        The equation; `term` stands in it once, as a plain column.
    data : DataFrame
        Observations.
    term : str
        The regressor that is made up.
    scale : str or sequence of str
        Columns that stand for the size of a row, such as ln(other inputs); need not be in the
        formula.
    groups : str
        Column, or ``"a:b"``, within whose groups the rests are dealt anew, such as
        ``"sector:year"``.
    keep : str or sequence of str
        Further effects that the made-up input keeps beside those of `groups`, such as
        ``"province:year"``.
    absorb, cluster, weights
        As in `fit_panel`.
    draws : int, default 999
        Made-up inputs.
    seed : int, SeedSequence or Generator, default 0
        Random numbers.

    Returns
    -------
    ScalePlacebo
        The estimate and those of the made-up inputs.

    Raises
    ------
    DataError
        If a column is unknown or `term` stands in several terms.
    EstimationError
        If `draws` is below one or the equation cannot be estimated.

    Notes
    -----
    ``x = effects + g'scale + r``, least squares; a made-up input is ``x - r + r'``, r' the rests of
    the rows of a group in random order. Rows with a gap in any column used are left out first.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> size, x, e = rng.normal(size=(3, 400))
    >>> data = pd.DataFrame({"g": np.arange(400) % 8, "size": size, "x": size + x, "y": size + e})
    >>> result = scale_placebo("y ~ x", data, term="x", scale="size", groups="g", draws=99)
    >>> round(float(result.made_up.mean()), 1)  # what x earns, its scale earns
    0.5
    """

    def fit(rows: pd.DataFrame) -> PanelFit:
        return fit_panel(formula, rows, absorb=absorb, cluster=cluster, weights=weights)

    rows = data.reset_index(drop=True)
    return deal_anew(
        fit, rows, term=term, scale=scale, groups=groups, keep=keep, draws=draws, seed=seed
    )


def deal_anew(
    equation: Callable[[pd.DataFrame], PanelFit],
    data: pd.DataFrame,
    *,
    term: str,
    scale: str | Sequence[str],
    groups: str,
    keep: str | Sequence[str],
    draws: int,
    seed: "Seed",
) -> ScalePlacebo:
    """Estimate an equation with made-up inputs, see `scale_placebo`; labels of rows are unique."""
    check_draws(draws, least=1)
    group_column(data, groups, "groups")
    sizes = (scale,) if isinstance(scale, str) else as_tuple(scale, "scale")
    refuse_unknown((term, *sizes), data.columns, "scale_placebo: data has no column")
    rows = data.dropna(subset=[term, *sizes])
    fit = equation(rows)
    _check_term(term, fit)
    others = [name for name in fit.names if name != term and term in re.split(r"\W+", name)]
    if others:
        raise DataError(
            f"scale_placebo: {term!r} stands in {others[0]!r} too; a made-up input replaces one "
            "plain column: leave the other term out"
        )
    used = rows.loc[fit.index]
    kept = (keep,) if isinstance(keep, str) else as_tuple(keep, "keep")
    rest = _beside(used, term, sizes, tuple(dict.fromkeys((groups, *kept))))
    explained = (used[term].to_numpy(float) - rest)[:, None]
    codes = group_column(used, groups, "groups").codes
    rng, made_up = make_generator(seed), []
    for start in range(0, draws, _CHUNK):
        dealt = _dealt(rest, codes, rng, min(_CHUNK, draws - start))
        made_up.append(_coefficients(fit, term, explained + dealt))
    estimate, error = float(fit.params[term]), float(fit.std_errors[term])
    return ScalePlacebo(term, estimate, error, np.concatenate(made_up), groups, sizes)


def _beside(
    rows: pd.DataFrame, term: str, sizes: tuple[str, ...], effects: tuple[str, ...]
) -> Array:
    """Return what neither scale nor the kept effects explain of a column."""
    formula, rule = f"{term} ~ {' + '.join(sizes)}", "classical"
    fit = fit_panel(formula, rows, absorb=effects, covariance=rule, singletons="keep")
    return fit.resid.to_numpy(float)


def _dealt(rest: Array, codes: Codes, rng: np.random.Generator, draws: int) -> Array:
    """Deal the rests of each group among its rows, one column a draw."""
    order, dealt = np.argsort(codes, kind="stable"), np.empty((len(rest), draws))
    for column in dealt.T:
        column[order] = rest[np.lexsort((rng.random(len(rest)), codes))]
    return dealt


def _within(fit: PanelFit) -> tuple[Array, Array]:
    """Return outcome and design, effects taken out, rows times the root of their weights."""
    X = np.asarray(fit.regression.X, dtype=float)
    return X @ fit.estimate.coefficients + fit.estimate.residuals, X


def _partial(values: Array, columns: Array) -> Array:
    """Return the residuals of values on columns."""
    if not columns.shape[1]:
        return values
    return np.asarray(values - columns @ np.linalg.lstsq(columns, values, rcond=None)[0])


def _check_term(name: str, fit: PanelFit) -> None:
    if name not in fit.names:
        raise DataError(
            f"the regression {fit.formula!r} has no term {shown(name)};"
            f"{suggestion(name, fit.names)}"
        )


@dataclass(frozen=True, slots=True)
class _Cubic:
    """The short and the long regression in the letters of the cubic above, and Rmax."""

    sx: float
    t: float
    moved: float  # b0 - b1
    gained: float  # (R1 - R0) sy t
    room: float  # (Rmax - R1) sy

    def biases(self, delta: float) -> Array:
        """Return the real roots of the cubic, the smallest first."""
        cubic = np.polynomial.Polynomial(
            [
                delta * self.room * self.moved * self.sx,
                delta * self.room * (self.sx - self.t)
                - self.gained
                - self.sx * self.t * self.moved**2,
                (delta - 2.0) * self.t * self.moved * self.sx,
                (delta - 1.0) * (self.t * self.sx - self.t**2),
            ]
        )
        roots = cubic.trim().roots()
        real = roots[np.abs(roots.imag) <= _REAL * np.abs(roots)].real
        return np.asarray(real[np.argsort(np.abs(real))])

    def selection(self, bias: float) -> float:
        """Return the delta at which the bias solves the cubic."""
        third = bias**3 * (self.t * self.sx - self.t**2)
        second = bias**2 * self.t * self.moved * self.sx
        given = bias * (self.gained + self.sx * self.t * self.moved**2) + 2 * second + third
        needed = self.room * (self.moved * self.sx + bias * (self.sx - self.t))
        needed += second + third
        return given / needed if needed else float("inf")


def _bounded(
    y: Array, x: Array, W: Array, term: str, *, delta: float, r2_max: float | None
) -> OsterBounds:
    """Bound the coefficient of x beside W; all that is fixed has been taken out of them."""
    n = len(y)
    sy, sx = float(y @ y) / n, float(x @ x) / n
    left, e = _partial(x, W), _partial(y, np.column_stack([x, W]))
    t, short = float(left @ left) / n, float(x @ y) / (n * sx)
    r_short, r_long = short**2 * sx / sy, 1.0 - float(e @ e) / (n * sy)
    long, gain = float(left @ y) / (n * t), r_long - r_short
    top = min(_R_MULTIPLE * r_long, 1.0) if r2_max is None else r2_max
    if not is_number(top) or not r_long <= top <= 1.0:
        raise DataError(
            f"oster_bounds: r2_max={shown(top)} must lie between the R2 of the long regression, "
            f"{r_long:.4f}, and 1"
        )
    if not gain > _GAIN:
        raise EstimationError("oster_bounds: the controls explain nothing; name others")
    cubic = _Cubic(sx, t, short - long, gain * sy * t, (top - r_long) * sy)
    biases = cubic.biases(delta)
    same = 1.0 + biases * (sx - t) / (sx * cubic.moved) > _SAME
    if not same.any():
        raise EstimationError(
            f"oster_bounds: no coefficient of {term!r} fits delta {delta:g} and R2 "
            f"{top:.4f}: selection on the controls would change its direction; give a smaller "
            "delta or r2_max"
        )
    return OsterBounds(
        term=term,
        short=short,
        long=long,
        r2_short=r_short,
        r2_long=r_long,
        r2_max=float(top),
        delta=delta,
        bound=float(long - biases[same][0]),
        roots=tuple(float(long - bias) for bias in biases),
        approximate=long - delta * cubic.moved * (top - r_long) / gain,
        delta_zero=cubic.selection(long),
    )


def _coefficients(fit: PanelFit, term: str, made_up: Array) -> Array:
    """Return the coefficient of every made-up column in place of the term (Frisch and Waugh)."""
    y, X = _within(fit)
    others = np.delete(X, fit.names.index(term), axis=1)
    absorber = fit.regression.absorber
    block = made_up if absorber is None else absorber.residualise(made_up)
    block = _partial(weighed(block, fit.regression.weights), others)
    return np.asarray((y @ block) / (block**2).sum(axis=0))


@dataclass(frozen=True, slots=True, repr=False)
class LeaveOneOut(Tabular):
    """An estimate without each group in turn.

    Parameters
    ----------
    estimate : Series
        With all groups.
    left_out : DataFrame
        Index: the group left out; one column a statistic.
    failures : dict of str to str
        Group -> why the statistic failed without it.
    by : str
        What the groups are.
    """

    estimate: pd.Series
    left_out: pd.DataFrame
    failures: dict[str, str]
    by: str

    @property
    def change(self) -> pd.DataFrame:
        """Change of the statistic when each group is left out."""
        return self.left_out - self.estimate

    @property
    def std_errors(self) -> pd.Series:
        """Jackknife standard errors, ``sqrt((g - 1) / g sum (t_i - mean)^2)`` (CV3 of clusters)."""
        count = len(self.left_out)
        away = self.left_out - self.left_out.mean()
        return ((count - 1) / count * (away**2).sum()).pow(0.5).rename("std_error")

    def tables(self) -> tuple[Table, ...]:
        """Return the range of the estimates and the most influential groups."""
        low, high = self.left_out.idxmin(), self.left_out.idxmax()
        frame = pd.DataFrame(
            {
                "estimate": self.estimate,
                "jackknife_se": self.std_errors,
                "lowest": self.left_out.min(),
                "without": low.astype(str),
                "highest": self.left_out.max(),
                "without ": high.astype(str),
            }
        )
        notes = [f"{len(self.left_out)} groups of {self.by}, each left out once."]
        notes += [f"Without {name} it failed: {why}" for name, why in self.failures.items()]
        return (Table(f"Leaving out one {self.by} at a time", frame, tuple(notes)),)


def leave_one_out(
    statistic: Callable[[pd.DataFrame], Any], data: pd.DataFrame, *, by: str
) -> LeaveOneOut:
    """Compute a statistic without each group in turn.

    Parameters
    ----------
    statistic : callable
        ``statistic(data)`` returns a number, Series or mapping.
    data : DataFrame
        Observations.
    by : str
        Column of the groups.

    Returns
    -------
    LeaveOneOut
        Estimates, changes and jackknife errors. A group without which the statistic fails is
        counted and shown.

    Raises
    ------
    QuesnayError
        If the column is unknown or has gaps, there are fewer than three groups, or the statistic
        fails, or is not finite, on all of the data.

    Examples
    --------
    >>> frame = pd.DataFrame({"province": list("aabbcc"), "x": [1.0, 3, 2, 4, 9, 9]})
    >>> found = leave_one_out(lambda d: d["x"].mean(), frame, by="province")
    >>> found.left_out["value"].round(2).to_dict()
    {'a': 6.0, 'b': 5.5, 'c': 2.5}
    """
    units = units_of(data, by, "by")
    if units.count < 3:
        raise QuesnayError(f"leave_one_out: {units.count} groups of {by!r}; at least three needed")
    call = Guarded(statistic, "the statistic")
    first = call(data)
    labels, estimate = estimate_of(first, owner="the statistic")
    rows: dict[Any, Any] = {}
    failures: dict[str, str] = {}
    for place, name in enumerate(units.names):
        try:
            returned = call(data.take(np.sort(units.without(place))))
        except QuesnayError as error:
            failures[str(name)] = str(error)
            continue
        rows[name] = values_of(returned, labels, rows=1, owner="the statistic")[0]
    if not rows:
        raise QuesnayError(f"leave_one_out: every group failed: {next(iter(failures.values()))}")
    left_out = pd.DataFrame.from_dict(rows, orient="index", columns=labels).rename_axis(by)
    return LeaveOneOut(pd.Series(estimate, index=labels, name="estimate"), left_out, failures, by)
