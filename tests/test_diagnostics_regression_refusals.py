"""What a diagnosis says where a test cannot be made: the reason stands in its row."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.regression import assumptions
from quesnay.diagnostics.regression.assumptions import examine

from .refusals import refused


def frame(units: int, times: int) -> pd.DataFrame:
    draw = np.random.default_rng(3)
    n = units * times
    made = pd.DataFrame(
        {
            "u": np.repeat(np.arange(units), times),
            "t": np.tile(np.arange(times), units),
            "x": draw.normal(size=n),
            "one": 1.0,
        }
    )
    made["y"] = 2.0 * made["x"] + draw.normal(size=n)
    return made


def of(data: pd.DataFrame, formula: str = "y ~ x", **given: Any) -> Any:
    return examine(qn.fit_panel(formula, data, **given))


CASES: dict[str, tuple[Callable[[], object], str]] = {
    "no unit": (
        lambda: assumptions._wooldridge(of(frame(5, 4))),
        "unit and time are not both known; name them",
    ),
    "few times": (
        lambda: assumptions._wooldridge(of(frame(9, 2), unit="u", time="t")),
        "2 times; 3 are needed",
    ),
    "no time": (lambda: assumptions._chow(of(frame(5, 4))), "the time of the rows is not known"),
    "no clusters": (
        lambda: assumptions.effective_clusters(of(frame(5, 4))),
        "no clusters are named",
    ),
    "many rows": (
        lambda: assumptions._harvey_collier(of(frame(1001, 5))),
        "more than 5,000 rows; RESET tests the same",
    ),
    "one effect": (
        lambda: assumptions._effects(of(frame(1, 20), absorb="u", covariance="classical")),
        "effects take 1 and leave 18 degrees of freedom",
    ),
    "a constant only": (
        lambda: assumptions.inflation(of(frame(5, 4), "y ~ 1")),
        "no regressor varies",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_test_that_cannot_be_made_says_why(name: str) -> None:
    call, message = CASES[name]
    refused(call, message)
