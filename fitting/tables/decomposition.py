"""Exact splitting of the change of ``v L B m y`` into the changes of its factors."""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from quesnay.fitting.tables.factored import factored
from quesnay.fitting.tables.lmdi import lmdi_terms

__all__ = ["Economy", "Effects", "decompose"]

Array = npt.NDArray[np.float64]
Group = frozenset[str]

_SINGULAR = "I - A is singular: a group of sectors uses up all it makes; check the table"


@dataclass(frozen=True, slots=True)
class Economy:
    """The factors of ``diag(v) (I - A)^-1 B diag(m) y`` in one period.

    Parameters
    ----------
    v : ndarray, (n,)
        Coefficients of the account per unit of output; ones where output itself is explained.
    A : ndarray, (n, n)
        Technical coefficients.
    structure : ndarray, (n, k)
        B: composition of each category of final demand.
    mix : ndarray, (k,)
        m: share of each category in the total.
    level : ndarray, (1,)
        y: total final demand.
    """

    v: Array
    A: Array
    structure: Array
    mix: Array
    level: Array


@dataclass(frozen=True, slots=True)
class Effects:
    """The change of every sector split into effects, and the spread over the orders of change.

    Parameters
    ----------
    start, end : ndarray, (n,)
        The account in both periods.
    effects, low, high : ndarray, (n, factors)
        Effect of each factor; smallest and largest over the orders considered.
    total_low, total_high : ndarray, (factors,)
        Smallest and largest effect summed over sectors.
    flipped : int
        Terms in which a factor changes sign (LMDI only).
    """

    start: Array
    end: Array
    effects: Array
    low: Array
    high: Array
    total_low: Array
    total_high: Array
    flipped: int = 0


def decompose(start: Economy, end: Economy, groups: tuple[Group, ...], method: str) -> Effects:
    """Split the change between two economies into the effects of groups of factors.

    "average" is the mean of the two polar decompositions: factors change one after the other,
    from first to last and from last to first (Dietzenbacher and Los 1998, eq. 10-11). "all" is the
    mean over all orders, computed from the ``2^m`` states as a Shapley value. "lmdi" weights the
    logarithmic change of each factor by the logarithmic mean of each term (Ang 2004; 2015).
    In each the effects add up to the change, by telescoping.

    Parameters
    ----------
    start, end : Economy
        Both periods, same shapes.
    groups : tuple of frozenset of str
        Names of the factors that change together, in the order of the product.
    method : {"average", "all", "lmdi"}
        How orders are weighed.

    Returns
    -------
    Effects
        One column a group.

    Raises
    ------
    DataError
        If ``I - A`` of a period is singular.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(1)
    >>> a = Economy(one, np.array([[0.5]]), one[:, None], one, np.array([10.0]))
    >>> b = Economy(one, np.array([[0.6]]), one[:, None], one, np.array([12.0]))
    >>> decompose(a, b, (frozenset({"A"}), frozenset({"level"})), "average").effects
    array([[5.5, 4.5]])
    """
    states = _States(start, end, groups)
    if method == "lmdi":
        first, last = states.value(()), states.value(tuple(range(len(groups))))
        effects, flipped = lmdi_terms(states.terms(0), states.terms(1))
        total = effects.sum(axis=0)
        return Effects(first, last, effects, effects, effects, total, total, flipped)
    return _polar(states) if method == "average" else _shapley(states)


class _States:
    """The account with some groups of factors at their end values and the rest at the start."""

    def __init__(self, start: Economy, end: Economy, groups: tuple[Group, ...]) -> None:
        self.periods, self.groups = (start, end), groups
        self.factored = tuple(
            factored(np.eye(len(period.A)) - period.A, _SINGULAR) for period in self.periods
        )
        self.value = lru_cache(maxsize=None)(self._value)

    def pick(self, name: str, switched: tuple[int, ...]) -> Array:
        """Return a factor at the period that the switched groups give it."""
        moved = any(name in self.groups[k] for k in switched)
        found: Array = getattr(self.periods[moved], name)
        return found

    def _value(self, switched: tuple[int, ...]) -> Array:
        demand = self.pick("mix", switched) * self.pick("level", switched)
        f = self.pick("structure", switched) @ demand
        moved = any("A" in self.groups[k] for k in switched)
        v = self.pick("v", switched)
        out: Array = v * self.factored[moved].solve(f)
        return out

    def terms(self, period: int) -> list[Array]:
        """Return the factors of ``v_i L_ij f_jc`` as arrays that broadcast to (k, n, n)."""
        economy = self.periods[period]
        n = len(economy.v)
        shaped = {
            "v": economy.v[None, :, None],
            "A": self.factored[period].solve(np.eye(n))[None],
            "structure": economy.structure.T[:, None, :],
            "mix": economy.mix[:, None, None],
            "level": economy.level[:, None, None],
        }
        return [
            math.prod((shaped[name] for name in sorted(group)), start=np.ones((1, 1, 1)))
            for group in self.groups
        ]


def _polar(states: _States) -> Effects:
    count = len(states.groups)
    everything = tuple(range(count))
    forward = [states.value(everything[: k + 1]) - states.value(everything[:k]) for k in everything]
    backward = [
        states.value(everything[k:]) - states.value(everything[k + 1 :]) for k in everything
    ]
    orders = np.array([forward, backward])
    halves = np.full(2, 0.5)
    return _packed(states, [_Spread.of(orders[:, k], halves) for k in everything])


def _shapley(states: _States) -> Effects:
    count = len(states.groups)
    spreads = []
    for k in range(count):
        others = [j for j in range(count) if j != k]
        margins, weights = [], []
        for size in range(count):
            weight = math.factorial(size) * math.factorial(count - size - 1)
            for chosen in itertools.combinations(others, size):
                with_k = tuple(sorted((*chosen, k)))
                margins.append(states.value(with_k) - states.value(chosen))
                weights.append(weight / math.factorial(count))
        spreads.append(_Spread.of(np.array(margins), np.array(weights)))
    return _packed(states, spreads)


@dataclass(frozen=True, slots=True)
class _Spread:
    """One factor's effect over the orders considered: by sector, and summed over sectors."""

    mean: Array
    low: Array
    high: Array
    total_low: float
    total_high: float

    @classmethod
    def of(cls, margins: Array, weights: Array) -> "_Spread":
        totals = margins.sum(axis=1)
        return cls(
            weights @ margins,
            margins.min(axis=0),
            margins.max(axis=0),
            float(totals.min()),
            float(totals.max()),
        )


def _packed(states: _States, spreads: list[_Spread]) -> Effects:
    everything = tuple(range(len(states.groups)))
    return Effects(
        start=states.value(()),
        end=states.value(everything),
        effects=np.column_stack([one.mean for one in spreads]),
        low=np.column_stack([one.low for one in spreads]),
        high=np.column_stack([one.high for one in spreads]),
        total_low=np.array([one.total_low for one in spreads]),
        total_high=np.array([one.total_high for one in spreads]),
    )
