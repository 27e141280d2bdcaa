"""A file is whole or absent: killed writers, folders that cannot be written, files of others."""

import json
import os
import random
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from quesnay.fitting.errors import DataError
from quesnay.models.display import write as folder_module
from quesnay.models.display.table import Table
from quesnay.models.display.write import check_folder, write_bytes, write_folder, write_text

WRITER = """
import sys
from pathlib import Path
from quesnay.models.display.write import write_folder
from quesnay.models.display.write import write_bytes
path = Path(sys.argv[1])
print("ready", flush=True)
while True:
    for letter in (b"A", b"B"):
        write_bytes(path, letter * 3_000_000)
        write_folder(path.parent, {"b.csv": letter * 3_000_000, "c.csv": letter})
"""


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.skipif(os.name == "nt", reason="sends SIGKILL")
def test_a_killed_writer_leaves_whole_files(tmp_path: Path) -> None:
    rng = random.Random(1)
    for attempt in range(6):
        path = tmp_path / str(attempt) / "a.csv"
        path.parent.mkdir()
        write_bytes(path, b"A" * 3_000_000)
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(rng.uniform(0.0, 0.05))
            child.send_signal(signal.SIGKILL)
        for file in (path, path.parent / "b.csv"):
            data = file.read_bytes() if file.exists() else b"A" * 3_000_000
            assert len(data) == 3_000_000
            assert len(set(data)) == 1


def test_a_failed_write_leaves_the_old_file_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_text(tmp_path / "a.txt", "old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DataError, match=r"a\.txt: cannot write here \(No space left on device\)"):
        write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a.txt"]


def test_an_interrupted_write_leaves_the_old_file_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_text(tmp_path / "a.txt", "old")

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(KeyboardInterrupt):
        write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("missing/a.csv", r"a\.csv: cannot write here \(No such file or directory\); make that"),
        ("folder", r"folder: cannot write here \(it is a folder\); choose another"),
        ("file/a.csv", r"a\.csv: cannot write here \(Not a directory\); choose another"),
        ("nul\0.csv", r"nul\\x00\.csv: cannot write here"),
        ("line\nbreak/a.csv", r"line break/a\.csv: cannot write here"),
        ("x" * 300, r"cannot write here \(File name too long\)"),
    ],
)
def test_what_cannot_be_written_is_one_clear_line(tmp_path: Path, place: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    table = Table("t", pd.DataFrame({"a": [1]}))
    for write in (table.to_csv, table.to_html, table.to_latex, table.to_markdown, table.to_excel):
        with pytest.raises(DataError, match=message) as caught:
            write(tmp_path / place)
        assert "\n" not in str(caught.value)
    assert names(tmp_path) == ["file", "folder"]


def test_a_read_only_file_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_text(tmp_path / "a.txt", "old")
    path.chmod(0o444)
    monkeypatch.setattr(os, "access", lambda *_: False)  # the administrator may write anything
    with pytest.raises(DataError, match=r"cannot write here \(the file there is read-only\)"):
        write_text(path, "new")
    assert path.read_text(encoding="utf-8") == "old"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes in folders here")
def test_a_pipe_is_not_replaced_by_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(DataError, match=r"pipe: cannot write here \(it is a device or pipe"):
        write_text(pipe, "x")
    assert pipe.is_fifo()


def test_permissions_and_links_are_kept(tmp_path: Path) -> None:
    real = write_text(tmp_path / "real.txt", "old")
    real.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(real)
    assert write_text(link, "new") == link
    assert link.is_symlink()
    assert real.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_half_a_character_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="character 1 is half of a surrogate pair"):
        write_text(tmp_path / "a.txt", "a\ud800")
    assert names(tmp_path) == []


def test_a_new_folder_appears_whole(tmp_path: Path) -> None:
    out = write_folder(tmp_path / "out", {"a.csv": "1", "plots/b.png": b"2"})
    assert names(out) == ["a.csv", "manifest.json", "plots", "plots/b.png"]
    assert names(tmp_path) == ["out", *(f"out/{name}" for name in names(out))]


def test_a_file_may_stand_several_folders_deep(tmp_path: Path) -> None:
    out = write_folder(tmp_path / "out", {"plots/print/a.pdf": b"1", "plots/print/b.pdf": b"2"})
    assert (out / "plots" / "print" / "b.pdf").read_bytes() == b"2"
    (out / "plots" / "print" / "a.pdf").unlink()  # by the user
    write_folder(out, {"plots/print/b.pdf": b"3", "more/print/c.pdf": b"4"})
    assert (out / "plots" / "print" / "b.pdf").read_bytes() == b"3"
    assert (out / "more" / "print" / "c.pdf").read_bytes() == b"4"


def test_files_of_others_survive_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "plots").mkdir()
    mine = write_text(tmp_path / "plots" / "mine.txt", "mine")
    write_text(tmp_path / "a.csv", "old")
    write_folder(tmp_path, {"a.csv": "new", "plots/b.png": b"2"})
    assert mine.read_text(encoding="utf-8") == "mine"
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "new"
    assert names(tmp_path) == [
        "a.csv", "manifest.json", "plots", "plots/b.png", "plots/mine.txt",
    ]  # fmt: skip


