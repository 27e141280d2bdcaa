"""Predictions, levels of effects, lags and slopes by group, and the way to statsmodels."""

import numpy as np

import quesnay as qn

klems = qn.load_panel("us_klems")
who = {"unit": "industry", "time": "year"}
formula = "log(quantity_gross_output) ~ log(quantity_hours) + log(quantity_it_capital)"

# Effects of industry: predictions of rows kept back, and the levels that were absorbed.
early = klems.query("year < 2020")
fit = qn.fit_panel(formula, early, absorb="industry", cluster="industry", **who)
later = klems.query("year == 2020")
error = (fit.predict(later) - np.log(later["quantity_gross_output"])).abs().median()
print(f"Median error of the prediction of 2020: {error:.3f} log points.")
print(fit.effects().head(3).to_string(index=False))

# Intervals need effects that are written out.
written = qn.fit_panel(formula + " + C(year, base=2010)", klems, cluster="industry", **who)
print(written.predict(later.head(2), interval="prediction").round(2).to_string())

# Changes on changes, last year's changes among them; and a trend of each industry.
hours = "diff(log(quantity_hours))"
changes = f"diff(log(quantity_gross_output)) ~ {hours} + lag({hours})"
print(qn.fit_panel(changes, klems, absorb="year", cluster="industry", **who))
trends = qn.fit_panel(formula, klems, absorb=["industry[year]", "year"], cluster="industry", **who)
print(trends.params.round(3).to_dict())

# What differs between industries, and the random effects between both.
print(qn.fit_between(formula, klems, unit="industry").tidy().round(3).to_string(index=False))
random = qn.fit_random_effects(formula, klems, **who)
print(f"\n{random.outcome}, {random.method}; {random.rule}")
print([test.name for test in random.tests], *random.notes)
for name, value in random.details.items():
    print(f"{name}: {value:.3f}")
if not random.is_exact:
    print(random.to_statsmodels().t_test([0, 1, 0]))

# One series: errors by Newey and West.
one = klems[klems["industry"] == klems["industry"].iloc[0]]
print(qn.fit_panel(formula, one, time="year", covariance=qn.NeweyWest(lags=2)).tidy().round(3))
