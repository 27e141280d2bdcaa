"""How much of China's digital economy of 35.8 trillion yuan do tables and a panel support."""

import quesnay as qn

DRAWS = 400

result: qn.Reproduction = qn.reproduce("china_digital_economy", draws=DRAWS)
for run in result.runs:
    own = result.verdicts.loc[run]
    print(f"\n{run}")
    print(
        own[["reported", "estimate", "estimate_low", "estimate_high", "agrees"]]
        .round(2)
        .to_string()
    )

core = float(result.account.loc[("linkage", 2019), "core"])
print(f"\nCore: whole ICT sectors of the tables {core:.2f} trillion, printed 7.1")
for run in result.runs:
    part = float(result.account.loc[(run, 2019), "integration"])
    print(f"Integration, {run}: {part:.2f} trillion, {part / 28.8:.0%} of the printed 28.8")
print("\n".join(result.findings()))
