"""Many extractions at once: every sector alone, or many draws of weights over a group."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arguments import choice
from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.extraction import REMOVING, pulls
from quesnay.models.input_output.cells import read_cells
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.extraction import chains
from quesnay.models.input_output.weights import check_kind

__all__ = ["extract_each", "extract_many", "satellite_linkage"]

Array = npt.NDArray[np.float64]

COLUMNS = pd.Index(
    [
        "output_loss",
        "value_added_loss",
        "output_loss_induced",
        "value_added_loss_induced",
    ]
)  # made once: an index of text is dear
_LEAST = 1e-10  # a diagonal of L this near to zero leaves no digits


def extract_each(engine: Engine, kind: str) -> pd.DataFrame:
    """Return the losses from extracting every sector alone; see the table's method.

    With ``l = x_k / L_kk``: total ``colsum_k(L) l``, backward ``(colsum_k(L) - 1) l``, forward
    the same with row sums of the Ghosh inverse (Miller and Lahr 2001).

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    kind : {"total", "satellite", "backward", "forward"}
        How.

    Returns
    -------
    DataFrame
        A row a sector.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.extract_each().round(2).iloc[:, :3]
       output_loss  value_added_loss  output_loss_induced
    0      1210.53            797.37               210.53
    1      2588.24           1782.35               588.24
    """
    b, kind = engine.blocks, check_kind(kind)
    x, value = b.output, engine.per_output("value_added")
    diagonal = engine.diagonal()
    small = np.abs(diagonal) < _LEAST
    if small.any():
        place = int(np.argmax(small))
        raise DataError(
            f"extraction of sector {b.sectors[place]!r} is not defined: its entry on the diagonal "
            f"of the Leontief inverse is {diagonal[place]:.3g}; look for large negative "
            "transactions"
        )
    values = np.empty((4, len(x)))  # by column of the answer: no stacking, no copy
    whole, induced, level = values[:2], values[2:], x / diagonal
    if kind == "forward":
        reached = engine.factors.columns(np.column_stack([x, value * x])).T
        whole[:] = np.divide(reached, x, out=np.ones_like(reached), where=x != 0)
    else:
        whole[0], whole[1] = engine.effects("output"), engine.effects("value_added")
    if kind in REMOVING:
        own = x
    else:
        own = level * (diagonal - 1.0)
        whole[0] -= 1.0
        whole[1] -= value
    whole *= level
    np.subtract(whole[0], own, out=induced[0])
    np.subtract(whole[1], value * own, out=induced[1])
    return pd.DataFrame(values.T, index=b.sectors, columns=COLUMNS, copy=False)


def extract_many(engine: Engine, weights: Any, kind: str) -> pd.DataFrame:
    """Return the losses of the economy for many sets of weights; see the table's method.

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    weights : DataFrame, (draws, sectors), or array (draws, n)
        A row a draw; columns that are not there are not extracted.
    kind : {"total", "satellite", "backward", "forward"}
        How.

    Returns
    -------
    DataFrame
        A row a draw.

    Raises
    ------
    DataError
        If a sector is unknown or a share is not between 0 and 1.

    Examples
    --------
    >>> import pandas as pd, quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.extract_many(pd.DataFrame({0: [0.0, 0.5, 1.0]}))["output_loss"].round(2).tolist()
    [0.0, 746.36, 1210.53]
    """
    kind = check_kind(kind)
    places, shares, rows = _draws(engine, weights)
    x, value = engine.blocks.output[places], engine.per_output("value_added")
    if kind == "forward":
        corner, ahead = _ghosh_side(engine, places, value)
    else:
        corner = np.array(engine.columns(places)[places])
        ahead = np.column_stack([engine.effects("output"), engine.effects("value_added")])[places]
    corner[np.diag_indices(len(places))] -= 1.0
    unit = np.column_stack([np.ones(len(x)), value[places]])
    pull = pulls(corner, x, shares, kind)
    whole = pull.through @ (ahead - unit) + pull.direct @ unit
    inside = (pull.through @ corner.T) * (shares > 0)
    own = (shares * x if kind in REMOVING else inside) @ unit
    values = np.concatenate([whole, whole - own], axis=1)
    return pd.DataFrame(values, index=rows, columns=COLUMNS, copy=False)


def satellite_linkage(
    engine: Engine,
    weights: Any,
    *,
    account: Hashable,
    side: str,
    jointly: bool,
    by_sector: bool,
) -> "pd.Series[float] | pd.DataFrame":
    """Return what others produce for parts of sectors that are split off; see the table's method.

    Splitting every sector s into a core part (share ``w_s``) and a rest, both buying and selling
    in proportion, gives the inverse ``I + P (L - I) Q`` with ``P = [W; I - W]``, ``Q = [I I]``. For
    the core parts K and the rests i, with ``k = (L - I)`` on the touched sectors,
    ``(L_iK inv(L_KK) x_K)_i = (1 - w_i) (k W u)_i`` where ``(I + k_GG W) u = x_G``. The Ghosh side
    is the same with ``(G - I)'``.
    """
    places, shares, rows = _draws(engine, weights)
    side = choice(side, ("backward", "forward"), "side")
    c, x = engine.per_output(account), engine.blocks.output[places]
    reach = chains(engine, places, "forward" if side == "forward" else "satellite")
    corner = reach[places]
    if jointly:
        through = pulls(corner, x, shares, "satellite").through
    else:
        through = shares * x / (1.0 + shares * np.diag(corner))
    if by_sector:
        values = (through @ reach.T) * c
        values[:, places] *= 1.0 - shares
        return pd.DataFrame(values, index=rows, columns=engine.blocks.sectors, copy=False)
    inside = ((through @ corner.T) * shares) @ c[places]
    return pd.Series(through @ (c @ reach) - inside, index=rows, name=account, copy=False)


def _ghosh_side(engine: Engine, places: npt.NDArray[np.intp], value: Array) -> tuple[Array, Array]:
    x = engine.blocks.output
    own = x[places]
    scale = np.divide(1.0, own, out=np.zeros(len(own)), where=own != 0)
    turned = engine.rows(places) * scale[:, None] * x
    ahead = np.column_stack([turned.sum(axis=1), turned @ value])
    corner = np.array(turned[:, places].T)
    corner[own == 0, own == 0] = 1.0
    return corner, ahead


def _draws(engine: Engine, weights: Any) -> tuple[npt.NDArray[np.intp], Array, pd.Index]:
    """Read the draws and drop sectors that no draw touches."""
    cells = read_cells(weights, "weights")
    values, sectors = cells.values, engine.blocks.sectors
    if values.ndim != 2:
        raise DataError("weights: a vector; expected a row a draw and a column a sector")
    if cells.columns is not None:
        places = engine.places(cells.columns, "weights: columns")
    elif values.shape[1] == len(sectors):
        places = np.arange(len(sectors))
    else:
        raise DataError(
            f"weights: {values.shape[1]} columns for {len(sectors)} sectors; name the columns in a "
            "DataFrame or give one a sector"
        )
    bad = np.argwhere(~((values >= 0) & (values <= 1)))
    if len(bad):
        i, j = bad[0]
        raise DataError(
            f"weights: draw {i}, sector {sectors[places[j]]!r} is {values[i, j]:.6g}; expected a "
            "share from 0 to 1"
        )
    used = values.any(axis=0)
    rows = cells.rows if cells.rows is not None else pd.RangeIndex(len(values))
    return places[used], values[:, used], rows.rename("draw")
