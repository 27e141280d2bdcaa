"""Run a grid of specifications of one's own and see which choice moves the answer."""

from collections.abc import Mapping
from typing import Any

import numpy as np

import quesnay as qn

panel = qn.load_panel("us_klems")
columns = [name for name in panel.columns if panel[name].dtype.kind == "f"][:4]
data = panel[columns].dropna()


def average(choices: Mapping[str, Any], rng: np.random.Generator, draws: int) -> Any:
    """Average of one column, trimmed or not, with bootstrap draws."""
    values = np.sort(data[choices["column"]].to_numpy())
    if choices["trim"]:
        cut = int(len(values) * choices["trim"])
        values = values[cut:-cut]
    scale = values.std()
    rows = rng.integers(0, len(values), (draws, len(values)))
    return float(values.mean() / scale), values[rows].mean(axis=1) / scale


grid = qn.Grid(
    {"column": tuple(columns), "trim": (0.0, 0.01, 0.05)},
    [qn.Rule("the first column is not trimmed", lambda c: c["column"] == columns[0] and c["trim"])],
)
curve = qn.run_specifications(
    average, grid, draws=50, seed=0, reported=(0.45, 0.55), figure="mean over spread"
)
print(curve)
print(curve.estimates)
