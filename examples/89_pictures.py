"""Pictures from frames: flows, heat map, waterfall, runs apart, mixture, path beside rules."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)
source = "NBS, Input-Output Tables of China 2018"
table = qn.load_io("CHN", 2018, imports="separate")
names = qn.load_sectors("CHN")["short_name"].to_dict()

# Who supplies the core (electronics, information services), and who buys from it, trillion yuan.
core = ["20", "31"]
others = [sector for sector in table.sectors if sector not in core]
supply = table.Z.loc[others, core].sum(axis=1) / 1e4
use = table.Z.loc[core, others].sum(axis=0) / 1e4
# What its suppliers do not give is its value added and imported inputs: both sides are equal.
supply["value added"] = table.v[core].sum() / 1e4
supply["imported inputs"] = table.imports.Z[core].sum().sum() / 1e4
use["final demand"] = table.f[core].sum() / 1e4
flows = pd.concat(
    [
        pd.DataFrame({"source": supply.index, "target": "core", "value": supply, "step": 0}),
        pd.DataFrame({"source": "core", "target": use.index, "value": use, "step": 1}),
    ]
)
figure = qn.plot_flows(
    flows,
    unit="trillion yuan",
    names=names,
    title="What a core is made of and where it goes",
    source=source,
)
print("Written:", save_figure(figure, folder / "89_flows.svg"))

largest = table.Z.sum(axis=1).nlargest(15).index
figure = qn.plot_heat_map(
    table.A.loc[largest, largest], quantity="input coefficient", names=names, source=source
)
print("Written:", save_figure(figure, folder / "89_heat_map.png"))

found = qn.structural_decomposition(qn.load_io("CHN", 2017, imports="separate"), table)
words = {"A": "technology", "f": "final demand"}
figure = qn.plot_waterfall(
    found.total.rename(words) / 1e4,
    start=("2017", float(found.start.sum()) / 1e4),
    end="2018",
    quantity="output",
    unit="trillion yuan",
    source=source,
)
print("Written:", save_figure(figure, folder / "89_waterfall.png"))

# Made-up estimates of two runs, to show the picture.
rng = np.random.default_rng(0)
parts = []
for run, middle, count in (("linkage", 1.3, 60), ("elasticity", 0.8, 200)):
    estimate = middle * np.exp(0.2 * rng.normal(size=count))
    bounds = {"low": 0.8 * estimate, "high": 1.25 * estimate}
    parts.append(pd.DataFrame({"run": run, "estimate": estimate, **bounds, "reported": 2.13}))
figure = qn.plot_specification_runs(pd.concat(parts), figure="total 2019", unit="trillion yuan")
print("Written:", save_figure(figure, folder / "89_specifications.png"))

equations = pd.DataFrame(
    {"estimate": [0.057, 0.010], "std_error": [0.014, 0.014], "weight": [1, 1]},
    index=["base", "with other inputs"],
)
figure = qn.plot_mixture(equations, marks={"cost share": 0.050})
print("Written:", save_figure(figure, folder / "89_mixture.png"))

# Pictures take a panel of your own too, and return its figure.
draws = pd.DataFrame({year: 1.42 + 0.7 * k + 0.1 * k * rng.normal(size=500)
                      for k, year in enumerate((2018, 2019, 2020))})  # fmt: skip
rules = {"same growth": pd.Series({2018: 1.42, 2019: 2.29, 2020: 3.69})}
figure = qn.plot_path(draws, rules, quantity="total", unit="trillion yuan")
print("Written:", save_figure(figure, folder / "89_path.pdf"))
