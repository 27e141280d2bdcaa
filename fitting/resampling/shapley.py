"""How much of a spread each categorical choice explains."""

import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Shares", "factor_shares"]

Array = NDArray[np.float64]
# 2 ** 12 subsets are solved in about a second; more factors take sampled orders instead.
_EXACT = 12
_ORDERS = 400


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the sum of squares, one a factor.

    Parameters
    ----------
    shapley : ndarray (factors,)
        Average gain in R squared over all orders; they add to `explained`.
    alone : ndarray (factors,)
        R squared of the factor alone.
    last : ndarray (factors,)
        Loss of R squared when the factor is dropped from all (type III).
    explained : float
        R squared of all main effects; the rest is interaction.
    """

    shapley: Array
    alone: Array
    last: Array
    explained: float


def factor_shares(values: Array, codes: NDArray[np.intp]) -> Shares:
    """Decompose the spread of values over categorical factors, whatever the design.

    The Shapley value of the R squared game (Lindeman, Merenda and Gold 1980; Kruskal 1987): each
    factor's gain averaged over the orders in which factors may enter. In a balanced design it is
    the ANOVA share; in an unbalanced one it still adds up and does not depend on an order.

    Parameters
    ----------
    values : ndarray (n,)
        Estimates.
    codes : ndarray (n, factors)
        Level of each factor, from 0.

    Returns
    -------
    Shares
        Shares of the total sum of squares; zero where the values do not differ.

    Examples
    --------
    >>> codes = np.array([[i, j] for i in range(2) for j in range(3)])
    >>> shares = factor_shares(3.0 * codes[:, 0] + codes[:, 1], codes)
    >>> shares.shapley.round(3), round(shares.explained, 3)
    (array([0.771, 0.229]), 1.0)
    """
    count = codes.shape[1]
    total = float(np.sum((values - values.mean()) ** 2))
    size = float(np.max(np.abs(values), initial=0.0))
    if count == 0 or total <= (1e-14 * max(size, 1e-300)) ** 2 * len(values):
        return Shares(np.zeros(count), np.zeros(count), np.zeros(count), 0.0)
    game = _Game(values, codes, total)
    everything = (1 << count) - 1
    alone = np.array([game.share(1 << k) for k in range(count)])
    full = game.share(everything)
    last = np.array([full - game.share(everything & ~(1 << k)) for k in range(count)])
    shapley = _exact(game, count) if count <= _EXACT else _sampled(game, count)
    return Shares(shapley, alone, last, full)


class _Game:
    """R squared of every set of factors, computed once."""

    def __init__(self, values: Array, codes: NDArray[np.intp], total: float) -> None:
        blocks = [_dummies(codes[:, k]) for k in range(codes.shape[1])]
        design = np.hstack(blocks) if blocks else np.zeros((len(values), 0))
        design = design - design.mean(axis=0)
        self._gram = design.T @ design
        self._right = design.T @ (values - values.mean())
        ends = np.cumsum([block.shape[1] for block in blocks])
        self._columns = [
            np.arange(end - block.shape[1], end) for end, block in zip(ends, blocks, strict=True)
        ]
        self._total = total
        self._known: dict[int, float] = {0: 0.0}

    def share(self, members: int) -> float:
        """Return the R squared of the factors whose bits are set."""
        if members not in self._known:
            chosen = [c for k, c in enumerate(self._columns) if members >> k & 1]
            columns = np.concatenate(chosen)
            right = self._right[columns]
            # Levels that never meet make dummies dependent: least squares takes any solution.
            answer = np.linalg.lstsq(self._gram[np.ix_(columns, columns)], right, rcond=1e-11)[0]
            self._known[members] = float(np.clip(right @ answer / self._total, 0.0, 1.0))
        return self._known[members]


def _dummies(codes: NDArray[np.intp]) -> Array:
    levels = np.unique(codes)
    return np.asarray(codes[:, None] == levels[1:], dtype=float)


def _exact(game: _Game, count: int) -> Array:
    weights = [1.0 / (count * math.comb(count - 1, size)) for size in range(count)]
    out = np.zeros(count)
    for members in range(1 << count):
        size = members.bit_count()
        for k in range(count):
            if not members >> k & 1:
                out[k] += weights[size] * (game.share(members | 1 << k) - game.share(members))
    return out


def _sampled(game: _Game, count: int) -> Array:
    """Average the gains over orders and their reverses, drawn with a fixed seed."""
    rng = np.random.default_rng(0)
    orders = [rng.permutation(count) for _ in range(_ORDERS // 2)]
    out = np.zeros(count)
    for order in itertools.chain(orders, (order[::-1] for order in orders)):
        members = 0
        for k in order:
            joined = members | 1 << int(k)
            out[k] += game.share(joined) - game.share(members)
            members = joined
    return out / _ORDERS
