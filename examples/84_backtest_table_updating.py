"""Show how near RAS, GRAS and least squares come to the official tables of later years."""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.save import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

found = qn.backtest_tables(updates=[(2017, 2018), (2018, 2020), (2012, 2017)])
print(found)
print(f"Written: {save_figure(found.plot(), folder / '84_backtest.png')}")
