"""Absorbing fixed effects: any number of them, exactly, with their true degrees of freedom."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.balanced_effects import BalancedEffects
from quesnay.fitting.regression.effects_system import EffectsSystem, build_system
from quesnay.fitting.regression.grouped import deviations

__all__ = ["Absorber", "absorb_effects", "find_singletons"]

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Absorber:
    """Takes the weighted means of one or more sets of groups out of any variable.

    Parameters
    ----------
    codes : (n,) array
        Group 0..G-1 of each row in the set with most groups.
    weights : (n,) array or None
        Weights of the rows; None where all are one.
    totals : (G,) array
        Sum of the weights by group.
    system : EffectsSystem, BalancedEffects or None
        The equations of the other sets once the first is eliminated.
    rank : int
        Degrees of freedom that the effects take (rank of their dummies).
    rank_is_exact : bool
        False where three or more very large sets make `rank` an upper bound.
    """

    codes: Codes
    weights: Array | None
    totals: Array
    system: EffectsSystem | BalancedEffects | None
    rank: int
    rank_is_exact: bool

    def residualise(self, values: Array) -> Array:
        """Return `values`, (n,) or (n, m), less their projection on the effects."""
        block = values[None] if values.ndim == 1 else values.T
        block = deviations(self.codes, block, self.totals, self.weights)
        if self.system is None or not self.system.rank:  # other sets add nothing to the first
            block = deviations(self.codes, block, self.totals, self.weights)  # means were rounded
        else:
            block = self.system.residualise(block)
        return block[0] if values.ndim == 1 else block.T

    def leverage(self) -> Array:
        """Return the diagonal of the projection on the (weighted) effects, (n,)."""
        own = (1.0 if self.weights is None else self.weights) / self.totals[self.codes]
        if self.system is None:
            return np.asarray(own)
        return np.asarray(own + self.system.leverage())


def absorb_effects(
    effects: Sequence[Codes], *, weights: Array | None = None, tolerance: float = 1e-12
) -> Absorber:
    """Prepare the absorption of sets of fixed effects.

    Parameters
    ----------
    effects : sequence of (n,) integer arrays
        Group codes 0..G-1 of each set, every code in use.
    weights : (n,) array, optional
        Positive weights.
    tolerance : float
        Relative residual at which the iteration for very many groups stops.

    Returns
    -------
    Absorber
        With `residualise`, `leverage` and the degrees of freedom.

    Raises
    ------
    EstimationError
        If no set is given or a code is negative.

    Notes
    -----
    The largest set is eliminated exactly (its dummies are orthogonal), and so is a second one
    that crosses it evenly. Else what the other sets add is a Schur complement with as many
    unknowns as they have groups. Up to 2,000 of them are solved directly by pivoted Cholesky,
    which also counts their rank. More are solved by conjugate gradients on the same equations
    (alternating projections accelerated; Correia, 2016), and the rank of two sets is then
    counted by the connected sets of their graph (Abowd, Creecy and Kramarz, 2002).

    Examples
    --------
    >>> unit, year = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> absorber = absorb_effects([unit, year])
    >>> absorber.residualise(np.array([1.0, 2, 3, 8])).round(9).tolist(), absorber.rank
    ([1.0, -1.0, -1.0, 1.0], 3)
    """
    if not effects:
        raise EstimationError("no fixed effects given: name at least one set")
    try:
        sums = [np.bincount(codes, weights) for codes in effects]
    except ValueError:
        sums = []
    if not sums or not all(total.size for total in sums):
        raise EstimationError("group codes of fixed effects must be 0 or more, one a row")
    order = sorted(range(len(effects)), key=lambda i: -sums[i].size)
    first, totals = effects[order[0]], sums[order[0]].astype(np.float64)
    if totals.min() <= 0.0:
        raise EstimationError("a group of the fixed effects has no rows or no weight: recode it")
    if len(effects) == 1:
        return Absorber(first, weights, totals, None, totals.size, True)
    system = build_system(
        first, [effects[i] for i in order[1:]], totals, weights=weights, tolerance=tolerance
    )
    return Absorber(first, weights, totals, system, totals.size + system.rank, system.rank_is_exact)


def find_singletons(effects: Sequence[Codes]) -> npt.NDArray[np.bool_]:
    """Return which rows are alone in a group, after the others like them are gone.

    Parameters
    ----------
    effects : sequence of (n,) integer arrays
        Group codes of each set of fixed effects.

    Returns
    -------
    (n,) boolean array
        True for rows that the effects fit perfectly and that say nothing about slopes.

    Notes
    -----
    Correia (2015), "Singletons, cluster-robust standard errors and fixed effects: a bad mix":
    removal repeats until no row is alone in any set.

    Examples
    --------
    >>> find_singletons([np.array([0, 0, 1, 2, 2])]).tolist()
    [False, False, True, False, False]
    """
    alone = np.zeros(effects[0].size, dtype=bool)
    if all(int(np.bincount(codes).min()) > 1 for codes in effects):
        return alone
    while True:
        fresh = np.zeros_like(alone)
        for codes in effects:
            sizes = np.bincount(codes[~alone], minlength=int(codes.max()) + 1)
            fresh |= ~alone & (sizes[codes] == 1)
        if not fresh.any():
            return alone
        alone |= fresh
