"""Which vintages and definitions the figures can rest on together, and what follows.

Choices are joined figure by figure; after each figure all combinations so far are tested by one
call of the solver (`quesnay.fitting.linear_programs`), and those without a solution are dropped.
"""

import itertools
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quesnay.diagnostics.audit.figures import Alternative, Figure
from quesnay.diagnostics.audit.problem import Choice, Instance, Key, Option, Problem, Rows
from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import DataError, QuesnayError, StudyError, shown
from quesnay.fitting.linear_programs import Block, extremes, violations

Interval = tuple[float, float]
_MOST = 20_000  # combinations that are carried along
_CONFLICTS = 20


@dataclass(frozen=True, slots=True)
class Assignment:
    """One choice for each figure that needs one, and the rows that all of them give."""

    choices: tuple[Choice, ...]
    rows: Rows


# ---- rows of an identity ---------------------------------------------------------------------


def _corner_forms(
    terms: Sequence[tuple[float, tuple[Key, ...], int]],
    factors: Mapping[Key, Interval],
    low: Array,
    high: Array,
) -> tuple[list[Array], list[Array]]:
    """Return the linear forms that can be least, and those that can be largest, over the factors.

    A term is a number, its factors and the place of its variable; the last place is the constant.
    """
    names = sorted(factors)
    seen: dict[bytes, Array] = {}
    for corner in itertools.product(*(dict.fromkeys(factors[name]) for name in names)):
        value = dict(zip(names, corner, strict=True))
        form = np.zeros(len(low) + 1)
        for number, product, place in terms:
            form[place] += number * math.prod(value[name] for name in product)
        seen[form.tobytes()] = form
    forms = list(seen.values())
    return _undominated(forms, low, high, 1.0), _undominated(forms, low, high, -1.0)


def _undominated(forms: Sequence[Array], low: Array, high: Array, sign: float) -> list[Array]:
    """Drop the forms that are nowhere in the box below another one (above, for sign -1)."""
    kept: list[Array] = []
    for form in forms:
        if any(_never_below(form, other, low, high, sign) for other in kept):
            continue
        kept = [o for o in kept if not _never_below(o, form, low, high, sign)]
        kept.append(form)
    return kept


def _never_below(form: Array, other: Array, low: Array, high: Array, sign: float) -> bool:
    """Whether ``sign (form - other) >= 0`` all over the box."""
    difference = sign * (form - other)
    a = difference[:-1]
    ends = np.where(a > 0.0, low, high)
    with np.errstate(invalid="ignore"):
        products = np.where(a == 0.0, 0.0, a * ends)
    return bool(difference[-1] + products.sum() >= 0.0)


def _pairs(least: Sequence[Array], largest: Sequence[Array]) -> tuple[Rows, ...]:
    """Return ``f_j <= 0 <= f_k`` for each pair of corners."""
    out = []
    for one, other in itertools.product(least, largest):
        if len(least) > 1 and len(largest) > 1 and (one == other).all():
            continue  # f_j = 0, which its neighbours' pairs hold too
        rows = np.array([one, -other])
        out.append((rows[:, :-1], -rows[:, -1]))
    return tuple(out)


def _option_rows(
    problem: Problem,
    option: Option,
    chosen: Mapping[int, Alternative],
    free: Key | None = None,
) -> tuple[Rows, ...] | None:
    """Return the rows of an option over the variables; none where a vintage leaves it open."""
    roles = problem.factors(option)
    factors: dict[Key, Interval] = {}
    for key, role in roles.items():
        if role == "factor":
            interval = factor_interval(problem, option, chosen, key)
            if interval is None:
                return None
            factors[key] = interval
    low, high, _ = problem.box(free)
    terms = []
    for number, product in option.terms:
        variable = [key for key in product if roles[key] == "variable"]
        place = problem.variables.index(variable[0]) if variable else len(low)
        terms.append((number, tuple(k for k in product if roles[k] == "factor"), place))
    return _pairs(*_corner_forms(terms, factors, low, high))


def factor_interval(
    problem: Problem, option: Option, chosen: Mapping[int, Alternative], key: Key
) -> Interval | None:
    """Return the interval of a factor in the solver's units; None where its vintage is open."""
    if key not in option.vintaged:
        return problem.interval(key)
    interval = chosen[key[1]].interval(key[0])
    if interval is None or not math.isfinite(interval[1]):
        return None
    size = problem.base_size("GDP") if key[0] == "GDP" else 1.0
    return interval[0] / size, interval[1] / size


