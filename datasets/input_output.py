"""Embedded input-output tables: China (NBS) and the OECD's China and Japan."""

from quesnay.datasets.table_frames import load_io_frames
from quesnay.models.input_output.table import InputOutputTable

__all__ = ["load_io"]


def load_io(
    country: str,
    year: int,
    *,
    imports: str | None = None,
    detail: int | None = None,
    source: str | None = None,
) -> InputOutputTable:
    """Load an embedded input-output table: who sells how much to whom in one economy and year.

    Sectors are labelled by their codes ("01" to "42"); :func:`load_sectors` names them.

    Parameters
    ----------
    country : {"CHN", "JPN"}
        ISO 3166 code.
    year : int
        China: 2012, 2015, 2017, 2018, 2020 (NBS) or 2018 (OECD). Japan: 2018 (OECD).
    imports : {"separate", "included"}, optional
        "separate": the flows are domestic and the import block stands apart (China 2017, 2018,
        2020 at 42 products). "included": imports are inside the flows and a negative column of
        final demand; multipliers of such a table count imports as if made at home.
        By default "separate" for the NBS tables; the OECD tables are shipped "included".
    detail : int, optional
        Number of products: 42 (default), 139 (2012), 149 (2017), 153 (2018, 2020); OECD: 45.
    source : {"nbs", "oecd"}, optional
        Statistical source; by default "nbs" for China and "oecd" for Japan.

    Returns
    -------
    InputOutputTable
        Values in 100 million yuan (NBS) or million US dollars (OECD), current prices.

    Raises
    ------
    DataError
        If no such table is embedded; the message says which are.

    Notes
    -----
    Value added has the components labour_compensation, net_production_taxes, depreciation and
    operating_surplus (OECD: value_added_basic_prices and two rows of taxes less subsidies on
    products). What the printed cells leave of the printed totals (at most 1,000 yuan; OECD at
    most 0.7 million dollars) is added to the largest final demand of its row and the largest
    component of its column, so that rows and columns balance exactly; all other cells are as
    printed.
    :func:`load_dataset` gives the printed cells with `rounding` apart.

    Examples
    --------
    >>> table = load_io("CHN", 2018, imports="separate")
    >>> round(float(table.v.sum()), 1)
    922057.2
    """
    frames = load_io_frames(country, year, imports=imports, detail=detail, source=source)
    return InputOutputTable(
        frames.Z,
        frames.final_demand,
        frames.value_added,
        output=frames.output,
        imports=frames.imports,
        unit=frames.unit,
        name=frames.name,
    )
