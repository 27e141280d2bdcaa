"""The core industries out of input-output tables (M1), and what others owe to them (M3).

M1. A table of relative weights (segments x sectors, 0..1) says which part of a sector's value added
belongs to the core, up to one common scale; the scale is calibrated on one published level.

M3, the linkage run. Each sector s is split by the core's weight w_s into a core part and a rest;
rows, columns, output and value added go in proportion. With K the core parts, L the Leontief
inverse of the split table and v / x value added per unit of output, the others produce for the
core::

    I = sum_i v_i (L_iK inv(L_KK) x_K)_i / x_i          i outside K

jointly for all parts, so that nothing is counted twice. The split changes the table by a matrix of
low rank, so that a draw of weights costs one small system
(:func:`quesnay.fitting.tables.extraction.satellite_output`).

Source: Miller and Blair (2009), Input-Output Analysis, ch. 12; Dietzenbacher and Lahr (2013),
Expanding extractions, Economic Systems Research 25(3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import DataError
from quesnay.fitting.tables.extraction import satellite_output
from quesnay.models.input_output.extraction import chains
from quesnay.models.input_output.table import InputOutputTable


@dataclass(frozen=True, slots=True)
class CorePattern:
    """A documented assumption: which part of which sector belongs to which core segment.

    Weights are segments x sectors, relative, from 0 to 1, refused where all are zero.
    """

    weights: pd.DataFrame

    def __post_init__(self) -> None:
        values = self.weights.to_numpy(float)
        bad = ~((values >= 0) & (values <= 1))
        if bad.any():
            row, column = np.argwhere(bad)[0]
            raise DataError(
                f"core weight of segment {self.weights.index[row]!r}, sector "
                f"{self.weights.columns[column]!r} is {values[row, column]:g}; expected 0 to 1"
            )
        if not (values > 0).any():
            raise DataError("every core weight is zero; give at least one sector a weight")

    @property
    def sectors(self) -> list[str]:
        """Sectors with a weight, in the order of the columns."""
        return [str(name) for name in self.weights.columns]

    @property
    def cells(self) -> list[tuple[str, str, float]]:
        """Segment, sector and weight of every cell that is not zero."""
        values = self.weights.to_numpy(float)
        return [
            (str(segment), str(sector), float(values[row, column]))
            for row, segment in enumerate(self.weights.index)
            for column, sector in enumerate(self.weights.columns)
            if values[row, column] > 0
        ]

    def calibrate(self, value_added: pd.Series, target: float) -> "CoreAccount":
        """Find the scale at which the core of one year equals a published level.

        `value_added` by sector and `target` in the same unit; refused where a sector is unknown or
        the target takes more than all of one.

        >>> pattern = CorePattern(pd.DataFrame({"31": [0.5]}, index=["platforms"]))
        >>> pattern.calibrate(pd.Series({"31": 34.0}), 4.25).scale
        0.25
        """
        refuse_unknown(
            self.sectors, value_added.index, "core weights name sector", ", not in the table"
        )
        raw = float((self.weights * value_added[self.sectors]).to_numpy().sum())
        account = CoreAccount(self.weights, target / raw)
        over = account.sector_weights[account.sector_weights > 1]
        if len(over):
            raise DataError(
                f"a core of {target:g} takes {over.iloc[0]:.0%} of sector {over.index[0]!r}; "
                "spread the weights over more sectors or lower the target"
            )
        return account


@dataclass(frozen=True, slots=True)
class CoreAccount:
    """Core industries: relative weights, segments x sectors, and the scale of all."""

    weights: pd.DataFrame
    scale: float

    @property
    def sector_weights(self) -> pd.Series:
        """Sector -> share of its value added that belongs to the core."""
        return self.scale * self.weights.sum()

    def value_added(self, value_added: pd.DataFrame) -> pd.DataFrame:
        """Return the core's value added, years x segments, from that of years x sectors."""
        return self.scale * value_added[list(self.weights.columns)] @ self.weights.T


@dataclass(frozen=True, slots=True, eq=False)
class CoreTies:
    """What one table says about the industries that hold the core, ready for many weights.

    Of S sectors K have a part of the core, at `places` (K,). `reach` (S, K): columns K of the
    Leontief inverse less the identity; forward, rows K of Ghosh's, turned. `output` (K,) and
    `total`, value added of all sectors, are in the table's unit; `value` (S,) is value added per
    unit of output. `jointly`, else every part alone: what two parts both need then counts twice.
    """

    places: npt.NDArray[np.intp]
    reach: Array
    output: Array
    value: Array
    total: float
    jointly: bool = True

    @classmethod
    def of(
        cls, table: InputOutputTable, sectors: Sequence[str], *, side: str = "backward"
    ) -> "CoreTies":
        """Prepare a table for a core in the named sectors.

        `side`: who is tied, "backward" the suppliers of the core (Leontief) or "forward" its users
        (Ghosh).
        """
        labels = [str(name) for name in table.sectors]
        refuse_unknown(sectors, labels, "no sector", " in the table")
        places = np.array([labels.index(name) for name in sectors], dtype=np.intp)
        engine = table.engine
        reach = chains(engine, places, "forward" if side == "forward" else "backward")
        value = engine.per_output("value_added")
        return cls(places, reach, engine.blocks.output[places], value, float(table.v.sum()))

    def outside(self) -> "CoreTies":
        """Return the same, counting only sectors without a part of the core."""
        value = self.value.copy()
        value[self.places] = 0.0
        return replace(self, value=value)

    def elsewhere(self, weights: Array) -> Array:
        """Return value added elsewhere that the core's output needs, (n, S), in the table's unit.

        `weights` (n, K): share of the core in each of its sectors, 0 to 1; the rest of such a
        sector counts as elsewhere.

        >>> table = InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
        >>> CoreTies.of(table, ["0"]).elsewhere(np.array([[1.0], [0.5]])).round(2).tolist()
        [[0.0, 147.37], [36.64, 81.99]]
        """
        found = satellite_output(
            self.reach, self.places, self.output, weights, jointly=self.jointly
        )
        return found * self.value


def keeps_imports_by_product(table: InputOutputTable) -> bool:
    """Return whether a table says of imports which of its sectors make the like at home."""
    return table.imports is not None and table.imports.Z.index.equals(table.sectors)


def with_imports_inside(table: InputOutputTable) -> InputOutputTable:
    """Return the table with imports inside the flows, as if they were made at home.

    They are a negative category of final demand. Refused where the table keeps none apart, or not
    by the sectors that they replace.

    >>> import quesnay as qn
    >>> inside = with_imports_inside(qn.load_io("CHN", 2018))
    >>> other = qn.load_io("CHN", 2018, imports="included")
    >>> bool((inside.Z - other.Z).abs().to_numpy().max() < 1e-3)  # of 100 million yuan
    True
    """
    block = table.imports
    if block is None or not keeps_imports_by_product(table):
        raise DataError(
            "the table keeps no imports apart by the sectors that they replace; load it with "
            "imports='separate'"
        )
    flows = table.Z + block.Z.to_numpy(float)
    demand = table.final_demand.copy()
    total = block.Z.to_numpy(float).sum(axis=1)
    if block.final_demand is not None:
        for name in block.final_demand.columns:
            own = block.final_demand[name].to_numpy(float)
            demand[name] = demand[name] + own if name in demand.columns else own
            total = total + own
    demand["imports"] = -total
    return InputOutputTable(
        flows, demand, table.value_added, taxes=table.taxes, unit=table.unit, name=table.name
    )
