"""The kinds of array that functions take and give, named once."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.float64]
"""Numbers in double precision."""

Codes: TypeAlias = npt.NDArray[np.intp]
"""The group of each row, counted from zero."""

Places: TypeAlias = npt.NDArray[np.intp]
"""Positions of rows, columns or sectors, counted from zero."""

Mask: TypeAlias = npt.NDArray[np.bool_]
"""Which rows, columns or cells are meant."""

Values: TypeAlias = npt.NDArray[np.floating]
"""Numbers in any precision."""

Function: TypeAlias = Callable[[Array], Array]
"""A function of one array, such as a curve by its parameters."""
