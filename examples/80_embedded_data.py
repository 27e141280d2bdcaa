"""What is embedded: list it, read GDP in two vintages and prices by industry, and plot both.

Run it from anywhere: ``python examples/80_embedded_data.py [FOLDER]``.
"""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import (
    axis_label,
    finish,
    integer_years,
    new_figure,
    save_figure,
)

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

catalogue = qn.list_datasets()
print(catalogue[["name", "years", "unit"]].to_string(index=False))

# A share of GDP depends on which GDP: the fourth economic census moved 2018 by two per cent.
current, early = qn.load_gdp("CHN"), qn.load_gdp("CHN", vintage="preliminary")
for year in (2018, 2019):
    change = current.loc[year, "gdp"] / early.loc[year, "gdp"] - 1
    print(
        f"\nGDP {year}: first {early.loc[year, 'gdp']:,.0f}, now {current.loc[year, 'gdp']:,.0f} "
        f"(100 million yuan), {change:+.1%}"
    )

vintages = qn.load_gdp_vintages("CHN").query("year in (2018, 2019)")
print("\nEvery print of these years:\n", vintages.to_string(index=False), sep="")

figure = new_figure(1, 2, size=(10.5, 4.2))
left, right = figure.axes
years = range(2016, 2021)
left.plot(years, current.loc[years, "gdp"] / 1e4, marker="o", label="current series")
left.plot(years, early.loc[years, "gdp"] / 1e4, marker="s", linestyle="--", label="first print")
left.set_ylabel(axis_label("GDP", "trillion yuan"))
left.set_title("Two vintages of GDP", fontsize=10)
left.legend(fontsize=9)
named = {
    "deflator": "GDP",
    "deflator_industry": "industry",
    "deflator_real_estate": "real estate",
    "deflator_transport_storage_post": "transport",
}
for column, name in named.items():
    right.plot(current.index, current[column], label=name)
right.set_ylabel(axis_label("implicit deflator", "2015 = 100"))
right.set_title("Prices by industry", fontsize=10)
right.legend(fontsize=9)
for axes in (left, right):
    integer_years(axes)

rise = current.loc[2020, "deflator_real_estate"] - 100
alt = (
    "Left: China's GDP 2016-2020 as first printed and in the current series. Right: deflators of "
    f"GDP and three industries, 2015 = 100; real estate rose by {rise:.0f} per cent to 2020."
)
print("\nWritten:", save_figure(finish(figure, alt=alt), folder / "80_embedded_data.png"))
print("Copy:", qn.export_dataset("china_gdp", folder / "80_china_gdp.csv"))
print("\nThis installation:", "sound" if qn.selftest().passes else "not sound, see qn.selftest()")
