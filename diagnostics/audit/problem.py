"""The printed figures and the identities as linear programmes, one for each choice of vintages.

With a vintage of GDP fixed for a figure, and a definition where there are several, each identity is
linear in quantities that several identities share (the totals) and its other factors are intervals
that stand in no other identity: GDP, and printed rates. Let c be these factors in their box and
``f(x; c) = sum_i a_i(c) x_i`` the identity, multilinear in c. For given x it takes every value
between its least and its largest, which lie at corners of the box. So

    f(x; c) = 0 for some c in the box   <=>   f(x; c_j) <= 0 <= f(x; c_k) for some corners j, k

and each side is linear in x: the interval coefficients are exact, not a relaxation. With x of known
sign one corner is least and one is largest; where the sign is open there are several pairs, solved
one by one.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import numpy as np

from quesnay.diagnostics.audit.figures import Alternative, Figure, Unit, Vintages, inner, unit_of
from quesnay.diagnostics.audit.identities import (
    ACCOUNT_IDENTITIES,
    FREE_DEFLATOR,
    Identity,
    Quantity,
    check_dimensions,
    check_symbols,
)
from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import DataError, StudyError
from quesnay.models.expressions import LATEST

Key: TypeAlias = tuple[str, int]
"""A symbol and a calendar year."""
Interval: TypeAlias = tuple[float, float]
Rows: TypeAlias = tuple[Array, Array]
"""``A x <= b`` over the variables of a problem."""
_BUILT_IN = {*(identity.text for identity in ACCOUNT_IDENTITIES), FREE_DEFLATOR.text}


@dataclass(frozen=True, slots=True)
class Option:
    """One definition of an identity in one year; `terms` are products of quantities and numbers."""

    identity: Identity
    year: int
    terms: tuple[tuple[float, tuple[Key, ...]], ...]
    vintaged: frozenset[Key]

    @property
    def keys(self) -> frozenset[Key]:
        """Quantities that are not given by a vintage."""
        return frozenset(key for _, product in self.terms for key in product) - self.vintaged


@dataclass(frozen=True, slots=True)
class Instance:
    """An identity in one year, in all its definitions."""

    name: str
    year: int
    options: tuple[Option, ...]
    keys: frozenset[Key]

    @property
    def open(self) -> bool:
        """Whether vintages or a definition are to be chosen."""
        return len(self.options) > 1 or any(option.vintaged for option in self.options)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a figure rests on: vintages, definition, and the rows, one entry a pair of corners."""

    owner: str
    vintages: tuple[Alternative, ...]
    definition: str
    options: tuple[Option, ...]
    rows: tuple[Rows, ...]

    @property
    def text(self) -> str:
        """The vintages in words, such as "2017 final before census, 2018 preliminary"."""
        return ", ".join(one.label for one in self.vintages)

    @property
    def coherent(self) -> bool:
        """Whether all its vintages are of one basis."""
        return len({one.basis for one in self.vintages if one.basis}) <= 1


