"""The one tree of errors; every message says what, where, what was expected and what to do."""

import difflib
from collections.abc import Iterable

__all__ = [
    "BalanceError",
    "ConvergenceError",
    "DataError",
    "EstimationError",
    "QuesnayError",
    "StudyError",
    "nearest",
]


class QuesnayError(ValueError):
    """Anything that is wrong with what a user gave; the root of the tree."""


class DataError(QuesnayError):
    """A file, frame or array is at fault; the message names file, row, column or sector."""


class BalanceError(QuesnayError):
    """A table does not balance, or margins cannot meet; the message names row or column."""


class ConvergenceError(QuesnayError):
    """An iteration did not converge; the message says what was tried."""


class EstimationError(DataError):
    """A regression cannot be computed from the data given; the message names the columns."""


class StudyError(QuesnayError):
    """A key of a study file is at fault; the message names the key."""


def nearest(name: str, known: Iterable[object]) -> str:
    """Return a hint naming the known word nearest to `name`, or an empty string.

    Parameters
    ----------
    name : str
        What the user wrote.
    known : iterable of str
        What could have been written.

    Returns
    -------
    str
        `` did you mean 'x'?`` with a leading space, or ``""``.

    Examples
    --------
    >>> nearest("gompert", ["gompertz", "logistic"])
    " did you mean 'gompertz'?"
    """
    words = [str(word) for word in known]
    found = difflib.get_close_matches(str(name), words, n=1, cutoff=0.5)
    return f" did you mean {found[0]!r}?" if found else ""
