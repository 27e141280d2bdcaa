"""Limits that messages name: what stands at one is taken, what lies beyond is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.checks import check_draws, is_number
from quesnay.fitting.curves.functions import LOGISTIC
from quesnay.fitting.errors import QuesnayError
from quesnay.fitting.simulation.engine import chunks
from quesnay.models.display.documents import workbook_bytes
from quesnay.models.display.table import Table
from quesnay.models.expressions import read_arithmetic, read_equation, read_tokens, shown_formula

from .refusals import refused


def two(**options: Any) -> qn.InputOutputTable:
    flows = [[150.0, 500.0], [200.0, 100.0]]
    return qn.InputOutputTable(flows, [350.0, 1700.0], [650.0, 1400.0], **options)


TWO = two()
VALUES = pd.Series({"a": 1.0, "b": 1.0})
YEARS = list(range(2000, 2004))


def identity(text: str) -> Callable[[], object]:
    return lambda: qn.reconcile(VALUES, [text], std_errors=VALUES)


def clustered(columns: str) -> object:
    data = pd.DataFrame({name: np.arange(16) // (k + 1) for k, name in enumerate(columns)})
    data["x"], data["y"] = np.arange(16.0) % 5, np.arange(16.0) % 7
    return qn.fit_panel("y ~ x", data, cluster=list(columns))


def hyperbolic(life: float) -> Callable[[], object]:
    flows = pd.Series(1.0, YEARS)
    return lambda: qn.perpetual_inventory(
        flows, depreciation=0.1, growth=0.0, profile="hyperbolic", service_life=life
    )


def grid(folder: Path, titles: int, labels: int) -> Callable[[], object]:
    """Return how a grid is read below so many lines and behind so many columns."""
    rows = [["s", "farm", "mill", "homes"], ["farm", "20", "40", "140"],
            ["mill", "60", "80", "60"], ["wages", "120", "80", ""]]  # fmt: skip
    lines = ["a title,,,"] * titles + [
        ",".join([*[f"{row[0]}{k}" for k in range(labels)], *row]) for row in rows
    ]
    path = folder / f"t{titles}_{labels}.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return lambda: qn.read_io(path)


CASES: dict[str, tuple[Callable[[], object], Callable[[], object], str]] = {
    "draws": (
        lambda: check_draws(2_000_000, least=2), lambda: check_draws(2_000_001, least=2),
        "draws: 2000001; give a whole number of at least 2 and at most 2,000,000",
    ),
    "fewest draws": (
        lambda: check_draws(2, least=2), lambda: check_draws(1, least=2), "of at least 2",
    ),
    "chunks": (
        lambda: chunks(10, seed=0, size=1), lambda: chunks(1_000_001, seed=0, size=1),
        "more than 1,000,000 chunks",
    ),
    "an error of a coefficient": (
        lambda: TWO.multiplier_intervals(relative_error=100.0),
        lambda: TWO.multiplier_intervals(relative_error=100.1), "100.1 is too large",
    ),
    "a change of a coefficient": (
        lambda: TWO.field_of_influence(change=999_999.0),
        lambda: TWO.field_of_influence(change=1e6), "change=1000000.0; expected a small number",
    ),
    "a power": (
        identity("a ** 9 = b"), identity("a ** 10 = b"), "exponent",
    ),
    "an identity": (
        identity("a = b" + " " * 1995), identity("a = b" + " " * 1996), "at most 2000 signs",
    ),
    "a formula": (
        lambda: read_tokens("y ~ x".ljust(10_000)), lambda: read_tokens("y ~ x".ljust(10_001)),
        "formula: 10,001 characters; at most 10,000 are read",
    ),
    "steps of a lag": (
        lambda: [read_arithmetic(read_tokens(f"lag(x, {k})")) for k in (1, 999)],
        lambda: read_arithmetic(read_tokens("lag(x, 1000)")),
        r"lag\(x, k\) takes a whole number k from 1 on; stopped at '1000' \(character 7\)",
    ),
    "a year of an identity": (
        lambda: read_equation("a = b[t-50] + b[t+50]"), lambda: read_equation("a = b[t+51]"),
        r"a year is \[t\] plus or minus up to 50; stopped at ']'",
    ),
    "a name": (
        lambda: two(name="n" * 1000), lambda: two(name="n" * 1001),
        "name: 1,001 characters; at most 1,000 are read",
    ),
    "dimensions of clusters": (
        lambda: clustered("abcd"), lambda: clustered("abcde"),
        "5 dimensions of clusters: one to 4 are possible",
    ),
    "a cell of a sheet": (
        lambda: workbook_bytes([Table("t", pd.DataFrame({"a": ["x" * 32_767]}))]),
        lambda: workbook_bytes([Table("t", pd.DataFrame({"a": ["x" * 32_768]}))]),
        "32,768 characters does not fit a cell of 32,767",
    ),
    "a life": (hyperbolic(400.0), hyperbolic(401.0), r"in \(0, 400\], got 401"),
    "years of a grey model": (
        lambda: qn.fit_grey(pd.Series([1.0, 2.0, 3.0, 5.0], YEARS)),
        lambda: qn.fit_grey(pd.Series([1.0, 2.0, 3.0], YEARS[:3])), "GM",
    ),
    "an origin": (
        lambda: qn.fit_curve("bass", [3, 4, 5, 6], [1, 3, 6, 7], origin=2),
        lambda: qn.fit_curve("bass", [3, 4, 5, 6], [1, 3, 6, 7], origin=-3.1e9), "look alike",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_what_stands_at_a_limit_is_taken_and_what_lies_beyond_is_refused(name: str) -> None:
    at, beyond, says = CASES[name]
    at()
    with pytest.raises(QuesnayError, match=says):
        beyond()


def test_a_header_stands_in_the_first_60_rows_and_labels_in_the_first_7_columns(
    tmp_path: Path,
) -> None:
    grid(tmp_path, 59, 0)()
    refused(grid(tmp_path, 60, 0), "no label stands in a row and in a column|no header row")
    grid(tmp_path, 1, 6)()
    refused(grid(tmp_path, 1, 7), "no label stands in a row and in a column")


def test_a_number_is_no_larger_than_an_economy_can_hold() -> None:
    assert is_number(1e100)
    assert not is_number(1.1e100)
    assert not is_number(float("inf"))


def test_a_message_of_3000_letters_is_whole_and_a_longer_one_shows_its_ends() -> None:
    words = "word " * 600
    assert str(QuesnayError(words[:3000])) == words[:3000]
    cut = str(QuesnayError("b" + words + "e"))
    assert cut == "b" + words[:2249] + "…" + words[-749:] + "e"


def test_tables_of_60_rows_and_40_columns_are_shown_whole() -> None:
    whole = Table("t", pd.DataFrame(np.zeros((60, 40))))
    assert whole.shortened() is whole
    long = Table("t", pd.DataFrame(np.zeros((61, 41)))).shortened()
    assert long.frame.shape == (50, 20)
    assert long.notes == (
        "11 of 61 rows are not shown here, those after row 40.",
        "21 of 41 columns are not shown here, those after column 15.",
    )


def test_growth_before_the_first_stock_is_that_of_the_first_decade() -> None:
    years = list(range(2000, 2013))
    flows = pd.Series([100.0 * 1.05**k for k in range(11)] + [500.0, 900.0], years)
    stock = qn.perpetual_inventory(flows, depreciation=0.1)
    assert stock.iloc[0] == pytest.approx(100.0 / 0.15 * 0.9 + 100.0)
    half = qn.perpetual_inventory(flows, depreciation=0.1, profile="hyperbolic")
    own = qn.perpetual_inventory(flows, depreciation=0.1, profile="hyperbolic", service_life=20)
    assert half.tolist() == own.tolist()  # a life of two over the rate


def test_a_logistic_curve_far_from_its_midpoint_is_flat_and_no_error() -> None:
    t = np.array([-1e6, 0.0, 1e6])
    assert LOGISTIC.value(t, np.array([2.0, 1.0, 0.0])).tolist() == [0.0, 1.0, 2.0]


def test_a_formula_of_80_letters_is_shown_whole() -> None:
    assert shown_formula("x" * 80) == repr("x" * 80)
    assert shown_formula("x" * 81) == repr("x" * 77 + "...")


def test_rows_that_count_often_are_repeated_up_to_their_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    data = pd.DataFrame({"y": [1.0, 2.0, 4.0], "x": [0.0, 1.0, 2.0], "n": [3, 2, 4]})
    monkeypatch.setattr("quesnay.models.regression.columns._MOST_ROWS", 9)
    assert qn.fit_panel("y ~ x", data, frequency="n").nobs == 9
    monkeypatch.setattr("quesnay.models.regression.columns._MOST_ROWS", 8)
    refused(lambda: qn.fit_panel("y ~ x", data, frequency="n"), "9 rows in all; at most 8$")


@pytest.mark.parametrize(("name", "size"), [("_MOST_LEVELS", 5), ("_MOST_CELLS", 60)])
def test_levels_have_intervals_up_to_their_limit(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pd.DataFrame({"g": np.arange(12) % 4, "x": np.arange(12.0) ** 2, "y": np.arange(12.0)})
    fit = qn.fit_panel("y ~ x", data, absorb="g", covariance="classical")
    monkeypatch.setattr(f"quesnay.models.regression.prediction.{name}", size)
    assert len(fit.predict(data, interval="confidence")) == 12
    monkeypatch.setattr(f"quesnay.models.regression.prediction.{name}", size - 1)
    refused(
        lambda: fit.predict(data, interval="confidence"), "5 coefficients and levels in 12 rows are"
    )


@pytest.mark.parametrize(("name", "size"), [("_MOST_COLUMNS", 4), ("_MOST_CELLS", 48)])
def test_effects_that_cross_clusters_are_seen_up_to_their_limit(
    name: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pd.DataFrame(
        {"g": np.arange(12) % 4, "c": np.arange(12) // 4, "x": np.arange(12.0) ** 2}
    )
    data["y"] = np.cos(data["x"])

    def fit() -> object:
        return qn.fit_panel("y ~ x", data, absorb="g", cluster="c", covariance="CR3")

    monkeypatch.setattr(f"quesnay.fitting.regression.clusters.{name}", size)
    fit()
    monkeypatch.setattr(f"quesnay.fitting.regression.clusters.{name}", size - 1)
    refused(fit, "4 absorbed effects are not nested in the clusters, too many for 12 rows")
