"""Peak memory of the input-output engine, in matrices of n by n doubles.

    OMP_NUM_THREADS=1 python benchmarks/bench_input_output_memory.py [n]

Each task runs in a process of its own. The table's own matrix counts as one; it is made in place,
so the peak before the task is that one matrix and the interpreter. "pipeline" takes the
coefficients, five multiplier rows and the linkages; "A kept" holds the coefficients to the end,
which is a matrix of the caller's own. The buffers that BLAS keeps for large matrices count (about
0.06 of a matrix at n = 2,500 and 5,000).
"""

import subprocess
import sys
import time

import numpy as np

import quesnay as qn

ACCOUNTS = ("output", "value_added", "wages", "jobs", "carbon")
TASKS = (
    "pipeline",
    "pipeline A kept",
    "pipeline single",
    "extract each",
    "inverse",
    "weights",
    "variation",
)


def resident(key: str) -> float:
    """Return current or peak memory in bytes, as the kernel counts it."""
    with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        for line in status:
            if line.startswith(key):
                return float(line.split()[1]) * 1024
    raise SystemExit("this system does not say how much memory a process holds")


def run(task: str, n: int) -> None:
    warm = qn.InputOutputTable(np.full((1500, 1500), 1e-4), np.ones(1500), np.ones(1500))
    warm.linkages(variation=True), warm.extract_each()  # late imports and the buffers of LAPACK
    base = resident("VmRSS")
    rng = np.random.default_rng(0)
    Z = np.empty((n, n))
    for row in Z:
        rng.random(out=row)
    Z *= 0.5 / Z.sum(axis=0)
    f = 1.0 - Z.sum(axis=1)
    f += 2.0
    x = Z.sum(axis=1) + f
    v = x - Z.sum(axis=0)
    precision = "single" if task.endswith("single") else "double"
    start = time.process_time()
    table = qn.InputOutputTable(
        Z, f, {"wages": 0.6 * v, "rest": 0.4 * v},
        accounts={"jobs": 2.0 * x, "carbon": 3.0 * x}, copy=False, precision=precision,
    )  # fmt: skip
    if task.startswith("pipeline"):
        A = table.A
        kept = A if task.endswith("kept") else A.sum()
        del A
        rows = [table.multipliers(account) for account in ACCOUNTS]
        assert len([kept, *rows, table.linkages()]) == 7
    elif task == "extract each":
        table.extract_each()
    elif task == "inverse":
        table.leontief()
    elif task == "variation":
        table.linkages(variation=True)
    else:
        table.extract_many(np.tile(np.linspace(0, 1, n), (2, 1)) * (np.arange(n) < 10))
    took = time.process_time() - start
    peak = (resident("VmHWM") - base) / (8.0 * n * n)
    print(f"{task:16s} n = {n}: peak {peak:.2f} matrices, {took:.1f} s CPU", flush=True)


if __name__ == "__main__":
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 2500
    if len(sys.argv) > 2:
        run(sys.argv[2], size)
    else:
        for name in TASKS:
            subprocess.run([sys.executable, __file__, str(size), name], check=True)
