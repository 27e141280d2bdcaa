"""How far each sector is from final use and from primary inputs, China 2018."""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import (
    COLOURS,
    Named,
    axis_label,
    finish,
    new_figure,
    place_labels,
    save_figure,
)

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

table = qn.load_io("CHN", 2018, imports="separate")
names = qn.load_sectors("CHN")["short_name"]
ict = ["20", "21", "31"]

positions = qn.upstreamness(table).positions
print(positions.rename(index=names).sort_values("upstreamness").round(2).to_string())

lengths = qn.average_propagation_lengths(table)
print("\nSteps from demand for a sector to its suppliers, on average over suppliers")
print(lengths.sectors_summary.loc[ict].rename(index=names).round(2).to_string())

figure = new_figure(size=(7.6, 5.2))
axes = figure.axes[0]
for code, row in positions.iterrows():
    mark = {"color": COLOURS[1], "markersize": 7} if code in ict else {"color": COLOURS[0]}
    axes.plot(row["upstreamness"], row["downstreamness"], "o", **mark)
axes.margins(x=0.22)
axes.set_xlabel(axis_label("distance to final use", "stages"))
axes.set_ylabel(axis_label("distance from primary inputs", "stages"))
crowd = positions[["upstreamness", "downstreamness"]]
ends = [crowd["upstreamness"].idxmin(), crowd["upstreamness"].idxmax()]
chosen = [*ict, *(code for code in ends if code not in ict)]
named = Named(
    axes, crowd.loc[chosen].to_numpy(), [names[code] for code in chosen], crowd.to_numpy()
)
place_labels(figure, [named], size=9)
finish(figure, alt="Upstreamness against downstreamness of 42 sectors; ICT sectors marked.")
print("Written:", save_figure(figure, folder / "43_stream_positions.png"))
