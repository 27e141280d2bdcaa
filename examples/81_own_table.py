"""Read your own table: an export comes back the same, and a broken cell is named, not guessed.

Run it from anywhere: ``python examples/81_own_table.py [FOLDER]``.
"""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import axis_label, finish, new_figure, save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

# Any grid will do: a label that stands in a row and in a column is a sector.
path = folder / "81_own_table.csv"
rows = [
    "sector,farming,industry,services,consumption,exports,output",
    "farming,20,60,10,100,10,200",
    "industry,40,200,60,150,50,500",
    "services,20,90,80,250,10,450",
    "wages,70,100,200,,,",
    "surplus,50,50,100,,,",
]
path.write_text("\n".join(rows) + "\n", encoding="utf-8")
table = qn.read_io(path, unit="million", name="made-up country")
multipliers = table.multipliers()
print(multipliers.round(3).to_string())

# What people have: a title, totals, imports and taxes in rows; all are recognised and kept apart.
messy = [
    "Table of a made-up country 2020,,,,,",
    "code,name,A,B,households,Total",
    "A,farming,20,40,140,200",
    "B,industry,60,80,60,200",
    ",Total intermediate use,80,120,200,400",
    ",imports,10,10,20,40",
    ",taxes less subsidies on products,2,2,18,22",
    ",wages,108,68,,",
]
path.write_text("\n".join(messy) + "\n", encoding="utf-8")
apart = qn.read_io(path)
print("\nvalue added:", apart.v.tolist())
print("\n".join(apart.source.lines()))

# A table in the layout of an office: here the embedded table of China, exported and read back.
copy = qn.export_dataset("io_chn_2018_42_separate", folder / "81_china_2018.csv")
china = qn.read_io(copy, unit="100 million yuan")
print("\nvalue added 2018:", f"{china.v.sum():,.0f}", china.unit)

path.write_text("\n".join(rows).replace("200,60,150", "200,n.a.,150") + "\n", encoding="utf-8")
try:
    qn.read_io(path)
except qn.DataError as error:
    print("\nRefused:", error)

# A user's own copy of China KLEMS, a file a variable: read into one panel.
klems = folder / "81_china_klems"
klems.mkdir(exist_ok=True)
(klems / "output.csv").write_text("code,name,2000,2001\nAtB,Agriculture,1.5,2.5\n", "utf-8")
print("\nChina KLEMS:", qn.read_china_klems(klems).to_dict("records"))

names = qn.load_sectors("CHN", 42)["short_name"]
largest = china.v.sort_values().tail(10) / 1e4
figure = new_figure(size=(7.2, 4.2))
(axes,) = figure.axes
axes.barh([names[code] for code in largest.index], largest)
axes.set_xlabel(axis_label("value added 2018", "trillion yuan"))
axes.grid(visible=False, axis="y")
alt = (
    "Bars: the ten sectors of China with the largest value added in 2018; the largest is "
    f"{names[largest.index[-1]].lower()} with {largest.iloc[-1]:.1f} trillion yuan."
)
print("\nWritten:", save_figure(finish(figure, alt=alt), folder / "81_own_table.png"))
