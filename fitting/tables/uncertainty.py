"""How errors of input coefficients spread to multipliers and extractions, to first order."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.tables.extraction import REMOVING, Kind

__all__ = ["Removal", "extraction_gradient", "loss_variance", "multiplier_variance", "removal"]

Array = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]


def multiplier_variance(effects: Array, variances: Array, rows: Array) -> Array:
    """Return the first-order variance of the multipliers ``c L`` under independent errors of A.

    ``d(c L)_j / d a_ik = (c L)_i L_kj``, so the variance is
    ``sum_k (sum_i (c L)_i^2 var_ik) L_kj^2`` (Bullard and Sebald 1977, generalised): two products
    instead of n^3 derivatives.

    Parameters
    ----------
    effects : ndarray, (n,)
        ``c L``.
    variances : ndarray, (n, g)
        Variances of the coefficients in g columns.
    rows : ndarray, (g, n)
        The same rows of L.

    Returns
    -------
    ndarray, (n,)
        A variance a sector.

    Examples
    --------
    >>> import numpy as np
    >>> L = np.array([[0.95, 0.25], [0.2, 0.85]]) / 0.7575
    >>> multiplier_variance(L.sum(axis=0), np.full((2, 2), 1e-4), L).round(6)
    array([0.000725, 0.000604])
    """
    pushed = effects**2 @ variances
    out: Array = np.einsum("k,kj,kj->j", pushed, rows, rows)
    return out


@dataclass(frozen=True, slots=True)
class Removal:
    """An economy before and after an extraction, and the shadow values of its coefficients.

    Parameters
    ----------
    effects, output : ndarray, (n,)
        Before: ``c L`` and x.
    left_effects, left_output : ndarray, (n,)
        After: what an input in the row's product, and output of the column as buyer, are worth.
    """

    effects: Array
    output: Array
    left_effects: Array
    left_output: Array


def removal(
    before: tuple[Array, Array],
    after: tuple[Array, Array],
    shrink: tuple[Places, Array, Array],
    *,
    rows: Array,
    chains: Array,
) -> Removal:
    """Solve for the shadow values that remain after an extraction, by low rank.

    With ``(I - A + A S) u = f`` after the extraction, ``q (I - A + A S) = c*`` is solved by
    ``q = c* L - (t S) L_G`` with ``t (I + S (L - I)_GG) = (c* L - c*)_G``.

    Parameters
    ----------
    before : (effects, output)
        ``c L`` and x.
    after : (weights of output, their effects)
        ``c*`` and ``c* L``, where ``c*`` is c times the shares left.
    shrink : (places, S, pull)
        The group, ``S`` on it, and ``S u_G``.
    rows : ndarray, (g, n)
        ``L[G, :]``.
    chains : ndarray, (n, g)
        ``(L - I)[:, G]``.

    Returns
    -------
    Removal
        Before and after.

    Examples
    --------
    >>> import numpy as np
    >>> L, x = np.array([[0.95, 0.25], [0.2, 0.85]]) / 0.7575, np.array([1000.0, 2000.0])
    >>> none = np.array([0]), np.zeros(1), np.zeros(1)
    >>> same = removal((L.sum(axis=0), x), (np.ones(2), L.sum(axis=0)), none,
    ...                rows=L[:1], chains=L[:, :1] - np.eye(2)[:, :1])
    >>> float(np.abs(same.left_effects - same.effects).max())
    0.0
    """
    (effects, output), (worth, pushed), (places, S, through) = before, after, shrink
    system = np.eye(len(places)) + S[:, None] * chains[places]
    t = np.linalg.solve(system.T, (pushed - worth)[places])
    left = pushed - (t * S) @ rows
    u = output - chains @ through
    u[places] *= 1.0 - S
    return Removal(effects, output, left, u)


def loss_variance(state: Removal, variances: Array, columns: Places) -> float:
    """Return the first-order variance of the loss under independent errors of A.

    ``d loss / d a_ij = (c L)_i x_j - q_i u_j (1 - s_j)``: what the coefficient is worth before,
    less what it is worth after.

    Parameters
    ----------
    state : Removal
        Before and after.
    variances : ndarray, (n, g)
        Variances of the coefficients in the columns.
    columns : ndarray of int, (g,)
        Which columns.

    Returns
    -------
    float
        Variance, in squared units of the loss.

    Examples
    --------
    >>> import numpy as np
    >>> one = np.ones(2)
    >>> loss_variance(Removal(one, one, 0 * one, 0 * one), np.full((2, 2), 0.01), np.arange(2))
    0.04
    """
    gradient = np.outer(state.effects, state.output[columns])
    gradient -= np.outer(state.left_effects, state.left_output[columns])
    return float(np.einsum("ij,ij,ij->", gradient, gradient, variances))


def extraction_gradient(
    corner: Array, ahead: Array, weights: Array, u: Array, *, kind: Kind = "total"
) -> Array:
    """Return the derivative of the loss of an extraction by each weight.

    With ``s = w (2 - w)`` (other kinds ``s = w``; "backward" and "forward" c = 0) and
    ``u = (I + K S)^-1 x_G``, the loss is ``k (s u) + c (w u)``, where
    ``du / dw_i = -(I + K S)^-1 K_i s'_i u_i``.

    Parameters
    ----------
    corner : ndarray, (g, g)
        ``K = (L - I)_GG``.
    ahead : ndarray, (2, g)
        Row 0: ``k``, effects beyond the group's own unit; row 1: ``c``, the account per output.
    weights, u : ndarray, (g,)
        Shares extracted, and the solution.
    kind : {"total", "satellite", "backward", "forward"}
        Of the extraction.

    Returns
    -------
    ndarray, (g,)
        In the unit of the loss, per unit of share.

    Examples
    --------
    >>> import numpy as np
    >>> corner, ahead = np.array([[0.25412541]]), np.array([[0.51815182], [1.0]])
    >>> extraction_gradient(corner, ahead, np.array([0.0]), np.array([1000.0])).round(1)
    array([2036.3])
    """
    s, slope, direct = weights, np.ones_like(weights), np.zeros_like(weights)
    if kind == "total":
        s, slope = weights * (2.0 - weights), 2.0 - 2.0 * weights
    if kind in REMOVING:
        direct = ahead[1]
    whole = ahead[0] * s + direct * weights
    system = np.eye(len(u)) + corner * s
    shadow = np.linalg.solve(system.T, whole)
    out: Array = (ahead[0] * slope + direct) * u - (shadow @ corner) * slope * u
    return out
