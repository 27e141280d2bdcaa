"""The accounting identities that every estimate of a satellite account has to satisfy.

Each works on numbers and on arrays of draws alike.

Source: United Nations et al. (2009), System of National Accounts 2008, ch. 15 and 29; in letters
T = C + I, S = T / GDP, H = I / T, K = dT / dGDP and real growth G.
"""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

__all__ = ["contribution_to_growth", "integration_share", "real_growth", "share_of_gdp"]

Number = TypeVar("Number", float, npt.NDArray[np.float64])


def share_of_gdp(total: Number, gdp: Number) -> Number:
    """Return the share of a satellite account in GDP.

    Parameters
    ----------
    total, gdp : float or ndarray
        Value added of the account and GDP, same unit, current prices.

    Returns
    -------
    float or ndarray
        ``total / gdp``, a fraction.

    Examples
    --------
    >>> round(share_of_gdp(2.13, 98.65), 4)
    0.0216
    """
    ratio: Number = total / gdp
    return ratio


def integration_share(integration: Number, total: Number) -> Number:
    """Return the integration-driven share of the account.

    Parameters
    ----------
    integration, total : float or ndarray
        Integration-driven and total value added, same unit.

    Returns
    -------
    float or ndarray
        ``integration / total``, a fraction.

    Examples
    --------
    >>> round(integration_share(1.594, 2.13), 3)
    0.748
    """
    ratio: Number = integration / total
    return ratio


def contribution_to_growth(
    total: Number, total_before: Number, gdp: Number, gdp_before: Number
) -> Number:
    """Return the part of the growth of nominal GDP that the account contributes.

    Parameters
    ----------
    total, total_before : float or ndarray
        Value added of the account this year and last year, current prices.
    gdp, gdp_before : float or ndarray
        GDP of the same years, same unit and one vintage.

    Returns
    -------
    float or ndarray
        ``(total - total_before) / (gdp - gdp_before)``, a fraction.

    Examples
    --------
    >>> round(contribution_to_growth(2.13, 1.42, 98.65, 91.93), 3)
    0.106
    """
    ratio: Number = (total - total_before) / (gdp - gdp_before)
    return ratio


def real_growth(total: Number, total_before: Number, inflation: Number) -> Number:
    """Return the real growth of the account, deflated by the GDP deflator.

    Parameters
    ----------
    total, total_before : float or ndarray
        Value added of the account this year and last year, current prices.
    inflation : float or ndarray
        Deflator of this year over that of last year, a ratio (1.035 for 3.5 %).

    Returns
    -------
    float or ndarray
        Real growth, a fraction.

    Examples
    --------
    >>> round(real_growth(2.13, 1.42, 1.0125), 3)
    0.481
    """
    ratio: Number = total / total_before / inflation - 1.0
    return ratio
