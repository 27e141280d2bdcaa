"""The tree of errors: what labels and values look like in a message."""

import importlib
import pickle

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.errors import BalanceError, QuesnayError, nearest, shown, suggestion
from quesnay.fitting.verdict import Wording, judged

SCALARS = [
    (np.int64(-3), "-3"),
    (np.uint8(7), "7"),
    (np.float64(2.5e-12), "2.5e-12"),
    (np.float32(0.1), "0.1"),
    (np.float64("nan"), "nan"),
    (np.float64("-inf"), "-inf"),
    (np.str_("ict"), "'ict'"),
    (np.bool_(True), "True"),
    ((np.str_("a"), np.int64(1)), "('a', 1)"),
    ([np.False_], "[False]"),
]


@pytest.mark.parametrize(("value", "text"), SCALARS)
def test_numpy_scalars_are_shown_as_plain_ones(value: object, text: str) -> None:
    assert shown(value) == text
    assert str(QuesnayError(f"label {value!r}")) == f"label {text}"


@pytest.mark.parametrize("text", ["'np.log(va) ~ k'", "np.float64(x)", "a.b.np.int64", "5 % (np)"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert str(QuesnayError(text)) == text


def test_values_are_one_short_line() -> None:
    assert shown("a\n b") == r"'a\n b'"
    assert "\n" not in shown(pd.DataFrame({"x": [1, 2], "y": [3, 4]}))
    assert len(shown("x" * 500)) == 60
    assert len(shown("x" * 500, 20)) == 20
    assert shown("x" * 58) == f"'{'x' * 58}'"  # sixty with its marks
    assert shown("x" * 59).endswith("…")
    long = "word " * 600
    assert str(QuesnayError(long)) == long
    assert len(str(QuesnayError(long + "x"))) == 3001
    assert "…" in str(QuesnayError(long + "x"))


def test_errors_survive_a_worker() -> None:
    error = pickle.loads(pickle.dumps(BalanceError("row np.int64(4) does not balance")))
    assert isinstance(error, BalanceError)
    assert str(error) == "row 4 does not balance"


def test_a_near_word_is_hinted_at_and_a_far_one_not() -> None:
    assert nearest("gompert", ["gompertz", "bass"]) == " did you mean 'gompertz'?"
    assert nearest("x", ["gompertz"]) == nearest(["gompertz"], ["gompertz"]) == ""
    assert suggestion("gompert", ["gompertz"]) == " did you mean 'gompertz'?"
    assert suggestion(3, ["gompertz", 3.5]) == " known: gompertz, 3.5"
    assert suggestion("x", range(8)) == " known: 0, 1, 2, 3, 4, 5, 6, 7"
    assert suggestion("x", range(9)) == " known: 0, 1, 2, 3, 4, 5, 6, 7, …"
    assert suggestion("x", []) == " known: none"
    assert suggestion("x", ["\x1b[2J"]) == r" known: '\x1b[2J'"  # would clear the terminal


def test_whole_number_labels_are_plain_in_messages_of_the_models() -> None:
    seed = pd.DataFrame([[1.0, np.nan], [1.0, 1.0]], index=[1, 2], columns=[7, 8])
    with pytest.raises(qn.DataError, match=r"row 1, column 8"):
        qn.ras(seed, [1.0, 1.0], [1.0, 1.0])
    sectors = pd.Index([1, 2])
    table = (
        pd.DataFrame(np.full((2, 2), 1.0), index=sectors, columns=sectors),
        pd.Series([8.0, 8.0], index=sectors),
        pd.Series([8.0, 8.0], index=pd.Index([1, 3])),
    )
    with pytest.raises(qn.DataError) as refused:
        qn.InputOutputTable(*table)
    assert "np." not in str(refused.value)
    frame = pd.DataFrame({"y": [1.0, np.inf, 2.0], "x": [1.0, 2.0, 4.0]})
    with pytest.raises(qn.DataError, match="infinite at row 1;"):
        qn.fit_panel("y ~ x", frame.set_index(np.arange(3)))


def test_a_statistic_without_distribution_is_not_judged() -> None:
    words = Wording("no trend", "there is a trend", "biased", "detrend")
    assert judged("Trend", 1.5, "none", float("nan"), words).verdict.startswith("no p-value")


@pytest.mark.parametrize(
    ("p", "verdict", "rejected"),
    [
        (0.009, "rejected at 1 %: there is a trend", True),
        (0.01, "rejected at 5 %: there is a trend", True),
        (0.049, "rejected at 5 %: there is a trend", True),
        (0.05, "weak sign (10 %): there is a trend", False),
        (0.099, "weak sign (10 %): there is a trend", False),
        (0.1, 'not rejected: no sign against "no trend"', False),
    ],
)
def test_a_level_is_reached_only_below_it(p: float, verdict: str, rejected: bool) -> None:
    words = Wording("no trend", "there is a trend", "biased", "detrend")
    found = judged("Trend", 1.5, "chi2(1)", p, words)
    assert (found.verdict, found.rejected) == (verdict, rejected)
    assert (found.remedy == "detrend") == rejected


def test_public_names_are_shown_on_their_floor_only() -> None:
    fitting, models = (
        importlib.import_module("quesnay.fitting"),
        importlib.import_module("quesnay.models"),
    )
    assert fitting.fit_panel is models.fit_panel is qn.fit_panel
    for floor, name in ((fitting, "read_io"), (fitting, "nothing"), (models, "read_io")):
        with pytest.raises(AttributeError, match=f"{floor.__name__}' has no attribute '{name}'"):
            getattr(floor, name)
