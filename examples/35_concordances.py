"""Go from one classification of industries to another and lose nothing.

Run it from anywhere: ``python examples/35_concordances.py``.
"""

import pandas as pd

import quesnay as qn

# 153 products of China's table -> 42 -> the 19 sections of its classification.
detailed = qn.load_io("CHN", 2018, imports="included", detail=153)
to_sections = qn.concordance("nbs153", "csic2017_sections")
broad = to_sections.apply(detailed)
print(f"153 products to {len(broad.sectors)} sections; nothing lost: {to_sections.check().ok}")
print(f"Information services (I): {broad.v['I'] / broad.v.sum():.2%} of value added, 2018")

# ISIC and NACE are the same down to divisions; the OECD's industries are made of them.
print(f"\nISIC to NACE: {qn.concordance('isic4', 'nace2').check().ok}")
oecd = qn.concordance("nace2", "oecd45")
print(f"NACE 26 is OECD industry {oecd.links.set_index('source')['target']['26']}")

# US sectors fall into several sections of ISIC: no weights are published, so they are asked for.
to_isic = qn.concordance("naics2017", "isic4_sections")
assert isinstance(to_isic, qn.Concordance)
print("\nFor the user to weight:", ", ".join(to_isic.check().unweighted))

# Here the weights are value added of 2019 by industry, which is finer than the sectors.
us = qn.load_panel("us_klems").query("year == 2019").set_index("industry")["value_added"]
parts = {
    "53": {"L": "Real estate", "N": "Rental and leasing services and lessors of intangible assets"},
    "54": {"J": "Computer systems design and related services", "M": "Legal services"},
    "56": {
        "N": "Administrative and support services",
        "E": "Waste management and remediation services",
    },
}
values = {sector: {to: us[name] for to, name in row.items()} for sector, row in parts.items()}
values["54"]["M"] += us["Miscellaneous professional, scientific, and technical services"]
shares = {
    sector: {to: value / sum(row.values()) for to, value in row.items()}
    for sector, row in values.items()
}
sectors = pd.Series({sector: sum(row.values()) for sector, row in values.items()})
weighted = to_isic.with_weights(shares)
print(weighted.apply(sectors / 1e3).round(1).to_string(), "\n(billion dollars)")
print(
    f"Lost: {weighted.check(sectors).lost:.1f}; before weights: {to_isic.check(sectors).lost:,.0f}"
)
