"""Which identities, in which years, say anything about the figures at hand."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from quesnay.diagnostics.audit.compile import Key
from quesnay.diagnostics.audit.expressions import symbols_of
from quesnay.diagnostics.audit.identities import Identity

__all__ = ["Instance", "determined", "every_instance", "select"]


@dataclass(frozen=True, slots=True)
class Instance:
    """One identity in one year, and the quantities it ties."""

    identity: Identity
    year: int
    keys: frozenset[Key]


def every_instance(identities: Sequence[Identity], years: Collection[int]) -> tuple[Instance, ...]:
    """Return every identity in every year from the one before the figures to their last.

    Parameters
    ----------
    identities : sequence of Identity
        What holds in every year.
    years : collection of int
        Years of the printed figures.

    Returns
    -------
    tuple of Instance
        Those whose quantities all lie in these years.

    Examples
    --------
    >>> growth = Identity.parse("growth", "T[t] = (1 + G[t]) * T[t-1]")
    >>> [instance.year for instance in every_instance([growth], {2018, 2019})]
    [2018, 2019]
    """
    if not years:
        return ()
    span = range(min(years) - 1, max(years) + 1)
    found = [
        Instance(identity, year, _keys(identity, year))
        for year in range(span.start - 10, span.stop + 10)
        for identity in identities
    ]
    return tuple(item for item in found if all(key[1] in span for key in item.keys))


def select(
    instances: Sequence[Instance], known: Collection[Key], *, derived: bool
) -> tuple[Instance, ...]:
    """Return the identities that can constrain what is known, and those that define more from it.

    A quantity that is not known and stands in one identity only takes whatever value satisfies it,
    so that identity says nothing about the others and is set aside; this repeats until nothing
    moves. With `derived`, identities with a single open quantity come back: they define it.

    Parameters
    ----------
    instances : sequence of Instance
        Identities and years.
    known : collection of (symbol, year)
        Printed quantities and GDP.
    derived : bool
        Whether to keep those that only define a quantity.

    Returns
    -------
    tuple of Instance
        In the order given.

    Examples
    --------
    >>> total, share = Identity.parse("total", "T = C + I"), Identity.parse("share", "S * Y = T")
    >>> both = every_instance([total, share], {2018})
    >>> [i.identity.name for i in select(both, {("T", 2018), ("S", 2018)}, derived=False)]
    []
    >>> [i.identity.name for i in select(both, {("T", 2018), ("S", 2018)}, derived=True)]
    ['share']
    """
    kept = list(instances)
    while True:
        count = Counter(key for item in kept for key in item.keys)
        alone = {key for key, n in count.items() if n == 1 and key not in known}
        rest = [item for item in kept if not item.keys & alone]
        if len(rest) == len(kept):
            break
        kept = rest
    chosen = set(kept)
    if derived:
        chosen |= set(_defining([i for i in instances if i not in chosen], kept, known))
    return tuple(item for item in instances if item in chosen)


def determined(instances: Sequence[Instance], known: Collection[Key]) -> set[Key]:
    """Return the quantities that are known, or follow one by one from what is known.

    Parameters
    ----------
    instances : sequence of Instance
        Identities and years.
    known : collection of (symbol, year)
        Printed quantities and GDP.

    Returns
    -------
    set of (symbol, year)
        Quantities worth reporting.

    Examples
    --------
    >>> total = every_instance([Identity.parse("total", "T = C + I")], {2018})
    >>> sorted(determined(total, {("T", 2018), ("C", 2018)}))
    [('C', 2018), ('I', 2018), ('T', 2018)]
    """
    core = select(instances, known, derived=False)
    found = _defining([item for item in instances if item not in core], core, known)
    return {*known, *(key for item in (*core, *found) for key in item.keys)}


def _defining(
    waiting: list[Instance], core: Sequence[Instance], known: Collection[Key]
) -> list[Instance]:
    settled = {*known, *(key for item in core for key in item.keys)}
    found: list[Instance] = []
    while ready := [item for item in waiting if len(item.keys - settled) <= 1]:
        found += ready
        settled |= {key for item in ready for key in item.keys}
        waiting = [item for item in waiting if item not in ready]
    return found


def _keys(identity: Identity, year: int) -> frozenset[Key]:
    named = symbols_of(identity.left) | symbols_of(identity.right)
    return frozenset((symbol.name, year + symbol.lag) for symbol in named)
