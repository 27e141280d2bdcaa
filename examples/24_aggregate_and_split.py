"""Join 153 products into the official 42, and split a sector in two, both in balance.

Run it from anywhere: ``python examples/24_aggregate_and_split.py``.
"""

import pandas as pd

import quesnay as qn

detailed = qn.load_io("CHN", 2018, imports="included", detail=153)
official = qn.load_io("CHN", 2018, imports="included")
joined = detailed.aggregate(qn.load_concordance(153))
gap = (joined.Z - official.Z).abs().to_numpy().max() / official.x.sum()
print(f"153 products joined to 42: largest difference from the official table {gap:.1e} of output.")

table = qn.load_io("CHN", 2018, imports="separate")
halves = table.split("31", {"31 telecom": 0.35, "31 software": 0.65})
print(f"\nSplit by shares of output; balances: {halves.check().ok}")

# Software sells more to finance, and pays more labour, than its share of output says.
rows = pd.DataFrame({"32": [0.15, 0.85]}, index=["31 telecom", "31 software"])
columns = pd.DataFrame(
    [[0.25, 0.75]], index=["labour_compensation"], columns=["31 telecom", "31 software"]
)
shaped = table.split("31", {"31 telecom": 0.35, "31 software": 0.65}, rows=rows, columns=columns)
parts = ["31 telecom", "31 software"]
print(f"Split by patterns; balances: {shaped.check().largest_residual < 1e-9}")
wages = shaped.multipliers("labour_compensation")[parts]
print("Wages per yuan of final demand:", wages.round(3).to_dict())
