"""Whether numbers can be a table: signs, balance and productivity, each named where it fails."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.errors import BalanceError, DataError
from quesnay.fitting.tables.leontief import coefficients
from quesnay.fitting.tables.spectral import spectral_radius
from quesnay.models.input_output.validate import Blocks

__all__ = ["Imbalance", "check_signs", "imbalance", "surely_productive", "unproductive"]

Array = npt.NDArray[np.float64]

_LEAST = 1e-290  # the reciprocal of a smaller output is no longer a float


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A row or column that does not add up.

    Parameters
    ----------
    text : str
        Which, and by how much.
    relative : float
        The gap as a share of the sector's output.
    """

    text: str
    relative: float

    def error(self, tolerance: float) -> BalanceError:
        """Return the refusal, with its remedy."""
        return BalanceError(
            f"{self.text}, more than the tolerance of {tolerance:g}; correct the table, or pass "
            f"tolerance={1.05 * self.relative:.1e} if this is rounding, or strict=False to go on "
            "with a recorded warning"
        )


def check_signs(blocks: Blocks) -> None:
    """Refuse outputs that no sector can have: negative, or zero with inputs.

    Parameters
    ----------
    blocks : Blocks
        A table.

    Raises
    ------
    DataError
        Naming the sector.

    Examples
    --------
    >>> from quesnay.models.input_output.validate import read_blocks
    >>> check_signs(read_blocks([[0, 1], [2, 0]], [-3, 3], [0, 0]))
    Traceback (most recent call last):
    quesnay.fitting.errors.DataError: sector 0: output is -2; expected a positive number: check ...
    """
    x = blocks.output
    if x.min() < 0:
        k = int(np.argmin(x))
        raise DataError(
            f"sector {blocks.sectors[k]!r}: output is {x[k]:.10g}; expected a positive number: "
            "check its final demand and sales"
        )
    for k in np.flatnonzero(x < _LEAST).tolist():
        if x[k] > 0:
            raise DataError(f"sector {blocks.sectors[k]!r}: output {x[k]:.3g} is too small")
        bought = np.flatnonzero(blocks.flows[:, k])
        if len(bought) or blocks.bought[k] != 0:
            source = repr(blocks.sectors[bought[0]]) if len(bought) else "abroad"
            raise DataError(
                f"sector {blocks.sectors[k]!r}: output is zero but its column has inputs (from "
                f"{source}); give its output, or set the column to zero"
            )


def imbalance(blocks: Blocks, tolerance: float) -> Imbalance | None:
    """Say which row or column does not add up to output, the worst first; None where all do.

    Parameters
    ----------
    blocks : Blocks
        A table.
    tolerance : float
        Largest gap, as a share of the sector's output (or of its sales, where these are larger).

    Returns
    -------
    Imbalance or None
        One line, and the gap.

    Examples
    --------
    >>> from quesnay.models.input_output.validate import read_blocks
    >>> imbalance(read_blocks([[150, 500], [200, 100]], [350, 1700], [650, 1300]), 1e-6).text
    'column 1: inputs and value added are 1900, output is 2000: -100 (-5 %)'
    """
    b = blocks
    for gaps, axis, words in (
        (b.row_gap, 1, ("row", "sales and final demand")),
        (b.column_gap, 0, ("column", "inputs and value added")),
    ):
        if not gaps.any():
            continue
        size = np.maximum(b.output, np.abs(b.flows.sum(axis=axis)))
        relative = np.abs(gaps) / np.where(size > 0, size, 1.0)
        k = int(np.argmax(relative))
        if relative[k] > tolerance:
            abroad = ", imports among them," if b.imports is not None and axis == 0 else ""
            part = f"{100 * gaps[k] / size[k]:.3g} %" if size[k] > 0 else "of no output"
            text = (
                f"{words[0]} {b.sectors[k]!r}: {words[1]}{abroad} are "
                f"{b.output[k] + gaps[k]:.10g}, output is {b.output[k]:.10g}: {gaps[k]:.6g} "
                f"({part})"
            )
            return Imbalance(text, float(relative[k]))
    return None


def surely_productive(blocks: Blocks) -> bool:
    """Say whether every sector's inputs from home are below its output: then the radius is below 1.

    Parameters
    ----------
    blocks : Blocks
        A table.

    Returns
    -------
    bool
        False leaves the question open.

    Examples
    --------
    >>> from quesnay.models.input_output.validate import read_blocks
    >>> surely_productive(read_blocks([[150, 500], [200, 100]], [350, 1700], [650, 1400]))
    True
    """
    b = blocks
    if b.flows.min() < 0:
        return False
    inputs = b.flows.sum(axis=0)
    return bool(((inputs < b.output * (1 - 1e-9)) | (b.output == 0)).all())


def unproductive(blocks: Blocks) -> str | None:
    """Say why a table is not productive, or return None.

    Parameters
    ----------
    blocks : Blocks
        A table.

    Returns
    -------
    str or None
        One line that names the sector with the highest share of inputs.

    Examples
    --------
    >>> from quesnay.models.input_output.validate import read_blocks
    >>> unproductive(read_blocks([[0, 30], [20, 0]], [-10, 0], [0, -10]))[:42]
    'the spectral radius of the coefficients is'
    """
    A = coefficients(blocks.flows, blocks.output)
    radius = spectral_radius(A)
    if radius < 1 - 1e-12:
        return None
    share = A.sum(axis=0)
    k = int(np.argmax(share))
    return (
        f"the spectral radius of the coefficients is {radius:.6g}, not below 1: the economy uses "
        f"up more than it makes; sector {blocks.sectors[k]!r} buys {share[k]:.4g} of inputs per "
        "unit of output: check its value added"
    )
