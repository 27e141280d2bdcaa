"""M2, potential: what full use of the technology would attribute to the industries that use it.

The elasticity of value added to inputs of the technology comes from a panel regression with fixed
effects; the potential is the elasticity times the value added of the using industries. This
*attributes* value added to the use of the technology; it is not a counterfactual (extraction is).
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError, suggestion

__all__ = ["estimation_sample"]


def estimation_sample(
    panel: pd.DataFrame,
    logarithms: Mapping[str, Sequence[str]],
    *,
    years: Sequence[int] = (),
    exclude: str | None = None,
) -> pd.DataFrame:
    """Prepare the rows and logarithms that the production function is estimated on.

    Parameters
    ----------
    panel : DataFrame
        One row a unit, sector and year.
    logarithms : mapping of str to sequence of str
        New column -> columns whose sum is taken in logarithms; sums that are not positive have no
        logarithm and become missing, so that the regression drops and counts them.
    years : sequence of int
        Years kept; all where empty.
    exclude : str, optional
        Name of a column of truth values: rows where it holds are left out.

    Returns
    -------
    DataFrame
        The kept rows with the new columns.

    Raises
    ------
    DataError
        If a column is unknown or no row is left.

    Examples
    --------
    >>> import pandas as pd
    >>> panel = pd.DataFrame({"year": [2012, 2017], "a": [1.0, 2.0], "b": [0.0, -2.0]})
    >>> estimation_sample(panel, {"ln_a": ["a"], "ln_ab": ["a", "b"]})["ln_ab"].tolist()
    [0.0, nan]
    """
    wanted = {name for names in logarithms.values() for name in names}
    for name in sorted(wanted | ({exclude} if exclude else set())):
        if name not in panel.columns:
            raise DataError(f"the panel has no column {name!r};{suggestion(name, panel.columns)}")
    keep = pd.Series(True, index=panel.index)
    if years:
        keep &= panel["year"].isin(list(years))
    if exclude:
        keep &= ~panel[exclude].astype(bool)
    if not keep.any():
        raise DataError(f"the panel has no row for the years {list(years)}; check the years")
    sample = panel.loc[keep].copy()
    for name, columns in logarithms.items():
        total = sample[list(columns)].sum(axis=1, skipna=False)
        sample[name] = np.log(total.where(total > 0))
    return sample
