"""The printed figures and the identities as one system over a box."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from quesnay.diagnostics.audit.compile import Compiler, Key
from quesnay.diagnostics.audit.figures import Figure
from quesnay.diagnostics.audit.identities import Identity, Quantity, check_symbols
from quesnay.diagnostics.audit.selection import Instance, determined, every_instance, select
from quesnay.diagnostics.audit.units import Unit, unit_of
from quesnay.diagnostics.audit.vintages import Vintages
from quesnay.fitting.bounds.system import Box, System
from quesnay.fitting.errors import DataError

__all__ = ["Problem", "pose"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Everything the audit solves.

    Parameters
    ----------
    figures : tuple of Figure
        Printed figures.
    quantities : mapping
        Symbol -> declared or printed quantity.
    units : mapping
        Symbol -> unit.
    candidates : tuple of Instance
        Every identity in every year.
    instances : tuple of Instance
        Those that say something about the figures.
    places : mapping
        Quantity and year -> variable.
    system : System
        The equations.
    vintages : Vintages
        Alternatives of GDP.
    """

    figures: tuple[Figure, ...]
    quantities: Mapping[str, Quantity]
    units: Mapping[str, Unit]
    candidates: tuple[Instance, ...]
    instances: tuple[Instance, ...]
    places: Mapping[Key, int]
    system: System
    vintages: Vintages

    def box(self) -> Box:
        """Return what is known before any identity."""
        low = [-math.inf] * self.system.size
        high = [math.inf] * self.system.size
        for key, place in self.places.items():
            quantity, scale = self.quantities[key[0]], self.scale(key[0])
            low[place], high[place] = quantity.low * scale, quantity.high * scale
        for figure in self.figures:
            place = self.places[figure.symbol, figure.year]
            scale = figure.unit.scale / self.base_size(figure.symbol)
            low[place] = max(low[place], figure.low * scale)
            # The upper end of a rounding interval prints as the next number: it is excluded.
            top = math.nextafter(figure.high * scale, -math.inf)
            high[place] = min(high[place], top)
        return Box(tuple(low), tuple(high))

    def base_size(self, symbol: str) -> float:
        """Return the largest unit of what is counted; the solver works in it."""
        base = self.units[symbol].base
        if not base:
            return 1.0
        return max(unit.scale for unit in self.units.values() if unit.base == base)

    def scale(self, symbol: str) -> float:
        """Return how many of the solver's units the unit of a quantity holds."""
        return self.units[symbol].scale / self.base_size(symbol)

    def without(self, ids: Collection[str], *, derived: bool = False) -> "Problem":
        """Return the problem that forgets some figures."""
        figures = tuple(figure for figure in self.figures if figure.id not in ids)
        return _compiled(self, figures, self.candidates, derived=derived)

    def about(self, key: Key) -> "Problem":
        """Return the problem of the identities that can bound one quantity."""
        return _compiled(self, self.figures, self.instances, derived=False, about=key)

    def around(self, figure: Figure) -> "Problem":
        """Return the problem of one figure: its identities, the other figures in them, not it."""
        instances = self.tied(figure)
        keys = {key for instance in instances for key in instance.keys}
        figures = tuple(f for f in self.figures if (f.symbol, f.year) in keys and f.id != figure.id)
        return _compiled(self, figures, instances, derived=True)

    def reported(self) -> set[Key]:
        """Return what is printed and what follows from it, leaving out mere ranges."""
        return determined(self.candidates, _known(self, self.figures))

    def tied(self, figure: Figure) -> tuple[Instance, ...]:
        """Return the identities that a figure takes part in."""
        key = (figure.symbol, figure.year)
        return tuple(instance for instance in self.instances if key in instance.keys)


