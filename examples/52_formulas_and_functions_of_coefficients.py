"""Formulas with logarithms, powers and categories, and functions of coefficients."""

import quesnay as qn

klems = qn.load_panel("us_klems").query("year in [2000, 2010, 2020]")

# US industries: output on hours and IT capital, with effects of industry and year.
fit = qn.fit_panel(
    "log(quantity_gross_output) ~ log(quantity_hours) + log(quantity_it_capital) + C(year)",
    klems,
    absorb="industry",
    cluster="industry",
    covariance="CR2",
)
print(fit)
print()
# What IT capital adds once hours have followed output.
print(fit.nonlinear("`log(quantity_it_capital)` / (1 - `log(quantity_hours)`)"))

# Constant returns, and IT capital without effect, both at once.
both = fit.wald_test(
    [
        "`log(quantity_hours)` + `log(quantity_it_capital)`",
        "`log(quantity_it_capital)`",
    ],
    null=[1.0, 0.0],
)
print(f"\n{both}")

curved = qn.fit_panel("value_added ~ cost_it_capital + I(cost_it_capital ** 2) - 1", klems)
print("\nWith a power:")
print(curved.params.to_string(float_format="{:.6g}".format))

try:
    qn.fit_panel("value_added ~ __import__('os').getcwd()", klems)
except qn.QuesnayError as error:
    print("\nNothing in a formula runs:", error)
