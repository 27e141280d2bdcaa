"""The self-test passes here, and says so with its status; a broken installation fails it."""

import json
import platform
from typing import Any

import numpy as np
import pytest

import quesnay as qn
from quesnay.cli import main
from quesnay.diagnostics import selftest as module


def test_this_installation_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["selftest", "--json"]) == 0
    checks, machine = json.loads(capsys.readouterr().out)
    found = {row["check"]: row["found"] for row in checks["rows"]}
    assert found["NIST, digits of coefficients"] >= 10
    assert found["data files"] >= 28
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
    assert not found.passes
    assert main(["selftest"]) == 1
    assert "A check fails" in capsys.readouterr().out


def test_digits_are_counted_as_nist_counts_them() -> None:
    assert module.correct_digits(np.array([1.0001]), ["1"]) == pytest.approx(4)
    assert module.correct_digits(np.array([1e-9]), ["0"]) == pytest.approx(9)
