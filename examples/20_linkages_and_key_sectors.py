"""Which sectors pull on their suppliers and push to their users: linkages of China, 2018.

Run it from anywhere: ``python examples/20_linkages_and_key_sectors.py [FOLDER]``.
"""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

table = qn.load_io("CHN", 2018, imports="separate")
names = qn.load_sectors("CHN")["name_en"].to_dict()
print(table.check())

linkages = table.linkages()
key = linkages[linkages["sector_class"] == "key"].sort_values("backward", ascending=False)
print("\nKey sectors (backward and forward linkages above the mean):")
for code, row in key.iterrows():
    print(f"  {code} {names[code][:50]:50s} {row['backward']:.3f} {row['forward']:.3f}")

print("Written:", save_figure(table.plot_linkages(names=names), folder / "20_linkages.png"))
heat = table.plot_coefficients(names=names)
print("Written:", save_figure(heat, folder / "20_coefficients.png"))
