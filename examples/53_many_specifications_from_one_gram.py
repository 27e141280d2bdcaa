"""A thousand specifications and their cluster bootstrap from one table of products."""

import itertools
import time

import numpy as np

from quesnay.fitting.regression.gram import gram_blocks, redraw_grams, solve_grams
from quesnay.fitting.regression.subsets import fit_subset, solve_subsets

generator = np.random.default_rng(0)
rows, groups, controls = 2_000, 31, 10
X = generator.standard_normal((rows, 1 + controls))
y = X @ np.r_[0.5, generator.standard_normal(controls)] + generator.standard_normal(rows)
Z = np.column_stack([y, np.ones(rows), X])  # column 0 outcome, 1 intercept, 2 the one of interest
blocks = gram_blocks(Z, generator.integers(0, groups, rows))

subsets = [
    (1, 2, *chosen)
    for size in range(controls + 1)
    for chosen in itertools.combinations(range(3, 3 + controls), size)
]
start = time.perf_counter()
estimates = np.array([b[1] for b in solve_subsets(blocks.total, 0, subsets)])
print(f"{len(subsets)} specifications in {1e3 * (time.perf_counter() - start):.0f} ms")
low, middle, high = np.quantile(estimates, [0.0, 0.5, 1.0])
print(f"estimates from {low:.3f} to {high:.3f}, median {middle:.3f}")

full = fit_subset(blocks, 0, subsets[-1])
counts = generator.multinomial(groups, np.full(groups, 1 / groups), size=500)
draws = solve_grams(redraw_grams(blocks, counts), 0, subsets[-1])[:, 1]
error = np.sqrt(full.covariance[1, 1])
print(f"full model {full.coefficients[1]:.3f}, CR1 error {error:.4f}, bootstrap {draws.std():.4f}")
