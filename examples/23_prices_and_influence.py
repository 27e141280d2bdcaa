"""Which prices rise when wages in energy rise, and which coefficients matter most.

Run it from anywhere: ``python examples/23_prices_and_influence.py``.
"""

import numpy as np

import quesnay as qn

table = qn.load_io("CHN", 2018, imports="separate")
names = qn.load_sectors("CHN")["name_en"]

# Value added of electricity and heat rises by a tenth and is passed on.
push = table.prices({"24": 0.10}, of="value_added")
print("Electricity and heat: value added + 10 %. Prices rise by, in percent:")
top = push.sort_values("change", ascending=False).head(6)
for code, row in top.iterrows():
    print(f"  {code} {names[code][:50]:50s} {100 * row['change']:.2f}")

field = table.field_of_influence()
order = np.argsort(-field.to_numpy(), axis=None)[:5]
print("\nCoefficients to which the Leontief inverse answers most strongly:")
for i, j in zip(*np.unravel_index(order, field.shape), strict=True):
    print(f"  {field.index[i]} into {field.columns[j]}: {field.iloc[i, j]:.2f}")
