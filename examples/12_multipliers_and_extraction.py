"""Multipliers and hypothetical extraction of the ICT sectors from the table of 2018."""

import sys
from pathlib import Path

import pandas as pd

import quesnay as qn
from quesnay.diagnostics.plots.style import axis_label, finish, new_figure, save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

table = qn.load_io("CHN", 2018, imports="separate")
names = qn.load_sectors("CHN")["short_name"]
ict = ["20", "21", "31"]

multipliers = pd.DataFrame(
    {
        "output": table.multipliers("output"),
        "value added": table.multipliers("value_added"),
    }
)
print("Multipliers of domestic final demand, China 2018")
print(multipliers.loc[ict].rename(index=names).round(3).to_string())

losses = {}
for sector in ict:
    extraction = table.extract([sector])
    losses[names[sector]] = {
        "own": float(table.v[sector]),
        "in other sectors": float(extraction.value_added_loss.drop(sector).sum()),
    }
frame = pd.DataFrame(losses).T / 1e4
print("\nValue added that would be missing without the sector, trillion yuan")
print(frame.round(2).to_string())

figure = new_figure(size=(7.2, 3.6))
axes = figure.axes[0]
axes.barh(frame.index, frame["own"], label="own value added")
axes.barh(frame.index, frame["in other sectors"], left=frame["own"], label="in other sectors")
axes.set_xlabel(axis_label("value added lost", "trillion yuan"))
axes.legend(frameon=False)
alt = "; ".join(f"{name}: {row.sum():.1f} trillion yuan" for name, row in frame.iterrows())
finish(figure, alt=f"Value added lost when an ICT sector is extracted, China 2018. {alt}.")
print("Written:", save_figure(figure, folder / "12_extraction.png"))
