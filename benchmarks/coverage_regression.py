"""Coverage of 95 % intervals in simulation: CR2 with Satterthwaite's t against CR1; unit bootstrap.

Run: ``OMP_NUM_THREADS=1 python benchmarks/coverage_regression.py [--runs 2000]``. Three designs
with few clusters; the recommended interval has to cover 93.5 to 96.5 % of the time.
"""

import argparse
from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import stdtrit

from quesnay.fitting.regression.covariance import CR1, CR2, CR3, HC1
from quesnay.fitting.regression.fixed_effects import absorb_effects
from quesnay.fitting.regression.least_squares import Regression, least_squares
from quesnay.fitting.regression.resampling import bootstrap_coefficients

Array = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.intp]]
Sample = tuple[Array, Array, Codes, list[Codes]]

BETA = 0.5
RULES = {"HC1": HC1(), "CR1": CR1(), "CR2": CR2(), "CR3": CR3()}
LOW, HIGH = 0.935, 0.965


def ten_clusters(generator: np.random.Generator) -> Sample:
    """Ten equal clusters of 30; regressor and error share components within clusters."""
    codes = np.repeat(np.arange(10), 30)
    x = generator.standard_normal(10)[codes] + generator.standard_normal(300)
    y = BETA * x + 0.7 * generator.standard_normal(10)[codes] + generator.standard_normal(300)
    return y, np.column_stack([x, np.ones(300)]), codes, []


def unequal_clusters(generator: np.random.Generator) -> Sample:
    """Sixteen clusters of 6 to 66 rows, heteroskedastic across and within clusters."""
    sizes = 6 + 4 * np.arange(16)
    codes = np.repeat(np.arange(16), sizes)
    rows = codes.size
    x = 0.7 * generator.standard_normal(16)[codes] + generator.standard_normal(rows)
    shock = generator.standard_normal(16)[codes] * 0.5
    y = BETA * x + shock + generator.standard_normal(rows) * np.sqrt(0.5 + 0.5 * x**2)
    return y, np.column_stack([x, np.ones(rows)]), codes, []


def provinces(generator: np.random.Generator) -> Sample:
    """31 provinces, 20 sectors, 2 years: province-by-sector and sector-by-year effects absorbed."""
    province, sector, year = (index.ravel() for index in np.indices((31, 20, 2)))
    trend = generator.standard_normal((31, 2))[province, year]
    x = trend + generator.standard_normal(province.size)
    shock = 0.8 * generator.standard_normal((31, 2))[province, year]
    y = BETA * x + shock + generator.standard_normal(province.size) + 0.3 * sector
    return y, x[:, None], province, [province * 20 + sector, sector * 2 + year]


def unit_bootstrap(runs: int, seed: np.random.SeedSequence) -> dict[str, float]:
    """Return how often intervals of the bootstrap of 40 units over 6 periods hold the truth.

    Unit effects are absorbed; regressor and error wander within units.
    """
    held = {"percentiles": 0, "errors, t(39)": 0}
    unit = np.repeat(np.arange(40), 6)
    absorber = absorb_effects([unit])
    for stream in seed.spawn(runs):
        generator = np.random.default_rng(stream)
        draw = generator.standard_normal
        x = draw(40)[unit] + draw((40, 6)).cumsum(axis=1).ravel()
        y = BETA * x + 2 * draw(40)[unit] + 0.5 * draw((40, 6)).cumsum(axis=1).ravel() + draw(240)
        y, X = absorber.residualise(y), absorber.residualise(x[:, None])
        fit = least_squares(y, X)
        regression = Regression(
            X, fit.residuals, fit.bread, (unit,), absorber, (unit,), factor=fit.root
        )
        found = bootstrap_coefficients(
            regression, fit.coefficients, draws=399, generator=generator, codes=unit
        )
        low, high = np.quantile(found.draws[:, 0], [0.025, 0.975])
        held["percentiles"] += bool(low <= BETA <= high)
        reach = stdtrit(39, 0.975) * np.sqrt(found.covariance[0, 0])
        held["errors, t(39)"] += bool(abs(fit.coefficients[0] - BETA) <= reach)
    return {name: count / runs for name, count in held.items()}


def run(
    design: Callable[[np.random.Generator], Sample], runs: int, seed: np.random.SeedSequence
) -> dict[str, float]:
    """Return the share of runs in which each 95 % interval holds the truth."""
    generator = np.random.default_rng(seed)
    held = dict.fromkeys(RULES, 0)
    for _ in range(runs):
        y, X, codes, effects = design(generator)
        absorber = absorb_effects(effects) if effects else None
        if absorber is not None:
            y, X = absorber.residualise(y), absorber.residualise(X)
        fit = least_squares(y, X)
        regression = Regression(
            X, fit.residuals, fit.bread, tuple(effects), absorber, (codes,), factor=fit.root
        )
        for name, rule in RULES.items():
            found = rule.estimate(regression)
            reach = stdtrit(found.df[0], 0.975) * np.sqrt(found.matrix[0, 0])
            held[name] += bool(abs(fit.coefficients[0] - BETA) <= reach)
    return {name: count / runs for name, count in held.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=20261124)
    arguments = parser.parse_args()
    designs = (ten_clusters, unequal_clusters, provinces)
    *seeds, last = np.random.SeedSequence(arguments.seed).spawn(len(designs) + 1)
    print(f"{'coverage of 95 % intervals':28s}" + "".join(f"{name:>9s}" for name in RULES))
    for design, seed in zip(designs, seeds, strict=True):
        shares = run(design, arguments.runs, seed)
        inside = LOW <= shares["CR2"] <= HIGH
        cells = "".join(f"{share:9.1%}" for share in shares.values())
        print(f"{design.__name__:28s}{cells}   CR2 {'within' if inside else 'OUTSIDE'} 93.5-96.5 %")
    shares = unit_bootstrap(arguments.runs, last)
    print(
        "bootstrap of 40 units       ", *(f"{name} {share:.1%}" for name, share in shares.items())
    )


if __name__ == "__main__":
    main()
