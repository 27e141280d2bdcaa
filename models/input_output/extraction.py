"""Hypothetical extraction: what the economy loses without sectors, or without shares of them.

One set of weights with its losses by sector, every sector alone, or many draws of weights at once;
and what the others produce for parts of sectors that are split off. All by the closed forms of
:mod:`quesnay.fitting.tables.extraction`, never by a second inverse.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import choice
from quesnay.fitting.errors import DataError, shown
from quesnay.fitting.tables.extraction import (
    REMOVING,
    Kind,
    pulls,
    satellite_output,
    satellite_pull,
)
from quesnay.fitting.tables.leontief import inverted
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.engine import Engine
from quesnay.models.input_output.validation import place_of, read_cells

KINDS: tuple[Kind, ...] = ("total", "satellite", "backward", "forward")
_MEANING = {
    "total": "the shares neither buy, sell nor serve final demand",
    "satellite": "the shares, as sectors of their own, neither buy, sell nor serve final demand",
    "backward": "the shares buy nothing at home; final demand is as before",
    "forward": "the shares sell nothing to other industries (Ghosh); value added is as before",
}
_COLUMNS = pd.Index(
    [
        "output_loss",
        "value_added_loss",
        "output_loss_induced",
        "value_added_loss_induced",
    ]
)  # made once: an index of text is dear
_BY_SECTOR = pd.Index(
    [
        f"{what}_loss{part}"
        for what in ("output", "value_added")
        for part in ("", "_own", "_induced")
    ]
)
_TOTALS, _PARTS = (
    pd.Index(["output", "value_added"]),
    pd.Index(["own", "induced", "loss", "share"]),
)
_SMALLEST = 1e-10  # a diagonal of L this near to zero leaves no digits


def check_kind(kind: str) -> Kind:
    """Return the kind of an extraction, or refuse an unknown one."""
    return cast("Kind", choice(kind, KINDS, "kind"))


def read_weights(engine: Engine, weights: Any) -> tuple[npt.NDArray[np.intp], Array]:
    """Read what is extracted: the positions of sectors and their shares above zero."""
    if _are_shares(weights, engine.blocks.sectors):
        places = np.arange(len(engine.blocks.sectors))
        shares = engine.by_sector(weights, "weights")
    else:
        names, values = _named(weights)
        places = engine.places(names, "weights")
        for name, value in zip(names, values, strict=True):
            plain = isinstance(value, int | float | np.integer | np.floating)
            if not plain or isinstance(value, bool):
                raise DataError(
                    f"weights: sector {shown(name)} has {shown(value)}; expected a share from 0 "
                    "to 1"
                )
        shares = np.asarray(values, dtype=np.float64).reshape(len(values))
    bad = np.flatnonzero(~((shares >= 0) & (shares <= 1)))
    if len(bad):
        sector = engine.blocks.sectors[places[bad[0]]]
        raise DataError(
            f"weights: sector {sector!r} has {shares[bad[0]]:.6g}; expected a share from 0 to 1"
        )
    return places[shares > 0], shares[shares > 0]


def _are_shares(weights: Any, sectors: pd.Index) -> bool:
    """Say whether an array holds a share a sector rather than the labels of some sectors."""
    if not isinstance(weights, np.ndarray) or weights.dtype.kind not in "iufc":
        return False
    if weights.dtype.kind in "fc":
        return True
    if weights.shape != sectors.shape or not np.isin(weights, (0, 1)).all():
        return False
    if all(place_of(sectors, label) is not None for label in np.unique(weights)):
        raise DataError(
            "weights: an array of 0 and 1 could be shares or the labels of sectors; give floats "
            "for shares, a list for labels"
        )
    return True


def _named(weights: Any) -> tuple[list[Any], list[Any]]:
    if isinstance(weights, pd.Series):
        return list(weights.index), list(weights)
    if isinstance(weights, Mapping):
        return list(weights), list(weights.values())
    if isinstance(weights, list | tuple | set | frozenset | pd.Index | np.ndarray):
        return list(weights), [1.0] * len(weights)
    kind = type(weights).__name__
    raise DataError(
        f"weights: {kind} {shown(weights)}; expected {{sector: share}} or a list of sectors"
    )


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
        sectors = self.output_loss.index
        values = np.zeros((len(sectors), 6))
        places = sectors.get_indexer(self.own_output.index)
        for start, loss, own in (
            (0, self.output_loss, self.own_output),
            (3, self.value_added_loss, self.own_value_added),
        ):
            values[:, start] = loss.to_numpy()
            values[places, start + 1] = own.to_numpy()
            np.subtract(values[:, start], values[:, start + 1], out=values[:, start + 2])
        return pd.DataFrame(values, index=sectors, columns=_BY_SECTOR)

    @property
    def totals(self) -> pd.DataFrame:
        """Losses of the economy: own, induced, together, and as a share of all."""
        values = np.empty((2, 4))
        for row, (loss, own, base) in enumerate(
            (
                (self.output_loss, self.own_output, self.output),
                (self.value_added_loss, self.own_value_added, self.value_added),
            )
        ):
            whole, part = float(loss.to_numpy().sum()), float(own.to_numpy().sum())
            values[row] = part, whole - part, whole, whole / base if base else np.nan
        return pd.DataFrame(values, index=_TOTALS, columns=_PARTS)

    def tables(self) -> tuple[Table, ...]:
        """Return the totals, and the losses by sector, the largest first."""
        unit = f", {self.unit}" if self.unit else ""
        names = ", ".join(f"{name} {share:.3g}" for name, share in self.weights.head(8).items())
        more = ", ..." if len(self.weights) > 8 else ""
        note = f"Extracted: {names or 'nothing'}{more}; {_MEANING[self.kind]}."
        title = f"Hypothetical extraction ({self.kind}){unit}"
        order = np.argsort(-self.output_loss.to_numpy(), kind="stable")
        frame = self.by_sector.take(order)
        return (
            Table(title, self.totals, (note,), {"share": ".2%"}),
            Table(f"Losses by sector{unit}", frame),
        )

    def plot(
        self, *, count: int = 15, names: Mapping[Any, str] | None = None, **options: Any
    ) -> Any:
        """Draw the largest losses by sector, own and induced apart; returns a Figure.

        The options `source`, the line at the foot, and `ax`, here two panels, are those of every
        plot.
        """
        from quesnay.diagnostics.plots.input_output import plot_extraction

        return plot_extraction(self, count=count, names=names, **options)


def extract(engine: Engine, weights: Any, kind: str, unit: str | None) -> Extraction:
    """Extract sectors or shares; see the table's method."""
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
    """Return ``(L - I)[:, K]``, or the same of the transposed Ghosh inverse for "forward"."""
    if kind == "forward":
        x = engine.blocks.output
        own = x[places]
        K = np.array(engine.rows(places).T) * x[:, None] * inverted(own)
        K[places[own == 0], np.flatnonzero(own == 0)] = 1.0
    else:
        K = np.array(engine.columns(places))
    K[places, np.arange(len(places))] -= 1.0
    return K


