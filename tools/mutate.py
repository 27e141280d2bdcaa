"""Do the tests notice a fault? ``python -m tools.mutate --sample 300 --seed 0``.

A random sample of lines of ``fitting/``, ``models/``, ``datasets/`` and ``diagnostics/`` gets one
fault each (`tools.mutants`) in a copy of the checkout, never in the checkout itself, and the tests
that reach the line run against it until one fails: those of like names, the quickest, whole files
(new tests and quick ones first), the files that share a result with them, the malformed inputs of
the corpus, last the frozen output (`tools.golden`). Which test reaches which line is measured first
(`tools.reach`; as long as the fast suite takes) and kept for the next call with ``--map FILE``;
lines that moved since are found by their text, and lines without a test take those of their
neighbours. ``--only models/growth`` draws from files whose paths begin so.

A worker collects all tests once. A fault in a function is put into a fork of it, in place of the
function's code; one in what runs at import is tried in a process that imports everything anew. A
test kills only if it passes without the fault. Results are a csv, a row a fault: ``killed`` and by
which test, ``frozen`` (only the frozen output differs), ``survived`` or ``not reached``. A fault
that makes a test take a minute longer, or crash, is killed.

``--sabotage`` runs the central faults of `tools.sabotages`: the tests must kill each.
"""

import argparse
import ast
import csv
import difflib
import functools
import gc
import importlib
import inspect
import json
import mmap
import multiprocessing
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any, NoReturn

import coverage
import pytest

from tools.mutants import Mutant, list_mutants
from tools.sabotages import SABOTAGES

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("fitting", "models", "datasets", "diagnostics")
FROZEN = "tests/test_quesnay_golden.py"
ASIDE = (FROZEN, "tests/test_house.py", "tests/test_readme.py")  # they look at text, or at all
SHARED = "tests/founding_case.py"  # computed for one test, read by those of many files
SIGNED = "tests/test_docs_names.py::test_defaults"  # looks at every signature, and runs none
CORPUS = "tests/test_quesnay_corpus.py"  # thousands of malformed inputs, each kind one test
NEAR, QUICK, WIDE = 15.0, 12.0, 20.0  # seconds of tests: of like names, that reach the line, files
SHARING = 60.0  # that share a result with them, whose lines only the first of them is seen to reach
UNKNOWN = 0.2  # seconds of a test written since
CPU, WALL = 60, 900  # seconds that a test may take longer than without the fault; all its tests
MEMORY = 8 << 30  # bytes
PLAIN = ("-x", "-q", "-p", "no:cacheprovider", "-n", "0", "-m", "not slow", "--no-header")
LIBRARIES = ("matplotlib.pyplot", "pandas", "scipy.optimize", "scipy.stats", "statsmodels.api")
COLUMNS = ("file", "line", "fault", "before", "after", "result", "test", "seconds")
STOPPED = " (does not end in time, or crashes)"
IMPORT = " (import)"
KEEPER = type(functools.cache(int))


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of one file."""

    file: str
    mutant: Mutant


@dataclass(frozen=True, slots=True)
class Reach:
    """Which tests, and which files' fixtures, run a line; how long each test takes."""

    tests: dict[tuple[str, int], list[str]]
    seconds: dict[str, float]

    def of(self, file: str, line: int) -> list[str]:
        """Return the tests and files that reach a line, nothing of those set aside.

        A line that runs at import only, such as a constant, is reached by what uses its module.
        """
        names = self.tests.get((file, line), [])
        if names == [""]:
            users = Counter(n for (own, _), some in self.tests.items() if own == file for n in some)
            names = [name for name, _ in users.most_common()]
        return [name for name in names if name and not _aside(name)]

    def at_import(self, file: str, line: int) -> bool:
        """Return whether a line also runs before any test does."""
        return "" in self.tests.get((file, line), [""])


def _aside(name: str) -> bool:
    return _file(name) in ASIDE


def _file(name: str) -> str:
    return name.split("::", maxsplit=1)[0]


