"""Judge whether a report's printed figures are mutually consistent."""

from collections.abc import Sequence

import pandas as pd

from quesnay.datasets.macro import load_gdp_vintages
from quesnay.datasets.reported import load_reported
from quesnay.diagnostics.audit.files import ReportFile, read_report as read_figures
from quesnay.diagnostics.audit.report import audit_figures
from quesnay.diagnostics.audit.result import AuditResult

__all__ = ["audit", "read_figures"]

_REPORT, _COUNTRY = "caict_2020", "CHN"


def audit(
    reported: pd.DataFrame | ReportFile | None = None,
    gdp: pd.DataFrame | None = None,
    *,
    gdp_unit: str = "100 million CNY",
    deflator: str = "free",
    without: Sequence[str] = (),
) -> AuditResult:
    """Judge whether the printed figures of a report can all be true.

    Parameters
    ----------
    reported : DataFrame or ReportFile, optional
        By default the figures of the embedded report; `read_figures` reads a file of a user's own,
        with its own identities and vintages. A frame has index id (T total, C core, I integration,
        S share of GDP, H integration share, K contribution to growth, G real growth, each with the
        year) and columns concept, year, printed, unit, and optionally low, high, kind.
    gdp : DataFrame, optional
        GDP vintages: year, vintage, gdp, real_growth; by default those embedded for a frame, and
        those of the file for a file.
    gdp_unit : str
        Unit of gdp where the frame has no unit column.
    deflator : {"free", "official"}
        Whether the deflator behind real growth is implied, or tied to nominal and real GDP.
    without : sequence of str
        Ids to leave out.

    Returns
    -------
    AuditResult
        ``feasible``, ``bounds``, ``vintages``, ``conflicts``, ``findings``.

    Raises
    ------
    QuesnayError
        If figures, units or vintages are at fault.

    Examples
    --------
    >>> import quesnay as qn
    >>> found = qn.audit(qn.load_reported("caict_2020"))
    >>> found.feasible, found.conflicts
    (True, [])
    >>> found.official.conflicts[0]
    ['T18', 'S18', 'G18', 'K18']
    """
    if isinstance(reported, ReportFile):
        return audit_figures(
            reported.figures,
            gdp=reported.gdp if gdp is None else gdp,
            gdp_unit=gdp_unit,
            identities=reported.identities,
            quantities=reported.quantities,
            deflator=deflator,
            without=without,
        )
    if reported is None:
        reported = load_reported(_REPORT)
    vintages = load_gdp_vintages(_COUNTRY) if gdp is None else gdp
    return audit_figures(
        reported, gdp=vintages, gdp_unit=gdp_unit, deflator=deflator, without=without
    )
