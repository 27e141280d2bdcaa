"""Monte Carlo, shares of variance, a tornado and a fan chart of a small model."""

import sys
from pathlib import Path
from typing import Any

import pandas as pd

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

inputs = {
    "core": qn.Uniform(0.4385, 0.4387),
    "potential": qn.Normal(5.0, 0.6),
    ("level", "slope"): qn.JointNormal([-1.45, 0.42], [[0.01, -0.002], [-0.002, 0.002]]),
}


def total(x: dict[str, Any]) -> dict[int, Any]:
    """Core growing at a tenth a year plus potential times a growing penetration."""
    return {
        year: x["core"] * 1.1 ** (year - 2018)
        + x["potential"] * 2.718281828 ** (x["level"] + x["slope"] * (year - 2018)) / 1.2
        for year in (2018, 2019, 2020)
    }


drawn = qn.monte_carlo(total, inputs, draws=10_000, seed=0)
print(drawn)
print(qn.variance_shares(total, inputs, seed=0))
swings = qn.tornado(total, inputs, figure=2019)
print(swings)
reported = pd.DataFrame({"low": [1.415, 2.125, 3.05], "high": [1.425, 2.135, 3.15]})
reported.index = pd.Index([2018, 2019, 2020])
fan = qn.plot_fan(drawn.draws, quantity="value added", unit="trillion yuan", reported=reported)
print(f"Written: {save_figure(swings.plot(unit='trillion yuan'), folder / '85_tornado.png')}")
print(f"Written: {save_figure(fan, folder / '85_fan.png')}")