@dataclass(frozen=True, slots=True)
class Problem:
    """Figures, identities and vintages, with what follows from them.

    `instances` constrain the figures, `defining` ones only say what an unprinted quantity is.
    Numbers are in the solver's units, see `scale`. `known` holds what is computed once.
    """

    figures: tuple[Figure, ...]
    quantities: Mapping[str, Quantity]
    units: Mapping[str, Unit]
    vintages: Vintages
    candidates: tuple[Instance, ...]
    instances: tuple[Instance, ...] = ()
    defining: tuple[Instance, ...] = ()
    variables: tuple[Key, ...] = ()
    known: dict[object, Any] = field(default_factory=dict)

    def base_size(self, symbol: str) -> float:
        """Return the largest unit of what is counted; the solver works in it."""
        base = self.units[symbol].base
        if not base:
            return 1.0
        return max(unit.scale for unit in self.units.values() if unit.base == base)

    def scale(self, symbol: str) -> float:
        """Return how many of the solver's units the unit of a quantity holds."""
        return self.units[symbol].scale / self.base_size(symbol)

    def declared(self, key: Key) -> Interval:
        """Return what a quantity cannot pass whatever is printed."""
        quantity, scale = self.quantities[key[0]], self.scale(key[0])
        return quantity.low * scale, quantity.high * scale

    def interval(self, key: Key) -> Interval:
        """Return what is known of a quantity before any identity, as a closed interval."""
        if ("interval", key) not in self.known:
            low, high = self.declared(key)
            for figure in self.figures:
                if figure.key == key:
                    scale = figure.unit.scale / self.base_size(figure.symbol)
                    ends = inner(figure.low * scale, figure.high * scale)
                    low, high = max(low, ends[0]), min(high, ends[1])
            self.known["interval", key] = low, high
        found: Interval = self.known["interval", key]
        return found

    def changed(self, **fields: Any) -> "Problem":
        """Return the problem with other fields, and nothing of what was computed for this one."""
        return replace(self, **fields, known={})

    def impossible(self) -> list[str]:
        """Return the ids of figures outside what is declared of their quantity."""
        ends = {figure.id: self.interval(figure.key) for figure in self.figures}
        return [name for name, (low, high) in ends.items() if low > high]

    def with_figures(self, figures: Iterable[Figure]) -> "Problem":
        """Return the problem of other figures, of which it chooses the identities anew."""
        return _selected(self.changed(figures=tuple(figures)))

    def without(self, ids: Collection[str]) -> "Problem":
        """Return the problem that forgets some figures."""
        return self.with_figures(f for f in self.figures if f.id not in ids)

    def tied(self, figure: Figure) -> tuple[Instance, ...]:
        """Return the identities that a figure takes part in."""
        return tuple(instance for instance in self.instances if figure.key in instance.keys)

    def owner(self, instance: Instance) -> Figure | None:
        """Return the figure that an identity with vintages is about: a rate in no other first."""
        own = [figure for figure in self.figures if figure.key in instance.keys]
        return min(own, key=lambda f: (len(self.tied(f)), bool(f.unit.base)), default=None)

    def box(self, free: Key | None = None) -> tuple[Array, Array, Array]:
        """Return low, high and size of the variables; `free` is taken as not printed."""
        if "box" not in self.known:
            ends = np.array([self.interval(key) for key in self.variables]).reshape(-1, 2)
            most: dict[str, float] = {}
            for key, pair in zip(self.variables, ends, strict=True):
                finite = [abs(end) for end in pair if math.isfinite(end)]
                base = self.units[key[0]].base
                most[base] = max([most.get(base, 0.0), *finite])
            sizes = [most[self.units[key[0]].base] or 1.0 for key in self.variables]
            self.known["box"] = ends[:, 0], ends[:, 1], np.array(sizes)
        low, high, size = self.known["box"]
        low, high = low.copy(), high.copy()
        if free in self.variables:
            place = self.variables.index(free)
            low[place], high[place] = self.declared(free)
        return low, high, size

    def factors(self, option: Option) -> dict[Key, str]:
        """Return the quantities of an option that are factors, or variables: key -> which.

        Raises StudyError where a product of two shared quantities is left.
        """
        what = option.identity.text, option.year
        if what not in self.known:
            shared = Counter(key for instance in self.instances for key in instance.keys)
            self.known[what] = _roles(self, option, shared)
        found: dict[Key, str] = self.known[what]
        return found


def pose(
    figures: Sequence[Figure],
    quantities: Sequence[Quantity],
    identities: Sequence[Identity],
    vintages: Vintages,
) -> Problem:
    """Set up the problem of a report, refusing what cannot be one."""
    known = _quantities(figures, quantities)
    check_symbols(identities, known)
    units = _units(figures, known, vintages)
    for identity in identities:
        check_dimensions(identity, units)
    candidates = _every_instance(identities, {figure.year for figure in figures}, vintages)
    problem = _selected(Problem(tuple(figures), known, units, vintages, candidates))
    if not any(problem.tied(figure) for figure in figures):
        raise DataError(
            "no printed figure takes part in an identity with another: check the symbols "
            f"({', '.join(sorted({f.symbol for f in figures}))}) or give identities of your own"
        )
    return problem


