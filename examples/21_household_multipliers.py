"""Multipliers of types I and II, of output, value added and wages, and what is imported.

Run it from anywhere: ``python examples/21_household_multipliers.py``.
"""

import pandas as pd

import quesnay as qn

table = qn.load_io("CHN", 2018, imports="separate")
names = qn.load_sectors("CHN")["name_en"]

# All labour compensation is spent like consumption; with imports apart, only what is home-made.
closed = {"household": "consumption", "income": "labour_compensation"}
frame = pd.DataFrame(
    {
        "output I": table.multipliers(),
        "output II": table.multipliers(closed=True, **closed),
        "value added I": table.multipliers("value_added"),
        "value added II": table.multipliers("value_added", closed=True, **closed),
        "wages I": table.multipliers("labour_compensation"),
        "imports": table.content()["imports"],
    }
)
frame.insert(0, "sector", names.reindex(frame.index).str[:32])
print("Per yuan of final demand, China 2018, domestic flows:")
print(frame.sort_values("value added I").iloc[[0, 1, 2, -3, -2, -1]].round(3).to_string())

gap = (table.content().sum(axis=1) - 1).abs().max()
print(f"\nValue added and imported content make one in every sector; largest gap {gap:.1e}.")
