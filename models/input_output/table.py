"""The input-output table."""

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy.linalg import lu_factor, lu_solve

from quesnay.fitting.errors import BalanceError, DataError

__all__ = ["InputOutputTable"]


class InputOutputTable:
    """A symmetric input-output table of one economy and year (thin first version)."""

    def __init__(
        self,
        Z: Any,
        final_demand: Any,
        value_added: Any,
        *,
        output: Any = None,
        imports: Any = None,
        accounts: Any = None,
        unit: str | None = None,
        name: str | None = None,
    ) -> None:
        self.Z = pd.DataFrame(Z).astype(float)
        labels = self.Z.index
        n = len(labels)
        if self.Z.shape != (n, n) or not np.isfinite(self.Z.to_numpy()).all():
            raise DataError("transactions must be a square matrix of finite numbers")
        self.final_demand = pd.DataFrame(final_demand).astype(float)
        value = pd.DataFrame(value_added).astype(float)
        self.value_added = value.T if value.shape == (n, 1) and n > 1 else value
        self.f = self.final_demand.sum(axis=1)
        self.v = pd.Series(self.value_added.to_numpy().sum(axis=0), index=labels)
        rows = self.Z.sum(axis=1).to_numpy() + self.f.to_numpy()
        self.x = pd.Series(rows if output is None else np.asarray(output, float), index=labels)
        if np.abs(rows - self.x).max() > 1e-6 * self.x.abs().max():
            raise BalanceError("rows do not add up to output")
        self.imports, self.accounts, self.unit, self.name = imports, accounts, unit, name

    @property
    def sectors(self) -> pd.Index:
        """Sector labels."""
        return self.Z.index

    @cached_property
    def A(self) -> pd.DataFrame:  # noqa: N802
        """Technical coefficients."""
        x = self.x.to_numpy()
        return self.Z / np.where(x == 0, 1.0, x)

    def solve(self, f: Any) -> pd.Series:
        """Output for a new final demand."""
        factor = lu_factor(np.eye(len(self.x)) - self.A.to_numpy())
        return pd.Series(lu_solve(factor, np.asarray(f, float)), index=self.sectors)
