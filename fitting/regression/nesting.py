"""Which sets of groups lie within others."""

import numpy as np
import numpy.typing as npt

from quesnay.fitting.regression.regression import Regression

__all__ = ["is_nested", "nested_set"]

Codes = npt.NDArray[np.intp]


def is_nested(inner: Codes, outer: Codes) -> bool:
    """Return whether each group of `inner` lies within one group of `outer`.

    Examples
    --------
    >>> is_nested(np.array([0, 1, 2]), np.array([0, 0, 1]))
    True
    """
    if inner is outer or inner.max() < outer.max():  # fewer groups than homes: not nested
        return inner is outer
    home = np.zeros(int(inner.max()) + 1, dtype=outer.dtype)
    home[inner] = outer
    return bool((home[inner] == outer).all())


def nested_set(regression: Regression, codes: Codes) -> int | None:
    """Return the place of the largest absorbed set that is nested in clusters, if one is.

    Examples
    --------
    >>> X, unit = np.ones((4, 1)), np.array([0, 0, 1, 1])
    >>> fit = Regression(X, np.zeros(4), np.array([[0.25]]), (np.array([0, 1, 0, 1]), unit))
    >>> nested_set(fit, unit)
    1
    """
    inside = [i for i, inner in enumerate(regression.effects) if is_nested(inner, codes)]
    return max(inside, key=lambda i: int(regression.effects[i].max()), default=None)
