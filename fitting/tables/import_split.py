"""Splitting flows into domestic and imported ones by the proportional import assumption."""

import numpy as np
import numpy.typing as npt

__all__ = ["proportional_imports"]

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


def proportional_imports(flows: Array, imports: Array, bought: Mask) -> tuple[Array, Array]:
    """Return the imported part of every flow and the import share of every product.

    Each buyer at home buys a product from abroad in the same proportion (UN Handbook 2018,
    section 8.D): ``M = diag(m / d) F`` with d the product's sum over the buyers.

    Parameters
    ----------
    flows : ndarray, (n, k)
        Use and final demand by product, imports included.
    imports : ndarray, (n,)
        Imports by product, positive.
    bought : ndarray of bool, (k,)
        Columns that buy imports (not: exports).

    Returns
    -------
    imported : ndarray, (n, k)
        The imported part of the flows.
    share : ndarray, (n,)
        Imports as a share of what the buyers buy; NaN where they buy nothing.

    Examples
    --------
    >>> import numpy as np
    >>> flows = np.array([[6.0, 4.0, 5.0]])
    >>> proportional_imports(flows, np.array([2.0]), np.array([True, True, False]))[0]
    array([[1.2, 0.8, 0. ]])
    """
    base = flows[:, bought].sum(axis=1)
    share = np.divide(imports, base, out=np.full(len(base), np.nan), where=base != 0)
    share = np.where((imports == 0) & (base == 0), 0.0, share)
    return np.where(bought, flows * np.nan_to_num(share)[:, None], 0.0), share
