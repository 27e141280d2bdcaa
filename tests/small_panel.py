"""A panel of a few units, its regression, and what one test says of it."""

from typing import Any

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.diagnostics.regression.assumptions import check_assumptions, examine

EFFECTS = ("unit", "year")


def panel(*, seed: int = 1, units: int = 12, years: int = 6) -> pd.DataFrame:
    g = np.random.default_rng(np.random.SeedSequence(seed))
    n = units * years
    frame = pd.DataFrame(
        {
            "unit": np.repeat([f"省{i:02d}" for i in range(units)], years),
            "year": np.tile(np.arange(2010, 2010 + years), units),
            "x": g.standard_normal(n),
            "w": g.standard_normal(n),
        },
        index=[f"row {i}" for i in range(n)],
    )
    return frame.assign(y=2 * frame["x"] + frame["w"] + g.standard_normal(n))


def fitted(frame: pd.DataFrame, **options: Any) -> Any:
    asked: dict[str, Any] = {
        "absorb": EFFECTS,
        "cluster": "unit",
        "unit": "unit",
        "time": "year",
        **options,
    }
    return qn.fit_panel("y ~ x + w", frame, **asked)


def verdict(frame: pd.DataFrame, name: str, **options: Any) -> Any:
    tests = check_assumptions(examine(fitted(frame, **options)))
    return next(test for test in tests if test.name.startswith(name))