def _stacked(rows: Sequence[Rows], width: int) -> Rows:
    none = np.zeros((0, width)), np.zeros(0)
    return np.vstack([a for a, _ in (none, *rows)]), np.concatenate([b for _, b in (none, *rows)])


# ---- choices ---------------------------------------------------------------------------------


def choices_of(problem: Problem, *, only: Figure | None = None) -> dict[str, list[Choice]]:
    """Return what each figure that needs GDP, or has several definitions, may rest on.

    With `only`, what that figure may rest on if it were not printed.
    """
    what = ("choices", only and only.id)
    if what not in problem.known:
        owned: dict[str, list[Instance]] = {}
        for instance in problem.instances:
            if instance.open:
                owner = problem.owner(instance)
                if only is None or owner == only:
                    owned.setdefault(owner.id if owner else instance.name, []).append(instance)
        free = only.key if only else None
        problem.known[what] = {
            name: [
                choice
                for options in itertools.product(*(instance.options for instance in instances))
                for choice in _with_vintages(problem, name, options, free)
            ]
            for name, instances in owned.items()
        }
    found: dict[str, list[Choice]] = problem.known[what]
    return found


def _with_vintages(
    problem: Problem, owner: str, options: tuple[Option, ...], free: Key | None
) -> Iterable[Choice]:
    years = sorted({year for option in options for _, year in option.vintaged})
    words = [option.identity.definition for option in options if option.identity.definition]
    for chosen in itertools.product(*(problem.vintages.by_year[year] for year in years)):
        given = {one.year: one for one in chosen}
        parts = [_option_rows(problem, option, given, free) for option in options]
        stated = [part for part in parts if part is not None]
        rows = tuple(_stacked(one, len(problem.variables)) for one in itertools.product(*stated))
        yield Choice(owner, chosen, ", ".join(words), options, rows)


# ---- assignments -----------------------------------------------------------------------------


def _block(problem: Problem, rows: Rows, free: Key | None = None) -> Block:
    return Block(*rows, *problem.box(free))


def assignments(
    problem: Problem,
    *,
    choices: Mapping[str, Sequence[Choice]] | None = None,
    one_vintage: bool = False,
    free: Key | None = None,
) -> list[Assignment]:
    """Return every combination of choices in which all figures hold; empty, where there is none.

    With `one_vintage` all figures rest on one vintage of each year. The quantity `free` is taken as
    not printed.
    """
    options = choices_of(problem) if choices is None else choices
    states, alone = _start(problem, options, free)
    for several in sorted(alone.values(), key=len):
        joined = _joined(problem, states, several, one_vintage)
        if len(joined) > _MOST:
            raise DataError(
                f"more than {_MOST:,} combinations of vintages of GDP are open; give fewer "
                "vintages, or leave out figures with without="
            )
        states = _holding(problem, joined, free)
    return states


def _start(
    problem: Problem, options: Mapping[str, Sequence[Choice]], free: Key | None
) -> tuple[list[Assignment], dict[str, list[Choice]]]:
    """Return the rows of the identities without a choice, and the choices that hold with them."""
    if problem.impossible():
        return [], {}
    shared = sum(free in instance.keys for instance in problem.instances) > 1
    apart = free if free in problem.variables and shared else None
    if ("start", apart) not in problem.known:
        fixed = [instance.options[0] for instance in problem.instances if not instance.open]
        parts = [_option_rows(problem, option, {}) or () for option in fixed]
        width = len(problem.variables)
        every = [Assignment((), _stacked(one, width)) for one in itertools.product(*parts)]
        problem.known["start", apart] = _holding(problem, every, apart), {}
    start: list[Assignment]
    alone: dict[str, list[Choice]]
    start, alone = problem.known["start", apart]
    for owner, several in options.items():
        if owner not in alone:
            # the choices of one figure that hold with the identities without a choice
            trials = [(c, s, rows) for c in several for s in start for rows in c.rows]
            blocks = [
                _block(problem, _stacked((state.rows, rows), len(problem.variables)), apart)
                for _, state, rows in trials
            ]
            holding = itertools.compress(trials, violations(blocks) == 0.0)
            left = {id(choice) for choice, _, _ in holding}
            alone[owner] = [choice for choice in several if id(choice) in left]
    return list(start), {owner: alone[owner] for owner in options}


