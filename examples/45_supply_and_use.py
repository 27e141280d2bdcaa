"""From supply and use to symmetric tables: four models on the handbook's three-product economy.

Numbers: United Nations (2018), Handbook on Supply and Use Tables, table 12.3 (Austria, 3 x 3).
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.diagnostics.plots.style import axis_label, finish, new_figure, save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

products, industries = (
    ["agricultural", "manufactured", "services"],
    ["farms", "factories", "offices"],
)
uses = ["consumption", "investment", "exports"]


def block(cells: list[list[float]], columns: list[str]) -> pd.DataFrame:
    """Label a block of the tables."""
    return pd.DataFrame(cells, products, columns)


sut = qn.SupplyUseTable(
    block([[25.77, 5.15, 7.04], [1.35, 402.51, 40.21], [13.32, 25.64, 717.41]], industries),
    block([[4.35, 9.28, 0.61], [8.08, 107.8, 46.29], [3.78, 62.72, 211.4]], industries),
    block([[13.18, 0.08, 10.47], [32.04, 73.94, 175.94], [344.77, 20.75, 112.95]], uses),
    pd.Series([21.7, 129.78, 428.07], industries),
    imports=(
        block([[0.77, 6.4, 0.48], [1.49, 100.14, 35.3], [0.28, 17.2, 42.52]], industries),
        block([[1.25, 0.03, 6.45], [61.07, 31.49, 171.55], [13.02, 4.98, 66.81]], uses),
    ),
    unit="billion euro",
)

multipliers = {}
for model in "ABCD":
    found = sut.symmetric(model)
    print(found, "\n")
    leontief = np.linalg.inv(np.eye(3) - found.table.A.to_numpy())
    multipliers[model] = leontief.sum(axis=0)
frame = pd.DataFrame(multipliers, index=["agriculture", "manufacturing", "services"])
print("Output multipliers by model (rows: product or industry)")
print(frame.round(3).to_string())

figure = new_figure(size=(7.2, 3.6))
axes = figure.axes[0]
for k, (model, values) in enumerate(frame.items()):
    axes.bar(np.arange(3) + 0.2 * k - 0.3, values, width=0.18, label=f"model {model}")
axes.set_xticks(range(3), frame.index)
axes.grid(visible=False, axis="x")
axes.set_ylim(1, 1.1 * frame.to_numpy().max())
axes.set_ylabel(axis_label("output multiplier", "per unit of final demand"))
axes.legend(frameon=False, ncols=4, fontsize=9, loc="upper left")
finish(figure, alt="Output multipliers of three sectors under models A to D.")
print("Written:", save_figure(figure, folder / "45_supply_and_use.png"))
