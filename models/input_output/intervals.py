"""Intervals of multipliers and extractions under uncertain coefficients and weights.

First order by exact derivatives, or Monte Carlo with lognormal coefficients and beta weights, each
draw by a low-rank update of the inverse (:mod:`quesnay.fitting.tables.extraction`).
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import choice, confidence_level, make_generator, percent, whole
from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.extraction import (
    REMOVING,
    Kind,
    Perturbed,
    extraction_gradient,
    lognormal_factors,
    loss_variance,
    multiplier_variance,
    pulls,
    removal,
)
from quesnay.fitting.tables.leontief import inverted
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.extraction import chains, check_kind, read_weights
from quesnay.models.input_output.validation import Cells, aligned, read_cells

_LARGEST = 100.0  # a coefficient known only to a hundred times itself is not known
LOSSES = ("output_loss", "value_added_loss")
ACCOUNTS = ("output", "value_added")
_SPREAD = "Errors of the coefficients are independent"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Intervals(Tabular):
    """Estimates with the intervals that errors of the table give them.

    Parameters
    ----------
    estimates : DataFrame
        estimate (at the table as it is), standard_error, low, high.
    level : float
        Probability the interval holds.
    method : str
        "first_order" or "monte_carlo".
    what : str
        Of what, with its unit.
    notes : tuple of str
        What is uncertain, and how.
    """

    estimates: pd.DataFrame
    level: float
    method: str
    what: str
    notes: tuple[str, ...]

    def tables(self) -> tuple[Table, ...]:
        """Return the estimates with their intervals."""
        title = f"{self.what}, {percent(self.level)} intervals"
        return (Table(title, self.estimates, self.notes),)


@dataclass(frozen=True, slots=True, eq=False)
class CoefficientErrors:
    """Relative standard errors of the input coefficients."""

    columns: npt.NDArray[np.intp]
    variation: Array
    coefficients: Array

    @property
    def variances(self) -> Array:
        """Variances of the coefficients, (n, g)."""
        out: Array = (self.variation * self.coefficients) ** 2
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """How intervals are made."""

    method: str
    level: float
    draws: int

    @property
    def tails(self) -> tuple[float, float]:
        """Probabilities below the two ends."""
        return (1 - self.level) / 2, (1 + self.level) / 2


def read_settings(method: Any, level: Any, draws: Any) -> Settings:
    """Check how intervals are to be made."""
    method = choice(method, ("first_order", "monte_carlo"), "method")
    return Settings(method, confidence_level(level), whole(draws, "draws", least=2))


def read_errors(engine: Engine, relative_error: Any) -> CoefficientErrors:
    """Read relative errors: one for all, one a buying sector, or one a cell."""
    b, what = engine.blocks, "relative_error"
    n = len(b.sectors)
    if np.isscalar(relative_error):
        values = np.broadcast_to(read_cells([relative_error], what).values, (n, n))
    elif isinstance(relative_error, Mapping):
        values = np.broadcast_to(engine.by_sector(relative_error, what), (n, n))
    else:
        values = _by_cell(read_cells(relative_error, what), b.sectors, what)
    if values.min() < 0:
        raise DataError(f"{what}: {values.min():.6g} is negative; expected 0 or more, 0.1 for 10 %")
    if values.max() > _LARGEST:
        raise DataError(f"{what}: {values.max():.6g} is too large; expected a share, 0.1 for 10 %")
    columns = np.flatnonzero(values.any(axis=0))
    A = b.flows[:, columns] * inverted(b.output)[columns]
    return CoefficientErrors(columns, np.array(values[:, columns]), A)


def _by_cell(cells: Cells, sectors: pd.Index, what: str) -> Array:
    """Spread one error a buying sector over its cells, or align one a cell."""
    n = len(sectors)
    if cells.values.shape not in {(n,), (n, n)}:
        raise DataError(
            f"{what}: shape {cells.values.shape}; expected {(n, n)}, {(n,)} or a number"
        )
    values = np.array(cells.values)
    labels = [cells.rows] if values.ndim == 1 else [cells.rows, cells.columns]
    for axis, given in enumerate(labels):
        order = aligned(given, sectors, what)
        values = values if order is None else np.take(values, order, axis=axis)
    return np.broadcast_to(values, (n, n))


def perturbed(errors: CoefficientErrors, rows: Array, rng: np.random.Generator) -> Perturbed:
    """Draw coefficients and return the table changed by them."""
    factors = lognormal_factors(errors.variation, rng)
    return Perturbed(rows, errors.coefficients * (factors - 1.0))


class BetaWeights:
    """Weights between 0 and 1 with given means and standard errors."""

    __slots__ = ("_a", "_b", "_free", "_shares")

    def __init__(self, shares: Array, spread: Array) -> None:
        self._shares, self._free = shares, spread > 0
        w, s = shares[self._free], spread[self._free]
        strength = w * (1.0 - w) / s**2 - 1.0
        self._a, self._b = w * strength, (1.0 - w) * strength

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Return draws, (count, g)."""
        out = np.repeat(self._shares[None], count, axis=0)
        out[:, self._free] = rng.beta(self._a, self._b, size=(count, len(self._a)))
        return out