def copy_checkout(target: Path) -> None:
    """Copy what belongs to the checkout, links as links, with byte code that knows its source."""
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    for name in filter(None, names.split("\0")):
        if not os.path.lexists(ROOT / name):
            continue  # deleted and not yet committed
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name, follow_symlinks=False)
    checked = ["-m", "compileall", "-q", "--invalidation-mode", "checked-hash"]
    subprocess.run([sys.executable, *checked, *FOLDERS, "quesnay"], cwd=target, check=True)
    collect = ["-m", "pytest", "-q", "--collect-only", "tests"]  # keeps its byte code of the tests
    environment = {**os.environ, "PYTHONPATH": str(target)}
    said = subprocess.run(
        [sys.executable, *collect], cwd=target, env=environment, check=False, capture_output=True
    )
    if said.returncode:
        raise SystemExit(said.stdout.decode()[-2000:])


def measure_reach(copy: Path, data: Path, processes: int) -> None:
    """Run the fast suite once, and combine what its processes measured into one file."""
    with tempfile.TemporaryDirectory(prefix="quesnay-reach.") as parts:
        command = ["pytest", "-q", "-p", "tools.reach", "-m", "not slow", "-n", str(processes)]
        subprocess.run(
            [sys.executable, "-m", *command],
            cwd=copy,
            env={**os.environ, "REACH_DATA": f"{parts}/map", "PYTHONPATH": str(copy)},
            check=False,
            stdout=subprocess.DEVNULL,
        )
        join_reach(Path(parts), copy, data)


def join_reach(parts: Path, copy: Path, data: Path) -> None:
    """Turn the files of the plug-in into one JSON.

    Seconds by test; tests by file and line, as places among the names; the sources as measured.
    """
    seconds: dict[str, float] = {}
    places: dict[str, int] = {}
    tests: dict[str, dict[str, list[int]]] = {}
    for path in parts.glob("*.json"):
        seconds |= json.loads(path.read_text("utf-8"))
    for path in parts.iterdir():
        if path.suffix == ".json":
            continue
        measured = coverage.CoverageData(str(path))
        measured.read()
        for file in measured.measured_files():
            if "tests" in Path(file).parts:
                continue
            lines = tests.setdefault(_relative(file), {})
            for line, contexts in measured.contexts_by_lineno(file).items():
                known = [places.setdefault(name, len(places)) for name in contexts]
                lines[str(line)] = sorted({*lines.get(str(line), []), *known})
    sources = {file: (copy / file).read_text("utf-8") for file in tests}
    found = {"seconds": seconds, "names": list(places), "tests": tests, "sources": sources}
    data.write_text(json.dumps(found), encoding="utf-8")


def _relative(file: str) -> str:
    """Return a file's path inside the checkout, whose copy lies anywhere."""
    parts = Path(file).parts
    return "/".join(parts[max(parts.index(f) for f in (*FOLDERS, "quesnay") if f in parts) :])


def read_reach(data: Path, copy: Path) -> Reach:
    """Read what `join_reach` wrote, each line where it stands in the copy now."""
    found = json.loads(data.read_text("utf-8"))
    names = found["names"]
    tests = {}
    for file, lines in found["tests"].items():
        if not file.endswith(".py") or not (copy / file).exists():
            continue
        text = (copy / file).read_text("utf-8")
        starts = _starts(text)
        for line, olds in _moved(found["sources"][file], text).items():
            if line not in starts:
                tests[file, line] = [""]
                continue
            some = {place for old in olds for place in lines.get(str(old), [])}
            if some:
                tests[file, line] = sorted(names[place] for place in some)
        for line, start in starts.items():
            if (file, line) not in tests and (file, start) in tests:
                tests[file, line] = tests[file, start]
    return Reach(tests, found["seconds"])


def _starts(text: str) -> dict[int, int]:
    """Return, for each line inside a function, where its statement starts; others run at import.

    Which test imports a module first is chance, and constants are not measured line by line.
    """
    found: dict[int, int] = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for part in (part for statement in node.body for part in ast.walk(statement)):
                if isinstance(part, ast.stmt):
                    for line in range(part.lineno, (part.end_lineno or part.lineno) + 1):
                        found[line] = max(found.get(line, 0), part.lineno)
    return found


def _moved(before: str, after: str) -> dict[int, list[int]]:
    """Return, for each line of a text, the lines it was before, or those around its place."""
    old, new = before.splitlines(), after.splitlines()
    if old == new:
        return {line: [line] for line in range(1, len(new) + 1)}
    found: dict[int, list[int]] = {}
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    for kind, i, until, j, end in steps:
        for line in range(j, end):
            around = range(max(i, 1), until + 2)
            found[line + 1] = [i + line - j + 1] if kind == "equal" else list(around)
    return found


