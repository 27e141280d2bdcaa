"""Ask whether the elasticity hangs on one province or one sector, and look where none should be."""

import warnings

import numpy as np
import pandas as pd

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
effects = ("province:sector", "sector:year", "province:year")


def elasticity(rows: pd.DataFrame) -> float:
    """Elasticity of value added to ICT inputs, all effects absorbed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # singletons differ from sample to sample
        fit = qn.fit_panel("ln_va ~ ln_ict + ln_k + ln_l", rows, absorb=effects, cluster="province")
    return float(fit.params["ln_ict"])


for group in ("province", "sector"):
    found = qn.leave_one_out(elasticity, panel, by=group)
    print(found)
    print(found.change["value"].abs().nlargest(3).rename("largest changes"), "\n")

# Placebo: made-up inputs that keep the scale of a row, other inputs, and are otherwise dealt out
# among the provinces of a sector and year. What they earn, the size of the row earns.
panel["ln_other"] = np.log(panel["other_inputs"].where(panel["other_inputs"] > 0))
placebo = qn.scale_placebo(
    "ln_va ~ ln_ict + ln_k + ln_l",
    panel,
    term="ln_ict",
    scale="ln_other",
    groups="sector:year",
    keep="province:year",
    absorb=effects,
    cluster="province",
    draws=199,
)
print(placebo)

# Any statistic of the data can be resampled over provinces, with bias-corrected intervals.
year = qn.load_panel("china_provinces").query("year == 2017")


def intensity(rows: pd.DataFrame) -> float:
    """ICT inputs per value added of the whole."""
    return float(rows["ict_inputs"].sum() / rows["value_added"].sum())


drawn = qn.bootstrap(intensity, year, cluster="province", draws=999, seed=0, jackknife=True)
print("\nICT inputs per value added, resampled over provinces:", drawn, sep="\n")
print(drawn.conf_int(kind="bca").round(4).to_string())
