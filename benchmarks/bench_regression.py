"""Regressions against bare NumPy and peers, answers compared.

Run: ``OMP_NUM_THREADS=1 python benchmarks/bench_regression.py [--quick]``. CPU time, the best of
several runs. Peers (statsmodels, linearmodels, pyfixest) are timed where they are installed.
"""

import argparse
import importlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

import quesnay as qn

Array = np.ndarray[Any, np.dtype[np.float64]]


def cpu(call: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Return the shortest CPU time of a call in seconds, and its answer."""
    call()  # imports and caches
    best, answer = np.inf, None
    for _ in range(repeats):
        start = time.process_time()
        answer = call()
        best = min(best, time.process_time() - start)
    return best, answer


def report(task: str, times: dict[str, tuple[float, Array]]) -> None:
    """Print times relative to the bare one, and how far the errors are from it."""
    bare, right = times["bare numpy"]
    print(f"\n{task}: bare numpy {1e3 * bare:.3g} ms")
    for name, (seconds, errors) in times.items():
        if name != "bare numpy":
            gap = np.max(np.abs(np.asarray(errors) / right - 1))
            print(f"  {name:24s} {1e3 * seconds:10.3g} ms {seconds / bare:8.2f} x   gap {gap:.1e}")


def installed(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        print(f"  {name} is not installed: not compared")
        return None


def bare_ols(X: Array, y: Array) -> Array:
    gram = X.T @ X
    factor = np.linalg.cholesky(gram)
    b = np.linalg.solve(factor.T, np.linalg.solve(factor, X.T @ y))
    scores = X * (y - X @ b)[:, None]
    bread = np.linalg.inv(gram)
    matrix = bread @ (scores.T @ scores) @ bread * len(y) / (len(y) - X.shape[1])
    return np.sqrt(np.diag(matrix))


def bench_ols(rows: int, repeats: int) -> None:
    generator = np.random.default_rng(0)
    X = generator.standard_normal((rows, 10))
    X[:, 0] = 1.0
    y = X @ np.arange(10.0) + generator.standard_normal(rows)
    names = [f"x{j}" for j in range(1, 10)]
    frame = pd.DataFrame(X[:, 1:], columns=names).assign(y=y)
    formula = "y ~ " + " + ".join(names)
    times: dict[str, tuple[float, Array]] = {"bare numpy": cpu(lambda: bare_ols(X, y), repeats)}
    times["quesnay"] = cpu(lambda: qn.fit_panel(formula, frame).std_errors.to_numpy(), repeats)
    if sm := installed("statsmodels.api"):
        times["statsmodels"] = cpu(lambda: sm.OLS(y, X).fit(cov_type="HC1").bse, 2)
    if pf := installed("pyfixest"):
        times["pyfixest"] = cpu(lambda: pf.feols(formula, frame, vcov="HC1").se().to_numpy(), 2)
    report(f"OLS with HC1, n = {rows:,}, k = 10", times)


def bare_panel(unit: Any, year: Any, Z: Array) -> Array:
    """Two-way effects of a balanced panel from labels: codes, means, normal equations, CR1."""
    (first, i), (second, t) = (np.unique(v, return_inverse=True) for v in (unit, year))
    units, years = len(first), len(second)
    W = np.column_stack(
        [v - np.bincount(i, v)[i] / years - np.bincount(t, v)[t] / units + v.mean() for v in Z.T]
    )
    y, X = W[:, 0], W[:, 1:]
    bread = np.linalg.inv(X.T @ X)
    scores = X * (y - X @ (bread @ (X.T @ y)))[:, None]
    sums = np.column_stack([np.bincount(i, column) for column in scores.T])
    rows = len(y)
    factor = units / (units - 1) * (rows - 1) / (rows - X.shape[1] - years)
    return np.sqrt(np.diag(factor * bread @ (sums.T @ sums) @ bread))


def bench_panel(units: int, years: int, repeats: int) -> None:
    generator = np.random.default_rng(1)
    rows = units * years
    frame = pd.DataFrame({"i": np.repeat(np.arange(units), years), "t": [*range(years)] * units})
    frame["x"], frame["z"] = generator.standard_normal((2, rows))
    frame["y"] = frame["x"] + generator.standard_normal(rows)
    unit, year = frame["i"].to_numpy(), frame["t"].to_numpy()
    Z = np.asfortranarray(frame[["y", "x", "z"]].to_numpy())
    times: dict[str, tuple[float, Array]] = {
        "bare numpy": cpu(lambda: bare_panel(unit, year, Z), repeats)
    }
    options: dict[str, Any] = {"absorb": ["i", "t"], "cluster": "i"}
    times["quesnay"] = cpu(
        lambda: qn.fit_panel("y ~ x + z", frame, **options).std_errors.to_numpy(), repeats
    )
    if lm := installed("linearmodels"):
        indexed = frame.set_index(["i", "t"])
        model = "y ~ x + z + EntityEffects + TimeEffects"
        times["linearmodels"] = cpu(
            lambda: (
                lm.PanelOLS.from_formula(model, indexed)
                .fit(cov_type="clustered", cluster_entity=True)
                .std_errors.to_numpy()
            ),
            2,
        )
    if pf := installed("pyfixest"):
        times["pyfixest"] = cpu(
            lambda: pf.feols("y ~ x + z | i + t", frame, vcov={"CRV1": "i"}).se().to_numpy(), 2
        )
    report(f"Two-way effects, clustered, {units:,} x {years}", times)


def bench_levels(rows: int, levels: tuple[int, ...], repeats: int) -> None:
    """Dummies in the formula against `numpy.linalg.lstsq` on a table of them."""
    generator = np.random.default_rng(4)
    frame = pd.DataFrame({f"g{i}": generator.integers(0, m, rows) for i, m in enumerate(levels)})
    frame["x"], frame["y"] = generator.standard_normal((2, rows))
    cell = frame.filter(like="g").astype(str).agg("-".join, axis=1)
    wide = np.column_stack([frame["x"], pd.get_dummies(cell)]).astype(float)
    y = frame["y"].to_numpy()
    formula = "y ~ x + " + ":".join(f"C(g{i})" for i in range(len(levels)))
    times: dict[str, tuple[float, Array]] = {
        "bare numpy": cpu(lambda: np.linalg.lstsq(wide, y, rcond=None)[0][:1], repeats),
        "quesnay": cpu(lambda: qn.fit_panel(formula, frame).params[["x"]].to_numpy(), repeats),
    }
    report(f"{formula}, {wide.shape[1] - 1} cells, n = {rows:,}", times)


def bare_pairs(X: Array, y: Array, draws: int) -> Array:
    generator = np.random.default_rng(2)
    rows, columns = X.shape
    Z = np.column_stack([y, X])
    products = (Z[:, :, None] * Z[:, None, :]).reshape(rows, -1)
    picks = generator.integers(0, rows, (draws, rows)) + rows * np.arange(draws)[:, None]
    counts = np.bincount(picks.ravel(), minlength=draws * rows).reshape(draws, rows)
    grams = (counts.astype(float) @ products).reshape(draws, columns + 1, columns + 1)
    found = np.linalg.solve(grams[:, 1:, 1:], grams[:, 1:, :1])[:, :, 0]
    return np.asarray(found.std(axis=0, ddof=1))


def bench_pairs(draws: int, repeats: int) -> None:
    generator = np.random.default_rng(3)
    X = np.column_stack([np.ones(100), generator.standard_normal((100, 4))])
    y = X.sum(axis=1) + generator.standard_normal(100)
    frame = pd.DataFrame(X[:, 1:], columns=list("abcd")).assign(y=y)
    fit = qn.fit_panel("y ~ a + b + c + d", frame)
    times: dict[str, tuple[float, Array]] = {
        "bare numpy": cpu(lambda: bare_pairs(X, y, draws), repeats),
        "quesnay": cpu(lambda: fit.bootstrap(draws=draws, seed=2).std_errors.to_numpy(), repeats),
    }
    report(f"Pairs bootstrap, {draws:,} draws, n = 100, k = 5", times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    quick = parser.parse_args().quick
    bench_ols(100_000 if quick else 1_000_000, 5)
    bench_panel(31, 10, 300)
    bench_panel(1_000 if quick else 10_000, 100, 5)
    bench_levels(20_000, (200,), 3)
    bench_levels(6_200, (31, 20), 3)
    bench_pairs(2_000, 30)


if __name__ == "__main__":
    main()
