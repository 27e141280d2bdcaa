"""Examine the production function of the provinces as a referee would, and draw six panels."""

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
report = fit.diagnose(draws=999, seed=1)
print(report)
print("\nIn one sentence each:")
for finding in report.warnings:
    print(" -", finding)
print("Written:", save_figure(fit.plot_diagnostics(), folder / "60_six_panels.png"))
print("Written:", save_figure(fit.plot_influence("ln_ict"), folder / "60_influence.png"))
by_sector = qn.plot_influence(fit, "ln_ict", by="sector")
print("Written:", save_figure(by_sector, folder / "60_influence_by_sector.png"))
