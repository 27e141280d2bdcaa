"""The one tree of errors; every message says what, where, what was expected and what to do."""

import difflib
import re
from collections.abc import Iterable

# How NumPy 2 writes its scalars, np.int64(1) or np.True_: a label in a message is written plainly.
_SCALAR = re.compile(
    r"\bnp\.(?:(?:u?int\d+|u?longlong|float\d+|longdouble|str_)"
    r"\((-?[\d.]+(?:e[-+]?\d+)?|-?inf|nan|'[^'\\]*'|\"[^\"\\]*\")\)|(True|False)_)"
)

_LISTED = 8  # words that a message lists

_LONGEST = 3000  # characters of a message
_ENDLESS = re.compile(r"(\S{100})\S{440,}(\S{60})")  # a word of 600 characters and more

_FAILURES = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)

# Where a line ends, by any of the characters that end lines, with the blanks around it.
_BREAK = re.compile(r"\s*[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]\s*")


class QuesnayError(ValueError):
    """Anything that is wrong with what a user gave; the root of the tree.

    A message is one line, and labels in it are written as the user wrote them, not as NumPy
    stores them.

    Examples
    --------
    >>> str(QuesnayError("sector np.int64(3) has no output"))
    'sector 3 has no output'
    """

    def __init__(self, *parts: object) -> None:
        super().__init__(*(_plain(part) if isinstance(part, str) else part for part in parts))


class DataError(QuesnayError):
    """A file, frame or array is at fault; the message names file, row, column or sector.

    Examples
    --------
    >>> import quesnay as qn
    >>> qn.ras([[1.0, float("nan")]], [2.0], [1.0, 1.0])
    Traceback (most recent call last):
        ...
    quesnay.fitting.errors.DataError: ...
    """


class BalanceError(QuesnayError):
    """A table does not balance, or margins cannot meet; the message names row or column.

    Examples
    --------
    >>> import quesnay as qn
    >>> qn.ras([[1, 0], [0, 1]], [2, 1], [1, 2])
    Traceback (most recent call last):
        ...
    quesnay.fitting.errors.BalanceError: margins cannot meet: ...
    """


class ConvergenceError(QuesnayError):
    """An iteration did not converge; the message says what was tried.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.load_io("CHN", 2018)
    >>> qn.structural_paths(table, table.f, limit=2)
    Traceback (most recent call last):
        ...
    quesnay.fitting.errors.ConvergenceError: structural paths: 2 paths examined ...
    """


class EstimationError(DataError):
    """A regression cannot be computed from the data given; the message names the columns.

    Examples
    --------
    >>> import quesnay as qn
    >>> panel = qn.load_panel("us_klems")
    >>> panel["twice"] = 2 * panel["year"]
    >>> qn.fit_panel("value_added ~ year + twice", panel)
    Traceback (most recent call last):
        ...
    quesnay.fitting.errors.EstimationError: columns ... depend on each other ...
    """


class StudyError(QuesnayError):
    """A key of a study file is at fault; the message names the key.

    Examples
    --------
    >>> import quesnay as qn
    >>> qn.load_study("caict_2021")
    Traceback (most recent call last):
        ...
    quesnay.fitting.errors.StudyError: unknown study 'caict_2021'; did you mean 'caict_2020'? ...
    """


def nearest(name: object, known: Iterable[object]) -> str:
    """Return a hint, with a leading space, naming the known word nearest to a text, or "".

    >>> nearest("gompert", ["gompertz", "logistic"]), nearest("YEAR", ["year", "gdp"])
    (" did you mean 'gompertz'?", " did you mean 'year'?")
    """
    if not isinstance(name, str):
        return ""
    words = {str(word).casefold(): str(word) for word in known}
    found = difflib.get_close_matches(name.casefold(), words, cutoff=0.5)
    return f" did you mean {words[found[0]]!r}?" if found else ""


def suggestion(name: object, known: Iterable[object]) -> str:
    """Return a hint with a leading space: the nearest known word, or where none is near, eight.

    >>> suggestion("gompert", ["gompertz", "logistic"]), suggestion("x", ["gompertz", "logistic"])
    (" did you mean 'gompertz'?", ' known: gompertz, logistic')
    """
    words = [str(word) for word in known]
    plain = (word if word.isprintable() else shown(word) for word in words[:_LISTED])
    listed = ", ".join([*plain, *(["…"] if len(words) > _LISTED else [])])
    return nearest(name, words) or f" known: {listed or 'none'}"


def shown(value: object, longest: int = 60) -> str:
    r"""Return a label or value on one short line for a message, without NumPy's type around it.

    >>> import numpy as np
    >>> shown(np.int64(2018)), shown("a\nb"), shown(list(range(100)), 12)
    ('2018', "'a\\nb'", '[0, 1, 2, 3…')
    """
    try:
        text = repr(value)
    except _FAILURES as problem:  # a user's own class, or a whole number of 5,000 digits
        text = f"a {type(value).__name__} that cannot be shown ({type(problem).__name__})"
    text = _plain(" ".join(text.split()))
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _plain(text: str) -> str:
    """Return a text on one line, with NumPy's scalars written as plain ones, none of it endless."""
    text = _ENDLESS.sub(r"\1…\2", _BREAK.sub(" ", text))
    if len(text) > _LONGEST:
        text = f"{text[: 3 * _LONGEST // 4]}…{text[-_LONGEST // 4 :]}"
    return _SCALAR.sub(lambda found: found[1] or found[2], text)
