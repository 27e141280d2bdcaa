"""Splitting flows: one sector into several, and all flows into domestic and imported ones."""

from dataclasses import dataclass

import numpy as np

from quesnay.fitting.arrays import Array, Mask
from quesnay.fitting.tables.balancing import Scaling, gras

__all__ = [
    "Halves",
    "core_block",
    "fitted_rows",
    "proportional_imports",
]


@dataclass(frozen=True, slots=True, eq=False)
class Halves:
    """Rows (or columns) of the parts of a sector."""

    values: Array
    scaling: Scaling | None


def fitted_rows(pattern: Array, whole: Array, shares: Array) -> Halves:
    """Spread the cells of a sector over its parts, near a pattern and with given totals."""
    seed = pattern * whole
    totals = shares * whole.sum()
    gap = np.abs(seed.sum(axis=1) - totals).max()
    if gap <= 1e-14 * np.abs(whole).sum():
        return Halves(seed, None)
    found = gras(seed, totals, whole, tolerance=1e-12, max_iterations=100_000)
    return Halves(found.table, found)


def core_block(sales: Array, inputs: Array, whole: float, shares: Array) -> Array:
    """Spread a sector's sales to itself over its parts, from what each sells to and buys of it."""
    if whole == 0:
        return np.zeros((len(shares), len(shares)))
    block: Array = np.outer(sales, inputs) / whole
    return block


def proportional_imports(flows: Array, imports: Array, bought: Mask) -> tuple[Array, Array]:
    """Return the imported part of every flow and the import share of every product.

    Each buyer at home buys a product from abroad in the same proportion (UN Handbook 2018,
    section 8.D): ``M = diag(m / d) F`` with d the product's sum over the buyers.
    """
    base = flows[:, bought].sum(axis=1)
    share = np.divide(imports, base, out=np.full(len(base), np.nan), where=base != 0)
    share = np.where((imports == 0) & (base == 0), 0.0, share)
    return np.where(bought, flows * np.nan_to_num(share)[:, None], 0.0), share
