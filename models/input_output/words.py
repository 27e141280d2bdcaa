"""Words that users choose from, and how what they gave is shown in a message: on one line."""

from collections.abc import Hashable, Iterable
from typing import Any

from quesnay.fitting.errors import DataError, shown

__all__ = ["chosen", "label_in"]


def chosen(value: Any, known: Iterable[str], what: str) -> str:
    """Return a word if it is one of those known, else refuse it.

    Parameters
    ----------
    value : object
        What a user gave.
    known : iterable of str
        The words there are.
    what : str
        Name of the argument.

    Returns
    -------
    str
        The word.

    Raises
    ------
    DataError
        If it is another.

    Examples
    --------
    >>> chosen("double", ("double", "single"), "precision")
    'double'
    """
    words = list(known)
    if not isinstance(value, str) or value not in words:
        choices = ", ".join(repr(word) for word in words[:-1]) + f" or {words[-1]!r}"
        raise DataError(f"{what}={shown(value)}; expected {choices}")
    return str(value)


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
