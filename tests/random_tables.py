"""Random tables that balance, for tests of identities and of refusals."""

from typing import Any

import numpy as np
import pandas as pd

import quesnay as qn


def random_table(
    seed: int, n: int = 4, *, negative: bool = False, labels: Any = None
) -> qn.InputOutputTable:
    """Return a productive table with zeros, three kinds of final demand and employment."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(50, 200, n)
    A = rng.random((n, n))
    A[rng.random((n, n)) < 0.2] = 0
    A = A / np.maximum(A.sum(axis=0), 1e-9) * rng.uniform(0.2, 0.5, n)
    final = rng.lognormal(2, 1, (n, 3))
    if negative:
        final[:, 2] -= np.minimum(8.0, 0.9 * final.sum(axis=1))  # output stays positive
    x = np.linalg.solve(np.eye(n) - A, final.sum(axis=1))
    Z = A * x
    names = list("abcdefgh"[:n]) if labels is None else labels
    demand = pd.DataFrame(final, names, ["households", "investment", "net exports"])
    jobs = pd.DataFrame([x * rng.uniform(1, 2, n)], ["employment"], names)
    return qn.InputOutputTable(
        pd.DataFrame(Z, names, names), demand, pd.Series(x - Z.sum(axis=0), names), accounts=jobs
    )
