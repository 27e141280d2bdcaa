"""Make one account of estimates that do not add up, and show what each had to give."""

import sys
from pathlib import Path

import pandas as pd

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

# Trillion yuan, 2019: printed figures with the error of their rounding, an estimate with its own.
rounding = 0.5 / 3**0.5  # standard deviation of a last digit, uniform
values = pd.Series(
    {"core": 0.5366, "integration": 1.45, "total": 2.13, "share": 0.022, "gdp": 99.09}
)
errors = pd.Series(
    {
        "core": 0.01,
        "integration": 0.15,
        "total": 0.01 * rounding,
        "share": 0.001 * rounding,
        "gdp": 0.0,
    }
)
made = qn.reconcile(
    values, ["total = core + integration", "share * gdp = total"], std_errors=errors
)
print(made)
print("Written:", save_figure(made.plot(), folder / "74_reconciliation.png"))
