"""Influence of every observation against the bare closed form and statsmodels, answers compared.

    python benchmarks/bench_influence.py

One BLAS thread; the best tenth of repeated runs. The bare form is a Cholesky-free solve of the
normal equations and four NumPy lines, with no check of any kind.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from collections.abc import Callable

import numpy as np

from quesnay.fitting.arrays import Array
from quesnay.fitting.assumptions.residuals import influence_of
from quesnay.fitting.regression.least_squares import project


def bare(y: Array, X: Array) -> tuple[Array, Array, Array]:
    n, k = X.shape
    gram = X.T @ X
    e = y - X @ np.linalg.solve(gram, X.T @ y)
    h = np.einsum("ij,ji->i", X, np.linalg.solve(gram, X.T))
    r = e / np.sqrt(e @ e / (n - k) * (1 - h))
    return r * np.sqrt((n - k - 1) / (n - k - r * r)), r * r * h / (k * (1 - h)), h


def best(run: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[times // 10]


def main() -> None:
    import statsmodels.api as sm

    generator = np.random.default_rng(0)
    for n, k in ((1000, 5), (1000, 10), (100_000, 5)):
        X = np.column_stack([np.ones(n), generator.standard_normal((n, k - 1))])
        y = X.sum(axis=1) + generator.standard_normal(n)
        t, cooks, h = bare(y, X)
        found = influence_of(project(y, X))
        apart = max(
            float(np.abs(found.studentised - t).max()),
            float(np.abs(found.cooks - cooks).max()),
            float(np.abs(found.leverage - h).max()),
        )
        limit = best(lambda y=y, X=X: bare(y, X), 200 if n < 10_000 else 20)
        ours = best(lambda y=y, X=X: influence_of(project(y, X)), 200 if n < 10_000 else 20)
        print(
            f"n {n:>7,} k {k:>2}: bare {limit * 1e3:7.3f} ms, quesnay {ours * 1e3:7.3f} ms,", end=""
        )
        print(f" ratio {ours / limit:4.2f}, largest difference {apart:.1e}")
        if n == 1000 and k == 5:
            start = time.perf_counter()
            peer = sm.OLS(y, X).fit().get_influence()
            theirs = peer.resid_studentized_external, peer.cooks_distance[0]
            taken = time.perf_counter() - start
            gap = float(np.abs(theirs[0] - found.studentised).max())
            print(
                f"  statsmodels {taken * 1e3:.1f} ms, {taken / limit:,.0f} x bare, apart {gap:.0e}"
            )


if __name__ == "__main__":
    main()
