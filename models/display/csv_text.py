"""Tables in CSV: the numbers themselves, and no formula from a label."""

import csv
import io
from datetime import date

import numpy as np
import pandas as pd

from quesnay.models.display.digits import is_missing, is_numeric
from quesnay.models.display.escape import guard_formula
from quesnay.models.display.grid import index_levels

__all__ = ["SIGNIFICANT_DIGITS", "frame_to_csv"]

SIGNIFICANT_DIGITS = 10  # the last digits of a float differ between processors; ten never do


def frame_to_csv(frame: pd.DataFrame, *, digits: int | None = SIGNIFICANT_DIGITS) -> str:
    r"""Write a frame as CSV, floats with ten significant digits.

    Parameters
    ----------
    frame : DataFrame
        The values; row labels come first, unless they only count the rows.
    digits : int or None, default 10
        Significant digits; None writes what was read, not computed, without loss.

    Returns
    -------
    str
        RFC 4180 text with ``\n`` line ends; text that a spreadsheet would run as a formula has
        an apostrophe before it.

    Examples
    --------
    >>> import pandas as pd
    >>> print(frame_to_csv(pd.DataFrame({"core": [0.4386], "note": ["=1+1"]})), end="")
    core,note
    0.4386,'=1+1
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    levels = index_levels(frame)
    names = [name for name, _ in levels] + [_flat(name) for name in frame.columns]
    writer.writerow([_text(name) for name in names])
    columns = [values for _, values in levels]
    columns += [frame.iloc[:, place].tolist() for place in range(frame.shape[1])]
    writer.writerows(zip(*([_cell(value, digits) for value in c] for c in columns), strict=True))
    return stream.getvalue()


def _flat(name: object) -> str:
    parts = name if isinstance(name, tuple) else (name,)
    return " / ".join(str(part) for part in parts if not is_missing(part) and str(part))


def _cell(value: object, digits: int | None) -> str:
    if is_missing(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating):
        return repr(float(value)) if digits is None else f"{value:.{digits}g}"
    if is_numeric(value):
        return str(value)
    return _text(value.isoformat() if isinstance(value, date) else value)


def _text(value: object) -> str:
    # The csv module leaves a bare carriage return unquoted, which would break the row.
    return guard_formula(value).replace("\r\n", "\n").replace("\r", "\n")
