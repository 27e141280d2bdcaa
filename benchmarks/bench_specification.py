"""Time a specification curve of 1,024 regressions, each with 200 cluster-bootstrap draws.

Run: OMP_NUM_THREADS=1 python benchmarks/bench_specification.py [--dask]
The design of RobustiPy's published benchmark: controls that come and go around one coefficient,
here with 31 clusters. Limit: the same estimates one by one with ``numpy.linalg.lstsq``; the answers
are compared in the same run.
"""

import argparse
import sys
import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import quesnay as qn
from quesnay.diagnostics.evidence.specification import Choices

ROWS, CLUSTERS, CONTROLS, DRAWS = 2000, 31, 10, 200


@dataclass(frozen=True)
class Regressions:
    """One coefficient under every set of controls, from Gram blocks by cluster."""

    blocks: NDArray[np.float64]

    def __call__(
        self, choices: Choices, rng: np.random.Generator, draws: int
    ) -> tuple[float, NDArray[np.float64]]:
        """Estimate one specification and its draws."""
        keep = [0, 1, *(k + 2 for k in range(CONTROLS) if choices[f"control {k}"] == "in"), -1]
        blocks = self.blocks[:, keep][:, :, keep]
        picks = rng.integers(0, CLUSTERS, (draws, CLUSTERS))
        weights = np.stack([np.bincount(row, minlength=CLUSTERS) for row in picks]).astype(float)
        size = len(keep)
        drawn = (weights @ blocks.reshape(CLUSTERS, -1)).reshape(draws, size, size)
        whole = blocks.sum(axis=0)
        point = np.linalg.solve(whole[:-1, :-1], whole[:-1, -1])[1]
        return float(point), np.linalg.solve(drawn[:, :-1, :-1], drawn[:, :-1, -1:])[:, 1, 0]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--dask", action="store_true", help="also on a local cluster of 2 workers")
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    design = np.column_stack([np.ones(ROWS), rng.normal(size=(ROWS, CONTROLS + 1))])
    outcome = design @ rng.normal(size=CONTROLS + 2) + rng.normal(size=ROWS)
    full = np.column_stack([design, outcome])
    cluster = np.arange(ROWS) % CLUSTERS
    blocks = np.stack([full[cluster == g].T @ full[cluster == g] for g in range(CLUSTERS)])
    model = Regressions(blocks)
    grid = qn.Grid({f"control {k}": ("out", "in") for k in range(CONTROLS)})
    settings = {"draws": DRAWS, "seed": 0, "reported": (0.0, 1.0)}
    print(f"{len(grid.specifications())} specifications x {DRAWS} draws, {CLUSTERS} clusters")
    curves = {}
    for jobs in (1, 2):
        start = time.perf_counter()
        curves[jobs] = qn.run_specifications(model, grid, jobs=jobs, **settings)
        print(f"jobs={jobs}: {time.perf_counter() - start:.2f} s wall")
    assert curves[1].estimates.equals(curves[2].estimates)
    if options.dask:
        on_dask(model, grid, settings, curves[1])
    compare(design, outcome, curves[1])


def on_dask(model: Regressions, grid: qn.Grid, settings: dict, expected: object) -> None:  # type: ignore[type-arg]
    """Run the same call on two worker processes of a Dask cluster."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        Client(cluster) as client,
    ):
        start = time.perf_counter()
        found = qn.run_specifications(model, grid, client=client, **settings)
        print(f"Dask, 2 workers: {time.perf_counter() - start:.2f} s wall")
    assert found.estimates.equals(expected.estimates)  # type: ignore[attr-defined]


def compare(design: NDArray[np.float64], outcome: NDArray[np.float64], curve: object) -> None:
    """Hold the point estimates against one least squares each."""
    names = [f"control {k}" for k in range(CONTROLS)]
    rows = curve.estimates  # type: ignore[attr-defined]
    start = time.perf_counter()
    bare = []
    for levels in rows[names].to_numpy():
        keep = [0, 1, *(k + 2 for k, level in enumerate(levels) if level == "in")]
        bare.append(np.linalg.lstsq(design[:, keep], outcome, rcond=None)[0][1])
    spent = time.perf_counter() - start
    worst = np.abs(np.array(bare) - rows["estimate"].to_numpy()).max()
    print(f"bare lstsq of the points alone: {spent:.2f} s; largest difference {worst:.1e}")


if __name__ == "__main__":
    sys.exit(main())
