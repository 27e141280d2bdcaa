"""The declared grid of a specification curve: choices, levels, admissible combinations."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from quesnay.fitting.errors import StudyError, suggestion
from quesnay.studies.sections import Specifications

__all__ = ["Combination", "combinations"]


@dataclass(frozen=True, slots=True)
class Combination:
    """One specification: a level for every choice.

    Parameters
    ----------
    levels : tuple of (str, str)
        Choice and level, regression choices first.
    regression, account : tuple of (str, object)
        Study keys that the levels replace, for the regression and for the account.
    """

    levels: tuple[tuple[str, str], ...]
    regression: tuple[tuple[str, object], ...]
    account: tuple[tuple[str, object], ...]


def combinations(grid: Specifications) -> list[Combination]:
    """List every admissible combination of a grid.

    Parameters
    ----------
    grid : Specifications
        Section ``specifications`` of a study.

    Returns
    -------
    list of Combination
        In the order of the file.

    Raises
    ------
    StudyError
        If the grid is empty, or a rule names an unknown choice or level.

    Examples
    --------
    >>> from quesnay.studies.load import load_study
    >>> grid = load_study("caict_2020").specifications
    >>> len(combinations(grid)) >= 500
    True
    """
    choices = {**grid.regression, **grid.account}
    _check_rules(grid, choices)
    out = []
    for levels in itertools.product(*(list(level) for level in choices.values())):
        chosen = dict(zip(choices, levels, strict=True))
        if any(_matches(rule, chosen) for rule in grid.inadmissible):
            continue
        out.append(
            Combination(
                tuple(chosen.items()),
                _keys(grid.regression, chosen),
                _keys(grid.account, chosen),
            )
        )
    if not out or not choices:
        raise StudyError(
            "specifications: no combination is admissible; give choices with levels, and rules "
            "that leave some"
        )
    return out


def _matches(rule: Mapping[str, tuple[str, ...]], chosen: Mapping[str, str]) -> bool:
    return all(chosen[choice] in levels for choice, levels in rule.items())


def _keys(
    part: Mapping[str, Mapping[str, Mapping[str, object]]], chosen: Mapping[str, str]
) -> tuple[tuple[str, object], ...]:
    """Collect the replaced keys of one part, later choices after earlier ones."""
    return tuple(
        (key, value) for choice in part for key, value in part[choice][chosen[choice]].items()
    )


def _check_rules(grid: Specifications, choices: Mapping[str, Mapping[str, object]]) -> None:
    for number, rule in enumerate(grid.inadmissible, start=1):
        where = f"specifications.inadmissible[{number}]"
        for choice, levels in rule.items():
            if choice not in choices:
                raise StudyError(
                    f"{where}: unknown choice {choice!r};{suggestion(choice, choices)}"
                )
            for level in levels:
                if level not in choices[choice]:
                    hint = suggestion(level, choices[choice])
                    raise StudyError(f"{where}: {choice!r} has no level {level!r};{hint}")