def _quantities(figures: Sequence[Figure], declared: Sequence[Quantity]) -> dict[str, Quantity]:
    """Return every symbol with its words: those of the report go before the declared ones.

    Declared bounds are turned into the unit of the first printed figure.
    """
    known = {quantity.symbol: quantity for quantity in declared}
    seen: dict[str, str] = {}
    for figure in figures:
        if seen.setdefault(figure.symbol, figure.concept) != figure.concept:
            raise DataError(
                f"{figure.id}: concept {figure.concept!r}, but {figure.symbol!r} is "
                f"{seen[figure.symbol]!r} elsewhere; give another id or a symbol column"
            )
        _check_suffix(figure, figures)
        base = known.get(figure.symbol, Quantity(figure.symbol, figure.concept))
        own = figure.unit
        if base.unit:
            own = unit_of(base.unit, where=f"quantity {base.symbol}")
            if own.base != figure.unit.base:
                raise DataError(
                    f"{figure.id}: unit {figure.unit.text!r}, but {figure.symbol!r} is declared in "
                    f"{base.unit!r} ({base.concept}); take another letter or unit"
                )
        if figure.symbol not in {f.symbol for f in figures[: figures.index(figure)]}:
            factor = own.scale / figure.unit.scale
            known[figure.symbol] = Quantity(
                base.symbol, figure.concept, figure.unit.text, base.like,
                base.low * factor, base.high * factor,
            )  # fmt: skip
    return known


def _check_suffix(figure: Figure, figures: Sequence[Figure]) -> None:
    """Refuse an id such as T18b, by itself a quantity of its own, for the quantity of T18."""
    stem = re.fullmatch(r"(.*?)[_-]?\d+\W*[a-z]", figure.symbol)
    for other in figures:
        if stem and other.symbol == stem[1] and other.concept == figure.concept:
            raise DataError(
                f"{figure.id}: counts as a quantity of its own, though it is {figure.concept!r} as "
                f"{other.id} is; give it symbol {other.symbol!r} (column 'symbol'), or another "
                "concept"
            )


def _units(
    figures: Sequence[Figure], known: Mapping[str, Quantity], vintages: Vintages
) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for figure in figures:
        units.setdefault(figure.symbol, figure.unit)
    for symbol, quantity in known.items():
        if symbol not in units and quantity.unit:
            units[symbol] = unit_of(quantity.unit, where=f"quantity {symbol}")
    if vintages.unit is not None:
        units.setdefault("GDP", vintages.unit)
    for symbol, quantity in known.items():
        if quantity.like and quantity.like not in units:
            said = f"quantity {symbol}: like"
            refuse_unknown([quantity.like], known, said, " is no quantity", error=StudyError)
        if symbol not in units and quantity.like in units:
            units[symbol] = units[quantity.like]
    for symbol in known:
        units.setdefault(symbol, Unit("", 1.0, ""))
    return units


def _every_instance(
    identities: Sequence[Identity], years: Collection[int], vintages: Vintages
) -> tuple[Instance, ...]:
    """Return every identity in every year from the one before the figures to their last."""
    span = range(min(years) - 1, max(years) + 1)
    out = []
    for year in range(span.start - LATEST, span.stop + LATEST):
        named: dict[str, list[Option]] = {}
        for identity in identities:
            known = named.setdefault(identity.name, [])
            terms = tuple(
                (c, tuple((symbol, year + lag) for symbol, lag in product))
                for product, c in identity.polynomial.items()
            )
            keys = {key for _, product in terms for key in product}
            if keys and all(y in span or vintages.knows(s, y) for s, y in keys):
                vintaged = frozenset(key for key in keys if vintages.knows(*key))
                known.append(Option(identity, year, terms, vintaged))
        out += [_instance(name, year, options) for name, options in named.items() if options]
    return tuple(out)


def _instance(name: str, year: int, options: Sequence[Option]) -> Instance:
    keys = frozenset(key for option in options for key in option.keys)
    return Instance(name, year, tuple(options), keys)


