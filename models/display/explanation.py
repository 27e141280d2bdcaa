"""Where a figure comes from: its equation, what went into it and the source of each input."""

from dataclasses import dataclass

import pandas as pd

from quesnay.fitting.errors import DataError
from quesnay.models.display.digits import format_column
from quesnay.models.display.table import Table, Tabular

__all__ = ["Explanation"]

_COLUMNS = ("value", "unit", "source", "year")


@dataclass(frozen=True, slots=True, eq=False)
class Explanation(Tabular):
    """Equation, inputs and sources of one figure of a result.

    Parameters
    ----------
    figure : str
        Name of the figure, such as ``"T19"``.
    concept : str
        What it measures, in words.
    value : float
        The estimate, in `unit`.
    unit : str
        Unit of the value.
    equation : str
        How the value follows from the inputs, in the letters of their row labels.
    inputs : DataFrame
        One row an input, labelled with its letter or name; columns ``value``, ``unit``,
        ``source`` and ``year``, others may follow.
    notes : tuple of str
        What else a reader should know, one sentence each.

    Raises
    ------
    DataError
        If a column of the inputs is missing.

    Examples
    --------
    >>> import pandas as pd
    >>> inputs = pd.DataFrame(
    ...     {"value": [0.54, 1.59], "unit": "trillion yuan", "source": "M1, M4", "year": 2019},
    ...     index=["C", "I"],
    ... )
    >>> Explanation("T19", "total", 2.13, "trillion yuan", equation="T = C + I", inputs=inputs)
    T19: total = 2.13 trillion yuan
       value  unit           source  year
    -------------------------------------
    C   0.54  trillion yuan  M1, M4  2019
    I   1.59  trillion yuan  M1, M4  2019
    Equation: T = C + I
    """

    figure: str
    concept: str
    value: float
    unit: str
    equation: str
    inputs: pd.DataFrame
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        missing = [name for name in _COLUMNS if name not in self.inputs.columns]
        if missing:
            raise DataError(
                f"explanation of {self.figure}: inputs lack {', '.join(missing)}; give the columns "
                f"{', '.join(_COLUMNS)}"
            )

    def tables(self) -> tuple[Table, ...]:
        """Return the inputs under the value, with the equation below."""
        (value,) = format_column([self.value], None, "value")
        title = f"{self.figure}: {self.concept} = {value} {self.unit}"
        return (Table(title, self.inputs, (f"Equation: {self.equation}", *self.notes)),)

    def cite(self) -> str:
        """Return how to cite the figure: the software and the source of each input."""
        sources = dict.fromkeys(str(source) for source in self.inputs["source"])
        return "\n".join([Tabular.cite(self), *(f"Source: {source}" for source in sources)])
