"""M1, the core account: core industries out of input-output tables.

A table of relative weights (segments x sectors, 0..1) says which part of a sector's value added
belongs to the core, up to one common scale; the scale is calibrated on one published level.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from quesnay.fitting.errors import DataError, suggestion

__all__ = ["CoreAccount", "CorePattern"]


@dataclass(frozen=True, slots=True)
class CorePattern:
    """A documented assumption: which part of which sector belongs to which core segment.

    Parameters
    ----------
    weights : DataFrame
        Segments x sectors, relative weights from 0 to 1.

    Raises
    ------
    DataError
        If a weight lies outside 0..1, is missing, or a sector has none at all.

    Examples
    --------
    >>> import pandas as pd
    >>> CorePattern(pd.DataFrame({"20": [1.0, 0.0], "31": [0.0, 0.5]},
    ...             index=["networks", "platforms"])).sectors
    ['20', '31']
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

        Parameters
        ----------
        value_added : Series
            Sector -> value added of the base year.
        target : float
            Published value added of the core in that year, same unit.

        Returns
        -------
        CoreAccount
            The weights in absolute terms.

        Raises
        ------
        DataError
            If a sector is unknown, or the target takes more than all of a sector.

        Examples
        --------
        >>> import pandas as pd
        >>> pattern = CorePattern(pd.DataFrame({"31": [0.5]}, index=["platforms"]))
        >>> pattern.calibrate(pd.Series({"31": 34.0}), 4.25).scale
        0.25
        """
        for sector in self.sectors:
            if sector not in value_added.index:
                hint = suggestion(sector, value_added.index)
                raise DataError(f"core weights name sector {sector!r}, not in the table;{hint}")
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
    """Core industries: weights of segments in sectors with their calibrated scale.

    Parameters
    ----------
    weights : DataFrame
        Segments x sectors, relative.
    scale : float
        Common factor that makes the weights absolute.
    """

    weights: pd.DataFrame
    scale: float

    @property
    def sector_weights(self) -> pd.Series:
        """Sector -> share of its value added that belongs to the core."""
        return self.scale * self.weights.sum()

    def value_added(self, value_added: pd.DataFrame) -> pd.DataFrame:
        """Return the core's value added by year and segment.

        Parameters
        ----------
        value_added : DataFrame
            Years x sectors.

        Returns
        -------
        DataFrame
            Years x segments, same unit.

        Examples
        --------
        >>> import pandas as pd
        >>> pattern = CorePattern(pd.DataFrame({"31": [0.5]}, index=["platforms"]))
        >>> account = pattern.calibrate(pd.Series({"31": 34.0}), 4.25)
        >>> account.value_added(pd.DataFrame({"31": [34.0, 40.0]}, index=[2018, 2019])
        ...                    ).loc[2019, "platforms"]
        np.float64(5.0)
        """
        return self.scale * value_added[list(self.weights.columns)] @ self.weights.T
