"""Do the tests notice a fault? ``python -m tools.mutate --sample 300 --seed 0``.

A random sample of lines of ``fitting/``, ``models/``, ``datasets/`` and ``diagnostics/`` gets one
fault each (`tools.mutants`) in a copy of the checkout, never in the checkout itself, and the tests
that reach the line run against it: those of like names, the quickest, the whole files they stand
in, last the frozen output (`tools.golden`). Which test reaches which line is measured first
(`tools.reach`; as long as the fast suite takes) and kept for the next call with ``--map FILE``.
Results are a csv, a row a fault: ``killed`` and by which test, ``frozen`` (only the frozen output
differs), ``survived`` or ``not reached``. A fault that does not end in time is killed.

``--sabotage`` runs the central faults of `tools.sabotages`: the fast suite must kill each.
"""

import argparse
import csv
import gc
import importlib
import json
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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage
import pytest

from tools.mutants import Mutant, list_mutants
from tools.sabotages import SABOTAGES

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("fitting", "models", "datasets", "diagnostics")
FROZEN = "tests/test_quesnay_golden.py"
ASIDE = (FROZEN, "tests/test_house.py", "tests/test_readme.py")  # they look at text, or at all
NEAR, QUICK, WIDE = 4.0, 20.0, 40.0  # seconds of tests: of like names, that reach the line, files
CPU, WALL = 60, 900  # seconds after which a fault has killed itself
MEMORY = 8 << 30  # bytes
PLAIN = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not slow", "--no-header")
LIBRARIES = ("matplotlib.pyplot", "pandas", "scipy.optimize", "scipy.stats", "statsmodels.api")
COLUMNS = ("file", "line", "fault", "before", "after", "result", "test", "seconds")


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


def _aside(name: str) -> bool:
    return name.split("::", maxsplit=1)[0] in ASIDE


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
    parts = data.with_name("parts")
    parts.mkdir()
    command = ["pytest", "-q", "-p", "tools.reach", "-m", "not slow", "-n", str(processes)]
    subprocess.run(
        [sys.executable, "-m", *command],
        cwd=copy,
        env={**os.environ, "REACH_DATA": str(parts / "map"), "PYTHONPATH": str(copy)},
        check=False,
        stdout=subprocess.DEVNULL,
    )
    join_reach(parts, data)


def join_reach(parts: Path, data: Path) -> None:
    """Turn the files of the plug-in into one JSON: tests by file and line, seconds by test."""
    seconds: dict[str, float] = {}
    tests: dict[str, dict[str, list[str]]] = {}
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
                lines.setdefault(str(line), []).extend(contexts)
    data.write_text(json.dumps({"seconds": seconds, "tests": tests}), encoding="utf-8")


def _relative(file: str) -> str:
    """Return a file's path inside the checkout, whose copy lies anywhere."""
    parts = Path(file).parts
    return "/".join(parts[max(parts.index(f) for f in (*FOLDERS, "quesnay") if f in parts) :])


def read_reach(data: Path) -> Reach:
    """Read what `join_reach` wrote."""
    found = json.loads(data.read_text("utf-8"))
    tests = {
        (file, int(line)): sorted({sys.intern(name) for name in names})
        for file, lines in found["tests"].items()
        for line, names in lines.items()
    }
    return Reach(tests, found["seconds"])


def sample_faults(count: int, seed: int) -> list[Fault]:
    """Draw lines that could hold a fault, all as likely, and one fault for each."""
    draw = random.Random(seed)
    lines: dict[tuple[str, int], list[Mutant]] = {}
    for file in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for mutant in list_mutants(file.read_bytes()):
            key = (file.relative_to(ROOT).as_posix(), mutant.line)
            lines.setdefault(key, []).append(mutant)
    chosen = draw.sample(sorted(lines), min(count, len(lines)))
    return [Fault(file, draw.choice(lines[file, line])) for file, line in chosen]


def sabotages() -> dict[str, Fault]:
    """Return the listed faults of central formulas; each stands once in its file."""
    found = {}
    for name, (file, before, after) in SABOTAGES.items():
        data = (ROOT / file).read_bytes()
        if data.count(before.encode()) != 1:
            raise SystemExit(f"sabotage {name!r}: {before!r} does not stand once in {file}")
        start = data.index(before.encode())
        line = data[:start].count(b"\n") + 1
        mutant = Mutant(line, name, start, start + len(before.encode()), after)
        found[name] = Fault(file, mutant)
    return found


