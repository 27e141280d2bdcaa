"""A stated prior, and an average over rival equations with their disagreement counted."""

import numpy as np

import quesnay as qn

panel = qn.load_panel("china_provinces").query("year >= 2012 and not ict_producing").copy()
for name, column in {
    "ln_va": "value_added",
    "ln_ict": "ict_inputs",
    "ln_k": "depreciation",
    "ln_l": "labour_compensation",
}.items():
    panel[name] = np.log(panel[column].where(panel[column] > 0))
panel = panel.dropna(subset=["ln_va", "ln_ict", "ln_k", "ln_l"])

formula = "ln_va ~ ln_ict + ln_k + ln_l"
base = ("sector:year", "province:year")
fits = {
    "year effects": qn.fit_panel(formula, panel, absorb="year", cluster="province"),
    "sector-years": qn.fit_panel(formula, panel, absorb="sector:year", cluster="province"),
    "and province-years": qn.fit_panel(formula, panel, absorb=base, cluster="province"),
}
for criterion in ("bic", "jackknife", "equal"):
    print(qn.average_models(fits, "ln_ict", criterion=criterion))
    print()

# growth accounting as prior: an elasticity near the cost share of ICT inputs, 0.02 +- 0.02
print(qn.shrink(fits["and province-years"], {"ln_ict": 0.02}, {"ln_ict": 0.02}))
