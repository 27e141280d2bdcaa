"""What others make for a core inside many sectors, draw by draw; and who is answerable for it.

Run it from anywhere: ``python examples/28_core_linkages_and_footprints.py``.
"""

import numpy as np
import pandas as pd

import quesnay as qn

tables = {kind: qn.load_io("CHN", 2018, imports=kind) for kind in ("separate", "included")}
core = {"20": 0.30, "21": 0.10, "31": 0.40}  # an assumption, stated: shares of the core in sectors

# The core is split off as sectors of its own: what do the others produce for it to exist?
rng = np.random.default_rng(0)
draws = pd.DataFrame({k: rng.beta(40 * w, 40 * (1 - w), 5_000) for k, w in core.items()})
print("Value added of others tied to the core, 100 million yuan: median [95 % of 5,000 draws]")
for kind, side, jointly, words in (
    ("separate", "backward", True, "suppliers at home, each chain once"),
    ("separate", "backward", False, "the same, core parts one by one"),
    ("included", "backward", True, "imports as if made at home"),
    ("separate", "forward", True, "users, along deliveries (Ghosh)"),
):
    found = tables[kind].satellite_linkage(draws, side=side, jointly=jointly)
    low, middle, high = np.quantile(found, [0.025, 0.5, 0.975])
    print(f"{words:36s} {middle:9,.0f} [{low:9,.0f}, {high:9,.0f}]")

sectors = tables["separate"].satellite_linkage(pd.DataFrame([core]), by_sector=True).iloc[0]
names = qn.load_sectors("CHN")["name_en"].str[:40]
print("\nWhere the suppliers sit:")
print(sectors.rename(index=names.to_dict()).nlargest(5).round(0).to_string())

# Forward linkages of the Leontief inverse stand beside those of Ghosh.
beside = pd.DataFrame(
    {kind: tables["separate"].linkages(forward=kind)["forward"] for kind in ("ghosh", "leontief")}
)
print("\nForward linkages of the core's sectors:")
print(beside.loc[list(core)].round(3).to_string())

# Footprints: value added by the final demand that calls it forth, and direct amounts beside.
print("\nValue added by category of final demand, 100 million yuan:")
print(tables["separate"].footprint("value_added").round(0))
small = qn.InputOutputTable(
    [[150, 500], [200, 100]],
    pd.DataFrame({"homes": [200, 900], "exports": [150, 800]}),
    [650, 1400],
    accounts={"carbon": [30, 50]},
)
print("\nCarbon of a made-up economy whose homes burn 20 themselves:")
print(small.footprint("carbon", direct={"homes": 20}))
