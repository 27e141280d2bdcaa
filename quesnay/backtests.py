"""Back-tests on the embedded tables."""

from collections.abc import Sequence

from quesnay.datasets.input_output import load_io
from quesnay.diagnostics.evidence.updating import METHODS, UpdateBacktest, backtest_update
from quesnay.fitting.checks import as_tuple, is_whole
from quesnay.fitting.errors import DataError, shown

__all__ = ["backtest_tables"]


def backtest_tables(
    country: str = "CHN",
    updates: Sequence[tuple[int, int]] = ((2017, 2018), (2018, 2020)),
    *,
    imports: str = "included",
    methods: Sequence[str] = tuple(METHODS),
) -> UpdateBacktest:
    """Update the embedded tables of a country to later years and compare with the official ones.

    Parameters
    ----------
    country : str
        Such as "CHN".
    updates : sequence of (int, int)
        Base year and target year.
    imports : {"included", "separate"}
        Which official table: "separate" updates the domestic block.
    methods : sequence of str
        Of "same cells", "same coefficients", "RAS", "GRAS" and "least squares".

    Returns
    -------
    UpdateBacktest
        Weighted absolute percentage errors by block, naive rules included.

    Raises
    ------
    QuesnayError
        If a table does not exist, or a method is unknown.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = qn.backtest_tables(updates=[(2017, 2018)], methods=["same coefficients", "RAS"])
    >>> found.errors["intermediate"].round(3).tolist()
    [0.049, 0.04]
    """
    pairs = [as_tuple(update, "updates") for update in as_tuple(updates, "updates")]
    if not pairs or any(len(pair) != 2 or not all(map(is_whole, pair)) for pair in pairs):
        raise DataError(f"updates: give updates as pairs of years (from, to), got {shown(updates)}")
    years = sorted({year for pair in pairs for year in pair})
    tables = {year: load_io(country, year, imports=imports) for year in years}
    return backtest_update(tables, pairs, methods=methods)
