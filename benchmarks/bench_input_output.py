"""The input-output engine against bare LAPACK and against pymrio and MARIO, in one run.

    OMP_NUM_THREADS=1 python benchmarks/bench_input_output.py [42 150 1000 2500]

CPU seconds from the user's labelled frames to the answer, the making and checking of the table
included, the best of some rounds; answers are compared in the same run. The aims: no slower than
pymrio at n = 42, at most 1.5 times bare LAPACK from n = 1000. Peers are timed where they are
installed (``pip install quesnay[benchmark]``): the pipeline whole, the user's loop over
the sectors (``bench_input_output_peers.py`` says what it does) on a few sectors and multiplied.
"""

import importlib.util
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from bench_input_output_peers import (
    mario_loop,
    mario_pipeline,
    numpy_loop,
    pymrio_loop,
    pymrio_pipeline,
)
from scipy.linalg import lapack

import quesnay as qn

ACCOUNTS = ("output", "value_added", "wages", "jobs", "carbon")


def cpu(call: Callable[[], Any], rounds: int) -> float:
    best = np.inf
    for _ in range(rounds):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best


def made_up(n: int) -> dict[str, Any]:
    rng = np.random.default_rng(n)
    s = [f"sector {k}" for k in range(n)]
    A = rng.random((n, n))
    A *= rng.uniform(0.3, 0.7, n) / A.sum(axis=0)
    f = rng.uniform(1.0, 9.0, n)
    x = np.linalg.solve(np.eye(n) - A, f)
    Z = A * x
    v = x - Z.sum(axis=0)
    return {
        "Z": pd.DataFrame(Z, index=s, columns=s),
        "f": pd.DataFrame({"final": f}, index=s),
        "v": pd.DataFrame([0.6 * v, 0.4 * v], index=["wages", "rest"], columns=s),
        "x": pd.Series(x, index=s),
        "accounts": pd.DataFrame(rng.uniform(1, 9, (2, n)), index=["jobs", "carbon"], columns=s),
    }


def table(d: dict[str, Any]) -> qn.InputOutputTable:
    return qn.InputOutputTable(
        d["Z"], d["f"], d["v"], output=d["x"], accounts=d["accounts"], copy=False
    )


