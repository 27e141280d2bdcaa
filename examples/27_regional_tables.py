"""A table for one province from the national one: location quotients, and what they miss.

Run it from anywhere: ``python examples/27_regional_tables.py``.
"""

import numpy as np
import pandas as pd

import quesnay as qn

nation = qn.load_io("CHN", 2017, imports="separate")
names = qn.load_sectors("CHN")["name_en"].str[:34].to_dict()
panel = qn.load_panel("china_provinces").query("year == 2017 and province == 'Guangdong'")
province = panel.set_index("sector")[["gross_output", "value_added"]]

region = qn.location_quotient_table(
    nation, province["gross_output"].to_dict(), delta=0.3, name="Guangdong 2017"
)
print(region.notes[0])
shown = pd.DataFrame(
    {
        "quotient": region.simple,
        "multiplier": region.table.multipliers(),
        "in the nation": nation.multipliers(),
    }
)
print(shown.sort_values("quotient", ascending=False).rename(index=names).head(6).round(2))

# The larger delta, the more a region buys elsewhere; survey tables of regions decide it.
print("\nMean output multiplier and sectors that would sell more than they make, by quotient:")
for method, delta in (("slq", 0.0), ("cilq", 0.0), ("flq", 0.2), ("flq", 0.3), ("flq", 0.4)):
    table = qn.location_quotient_table(
        nation, province["gross_output"].to_dict(), method=method, delta=delta
    ).table
    label = f"{method} {delta:g}" if method == "flq" else method
    print(f"{label:8s} {table.multipliers().mean():.3f} {(table.f < 0).sum():3d}")

# What no quotient mends: the province is taken to make things as the nation does.
own = province["value_added"] / province["gross_output"].where(province["gross_output"] > 0)
taken = nation.v / nation.x
gap = (own - taken.reindex(own.index)).dropna()
weight = province["gross_output"].reindex(gap.index)
print(
    f"\nValue added per output, province less nation: mean {np.average(gap, weights=weight):+.3f}"
)
print(f"mean absolute {np.average(gap.abs(), weights=weight):.3f} (weights: output)")

# Published coefficients and an output vector are enough for a table.
small = qn.InputOutputTable.from_coefficients(
    [[0.15, 0.25], [0.20, 0.05]], final_demand=[600, 1500], unit="million", name="Two sectors"
)
print("\n", small, sep="")
