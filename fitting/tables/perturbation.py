"""Tables with changed columns, solved by low rank without a new factorisation."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import ConvergenceError, DataError

__all__ = ["Perturbed", "lognormal_factors"]

Array = npt.NDArray[np.float64]
Term = Callable[[Array], Array]

_SMALL = 64  # columns up to which the small system is formed and solved
_ROUNDS = 500
_GOAL = 1e-12


def lognormal_factors(variation: Array, rng: np.random.Generator) -> Array:
    """Draw positive factors with mean 1 and given coefficients of variation.

    Parameters
    ----------
    variation : ndarray
        Standard deviation over mean, by cell; 0 gives exactly 1.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Factors, in the shape of `variation`.

    Examples
    --------
    >>> import numpy as np
    >>> draws = lognormal_factors(np.full(100_000, 0.2), np.random.default_rng(0))
    >>> round(float(draws.mean()), 2), round(float(draws.std()), 2)
    (1.0, 0.2)
    """
    variance = np.log1p(variation**2)
    out: Array = np.exp(np.sqrt(variance) * rng.standard_normal(variation.shape) - variance / 2.0)
    return out


@dataclass(frozen=True, slots=True)
class Perturbed:
    """The inverse of a table with columns C changed by D.

    ``L* = L + L D (I - L_C D)^-1 L_C``.

    Woodbury (1950). For many columns ``(I - L_C D)^-1`` is applied as a series, n g operations a
    term, which converges where the changed table is productive and the change is moderate.

    Parameters
    ----------
    rows : ndarray, (g, n)
        ``L_C``, the rows of L that belong to the columns.
    change : ndarray, (n, g)
        D.
    """

    rows: Array
    change: Array

    def effects(self, effects: Array) -> Array:
        """Return ``c L*`` from ``c L``, (k, n)."""
        pushed = effects @ self.change
        if len(self.rows) <= _SMALL:
            q = self._small(pushed, turned=True)
        else:
            q = self._series(pushed, lambda z: (z @ self.rows) @ self.change)
        out: Array = effects + q @ self.rows
        return out

    def step(self, solved: Array) -> Array:
        """Return ``D (I - L_C D)^-1 y_C``: what a solution ``y = L b`` gains, before L, (n, k)."""
        if len(self.rows) <= _SMALL:
            z = self._small(solved, turned=False)
        else:
            z = self._series(solved, lambda z: self.rows @ (self.change @ z))
        out: Array = self.change @ z
        return out

    def _small(self, right: Array, *, turned: bool) -> Array:
        system = np.eye(len(self.rows)) - self.rows @ self.change
        try:
            if turned:
                return np.asarray(np.linalg.solve(system.T, right.T).T)
            return np.asarray(np.linalg.solve(system, right))
        except np.linalg.LinAlgError:
            raise DataError(
                "a draw makes I - A singular: errors of the coefficients are too large; lower them"
            ) from None

    @staticmethod
    def _series(right: Array, next_term: Term) -> Array:
        total, term = right.copy(), right
        for _ in range(_ROUNDS):
            term = next_term(term)
            total += term
            size = np.abs(total).max()
            if np.abs(term).max() <= _GOAL * size:
                return total
            if not np.isfinite(size):
                break
        raise ConvergenceError(
            f"a draw of the coefficients is not productive ({_ROUNDS} terms of its series were "
            "tried): errors are too large; lower them, or let fewer columns be uncertain"
        )
