"""One year, one country: the size of a technology is first of all the definition of its core."""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

found: qn.Comparison = qn.compare(
    ["caict_2020", "caii", "china_digital_economy", "oecd_ict_china", "oecd_ict_japan",
     "us_digital_economy"],
    year=2018, draws=200,
)  # fmt: skip
print(found.summary())
shares = 100 * found.accounts["share"]
print(f"\nFrom {shares.min():.1f} to {shares.max():.1f} percent of GDP")
print("Written:", save_figure(found.plot(), folder / "19_studies_side_by_side.png"))
