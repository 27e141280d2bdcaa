"""Through which chains of suppliers demand for electronics creates value added, China 2018."""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import axis_label, finish, new_figure, save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

table = qn.load_io("CHN", 2018, imports="separate")
names = qn.load_sectors("CHN")["short_name"]

found = qn.structural_paths(table, {"20": float(table.f["20"])}, count=12)
paths = found.paths.copy()
paths["path"] = [" ← ".join(names[code] for code in path.split(" <- ")) for path in paths["path"]]
print(
    f"All chains: {found.total:,.0f} (100 million yuan); {found.examined} examined, and none that"
)
print(f"is not listed exceeds {found.bound:,.0f}.")
print(paths.round({"value": 0, "share": 3, "cumulative": 3}).to_string())

figure = new_figure(size=(9.6, 4.4))
axes = figure.axes[0]
axes.barh(paths["path"][::-1], paths["value"][::-1])
axes.grid(visible=False, axis="y")
axes.xaxis.set_major_formatter("{x:,.0f}")
axes.set_xlabel(axis_label("value added at the end of the chain", "100 million yuan"))
share = found.paths["cumulative"].iloc[-1]
finish(figure, alt=f"The twelve largest supply chains hold {share:.0%} of the value added.")
print("Written:", save_figure(figure, folder / "42_supply_chains.png"))
