"""Another institute's industrial internet: its levels against the tables, its ratio, its growth."""

import quesnay as qn

DRAWS = 400

check: qn.StudyCheck = qn.check_study("caii")
print(check.runs.to_string(), "\n")
result = qn.reproduce("caii", draws=DRAWS)
verdicts = result.verdicts.loc["linkage"]
columns = ["reported", "unit", "estimate", "estimate_low", "estimate_high", "agrees"]
print(verdicts[columns].dropna(subset="estimate").round(2).to_string())

# 2021 has no table and cannot be judged; the ratio of the penetrated to the direct part is held
# against that of the year before.
printed = qn.load_reported("caii_2020")["value"]
own = result.account.loc[("linkage", 2020)]
inside = result.bounds.loc[("imports inside", 2020)]
print(f"\nRatio of penetrated to direct: printed {printed['I21'] / printed['C21']:.2f} for 2021;")
print(f"tables of 2020, parts added up, made at home {own['integration'] / own['core']:.2f},")
print(f"with imports inside {inside['integration'] / inside['core']:.2f}")

# The figures among themselves: what cannot hold together, whatever was rounded.
audit = qn.audit(qn.load_reported("caii_2020"))
print("\nCannot hold together:", "; ".join(", ".join(one) for one in audit.conflicts))

print("\nNot judged:", ", ".join(verdicts.index[verdicts["estimate"].isna()]))
print("\n".join(result.findings()))
