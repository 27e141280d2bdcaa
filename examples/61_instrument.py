"""Is the elasticity causal? A leave-one-out shift-share instrument, and what it can bear."""

import importlib.util

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

# each province-sector's mix of ICT inputs in 2012, times the growth of each input elsewhere
panel["elsewhere"] = qn.shift_share_instrument(
    panel,
    ["input_information_services", "input_electronics", "input_instruments"],
    cell="province:sector",
    unit="province",
    time="year",
)
found = qn.fit_instrumental(
    "ln_va ~ ln_ict + ln_k + ln_l",
    panel,
    endogenous="ln_ict",
    instruments="elsewhere",
    absorb=("province:sector", "sector:year", "province:year"),
    cluster="province",
)
print(found)
print(
    f"\nLeast squares {found.details['least squares, ln_ict']:.3f}; "
    f"with the instrument {found.params['ln_ict']:.3f}, "
    f"Anderson-Rubin set {found.details['Anderson-Rubin set, low']:.2f} to "
    f"{found.details['Anderson-Rubin set, high']:.2f}. First stage "
    f"{found.details['first stage, elsewhere']:.2f}: a negative sign is mean reversion of the mix."
)

# The same equation for linearmodels, for GMM and whatever else it offers (pip install
# "quesnay[bridge]").
if importlib.util.find_spec("linearmodels") is None:
    print("linearmodels is not installed: no GMM.")
else:
    model = qn.to_linearmodels(
        "ln_va ~ ln_ict + ln_k + ln_l", panel, endogenous="ln_ict", instruments="elsewhere",
        absorb=("province:sector", "sector:year", "province:year"), method="gmm",
    )  # fmt: skip
    print(f"GMM by linearmodels: {float(model.fit().params['ln_ict']):.3f}")