def extract_each(engine: Engine, kind: str) -> pd.DataFrame:
    """Return the losses from extracting every sector alone; see the table's method.

    With ``l = x_k / L_kk``: total ``colsum_k(L) l``, backward ``(colsum_k(L) - 1) l``, forward
    the same with row sums of the Ghosh inverse (Miller and Lahr 2001).
    """
    b, kind = engine.blocks, check_kind(kind)
    x, value = b.output, engine.per_output("value_added")
    diagonal = engine.diagonal()
    small = np.abs(diagonal) < _SMALLEST
    if small.any():
        place = int(np.argmax(small))
        raise DataError(
            f"extraction of sector {b.sectors[place]!r} is not defined: its entry on the diagonal "
            f"of the Leontief inverse is {diagonal[place]:.3g}; look for large negative "
            "transactions"
        )
    values = np.empty((4, len(x)))  # by column of the answer: no stacking, no copy
    whole, induced, level = values[:2], values[2:], x / diagonal
    if kind == "forward":
        reached = engine.factors.columns(np.column_stack([x, value * x])).T
        whole[:] = np.divide(reached, x, out=np.ones_like(reached), where=x != 0)
    else:
        whole[0], whole[1] = engine.effects("output"), engine.effects("value_added")
    if kind in REMOVING:
        own = x
    else:
        own = level * (diagonal - 1.0)
        whole[0] -= 1.0
        whole[1] -= value
    whole *= level
    np.subtract(whole[0], own, out=induced[0])
    np.subtract(whole[1], value * own, out=induced[1])
    return pd.DataFrame(values.T, index=b.sectors, columns=_COLUMNS)


