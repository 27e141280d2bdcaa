"""Systems of linear equations and products over a box of intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Linear", "Product", "System"]


@dataclass(frozen=True, slots=True)
class Linear:
    """One equation ``sum c_i x_i + constant = 0``.

    Parameters
    ----------
    places : tuple of int
        Variables that take part.
    coefficients : tuple of float
        Their coefficients.
    constant : float
        The constant term.
    """

    places: tuple[int, ...]
    coefficients: tuple[float, ...]
    constant: float = 0.0


@dataclass(frozen=True, slots=True)
class Product:
    """One equation ``x[result] = x[left] * x[right]``."""

    result: int
    left: int
    right: int


@dataclass(frozen=True, slots=True)
class System:
    """Equations over `size` variables.

    Parameters
    ----------
    size : int
        Number of variables.
    linear : tuple of Linear
        Linear equations.
    products : tuple of Product
        Bilinear equations.
    """

    size: int
    linear: tuple[Linear, ...]
    products: tuple[Product, ...]

    @property
    def touching(self) -> list[list[int]]:
        """Equations that each variable takes part in; linear ones are numbered first."""
        out: list[list[int]] = [[] for _ in range(self.size)]
        for number, row in enumerate(self.linear):
            for place in row.places:
                out[place].append(number)
        for number, product in enumerate(self.products, start=len(self.linear)):
            for place in {product.result, product.left, product.right}:
                out[place].append(number)
        return out

    def residuals(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how far each equation is from holding at `x`, relative to its largest term."""
        out = []
        for row in self.linear:
            terms = [c * x[i] for i, c in zip(row.places, row.coefficients, strict=True)]
            scale = max(max(map(abs, terms)), abs(row.constant), 1e-300)
            out.append((sum(terms) + row.constant) / scale)
        for item in self.products:
            product = x[item.left] * x[item.right]
            scale = max(abs(product), abs(x[item.result]), 1e-300)
            out.append((x[item.result] - product) / scale)
        return np.array(out)

    def jacobian(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the derivative of the unscaled equations at `x`, one row an equation."""
        out = np.zeros((len(self.linear) + len(self.products), self.size))
        for place, row in enumerate(self.linear):
            out[place, list(row.places)] = row.coefficients
        for place, product in enumerate(self.products, start=len(self.linear)):
            out[place, product.result] += 1.0
            out[place, product.left] -= x[product.right]
            out[place, product.right] -= x[product.left]
        return out

    def values(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the unscaled equations at `x`; all zero where they hold."""
        linear = [
            sum(c * x[i] for i, c in zip(row.places, row.coefficients, strict=True)) + row.constant
            for row in self.linear
        ]
        products = [x[item.result] - x[item.left] * x[item.right] for item in self.products]
        return np.array(linear + products)


@dataclass(frozen=True, slots=True)
class Box:
    """One closed interval a variable.

    Parameters
    ----------
    low, high : tuple of float
        Ends; infinite where nothing is known.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]

    def with_interval(self, place: int, low: float, high: float) -> "Box":
        """Return the box with one interval replaced."""
        return Box(
            (*self.low[:place], low, *self.low[place + 1 :]),
            (*self.high[:place], high, *self.high[place + 1 :]),
        )

    @property
    def width(self) -> NDArray[np.float64]:
        """Length of each interval."""
        return np.subtract(self.high, self.low)
