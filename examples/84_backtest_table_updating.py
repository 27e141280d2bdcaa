"""Show how near RAS, GRAS and least squares come to the official tables of later years."""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

found = qn.backtest_tables(updates=[(2017, 2018), (2018, 2020), (2012, 2017)])
print(found)

# The same with any tables on one classification: here those that count imports with home goods.
joint = {year: qn.load_io("CHN", year, imports="included") for year in (2017, 2018, 2020)}
own = qn.backtest_update(joint, [(2017, 2018), (2017, 2020)], methods=["RAS", "least squares"])
print("\nImports inside the flows: share of all cells misplaced")
print(own.errors.round(4).to_string())
print(f"Written: {save_figure(found.plot(), folder / '84_backtest.png')}")
