"""From supply and use to a symmetric table: the four models of the handbooks."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.factored import factored

__all__ = ["Transform", "transform"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Transform:
    """Matrices that turn use, final demand and value added into a symmetric table.

    ``Z = left U right``, ``Y = left Y``, ``W = W right``; None stands for the unit matrix.

    Parameters
    ----------
    left : ndarray, (industries, products), or None
        Moves rows from products to industries (models C and D).
    right : ndarray, (industries, products), or None
        Moves columns from industries to products (models A and B).
    """

    left: Array | None
    right: Array | None

    def rows(self, matrix: Array) -> Array:
        """Move rows from products to industries."""
        return matrix if self.left is None else self.left @ matrix

    def columns(self, matrix: Array) -> Array:
        """Move columns from industries to products."""
        return matrix if self.right is None else matrix @ self.right


def transform(supply: Array, model: str) -> Transform:
    """Return the transformation of a model for a supply table.

    With supply S (products x industries), product output ``x = S 1`` and industry output
    ``g = S' 1`` (UN Handbook 2018, ch. 12; Eurostat 2008, ch. 11):

    * A, product technology, product by product: ``right = S^-1 diag(x)``;
    * B, industry technology, product by product: ``right = diag(g)^-1 S'``;
    * C, fixed industry sales, industry by industry: ``left = diag(g) S^-1``;
    * D, fixed product sales, industry by industry: ``left = S' diag(x)^-1``.

    Parameters
    ----------
    supply : ndarray, (products, industries)
        Domestic supply.
    model : {"A", "B", "C", "D"}
        A and C need as many products as industries.

    Returns
    -------
    Transform
        To be applied to use, final demand and value added.

    Raises
    ------
    DataError
        If A or C is asked of a rectangular or singular supply table.

    Examples
    --------
    >>> import numpy as np
    >>> transform(np.array([[8.0, 2.0], [0.0, 10.0]]), "D").left
    array([[0.8, 0. ],
           [0.2, 1. ]])
    """
    x, g = supply.sum(axis=1), supply.sum(axis=0)
    if model == "B":
        return Transform(None, _ratio(supply.T, g[:, None]))
    if model == "D":
        return Transform(_ratio(supply.T, x[None, :]), None)
    products, industries = supply.shape
    if products != industries:
        raise DataError(
            f"model {model}: {products} products but {industries} industries; it needs as many of "
            "both: aggregate, or use model B or D"
        )
    solved = _inverse(supply, model)
    return Transform(None, solved * x) if model == "A" else Transform(g[:, None] * solved, None)


def _ratio(over: Array, under: Array) -> Array:
    below = np.broadcast_to(under, over.shape)
    return np.divide(over, below, out=np.zeros_like(over), where=below != 0)


def _inverse(supply: Array, model: str) -> Array:
    why = (
        f"model {model}: the supply table is singular (two industries make the same mix of "
        "products, or one makes none); aggregate, or use model B or D"
    )
    return factored(supply, why).solve(np.eye(len(supply)))
