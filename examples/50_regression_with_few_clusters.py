"""One elasticity under every covariance: with 31 provinces the choice of errors matters."""

import numpy as np
import pandas as pd

import quesnay as qn

panel = qn.load_panel("china_provinces").query("year >= 2012 and not ict_producing").copy()
for name, column in {"va": "value_added", "ict": "ict_inputs", "l": "labour_compensation"}.items():
    panel[f"ln_{name}"] = np.log(panel[column].where(panel[column] > 0))

formula, effects = "ln_va ~ ln_ict + ln_l", ("province:sector", "sector:year")
rows = {}
for kind in ("classical", "HC1", "HC3", "CR1", "CR2", "CR3"):
    fit = qn.fit_panel(
        formula,
        panel,
        absorb=effects,
        cluster="province" if kind.startswith("CR") else None,
        covariance=kind,
    )
    rows[kind] = fit.tidy().set_index("term").loc["ln_ict", ["std_error", "df", "p_value"]]
print(pd.DataFrame(rows).T.to_string(float_format="{:.4g}".format))

fit = qn.fit_panel(formula, panel, absorb=effects, cluster="province", covariance="CR2")
print("\n", fit, sep="")