def sample_faults(copy: Path, count: int, seed: int, only: Sequence[str] = ("",)) -> list[Fault]:
    """Draw lines that could hold a fault, all as likely, and one fault for each.

    `only`: what a file's path inside the checkout begins with, one of several.
    """
    draw = random.Random(seed)
    lines: dict[tuple[str, int], list[Mutant]] = {}
    for file in sorted(path for folder in FOLDERS for path in (copy / folder).rglob("*.py")):
        name = file.relative_to(copy).as_posix()
        if not name.startswith(tuple(only)):
            continue
        for mutant in list_mutants(file.read_bytes()):
            lines.setdefault((name, mutant.line), []).append(mutant)
    chosen = draw.sample(sorted(lines), min(count, len(lines)))
    return [Fault(file, draw.choice(lines[file, line])) for file, line in chosen]


def sabotages(copy: Path) -> list[Fault]:
    """Return the listed faults of central formulas; each stands once in its file."""
    found = []
    for name, (file, before, after) in SABOTAGES.items():
        data = (copy / file).read_bytes()
        if data.count(before.encode()) != 1:
            raise SystemExit(f"sabotage {name!r}: {before!r} does not stand once in {file}")
        start = data.index(before.encode())
        line = data[:start].count(b"\n") + 1
        mutant = Mutant(line, name, start, start + len(before.encode()), after)
        found.append(Fault(file, mutant))
    return found