def _selected(problem: Problem) -> Problem:
    """Choose the identities that can constrain the figures, and those that define more from them.

    A quantity that is not known and stands in one identity only takes whatever value satisfies it,
    so that identity says nothing about the others and is set aside; this repeats until nothing
    moves. Identities with a single open quantity come back to define it.
    """
    printed = {figure.key for figure in problem.figures}
    ranged = {key for item in problem.candidates for key in item.keys if _has_ends(problem, key[0])}
    kept = [item for item in problem.candidates if not item.open or item.keys & printed]
    kept = _without_nonlinear(problem, _constraining(kept, printed | ranged), printed | ranged)
    waiting = [item for item in problem.candidates if item not in kept and not item.open]
    defining = _defining(waiting, kept, printed)
    chosen = problem.changed(instances=tuple(kept), defining=tuple(defining))
    variables = {
        key
        for item in kept
        for option in item.options
        for key, role in chosen.factors(option).items()
        if role == "variable"
    }
    return chosen.changed(variables=tuple(sorted(variables)))


def _has_ends(problem: Problem, symbol: str) -> bool:
    """Whether what is declared of a quantity constrains the others.

    Two ends do; one does where a user's own identities of the quantity are all linear.
    """
    low, high = problem.quantities[symbol].low, problem.quantities[symbol].high
    if math.isfinite(high - low):
        return True
    return (math.isfinite(low) or math.isfinite(high)) and all(
        len(product) == 1 and option.identity.text not in _BUILT_IN
        for item in problem.candidates
        for option in item.options
        if symbol in {name for name, _ in option.keys}
        for _, product in option.terms
    )


def _constraining(kept: list[Instance], known: Collection[Key]) -> list[Instance]:
    while True:
        count = Counter(key for item in kept for key in item.keys)
        alone = {key for key, n in count.items() if n == 1 and key not in known}
        rest = [item for item in kept if not item.keys & alone]
        if len(rest) == len(kept):
            return kept
        kept = rest


def _without_nonlinear(
    problem: Problem, kept: list[Instance], known: Collection[Key]
) -> list[Instance]:
    """Drop definitions of the built-in account that need a GDP nobody gave; refuse a user's own."""
    while True:
        shared = Counter(key for item in kept for key in item.keys)
        out = []
        for item in kept:
            options = []
            for option in item.options:
                try:
                    _roles(problem, option, shared)
                except StudyError:
                    if option.identity.text not in _BUILT_IN:
                        raise
                else:
                    options.append(option)
            if options:
                out.append(_instance(item.name, item.year, options))
        if out == kept:
            return kept
        kept = _constraining(out, known)


def _defining(
    waiting: list[Instance], core: Sequence[Instance], known: Collection[Key]
) -> list[Instance]:
    """Return those with one open quantity, which they define, one after the other."""
    settled = {*known, *(key for item in core for key in item.keys)}
    found: list[Instance] = []
    while ready := [item for item in waiting if len(item.keys - settled) <= 1]:
        found += ready
        settled |= {key for item in ready for key in item.keys}
        waiting = [item for item in waiting if item not in ready]
    return found


def _roles(problem: Problem, option: Option, shared: Mapping[Key, int]) -> dict[Key, str]:
    """Return for each quantity of an option whether it is a "variable" or a "factor".

    Factors are vintages, and quantities with two ends that stand in no other identity and are
    multiplied by a variable.
    """
    roles: dict[Key, str] = dict.fromkeys(option.vintaged, "factor")
    loose: list[Key] = []
    # Amounts before rates: a rate is rather a factor.
    for key in sorted(option.keys, key=lambda key: (not problem.units[key[0]].base, key)):
        low, high = problem.interval(key)
        if shared.get(key, 0) > 1 or not math.isfinite(high - low):
            roles[key] = "variable"
        else:
            loose.append(key)
    for key in loose:
        beside = [product for _, product in option.terms if key in product]
        alone = all(
            product.count(key) == 1
            and all(other == key or roles.get(other, "factor") == "factor" for other in product)
            for product in beside
        )
        roles[key] = "variable" if alone else "factor"
    for _, product in option.terms:
        variables = [key for key in product if roles[key] == "variable"]
        if len(variables) > 1:
            names = " times ".join(f"{symbol} of {year}" for symbol, year in variables)
            raise StudyError(
                f"identity {option.identity.name}: {option.identity.text!r} multiplies {names}, "
                "which other identities share or nothing bounds; what works are sums, and products "
                "with a printed figure, a vintage of GDP or a quantity with low and high that "
                "stands in no other identity"
            )
    return roles
