"""Computing the arithmetic of formulas: only the operations written here can happen."""

import numpy as np

from quesnay.models.regression.expression import (
    FUNCTIONS,
    Binary,
    Call,
    Column,
    Expression,
    Negative,
    Number,
    Values,
)

__all__ = ["evaluate"]


def evaluate(tree: Expression, columns: dict[str, Values]) -> Values:
    """Compute an expression row by row.

    Parameters
    ----------
    tree : Expression
        What was read.
    columns : dict of str to (n,) array
        The columns it names.

    Returns
    -------
    (n,) or () array
        In extended precision where arithmetic was done, so that powers keep their digits.

    Examples
    --------
    >>> float(evaluate(Call("log", Column("x")), {"x": np.array([np.e])})[0])
    1.0
    """
    with np.errstate(all="ignore"):
        return _evaluate(tree, columns)


def _evaluate(tree: Expression, columns: dict[str, Values]) -> Values:
    match tree:
        case Number(value):
            return np.asarray(value, dtype=np.longdouble)
        case Column(name):
            return columns[name]
        case Negative(inner):
            return -_evaluate(inner, columns)
        case Call(function, inner):
            argument = np.asarray(_evaluate(inner, columns), dtype=np.float64)
            return FUNCTIONS[function](argument)
        case Binary(sign, left, right):
            return _combine(sign, _evaluate(left, columns), _evaluate(right, columns))


def _combine(sign: str, left: Values, right: Values) -> Values:
    a, b = left.astype(np.longdouble), right.astype(np.longdouble)
    match sign:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b
        case _:
            return np.asarray(a**b)