def plan_tests(reach: Reach, fault: Fault, files: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Return what to run, one stage after the other, each test once; `files` are the tests."""
    reaching = reach.of(fault.file, fault.mutant.line)
    quick = sorted(
        (name for name in reaching if "::" in name),
        key=lambda name: reach.seconds.get(name, UNKNOWN),
    )
    words = set(_words(fault.file))
    near = sorted(quick, key=lambda name: -len(words & set(_words(name))))
    hostile = [name for name in quick if _file(name) == CORPUS]
    whole = [file for file, _ in Counter(map(_file, reaching)).most_common()]
    whole.sort(key=lambda name: -len(words & set(_words(name))))
    alike = [file for file in files if len(words & set(_words(file))) > 1]  # may reach it since
    wide = [name for file in dict.fromkeys(whole + alike) for name in files.get(file, ())]
    # what was written since, then the quickest, whose shared result another test has computed
    wide.sort(key=lambda name: reach.seconds.get(name, -1.0))
    sharing = [file for file in files if SHARED in files[file]]
    sharing.sort(key=lambda name: -len(words & set(_words(name))))
    share = [n for file in sharing for n in files[file]] if set(sharing) & set(whole) else []
    budgets = (near, NEAR), (quick, QUICK), (wide, WIDE), (share, SHARING)
    signed = [n for n in files.get(_file(SIGNED), ()) if n.startswith(SIGNED)]
    signed = signed if reach.at_import(fault.file, fault.mutant.line) else []
    stages = [*(_within(*one, reach.seconds) for one in budgets), hostile, signed]
    stages.append(files.get(FROZEN, ()))
    known, kept = {name for some in files.values() for name in some} - {SHARED}, []
    for stage in stages:
        kept.append([name for name in dict.fromkeys(stage) if name in known])
        known -= set(stage)
    return kept


def _words(name: str) -> list[str]:
    return name.split(".py")[0].replace("/", "_").split("_")


def _within(names: Iterable[str], budget: float, seconds: dict[str, float]) -> list[str]:
    """Return names until their seconds are used up, at least one."""
    kept: list[str] = []
    for name in names:
        budget -= seconds.get(name, UNKNOWN) + 0.01
        if budget < 0.0 and kept:
            break
        kept.append(name)
    return kept


class _Watch:
    """A pytest plug-in that notes which test runs, and stops at the first that fails."""

    def __init__(self, note: "mmap.mmap", seconds: Mapping[str, float]) -> None:
        self.note, self.seconds, self.failed = note, seconds, False

    def say(self, result: str, test: str = "") -> None:
        """Write what the parent will read, whatever happens to this process."""
        data = f"{result}\t{test}".encode()[: len(self.note) - 1]
        self.note[: len(data) + 1] = data + b"\n"

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        self.say("running", item.nodeid)
        used = resource.getrusage(resource.RUSAGE_SELF)
        ends = used.ru_utime + used.ru_stime + CPU + 3.0 * self.seconds.get(item.nodeid, 0.0)
        resource.setrlimit(resource.RLIMIT_CPU, (int(ends), resource.RLIM_INFINITY))

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = True
            self.say("killed", report.nodeid)

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.failed:
            self.failed = True
            self.say("killed", report.nodeid + IMPORT)


class _Warm(_Watch):
    """A process that has collected the tests and tries each fault in a fork of itself."""

    def __init__(self, copy: Path, reach: Reach, line: Connection) -> None:
        super().__init__(mmap.mmap(-1, 1 << 12), reach.seconds)
        self.copy, self.reach, self.line = copy, reach, line
        self.items: dict[str, pytest.Item] = {}
        self.files: dict[str, list[str]] = {}
        self.passing: dict[str, bool] = {}  # without a fault
        self.functions: Functions = {}
        self.keepers: list[Any] = []  # functions that keep their results

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> NoReturn:
        """Serve what the worker asks in place of running the tests."""
        if self.failed:
            raise SystemExit("a test cannot be imported")
        for item in session.items:
            self.items[item.nodeid] = item
            self.files.setdefault(_file(item.nodeid), []).append(item.nodeid)
        for file, names in self.files.items():
            if f".{Path(SHARED).stem} import" in (self.copy / file).read_text("utf-8"):
                names.append(SHARED)
        self.functions = _functions(self.copy)
        self.keepers = [thing for thing in gc.get_objects() if isinstance(thing, KEEPER)]
        gc.freeze()
        while True:
            try:
                method, *values = self.line.recv()
            except EOFError:
                os._exit(0)
            self.line.send(getattr(self, method)(*values))

    def judge(self, fault: Fault) -> tuple[str, Any]:
        """Return result and test, or how to find them where it needs a new process."""
        if not self.reach.of(fault.file, fault.mutant.line):
            return "not reached", ""
        stages = plan_tests(self.reach, fault, self.files)
        stages = [[name for name in stage if self.passing.get(name, True)] for stage in stages]
        codes = _codes(self.copy / fault.file, fault.mutant, self.functions)
        if codes is None or self.reach.at_import(fault.file, fault.mutant.line):
            return "cold", stages
        with faulty(self.copy, fault):
            result, test = self.run([name for stage in stages for name in stage], codes)
        return (result, test) if self.passes(test) else self.judge(fault)

    def passes(self, test: str) -> bool:
        """Return whether a test passes without a fault; what failed at import did at the start."""
        name = test.removesuffix(STOPPED)
        if name in self.items and name not in self.passing:
            self.passing[name] = self.run([name], {})[0] == "survived"
        return self.passing.get(name, True)

    def run(self, names: Sequence[str], codes: "Codes") -> tuple[str, str]:
        """Run tests in a fork with other code in some functions."""
        return in_child(lambda: self.run_here(names, codes), self)

    def run_here(self, names: Sequence[str], codes: "Codes") -> None:
        """Run tests until one fails."""
        for function, code in codes.items():
            function.__code__ = code
        for keeper in self.keepers:
            if keeper.__wrapped__ in codes:
                keeper.cache_clear()  # what was computed without the fault
        items = [self.items[name] for name in names]
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                return


Functions = dict[tuple[str, str, int], list[FunctionType]]
Codes = dict[FunctionType, CodeType]


def _functions(copy: Path) -> Functions:
    """Return the living functions of the copy by file, name and first line."""
    gc.unfreeze()
    found: Functions = {}
    for thing in gc.get_objects():
        if isinstance(thing, FunctionType) and thing.__code__.co_filename.startswith(str(copy)):
            code = thing.__code__
            file = os.path.realpath(code.co_filename)
            found.setdefault((file, code.co_qualname, code.co_firstlineno), []).append(thing)
    return found


def _codes(file: Path, mutant: Mutant, functions: Functions) -> Codes | None:
    """Return what changes in living functions, or none where something else does too."""
    text = file.read_bytes()
    try:
        new = list(_pieces(compile(mutant.apply(text), file, "exec", dont_inherit=True)))
    except SyntaxError:
        return None
    old = list(_pieces(compile(text, file, "exec", dont_inherit=True)))
    if [name for name, _ in old] != [name for name, _ in new]:
        return None
    found: Codes = {}
    for (name, before), (_, after) in zip(old, new, strict=True):
        if not isinstance(before, CodeType):
            if before != after:
                return None
        elif _bare(before) != _bare(after):
            living = functions.get((os.path.realpath(file), name, before.co_firstlineno), [])
            if {function.__code__ for function in living} != {before}:
                return None
            if before.co_freevars != after.co_freevars:
                return None
            found |= dict.fromkeys(living, after)
    return found


def _pieces(code: CodeType) -> Iterator[tuple[str, Any]]:
    """Yield functions whole, and of a module and its classes what is no function."""
    rest = [const for const in code.co_consts if not isinstance(const, CodeType)]
    yield code.co_qualname, (code.co_code, code.co_names, repr(rest))
    for const in code.co_consts:
        if isinstance(const, CodeType):
            function = const.co_flags & inspect.CO_NEWLOCALS
            yield from [(const.co_qualname, const)] if function else _pieces(const)


def _bare(code: CodeType) -> CodeType:
    """Return a function's code without the lines it stands on."""
    inner = (_bare(const) if isinstance(const, CodeType) else const for const in code.co_consts)
    return code.replace(co_firstlineno=1, co_linetable=b"", co_consts=tuple(inner))


@contextmanager
def faulty(copy: Path, fault: Fault) -> Iterator[None]:
    """Let the file hold the fault for a while, for processes that the tests start."""
    source = copy / fault.file
    text = source.read_bytes()
    source.write_bytes(fault.mutant.apply(text))
    try:
        yield
    finally:
        source.write_bytes(text)


def in_child(action: Callable[[], None], watch: _Watch) -> tuple[str, str]:
    """Fork, act, wait: what the child noted."""
    watch.say("unclear", "no test was run")
    child = os.fork()
    if child == 0:
        _act(action, watch)
    ends = time.monotonic() + WALL
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > ends:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.01)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what its tests left behind
    result, _, test = watch.note[:].split(b"\n")[0].decode().partition("\t")
    return ("killed", test + STOPPED) if result == "running" else (result, test)


