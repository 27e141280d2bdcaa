"""M3, the linkage run: value added that other industries owe to the core, along the supply chain.

Each sector s is split by the core's weight w_s into a core part and a rest; rows, columns, output
and value added go in proportion. With K the core parts, L the Leontief inverse of the split table
and v / x value added per unit of output, the others produce for the core::

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

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError, suggestion
from quesnay.fitting.tables.extraction import satellite_output
from quesnay.models.input_output.table import InputOutputTable

__all__ = ["CoreTies", "keeps_imports_by_product", "with_imports_inside"]


@dataclass(frozen=True, slots=True, eq=False)
class CoreTies:
    """What one table says about the industries that hold the core, ready for many weights.

    Shapes: S sectors, K of them with a part of the core.

    Parameters
    ----------
    places : ndarray of int (K,)
        Positions of the sectors with a core part.
    reach : ndarray (S, K)
        Columns K of the Leontief inverse less the identity; forward, rows K of Ghosh's, turned.
    output : ndarray (K,)
        Output of the sectors K, unit of the table.
    value : ndarray (S,)
        Value added per unit of output.
    total : float
        Value added of all sectors, unit of the table.
    jointly : bool
        False: every core part alone, the ties added up; what two parts both need counts twice.
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

        Parameters
        ----------
        table : InputOutputTable
            Domestic flows, or flows with imports inside.
        sectors : sequence of str
            Where the core lies.
        side : {"backward", "forward"}
            Who is tied: suppliers of the core (Leontief) or its users (Ghosh).

        Raises
        ------
        DataError
            If a sector is not in the table.
        """
        labels = [str(name) for name in table.sectors]
        for name in sectors:
            if name not in labels:
                raise DataError(f"no sector {name!r} in the table;{suggestion(name, labels)}")
        places = np.array([labels.index(name) for name in sectors], dtype=np.intp)
        inverse = table.leontief().to_numpy(float) - np.eye(len(labels))
        x, v = table.x.to_numpy(float), table.v.to_numpy(float)
        per_output = np.divide(v, x, out=np.zeros(len(x)), where=x != 0)
        reach = inverse[:, places]
        if side == "forward":  # Ghosh's inverse is Leontief's, rows over and columns times x
            over = np.divide(1.0, x, out=np.zeros(len(x)), where=x != 0)
            reach = (over[places, None] * inverse[places] * x).T
        return cls(
            places, np.asarray(reach), np.asarray(x[places], np.float64), per_output, float(v.sum())
        )

    def outside(self) -> "CoreTies":
        """Return the same, counting only sectors without a part of the core."""
        value = self.value.copy()
        value[self.places] = 0.0
        return replace(self, value=value)

    def elsewhere(self, weights: Array) -> Array:
        """Return value added elsewhere that the core's output needs, by sector.

        Parameters
        ----------
        weights : ndarray (n, K)
            Share of the core in each of its sectors, 0 to 1.

        Returns
        -------
        ndarray (n, S)
            Unit of the table; the rest of a sector with a core part counts as elsewhere.

        Examples
        --------
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

    Parameters
    ----------
    table : InputOutputTable
        Domestic flows with an import block apart.

    Returns
    -------
    InputOutputTable
        Flows and final demand from both sources; imports a negative category of final demand.

    Raises
    ------
    DataError
        If the table keeps no imports apart, or only their total and not what is imported.

    Examples
    --------
    >>> import quesnay as qn
    >>> inside = with_imports_inside(qn.load_io("CHN", 2018))
    >>> other = qn.load_io("CHN", 2018, imports="included")
    >>> bool((inside.Z - other.Z).abs().to_numpy().max() < 1e-3)  # of 100 million yuan
    True
    """
    block = table.imports
    if block is None:
        raise DataError("the table keeps no imports apart; load it with imports='separate'")
    if not keeps_imports_by_product(table):
        raise DataError("the table keeps imports apart, but not by the sectors that they replace")
    flows = table.Z + block.Z.to_numpy(float)
    demand = table.final_demand.copy()
    total = block.Z.to_numpy(float).sum(axis=1)
    if block.final_demand is not None:
        for name in block.final_demand.columns:
            own = block.final_demand[name].to_numpy(float)
            demand[name] = demand[name] + own if name in demand.columns else own
            total = total + own
    demand["imports"] = -total
    return InputOutputTable(flows, demand, table.value_added, unit=table.unit, name=table.name)
