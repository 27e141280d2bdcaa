"""Build stocks of electronics and software from investment, and the services they give."""

import pandas as pd

import quesnay as qn

# Fixed capital formation by product in China's tables, 100 million yuan at current prices; the
# years between tables are interpolated, so this shows the method, not an official stock. The
# extension table of 2015 is left out: its information services dip.
PRODUCTS = {"electronics": "20", "software": "31"}
RATES = {"electronics": 0.25, "software": 0.315}
points = {
    year: qn.load_io("CHN", year, imports="included").final_demand["fixed_capital_formation"]
    for year in (2012, 2017, 2018, 2020)
}

stocks = {}
for name, code in PRODUCTS.items():
    known = pd.Series({year: column[code] for year, column in points.items()})
    investment = known.reindex(range(2012, 2021)).interpolate()
    stocks[name] = qn.perpetual_inventory(investment, depreciation=RATES[name])
    hyperbolic = qn.perpetual_inventory(investment, depreciation=RATES[name], profile="hyperbolic")
    print(
        f"{name}: investment 2020 {investment[2020]:,.0f}, stock {stocks[name][2020]:,.0f} "
        f"(geometric), {hyperbolic[2020]:,.0f} (hyperbolic with retirement)"
    )

frame = pd.DataFrame(stocks)
prices = pd.DataFrame(1.0, index=frame.index, columns=frame.columns)
services = qn.capital_services(frame, prices, pd.Series(RATES), rate=0.08)
print(services)
