"""The digital economy of the United States from capital services, beside what BEA published."""

import quesnay as qn

result = qn.reproduce("us_digital_economy")
assert isinstance(result, qn.KlemsAccount)
columns = ["reported", "estimate", "estimate_low", "estimate_high", "error", "agrees"]
print(result.verdicts.loc["growth accounting", columns].round(3).to_string())

shares = result.definitions["share"].unstack("year")[[2017, 2019, 2021]]
print("\nShare of GDP by definition, percent:")
print((100 * shares).round(1).to_string())
print("\nContributions to growth, log points x 100 a year:")
print((100 * result.growth.mean()).round(2).to_string())
print("\n".join(result.findings()))