def _act(action: Callable[[], None], watch: _Watch) -> NoReturn:
    """Run tests in silence; never returns."""
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    os.dup2(1, 2)
    try:
        action()
        if not watch.failed:
            watch.say("survived")
    finally:
        os._exit(0)


def run_cold(copy: Path, fault: Fault, stages: Sequence[list[str]], watch: _Watch) -> Any:
    """Try a fault in a process that has imported nothing of the copy yet."""

    def stagewise() -> None:
        enter(copy)
        for names in filter(None, stages):
            for name in [name for name in sys.modules if name.startswith("tests.test_")]:
                del sys.modules[name]  # pytest escapes the cases of one it knows a second time
            status = int(pytest.main([*PLAIN, *names], plugins=[watch]))
            if status not in {0, 5} and not watch.failed:  # 5: all of them are slow
                watch.failed = True
                watch.say("unclear", f"pytest ends with {status}")
            if watch.failed:
                return

    with faulty(copy, fault):
        return in_child(stagewise, watch)


def enter(copy: Path) -> None:
    """Make a process work in the copy: folder, module path, nothing of the checkout loaded."""
    os.chdir(copy)
    os.environ |= {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1", "MPLBACKEND": "Agg"}
    sys.dont_write_bytecode = True
    sys.path[:] = [str(copy), *(p for p in sys.path if p and Path(p).resolve() != ROOT)]
    for name in [n for n in sys.modules if n.split(".")[0] in {"tools", "quesnay", "tests"}]:
        del sys.modules[name]


def run(faults: Sequence[Fault], reach: Reach, out: Path, copy: Path, jobs: int) -> Counter[str]:
    """Judge every fault that has no row yet, write a row as each is known, count all results."""
    known = list(csv.DictReader(out.open(encoding="utf-8", newline=""))) if out.exists() else []
    done = {(row["file"], row["line"], row["fault"]) for row in known}
    open_ = [f for f in faults if (f.file, str(f.mutant.line), f.mutant.kind) not in done]
    for name in LIBRARIES:
        importlib.import_module(name)  # once: each fault starts from a fork of this process
    _shared.update(reach=reach, copy=copy)
    gc.collect()
    gc.freeze()  # a child that looked through the map would copy it
    pool = multiprocessing.get_context("fork").Pool(min(jobs, max(len(open_), 1)), _settle)
    with pool, out.open("a", encoding="utf-8", newline="") as file:
        rows = csv.DictWriter(file, COLUMNS)
        if not known:
            rows.writeheader()
        for row in pool.imap_unordered(_row, open_):
            rows.writerow(row)
            file.flush()
            known.append(row)
    return Counter(row["result"] for row in known)


_shared: dict[str, Any] = {}


def _settle() -> None:
    """Give a worker a copy of its own, with byte code and all, and a warm process on it."""
    own = _shared["copy"].with_name(f"copy-{os.getpid()}")
    shutil.copytree(_shared["copy"], own, symlinks=True)
    here, there = multiprocessing.Pipe()
    if os.fork() == 0:
        here.close()
        os.setpgid(0, 0)
        log = os.open(own.with_name(f"{own.name}.log"), os.O_RDWR | os.O_CREAT)
        os.dup2(log, 1)
        os.dup2(log, 2)
        enter(own)
        temporary = f"--basetemp={own.with_name(own.name + '.tmp')}"
        pytest.main([*PLAIN, temporary], plugins=[_Warm(own, _shared["reach"], there)])
        os._exit(1)
    there.close()
    _shared.update(own=own, line=here)


def _ask(*question: object) -> Any:
    """Ask the warm process."""
    _shared["line"].send(question)
    return _shared["line"].recv()


def judge(fault: Fault) -> tuple[str, str]:
    """Return the result of a fault and the test that kills it."""
    result, test = _ask("judge", fault)
    if result == "cold":
        watch = _Watch(mmap.mmap(-1, 1 << 12), _shared["reach"].seconds)
        result, test = run_cold(_shared["own"], fault, test, watch)
        if not _ask("passes", test):
            return judge(fault)
    return ("frozen" if result == "killed" and _file(test) == FROZEN else result), test


def _row(fault: Fault) -> dict[str, str]:
    """Judge one fault."""
    start, mutant = time.monotonic(), fault.mutant
    before = (_shared["own"] / fault.file).read_bytes()[mutant.start : mutant.end].decode()
    result, test = judge(fault)
    spent = f"{time.monotonic() - start:.1f}"
    values = (fault.file, str(mutant.line), mutant.kind, before, mutant.text, result, test, spent)
    return dict(zip(COLUMNS, values, strict=True))


def main(arguments: Sequence[str] | None = None) -> int:
    """Sample, run, report."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, metavar="N", help="default 300 lines")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="default 0")
    parser.add_argument("--only", nargs="+", default=[""], metavar="PREFIX", help="models/growth")
    parser.add_argument("--map", type=Path, metavar="FILE", help="kept reach; made where missing")
    parser.add_argument("--out", type=Path, metavar="FILE", help="csv of results, gone on with")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes, default 2")
    parser.add_argument("--sabotage", action="store_true", help="the listed central faults")
    options = parser.parse_args(arguments)
    work = Path(tempfile.mkdtemp(prefix="quesnay-mutate."))
    copy = work / "copy"
    copy.mkdir()
    copy_checkout(copy)
    kept = options.map or work / "map.json"
    if not kept.exists():
        measure_reach(copy, kept, options.jobs)
    drawn = options.sample, options.seed, options.only
    faults = sabotages(copy) if options.sabotage else sample_faults(copy, *drawn)
    out = options.out or work / "mutants.csv"
    counts = run(faults, read_reach(kept, copy), out, copy, options.jobs)
    for made in work.glob("copy*/"):
        shutil.rmtree(made)
    total = sum(counts.values())
    print(", ".join(f"{name} {counts[name]}" for name in sorted(counts)))
    print(f"{counts['killed'] / max(total, 1):.1%} of {total} killed; {out}")
    return 0 if counts["killed"] == total else 1


if __name__ == "__main__":
    sys.exit(main())
