"""Exact derivatives of arithmetic, carried along with its values."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.models.regression.expression import (
    Binary,
    Call,
    Column,
    Expression,
    Negative,
    Number,
)

__all__ = ["Slope", "differentiate"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Slope:
    """A value and its derivatives, (k,), carried through an expression (dual number)."""

    value: float
    gradient: Array


def differentiate(tree: Expression, values: dict[str, Slope]) -> Slope:
    """Compute an expression and its derivatives.

    Parameters
    ----------
    tree : Expression
        What was read.
    values : dict of str to Slope
        Value and derivatives of every name.

    Returns
    -------
    Slope
        Value and derivatives of the expression.

    Examples
    --------
    >>> from quesnay.models.regression.expression import read_arithmetic
    >>> from quesnay.models.regression.tokens import read_tokens
    >>> tree = read_arithmetic(read_tokens("x ** 2"))
    >>> differentiate(tree, {"x": Slope(3.0, np.array([1.0]))}).gradient.tolist()
    [6.0]
    """
    match tree:
        case Number(value):
            return Slope(float(value), np.zeros(next(iter(values.values())).gradient.size))
        case Column(name):
            return values[name]
        case Negative(inner):
            slope = differentiate(inner, values)
            return Slope(-slope.value, -slope.gradient)
        case Call(function, inner):
            return _chain(function, differentiate(inner, values))
        case Binary(sign, left, right):
            return _combine(sign, differentiate(left, values), differentiate(right, values))


def _chain(function: str, inner: Slope) -> Slope:
    x = np.float64(inner.value)
    value, derivative = {
        "abs": (np.abs(x), np.sign(x)),
        "exp": (np.exp(x), np.exp(x)),
        "expm1": (np.expm1(x), np.exp(x)),
        "log": (np.log(x), 1 / x),
        "log10": (np.log10(x), 1 / (x * np.log(10.0))),
        "log1p": (np.log1p(x), 1 / (1 + x)),
        "log2": (np.log2(x), 1 / (x * np.log(2.0))),
        "sqrt": (np.sqrt(x), 0.5 / np.sqrt(x)),
    }[function]
    return Slope(float(value), derivative * inner.gradient)


def _combine(sign: str, left: Slope, right: Slope) -> Slope:
    a, b = np.float64(left.value), np.float64(right.value)
    match sign:
        case "+":
            return Slope(float(a + b), left.gradient + right.gradient)
        case "-":
            return Slope(float(a - b), left.gradient - right.gradient)
        case "*":
            return Slope(float(a * b), b * left.gradient + a * right.gradient)
        case "/":
            return Slope(float(a / b), left.gradient / b - a / b**2 * right.gradient)
        case _:
            gradient = b * a ** (b - 1) * left.gradient
            if right.gradient.any():
                gradient = gradient + a**b * np.log(a) * right.gradient
            return Slope(float(a**b), np.asarray(gradient))
