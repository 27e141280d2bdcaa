"""US industries 1997-2023: errors that last, under every rule, and the diagnosis part by part."""

import pandas as pd

import quesnay as qn

panel = qn.load_panel("us_klems")
formula = "log(quantity_gross_output) ~ log(quantity_hours) + log(quantity_it_capital)"
asked = {"absorb": ("industry", "year")}
term = "log(quantity_it_capital)"

# An industry far from its mean stays there for years: only errors that know it tell the truth.
rules = {
    "HC1": {"covariance": "HC1"},
    "CR0, no small-sample factor": {"covariance": qn.CR0(), "cluster": "industry"},
    "CR1, effects as Stata counts them": {"covariance": qn.CR1(), "cluster": "industry"},
    "CR2, Satterthwaite": {"covariance": qn.CR2(), "cluster": "industry"},
    "CR3, jackknife": {"covariance": qn.CR3(), "cluster": "industry"},
    "two ways, industry and year": {"covariance": "CR1", "cluster": ["industry", "year"]},
    "Driscoll-Kraay, 3 lags": {"covariance": qn.DriscollKraay(lags=3), "time": "year"},
}
rows = {}
for name, options in rules.items():
    fit = qn.fit_panel(formula, panel, **asked, **options)
    rows[name] = fit.tidy().set_index("term").loc[term, ["estimate", "std_error", "df", "p_value"]]
print(pd.DataFrame(rows).T.round(4).to_string())

panels = {"unit": "industry", "time": "year"}
fit = qn.fit_panel(formula, panel, **asked, **panels, cluster="industry", covariance="CR2")
found: qn.Diagnosis = qn.diagnose(fit, draws=399, seed=1, tried=len(rules))
print("\n", found.header.loc["specifications tried", "value"], sep="")

# Each test is one object: null, statistic, law, p, verdict, consequence, remedy.
serial: qn.TestResult = next(test for test in found.tests if test.name == "Wooldridge within")
print(f"\n{serial}\nNull: {serial.null}.\nConsequence: {serial.consequence}.")
print(f"Remedy: {serial.remedy}.")

print("\nAll assumptions:")
print(found.assumptions[["p_value", "verdict"]].to_string(float_format="{:.4f}".format))
print(f"\n{found.errors.term}: recommended errors {found.errors.ratio:.1f} x classical.")
moves = (found.groups.estimates[term] - fit.params[term]).sort_values(key=abs)
print(f"Without {moves.index[-1]} the slope of IT capital is {moves.iloc[-1]:+.3f} different.")
top = found.rows["cooks"].idxmax()
print(f"Most influential row: {top}, Cook's distance {found.rows.loc[top, 'cooks']:.2f}.")
