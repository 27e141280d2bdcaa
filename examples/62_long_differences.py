"""Long differences 2012 to 2017, against fixed effects, and combined with other estimates."""

import numpy as np

import quesnay as qn

panel = qn.load_panel("china_provinces").query("year >= 2012 and not ict_producing")
panel = panel.reset_index(drop=True)
for name, column in {
    "ln_va": "value_added",
    "ln_ict": "ict_inputs",
    "ln_k": "depreciation",
    "ln_l": "labour_compensation",
}.items():
    panel[name] = np.log(panel[column].where(panel[column] > 0))

formula = "ln_va ~ ln_ict + ln_k + ln_l"
unit = "province:sector"
long = qn.fit_differences(
    formula, panel, unit=unit, time="year", lag="long", absorb=("sector", "province"),
    cluster="province",
)  # fmt: skip
levels = qn.fit_panel(
    formula, panel, absorb=(unit, "sector:year", "province:year"), cluster="province"
)
print(long)
print(
    f"\nOf changes {long.params['ln_ict']:.4f}, of levels with effects "
    f"{levels.params['ln_ict']:.4f}: with two years they are the same estimate."
)

# the two classifications do not link: one estimate from each, then one figure with its doubt
early = qn.load_panel("china_provinces").query("year < 2012 and not ict_producing")
early = early.reset_index(drop=True)
for name, column in {
    "ln_va": "value_added",
    "ln_ict": "ict_inputs",
    "ln_k": "depreciation",
    "ln_l": "labour_compensation",
}.items():
    early[name] = np.log(early[column].where(early[column] > 0))
before = qn.fit_differences(
    formula, early, unit=unit, time="year", absorb=("sector", "province"), cluster="province"
)
both = qn.combine(
    {"2002-2007": before.params["ln_ict"], "2012-2017": long.params["ln_ict"]},
    {"2002-2007": before.std_errors["ln_ict"], "2012-2017": long.std_errors["ln_ict"]},
    method="random",
)
print()
print(both)
