"""Take shares of the ICT sectors out of the economy: own loss, induced loss, and the interval.

Run it from anywhere: ``python examples/22_extraction_of_shares.py [FOLDER]``.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

table = qn.load_io("CHN", 2018, imports="separate")
names = qn.load_sectors("CHN")["name_en"].to_dict()
shares = {"20": 0.30, "21": 0.30, "31": 0.20}  # an assumption, stated: what this example is about

for kind in ("total", "satellite", "backward", "forward"):
    lost = table.extract(shares, kind)
    print(
        f"{kind:9s} value added lost: own {lost.value_added_loss_own:10,.0f}, induced "
        f"{lost.value_added_loss_induced:10,.0f} {table.unit}"
    )

# Nobody observes the shares: 10,000 draws of them, each extraction exact, in one call.
rng = np.random.default_rng(0)
draws = pd.DataFrame({k: rng.beta(20 * w, 20 * (1 - w), 10_000) for k, w in shares.items()})
low, middle, high = table.extract_many(draws)["value_added_loss"].quantile([0.025, 0.5, 0.975])
print(f"\nTotal, under uncertain shares: {middle:,.0f} [{low:,.0f}, {high:,.0f}]")

errors = {k: float(np.sqrt(w * (1 - w) / 21)) for k, w in shares.items()}
print(table.extraction_intervals(shares, weight_error=errors, relative_error=0.1))

each = table.extract_each().sort_values("value_added_loss", ascending=False).head(5)
print("\nThe five sectors whose absence costs most value added:")
print(each.rename(index=lambda k: f"{k} {names[k][:40]}").round(0).to_string())

figure = table.extract(shares).plot(names=names)
print("Written:", save_figure(figure, folder / "22_extraction.png"))