def pose(
    figures: Sequence[Figure],
    quantities: Sequence[Quantity],
    identities: Sequence[Identity],
    vintages: Vintages,
) -> Problem:
    """Set up the system of a report.

    Parameters
    ----------
    figures : sequence of Figure
        Printed figures.
    quantities : sequence of Quantity
        Declared quantities.
    identities : sequence of Identity
        What holds in every year.
    vintages : Vintages
        Alternatives of GDP.

    Returns
    -------
    Problem
        Variables, equations and units.

    Raises
    ------
    StudyError
        If an identity speaks of an unknown quantity or adds things of different units, or a
        quantity has no unit.
    DataError
        If figures of one symbol have different concepts or units that do not convert, or no
        figure takes part in an identity.
    """
    known = _quantities(figures, quantities)
    check_symbols(identities, list(known))
    units = _units(figures, known, vintages)
    candidates = every_instance(identities, {figure.year for figure in figures})
    empty = Problem(tuple(figures), known, units, candidates, (), {}, System(0, (), ()), vintages)
    problem = _compiled(empty, tuple(figures), candidates, derived=True)
    if not any(problem.tied(figure) for figure in figures):
        raise DataError(
            "no printed figure takes part in an identity with another: check the symbols "
            f"({', '.join(sorted({f.symbol for f in figures}))}) or give identities of your own"
        )
    return problem


def _known(problem: Problem, figures: Sequence[Figure]) -> set[Key]:
    known = {(figure.symbol, figure.year) for figure in figures}
    for alternatives in problem.vintages.by_year.values():
        known |= set.intersection(*(set(a.intervals) for a in alternatives))
    return known


def _compiled(
    problem: Problem,
    figures: tuple[Figure, ...],
    candidates: tuple[Instance, ...],
    *,
    derived: bool,
    about: Key | None = None,
) -> Problem:
    """Return the problem of these figures, with the identities that concern them."""
    known = _known(problem, figures)
    kept = known if about is None else known | {about}
    # A quantity with two ends of its own, such as a share, bounds others even where not printed.
    kept |= {
        key
        for item in candidates
        for key in item.keys
        if math.isfinite(problem.quantities[key[0]].high - problem.quantities[key[0]].low)
    }
    instances = select(candidates, kept, derived=derived)
    compiler = Compiler()
    for figure in figures:
        compiler.place((figure.symbol, figure.year))
    if about is not None:
        compiler.place(about)
    for instance in instances:
        compiler.add(instance.identity, instance.year)
    return replace(
        problem,
        figures=figures,
        instances=instances,
        places=dict(compiler.places),
        system=compiler.system(),
    )


def _quantities(figures: Sequence[Figure], declared: Sequence[Quantity]) -> dict[str, Quantity]:
    """Return every symbol with its words: those of the report go before the declared ones."""
    known = {quantity.symbol: quantity for quantity in declared}
    seen: dict[str, str] = {}
    for figure in figures:
        if seen.setdefault(figure.symbol, figure.concept) != figure.concept:
            raise DataError(
                f"{figure.id}: concept {figure.concept!r}, but {figure.symbol!r} is "
                f"{seen[figure.symbol]!r} elsewhere; give another id or a symbol column"
            )
        base = known.get(figure.symbol, Quantity(figure.symbol, figure.concept))
        known[figure.symbol] = Quantity(
            base.symbol, figure.concept, figure.unit.text, base.like, base.low, base.high
        )
    return known


def _units(
    figures: Sequence[Figure], known: Mapping[str, Quantity], vintages: Vintages
) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for figure in figures:
        first = units.setdefault(figure.symbol, figure.unit)
        if first.base != figure.unit.base:
            raise DataError(
                f"{figure.id}: unit {figure.unit.text!r}, but {figure.symbol!r} is in "
                f"{first.text!r} elsewhere"
            )
    for symbol, quantity in known.items():
        if symbol not in units and quantity.unit:
            units[symbol] = unit_of(quantity.unit, where=f"quantity {symbol}")
    if vintages.unit is not None:
        units.setdefault("GDP", vintages.unit)
    for symbol, quantity in known.items():
        if symbol not in units and quantity.like in units:
            units[symbol] = units[quantity.like]
    for symbol in known:
        units.setdefault(symbol, Unit("", 1.0, ""))
    return units
