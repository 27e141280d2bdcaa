"""The input-output engine against bare LAPACK and against pymrio and MARIO, in one run.

    OMP_NUM_THREADS=1 python benchmarks/bench_input_output.py [42 150 1000 2500]

CPU seconds, the best of some rounds; answers are compared in the same run. Peers are timed where
they are installed (``pip install quesnay[benchmark]``): the pipeline whole, their loop of one
new inverse a sector on a few sectors and multiplied.
"""

import importlib.util
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
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


def pymrio_pipeline(d: dict[str, Any]) -> np.ndarray:
    from pymrio.tools import iomath

    x = pd.DataFrame({"indout": d["x"]})
    A = iomath.calc_A(d["Z"], x)
    L = iomath.calc_L(A)
    rows = [d["v"].sum().to_frame().T, d["v"].loc[["wages"]], d["accounts"]]
    multipliers = [iomath.calc_M(iomath.calc_S(row, x), L) for row in rows]
    B = d["Z"].div(d["x"], axis=0)
    forward = iomath.calc_L(B).sum(axis=1)
    return np.vstack([L.sum(), *[m.to_numpy() for m in multipliers], forward])


def mario_pipeline(d: dict[str, Any]) -> np.ndarray:
    from mario.compute import primitives

    x = pd.DataFrame({"production": d["x"]})
    w = primitives.calc_w(primitives.calc_z(d["Z"], x))
    V = pd.concat([d["v"].sum().to_frame("all").T, d["v"].loc[["wages"]], d["accounts"]])
    multipliers = primitives.calc_m(primitives.calc_v(V, x), w)
    forward = primitives.calc_g(primitives.calc_b(x, d["Z"])).sum(axis=1)
    return np.vstack([w.sum(), multipliers, forward])


def closed_form(d: dict[str, Any]) -> np.ndarray:
    Z, x, n = d["Z"].to_numpy(), d["x"].to_numpy(), len(d["x"])
    L = np.linalg.inv(np.eye(n) - Z / x)
    return np.asarray(L.sum(axis=0) * x / np.diag(L))


def pymrio_loop(d: dict[str, Any], sectors: int) -> list[float]:
    """Extract sector by sector as a user of pymrio does: strike out, make a system, calculate."""
    import pymrio

    A, lost = d["Z"] / d["x"], []
    for name in A.index[:sectors]:
        part, f = A.copy(), d["f"].copy()
        part.loc[name], part[name], f.loc[name] = 0.0, 0.0, 0.0
        system = pymrio.IOSystem(A=part, Y=f)
        system.L = pymrio.calc_L(system.A)
        system.x = pymrio.calc_x_from_L(system.L, system.Y.sum(axis=1))
        lost.append(float(d["x"].sum() - system.x["indout"].sum()))
    return lost


def mario_loop(d: dict[str, Any], sectors: int) -> list[float]:
    """Extract sector by sector with the functions of MARIO."""
    from mario.compute import primitives

    A, lost = d["Z"] / d["x"], []
    for name in A.index[:sectors]:
        part, f = A.copy(), d["f"].copy()
        part.loc[name], part[name], f.loc[name] = 0.0, 0.0, 0.0
        lost.append(
            float(
                d["x"].sum() - primitives.calc_X_from_w(primitives.calc_w(part), f).to_numpy().sum()
            )
        )
    return lost


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
        t = table(d)  # a new table: nothing is factored yet
        bare = min(bare, cpu(lambda: bare_pipeline(d), 1))
        ours = min(ours, cpu(lambda t=t: pipeline(t), 1))
        t = table(d)
        limit = min(limit, cpu(lambda: closed_form(d), 1))
        each = min(each, cpu(lambda t=t: t.extract_each(), 1))
    compare("extraction", table(d).extract_each()["output_loss"], closed_form(d))
    make = cpu(lambda: table(d), rounds)
    print(f"n = {n}: making the table {make * 1e3:.3g} ms")
    print(f"  pipeline: bare {bare * 1e3:.4g} ms, ours {ours * 1e3:.4g} ms ({ours / bare:.2f} x)")
    print(f"  every sector extracted: closed form {limit * 1e3:.4g} ms, ours {each * 1e3:.4g} ms "
          f"({each / limit:.2f} x)")  # fmt: skip
    for peer, whole, loop in (("pymrio", pymrio_pipeline, pymrio_loop),
                              ("mario", mario_pipeline, mario_loop)):  # fmt: skip
        if importlib.util.find_spec(peer) is None or (
            peer == "mario" and importlib.util.find_spec("mario.compute") is None
        ):
            print(f"  {peer}: not installed, or older than 1.3")
            continue
        theirs = cpu(lambda w=whole: w(d), max(1, rounds // 20))
        compare(peer, whole(d), np.vstack([answers, forward]))
        count = min(n, 8 if n <= 150 else 2)
        compare(f"{peer} loop", loop(d, count), closed_form(d)[:count], 1e-6)
        looped = cpu(lambda f=loop, k=count: f(d, k), 5 if n <= 150 else 1) * n / count
        print(f"  {peer}: pipeline {theirs * 1e3:.4g} ms ({theirs / ours:.1f} x ours), loop over "
              f"the sectors {looped:.3g} s ({looped / each:,.0f} x ours)")  # fmt: skip
    weights(d, n)


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
