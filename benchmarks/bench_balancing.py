"""GRAS, RAS and least squares against the bare products and a textbook loop, answers compared.

    python benchmarks/bench_balancing.py

One BLAS thread, CPU time. The bare limit is the iteration's own matrix-vector products, as often
as the answer needs them, with no check, label or residual. The textbook loop writes the factors as
diagonal matrices, as published code does (pygras, not on the package index, is of this kind).
Targets: GRAS 1000 x 1000 under 0.5 s, and memory of a few matrices.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.fitting.arrays import Array


def problem(n: int, *, signed: bool) -> tuple[Array, Array, Array]:
    """Make a table with zeros (and negatives) and margins that its structure can meet."""
    generator = np.random.default_rng(n)
    z = generator.lognormal(0.0, 1.5, (n, n))
    z[generator.random(z.shape) < 0.3] = 0.0
    if signed:
        z[generator.random(z.shape) < 0.05] *= -0.3
    goal = z * generator.lognormal(0.0, 1.0, z.shape)
    return z, goal.sum(axis=1), goal.sum(axis=0)


def factors(total: Array, p: Array, n: Array) -> Array:
    return (total + np.sqrt(total * total + 4.0 * p * n)) / (2.0 * p)


def bare(z: Array, u: Array, v: Array, rounds: int) -> Array:
    plus, minus = np.maximum(z, 0.0), np.maximum(-z, 0.0)
    r = np.ones(len(u))
    for _ in range(rounds):
        s = factors(v, plus.T @ r, minus.T @ (1.0 / r))
        r = factors(u, plus @ s, minus @ (1.0 / s))
    return r[:, None] * plus * s - minus / r[:, None] / s


def textbook(z: Array, u: Array, v: Array, rounds: int) -> Array:
    plus, minus = np.maximum(z, 0.0), np.maximum(-z, 0.0)
    r = np.ones(len(u))
    for _ in range(rounds):
        p, m = np.diag(r) @ plus, np.diag(1.0 / r) @ minus
        s = factors(v, p.sum(axis=0), m.sum(axis=0))
        p, m = plus @ np.diag(s), minus @ np.diag(1.0 / s)
        r = factors(u, p.sum(axis=1), m.sum(axis=1))
    return np.diag(r) @ plus @ np.diag(s) - np.diag(1.0 / r) @ minus @ np.diag(1.0 / s)


def cpu(run: Callable[[], Any], times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return min(taken)


def peak(run: Callable[[], Any], n: int) -> float:
    """Return the peak of new memory in matrices of n x n doubles."""
    tracemalloc.start()
    run()
    top = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return top / (8 * n * n)


def gras_rows() -> None:
    print("GRAS, CPU seconds            n   rounds  quesnay     bare  textbook  memory   apart")
    for n in (42, 150, 1000, 2500):
        z, u, v = problem(n, signed=True)
        found = qn.gras(z, u, v)
        times = 20 if n < 1000 else 3
        ours = cpu(lambda z=z, u=u, v=v: qn.gras(z, u, v), times)
        limit = cpu(lambda z=z, u=u, v=v, k=found.iterations: bare(z, u, v, k), times)
        loop = cpu(lambda z=z, u=u, v=v: textbook(z, u, v, 1), 1) * found.iterations
        other = bare(z, u, v, found.iterations)
        apart = float(np.abs(np.asarray(found.table) - other).max() / np.abs(other).max())
        used = peak(lambda z=z, u=u, v=v: qn.gras(z, u, v), n)
        print(
            f"{'':24}{n:>6}{found.iterations:>9}{ours:>9.4f}{limit:>9.4f}{loop:>10.2f}"
            f"{used:>8.1f}{apart:>8.0e}   {ours / limit:.1f} x bare, textbook {loop / ours:,.0f} x"
        )
        if n == 1000:
            print(f"{'':24}target 0.5 s: {'met' if ours < 0.5 else 'MISSED'}")


def other_rows() -> None:
    n = 1000
    z, u, v = problem(n, signed=False)
    print(f"RAS, n = {n}: {cpu(lambda: qn.ras(z, u, v), 3):.3f} s")
    found = qn.balance_least_squares(z, u, v)
    took = cpu(lambda: qn.balance_least_squares(z, u, v), 2)
    print(f"least squares, n = {n}: {took:.3f} s, {found.iterations} Newton steps")
    labels = [f"s{k}" for k in range(n)]
    frame = pd.DataFrame(z, labels, labels)
    rows, columns = pd.Series(u, labels), pd.Series(v, labels)
    print(f"GRAS with labels, n = {n}: {cpu(lambda: qn.gras(frame, rows, columns), 3):.3f} s")


if __name__ == "__main__":
    gras_rows()
    other_rows()
