"""Fit the production function on the province panel, examine it and plot it."""

import sys
from pathlib import Path

import numpy as np

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

panel = qn.load_panel("china_provinces").query("year >= 2012 and not ict_producing").copy()
for name, column in {
    "ln_va": "value_added",
    "ln_ict": "ict_inputs",
    "ln_k": "depreciation",
    "ln_l": "labour_compensation",
}.items():
    panel[name] = np.log(panel[column].where(panel[column] > 0))

fit = qn.fit_panel(
    "ln_va ~ ln_ict + ln_k + ln_l",
    panel,
    absorb=("province:sector", "sector:year", "province:year"),
    cluster="province",
    unit="province:sector",
    time="year",
)
print(fit.summary())
low, high = fit.conf_int().loc["ln_ict"]
print(
    f"\nElasticity to ICT inputs {fit.params['ln_ict']:.3f}, 95 % interval {low:.3f} to {high:.3f}"
)
print("Written:", save_figure(fit.plot_diagnostics(), folder / "11_diagnostics.png"))
