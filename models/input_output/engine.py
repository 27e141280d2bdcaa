"""The numbers behind a table: one factorisation, its inverse and effects, each computed once.

Every analysis asks the same :class:`Engine` for arrays, sectors, accounts and solves.
"""

from collections.abc import Hashable, Iterable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from quesnay.fitting.arrays import Array, Places
from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.fitting.tables.leontief import (
    SINGULAR,
    Factors,
    SingleFactors,
    inverted,
    leontief,
    reciprocal_condition,
    row_norm,
    single_leontief,
    unit_columns,
)
from quesnay.models.input_output.validation import Blocks, place_of, read_column

Precision = Literal["double", "single"]

_CHUNK = 64  # accounts whose effects are solved together


class Engine:
    """What every analysis of one table shares; safe to use from several threads.

    A value that two threads compute at once is the same twice. `proved` says that the table is
    known to be productive, so that its conditioning needs no test.
    """

    __slots__ = ("_effects", "_factors", "_inverse", "_rows", "blocks", "precision", "proved")

    def __init__(self, blocks: Blocks, precision: Precision) -> None:
        self.blocks, self.precision, self.proved = blocks, precision, False
        self._factors: Factors | SingleFactors | None = None
        self._inverse: Array | None = None
        self._rows: tuple[dict[Hashable, int], Array] | None = None
        self._effects: dict[int, Array] = {}

    @property
    def factors(self) -> Factors | SingleFactors:
        """Factors of ``I - A``."""
        if self._factors is None:
            b = self.blocks
            if self.precision == "single":
                self._factors = single_leontief(b.flows, b.output)
            else:
                factors = leontief(b.flows, b.output)
                if not self.proved:
                    norm = row_norm(b.flows, b.output)
                    if not reciprocal_condition(factors, norm) > np.finfo(float).eps:
                        raise DataError(SINGULAR)
                self._factors = factors
        return self._factors

    @property
    def inverse(self) -> Array:
        """The Leontief inverse, (n, n), read only."""
        if self._inverse is None:
            inverse = np.asarray(self.factors.inverse())
            inverse.flags.writeable = False
            self._inverse = inverse
        return self._inverse

    def columns(self, places: Places) -> Array:
        """Return columns of the inverse, (n, g)."""
        if self._inverse is not None:
            return np.asarray(self._inverse[:, places])
        return self.factors.columns(unit_columns(len(self.blocks.output), places))

    def rows(self, places: Places) -> Array:
        """Return rows of the inverse, (g, n)."""
        if self._inverse is not None:
            return np.asarray(self._inverse[places])
        return self.factors.rows(unit_columns(len(self.blocks.output), places).T)

    def diagonal(self) -> Array:
        """Return the diagonal of the inverse, (n,)."""
        return self.factors.diagonal() if self._inverse is None else np.diag(self._inverse)

    def per_output(self, account: Hashable) -> Array:
        """Return an account per unit of output, (n,)."""
        row, rows = self._account(account)
        out: Array = rows[row]
        return out

    def effects(self, account: Hashable) -> Array:
        """Return an account per unit of final demand, ``c L``, (n,)."""
        row, rows = self._account(account)
        chunk = row // _CHUNK
        if chunk not in self._effects:
            part = rows[chunk * _CHUNK : (chunk + 1) * _CHUNK]
            solved = np.ascontiguousarray(self.factors.rows(part))
            solved.flags.writeable = False
            self._effects[chunk] = solved
        out: Array = self._effects[chunk][row % _CHUNK]
        return out

    def places(self, names: Iterable[Any], what: str) -> Places:
        """Return the positions of sectors, refusing unknown and repeated ones."""
        sectors, wanted = self.blocks.sectors, list(names)
        out = np.empty(len(wanted), dtype=np.intp)
        for k, name in enumerate(wanted):
            place = place_of(sectors, name)
            if place is None:
                raise DataError(
                    f"{what}: no sector {shown(name)} in the table;{nearest(str(name), sectors)} "
                    ".sectors lists them"
                )
            out[k] = place
        if len(set(out.tolist())) < len(out):
            double = next(name for name in wanted if wanted.count(name) > 1)
            raise DataError(f"{what}: sector {double!r} is named twice")
        return out

    def by_sector(self, data: Any, what: str) -> Array:
        """Read one number a sector from an array, a Series, or a mapping of some sectors."""
        if isinstance(data, Mapping):
            values = np.zeros(len(self.blocks.sectors))
            places = self.places(data, what)
            numbers = pd.Series(list(data.values()), pd.Index(list(data)), dtype=object)
            values[places] = read_column(numbers, numbers.index, what)
            return values
        return read_column(data, self.blocks.sectors, what)

    def demand(self, given: Any, what: str) -> Array:
        """Return final demand by sector: the table's (None), one unit for a sector, or as given."""
        if given is None:
            return np.asarray(self.blocks.demand.sum(axis=1))
        place = place_of(self.blocks.sectors, given)
        if place is None and np.iterable(given) and not isinstance(given, str | bytes):
            return self.by_sector(given, what)
        out = np.zeros(len(self.blocks.sectors))
        out[self.places([given], what) if place is None else place] = 1.0
        return out

    def frame(self, values: Array) -> pd.DataFrame:
        """Label a sectors-by-sectors matrix."""
        sectors = self.blocks.sectors
        return pd.DataFrame(values, index=sectors, columns=sectors, copy=False)

    def series(self, values: Array, name: Hashable) -> "pd.Series[float]":
        """Label a number a sector."""
        return pd.Series(values, index=self.blocks.sectors, name=name, copy=False)

    def _accounts(self) -> tuple[dict[Hashable, int], Array]:
        """Return where each account stands, and all of them per unit of output, (accounts, n)."""
        if self._rows is None:
            b = self.blocks
            levels = [b.value.sum(axis=0), *([b.bought] if b.abroad else [])]
            names: list[Hashable] = ["output", "value_added", *(["imports"] * (len(levels) - 1))]
            if b.charges:
                levels.append(b.levied)
                names.append("taxes_on_products")
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

    def _account(self, account: Hashable) -> tuple[int, Array]:
        """Return the row of an account, and all accounts per unit of output."""
        names, rows = self._accounts()
        try:
            return names[account], rows
        except (KeyError, TypeError):
            known = ", ".join(repr(name) for name in list(names)[:12])
            raise DataError(
                f"account {shown(account)} is unknown;{nearest(str(account), names)} the table has "
                f"{known}"
            ) from None


def engine_of(table: Any, what: str = "table") -> Engine:
    """Return the engine of a table, or refuse what is none."""
    engine = getattr(table, "engine", None)
    if not isinstance(engine, Engine):
        kind = type(table).__name__
        raise DataError(f"{what}: {kind} is no input-output table; make an InputOutputTable")
    return engine
