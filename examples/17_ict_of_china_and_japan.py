"""The ICT core of China and Japan on one definition, and why China's own tables differ."""

import quesnay as qn

found = qn.compare(
    ["oecd_ict_china", "oecd_ict_japan", "china_digital_economy"], year=2018, draws=200
)
print(found.summary())

# China 2018 twice: 45 industries of the OECD in dollars, 42 sectors of the NBS in yuan.
oecd, nbs = qn.load_io("CHN", 2018, source="oecd"), qn.load_io("CHN", 2018)
pairs = {
    "electronics": (["17"], ["20"]),
    "electronics with instruments": (["17"], ["20", "21"]),
    "telecommunications, software, IT": (["34", "35"], ["31"]),
    "with publishing and broadcasting": (["33", "34", "35"], ["31"]),
}
print("\nShare of value added, percent:   OECD    NBS")
for name, (there, here) in pairs.items():
    shares = [100 * float(t.v[c].sum() / t.v.sum()) for t, c in ((oecd, there), (nbs, here))]
    print(f"{name:33}{shares[0]:5.2f}  {shares[1]:5.2f}")
