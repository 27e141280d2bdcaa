"""Bring the table of 2017 to the margins of 2018 by three methods and meet the official table."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.diagnostics.plots.style import axis_label, finish, new_figure, save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

old, new = qn.load_io("CHN", 2017, imports="separate"), qn.load_io("CHN", 2018, imports="separate")
rows, columns = new.Z.sum(axis=1), new.Z.sum(axis=0)

grown = old.Z * (new.x.sum() / old.x.sum())
tables = {"no change but growth": grown}
for name, balance in {
    "RAS": qn.ras,
    "GRAS": qn.gras,
    "least squares": qn.balance_least_squares,
}.items():
    found = balance(old.Z, rows, columns)
    tables[name] = found.table
    print(f"{name}: {found.iterations} iterations, margins missed by {found.residual:.1e}")

error = pd.Series(
    {name: float(np.abs(t - new.Z).sum().sum() / new.Z.sum().sum()) for name, t in tables.items()}
)
print("\nWeighted absolute error against the official intermediate flows of 2018")
print(error.map("{:.1%}".format).to_string())

balanced = qn.ras(old.Z, rows, columns)
print("\nCells that RAS moved furthest, 100 million yuan")
print(balanced.moves.head(5).round(1).to_string(index=False))

figure = new_figure(size=(7.2, 2.8))
axes = figure.axes[0]
axes.barh(error.index[::-1], 100 * error[::-1])
axes.grid(visible=False, axis="y")
axes.set_xlabel(axis_label("weighted absolute error of the flows", "percent"))
words = ", ".join(f"{name} {value:.1%}" for name, value in error.items())
finish(figure, alt=f"Error of the table of 2017 brought to the margins of 2018: {words}.")
print("Written:", save_figure(figure, folder / "40_update_a_table.png"))
