"""A table that counts imports with home goods, split in proportion, against the official split."""

import pandas as pd

import quesnay as qn

joint = qn.load_io("CHN", 2018, imports="included")
official = qn.load_io("CHN", 2018, imports="separate")
sectors = qn.load_sectors("CHN")["short_name"]

# Each sector's imports in proportion to its use at home: the usual assumption, and what it costs.
found = qn.split_imports(joint)
print(found.shares.rename(index=sectors).sort_values().tail(5).round(3).to_string())
compared = pd.DataFrame(
    {
        "imports included": joint.multipliers("value_added"),
        "split in proportion": found.table.multipliers("value_added"),
        "official split": official.multipliers("value_added"),
    }
).rename(index=sectors)
print("\nValue added per yuan of final demand: what imports take away")
print(compared.loc[["Electronics", "Instruments", "Information services"]].round(3).to_string())
gap = (compared["split in proportion"] - compared["official split"]).abs()
print(f"\nProportional against official: {gap.mean():.3f} on average, {gap.max():.3f} at most.")

# Imports that stand below a table of home flows: a block of their own.
names = ["farming", "industry"]
flows = pd.DataFrame([[20.0, 60.0], [40.0, 200.0]], index=names, columns=names)
bought = qn.ImportBlock(pd.DataFrame([[5.0, 90.0]], index=["oil"], columns=names))
table = qn.InputOutputTable(flows, [120.0, 260.0], [135.0, 150.0], imports=bought)
print(f"\nOil bought abroad: {table.multipliers('imports').round(3).to_dict()} per unit of demand")
