"""Hypothetical extraction in closed form: what output falls when sectors, or shares, go away.

With ``D = I - diag(w)`` and G the sectors with a share w > 0:

* total: ``A* = D A D``, ``f* = D f``. Put ``x* = D u``: then ``u = A D^2 u + f``, a change of the
  columns G of A only, so ``u_G = (I + (L_GG - I) S)^-1 x_G`` with ``S = I - D^2`` on G, and the
  loss is ``(L - I)[:, G] S u_G + W u_G``. With w = 1 this is ``L[:, G] L_GG^-1 x_G``.
* satellite: ``A* = D A``, ``f* = D f``: the share is a sector of its own, which buys and sells like
  the whole, and is extracted whole. The same with ``S = W``.
* backward: ``A* = A D`` (the sector buys less at home), f unchanged: the same with ``S = W`` and
  without the second term.
* forward: ``B* = D B`` (it sells less), value added unchanged: the same on the Ghosh side.

Woodbury (1950); Dietzenbacher and van der Linden (1997); Dietzenbacher and Lahr (2013).
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError

__all__ = ["Kind", "Pull", "pulls", "satellite_output"]

Kind = Literal["total", "satellite", "backward", "forward"]
REMOVING = ("total", "satellite")  # kinds that take final demand away as well

_LIMIT = 1e10  # an answer this many times the output extracted has lost ten digits


@dataclass(frozen=True, slots=True, eq=False)
class Pull:
    """How strongly the extracted sectors pull on the others, a row a set of weights, (draws, g).

    `through` is ``S u_G``, which times ``(L - I)[:, G]'`` gives the loss along the chains; `direct`
    is ``W u_G``, the loss in the sectors themselves before any chain.
    """

    through: Array
    direct: Array


def pulls(corner: Array, output: Array, weights: Array, kind: Kind) -> Pull:
    """Solve the small systems of an extraction, one for each row of weights, (draws, g).

    `corner` is ``(L - I)_GG``, for kind "forward" that of the Ghosh side; refused where a system is
    singular, or so near that ten digits are lost.
    """
    share = weights * (2.0 - weights) if kind == "total" else weights
    systems = corner * share[:, None, :]
    systems += np.eye(len(output))
    right = np.broadcast_to(output[:, None], (len(weights), len(output), 1))
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


def satellite_output(
    reach: Array,
    places: npt.NDArray[np.intp],
    output: Array,
    weights: Array,
    *,
    jointly: bool = True,
) -> Array:
    """Return output elsewhere that parts of sectors need, by sector, a row a set of weights.

    Splitting every sector s into a core part (share ``w_s``) and a rest, both buying and selling
    in proportion, gives the inverse ``I + P (L - I) Q`` with ``P = [W; I - W]``, ``Q = [I I]``.
    For the core parts K and the rests i, with ``k = (L - I)`` on the touched sectors,
    ``(L_iK inv(L_KK) x_K)_i = (1 - w_i) (k W u)_i`` where ``(I + k_GG W) u = x_G``. The Ghosh side
    is the same with ``(G - I)'``. `reach` is ``(L - I)[:, G]``, (n, g); not jointly, each part
    stands alone and the ties are added up.
    """
    corner = reach[places]
    if jointly:
        through = pulls(corner, output, weights, "satellite").through
    else:
        through = weights * output / (1.0 + weights * np.diag(corner))
    values = through @ reach.T
    values[:, places] *= 1.0 - weights
    return np.asarray(values)