def test_a_folder_that_cannot_be_completed_is_as_before(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    write_text(out / "a.csv", "old")
    (out / "c.csv").mkdir()
    with pytest.raises(DataError, match=r"out: cannot write here \(c\.csv is a folder there\)"):
        write_folder(out, {"a.csv": "new", "b.csv": "new", "c.csv": "new"})
    assert (out / "a.csv").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["out", "out/a.csv", "out/c.csv"]


@pytest.mark.parametrize("last", [(folder_module, "_keep"), (Path, "replace")])
def test_an_interrupted_placing_is_taken_back(
    last: tuple[Any, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_text(tmp_path / "a.csv", "old")
    step = getattr(*last)

    def stop(one: Path, other: Path) -> None:
        if tmp_path / "b.csv" in {one, other}:
            raise KeyboardInterrupt
        step(one, other)

    monkeypatch.setattr(*last, stop)
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path, {"a.csv": "new", "b.csv": "new"})
    assert (tmp_path / "a.csv").read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a.csv"]


@pytest.mark.parametrize(
    "name", ["../a.csv", "/a.csv", "A.csv", "a b.csv", ".a.csv", "a", "", "a/../b.csv", "a\n.csv"]
)
def test_names_stay_inside_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match="is not allowed: use lower-case letters, digits"):
        write_folder(tmp_path / "out", {name: "x"})
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("missing/out", r"out: cannot write here \(No such file or directory\); make that folder"),
        ("file", r"file: cannot write here \(a file of that name is there\)"),
        ("file/out", r"out: cannot write here \(Not a directory\)"),
        ("nul\0", r"cannot write here"),
    ],
)
def test_a_folder_that_cannot_be_made_is_one_clear_line(
    tmp_path: Path, place: str, message: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=message):
        write_folder(tmp_path / place, {"a.csv": "x"})
    with pytest.raises(DataError, match=message):
        check_folder(tmp_path / place)
    assert names(tmp_path) == ["file"]


def test_a_folder_is_checked_without_being_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_folder(tmp_path / "out")
    check_folder(tmp_path)
    assert names(tmp_path) == []
    monkeypatch.setattr(os, "access", lambda *_: False)  # the administrator may write anything
    with pytest.raises(DataError, match=r"cannot write here \(the folder is read-only\)"):
        check_folder(tmp_path)


def test_what_dead_processes_left_is_swept_and_nothing_of_the_living(tmp_path: Path) -> None:
    folder, dead = tmp_path / "run [1]", 2**22 + 1  # beyond the largest number of a process
    left = tmp_path / f".run [1].{dead}-abcdefgh"
    living = tmp_path / f".run [1].{os.getpid()}-abcdefgh"
    others = tmp_path / ".run [1].backup-abcdefgh"
    for place in (left, living, others):
        place.mkdir()
    write_folder(folder, {"a.csv": "1"})
    assert not left.exists()
    assert living.is_dir()
    assert others.is_dir()


def test_a_folder_that_cannot_be_looked_at_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="cannot write here"):
        write_folder(tmp_path / "file" / "below", {"a.csv": "1"})
    with pytest.raises(DataError, match="cannot write here"):
        write_folder(tmp_path / ("n" * 5000), {"a.csv": "1"})


@pytest.mark.parametrize(
    "name", ["../mine.csv", "plots/../../mine.csv", "/mine.csv", "MINE.csv", "mine.csv/"]
)
def test_a_manifest_that_names_files_elsewhere_removes_nothing(name: str, tmp_path: Path) -> None:
    mine = write_text(tmp_path / "mine.csv", "mine")
    out = write_folder(tmp_path / "out", {"a.csv": "1", "b.csv": "2"})
    own = write_text(out / "MINE.csv", "mine")
    listed = json.loads((out / "manifest.json").read_text("utf-8"))
    listed["sha256"][name.replace("/mine", f"{tmp_path}/mine") if name[0] == "/" else name] = "0"
    write_text(out / "manifest.json", json.dumps(listed))
    write_folder(out, {"a.csv": "3"})
    assert mine.exists()
    assert own.exists()
    assert names(out) == ["MINE.csv", "a.csv", "manifest.json"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"sha256": ["a.csv"]}', '{"sha256": null}', '{"sha256": 5}']
)
def test_a_manifest_that_is_none_removes_nothing(text: str, tmp_path: Path) -> None:
    out = write_folder(tmp_path / "out", {"a.csv": "1", "b.csv": "2"})
    write_text(out / "manifest.json", text)
    write_folder(out, {"b.csv": "3"})
    assert names(out) == ["a.csv", "b.csv", "manifest.json"]


@pytest.mark.parametrize("name", ["", "  "])
def test_a_folder_without_a_name_is_refused_before_and_after_a_run(name: str) -> None:
    said = "the folder has an empty name; name one, such as out"
    with pytest.raises(DataError, match=said):
        check_folder(name)
    with pytest.raises(DataError, match=said):
        write_folder(name, {"a.txt": b"a"})
