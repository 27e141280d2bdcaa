"""Intervals of multipliers and of extractions under uncertain coefficients and weights."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.checks import make_generator
from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.extraction import REMOVING, Kind, pulls
from quesnay.fitting.tables.uncertainty import (
    extraction_gradient,
    loss_variance,
    multiplier_variance,
    removal,
)
from quesnay.models.input_output.drawing import (
    LOSSES,
    BetaWeights,
    beta_weights,
    normal_frame,
    percentile_frame,
    perturbed,
)
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.error_bands import (
    CoefficientErrors,
    Intervals,
    Settings,
    read_errors,
)
from quesnay.models.input_output.extraction import chains
from quesnay.models.input_output.weights import check_kind, read_weights

__all__ = ["extraction_intervals", "multiplier_intervals"]

Array = npt.NDArray[np.float64]

ACCOUNTS = ("output", "value_added")
_SPREAD = "Errors of the coefficients are independent"


def multiplier_intervals(
    engine: Engine, account: Hashable, relative_error: Any, settings: Settings, seed: Any
) -> Intervals:
    """Return multipliers with intervals; see the table's method.

    Parameters
    ----------
    engine, account, relative_error, settings, seed
        As in :meth:`InputOutputTable.multiplier_intervals`.

    Returns
    -------
    Intervals
        A row a sector.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.multiplier_intervals(relative_error=0.1).estimates["standard_error"].round(4).tolist()
    [0.0474, 0.045]
    """
    errors = read_errors(engine, relative_error)
    effects = engine.effects(account)
    rows = engine.rows(errors.columns)
    if settings.method == "first_order":
        spread = np.sqrt(multiplier_variance(effects, errors.variances, rows))
        frame = normal_frame(effects, spread, settings, engine.blocks.sectors)
        how = f"{_SPREAD}; first order."
    else:
        rng = make_generator(seed)
        both = np.stack([effects, engine.effects("output")])
        draws = np.empty((settings.draws, len(effects)))
        for k in range(settings.draws):
            drawn = perturbed(errors, rows, rng).effects(both)
            _productive(drawn[1], effects=both[1])
            draws[k] = drawn[0]
        frame = percentile_frame(effects, draws, settings, engine.blocks.sectors)
        how = f"{_SPREAD}, lognormal with mean at the table; {settings.draws} draws."
    return Intervals(frame, settings.level, settings.method, f"Multipliers of {account!r}", (how,))


def extraction_intervals(
    engine: Engine,
    group: tuple[Any, str],
    errors: tuple[Any, Any],
    settings: Settings,
    seed: Any,
) -> Intervals:
    """Return the losses of an extraction with intervals; see the table's method.

    Parameters
    ----------
    engine : Engine
        Numbers of the table.
    group : (weights, kind)
        What is extracted, and how.
    errors : (relative_error, weight_error)
        Of the coefficients, and of the weights.
    settings, seed
        As in :meth:`InputOutputTable.extraction_intervals`.

    Returns
    -------
    Intervals
        Rows output_loss and value_added_loss.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> found = table.extraction_intervals({1: 0.25}, weight_error={1: 0.05})
    >>> found.estimates["standard_error"].round(1).tolist()
    [151.9, 104.1]
    """
    places, shares = read_weights(engine, group[0])
    problem = _Extraction(engine, places, shares, check_kind(group[1]))
    known = read_errors(engine, errors[0])
    if problem.kind == "forward" and len(known.columns):
        raise DataError("kind='forward' takes uncertain weights only: leave relative_error at 0")
    spread, beta = beta_weights(engine, places, shares, errors[1])
    estimate, labels = problem.losses(shares[None])[0], pd.Index(LOSSES)
    if settings.method == "first_order":
        variance = problem.variance(known, spread)
        frame = normal_frame(estimate, np.sqrt(variance), settings, labels)
        how = "First order; errors independent."
    else:
        draws = problem.draws(known, beta, settings.draws, seed)
        frame = percentile_frame(estimate, draws, settings, labels)
        how = f"Coefficients lognormal, weights beta, all independent; {settings.draws} draws."
    names = ", ".join(str(engine.blocks.sectors[k]) for k in places[:8])
    what = f"Losses from extracting {names} ({problem.kind})"
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
        state = removal((effects, self.x), (worth, pushed), shrink, rows=rows, chains=self.K)
        return loss_variance(state, errors.variances, errors.columns)

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
