"""Say how sure multipliers are when every input coefficient may be ten percent off.

Run it from anywhere: ``python examples/25_uncertain_coefficients.py``.
"""

import quesnay as qn

table = qn.load_io("CHN", 2018, imports="separate")
near = table.multiplier_intervals("value_added", relative_error=0.10)
drawn = table.multiplier_intervals(
    "value_added", relative_error=0.10, method="monte_carlo", draws=500, seed=0
)
both = near.estimates.assign(by_draws=drawn.estimates["standard_error"])
print("Value added per yuan of final demand, China 2018, 10 % error in each coefficient:")
print(both.sort_values("standard_error").iloc[[0, 1, -2, -1]].round(4).to_string())
