"""From supply and use to a symmetric table: the models of the handbooks."""

from dataclasses import dataclass

import numpy as np

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.leontief import factored


@dataclass(frozen=True, slots=True, eq=False)
class Transform:
    """Matrices that turn use, final demand and value added into a symmetric table.

    ``Z = left U right``, ``Y = left Y``, ``W = W right``; None stands for the unit matrix.
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


def hybrid_transform(supply: Array, product_technology: Array) -> Transform:
    """Return model E: product technology for some outputs, industry technology for the rest.

    With ``V = S'`` split into V1 (product technology) and V2, ``C1 = V1' diag(V1 1)^-1`` and
    ``D2 = V2 diag(x)^-1``: ``R = C1^-1 (I - diag(D2' 1)) + D2`` and
    ``right = diag(g)^-1 R diag(x)`` (UN Handbook 2018, ch. 12, tables 12.9-12.10).
    """
    x, g = supply.sum(axis=1), supply.sum(axis=0)
    own = supply * product_technology
    mix = _ratio(own, own.sum(axis=0)[None, :])
    rest = _ratio((supply - own).T, x[None, :])
    share = _inverse(mix, "E") * (1.0 - rest.sum(axis=0)) + rest
    return Transform(None, _ratio(share * x, g[:, None]))


def _ratio(over: Array, under: Array) -> Array:
    below = np.broadcast_to(under, over.shape)
    return np.divide(over, below, out=np.zeros_like(over), where=below != 0)


def _inverse(supply: Array, model: str) -> Array:
    why = (
        f"model {model}: the supply table is singular (two industries make the same mix of "
        "products, or one makes none); aggregate, or use model B or D"
    )
    return factored(supply, why).columns(np.eye(len(supply)))
