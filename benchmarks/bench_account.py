"""The whole account at scale: 100,000 draws, and the specification curve of one figure.

Run: OMP_NUM_THREADS=1 python benchmarks/bench_account.py
The limit of the curve is the bare regressions behind it: ``numpy.linalg.lstsq`` on the same rows
with the effects as columns, once each; answers are compared in the same run.
"""

import time

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.diagnostics.reproduction.assembly import prepare
from quesnay.diagnostics.reproduction.regressions import elasticity_draws, regression_rows
from quesnay.diagnostics.reproduction.runs import AllRuns, uncertain_inputs
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.specifications import combinations
from quesnay.diagnostics.reproduction.study import Potential, load_study

DRAWS = 100_000
STUDY = load_study("caict_2020")


def monte_carlo() -> None:
    ready = prepare(STUDY)
    made = ready.assembly
    inputs, _ = uncertain_inputs(STUDY, ready.facts, made.model, made.productivity)
    drawn = []
    for jobs in (1, 2):
        start = time.perf_counter()
        found = qn.monte_carlo(AllRuns(made.model), inputs, draws=DRAWS, seed=0, jobs=jobs)
        drawn.append(found.draws)
        print(f"{DRAWS:,} draws of all runs, jobs={jobs}: {time.perf_counter() - start:6.2f} s")
    pd.testing.assert_frame_equal(*drawn, check_exact=True)


def bare(use: Potential) -> float:
    """One regression with its effects as columns."""
    frame = regression_rows(use)
    outcome, _, right = use.formula.partition("~")
    names = [name.strip() for name in right.split("+")]
    frame = frame.dropna(subset=[outcome.strip(), *names])
    root = np.ones(len(frame))
    if use.weights is not None:
        root = np.sqrt(frame[use.weights].to_numpy(float))
    codes = [frame.groupby(effect.split(":")).ngroup().to_numpy() for effect in use.absorb]
    columns = [frame[names].to_numpy(float), *(np.eye(code.max() + 1)[code] for code in codes)]
    X = np.concatenate(columns, axis=1) * root[:, None]
    y = frame[outcome.strip()].to_numpy(float) * root
    return float(np.linalg.lstsq(X, y, rcond=None)[0][names.index(use.term)])


def curve() -> None:
    for jobs in (1, 2):
        start, used = time.perf_counter(), time.process_time()
        found = qn.specification_curve(STUDY, figure="T19", draws=200, seed=0, jobs=jobs)
        wall, cpu = time.perf_counter() - start, time.process_time() - used
        count = len(found.estimates)
        print(f"{count:,} specifications x 200 draws, jobs={jobs}: {wall:6.2f} s {cpu:.2f} s CPU")
    grid = combinations(STUDY.specifications)
    distinct = {repr(c.regression): dict(c.regression) for c in grid}
    some = [with_keys(STUDY, keys).potential for keys in list(distinct.values())[::8]]
    start = time.process_time()
    ours = [elasticity_draws(use, draws=0, rng=np.random.default_rng(0))[0] for use in some]
    middle = time.process_time()
    theirs = [bare(use) for use in some]
    end = time.process_time()
    assert np.allclose(ours, theirs, rtol=1e-6)
    ratio = (middle - start) / (end - middle)
    print(f"point estimate / bare lstsq, {len(some)} regressions: {ratio:.2f}")


if __name__ == "__main__":
    monte_carlo()
    curve()
