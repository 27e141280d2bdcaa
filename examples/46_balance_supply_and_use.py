"""Bring supply and use to new totals together, and an array of three dimensions to three margins.

Run it from anywhere: ``python examples/46_balance_supply_and_use.py``.
"""

import numpy as np
import pandas as pd

import quesnay as qn

products, industries = ["grain", "bread"], ["farms", "mills"]
supply = pd.DataFrame([[80.0, 5.0], [10.0, 60.0]], products, industries)
use = pd.DataFrame([[10.0, 30.0], [15.0, 5.0]], products, industries)
final = pd.DataFrame({"homes": [40.0, 55.0], "exports": [15.0, 5.0]}, products)
value = pd.DataFrame([[40.0, 20.0], [25.0, 10.0]], ["wages", "rest"], industries)

# Next year's totals are known, output by product is not: supply and use decide it together.
found = qn.balance_supply_use(
    supply,
    use,
    final,
    value,
    imports={"grain": 10.0, "bread": 10.0},
    industry_output={"farms": 100.0, "mills": 70.0},
    final_demand_totals={"homes": 105.0, "exports": 22.0},
    value_added_totals={"wages": 66.0, "rest": 39.0},
    import_total=22.0,
    exports=["exports"],
)
print(found)
print("\nOutput multipliers, fixed product sales:")
print(found.table.symmetric("D").table.multipliers().round(3).to_string())

# Flows by seller, buyer and origin, given totals of each: RAS in three dimensions.
seed = np.array([[[8.0, 1.0], [4.0, 2.0]], [[3.0, 3.0], [9.0, 0.5]]])
sold, bought, origin = [18.0, 15.0], [16.0, 17.0], [25.0, 8.0]
array = qn.ras_multi(seed, {0: sold, 1: bought, 2: origin})
print("\n", array, sep="")
print("Bought at home, seller by buyer:\n", array.table[:, :, 0].round(3))

# A matrix of totals over the third dimension holds the table itself.
held = qn.ras_multi(seed, {(0, 1): [[10.0, 8.0], [6.0, 9.0]], 2: origin})
print("The same with the flows of all origins given:\n", held.table[:, :, 0].round(3))
