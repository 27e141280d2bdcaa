"""Hypothetical extraction in closed form: what output falls when sectors, or shares, go away.

With ``D = I - diag(w)`` and K the sectors with a share w > 0:

* total: ``A* = D A D``, ``f* = D f``. Put ``x* = D u``: then ``u = A D^2 u + f``, a change of the
  columns K of A only, so ``u_K = (I + (L_KK - I) S)^-1 x_K`` with ``S = I - D^2`` on K, and the
  loss is ``(L - I)[:, K] S u_K + W u_K``. With w = 1 this is ``L[:, K] L_KK^-1 x_K``.
* satellite: ``A* = D A``, ``f* = D f``: the share is a sector of its own, which buys and sells like
  the whole, and is extracted whole. The same with ``S = W``.
* backward: ``A* = A D`` (the sector buys less at home), f unchanged: the same with ``S = W`` and
  without the second term.
* forward: ``B* = D B`` (it sells less), value added unchanged: the same on the Ghosh side.

Woodbury (1950); Dietzenbacher and van der Linden (1997); Dietzenbacher and Lahr (2013).

How errors of coefficients and weights spread to multipliers and extractions follows: to first
order by exact derivatives, for drawn coefficients by low rank, without a new factorisation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arrays import Array, Places
from quesnay.fitting.errors import ConvergenceError, DataError

Kind = Literal["total", "satellite", "backward", "forward"]
REMOVING = ("total", "satellite")  # kinds that take final demand away as well

_LIMIT = 1e10  # an answer this many times the output extracted has lost ten digits


@dataclass(frozen=True, slots=True, eq=False)
class Pull:
    """How strongly the extracted sectors pull on the others, a row a set of weights, (draws, g).

    `through` is ``S u_K``, which times ``(L - I)[:, K]'`` gives the loss along the chains; `direct`
    is ``W u_K``, the loss in the sectors themselves before any chain.
    """

    through: Array
    direct: Array


def pulls(corner: Array, output: Array, weights: Array, kind: Kind) -> Pull:
    """Solve the small systems of an extraction, one for each row of weights, (draws, g).

    `corner` is ``(L - I)_KK``, for kind "forward" that of the Ghosh side; refused where a system is
    singular, or so near that ten digits are lost.
    """
    share = weights * (2.0 - weights) if kind == "total" else weights
    systems = corner * share[:, None, :]
    systems += np.eye(len(output))
    right = np.broadcast_to(output, weights.shape)[..., None]
    try:
        u = np.linalg.solve(systems, right)[..., 0]
    except np.linalg.LinAlgError:
        raise DataError(_singular(corner)) from None
    if not np.abs(u).max(initial=0.0) <= _LIMIT * np.abs(output).max(initial=0.0):
        raise DataError(_singular(corner))
    return Pull(share * u, weights * u if kind in REMOVING else np.zeros_like(u))


def _singular(corner: Array) -> str:
    least = int(np.argmin(np.abs(np.diag(corner) + 1.0)))
    return (
        f"extraction is not defined: the Leontief inverse of the group is nearly singular "
        f"(sector number {least + 1} of the group has L_kk = {corner[least, least] + 1.0:.3g}); "
        "look for large negative transactions in it"
    )


def satellite_pull(corner: Array, output: Array, weights: Array, *, jointly: bool) -> Array:
    """Return ``W u`` of `satellite_output`: each sector's pull, all together or each part alone."""
    if jointly:
        return pulls(corner, output, weights, "satellite").through
    return np.asarray(weights * output / (1.0 + weights * np.diag(corner)))


def satellite_output(
    reach: Array,
    places: npt.NDArray[np.intp],
    output: Array,
    weights: Array,
    *,
    jointly: bool,
) -> Array:
    """Return output elsewhere that parts of sectors need, by sector, a row a set of weights.

    Splitting every sector s into a core part (share ``w_s``) and a rest, both buying and selling
    in proportion, gives the inverse ``I + P (L - I) Q`` with ``P = [W; I - W]``, ``Q = [I I]``.
    For the core parts K and the rests i, with ``k = (L - I)[:, s]`` on the sectors s
    that are split, ``(L_iK inv(L_KK) x_K)_i = (1 - w_i) (k W u)_i`` where ``(I + k_s W) u = x_s``.
    The Ghosh side is the same with ``(G - I)'``. `reach` is k, (n, g); not jointly, each part
    stands alone and the ties are added up.
    """
    values = satellite_pull(reach[places], output, weights, jointly=jointly) @ reach.T
    values[:, places] *= 1.0 - weights
    return np.asarray(values)


