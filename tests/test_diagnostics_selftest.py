"""The self-test passes here, and says so with its status; a broken installation fails it."""

import json
import platform
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.cli import main
from quesnay.diagnostics import selftest as module


def test_this_installation_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selftest", "--json"]) == 0
    checks, machine = json.loads(capsys.readouterr().out)
    rows = {row["check"]: row for row in checks["rows"]}
    known = qn.list_datasets()["name"]
    tables = known.str.fullmatch(r"io_chn_(2012|2017|2018|2020)_42_(included|separate)").sum()
    gap = f"{tables} tables of China, largest gap relative to output"
    nist, least = "worst of 11 certified regressions", "1e-09 or less"  # of NIST's linear sets
    assert {name: (row["needed"], row["of"]) for name, row in rows.items()} == {
        "NIST, digits of coefficients": ("10 or more", nist),
        "NIST, digits of standard errors": ("7.5 or more", nist),
        "data files": (len(known), "SHA-256 and schema as shipped"),
        "L f = x": (least, gap),
        "Z 1 + f = x": (least, gap),
        "account adds up": (least, "core + integration = total in every run and year"),
    }
    found = {name: row["found"] for name, row in rows.items()}
    assert 10 <= found["NIST, digits of coefficients"] < 16
    assert 7.5 <= found["NIST, digits of standard errors"] < 16
    assert found["data files"] == len(known)
    assert 0 < found["L f = x"] < 1e-12  # there is some rounding
    assert 0 < found["Z 1 + f = x"] < 1e-12
    told = {row["part"]: row["value"] for row in machine["rows"]}
    assert list(told) == ["versions", "processor", "linear algebra", "extended precision"]
    assert "numpy" in told["versions"]
    assert told["processor"] == platform.machine()
    built: Any = np.show_config(mode="dicts")
    blas = built["Build Dependencies"]["blas"]
    assert told["linear algebra"] == f"{blas['name']} {blas['version']}"
    assert told["extended precision"] == ("yes" if np.finfo(np.longdouble).nmant > 60 else "no")


def test_wrong_numbers_and_altered_data_fail_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sets = module.certified_sets()
    sets["Longley"]["estimates"][1] = "15.1"
    monkeypatch.setattr(module, "certified_sets", lambda: sets)

    def altered(name: str) -> None:
        raise qn.DataError(f"{name}: altered")

    monkeypatch.setattr(module, "fetch", altered)
    found = qn.selftest()
    failed = found.checks.index[~found.checks["passes"].astype(bool)]
    assert list(failed) == ["NIST, digits of coefficients", "data files"]
    # 15.0619 for 15.1 is right to 2.6 digits, the worst of all sets
    assert found.checks["found"][failed[0]] == pytest.approx(2.5977, abs=1e-4)
    assert not found.passes
    assert main(["selftest"]) == 1
    assert "A check fails" in capsys.readouterr().out


def test_gaps_are_the_largest_relative_to_output_and_fail_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By hand: 2.5 in place of 2 is 1/4, 1 + 1 + 2.5 in place of 4 is 1/8; 4.25 for 2 + 2."""
    x = pd.Series([2.0, 4.0])
    wrong = SimpleNamespace(
        x=x, f=pd.Series([1.0, 2.5]), Z=pd.DataFrame([[0.5, 0.5], [1.0, 1.0]]),
        solve=lambda _: pd.Series([2.5, 4.0]),
    )  # fmt: skip
    account = pd.DataFrame({"core": [1.0, 2], "integration": [1.0, 2], "total": [2.0, 4.25]})
    sets = module.certified_sets()
    monkeypatch.setattr(module, "certified_sets", lambda: {"Norris": sets["Norris"]})
    monkeypatch.setattr(module, "fetch", lambda _: None)
    monkeypatch.setattr(module, "load_io", lambda *_, **__: wrong)
    monkeypatch.setattr(module, "reproduce", lambda *_, **__: SimpleNamespace(account=account))
    made = qn.selftest()
    found: Any = made.checks["found"]
    assert found["L f = x"] == 0.25
    assert found["Z 1 + f = x"] == 0.125
    assert found["account adds up"] == 0.25
    assert made.checks["passes"].tolist() == [True, True, True, False, False, False]
    assert str(made.checks.loc["L f = x", "of"]).startswith("8 tables of China")
    assert 0 < made.seconds < 60
    told = made.tables()[0].notes[0]
    assert told == f"A check fails: do not trust results here. {made.seconds:.1f} s."


@pytest.mark.parametrize(
    ("digits", "passes"),
    [(7.49, [False, False]), (7.5, [False, True]), (9.99, [False, True]), (10.0, [True, True])],
)
def test_as_many_digits_as_are_needed_pass(
    digits: float, passes: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    sets = module.certified_sets()
    monkeypatch.setattr(module, "certified_sets", lambda: {"Norris": sets["Norris"]})
    monkeypatch.setattr(module, "correct_digits", lambda *_: digits)
    assert [row["passes"] for row in module._nist().values()] == passes


@pytest.mark.parametrize(
    ("found", "certified", "digits"),
    [
        ([1.0001], ["1"], 4), ([1e-9], ["0"], 9), ([-20.02], ["-20"], 3), ([5.0], ["5"], 16),
        ([1.1, 2.0, 1e-5], ["1", "2", "0"], 1),
    ],
)  # fmt: skip
def test_digits_are_counted_as_nist_counts_them(
    found: list[float], certified: list[str], digits: float
) -> None:
    assert module.correct_digits(np.array(found), certified) == pytest.approx(digits)
