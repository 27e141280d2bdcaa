"""Names of accounts, which mean one thing only."""

from collections.abc import Hashable, Iterable
from typing import Any

from quesnay.fitting.errors import DataError, shown

__all__ = ["check_account_names", "label_in"]

_RESERVED = ("output", "value_added", "imports")  # accounts that every table has


def check_account_names(components: Iterable[Hashable], accounts: Iterable[Hashable]) -> None:
    """Refuse a name that would mean two things as an account.

    Parameters
    ----------
    components, accounts : iterable
        Names of the components of value added and of the rows of the accounts.

    Raises
    ------
    DataError
        If a name is one that every table has, or is in both.

    Examples
    --------
    >>> check_account_names(["wages", "profits"], ["employment"])
    """
    own, others = list(components), list(accounts)
    for names, what in ((own, "value added"), (others, "accounts")):
        for name in names:
            taken = isinstance(name, str) and name in _RESERVED
            if (taken and len(names) > 1) or (taken and name != "value_added"):
                raise DataError(f"{what}: row {shown(name)} has a name that means another account")
    double = [name for name in others if name in own]
    if double:
        raise DataError(
            f"accounts: row {shown(double[0])} is also a component of value added; rename"
        )


def label_in(value: Any, labels: Iterable[Hashable]) -> bool:
    """Say whether a value is one of some labels; what cannot be a label is none.

    Parameters
    ----------
    value : object
        What a user gave.
    labels : iterable
        Labels.

    Returns
    -------
    bool
        Whether it is among them.

    Examples
    --------
    >>> label_in(["a"], ["a", "b"]), label_in("a", ["a", "b"])
    (False, True)
    """
    try:
        hash(value)
    except TypeError:
        return False
    return value in set(labels)
