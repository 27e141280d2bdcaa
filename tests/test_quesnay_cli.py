"""The command line: what it prints, what it refuses, and with which status."""

import contextlib
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from quesnay.cli import _parser, main
from quesnay.commands import frame_json
from quesnay.models.display.write import write_folder


def _refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run a command that must fail with one clear line and return the line."""
    assert main(list(words)) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("quesnay: ")
    assert printed.err.count("\n") == 1
    return printed.err


def test_reproduce_prints_account_and_verdicts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "--draws", "50"]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert max(len(line) for line in printed.out.splitlines()) <= 100
    for word in ("linkage", "elasticity", "calibrated", "T19", "J20", "trillion yuan"):
        assert word in printed.out


@pytest.fixture
def shares(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the bar of a command is told: which share of its work is done."""
    told: list[float] = []

    @contextlib.contextmanager
    def progress(_: object) -> Iterator[Callable[[str, float], None]]:
        yield lambda _, share: told.append(share)

    monkeypatch.setattr("quesnay.commands.progress", progress)
    return told


def test_json_is_one_document_and_nothing_else(
    capsys: pytest.CaptureFixture[str], shares: list[float]
) -> None:
    assert main(["reproduce", "--draws", "50", "--json"]) == 0
    assert shares == sorted(shares)
    assert shares[0] == 0.0 < shares[1] < shares[-1] <= 1.0
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert printed.err == ""
    assert document["draws"] == 50
    rows = {(row["run"], row["id"]): row for row in document["verdicts"]}
    assert rows[("calibrated", "T18")]["role"] == "calibration"
    assert rows[("calibrated", "T18")]["agrees"] is None
    assert len(document["made_table_2019"]) > 0
    assert document["findings"][0].startswith("Level: ")
    assert {row["run"]: row["judged"] for row in document["score"]}["calibrated"] == 4
    totals = {row["year"]: row["total"] for row in document["reconciled"]}
    assert 0.9 < totals[2019] < 2.13
    assert {row["estimate"] for row in document["reconciled_adjustments"]} >= {"gdp", "core"}


def test_numbers_of_json_have_ten_significant_digits() -> None:
    (row,) = frame_json(pd.DataFrame({"pi": [np.pi], "far": [-123456.78901234]}, index=["a"]))
    assert (row["pi"], row["far"]) == (3.141592654, -123456.789)


@pytest.mark.slow
def test_out_holds_tables_plots_and_a_small_report_and_the_same_seed_gives_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("a", "b"):
        assert main(["reproduce", "--draws", "50", "--out", str(tmp_path / name)]) == 0
    names = {path.name for path in (tmp_path / "a").iterdir()}
    assert {"account.csv", "verdicts.csv", "tables.xlsx", "report.html", "account.png"} <= names
    assert {"penetration.png", "elasticities.png", "reconciled.csv", "made_table_2019.csv"} <= names
    for name in names:
        same = (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
        assert same, name
    calamine = pytest.importorskip("python_calamine", reason="reads the workbook back")
    sheets = calamine.CalamineWorkbook.from_path(str(tmp_path / "a" / "tables.xlsx")).sheet_names
    assert any(name.startswith("Reconciled account") for name in sheets)
    assert "Made table 2019" in sheets
    assert (tmp_path / "a" / "report.html").stat().st_size < 500_000
    rows = pd.read_csv(tmp_path / "a" / "specifications.csv", comment="#")
    assert len(rows) >= 500
    page = (tmp_path / "a" / "report.html").read_text("utf-8")
    assert '<section id="curve"' in page
    below = (rows.loc[rows["run"] == "elasticity", "estimate"] < 2.125).mean()
    assert f"elasticity {100 * below:.0f} % below and" in " ".join(page.split())
    assert not re.search("[\u4e00-\u9fff]", page.split("</style>")[1])
    capsys.readouterr()


def test_bad_arguments_are_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "draws" in _refused(capsys, "reproduce", "--draws", "0")
    assert "unknown study" in _refused(capsys, "run", "no_such_study")
    assert "cannot read" in _refused(capsys, "run", str(tmp_path / "none.toml"))
    missing = tmp_path / "no" / "where"
    assert "make that folder" in _refused(capsys, "reproduce", "--out", str(missing))
    file = tmp_path / "file"
    file.write_text("mine")
    assert "a file of that name" in _refused(capsys, "reproduce", "--out", str(file))
    assert file.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file"]


def test_wrong_usage_is_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "--no-such-option"]) == 2
    assert main([]) == main(["table"]) == 2
    assert main(["table", "explode", "x.csv"]) == 2
    capsys.readouterr()


@pytest.mark.parametrize("words", [["reproduce"], ["run", "caict_2020"]])
def test_a_run_without_options_is_of_2000_draws_in_one_process_with_its_curve(
    words: list[str],
) -> None:
    assert vars(_parser().parse_args(words)) == {
        "handler": "reproduce", "study": "caict_2020", "draws": 2000, "seed": 0, "jobs": 1,
        "out": None, "checkpoint": None, "curve": True, "word": False, "lang": "en", "dask": None,
        "json": False,
    }  # fmt: skip
    assert not _parser().parse_args([*words, "--no-curve"]).curve


def test_init_writes_a_study_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = tmp_path / "of" / "mine" / "study.toml"
    assert main(["init", str(study.parent)]) == 0
    assert main(["init", str(tmp_path / "of")]) == 0  # a folder may be there, but no such file
    assert main(["run", str(study), "--draws", "20"]) == 0
    capsys.readouterr()
    assert "a file of that name" in _refused(capsys, "init", str(study.parent))


