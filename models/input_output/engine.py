"""The numbers behind a table: one factorisation, its inverse and effects, each computed once."""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.errors import InvalidIndexError

from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.fitting.tables.diagonal import unit_columns
from quesnay.fitting.tables.leontief import (
    SINGULAR,
    Factors,
    inverted,
    leontief,
    reciprocal_condition,
    row_norm,
)
from quesnay.fitting.tables.single import single_leontief
from quesnay.models.input_output.validate import Blocks, read_demand

__all__ = ["Engine", "Precision"]

Array = npt.NDArray[np.float64]
Precision = Literal["double", "single"]

_CHUNK = 64  # accounts whose effects are solved together


class Engine:
    """What every analysis of one table shares.

    Parameters
    ----------
    blocks : Blocks
        A checked table.
    precision : {"double", "single"}
        Of the factors; single ones are refined to double.
    sure : bool
        Whether the table is known to be productive, so that its conditioning needs no test.
    """

    __slots__ = ("_effects", "_factors", "_inverse", "_rows", "blocks", "precision", "sure")

    def __init__(self, blocks: Blocks, precision: Precision, *, sure: bool) -> None:
        self.blocks, self.precision, self.sure = blocks, precision, sure
        self._factors: Factors | None = None
        self._inverse: Array | None = None
        self._rows: tuple[dict[Hashable, int], Array] | None = None
        self._effects: dict[int, Array] = {}

    @property
    def factors(self) -> Factors:
        """Factors of ``I - A``."""
        if self._factors is None:
            b = self.blocks
            if self.precision == "single":
                self._factors = single_leontief(b.flows, b.output)
            else:
                factors = leontief(b.flows, b.output)
                if not self.sure:
                    norm = row_norm(b.flows, b.output)
                    if not reciprocal_condition(factors, norm) > np.finfo(float).eps:
                        raise DataError(SINGULAR)
                self._factors = factors
        return self._factors

    @property
    def inverse(self) -> Array:
        """The Leontief inverse, (n, n), read only."""
        if self._inverse is None:
            self._inverse = np.asarray(self.factors.inverse())
            self._inverse.flags.writeable = False
        return self._inverse

    @property
    def has_inverse(self) -> bool:
        """Whether the inverse has been computed."""
        return self._inverse is not None

    def columns(self, places: npt.NDArray[np.intp]) -> Array:
        """Return columns of the inverse, (n, g)."""
        if self._inverse is not None:
            return np.asarray(self._inverse[:, places])
        return self.factors.columns(unit_columns(len(self.blocks.output), places))

    def rows(self, places: npt.NDArray[np.intp]) -> Array:
        """Return rows of the inverse, (g, n)."""
        if self._inverse is not None:
            return np.asarray(self._inverse[places])
        return self.factors.rows(unit_columns(len(self.blocks.output), places).T)

    def diagonal(self) -> Array:
        """Return the diagonal of the inverse, (n,)."""
        return self.factors.diagonal() if self._inverse is None else np.diag(self._inverse)

    def per_output(self, account: Hashable) -> Array:
        """Return an account per unit of output, (n,)."""
        names, rows = self._accounts()
        out: Array = rows[self._row(account, names)]
        return out

    def effects(self, account: Hashable) -> Array:
        """Return an account per unit of final demand, ``c L``, (n,)."""
        names, rows = self._accounts()
        row = self._row(account, names)
        chunk = row // _CHUNK
        if chunk not in self._effects:
            part = rows[chunk * _CHUNK : (chunk + 1) * _CHUNK]
            self._effects[chunk] = np.ascontiguousarray(self.factors.rows(part))
            self._effects[chunk].flags.writeable = False
        out: Array = self._effects[chunk][row % _CHUNK]
        return out

    def places(self, names: Iterable[Any], what: str) -> npt.NDArray[np.intp]:
        """Return the positions of sectors, refusing unknown and repeated ones."""
        sectors, wanted = self.blocks.sectors, list(names)
        out = np.empty(len(wanted), dtype=np.intp)
        for k, name in enumerate(wanted):
            try:
                place = None if isinstance(name, bool) else sectors.get_loc(name)
            except (KeyError, TypeError, ValueError, InvalidIndexError):
                place = None
            if not isinstance(place, int | np.integer):
                raise DataError(
                    f"{what}: no sector {shown(name)} in the table;{nearest(str(name), sectors)} "
                    ".sectors lists them"
                )
            out[k] = place
        if len(set(out.tolist())) < len(out):
            double = next(name for name in wanted if wanted.count(name) > 1)
            raise DataError(f"{what}: sector {double!r} is named twice")
        return out

    def frame(self, values: Array) -> pd.DataFrame:
        """Label a sectors-by-sectors matrix."""
        sectors = self.blocks.sectors
        return pd.DataFrame(values, index=sectors, columns=sectors, copy=False)

    def series(self, values: Array, name: Hashable) -> "pd.Series[float]":
        """Label a number a sector."""
        return pd.Series(values, index=self.blocks.sectors, name=name, copy=False)

    def by_sector(self, data: Any, what: str) -> Array:
        """Read one number a sector from an array, a Series, or a mapping of some sectors."""
        if isinstance(data, Mapping):
            values = np.zeros(len(self.blocks.sectors))
            places = self.places(data, what)
            numbers = pd.Series(list(data.values()), dtype=object)
            values[places] = read_demand(numbers, numbers.index, what)[0][:, 0]
            return values
        values = read_demand(data, self.blocks.sectors, what)[0]
        if len(values.T) != 1:
            raise DataError(f"{what}: {len(values.T)} columns; expected one number a sector")
        return values[:, 0]

    def _accounts(self) -> tuple[dict[Hashable, int], Array]:
        if self._rows is None:
            b = self.blocks
            levels = [b.value.sum(axis=0), *([] if b.imports is None else [b.bought])]
            names: list[Hashable] = ["output", "value_added", *(["imports"] * (len(levels) - 1))]
            rows = np.empty((len(names) + len(b.value) + len(b.accounts), len(b.output)))
            rows[0] = 1.0  # filled in place: stacking costs as much as all the rest
            scale = inverted(b.output)
            start = 1
            for part in (*levels, b.value, b.accounts):
                stop = start + (len(part) if part.ndim == 2 else 1)
                np.multiply(part, scale, out=rows[start:stop])
                start = stop
            for index in (b.value_names, b.account_names):
                names += index.to_numpy(dtype=object).tolist()  # iterating text is dear
            lookup: dict[Hashable, int] = {}
            for place, label in enumerate(names):
                lookup.setdefault(label, place)
            self._rows = lookup, rows
        return self._rows

    @staticmethod
    def _row(account: Hashable, names: dict[Hashable, int]) -> int:
        try:
            return names[account]
        except (KeyError, TypeError):
            known = ", ".join(repr(name) for name in list(names)[:12])
            raise DataError(
                f"account {shown(account)} is unknown;{nearest(str(account), names)} the table has "
                f"{known}"
            ) from None
