"""A small report of a user's own, consistent as it stands."""

OWN = """
title = "A firm's report"
[[figure]]
id = "R18"
concept = "revenue"
year = 2018
printed = "120"
unit = "million USD"
[[figure]]
id = "P18"
concept = "profit"
year = 2018
printed = "0.03"
unit = "billion USD"
[[figure]]
id = "M18"
concept = "margin"
year = 2018
printed = "25.0"
unit = "percent"
[[quantity]]
symbol = "W"
concept = "costs"
like = "R"
low = 0.0
[[identity]]
name = "margin"
equation = "M = P / R"
[[identity]]
name = "costs"
equation = "W = R - P"
"""