def _is_feasible(problem: Problem) -> bool:
    """Whether some assignment fits: the first one found ends the search, depth first."""
    start, alone = _start(problem, choices_of(problem), None)
    order = sorted(alone.values(), key=len)

    def below(states: Sequence[Assignment], level: int) -> bool:
        if level == len(order) or not states:
            return bool(states)
        return any(
            below(_holding(problem, _joined(problem, [state], order[level]), None), level + 1)
            for state in states
        )

    return below(start, 0)


def _joined(
    problem: Problem,
    states: Sequence[Assignment],
    several: Sequence[Choice],
    one_vintage: bool = False,
) -> list[Assignment]:
    """Return every state with every choice of one more figure."""
    width = len(problem.variables)
    return [
        Assignment((*state.choices, choice), _stacked((state.rows, rows), width))
        for state in states
        for choice in several
        if not one_vintage or _agrees(state, choice)
        for rows in choice.rows
    ]


def _holding(problem: Problem, states: Sequence[Assignment], free: Key | None) -> list[Assignment]:
    found = violations([_block(problem, state.rows, free) for state in states])
    return list(itertools.compress(states, found == 0.0))


def _agrees(state: Assignment, choice: Choice) -> bool:
    chosen = {one.year: one.name for other in state.choices for one in other.vintages}
    return all(chosen.get(one.year, one.name) == one.name for one in choice.vintages)


# ---- what follows ----------------------------------------------------------------------------


def bounds(
    problem: Problem, found: Sequence[Assignment], also: Key | None = None
) -> dict[Key, Interval]:
    """Return the least and largest value of each quantity over all assignments, in its unit.

    Of unprinted ratios only those of a symbol that is printed in some year, and `also`.
    """
    wide, extra, ratios = _extended(problem, also)
    asked: list[tuple[Block, int, Any, Key]] = []
    for state in found:
        joined = [_block(wide, rows) for rows in _joined_rows(wide, state, extra)]
        several = list(itertools.compress(joined, violations(joined) == 0.0))
        if not several:
            names = sorted({wide.quantities[s].concept for option in extra for s, _ in option.keys})
            raise DataError(
                "what the figures imply passes the low or high declared of one of: "
                f"{', '.join(names)}; widen it, or print the quantity as a figure so that the "
                "conflict is traced"
            )
        for block in several:
            own = {  # a variable in one definition may be a factor in the one that is used
                key: _ratio_blocks(wide, block, _used(state, instance), key, problem.interval(key))
                for key, instance in ratios.items()
            }
            for place, key in enumerate(wide.variables):
                if not own.get(key):
                    asked.append((block, place, key, key))
            asked += [(one, -1, key, key) for key, blocks in own.items() for one in blocks]
    return _ends(problem, asked)


def implied(problem: Problem, owner: Figure) -> list[tuple[Choice, Interval]]:
    """Return what a figure would be under each of its choices, by all other figures, in its unit.

    No numbers where the other figures cannot hold with the choice, or leave the figure open.
    """
    key = owner.key
    options = dict(choices_of(problem))
    options.pop(owner.id)
    own = choices_of(problem, only=owner)[owner.id]
    others = assignments(problem, choices=options, free=key)
    asked = (
        (block, place, number, key)
        for number, choice in enumerate(own)
        for block, place in _programmes_of(problem, owner, choice, others)
    )
    found = _ends(problem, asked)
    return [(choice, found.get(number, (math.nan, math.nan))) for number, choice in enumerate(own)]


def _programmes_of(
    problem: Problem, owner: Figure, choice: Choice, others: Sequence[Assignment]
) -> Iterable[tuple[Block, int]]:
    """Yield the programmes, and the place of the figure in them, under one of its choices."""
    key = owner.key
    if not len(choice.rows[0][0]):  # its vintages say nothing
        return
    option = next(option for option in choice.options if key in option.keys)
    if problem.factors(option)[key] == "variable":
        place = problem.variables.index(key)
        joined = [
            _block(problem, _stacked((state.rows, rows), len(problem.variables)), key)
            for state in others
            for rows in choice.rows
        ]
        # The choice's rows only say what the figure is, unless it stands elsewhere too.
        apart = len(choice.rows) == 1 and len(problem.tied(owner)) == 1
        yield from ((block, place) for block in (joined if apart else _solvable(joined)))
        return
    given = {one.year: one for one in choice.vintages}
    for state in others:
        block = _block(problem, state.rows)
        for one in _ratio_blocks(problem, block, (option, given), key, problem.declared(key)):
            yield one, -1


def _solvable(blocks: Iterable[Block]) -> list[Block]:
    """Return the blocks that have a solution; a single one is known to."""
    several = list(blocks)
    if len(several) < 2:
        return several
    return list(itertools.compress(several, violations(several) == 0.0))


