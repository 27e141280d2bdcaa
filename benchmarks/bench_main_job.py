"""The main job as whole processes: CPU time, start-up and where it goes.

    python benchmarks/bench_main_job.py

Each command runs five times in turn; medians are printed, with the ratio that the project aims at.
"""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

RUNS = 5
PYTHON = sys.executable


def cpu_seconds(*command: str) -> float:
    """CPU seconds, user and system, of one run of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "out")
        commands = {
            "import numpy, pandas": (PYTHON, "-c", "import numpy, pandas"),
            "import quesnay": (PYTHON, "-c", "import quesnay"),
            "quesnay --help": (PYTHON, "-m", "quesnay", "--help"),
            "reproduce, 2000 draws, no files": (PYTHON, "-m", "quesnay", "reproduce"),
            "reproduce, 2000 draws, report": (PYTHON, "-m", "quesnay", "reproduce", "--out", out),
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for run in range(RUNS + 1):
            for name, command in commands.items():
                seconds = cpu_seconds(*command)
                if run:  # the first run warms the file cache
                    taken[name].append(seconds)
    for name, values in taken.items():
        middle = statistics.median(values)
        print(f"{name:34} {middle:6.2f} s CPU  ({min(values):.2f}-{max(values):.2f})")
    pairs = zip(taken["import quesnay"], taken["import numpy, pandas"], strict=True)
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"import quesnay / import numpy, pandas: {ratio:.2f} (goal: at most 1.3)")


if __name__ == "__main__":
    main()