def bare_pipeline(d: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    Z, x, n = d["Z"].to_numpy(), d["x"].to_numpy(), len(d["x"])
    A = Z / x
    lu, pivots, _ = lapack.dgetrf((np.eye(n) - A).T, overwrite_a=True)
    v = d["v"].to_numpy()
    rows = np.vstack([np.ones(n), v.sum(axis=0) / x, v[0] / x, d["accounts"].to_numpy() / x])
    return lapack.dgetrs(lu, pivots, rows.T)[0].T, lapack.dgetrs(lu, pivots, x, trans=1)[0] / x


def pipeline(t: qn.InputOutputTable) -> tuple[list[Any], pd.DataFrame]:
    _ = t.A
    return [t.multipliers(account) for account in ACCOUNTS], t.linkages()


def closed_form(d: dict[str, Any]) -> np.ndarray:
    Z, x, n = d["Z"].to_numpy(), d["x"].to_numpy(), len(d["x"])
    L = np.linalg.inv(np.eye(n) - Z / x)
    return np.asarray(L.sum(axis=0) * x / np.diag(L))


def compare(name: str, found: Any, expected: Any, tolerance: float = 1e-8) -> None:
    gap = float(np.abs(np.asarray(found) / np.asarray(expected) - 1.0).max())
    if gap > tolerance:
        raise SystemExit(f"{name}: answers differ by {gap:.1e}")


def run(n: int) -> None:
    d, rounds = made_up(n), 200 if n <= 150 else 10 if n <= 1000 else 3
    answers, forward = bare_pipeline(d)
    multipliers, linkages = pipeline(table(d))
    compare("multipliers", multipliers, answers)
    compare("forward linkages", linkages["forward"], forward)
    bare, ours, limit, each = (np.inf,) * 4
    for _ in range(rounds):  # turn about, so that a busy machine slows both
        bare = min(bare, cpu(lambda: bare_pipeline(d), 1))
        ours = min(ours, cpu(lambda: pipeline(table(d)), 1))
        limit = min(limit, cpu(lambda: closed_form(d), 1))
        each = min(each, cpu(lambda: table(d).extract_each(), 1))
    compare("extraction", table(d).extract_each()["output_loss"], closed_form(d))
    make = cpu(lambda: table(d), rounds)
    print(f"n = {n}: making the table {make * 1e3:.3g} ms, counted in all that follows")
    print(f"  pipeline: bare {bare * 1e3:.4g} ms, ours {ours * 1e3:.4g} ms ({ours / bare:.2f} x)")
    print(f"  every sector extracted: closed form {limit * 1e3:.4g} ms, ours {each * 1e3:.4g} ms "
          f"({each / limit:.2f} x)")  # fmt: skip
    summary(d, rounds)
    peers(d, ours, each, answers=np.vstack([answers, forward]))
    weights(d, n)


def summary(d: dict[str, Any], rounds: int) -> None:
    """Compare an extraction on a table at hand with what is read off its result."""
    t = table(d)
    group = list(d["Z"].index[:3])
    lost = t.extract(group)
    took = cpu(lambda: t.extract(group), rounds)
    read = cpu(lambda: (lost.totals, lost.by_sector), rounds)
    print(f"  extraction of three {took * 1e3:.3g} ms, its totals and sectors {read * 1e3:.3g} ms "
          f"({read / took:.2f} x)")  # fmt: skip


def peers(d: dict[str, Any], ours: float, each: float, *, answers: np.ndarray) -> None:
    n = len(d["x"])
    expected, count = table(d).extract_each().iloc[:, :2].to_numpy(), min(n, 8 if n <= 150 else 2)
    for peer, whole, made in (("pymrio", pymrio_pipeline, pymrio_loop),
                              ("mario", mario_pipeline, mario_loop),
                              ("numpy", None, numpy_loop)):  # fmt: skip
        if importlib.util.find_spec(peer) is None or (
            peer == "mario" and importlib.util.find_spec("mario.compute") is None
        ):
            print(f"  {peer}: not installed, or older than 1.3")
            continue
        text = ""
        if whole is not None:
            theirs = cpu(lambda w=whole: w(d), 10 if n <= 150 else 1)
            compare(peer, whole(d), answers)
            text = f"pipeline {theirs * 1e3:.4g} ms ({theirs / ours:.1f} x ours), "
        loop = made(d)
        compare(f"{peer} loop", loop(count), expected[:count], 1e-6)
        looped = cpu(lambda f=loop: f(count), 5 if n <= 150 else 1) * n / count
        print(f"  {peer}: {text}loop over the sectors {looped:.3g} s ({looped / each:,.0f} x ours)")


def weights(d: dict[str, Any], n: int) -> None:
    draws = np.random.default_rng(0).random((1000, 10))
    frame = pd.DataFrame(draws, columns=d["Z"].index[:10])
    t = table(d)
    t.leontief()
    took = cpu(lambda: t.extract_many(frame), 3)
    A, f, x = t.A.to_numpy(), d["f"]["final"].to_numpy(), d["x"].to_numpy()
    kept = np.ones(n)
    kept[:10] = 1 - draws[0]
    left = np.linalg.solve(np.eye(n) - kept[:, None] * A * kept, kept * f)
    compare("weights", t.extract_many(frame)["output_loss"].iloc[0], (x - left).sum())
    print(f"  1,000 draws of 10 weights after the inverse: {took * 1e3:.3g} ms")


if __name__ == "__main__":
    for size in [int(word) for word in sys.argv[1:]] or [42, 150, 1000, 2500]:
        run(size)
