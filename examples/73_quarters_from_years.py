"""Spread yearly figures over quarters, with and without an indicator."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

gdp = qn.load_gdp("CHN")["gdp"].loc[2005:2019]
smooth = qn.disaggregate(gdp, to="quarterly")
print(smooth.values.tail(4).round(0).to_string())

# An indicator with the season of the economy; made up here, monthly or quarterly data of your own
# take its place. It goes two quarters further, and so does the result.
quarters = pd.period_range("2005Q1", "2020Q2", freq="Q")
season = np.tile([0.88, 0.98, 1.02, 1.12], 16)[: len(quarters)]
trend = np.interp(np.arange(len(quarters)), np.arange(len(gdp)) * 4 + 1.5, gdp)
indicator = pd.Series(trend * season, quarters, name="indicator")
made = qn.disaggregate(gdp, indicator)
print(made.tables()[1])
figure = made.plot(unit="100 million yuan")
print("Written:", save_figure(figure, folder / "73_quarters.png"))
