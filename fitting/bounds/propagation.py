"""Interval propagation with outward rounding: a narrower box that keeps every solution."""

import math
from collections import deque

from quesnay.fitting.bounds.system import Box, Linear, Product, System

__all__ = ["propagate"]

_INF = math.inf
_SWEEPS = 100
# An interval narrowed by less than this share is not propagated further: halving the box and the
# linear relaxation gain more than further sweeps of slow convergence.
_PROGRESS = 1e-3


class _EmptyError(Exception):
    """An interval became empty: no solution in the box."""


def propagate(system: System, box: Box) -> Box | None:
    """Narrow a box without losing a solution; None where it holds none.

    Each equation bounds each of its variables by the others (hull consistency); every operation is
    rounded outwards by one unit in the last place, so emptiness is a proof.

    Parameters
    ----------
    system : System
        The equations.
    box : Box
        Where solutions are looked for.

    Returns
    -------
    Box or None
        A box inside `box` with the same solutions, or None if there is none.

    References
    ----------
    Benhamou, Goualard, Granvilliers and Puget (1999), "Revising hull and box consistency", ICLP.

    Examples
    --------
    >>> system = System(3, (), (Product(0, 1, 2),))
    >>> box = propagate(system, Box((1.415, 0.0, 90.0), (1.425, 1.0, 92.0)))
    >>> round(box.low[1], 5), round(box.high[1], 5)
    (0.01538, 0.01583)
    """
    low, high = list(box.low), list(box.high)
    if any(not a <= b for a, b in zip(low, high, strict=True)):
        return None
    rows: tuple[Linear | Product, ...] = (*system.linear, *system.products)
    touching = system.touching
    waiting = deque(range(len(rows)))
    queued = [True] * len(rows)
    budget = _SWEEPS * len(rows)
    try:
        while waiting and budget:
            budget -= 1
            place = waiting.popleft()
            queued[place] = False
            for variable in _narrow(rows[place], low, high):
                for other in touching[variable]:
                    if other != place and not queued[other]:
                        queued[other] = True
                        waiting.append(other)
    except _EmptyError:
        return None
    return Box(tuple(low), tuple(high))


def _narrow(row: Linear | Product, low: list[float], high: list[float]) -> list[int]:
    """Apply one equation; return the variables it narrowed by enough to matter elsewhere."""
    places = row.places if isinstance(row, Linear) else (row.result, row.left, row.right)
    before = [(low[place], high[place]) for place in places]
    if isinstance(row, Linear):
        _narrow_linear(row, low, high)
    else:
        _narrow_product(row, low, high)
    return [
        place
        for place, (a, b) in zip(places, before, strict=True)
        if (low[place], high[place]) != (a, b)
        and (math.isinf(b - a) or high[place] - low[place] < (b - a) * (1.0 - _PROGRESS))
    ]


def _meet(place: int, a: float, b: float, low: list[float], high: list[float]) -> None:
    """Intersect one interval with [a, b]."""
    low[place] = max(low[place], a)
    high[place] = min(high[place], b)
    if low[place] > high[place]:
        raise _EmptyError


def _down(value: float) -> float:
    return math.nextafter(value, -_INF)


def _up(value: float) -> float:
    return math.nextafter(value, _INF)


def _times(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return [a, b] * [c, d], rounded outwards."""
    ends = [0.0 if x == 0.0 or y == 0.0 else x * y for x in (a, b) for y in (c, d)]
    if a == b and abs(a) == 1.0:
        return min(ends), max(ends)  # exact: an excluded end stays excluded
    return _down(min(ends)), _up(max(ends))


def _plus(a: float, b: float, c: float, d: float) -> tuple[float, float]:
    """Return [a, b] + [c, d], rounded outwards unless one is zero."""
    low = a + c if a == 0.0 or c == 0.0 else _down(a + c)
    high = b + d if b == 0.0 or d == 0.0 else _up(b + d)
    return low, high


def _narrow_linear(row: Linear, low: list[float], high: list[float]) -> None:
    terms = []
    for place, c in zip(row.places, row.coefficients, strict=True):
        terms.append(_times(c, c, low[place], high[place]))
    for k, (place, c) in enumerate(zip(row.places, row.coefficients, strict=True)):
        rest_low, rest_high = row.constant, row.constant
        for j, (a, b) in enumerate(terms):
            if j != k:
                rest_low, rest_high = _plus(rest_low, rest_high, a, b)
        a, b = (-rest_high / c, -rest_low / c) if c > 0 else (-rest_low / c, -rest_high / c)
        if abs(c) != 1.0:
            a, b = _down(a), _up(b)
        _meet(place, a, b, low, high)
        terms[k] = _times(c, c, low[place], high[place])


def _narrow_product(row: Product, low: list[float], high: list[float]) -> None:
    x, y, z = row.left, row.right, row.result
    _meet(z, *_times(low[x], high[x], low[y], high[y]), low, high)
    for factor, other in ((x, y), (y, x)):
        if low[other] > 0.0 or high[other] < 0.0:
            ends = [_ratio(e, d) for e in (low[z], high[z]) for d in (low[other], high[other])]
            _meet(factor, _down(min(ends)), _up(max(ends)), low, high)


def _ratio(numerator: float, denominator: float) -> float:
    if math.isinf(denominator):
        # Only the sign is known of inf / inf; the other ends of the interval bound the ratio.
        return 0.0 if not math.isinf(numerator) else math.copysign(_INF, numerator * denominator)
    return numerator / denominator