def plan_tests(reach: Reach, fault: Fault) -> Iterator[list[str]]:
    """Yield what to run, one stage after the other."""
    reaching = reach.of(fault.file, fault.mutant.line)
    quick = sorted(
        (name for name in reaching if "::" in name), key=lambda name: reach.seconds.get(name, 0.0)
    )
    words = set(fault.file.removesuffix(".py").replace("/", "_").split("_"))
    near = sorted(quick, key=lambda name: -len(words & set(name.split(".py")[0].split("_"))))
    yield _within(near, reach.seconds, NEAR)
    yield _within(quick, reach.seconds, QUICK)
    files = Counter(name.split("::")[0] for name in reaching)
    whole: dict[str, float] = dict.fromkeys((name for name, _ in files.most_common()), 0.0)
    for test, spent in reach.seconds.items():
        if (file := test.split("::", maxsplit=1)[0]) in whole:
            whole[file] += spent
    yield _within(whole, whole, WIDE)
    yield [FROZEN]


def _within(names: Iterable[str], seconds: dict[str, float], budget: float) -> list[str]:
    """Return names until their seconds are used up, at least one."""
    kept: list[str] = []
    for name in names:
        budget -= seconds.get(name, 0.0) + 0.01
        if budget < 0.0 and kept:
            break
        kept.append(name)
    return kept


class _Killer:
    """Remembers the first test that failed."""

    def __init__(self) -> None:
        self.test = ""

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.test:
            self.test = report.nodeid

    @pytest.hookimpl
    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and not self.test:
            self.test = f"{report.nodeid} (import)"


def judge(copy: Path, fault: Fault, reach: Reach) -> tuple[str, str]:
    """Run the stages against one fault in a process of its own: result and killing test."""
    if not reach.of(fault.file, fault.mutant.line):
        return "not reached", ""
    source = copy / fault.file
    clean = source.read_bytes()
    faulty = fault.mutant.apply(clean)
    source.write_bytes(faulty)
    try:
        compile(faulty, "mutant", "exec", dont_inherit=True)
        return _in_child(copy, list(plan_tests(reach, fault)))
    except SyntaxError:
        return "killed", "(does not compile)"
    finally:
        source.write_bytes(clean)


def _in_child(copy: Path, stages: Sequence[list[str]]) -> tuple[str, str]:
    """Fork, run, wait: what the child wrote, or that it had to be stopped."""
    receive, send = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receive)
        _run_stages(copy, stages, send)
    os.close(send)
    ends = time.monotonic() + WALL
    while os.waitpid(child, os.WNOHANG) == (0, 0):
        if time.monotonic() > ends:
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.02)
    with os.fdopen(receive, "rb") as pipe:
        said = pipe.read().decode()
    result, _, test = said.partition("\t")
    return (result, test) if result else ("killed", "(does not end in time, or crashes)")


def _run_stages(copy: Path, stages: Sequence[list[str]], send: int) -> None:
    """Run the tests of each stage until one fails; never returns."""
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    os.dup2(os.open(os.devnull, os.O_RDWR), 1)
    os.dup2(1, 2)
    enter(copy)
    said = "survived\t"
    for number, names in enumerate(stages):
        killer = _Killer()
        names = [name for name in names if (copy / name.split("::")[0]).exists()]
        status = int(pytest.main([*PLAIN, *names], plugins=[killer])) if names else 0
        if status not in {0, 5}:  # 5: all of them are slow
            said = f"{'frozen' if number == len(stages) - 1 else 'killed'}\t{killer.test}"
            break
    os.write(send, said.encode())
    os._exit(0)


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
    pool = multiprocessing.get_context("fork").Pool(jobs, _settle)
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
    """Give a worker a copy of its own, with byte code and all."""
    own = _shared["copy"].with_name(f"copy-{os.getpid()}")
    shutil.copytree(_shared["copy"], own, symlinks=True)
    _shared["own"] = own


def _row(fault: Fault) -> dict[str, str]:
    """Judge one fault."""
    start, mutant = time.monotonic(), fault.mutant
    before = (_shared["own"] / fault.file).read_bytes()[mutant.start : mutant.end].decode()
    result, test = judge(_shared["own"], fault, _shared["reach"])
    spent = f"{time.monotonic() - start:.1f}"
    values = (fault.file, str(mutant.line), mutant.kind, before, mutant.text, result, test, spent)
    return dict(zip(COLUMNS, values, strict=True))


def main(arguments: Sequence[str] | None = None) -> int:
    """Sample, run, report."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutate", description=__doc__)
    parser.add_argument("--sample", type=int, default=300, metavar="N", help="default 300 lines")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="default 0")
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
    faults = list(sabotages().values())
    if not options.sabotage:
        faults = sample_faults(options.sample, options.seed)
    out = options.out or work / "mutants.csv"
    counts = run(faults, read_reach(kept), out, copy, options.jobs)
    for made in work.glob("copy*"):
        shutil.rmtree(made)
    total = sum(counts.values())
    print(", ".join(f"{name} {counts[name]}" for name in sorted(counts)))
    print(f"{counts['killed'] / max(total, 1):.1%} of {total} killed; {out}")
    return 0 if counts["killed"] == total else 1


if __name__ == "__main__":
    sys.exit(main())
