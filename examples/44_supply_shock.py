"""A shortage of electronics: the mixed model, and inoperability at once and over time."""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import axis_label, finish, new_figure, save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

table = qn.load_io("CHN", 2018, imports="separate")
names = qn.load_sectors("CHN")["short_name"]

mixed = qn.mixed_model(table, {"20": 0.9 * float(table.x["20"])})
print("Electronics can make a tenth less; demand for all else is met. Change, 100 million yuan:")
change = mixed.output_change.rename(index=names).sort_values()
print(change.head(6).round(0).to_string())
print(f"Final demand for electronics has to fall by {-mixed.final_demand_change['20']:,.0f}.")

static = qn.inoperability(table, {"20": 0.10}, kind="supply")
print("\nA tenth of the value added of electronics fails, forward through the chain:")
print(static.inoperability.rename(index=names).sort_values(ascending=False).head(6).round(3))

# Left to itself, every sector would come back from a tenth to a hundredth in eight periods.
start, end = (dict.fromkeys(table.sectors, share) for share in (0.10, 0.01))
rate = qn.resilience(table, start=start, end=end, periods=8, kind="supply")
print(f"\nResilience of electronics: {rate['20']:.3f} a period")
shock = [[0.10 if code == "20" and t < 4 else 0.0 for code in table.sectors] for t in range(24)]
path = qn.inoperability_path(table, shock, resilience=rate, periods=24, kind="supply")
worst = path.path.max().sort_values(ascending=False).index[:4]

figure = new_figure(size=(7.6, 4.0))
axes = figure.axes[0]
for code in worst:
    axes.plot(path.path.index, 100 * path.path[code], label=names[code])
axes.set_xlabel(axis_label("time", "periods"))
axes.set_ylabel(axis_label("inoperability", "percent of output"))
axes.set_ylim(bottom=0)
axes.legend(frameon=False, fontsize=9)
finish(
    figure, alt="Inoperability after a four-period shock to electronics; it fades in 20 periods."
)
print("Written:", save_figure(figure, folder / "44_supply_shock.png"))