def extract_many(engine: Engine, weights: Any, kind: str) -> pd.DataFrame:
    """Return the losses of the economy for many sets of weights; see the table's method."""
    kind = check_kind(kind)
    places, shares, rows = _draws(engine, weights)
    x, value = engine.blocks.output[places], engine.per_output("value_added")
    unit = np.column_stack([np.ones(len(value)), value])
    if kind == "forward":
        K = chains(engine, places, kind)
        corner, ahead = K[places], K.T @ unit
    else:
        corner = engine.columns(places)[places] - np.eye(len(places))
        ahead = np.column_stack([engine.effects("output"), engine.effects("value_added")]) - unit
        ahead = ahead[places]
    unit = unit[places]
    pull = pulls(corner, x, shares, kind)
    whole = pull.through @ ahead + pull.direct @ unit
    inside = (pull.through @ corner.T) * (shares > 0)
    own = (shares * x if kind in REMOVING else inside) @ unit
    values = np.concatenate([whole, whole - own], axis=1)
    return pd.DataFrame(values, index=rows, columns=_COLUMNS)


def satellite_linkage(
    engine: Engine,
    weights: Any,
    *,
    account: Hashable,
    side: str,
    jointly: bool,
    by_sector: bool,
) -> "pd.Series[float] | pd.DataFrame":
    """Return what others produce for parts of sectors that are split off; see the table's method.

    The formula: :func:`quesnay.fitting.tables.extraction.satellite_output`.
    """
    places, shares, rows = _draws(engine, weights)
    side = choice(side, ("backward", "forward"), "side")
    c, x = engine.per_output(account), engine.blocks.output[places]
    reach = chains(engine, places, "forward" if side == "forward" else "satellite")
    corner = reach[places]
    if by_sector:
        values = satellite_output(reach, places, x, shares, jointly=jointly) * c
        return pd.DataFrame(values, index=rows, columns=engine.blocks.sectors, copy=False)
    through = satellite_pull(corner, x, shares, jointly=jointly)
    inside = ((through @ corner.T) * shares) @ c[places]
    return pd.Series(through @ (c @ reach) - inside, index=rows, name=account)


def _draws(engine: Engine, weights: Any) -> tuple[npt.NDArray[np.intp], Array, pd.Index]:
    """Read the draws and drop sectors that no draw touches."""
    cells = read_cells(weights, "weights")
    values, sectors = cells.values, engine.blocks.sectors
    if values.ndim != 2:
        raise DataError("weights: a vector; expected a row a draw and a column a sector")
    if cells.columns is not None:
        places = engine.places(cells.columns, "weights: columns")
    elif values.shape[1] == len(sectors):
        places = np.arange(len(sectors))
    else:
        raise DataError(
            f"weights: {values.shape[1]} columns for {len(sectors)} sectors; name the columns in a "
            "DataFrame or give one a sector"
        )
    bad = np.argwhere(~((values >= 0) & (values <= 1)))
    if len(bad):
        i, j = bad[0]
        raise DataError(
            f"weights: draw {i}, sector {sectors[places[j]]!r} is {values[i, j]:.6g}; expected a "
            "share from 0 to 1"
        )
    used = values.any(axis=0)
    rows = cells.rows if cells.rows is not None else pd.RangeIndex(len(values))
    return places[used], values[:, used], rows if rows.nlevels > 1 else rows.rename("draw")