def beta_weights(
    engine: Engine, places: npt.NDArray[np.intp], shares: Array, error: Any
) -> tuple[Array, BetaWeights]:
    """Read standard errors of weights and prepare their beta distributions."""
    spread = np.zeros(len(engine.blocks.sectors))
    if error is not None:
        spread = engine.by_sector(error, "weight_error")
    outside = np.flatnonzero(np.delete(spread, places))
    if len(outside):
        sector = np.delete(engine.blocks.sectors.to_numpy(), places)[outside[0]]
        raise DataError(f"weight_error: sector {sector!r} is not extracted; give it a weight")
    own = spread[places]
    limit = np.sqrt(shares * (1.0 - shares))
    bad = np.flatnonzero((own < 0) | ((own > 0) & (own >= limit)))
    if len(bad):
        k = bad[0]
        raise DataError(
            f"weight_error: sector {engine.blocks.sectors[places[k]]!r} has {own[k]:.6g}; a share "
            f"of {shares[k]:.4g} can have a standard error from 0 to below {limit[k]:.4g}"
        )
    return own, BetaWeights(shares, own)


def _with_ends(
    estimate: Array, errors: Array, settings: Settings, labels: pd.Index
) -> pd.DataFrame:
    """Return estimates with normal intervals of standard errors, or percentiles of draws."""
    if errors.ndim == 1:
        half = float(ndtri(settings.tails[1])) * errors
        spread, low, high = errors, estimate - half, estimate + half
    else:
        spread = errors.std(axis=0, ddof=1)
        low, high = np.quantile(errors, settings.tails, axis=0)
    frame = {"estimate": estimate, "standard_error": spread, "low": low, "high": high}
    return pd.DataFrame(frame, labels)


def multiplier_intervals(
    engine: Engine, account: Hashable, relative_error: Any, settings: Settings, seed: Any
) -> Intervals:
    """Return multipliers with intervals; see the table's method."""
    errors = read_errors(engine, relative_error)
    effects = engine.effects(account)
    rows = engine.rows(errors.columns)
    if settings.method == "first_order":
        draws = np.sqrt(multiplier_variance(effects, errors.variances, rows))
        how = f"{_SPREAD}; first order."
    else:
        rng = make_generator(seed)
        both = np.stack([effects, engine.effects("output")])
        draws = np.empty((settings.draws, len(effects)))
        for k in range(settings.draws):
            drawn = perturbed(errors, rows, rng).effects(both)
            _productive(drawn[1], effects=both[1])
            draws[k] = drawn[0]
        how = f"{_SPREAD}, lognormal with mean at the table; {settings.draws} draws."
    frame = _with_ends(effects, draws, settings, engine.blocks.sectors)
    return Intervals(frame, settings.level, settings.method, f"Multipliers of {account!r}", (how,))


def extraction_intervals(
    engine: Engine,
    group: tuple[Any, str],
    errors: tuple[Any, Any],
    settings: Settings,
    seed: Any,
) -> Intervals:
    """Return the losses of an extraction with intervals; see the table's method."""
    places, shares = read_weights(engine, group[0])
    problem = _Extraction(engine, places, shares, check_kind(group[1]))
    known = read_errors(engine, errors[0])
    if problem.kind == "forward" and len(known.columns):
        raise DataError("kind='forward' takes uncertain weights only: leave relative_error at 0")
    spread, beta = beta_weights(engine, places, shares, errors[1])
    if settings.method == "first_order":
        draws = np.sqrt(problem.variance(known, spread))
        how = "First order; errors independent."
    else:
        draws = problem.draws(known, beta, settings.draws, seed)
        how = f"Coefficients lognormal, weights beta, all independent; {settings.draws} draws."
    frame = _with_ends(problem.losses(shares[None])[0], draws, settings, pd.Index(LOSSES))
    names = ", ".join(str(engine.blocks.sectors[k]) for k in places[:8])
    more = ", ..." if len(places) > 8 else ""
    what = f"Losses from extracting {names}{more} ({problem.kind})"
    return Intervals(frame, settings.level, settings.method, what, (how,))


