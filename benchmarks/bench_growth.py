"""Curves, disaggregation and reconciliation against bare SciPy and NumPy, answers compared.

    python benchmarks/bench_growth.py

One BLAS thread; the best tenth of repeated runs. The answers of R's tempdisagg are those in
tests/reference.
"""

import json
import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.fitting.curves.functions import BASS, GOMPERTZ, LOGISTIC
from quesnay.fitting.curves.least_squares import nonlinear_least_squares
from quesnay.fitting.growth.benchmarking import adjust

REFERENCE = Path(__file__).resolve().parent.parent / "tests" / "reference" / "tempdisagg.json"


def best(run: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return sorted(taken)[times // 10]


def curves() -> None:
    from scipy.optimize import curve_fit

    t = np.arange(2005.0, 2026.0)
    truth = np.array([4.0, 0.5, 2015.0])
    y = LOGISTIC.value(t, truth) + 0.05 * np.random.default_rng(0).standard_normal(len(t))
    bare = best(lambda: curve_fit(lambda t, a, b, c: LOGISTIC.value(t, [a, b, c]), t, y, truth), 50)
    ours = best(lambda: qn.fit_curve("logistic", t, y), 50)
    core = best(
        lambda: nonlinear_least_squares(
            lambda b: LOGISTIC.value(t, b), y, truth, jacobian=lambda b: LOGISTIC.jacobian(t, b)
        ),
        50,
    )
    found = curve_fit(lambda t, a, b, c: LOGISTIC.value(t, [a, b, c]), t, y, truth, xtol=1e-14)[0]
    apart = np.abs(qn.fit_curve("logistic", t, y).params.to_numpy() / found - 1).max()
    print(f"logistic, n 21: SciPy from the true start {bare * 1e3:.2f} ms, our search from it")
    print(
        f"  {core * 1e3:.2f} ms, fit_curve without a start {ours * 1e3:.2f} ms, apart {apart:.1e}"
    )
    profile = best(qn.fit_curve("logistic", t, y).conf_int, 10)
    print(f"  profile intervals of its three parameters {profile * 1e3:.0f} ms")


def identification() -> None:
    rng = np.random.default_rng(0)
    low, high = rng.uniform(0.1, 0.3, 100_000), rng.uniform(0.4, 0.8, 100_000)
    bare = best(lambda: np.log(-np.log(low)) - np.log(-np.log(high)), 20)
    for curve in (GOMPERTZ, LOGISTIC, BASS):
        ours = best(lambda c=curve: c.identify((1.0, 2.0), (low, high), 1.0), 5)
        theta = curve.identify((1.0, 2.0), (low, high), 1.0)
        good = np.isfinite(theta).all(axis=1)
        apart = np.abs(curve.value(2.0, theta)[good] - high[good]).max()
        print(
            f"{curve.name}: 100,000 curves through two points {ours * 1e3:.0f} ms "
            f"({ours / bare:.0f} x four logarithms), back to the point within {apart:.0e}"
        )


def disaggregation() -> None:
    data = json.loads(REFERENCE.read_text("utf-8"))
    index = pd.period_range("1975Q1", periods=len(data["realgdp"]), freq="Q")
    gdp = pd.Series(data["realgdp"], index, name="gdp")
    years = np.asarray(index.year)
    inside = pd.Series(data["realinv"], index)[years <= 2006]
    yearly = inside.groupby(years[years <= 2006]).sum()
    made = qn.disaggregate(yearly, gdp)
    expected = data["results"]["chow_lin_one"]
    apart = np.abs(made.params.to_numpy() / expected["coefficients"] - 1).max()
    taken = best(lambda: qn.disaggregate(yearly, gdp), 5)
    print(
        f"Chow-Lin, 32 years and 139 quarters: {taken * 1e3:.0f} ms, from R {apart:.0e}, ", end=""
    )
    print(f"rho {made.rho:.6f} (R {expected['rho']:.6f})")


def reconciliation() -> None:
    rng = np.random.default_rng(0)
    for n, m in ((50, 10), (500, 100)):
        A, x = rng.standard_normal((m, n)), rng.standard_normal(n)
        V = np.cov(rng.standard_normal((n, 2 * n)))
        bare = best(lambda A=A, V=V, x=x: x - V @ A.T @ np.linalg.solve(A @ V @ A.T, A @ x), 20)
        ours = best(lambda A=A, V=V, x=x: adjust(x, V, lambda z: A @ z, lambda z: A), 5)
        gap = adjust(x, V, lambda z, A=A: A @ z, lambda z, A=A: A).values
        apart = np.abs(gap - (x - V @ A.T @ np.linalg.solve(A @ V @ A.T, A @ x))).max()
        print(
            f"reconciliation n {n}, {m} identities: values alone {bare * 1e3:.2f} ms, quesnay with "
            f"covariance and test {ours * 1e3:.2f} ms ({ours / bare:.1f} x), {apart:.0e} apart"
        )


if __name__ == "__main__":
    curves()
    identification()
    disaggregation()
    reconciliation()
