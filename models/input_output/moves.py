"""How far the cells of a table moved when it was balanced."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.models.input_output.margins import Grid

__all__ = ["largest_moves"]

Array = npt.NDArray[np.float64]


def largest_moves(start: Grid, after: Array, limit: int = 1000) -> pd.DataFrame:
    """Return the cells that moved, the furthest first.

    Parameters
    ----------
    start : Grid
        The table before.
    after : ndarray, (n, m)
        The table after.
    limit : int
        Cells listed at most.

    Returns
    -------
    DataFrame
        Columns row, column, before, after, change (in the table's unit) and ratio (after/before).

    Examples
    --------
    >>> from quesnay.models.input_output.margins import grid
    >>> import numpy as np
    >>> largest_moves(grid([[1.0, 2.0]], "seed"), np.array([[1.0, 2.5]]))
       row  column  before  after  change  ratio
    0    0       1     2.0    2.5     0.5   1.25
    """
    before = start.values.ravel()
    end = after.ravel()
    change = end - before
    size = np.abs(change)
    moved = int(np.count_nonzero(size))
    count = min(limit, moved)
    places = np.argpartition(size, -count)[-count:] if count else np.zeros(0, dtype=np.intp)
    places = places[np.lexsort((places, -size[places]))]
    rows, columns = np.divmod(places, start.values.shape[1])
    old, new = before[places], end[places]
    ratio = np.divide(new, old, out=np.full_like(new, np.nan), where=old != 0)
    return pd.DataFrame(
        {
            "row": start.rows[rows],
            "column": start.columns[columns],
            "before": old,
            "after": new,
            "change": change[places],
            "ratio": ratio,
        }
    )
