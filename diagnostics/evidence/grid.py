"""A declared grid of choices, and the rules that say which combinations are admissible."""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from quesnay.fitting.errors import QuesnayError

__all__ = ["Choices", "Grid", "Rule"]

Choices: TypeAlias = Mapping[str, Any]
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Rule:
    """Why some combinations make no sense.

    Parameters
    ----------
    reason : str
        In words: "a quadratic trend needs four years".
    excludes : callable
        Choices -> True where the combination is not admissible.

    Examples
    --------
    >>> Rule("needs a trend", lambda c: c["trend"] == "none").excludes({"trend": "none"})
    True
    """

    reason: str
    excludes: Callable[[Choices], bool]


@dataclass(frozen=True, slots=True)
class Grid:
    """All choices that a careful analyst could have made.

    Parameters
    ----------
    choices : mapping of str to sequence
        Name of the choice -> its levels; levels are shown by ``str``.
    rules : sequence of Rule
        Combinations left out, each with its reason.

    Raises
    ------
    QuesnayError
        If the grid is empty, a level is given twice, or no combination is admissible.

    Examples
    --------
    >>> grid = Grid({"effects": ("none", "two-way"), "years": (2, 4)},
    ...             [Rule("two-way effects need four years",
    ...                   lambda c: c["effects"] == "two-way" and c["years"] < 4)])
    >>> len(grid.specifications()), grid.excluded()
    (3, {'two-way effects need four years': 1})
    """

    choices: Mapping[str, Sequence[Any]]
    rules: Sequence[Rule] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.choices, Mapping) or not self.choices:
            raise QuesnayError("grid: no choices; give at least one name with its levels")
        _check_rules(self.rules)
        for name, levels in self.choices.items():
            if not isinstance(name, str) or not name:
                raise QuesnayError(f"grid: {name!r} is not the name of a choice; names are text")
            if isinstance(levels, (str, bytes)) or not isinstance(levels, Sequence) or not levels:
                raise QuesnayError(f"grid: choice {name!r} has no levels; give a list of them")
            shown = [str(level) for level in levels]
            for level in shown:
                if shown.count(level) > 1:
                    raise QuesnayError(f"grid: choice {name!r} has level {level!r} twice")
        taken = {"estimate", "low", "high", "standard_error", "failure", "rank"} & set(self.choices)
        if taken:
            raise QuesnayError(f"grid: {sorted(taken)[0]!r} is a column of the result; rename it")
        size = math.prod(len(levels) for levels in self.choices.values())
        if size > _LARGEST:
            raise QuesnayError(f"grid: {size} combinations, more than {_LARGEST}; drop some levels")
        if not self.specifications():
            raise QuesnayError(
                "grid: the rules exclude every combination: "
                + "; ".join(f"{reason} ({n})" for reason, n in self.excluded().items())
            )

    def specifications(self) -> tuple[dict[str, Any], ...]:
        """Return every admissible combination, in the order of the levels."""
        return tuple(one for one in self._all() if self._reason(one) is None)

    def excluded(self) -> dict[str, int]:
        """Return how many combinations each rule excludes, the first that applies counting."""
        out = {rule.reason: 0 for rule in self.rules}
        for one in self._all():
            reason = self._reason(one)
            if reason is not None:
                out[reason] += 1
        return out

    def _all(self) -> Iterator[dict[str, Any]]:
        for levels in itertools.product(*self.choices.values()):
            yield dict(zip(self.choices, levels, strict=True))

    def _reason(self, one: Choices) -> str | None:
        for rule in self.rules:
            try:
                if rule.excludes(one):
                    return rule.reason
            except Exception as error:
                raise QuesnayError(
                    f"grid: rule {rule.reason!r} failed on {dict(one)} with "
                    f"{type(error).__name__}: {error}"
                ) from error
        return None


def _check_rules(rules: object) -> None:
    if not isinstance(rules, list | tuple) or not all(isinstance(rule, Rule) for rule in rules):
        raise QuesnayError("grid: rules must be a list of Rule(reason, excludes)")
