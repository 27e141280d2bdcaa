"""What the command line does for a person at a terminal: width, emphasis, progress, completion."""

import io
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import cast

import pytest

from quesnay.__main__ import _interrupted
from quesnay.cli import main
from quesnay.terminal import emphasised, progress, red, terminal_width

pty = pytest.importorskip("pty", reason="needs a terminal of Unix")


def on_terminal(*words: str, columns: int = 60, **settings: str) -> str:
    """Run the command line on a terminal and return what is printed there."""
    parts: list[bytes] = []

    def read(descriptor: int) -> bytes:
        data = os.read(descriptor, 4096)
        parts.append(data)
        return data

    before = dict(os.environ)
    os.environ.update({"COLUMNS": str(columns), "TERM": "xterm", **settings})
    quiet = os.open(os.devnull, os.O_WRONLY)
    kept = os.dup(1)
    try:
        os.dup2(quiet, 1)
        pty.spawn([sys.executable, "-m", "quesnay", *words], read)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(quiet)
        os.environ.clear()
        os.environ.update(before)
    return b"".join(parts).decode()


def test_tables_fit_the_terminal_and_their_titles_are_bold() -> None:
    shown = on_terminal("datasets")
    assert shown.startswith("\x1b[1mEmbedded data")
    plain = shown.replace("\x1b[1m", "").replace("\x1b[0m", "")
    assert max(map(len, plain.splitlines())) <= 60


def test_no_colour_where_it_is_not_wanted() -> None:
    assert "\x1b" not in on_terminal("datasets", NO_COLOR="1")
    assert "\x1b" not in on_terminal("datasets", TERM="dumb")


