"""Every distribution of an input, and a simulation that goes on where it was interrupted."""

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import quesnay as qn

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

gdp = qn.load_gdp_vintages("CHN").query("year == 2018")["gdp"] / 1e4  # trillion yuan
inputs = {
    "core": qn.Constant(0.4386),
    "supply": qn.Triangular(5.2, 6.0, 10.7),
    "elasticity": qn.TruncatedNormal(0.057, 0.014, low=0.0, high=1.0),
    "users": qn.LogNormal(82.0, 0.05),
    "gdp": qn.Choice(tuple(gdp)),
    "pattern": qn.Empirical([0.97, 0.99, 1.0, 1.02, 1.03]),
    "rounding": qn.Uniform(-0.005, 0.005),
}


def share(x: dict[str, Any]) -> dict[str, Any]:
    """Share of GDP, percent: core, and what users owe the technology, by the core's weight."""
    driven = x["elasticity"] * x["users"] * x["pattern"] * x["core"] / x["supply"]
    return {"share of GDP": 100 * (x["core"] + x["rounding"] + driven) / x["gdp"]}


asked = {"draws": 20_000, "seed": 7, "checkpoint": folder / "87_chunks"}
first = qn.monte_carlo(share, inputs, **asked)
print(first)

# One kept chunk is damaged on disk: it is noticed, computed again, and nothing moves.
kept = sorted(path for path in (folder / "87_chunks").iterdir() if path.name != "run.json")
kept[-1].write_bytes(kept[-1].read_bytes()[:-9])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always", qn.CheckpointWarning)
    second = qn.monte_carlo(share, inputs, **asked)
print("\n", caught[0].message if caught else "no chunk was damaged", sep="")
print("Same numbers:", bool(np.array_equal(first.draws, second.draws)))
print(qn.variance_shares(share, inputs, seed=7))
