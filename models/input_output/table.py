"""The input-output table."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, nearest
from quesnay.fitting.tables.leontief import Leontief, coefficients, leontief
from quesnay.models.input_output.imports import ImportBlock
from quesnay.models.input_output.validate import Blocks, check_balance, read_blocks

__all__ = ["InputOutputTable"]

Array = npt.NDArray[np.float64]


class InputOutputTable:
    """A symmetric input-output table of one economy and year.

    Examples
    --------
    >>> table = InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.multipliers().round(4).tolist()
    [1.5182, 1.4521]
    """

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
        tolerance: float = 1e-6,
        copy: bool = True,
    ) -> None:
        blocks = read_blocks(
            Z,
            final_demand,
            value_added,
            output=output,
            imports=imports,
            accounts=accounts,
            copy=copy,
        )
        check_balance(blocks, tolerance)
        self._blocks: Blocks = blocks
        self.unit, self.name = unit, name
        self._factors: Leontief | None = None

    @property
    def sectors(self) -> pd.Index:
        """Sector labels."""
        return self._blocks.sectors

    @property
    def Z(self) -> pd.DataFrame:
        """Transactions."""
        return self._square(self._blocks.flows)

    @property
    def final_demand(self) -> pd.DataFrame:
        """Final demand by category."""
        return pd.DataFrame(
            self._blocks.demand, index=self.sectors, columns=self._blocks.demand_names
        )

    @property
    def value_added(self) -> pd.DataFrame:
        """Value added by component."""
        return pd.DataFrame(
            self._blocks.value, index=self._blocks.value_names, columns=self.sectors
        )

    @property
    def f(self) -> "pd.Series[float]":
        """Total final demand."""
        return self._series(self._blocks.demand.sum(axis=1), "f")

    @property
    def v(self) -> "pd.Series[float]":
        """Total value added."""
        return self._series(self._blocks.value.sum(axis=0), "v")

    @property
    def x(self) -> "pd.Series[float]":
        """Output."""
        return self._series(self._blocks.output, "x")

    @property
    def imports(self) -> ImportBlock | None:
        """The import block, where imports stand apart."""
        return self._blocks.imports

    @property
    def accounts(self) -> pd.DataFrame | None:
        """Account rows."""
        if not len(self._blocks.account_names):
            return None
        return pd.DataFrame(
            self._blocks.accounts, index=self._blocks.account_names, columns=self.sectors
        )

    @property
    def A(self) -> pd.DataFrame:
        """Technical coefficients."""
        return self._square(coefficients(self._blocks.flows, self._blocks.output))

    @property
    def B(self) -> pd.DataFrame:
        """Allocation coefficients."""
        return self._square(coefficients(self._blocks.flows.T, self._blocks.output).T)

    def leontief(self) -> pd.DataFrame:
        """Return the Leontief inverse."""
        return self._square(self._factored().inverse())

    def ghosh(self) -> pd.DataFrame:
        """Return the Ghosh inverse."""
        x = self._blocks.output
        return self._square(coefficients((self._factored().inverse() * x).T, x).T)

    def solve(self, f: Any) -> Any:
        """Return output for a new final demand."""
        values = f.reindex(self.sectors) if isinstance(f, pd.Series | pd.DataFrame) else f
        out = self._factored().columns(np.asarray(values, dtype=float))
        if out.ndim == 1:
            return self._series(out, "output")
        columns = f.columns if isinstance(f, pd.DataFrame) else None
        return pd.DataFrame(out, index=self.sectors, columns=columns)

    def multipliers(self, account: str = "output") -> "pd.Series[float]":
        """Return an account per unit of final demand."""
        return self._series(self._factored().rows(self._per_output(account)[None])[0], account)

    def extract(self, weights: Any, kind: str = "total") -> Any:
        """Remove sectors, wholly or by share (total extraction): output loss by sector."""
        share = dict.fromkeys(weights, 1.0) if not isinstance(weights, dict) else weights
        places = self.sectors.get_indexer(list(share))
        if (places < 0).any():
            raise DataError(f"unknown sector;{nearest(str(next(iter(share))), self.sectors)}")
        w = np.array(list(share.values()), dtype=float)
        L = self._factored().columns(np.eye(len(self.sectors))[:, places])
        K = L.copy()
        K[places, np.arange(len(places))] -= 1.0
        s = w * (2 - w)
        u = np.linalg.solve(np.eye(len(w)) + K[places] * s, self._blocks.output[places])
        loss = K @ (s * u)
        loss[places] += w * u
        return self._series(loss, "output_loss")

    def _per_output(self, account: str) -> Array:
        b = self._blocks
        if account == "output":
            return np.ones(len(b.output))
        if account == "value_added":
            return coefficients(b.value.sum(axis=0, keepdims=True), b.output)[0]
        for names, block in ((b.value_names, b.value), (b.account_names, b.accounts)):
            if account in names:
                return coefficients(block[[names.get_loc(account)]], b.output)[0]
        known = ["output", "value_added", *b.value_names, *b.account_names]
        raise DataError(f"account {account!r} is unknown;{nearest(account, known)}")

    def _factored(self) -> Leontief:
        if self._factors is None:
            self._factors = leontief(self._blocks.flows, self._blocks.output)
        return self._factors

    def _square(self, values: Array) -> pd.DataFrame:
        return pd.DataFrame(values, index=self.sectors, columns=self.sectors)

    def _series(self, values: Array, name: str) -> "pd.Series[float]":
        return pd.Series(values, index=self.sectors, name=name)
