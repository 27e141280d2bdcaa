"""Logarithmic mean Divisia decomposition of a sum of products, term by term."""

import itertools
import math

import numpy as np
import numpy.typing as npt

__all__ = ["lmdi_terms", "log_mean"]

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_CELLS = 1_000_000  # terms handled at once, to bound the memory


def log_mean(a: Array, b: Array) -> Array:
    """Return the logarithmic mean ``(a - b) / ln(a / b)`` of numbers of equal sign.

    Examples
    --------
    >>> import numpy as np
    >>> log_mean(np.array([2.0, 1.0]), np.array([2.0, 0.5])).round(6)
    array([2.      , 0.721348])
    """
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

    Parameters
    ----------
    start, end : list of ndarray, broadcastable to (k, n, n)
        The factors in both periods.

    Returns
    -------
    effects : ndarray, (n, factors)
        Effects by i; they add up to the change.
    flipped : int
        Number of terms in which a factor changes sign.

    Examples
    --------
    >>> import numpy as np
    >>> a, b = np.full((1, 1, 1), 2.0), np.full((1, 1, 1), 3.0)
    >>> effects, flipped = lmdi_terms([a, a], [b, b])
    >>> effects, flipped
    (array([[2.5, 2.5]]), 0)
    """
    shape = np.broadcast_shapes(*(a.shape for a in start))
    effects = np.zeros((shape[1], len(start)))
    flipped = 0
    step = max(1, _CELLS // max(1, shape[2]))
    for c, low in itertools.product(range(shape[0]), range(0, shape[1], step)):
        high = min(low + step, shape[1])
        block = (high - low, shape[2])
        before = [_cut(a, c, low, high, block) for a in start]
        after = [_cut(a, c, low, high, block) for a in end]
        part, flips = _block(before, after)
        effects[low:high] += part
        flipped += flips
    return effects, flipped


def _cut(a: Array, c: int, low: int, high: int, block: tuple[int, int]) -> Array:
    face = a[min(c, a.shape[0] - 1)]
    return np.broadcast_to(face if len(face) == 1 else face[low:high], block)


def _block(before: list[Array], after: list[Array]) -> tuple[Array, int]:
    t0, t1 = math.prod(before[1:], start=before[0]), math.prod(after[1:], start=after[0])
    flips = np.zeros(t0.shape, dtype=bool)
    regular = np.ones(t0.shape, dtype=bool)
    for a, b in zip(before, after, strict=True):
        flips |= a * b < 0
        regular &= a * b > 0
    out = _regular(before, after, t0, regular & ~flips)
    out += _from_zero(before, t1, (t0 == 0) & ~flips)
    out += _from_zero(after, -t0, (t1 == 0) & ~flips)
    if flips.any():
        out += _flipped(before, after, flips)
    return out.sum(axis=1), int(flips.sum())


def _regular(before: list[Array], after: list[Array], t0: Array, where: Mask) -> Array:
    logs = np.zeros((*t0.shape, len(before)))
    for k, (a, b) in enumerate(zip(before, after, strict=True)):
        np.log(np.divide(b, a, out=np.ones_like(t0), where=where), out=logs[..., k])
    weight = np.where(where, t0, 0.0) * _growth_factor(logs.sum(axis=-1))
    out: Array = weight[..., None] * logs
    return out


def _growth_factor(growth: Array) -> Array:
    """Return ``(exp(g) - 1) / g``: the logarithmic mean relative to the start."""
    flat = growth == 0
    return np.where(flat, 1.0, np.expm1(growth) / np.where(flat, 1.0, growth))


def _from_zero(factors: list[Array], change: Array, where: Mask) -> Array:
    zero = np.stack([np.broadcast_to(a == 0, change.shape) for a in factors], axis=-1)
    count = np.maximum(zero.sum(axis=-1), 1)
    out: Array = np.where(zero, np.where(where, change / count, 0.0)[..., None], 0.0)
    return out


def _flipped(before: list[Array], after: list[Array], where: Mask) -> Array:
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
