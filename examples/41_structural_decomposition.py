"""What changed China's output between 2017 and 2020: technology or demand, and which part of it."""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

start, end = (
    qn.load_io("CHN", 2017, imports="separate"),
    qn.load_io("CHN", 2020, imports="separate"),
)
names = qn.load_sectors("CHN")["short_name"].to_dict()

for method in ("average", "all", "lmdi"):
    found = qn.structural_decomposition(start, end, method=method)
    print(f"{method}: {found.total.round(0).to_dict()}, adds up to {found.residual:.0e}")

found = qn.structural_decomposition(
    start, end, method="all", factors=("A", "structure", "mix", "level")
)
print()
print(found)

jobs = qn.structural_decomposition(start, end, method="lmdi", factors=("v", "A", "f"))
print("\nThe same for value added, with value added per unit of output as a factor")
print(jobs.tables()[0])

figure = found.plot(start="2017", end="2020", names=names)
print("Written:", save_figure(figure, folder / "41_structural_decomposition.png"))