def test_datasets_are_listed_shown_and_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["datasets"]) == 0
    assert "china_provinces" in capsys.readouterr().out
    target = tmp_path / "copy.csv"
    assert main(["datasets", "us_klems", "--export", str(target)]) == 0
    assert target.stat().st_size > 10_000
    capsys.readouterr()
    assert "did you mean" in _refused(capsys, "datasets", "us_klem")
    for name, rows in (("us_klems", 29), ("io_chn_2018_42_separate", 50)):
        assert main(["datasets", name]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert max(map(len, lines)) <= 100
        assert len(lines) < rows + 25  # each column once, none continued below
    assert main(["datasets", "provinces_chn"]) == 0
    assert {"Hubei", "Zhejiang"} <= set(capsys.readouterr().out.split())  # row by row
    assert main(["datasets", "china_gdp", "--json"]) == 0  # so in JSON, however wide
    rows_of_json = json.loads(capsys.readouterr().out)
    assert [row["year"] for row in rows_of_json] == list(range(2000, 2023))
    assert main(["datasets", "sectors_chn_42", "--json"]) == 0
    assert "农" in capsys.readouterr().out  # as it is written, no escapes
    assert main(["datasets", "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), list)


def test_an_interruption_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("quesnay.diagnostics.reproduction.runs.prepare", stopped)
    assert main(["reproduce", "--draws", "2"]) == 130
    assert capsys.readouterr().err == "quesnay: interrupted\n"


def test_a_foreign_error_is_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise TypeError("\x1b[31mred\x1b[0m " * 100)

    monkeypatch.setattr("quesnay.diagnostics.reproduction.runs.prepare", broken)
    line = _refused(capsys, "reproduce", "--draws", "2")
    assert "internal fault (TypeError" in line
    assert "\x1b" not in line
    assert len(line) < 1000
    monkeypatch.setenv("QUESNAY_DEBUG", "1")
    with pytest.raises(TypeError):
        main(["reproduce", "--draws", "2"])


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_one_line() -> None:
    command = [sys.executable, "-m", "quesnay", "datasets"]
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("quesnay: cannot write the output")
    assert done.stderr.count("\n") == 1


def test_a_data_set_that_is_none_is_told_in_the_words_of_the_shell(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["datasets", "zz"]) == 1
    said = capsys.readouterr().err
    assert said == "quesnay: no embedded data set 'zz': 'quesnay datasets' lists them\n"


def test_closed_streams_are_no_fault(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", None)  # as Python leaves it after >&-
        assert main(["datasets"]) == 0
        assert main(["table", "check", "nowhere.csv"]) == 1
    assert "internal" not in capsys.readouterr().err
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stderr", None)
        assert main(["datasets", "none"]) == 1
    assert capsys.readouterr() == ("", "")


def test_a_terminal_without_the_signs_shows_question_marks() -> None:
    command = [sys.executable, "-m", "quesnay", "datasets", "sectors_chn_42"]
    done = subprocess.run(
        command, capture_output=True, check=False, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert done.returncode == 0
    assert done.stderr == b""


def test_a_folder_never_mixes_two_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    write_folder(out, {"reconciled.csv": "old", "account.csv": "old"})
    (out / "mine.txt").write_text("mine")
    left = out / ".out.999999999-abc"
    left.mkdir()
    write_folder(out, {"account.csv": "new"})
    assert sorted(path.name for path in out.iterdir()) == [
        "account.csv",
        "manifest.json",
        "mine.txt",
    ]
    listed = json.loads((out / "manifest.json").read_text())["sha256"]
    assert listed == {"account.csv": hashlib.sha256(b"new").hexdigest()}
    assert "empty name" in _refused(capsys, "reproduce", "--draws", "2", "--out", "")


def test_a_figure_is_explained_run_by_run(
    capsys: pytest.CaptureFixture[str], shares: list[float]
) -> None:
    assert main(["explain", "T19", "--draws", "50"]) == 0
    assert shares == sorted(shares)
    assert shares[0] == 0.0 < shares[1] < shares[-1] <= 1.0
    shown = capsys.readouterr().out
    for run in ("linkage", "elasticity", "calibrated"):
        assert f"T19, {run} run" in shown
    assert "did you mean" in _refused(capsys, "explain", "T91", "--draws", "50")
    growth = _refused(capsys, "explain", "S19", "--study", "us_digital_economy")
    assert "one equation" in growth
    assert "unknown run" in _refused(capsys, "explain", "T19", "--run", "linked", "--draws", "50")


def test_an_unknown_figure_is_refused_before_anything_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object, **__: object) -> None:
        raise AssertionError("the study ran")

    monkeypatch.setattr("quesnay.diagnostics.reproduction.runs.reproduce", run)
    assert "known: T18" in _refused(capsys, "explain", "NOSUCH")


def test_a_part_that_a_study_does_not_have_is_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], shares: list[float]
) -> None:
    out = tmp_path / "out"
    assert main(["run", "oecd_ict_japan", "--draws", "20", "--out", str(out)]) == 0
    assert shares == sorted(shares)
    assert shares[0] == 0.0 < shares[-1] <= 1.0
    assert capsys.readouterr().err == ""
    written = {path.name: path for path in out.glob("*.csv")}
    assert not {"elasticities.csv", "variance.csv", "specifications.csv"} & set(written)
    for path in written.values():
        assert len(pd.read_csv(path, comment="#").columns) > 1, path.name


@pytest.mark.skipif(os.name == "nt", reason="closes a pipe of POSIX")
def test_a_reader_that_went_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [sys.executable, "-m", "quesnay", "datasets"],
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (run.returncode, run.stderr) == (0, b"")
