"""Random effects, Mundlak's correlated form, fixed effects, differences: US industries, real."""

import numpy as np

import quesnay as qn

klems = qn.load_panel("us_klems")
klems = klems[(klems["quantity_value_added"] > 0) & (klems["quantity_it_capital"] > 0)]
klems = klems.reset_index(drop=True)
for name, column in {
    "ln_va": "quantity_value_added",
    "ln_it": "quantity_it_capital",
    "ln_k": "quantity_other_capital",
    "ln_l": "quantity_labour",
}.items():
    klems[name] = np.log(klems[column])

formula = "ln_va ~ ln_it + ln_k + ln_l"
random = qn.fit_random_effects(formula, klems, unit="industry", time="year")
print(random)
correlated = qn.fit_correlated_random_effects(formula, klems, unit="industry")
print()
print(correlated)

rows = {
    "pooled": qn.fit_panel(formula, klems, cluster="industry"),
    "random effects": random,
    "correlated random effects": correlated,
    "fixed effects": qn.fit_panel(formula, klems, absorb="industry", cluster="industry"),
    "two-way fixed effects": qn.fit_panel(
        formula, klems, absorb=("industry", "year"), cluster="industry"
    ),
    "half-panel jackknife": qn.fit_half_panel_jackknife(
        formula, klems, unit="industry", time="year"
    ),
    "first differences": qn.fit_differences(formula, klems, unit="industry", time="year"),
    "ten-year differences": qn.fit_differences(
        formula, klems, unit="industry", time="year", lag=10
    ),
}
print("\nElasticity of real value added to IT capital, by estimator (clustered errors):")
for label, fit in rows.items():
    print(f"  {label:28s} {fit.params['ln_it']:7.3f}  ({fit.std_errors['ln_it']:.3f})")
