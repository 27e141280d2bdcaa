"""NIST's certified nonlinear regressions, from the harder of their two starts."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from quesnay.fitting.curves.least_squares import nonlinear_least_squares
from quesnay.fitting.errors import QuesnayError

SETS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "reference" / "nist_nonlinear.json").read_text("utf-8")
)["sets"]
BY_NAME = {one["name"]: one for one in SETS}
DIGITS = 6.0  # the measure; NIST certifies eleven


def columns(one: dict[str, Any]) -> dict[str, np.ndarray]:
    return dict(zip(one["columns"], np.array(one["data"], dtype=float).T, strict=True))


def problem(one: dict[str, Any]) -> tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]:
    """Return model and observations; the equations are NIST's own, in this repository's file."""
    left, right = one["model"].split("=", 1)
    text = right.replace("[", "(").replace("]", ")").replace("+ e", "").replace("arctan", "atan")
    text = re.sub(r"\bb(\d+)\b", lambda found: f"b[{int(found[1]) - 1}]", text)
    known = {"exp": np.exp, "cos": np.cos, "sin": np.sin, "atan": np.arctan, "pi": np.pi}
    data = columns(one)
    code = compile(text.strip(), one["name"], "eval")
    y = np.log(data["y"]) if left.startswith("log") else data["y"]
    return lambda b: np.asarray(eval(code, {**known, **data, "b": b})), y


def digits(estimate: np.ndarray, certified: np.ndarray) -> float:
    """Return the smallest number of correct digits, at most 16."""
    error = np.maximum(np.abs(estimate / certified - 1), 1e-16)
    return float(np.min(-np.log10(error)))


def numbers(one: dict[str, Any], what: str) -> np.ndarray:
    return np.array([float(p[what]) for p in one["params"]])


def solved(one: dict[str, Any], start: str) -> bool:
    model, y = problem(one)
    try:
        fit = nonlinear_least_squares(model, y, numbers(one, start))
    except QuesnayError:
        return False
    return digits(fit.params, numbers(one, "estimate")) >= DIGITS


def test_there_are_27_sets() -> None:
    assert len(SETS) == 27


@pytest.mark.parametrize(("start", "least"), [("start1", 27), ("start2", 27)])
def test_sets_solved_to_six_digits(start: str, least: int) -> None:
    unsolved = [one["name"] for one in SETS if not solved(one, start)]
    assert len(SETS) - len(unsolved) >= least, unsolved


@pytest.mark.parametrize("name", [n for n in BY_NAME if n != "Lanczos1"])
def test_standard_errors_from_the_nearer_start(name: str) -> None:
    # Lanczos1 has a residual sum of squares of 1e-25: its errors are those of the printed data
    one = BY_NAME[name]
    model, y = problem(one)
    fit = nonlinear_least_squares(model, y, numbers(one, "start2"))
    assert digits(fit.std_errors, numbers(one, "sd")) >= DIGITS
    assert fit.rss == pytest.approx(float(one["rss"]), rel=1e-8)


def test_only_a_scale_that_follows_the_slope_solves_the_steepest() -> None:
    # from its harder start the Jacobian of MGH10 falls by powers of ten; Moré's scale only grows
    model, y = problem(BY_NAME["MGH10"])
    with pytest.raises(QuesnayError, match=r"away from an optimum|no optimum"):
        nonlinear_least_squares(model, y, numbers(BY_NAME["MGH10"], "start1"), attempts=3)


def test_a_step_to_where_there_is_no_slope_is_shortened() -> None:
    tried: list[float] = []
    hole = np.inf

    def slope(b: np.ndarray) -> np.ndarray:
        tried.append(float(b[0]))
        return np.full((3, 1), 2 * b[0] if abs(b[0] - hole) > 1e-9 else np.nan)

    def fit() -> float:
        found = nonlinear_least_squares(
            lambda b: np.repeat(b**2, 3), np.ones(3), np.array([0.6]), jacobian=slope
        )
        return float(found.params[0])

    assert fit() == pytest.approx(1.0, rel=1e-9)
    hole = tried[1]  # where the first step led
    assert fit() == pytest.approx(1.0, rel=1e-9)
    assert tried.count(hole) == 2
