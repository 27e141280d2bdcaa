"""Time Monte Carlo of the whole account, the bootstrap engine, the audit and resuming.

Run: OMP_NUM_THREADS=1 python benchmarks/bench_uncertainty.py [--draws 100000] [--dask]
Limit for the bootstrap: the same resamples in a bare loop; answers are compared in the same run.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import quesnay as qn


def timed(label: str, call: Callable[[], Any]) -> Any:
    """Print wall and CPU time of one call in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    out = call()
    spent = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{label:58s} {spent[0]:7.2f} s wall {spent[1]:7.2f} s CPU here")
    return out


def mean(sample: np.ndarray) -> float:
    return float(sample.mean())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--dask", action="store_true", help="also on a local cluster of 2 workers")
    options = parser.parse_args()
    for jobs in (1, 2):
        timed(
            f"main job, {options.draws:,} draws of all runs, jobs={jobs}",
            lambda jobs=jobs: qn.reproduce(draws=options.draws, seed=0, jobs=jobs),
        )
    timed("audit of the embedded report", qn.audit)
    timed("back-test of table updating, two updates, five methods", qn.backtest_tables)
    bootstrap()
    if options.dask:
        dask()


def bootstrap() -> None:
    """Compare the engine with a bare loop over the same resamples, and with resuming."""
    data = np.random.default_rng(0).normal(size=1000)
    ours = timed(
        "bootstrap of a mean, 20,000 draws, n = 1000",
        lambda: qn.bootstrap(mean, data, draws=20_000, seed=0),
    )

    def bare() -> list[float]:
        rng = np.random.default_rng(0)
        return [float(data[rng.integers(0, 1000, 1000)].mean()) for _ in range(20_000)]

    limit = timed("  the same in a bare loop", bare)
    print(f"  standard errors: {ours.std_errors.iloc[0]:.5f} and {np.std(limit, ddof=1):.5f}")
    with tempfile.TemporaryDirectory() as folder:
        settings: dict[str, Any] = {"draws": 20_000, "seed": 0, "checkpoint": f"{folder}/run"}
        timed("  the same, keeping 200 finished chunks on disk",
              lambda: qn.bootstrap(mean, data, **settings))  # fmt: skip
        again = timed("  the same, taken from those chunks",
                      lambda: qn.bootstrap(mean, data, **settings))  # fmt: skip
    assert again.draws.equals(ours.draws)


def dask() -> None:
    """Run the bootstrap on two worker processes of a Dask cluster."""
    from distributed import Client, LocalCluster

    data = np.random.default_rng(0).normal(size=1000)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        timed(
            "  the same on Dask, 2 workers",
            lambda: qn.bootstrap(np.mean, data, draws=20_000, seed=0, client=client),
        )


if __name__ == "__main__":
    sys.exit(main())
