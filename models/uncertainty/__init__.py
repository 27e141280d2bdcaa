"""Uncertainty at scale: bootstrap, Monte Carlo and what drives a figure.

``bootstrap`` and ``monte_carlo`` run on one engine (`quesnay.fitting.simulation`): chunks of fixed
size, each with its own child seed, so the numbers do not depend on the number of jobs.
"""

from quesnay.fitting.simulation.distributions import (
    Choice,
    Constant,
    Distribution,
    Empirical,
    JointNormal,
    LogNormal,
    Normal,
    Triangular,
    TruncatedNormal,
    Uniform,
)
from quesnay.models.uncertainty.bootstrap import bootstrap
from quesnay.models.uncertainty.monte_carlo import MonteCarloResult, monte_carlo
from quesnay.models.uncertainty.running import Checkpoints, CheckpointWarning
from quesnay.models.uncertainty.sensitivity import (
    Tornado,
    VarianceShares,
    tornado,
    variance_shares,
)

__all__ = [
    "CheckpointWarning",
    "Checkpoints",
    "Choice",
    "Constant",
    "Distribution",
    "Empirical",
    "JointNormal",
    "LogNormal",
    "MonteCarloResult",
    "Normal",
    "Tornado",
    "Triangular",
    "TruncatedNormal",
    "Uniform",
    "VarianceShares",
    "bootstrap",
    "monte_carlo",
    "tornado",
    "variance_shares",
]
