"""Reproduce the published productivity of 63 US industries, and what ICT capital contributed."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

panel = qn.load_panel("us_klems")
names = [c.removeprefix("cost_") for c in map(str, panel) if c.startswith("cost_")]


def account_of(frame: pd.DataFrame) -> qn.GrowthAccounting:
    """Return the growth account of one industry."""
    by_year = frame.set_index("year")
    inputs = by_year[[f"quantity_{name}" for name in names]].set_axis(names, axis=1)
    costs = by_year[[f"cost_{name}" for name in names]].set_axis(names, axis=1)
    return qn.growth_accounting(by_year["quantity_gross_output"], inputs, costs)


accounts = {str(name): account_of(frame) for name, frame in panel.groupby("industry")}
published = panel.pivot_table(index="year", columns="industry", values="tfp")
gaps = pd.DataFrame({name: account.tfp for name, account in accounts.items()})
gaps = (gaps - np.log(published).diff().iloc[1:]).abs()
print(f"{len(accounts)} industries, median gap to the published TFP {gaps.stack().median():.1e}")

ict = pd.DataFrame(
    {
        name: account.contributions[["it_capital", "software_capital"]].sum(axis=1)
        for name, account in accounts.items()
    }
)
print("\nContribution of IT and software capital to output, average log points a year:")
print(ict.mean().sort_values(ascending=False).head(8).round(4).to_string())

output = panel.pivot_table(index="year", columns="industry", values="gross_output")
added = panel.pivot_table(index="year", columns="industry", values="value_added")
tfp = pd.DataFrame({name: account.tfp for name, account in accounts.items()})
print(qn.domar_aggregation(tfp, output, added).tables()[0].frame.head(5).round(4).to_string())

# ICT's contribution to the economy, Domar-weighted, accumulated into a level of value added at
# prices of 1997; real value added is a Törnqvist index over industries.
economy = qn.domar_aggregation(ict, output, added).total
volumes = panel.pivot_table(index="year", columns="industry", values="quantity_value_added")
shares = added.div(added.sum(axis=1), axis=0)
weights = (shares + shares.shift()).iloc[1:] / 2
growth = (weights * np.log(volumes).diff().iloc[1:]).sum(axis=1)
real = added.sum(axis=1)[1997] * np.exp(pd.concat([pd.Series({1997: 0.0}), growth]).cumsum())
level = qn.accumulate_contributions(real, economy.to_frame("ict capital"))
print("\nValue added that the growth of ICT capital brought since 1997, million dollars of 1997:")
print(level.tables()[0].frame.tail(3).round(4).to_string())

telecom = accounts["Broadcasting and telecommunications"]
figure = telecom.plot(title="Broadcasting and telecommunications, United States")
print("Written:", save_figure(figure, folder / "71_growth_accounting.png"))
