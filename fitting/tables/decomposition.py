"""Exact splitting of the change of ``v L B m y`` into the changes of its factors.

Additive in three ways: the mean of the two polar decompositions, the mean over all orders of change
(a Shapley value), and the logarithmic mean Divisia index, term by term.
"""

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from quesnay.fitting.arrays import Array, Mask
from quesnay.fitting.tables.leontief import factored

Group = frozenset[str]

_CELLS = 1_000_000  # terms handled at once, to bound the memory
_SINGULAR = "I - A is singular: a group of sectors uses up all it makes; check the table"


def log_mean(a: Array, b: Array) -> Array:
    """Return the logarithmic mean ``(a - b) / ln(a / b)`` of numbers of equal sign."""
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.log(a / b)
    return np.where((a == 0) | (b == 0), 0.0, b * _growth_factor(growth))


def lmdi_terms(start: list[Array], end: list[Array]) -> tuple[Array, int]:
    """Split the change of ``sum_cj prod_k a_k[c, i, j]`` into the effects of the factors a_k.

    A term t that keeps its sign gives factor k ``L(t1, t0) ln(a_k1 / a_k0)`` with the logarithmic
    mean L. Where a term starts or ends at zero its whole change goes, in equal parts, to the
    factors that are zero there: the limit of replacing zero by a small number (Ang and Liu 2007a).
    Where a factor changes sign there is no logarithm; that term is split by the mean over all
    orders instead, and counted.
    """
    categories, rows, columns = np.broadcast_shapes(*(a.shape for a in start))
    effects = np.zeros((rows, len(start)))
    flipped = 0
    step = 1 + _CELLS // columns
    for c, low in itertools.product(range(categories), range(0, rows, step)):
        high = min(low + step, rows)
        block = (high - low, columns)
        before = [_cut(a, c, low, high, block) for a in start]
        after = [_cut(a, c, low, high, block) for a in end]
        part, flips = _block_terms(before, after)
        effects[low:high] += part
        flipped += flips
    return effects, flipped


def _cut(a: Array, c: int, low: int, high: int, block: tuple[int, int]) -> Array:
    face = a[min(c, a.shape[0] - 1)]
    return np.broadcast_to(face if len(face) == 1 else face[low:high], block)


def _block_terms(before: list[Array], after: list[Array]) -> tuple[Array, int]:
    t0, t1 = math.prod(before[1:], start=before[0]), math.prod(after[1:], start=after[0])
    flips = np.zeros(t0.shape, dtype=bool)
    regular = np.ones(t0.shape, dtype=bool)
    for a, b in zip(before, after, strict=True):
        flips |= a * b < 0
        regular &= a * b > 0
    logs = np.zeros((*t0.shape, len(before)))
    for k, (a, b) in enumerate(zip(before, after, strict=True)):
        np.log(np.divide(b, a, out=np.ones_like(t0), where=regular), out=logs[..., k])
    weight = np.where(regular, t0, 0.0) * _growth_factor(logs.sum(axis=-1))
    out: Array = weight[..., None] * logs
    out += _from_zero(before, t1, (t0 == 0) & ~flips)
    out += _from_zero(after, -t0, (t1 == 0) & ~flips)
    out += _sign_changes(before, after, flips)
    return out.sum(axis=1), int(flips.sum())


def _growth_factor(growth: Array) -> Array:
    """Return ``(exp(g) - 1) / g``: the logarithmic mean relative to the start."""
    flat = growth == 0
    return np.where(flat, 1.0, np.expm1(growth) / np.where(flat, 1.0, growth))


def _from_zero(factors: list[Array], change: Array, where: Mask) -> Array:
    zero = np.stack([np.broadcast_to(a == 0, change.shape) for a in factors], axis=-1)
    count = np.maximum(zero.sum(axis=-1), 1)
    out: Array = np.where(zero, np.where(where, change / count, 0.0)[..., None], 0.0)
    return out


def _sign_changes(before: list[Array], after: list[Array], where: Mask) -> Array:
    pairs = [(a[where], b[where]) for a, b in zip(before, after, strict=True)]
    count = len(pairs)
    out = np.zeros((*where.shape, count))
    for order in itertools.permutations(range(count)):
        moved: set[int] = set()
        last = math.prod((a for a, _ in pairs), start=np.ones(()))
        for k in order:
            moved.add(k)
            here = math.prod((p[j in moved] for j, p in enumerate(pairs)), start=np.ones(()))
            out[where, k] += (here - last) / math.factorial(count)
            last = here
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Economy:
    """The factors of ``diag(v) (I - A)^-1 B diag(m) y`` in one period.

    v (n,): the account per unit of output, ones where output itself is explained; B (n, k): the
    composition of each category of final demand; m (k,): its share in the total y (1,).
    """

    v: Array
    A: Array
    structure: Array
    mix: Array
    level: Array


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """The change of every sector split into effects, and the spread over the orders of change.

    Effects, low and high are (n, factors); `flipped` counts the terms of LMDI in which a factor
    changes sign.
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
        out: Array = v * self.factored[moved].columns(f)
        return out

    def terms(self, period: int) -> list[Array]:
        """Return the factors of ``v_i L_ij f_jc`` as arrays that broadcast to (k, n, n)."""
        economy = self.periods[period]
        shaped = {
            "v": economy.v[None, :, None],
            "A": self.factored[period].inverse()[None],
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
    return _packed(states, [(orders[:, k], np.full(2, 0.5)) for k in everything])


def _shapley(states: _States) -> Effects:
    count = len(states.groups)
    considered = []
    for k in range(count):
        others = [j for j in range(count) if j != k]
        margins, weights = [], []
        for size in range(count):
            weight = math.factorial(size) * math.factorial(count - size - 1)
            for chosen in itertools.combinations(others, size):
                with_k = tuple(sorted((*chosen, k)))
                margins.append(states.value(with_k) - states.value(chosen))
                weights.append(weight / math.factorial(count))
        considered.append((np.array(margins), np.array(weights)))
    return _packed(states, considered)


def _packed(states: _States, considered: list[tuple[Array, Array]]) -> Effects:
    """Return means and ranges of each factor's effects in the orders considered, with weights."""
    totals = [margins.sum(axis=1) for margins, _ in considered]
    return Effects(
        start=states.value(()),
        end=states.value(tuple(range(len(states.groups)))),
        effects=np.column_stack([weights @ margins for margins, weights in considered]),
        low=np.column_stack([margins.min(axis=0) for margins, _ in considered]),
        high=np.column_stack([margins.max(axis=0) for margins, _ in considered]),
        total_low=np.array([total.min() for total in totals]),
        total_high=np.array([total.max() for total in totals]),
    )