def stands_alone(problem: Problem, choices: Sequence[Choice]) -> list[bool]:
    """Return whether each choice lets its figure hold with the figures in its identity alone."""
    trials = [(number, rows) for number, c in enumerate(choices) for rows in c.rows]
    holds = violations([_block(problem, rows) for _, rows in trials]) == 0.0
    good = {number for number, _ in itertools.compress(trials, holds)}
    return [number in good for number in range(len(choices))]


def _ends(problem: Problem, asked: Iterable[tuple[Block, int, Any, Key]]) -> dict[Any, Interval]:
    """Return both ends of variables of blocks that have a solution, all programmes solved at once.

    What is asked: the block, the place of the variable, a label (several blocks of a label give
    its widest ends), and the quantity in whose unit the ends are.
    """
    programmes = []
    for block, place, label, key in asked:
        unit = np.zeros(len(block.low))
        unit[place] = 1.0
        programmes += [(block, sign * unit, sign, label, key) for sign in (1.0, -1.0)]
    values = extremes([one[0] for one in programmes], [one[1] for one in programmes])
    out: dict[Any, Interval] = {}
    for (_, _, sign, label, key), value in zip(programmes, values, strict=True):
        low, high = out.get(label, (math.inf, -math.inf))
        number = sign * float(value) / problem.scale(key[0])
        out[label] = (min(low, number), high) if sign > 0 else (low, max(high, number))
    return out


def _used(state: Assignment, instance: Instance) -> tuple[Option, Mapping[int, Alternative]]:
    """Return the definition of an identity that an assignment uses, and its vintages."""
    for choice in state.choices:
        for option in choice.options:
            if option in instance.options:
                return option, {one.year: one for one in choice.vintages}
    return instance.options[0], {}


def _extended(
    problem: Problem, also: Key | None
) -> tuple[Problem, list[Option], dict[Key, Instance]]:
    """Return the problem with the unprinted quantities that others define, their rows and ratios.

    A ratio is a quantity that is a factor of its identity: its ends are no linear programme in the
    variables as they are, see `_ratio_blocks`.
    """
    extra: list[Option] = []
    ratios: dict[Key, Instance] = {}
    factors: set[Key] = set()
    for instance in problem.instances:
        for option in instance.options:
            roles = problem.factors(option)
            own = {k for k, role in roles.items() if role == "factor" and k not in option.vintaged}
            factors |= own
            ratios |= dict.fromkeys(own, instance)
    printed = {figure.key for figure in problem.figures}
    new = [item for item in problem.defining if not item.keys & factors]
    wide = problem.changed(instances=(*problem.instances, *new))
    for item in new:
        option = item.options[0]
        unknown = option.keys - printed - set(wide.variables)
        if len(unknown) != 1:
            continue
        try:
            roles = wide.factors(option)
        except StudyError:
            key = next(iter(unknown))
            if key == also or key[0] in {figure.symbol for figure in problem.figures}:
                ratios[key] = item
            continue
        more = [k for k, role in roles.items() if role == "variable" and k not in wide.variables]
        wide = wide.changed(variables=(*wide.variables, *more))
        extra.append(option)
    return wide, extra, ratios


def _joined_rows(wide: Problem, state: Assignment, extra: Sequence[Option]) -> Iterable[Rows]:
    """Yield the rows of an assignment over the variables of the wider problem, and the new ones."""
    width = len(wide.variables)
    rows, limits = state.rows
    padded = np.hstack([rows, np.zeros((len(rows), width - rows.shape[1]))]), limits
    parts = [_option_rows(wide, option, {}) or () for option in extra]
    for one in itertools.product(*parts):
        yield _stacked((padded, *one), width)