class _Extraction:
    """One extraction as a function of its weights and of the coefficients."""

    def __init__(
        self, engine: Engine, places: npt.NDArray[np.intp], shares: Array, kind: Kind
    ) -> None:
        self.engine, self.places, self.shares, self.kind = engine, places, shares, kind
        self.x = engine.blocks.output
        self.K = chains(engine, places, kind)
        self.unit = np.stack([np.ones(len(self.x)), engine.per_output("value_added")])
        self.ahead = self.unit @ self.K

    def losses(self, weights: Array) -> Array:
        """Return output and value added lost, (draws, 2)."""
        places = self.places
        pull = pulls(self.K[places], self.x[places], weights, self.kind)
        out: Array = pull.through @ self.ahead.T + pull.direct @ self.unit[:, places].T
        return out

    def variance(self, errors: CoefficientErrors, spread: Array) -> Array:
        """Return first-order variances of both losses, (2,)."""
        places, shares = self.places, self.shares
        pull = pulls(self.K[places], self.x[places], shares[None], self.kind)
        s = shares * (2 - shares) if self.kind == "total" else shares
        u = np.asarray(np.linalg.solve(np.eye(len(s)) + self.K[places] * s, self.x[places]), float)
        out = np.zeros(2)
        for row in range(2):
            pair = np.stack([self.ahead[row], self.unit[row, places]])
            slope = extraction_gradient(self.K[places], pair, shares, u, kind=self.kind)
            out[row] = float(slope**2 @ spread**2)
            if len(errors.columns):
                out[row] += self._from_coefficients(errors, row, s, pull.through[0])
        return out

    def _from_coefficients(
        self, errors: CoefficientErrors, row: int, s: Array, through: Array
    ) -> float:
        effects = self.engine.effects(ACCOUNTS[row])
        worth = self.unit[row].copy()
        if self.kind in REMOVING:
            worth[self.places] *= 1.0 - self.shares
        pushed = self.engine.factors.rows(worth[None])[0]
        rows = self.engine.rows(self.places)
        shrink = (self.places, s, through)
        before = (effects, self.x)
        left = removal(before, (worth, pushed), shrink, rows=rows, chains=self.K)
        return loss_variance(before, left, errors.variances, errors.columns)

    def draws(
        self, errors: CoefficientErrors, weights: BetaWeights, count: int, seed: Any
    ) -> Array:
        """Return losses under drawn weights and coefficients, (draws, 2)."""
        rng = make_generator(seed)
        drawn = weights.draw(count, rng)
        if not len(errors.columns):
            return self.losses(drawn)
        rows, own = self.engine.rows(errors.columns), self.engine.rows(self.places)
        effects = np.stack([self.engine.effects(account) for account in ACCOUNTS])
        solved = np.column_stack([self.K[errors.columns], self.x[errors.columns]])
        inside = errors.columns[:, None] == self.places
        solved[:, :-1] += inside
        out = np.empty((count, 2))
        for k in range(count):
            step = perturbed(errors, rows, rng).step(solved)
            gain, ahead = own @ step, effects @ step
            corner = self.K[self.places] + gain[:, :-1]
            x = self.x[self.places] + gain[:, -1]
            _productive(self.ahead[0] + ahead[0, :-1], effects=self.ahead[0])
            pull = pulls(corner, x, drawn[k][None], self.kind)
            out[k] = (self.ahead + ahead[:, :-1]) @ pull.through[0]
            out[k] += self.unit[:, self.places] @ pull.direct[0]
        return out


def _productive(drawn: Array, *, effects: Array) -> None:
    """Refuse a draw whose economy uses up more than it makes: its effects would turn negative."""
    if effects.min(initial=0.0) >= 0 > drawn.min(initial=0.0):
        raise DataError(
            "a draw of the coefficients is not productive: errors are too large; lower "
            "relative_error or let fewer sectors be uncertain"
        )
