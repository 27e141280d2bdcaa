"""Ask whether an elasticity is more than scale, and how far a diffusion rule misses elsewhere."""

import numpy as np

import quesnay as qn

panel = qn.load_panel("china_provinces").query("year >= 2012 and not ict_producing").copy()
for name, column in {
    "ln_va": "value_added",
    "ln_ict": "ict_inputs",
    "ln_k": "depreciation",
    "ln_l": "labour_compensation",
    "ln_other": "other_inputs",
}.items():
    panel[name] = np.log(panel[column].where(panel[column] > 0))
effects = ("province:sector", "sector:year", "province:year")
equation = "ln_va ~ ln_ict + ln_k + ln_l"

# How far did capital and labour move the elasticity, and what would as much again leave?
print(qn.oster_bounds(equation, panel, term="ln_ict", absorb=effects), "\n")

# Made-up inputs that have the scale of the true ones: what they earn, size earns.
placebo = qn.scale_placebo(
    equation,
    panel,
    term="ln_ict",
    scale="ln_other",
    groups="sector:year",
    keep="province:year",
    absorb=effects,
    cluster="province",
    draws=499,
)
print(placebo, "\n")

# What competitive growth accounting would say: cost shares, here and in the United States.
print(f"ICT inputs over value added: {qn.cost_share(panel, 'ict_inputs').share:.1%}")
users = qn.load_panel("us_klems").query(
    "industry != 'Computer and electronic products' and not industry.str.contains("
    "'software|Computer systems|Data processing|telecommunications')"
)
share = qn.cost_share(users, ["cost_it_capital", "cost_software_capital"], by="year")
print(f"IT and software over value added, using industries of the US: {share.share:.1%}\n")

# The two-point rule on diffusions whose outcome is known, beside rules without a curve.
data = qn.embedded_diffusions()
result: qn.DiffusionErrors = qn.diffusion_errors(data)
print(result.tables()[0], "\n")
drawn = result.sample(10_000, seed=0)
low, high = np.exp(np.quantile(drawn[:, 0], [0.025, 0.975]))
print(f"A forecast of one year ahead of 2.1 holds {2.1 * low:.2f} to {2.1 * high:.2f}, 95 %")