def _ratio_blocks(
    problem: Problem,
    block: Block,
    using: tuple[Option, Mapping[int, Alternative]],
    key: Key,
    ends: Interval,
) -> list[Block]:
    """Return programmes whose last variable is a factor that multiplies one variable v only.

    All is divided by v > 0 (Charnes and Cooper 1962): y = x / v and s = 1 / v are the new
    variables, y_v = 1, and the product of the factor and v becomes the factor itself, so that the
    identity is linear in it. `using` is the definition and its vintages.
    """
    option, given = using
    beside = {other for _, product in option.terms if key in product for other in product}
    pivots = [other for other in beside - {key} if other in problem.variables]
    if len(pivots) != 1 or not all(
        pivots[0] in product and product.count(key) == 1
        for _, product in option.terms
        if key in product
    ):
        return []
    n, pivot = len(problem.variables), problem.variables.index(pivots[0])
    if block.low[pivot] < 0.0:
        return []
    low = np.append(np.where(block.low >= 0.0, 0.0, -np.inf), [0.0, ends[0]])
    least = block.low[pivot] or math.nan  # y = x / v and s = 1 / v have an end where v has a least
    high = np.nan_to_num(np.append(block.high.clip(0.0), 1.0) / least, nan=np.inf, posinf=np.inf)
    high = np.append(high, ends[1])
    low[pivot] = high[pivot] = 1.0
    forms = _ratio_forms(problem, option, given, key, (low, high))
    if forms is None:
        return []
    sides = [(np.eye(n), block.high), (-np.eye(n), -block.low), (block.rows, block.limits)]
    rows = np.vstack(
        [
            np.hstack([a, -b[:, None]])
            for a, b in ((a[np.isfinite(b)], b[np.isfinite(b)]) for a, b in sides)
        ]
    )
    rows = np.hstack([rows, np.zeros((len(rows), 1))])
    size = np.append(block.size, [1.0, block.size[pivot]]) / block.size[pivot]
    return _solvable(
        Block(np.vstack([rows, own]), np.append(np.zeros(len(rows)), limits), low, high, size)
        for own, limits in forms
    )


def _ratio_forms(
    problem: Problem,
    option: Option,
    given: Mapping[int, Alternative],
    key: Key,
    box: tuple[Array, Array],
) -> tuple[Rows, ...] | None:
    """Return the rows of an identity divided by the variable that its factor `key` multiplies."""
    n = len(problem.variables)
    factors: dict[Key, Interval] = {}
    terms = []
    for number, product in option.terms:
        variable = [k for k in product if k in problem.variables]
        place = n + 1 if key in product else problem.variables.index(variable[0]) if variable else n
        rest = tuple(k for k in product if k not in problem.variables and k != key)
        for other in rest:
            interval = factor_interval(problem, option, given, other)
            if interval is None:
                return None
            factors[other] = interval
        terms.append((number, rest, place))
    return _pairs(*_corner_forms(terms, factors, *box))


# ---- conflicts -------------------------------------------------------------------------------


def conflicts(problem: Problem) -> list[list[str]]:
    """Return every smallest set of figures that cannot hold together, the smaller ones first.

    A set is smallest when it conflicts and no longer does so without any one of its figures. All
    of them are found by Reiter's tree: each further set must avoid a figure of each earlier one
    (Reiter 1987, "A theory of diagnosis from first principles", Artificial Intelligence 32); at
    most 20 are returned.
    """
    alone = problem.impossible()
    ids = [f.id for f in problem.figures if problem.tied(f) or f.id in alone]
    known: dict[frozenset[str], bool] = {}
    if not _holds(problem, frozenset(ids), known):
        texts = "; ".join(
            sorted({o.identity.text for item in problem.instances for o in item.options})
        )
        raise QuesnayError(
            f"the identities contradict each other whatever the figures: {shown(texts, 300)}"
        )
    found: list[list[str]] = []
    open_sets: list[frozenset[str]] = [frozenset()]
    seen: set[frozenset[str]] = set()
    while open_sets and len(found) < _CONFLICTS:
        left_out = open_sets.pop(0)
        if left_out in seen:
            continue
        seen.add(left_out)
        old = next((one for one in found if not left_out & set(one)), None)
        one = old or _smallest(problem, ids, left_out, known)
        if one is None:
            continue
        if one not in found:
            found.append(one)
        open_sets += [left_out | {name} for name in one]
    return sorted(found, key=lambda one: (len(one), [ids.index(name) for name in one]))


def _smallest(
    problem: Problem,
    ids: Sequence[str],
    left_out: frozenset[str],
    known: dict[frozenset[str], bool],
) -> list[str] | None:
    """Return one smallest conflict among the other figures, or None where they hold."""
    if _holds(problem, left_out, known):
        return None
    gone = left_out
    for name in ids:
        if name not in gone and not _holds(problem, gone | {name}, known):
            gone = gone | {name}
    return [name for name in ids if name not in gone]


def _holds(problem: Problem, without: Collection[str], known: dict[frozenset[str], bool]) -> bool:
    """Whether the figures hold without some; what holds still does with fewer figures."""
    left_out = frozenset(without)
    for other, held in known.items():
        if (held and other <= left_out) or (not held and left_out <= other):
            return held
    known[left_out] = _is_feasible(problem.without(left_out))
    return known[left_out]
