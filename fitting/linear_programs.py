"""Many small linear programmes solved as one: a programme of blocks that do not touch each other.

Each block has its own rows ``A x <= b`` and its own box ``low <= x <= high``. A call of the solver
costs more than such a block, so all blocks stand on the diagonal of one sparse programme, whose
optimum is the optimum of each. HiGHS (Huangfu and Hall 2018) does the pivoting; every block is
scaled so that its box is [-1, 1] and its rows have coefficients of one.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import ConvergenceError

_Scaled: TypeAlias = tuple[Array, Array, Array, Array, Array, Array]

_EXACT = 1e-10  # what HiGHS may miss a row by, the least it accepts
_SLACK = 1e-9  # what a row may be missed by and still count as met, after scaling
_FAR = 1e6  # sizes from the origin at which a variable without an end is said to have none
_TOGETHER = 150  # blocks in one programme


@dataclass(frozen=True, slots=True)
class Block:
    """Rows ``A x <= b``, (m, n) and (m,), and a box; `size` is how large each variable is, (n,)."""

    rows: Array
    limits: Array
    low: Array
    high: Array
    size: Array

    def scaled(self) -> _Scaled:
        """Return rows, limits, low and high of z, centre and half; ``x = centre + half z``."""
        ends = np.isfinite(self.low) & np.isfinite(self.high)
        low, high = np.where(ends, self.low, 0.0), np.where(ends, self.high, 0.0)
        centre = np.where(ends, 0.5 * (low + high), 0.0)
        half = np.where(ends & (high > low), 0.5 * (high - low), np.where(ends, 1.0, self.size))
        rows, limits = self.rows * half, self.limits - self.rows @ centre
        norm = np.maximum(np.abs(rows).max(axis=1, initial=0.0), 1e-300)
        norm = np.where(norm > 1e-290, norm, np.maximum(np.abs(limits), 1.0))
        z_low = np.where(ends, (low - centre) / half, np.maximum(self.low / half, -_FAR))
        z_high = np.where(ends, (high - centre) / half, np.minimum(self.high / half, _FAR))
        return rows / norm[:, None], limits / norm, z_low, z_high, centre, half


def violations(blocks: Sequence[Block]) -> Array:
    """Return by how much the rows of each block must give way for a solution to exist, scaled.

    Zero where one exists; see `Block.scaled` for the unit.
    """
    out = [_together(blocks[i : i + _TOGETHER]) for i in range(0, len(blocks), _TOGETHER)]
    found = np.concatenate(out) if out else np.zeros(0)
    return np.where(found > _SLACK, found, 0.0)


def extremes(blocks: Sequence[Block], objectives: Sequence[Array]) -> Array:
    """Return the least value of ``c'x`` in each block, each of which has a solution.

    Minus infinity where nothing bounds it.
    """
    known = {id(block): block.scaled() for block in blocks}
    out = []
    for start in range(0, len(blocks), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        out.append(_least([known[id(block)] for block in blocks[part]], objectives[part]))
    return np.concatenate(out) if out else np.zeros(0)


def _together(blocks: Sequence[Block]) -> Array:
    """Return the least common slack of each block's rows."""
    pieces, limits, low, high = [], [], [], []
    for block in blocks:
        rows, limit, z_low, z_high, _, _ = block.scaled()
        pieces.append(np.hstack([rows, -np.ones((len(rows), 1))]))
        limits.append(limit)
        low.append(np.append(z_low, 0.0))
        high.append(np.append(z_high, np.inf))
    ends = np.cumsum([len(one) for one in low]) - 1
    cost = np.zeros(int(ends[-1]) + 1)
    cost[ends] = 1.0
    return np.asarray(_solved(cost, pieces, limits, low, high)[ends])


def _least(blocks: Sequence[_Scaled], objectives: Sequence[Array]) -> Array:
    pieces, limits, low, high, costs, constants = [], [], [], [], [], []
    for block, objective in zip(blocks, objectives, strict=True):
        rows, limit, z_low, z_high, centre, half = block
        cost = objective * half
        norm = float(np.abs(cost).max()) or 1.0
        pieces.append(rows)
        limits.append(limit + _SLACK)
        low.append(z_low)
        high.append(z_high)
        costs.append((cost / norm, norm))
        constants.append(float(objective @ centre))
    z = _solved(np.concatenate([c for c, _ in costs]), pieces, limits, low, high)
    out, start = np.empty(len(blocks)), 0
    for i, (cost, norm) in enumerate(costs):
        part = z[start : start + len(cost)]
        start += len(cost)
        far = np.abs(part) >= 0.9 * _FAR
        value = float(cost @ part)
        if far.any():
            ends = [np.where(np.abs(end) >= _FAR, 10.0 * end, end) for end in (low[i], high[i])]
            wider = cost @ _solved(cost, [pieces[i]], [limits[i]], [ends[0]], [ends[1]])
            value = value if math.isclose(value, wider, rel_tol=1e-6, abs_tol=1e-6) else -np.inf
        out[i] = constants[i] + norm * value
    return out


def _solved(
    cost: Array,
    pieces: Sequence[Array],
    limits: Sequence[Array],
    low: Sequence[Array],
    high: Sequence[Array],
) -> Array:
    """Solve the programme of all blocks; of one that fails together, block by block."""
    from scipy.optimize import linprog
    from scipy.sparse import block_diag, coo_array

    options: dict[str, Any] = {
        "primal_feasibility_tolerance": _EXACT,
        "dual_feasibility_tolerance": _EXACT,
    }
    solve: Any = linprog  # its stubs know dense matrices only
    # one sparse piece says what is made; all of them sparse would take longer than the solver
    rows: Any = block_diag([coo_array(pieces[0]), *pieces[1:]], format="csr")
    rows.eliminate_zeros()
    # presolve trips over rows that follow from one another, the simplex of old versions over more
    for method, presolve in (("highs-ds", True), ("highs-ds", False), ("highs-ipm", True)):
        found = solve(
            cost,
            A_ub=rows,
            b_ub=np.concatenate(list(limits)),
            bounds=np.column_stack([np.concatenate(list(low)), np.concatenate(list(high))]),
            method=method,
            options={**options, "presolve": presolve},
        )
        if found.x is not None and found.status == 0:
            return np.asarray(found.x)
    if len(pieces) == 1:
        raise ConvergenceError(
            f"a linear programme of {pieces[0].shape[0]} rows was not solved ({found.message}); "
            "check the units: figures of one report differ by many orders of magnitude"
        )
    sizes = np.cumsum([0, *(len(one) for one in low)])
    return np.concatenate(
        [
            _solved(cost[sizes[i] : sizes[i + 1]], [pieces[i]], [limits[i]], [low[i]], [high[i]])
            for i in range(len(pieces))
        ]
    )