def test_an_error_is_red_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b[31mquesnay:\x1b[0m" in on_terminal("run", "no_such_study")
    assert main(["run", "no_such_study"]) == 1
    assert "\x1b" not in capsys.readouterr().err


def test_a_file_gets_a_fixed_width_and_no_colour(capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal_width() == 100
    assert emphasised("Title\na\n---\n1") == "Title\na\n---\n1"
    with progress() as step:
        step("estimating", 0.5)
    assert capsys.readouterr().err == ""


def interrupted(*words: str, after: float, all_of_it: bool = False) -> tuple[int, str]:
    """Interrupt the command line after some seconds; its status and what it said of errors."""
    running = subprocess.Popen(
        [sys.executable, "-m", "quesnay", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    time.sleep(after)
    (os.killpg if all_of_it else os.kill)(running.pid, signal.SIGINT)
    _, said = running.communicate(timeout=60)
    return running.returncode, said


LINE = (130, "quesnay: interrupted\n")


def test_an_interruption_ends_with_130_and_one_line() -> None:
    assert interrupted("reproduce", "--draws", "200000", after=3) == LINE


@pytest.mark.slow
def test_an_interruption_reaches_the_worker_processes_without_a_word() -> None:
    words = ["reproduce", "--draws", "200000", "--jobs", "2"]
    assert interrupted(*words, after=6, all_of_it=True) == LINE


IMPORTING = """
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == sys.argv[1]:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
from quesnay.__main__ import start
sys.argv[1:] = ["datasets"]
sys.exit(start())
"""


@pytest.mark.parametrize("module", ["argparse", "quesnay.cli", "numpy", "pandas._libs.lib"])
def test_an_interruption_while_modules_load_is_one_line(module: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING.replace("sys.argv[1]", repr(module))],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == LINE


def test_ctrl_c_ends_at_once_while_a_module_loads_and_else_raises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[object] = []
    monkeypatch.setattr(os, "write", lambda stream, line: done.append((stream, line)))
    monkeypatch.setattr(os, "_exit", done.append)
    own = SimpleNamespace(f_globals={"__name__": "quesnay.cli"}, f_back=None)
    with pytest.raises(KeyboardInterrupt):
        _interrupted(signal.SIGINT, cast(FrameType, own))
    assert done == []
    loader = SimpleNamespace(f_globals={"__name__": "importlib._bootstrap"}, f_back=None)
    above = SimpleNamespace(f_globals={"__name__": "numpy"}, f_back=loader)
    with pytest.raises(KeyboardInterrupt):  # only because the end of the process is held back
        _interrupted(signal.SIGINT, cast(FrameType, above))
    assert done == [(2, b"quesnay: interrupted\n"), 130]


def test_an_interruption_that_is_ignored_stays_ignored() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTING.replace("sys.argv[1]", "'numpy'")],
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "china_gdp" in done.stdout


def completed(script: Path, *words: str) -> list[str]:
    line = " ".join(f"'{word}'" for word in words)
    code = f"source {script}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _quesnay"
    done = subprocess.run(
        ["bash", "-c", f'{code}; echo "${{COMPREPLY[@]}}"'],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.split()


@pytest.mark.skipif(shutil.which("bash") is None, reason="no bash on this machine")
def test_bash_completes_commands_actions_and_options(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "quesnay"
    script.write_text(capsys.readouterr().out)
    assert completed(script, "quesnay", "re") == ["reproduce"]
    assert completed(script, "quesnay", "table", "ex") == ["extract"]
    assert completed(script, "quesnay", "table", "extract", "--se") == ["--sector"]
    assert completed(script, "quesnay", "reproduce", "--dr") == ["--draws"]
    assert completed(script, "quesnay", "completion", "f") == ["fish"]


SPOKEN = [("rep", "reproduce"), ("table ex", "extract"), ("reproduce --dr", "--draws")]


@pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")
@pytest.mark.parametrize(("typed", "full"), SPOKEN)
def test_fish_completes(
    typed: str, full: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", "fish"]) == 0
    script = tmp_path / "quesnay.fish"
    script.write_text(capsys.readouterr().out)
    asked = ["fish", "--no-config", "-c", f"source {script}; complete -C 'quesnay {typed}'"]
    settings = {**os.environ, "HOME": str(tmp_path)}
    said = subprocess.run(
        asked, capture_output=True, text=True, env=settings, cwd=tmp_path, timeout=60
    )
    assert [line.split("\t")[0] for line in said.stdout.splitlines()] == [full]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
@pytest.mark.parametrize(("typed", "full"), SPOKEN)
def test_zsh_completes(
    typed: str, full: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["completion", "zsh"]) == 0
    script = tmp_path / "_quesnay"
    script.write_text(capsys.readouterr().out)
    child, descriptor = pty.fork()
    if child == 0:
        os.execvpe("zsh", ["zsh", "-f", "-i"], {**os.environ, "TERM": "dumb", "PS1": ""})
    start = f"autoload -U compinit; compinit -u -D; source {script}; print re''ady\n"
    os.write(descriptor, start.encode())
    _wait_for(descriptor, "ready")
    os.write(descriptor, f"quesnay {typed}\t".encode())
    said = _wait_for(descriptor, full)
    os.write(descriptor, b"\x15exit\n")
    os.waitpid(child, 0)
    os.close(descriptor)
    assert full in said


def _wait_for(descriptor: int, word: str, *, seconds: float = 30.0) -> str:
    """Read what a terminal shows until a word stands there."""
    said, end = "", time.monotonic() + seconds
    while word not in said and (left := end - time.monotonic()) > 0:
        if select.select([descriptor], [], [], left)[0]:
            said += os.read(descriptor, 4096).decode(errors="replace")
    return said


def test_zsh_and_fish_get_the_same_words(capsys: pytest.CaptureFixture[str]) -> None:
    for shell in ("zsh", "fish"):
        assert main(["completion", shell]) == 0
        script = capsys.readouterr().out
        for word in ("reproduce", "extract", "draws", "sector"):
            assert word in script
    assert main(["completion", "tcsh"]) == 2
    capsys.readouterr()


class Watched(io.StringIO):
    """A stream that somebody watches."""

    def isatty(self) -> bool:
        return True


def test_a_watched_stream_gets_width_emphasis_and_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Watched())
    monkeypatch.setattr(sys, "stderr", Watched())
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    assert terminal_width() == 40
    text = emphasised("Title\n-----\n1\n\nA sentence\nof two lines.")
    assert text == "\x1b[1mTitle\x1b[0m\n-----\n1\n\nA sentence\nof two lines."
    assert red("no") == "\x1b[31mno\x1b[0m"
    with progress() as step:
        step("draws", 0.5)
    assert cast("Watched", sys.stderr).getvalue() == ""  # shown from two seconds on
    bar = SimpleNamespace(n=0.0, set_description_str=lambda *_, **__: None)
    bar.update = lambda more: setattr(bar, "n", bar.n + more)
    monkeypatch.setattr("tqdm.tqdm", lambda **_: nullcontext(bar))
    with progress() as step:
        for share in (0.25, 0.5, 0.75):
            step("draws", share)
            assert bar.n == share
    monkeypatch.setattr(sys, "stdout", object())
    assert terminal_width() == 100
