"""Make the input-output table that 2019 lacks, then one account out of every estimate.

Run it from anywhere: ``python examples/13_a_table_for_2019_and_one_account.py [FOLDER]``.
"""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

result = qn.reproduce("caict_2020", draws=1000, seed=0)

# The table of 2018 brought to the totals of 2019, and what it changes in the account.
made = result.update_table(2019)
print(made.tables()[0].to_text(width=100), "\n")
print(f"Updated by {made.method}: a table like any other, with multipliers of its own:")
print(made.table.multipliers("value_added").round(3).head(5).to_string(), "\n")

# Core, linkages, elasticity, curve and jobs in one account; what each had to give up.
one = result.reconcile()
print(one.tables()[0].to_text(width=100), "\n")
print(one.tables()[2].to_text(width=100))

print("Written:", save_figure(result.plot_fan(), folder / "13_fan.png"))
print("Written:", save_figure(result.plot_tornado(), folder / "13_tornado.png"))
