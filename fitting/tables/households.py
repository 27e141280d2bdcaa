"""Closing a table for households: type II effects by a rank-one border, without a new inverse."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import DataError

__all__ = ["Household", "household"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Household:
    """Households as one more sector: they buy ``h`` per unit of income and earn ``l`` per output.

    The closed inverse has the blocks ``L + L h l L / d`` and, in the household row, ``l L / d``
    with ``d = 1 - corner - l L h`` (Miller and Blair 2009, sec. 2.5 and 6.2).

    Parameters
    ----------
    income : ndarray, (n,)
        ``l L``: income per unit of final demand, type I.
    spending : ndarray, (n,)
        ``h``: purchases per unit of household income.
    pivot : float
        ``d``: what is left of a unit of income after its own rounds.
    """

    income: Array
    spending: Array
    pivot: float

    def row(self) -> Array:
        """Return household income per unit of final demand, type II, (n,)."""
        out: Array = self.income / self.pivot
        return out

    def closed(self, effects: Array) -> Array:
        """Return type II effects from type I effects ``c L``, (n,)."""
        out: Array = effects + float(effects @ self.spending) * self.row()
        return out


def household(income: Array, spending: Array, corner: float = 0.0) -> Household:
    """Prepare the closed model.

    Parameters
    ----------
    income : ndarray, (n,)
        ``l L``.
    spending : ndarray, (n,)
        ``h``.
    corner : float
        Purchases of households from households per unit of income.

    Returns
    -------
    Household
        The border.

    Raises
    ------
    DataError
        If households spend all that their spending earns them: then demand has no end.

    Examples
    --------
    >>> import numpy as np
    >>> L = np.array([[0.95, 0.25], [0.2, 0.85]]) / 0.7575
    >>> house = household(np.array([0.3, 0.25]) @ L, np.array([0.05, 0.4]), 0.05)
    >>> (house.closed(L.sum(axis=0)) + house.row()).round(3)
    array([2.462, 2.262])
    """
    pivot = 1.0 - corner - float(income @ spending)
    if not pivot > 1e-12:
        raise DataError(
            f"closed model: a unit of household income calls forth {1.0 - pivot:.4g} units of "
            "household income, not less than 1, so the rounds never end; check which demand column "
            "and income row were named"
        )
    return Household(income, spending, pivot)
