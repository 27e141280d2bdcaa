"""The examples show what the front door offers: each public name, each answer of a regression."""

import re
from pathlib import Path

import pytest

import quesnay as qn

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"

pytestmark = pytest.mark.skipif(
    not EXAMPLES.is_dir(), reason="looks at the source, which is not here"
)


def text() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*.py")))


def test_every_public_name_is_shown_in_an_example() -> None:
    shown = set(re.findall(r"\bqn\.(\w+)", text()))
    names = set(qn.__all__) - {"__version__", "plot_diagnostics"}
    assert sorted(names - shown) == []
    assert ".plot_diagnostics(" in text()  # the method of a fit, which is this function


def test_every_method_of_a_regression_is_shown_in_an_example() -> None:
    offered = {name for name in dir(qn.PanelFit) if not name.startswith("_")}
    inner = {"estimate", "regression", "sample", "intercept", "outcome_name", "index"}
    inner |= {
        "cluster_moments",
        "coefficients",
        "estimator",
        "is_least_squares",
        "theta",
        "transform",
    }
    shown = set(re.findall(r"\.(\w+)\b", text()))
    assert sorted(offered - inner - shown) == []
