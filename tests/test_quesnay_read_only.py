"""Folders and files that may be read only: each write is refused in one line that names them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

if not hasattr(os, "geteuid"):
    pytest.skip("needs the rights of Unix", allow_module_level=True)
# root may write anywhere, unless it gives that right up
ONLY_READING = ["setpriv", "--bounding-set=-dac_override"] if os.geteuid() == 0 else []
if ONLY_READING and shutil.which("setpriv") is None:
    pytest.skip("root without setpriv may write anywhere", allow_module_level=True)

WRITES = [
    (
        "reproduce --draws 5 --out {}",
        "{}: cannot write here (the folder is read-only); choose",
    ),
    ("reproduce --draws 5 --out {}/new", "{}/new: cannot write here (Permission denied); choose"),
    ("reproduce --draws 5 --checkpoint {}/new", "{}/new: cannot keep checkpoints here (Permission"),
    ("init {}", "{}/study.toml: cannot write here (Permission denied); choose another"),
    ("init {}/new", "{}/new: cannot make this folder (Permission denied); choose another"),
    ("datasets china_gdp --export {}/x.csv", "{}/x.csv: cannot write here (Permission denied)"),
    ("datasets china_gdp --export {}/old.csv", "{}/old.csv: cannot write here (the file there is"),
    (
        "table template {}/t.xlsx",
        "{}/t.xlsx: cannot write here (Permission denied); choose",
    ),
    (
        "download figaro_2024 --year 2019 --folder {}",
        "cannot be read or written (Permission",
    ),
    ("download figaro_2024 --year 2019", "{}/.cache/quesnay/matrix_eu-ic-io_ind-by-ind_24ed_2019"),
]


def test_a_write_that_is_not_allowed_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("pooch", reason='needs pip install "quesnay[download]"')
    place = tmp_path / "read_only"
    place.mkdir()
    (place / "old.csv").touch(mode=0o444)
    place.chmod(0o555)
    code = "import sys; from quesnay.cli import main\nfor a in sys.argv[1:]: main(a.split())"
    done = subprocess.run(
        [*ONLY_READING, sys.executable, "-c", code, *(words.format(place) for words, _ in WRITES)],
        capture_output=True, text=True, check=True, timeout=120,
        env={k: v for k, v in os.environ.items() if k != "XDG_CACHE_HOME"} | {"HOME": str(place)},
    )  # fmt: skip
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    for line, (_, said) in zip(lines, WRITES, strict=True):
        assert said.format(place) in line
    assert sorted(p.name for p in place.iterdir()) == ["old.csv"]


def test_a_run_needs_no_folder_that_it_may_write(tmp_path: Path) -> None:
    place = tmp_path / "read_only"
    place.mkdir(mode=0o555)
    code = "import sys; from quesnay.cli import main; sys.exit(main(['selftest']))"
    found = os.pathsep.join(map(os.path.abspath, sys.path))
    done = subprocess.run(
        [*ONLY_READING, sys.executable, "-c", code],
        capture_output=True, text=True, check=True, timeout=120, cwd=place,
        env={**os.environ, "HOME": str(place), "PYTHONPATH": found},
    )  # fmt: skip
    assert "digits" in done.stdout
