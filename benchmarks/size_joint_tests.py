"""How often joint tests reject a right model: RESET, Chow under three rules of errors, Mundlak.

Run: ``OMP_NUM_THREADS=1 python benchmarks/size_joint_tests.py [--draws 300]``. RESET and Chow: 31
clusters of 40 rows in two times; regressor and error have components of cluster and of cluster by
time. Mundlak: nine units of six times, random effects, white errors.
"""

import argparse

import numpy as np
import pandas as pd

import quesnay as qn

RULES = {"classical": None, "CR1": "cluster", "CR2": "cluster"}


def sample(seed: int) -> pd.DataFrame:
    """Draw a panel in which y = x + w + error holds."""
    generator = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(31), 40)
    late = np.tile(np.repeat([0, 1], 20), 31)

    def grouped() -> np.ndarray:
        parts = generator.standard_normal(31)[cluster] + generator.standard_normal(cluster.size)
        return parts + generator.standard_normal((31, 2))[cluster, late]

    frame = pd.DataFrame({"cluster": cluster, "late": late, "x": grouped()})
    frame["w"] = generator.standard_normal(cluster.size)
    frame["y"] = frame["x"] + frame["w"] + grouped()
    explained = qn.fit_panel("y ~ x + w", frame).fitted
    scaled = (explained - explained.mean()) / explained.std()
    return frame.assign(second=scaled**2, third=scaled**3)


def mundlak_rejects(seed: int) -> bool:
    """Draw a panel with random effects and test it."""
    generator = np.random.default_rng(seed)
    unit = np.repeat(np.arange(9), 6)
    regressors = generator.standard_normal((54, 2)) + generator.standard_normal((9, 2))[unit]
    frame = pd.DataFrame(regressors, columns=["x", "w"]).assign(unit=unit)
    effects = generator.standard_normal(9)[unit]
    frame["y"] = regressors.sum(axis=1) + effects + generator.standard_normal(54)
    fit = qn.fit_random_effects("y ~ x + w", frame, unit="unit")
    return next(test.rejected for test in fit.tests if test.name.startswith("Mundlak"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=300, help="samples")
    draws = parser.parse_args().draws
    tests = {
        "RESET": ("y ~ x + w + second + third", ["second", "third"]),
        "Chow": ("y ~ x + w + x:late + w:late", ["x:late", "w:late"]),
    }
    frames = [sample(seed) for seed in range(draws)]
    for effects in ((), ("cluster", "late")):
        for name, (formula, terms) in tests.items():
            rejected = dict.fromkeys(RULES, 0)
            for frame in frames:
                for rule, cluster in RULES.items():
                    fit = qn.fit_panel(
                        formula, frame, absorb=effects, cluster=cluster, covariance=rule
                    )
                    rejected[rule] += fit.wald_test([f"`{t}`" for t in terms]).rejected
            shares = ", ".join(f"{rule} {n / draws:.1%}" for rule, n in rejected.items())
            print(f"{name}, effects {effects or 'none'}: rejected at 5 %: {shares}")
    share = sum(mundlak_rejects(seed) for seed in range(draws)) / draws
    print(f"Mundlak, nine units: rejected at 5 %: CR2 {share:.1%}")


if __name__ == "__main__":
    main()