Term = Callable[[Array], Array]

_SMALL = 64  # columns up to which the small system is formed and solved
_ROUNDS = 500
_GOAL = 1e-12


def lognormal_factors(variation: Array, rng: np.random.Generator) -> Array:
    """Draw positive factors with mean 1 and given coefficients of variation."""
    variance = np.log1p(variation**2)
    out: Array = np.exp(np.sqrt(variance) * rng.standard_normal(variation.shape) - variance / 2.0)
    return out


@dataclass(frozen=True, slots=True, eq=False)
class Perturbed:
    """The inverse of a table with columns C changed by D.

    ``L* = L + L D (I - L_C D)^-1 L_C``.

    Woodbury (1950). For many columns ``(I - L_C D)^-1`` is applied as a series, n g operations a
    term, which converges where the changed table is productive and the change is moderate.
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
            with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused below
                term = next_term(term)
                total += term
            size = np.abs(total).max()
            if np.abs(term).max() <= _GOAL * size < np.inf:
                return total
        raise ConvergenceError(
            f"a draw of the coefficients is not productive ({_ROUNDS} terms of its series were "
            "tried): errors are too large; lower them, or let fewer columns be uncertain"
        )


def multiplier_variance(effects: Array, variances: Array, rows: Array) -> Array:
    """Return the first-order variance of the multipliers ``c L`` under independent errors of A.

    ``d(c L)_j / d a_ik = (c L)_i L_kj``, so the variance is
    ``sum_k (sum_i (c L)_i^2 var_ik) L_kj^2`` (Bullard and Sebald 1977, generalised): two products
    instead of n^3 derivatives.
    """
    pushed = effects**2 @ variances
    out: Array = np.einsum("k,kj,kj->j", pushed, rows, rows)
    return out


def removal(
    before: tuple[Array, Array],
    after: tuple[Array, Array],
    shrink: tuple[Places, Array, Array],
    *,
    rows: Array,
    chains: Array,
) -> tuple[Array, Array]:
    """Solve for the shadow values that remain after an extraction, by low rank.

    `before`: ``c L`` and x. Returned: what an input of the row's product, and output of the column
    as buyer, are then worth.

    With ``(I - A + A S) u = f`` after the extraction, ``q (I - A + A S) = c*`` is solved by
    ``q = c* L - (t S) L_K`` with ``t (I + S (L - I)_KK) = (c* L - c*)_K``.
    """
    (worth, pushed), (places, S, through) = after, shrink
    system = np.eye(len(places)) + S[:, None] * chains[places]
    t = np.linalg.solve(system.T, (pushed - worth)[places])
    left = pushed - (t * S) @ rows
    u = before[1] - chains @ through
    u[places] *= 1.0 - S
    return left, u


def loss_variance(
    before: tuple[Array, Array], left: tuple[Array, Array], variances: Array, columns: Places
) -> float:
    """Return the first-order variance of the loss under independent errors of A.

    ``d loss / d a_ij = (c L)_i x_j - q_i u_j (1 - s_j)``: what the coefficient is worth before,
    less what it is worth after.
    """
    gradient = np.outer(before[0], before[1][columns])
    gradient -= np.outer(left[0], left[1][columns])
    return float(np.einsum("ij,ij,ij->", gradient, gradient, variances))


def extraction_gradient(
    corner: Array, ahead: Array, weights: Array, u: Array, *, kind: Kind
) -> Array:
    """Return the derivative of the loss of an extraction by each weight.

    With ``s = w (2 - w)`` (other kinds ``s = w``; "backward" and "forward" c = 0) and
    ``u = (I + H S)^-1 x_K``, H the corner ``(L - I)_KK``, the loss is ``k (s u) + c (w u)``, where
    ``du / dw_i = -(I + H S)^-1 H_i s'_i u_i``.
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
