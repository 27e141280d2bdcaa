"""Hypothetical extraction: what the economy loses without sectors, or without shares of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.routes import route
from quesnay.fitting.tables.extraction import REMOVING, Kind, pulls
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.weights import check_kind, read_weights

__all__ = ["Extraction", "chains", "extract"]

Array = npt.NDArray[np.float64]

_MEANING = {
    "total": "the shares neither buy, sell nor serve final demand",
    "satellite": "the shares, as sectors of their own, neither buy, sell nor serve final demand",
    "backward": "the shares buy nothing at home; final demand is as before",
    "forward": "the shares sell nothing to other industries (Ghosh); value added is as before",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Extraction(Tabular):
    """What is lost when sectors, or shares of them, are taken out of an economy.

    Parameters
    ----------
    weights : Series
        Sector -> share extracted, those above zero.
    kind : str
        "total", "satellite", "backward" or "forward".
    output_loss, value_added_loss : Series, (sectors,)
        Fall of output and of value added by sector, in the table's unit; positive is a loss.
    own_output, own_value_added : Series, (extracted sectors,)
        The part that is the extracted shares themselves: for "total" and "satellite" the shares of
        their output, else what the extracted sectors lose. The rest is induced elsewhere.
    output, value_added : float
        Totals of the economy before.
    unit : str or None
        Of all amounts.
    """

    weights: "pd.Series[float]"
    kind: str
    output_loss: "pd.Series[float]"
    value_added_loss: "pd.Series[float]"
    own_output: "pd.Series[float]"
    own_value_added: "pd.Series[float]"
    output: float
    value_added: float
    unit: str | None = None

    @property
    def total_output_loss(self) -> float:
        """Output lost in all sectors."""
        return float(self.output_loss.sum())

    @property
    def total_value_added_loss(self) -> float:
        """Value added lost in all sectors."""
        return float(self.value_added_loss.sum())

    @property
    def output_loss_own(self) -> float:
        """Output lost that is the extracted shares themselves."""
        return float(self.own_output.sum())

    @property
    def output_loss_induced(self) -> float:
        """Output lost elsewhere because of the extraction."""
        return self.total_output_loss - self.output_loss_own

    @property
    def value_added_loss_own(self) -> float:
        """Value added lost that is the extracted shares' own."""
        return float(self.own_value_added.sum())

    @property
    def value_added_loss_induced(self) -> float:
        """Value added lost elsewhere because of the extraction."""
        return self.total_value_added_loss - self.value_added_loss_own

    @property
    def by_sector(self) -> pd.DataFrame:
        """Losses by sector, own and induced apart."""
        own = self.own_output.reindex(self.output_loss.index, fill_value=0.0)
        own_value = self.own_value_added.reindex(self.output_loss.index, fill_value=0.0)
        return pd.DataFrame(
            {
                "output_loss": self.output_loss,
                "output_loss_own": own,
                "output_loss_induced": self.output_loss - own,
                "value_added_loss": self.value_added_loss,
                "value_added_loss_own": own_value,
                "value_added_loss_induced": self.value_added_loss - own_value,
            }
        )

    @property
    def totals(self) -> pd.DataFrame:
        """Losses of the economy: own, induced, together, and as a share of all."""
        rows = {
            "output": (self.output_loss_own, self.output_loss_induced, self.output),
            "value_added": (
                self.value_added_loss_own,
                self.value_added_loss_induced,
                self.value_added,
            ),
        }
        return pd.DataFrame(
            [[own, induced, own + induced, (own + induced) / base if base else np.nan]
             for own, induced, base in rows.values()],
            index=list(rows),
            columns=["own", "induced", "loss", "share"],
        )  # fmt: skip

    def tables(self) -> tuple[Table, ...]:
        """Return the totals, and the losses by sector, the largest first."""
        unit = f", {self.unit}" if self.unit else ""
        names = ", ".join(f"{name} {share:.3g}" for name, share in self.weights.head(8).items())
        more = ", ..." if len(self.weights) > 8 else ""
        note = f"Extracted: {names or 'nothing'}{more}; {_MEANING[self.kind]}."
        title = f"Hypothetical extraction ({self.kind}){unit}"
        frame = self.by_sector.sort_values("output_loss", ascending=False, kind="stable")
        return (
            Table(title, self.totals, (note,), {"share": ".2%"}),
            Table(f"Losses by sector{unit}", frame),
        )

    def plot(self, *, count: int = 15, names: Mapping[Any, str] | None = None) -> Any:
        """Draw the largest losses by sector, own and induced apart; returns a Figure."""
        return route("input_output.plot_extraction")(self, count=count, names=names)


def extract(engine: Engine, weights: Any, kind: str, unit: str | None) -> Extraction:
    """Extract sectors or shares; see the table's method.

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    weights : mapping, Series, or list of sectors
        What is extracted.
    kind : {"total", "satellite", "backward", "forward"}
        How.
    unit : str or None
        Of the table.

    Returns
    -------
    Extraction
        Losses.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> table.extract([0]).output_loss.round(4).tolist()
    [1000.0, 210.5263]
    """
    places, shares = read_weights(engine, weights)
    x = engine.blocks.output
    K = chains(engine, places, check_kind(kind))
    pull = pulls(K[places], x[places], shares[None], check_kind(kind))
    loss = K @ pull.through[0]
    loss[places] += pull.direct[0]
    value = engine.per_output("value_added")
    labels = engine.blocks.sectors[places]
    own = shares * x[places] if kind in REMOVING else loss[places]
    return Extraction(
        weights=pd.Series(shares, index=labels, name="weight"),
        kind=kind,
        output_loss=engine.series(loss, "output_loss"),
        value_added_loss=engine.series(value * loss, "value_added_loss"),
        own_output=pd.Series(own, index=labels, name="own_output"),
        own_value_added=pd.Series(own * value[places], index=labels, name="own_value_added"),
        output=float(x.sum()),
        value_added=float(engine.blocks.value.sum()),
        unit=unit,
    )


def chains(engine: Engine, places: npt.NDArray[np.intp], kind: Kind) -> Array:
    """Return ``(L - I)[:, G]``, or the same of the transposed Ghosh inverse for "forward".

    Parameters
    ----------
    engine : Engine
        Numbers of a table.
    places : ndarray of int, (g,)
        The group G.
    kind : {"total", "satellite", "backward", "forward"}
        Which side.

    Returns
    -------
    ndarray, (n, g)
        Chains of all sectors per unit of the group.

    Examples
    --------
    >>> import numpy as np, quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> chains(table.engine, np.array([0]), "backward").ravel().round(4)
    array([0.2541, 0.264 ])
    """
    if kind == "forward":
        x = engine.blocks.output
        own = x[places]
        scale = np.divide(1.0, own, out=np.zeros(len(own)), where=own != 0)
        K = np.array(engine.rows(places).T) * x[:, None] * scale
        K[places[own == 0], np.flatnonzero(own == 0)] = 1.0
    else:
        K = np.array(engine.columns(places))
    K[places, np.arange(len(places))] -= 1.0
    return K
