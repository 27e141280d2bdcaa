"""Which share of a spread each choice is answerable for: Shapley values of explained variance."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["shapley_shares"]

Array = npt.NDArray[np.float64]


def shapley_shares(values: Array, codes: Sequence[npt.NDArray[np.intp]]) -> Array:
    """Split the variance of a spread among the choices that span it.

    Parameters
    ----------
    values : ndarray (n,)
        One estimate a specification, finite.
    codes : sequence of ndarray (n,)
        Level of every choice, 0-based.

    Returns
    -------
    ndarray (choices + 1,)
        Share of each choice in the variance, Shapley value over all orders of entry into a
        regression on the levels (main effects); last what interactions leave. They sum to one; all
        are zero where the values do not vary.

    Notes
    -----
    Shapley (1953); for explained variance Lipovetsky and Conklin (2001), Applied Stochastic
    Models in Business and Industry 17, eq. 8. In a balanced grid this is the classical analysis of
    variance.

    Examples
    --------
    >>> import numpy as np
    >>> a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> shapley_shares(2.0 * a + 1.0 * b, [a, b]).round(3).tolist()
    [0.8, 0.2, 0.0]
    """
    count = len(codes)
    centred = values - values.mean()
    total = float(centred @ centred)
    if total <= 1e-24 * float(values @ values):  # nothing but rounding
        return np.zeros(count + 1)
    blocks = [np.eye(int(c.max()) + 1)[c] for c in codes]
    owner = np.repeat(np.arange(count), [block.shape[1] for block in blocks])
    columns = np.concatenate(blocks, axis=1)
    columns -= columns.mean(axis=0)
    gram, right = columns.T @ columns, columns.T @ centred
    explained = np.zeros(1 << count)
    for subset in range(1, 1 << count):
        mine = np.isin(owner, [k for k in range(count) if subset >> k & 1])
        solved = np.linalg.lstsq(gram[np.ix_(mine, mine)], right[mine], rcond=1e-10)[0]
        explained[subset] = float(right[mine] @ solved) / total
    return np.append(_values(explained, count), 1.0 - explained[-1])


def _values(explained: Array, count: int) -> Array:
    """Average the marginal gain of each choice over all orders."""
    weights = [
        math.factorial(k) * math.factorial(count - k - 1) / math.factorial(count)
        for k in range(count)
    ]
    out = np.zeros(count)
    for subset in range(1 << count):
        size = subset.bit_count()
        for k in range(count):
            if not subset >> k & 1:
                out[k] += weights[size] * (explained[subset | 1 << k] - explained[subset])
    return out
