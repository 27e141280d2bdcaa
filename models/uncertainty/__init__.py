"""Uncertainty at scale: bootstrap, Monte Carlo and what drives a figure.

``bootstrap`` and ``monte_carlo`` run on one engine (`quesnay.fitting.simulation`): chunks of fixed
size, each with its own child seed, so the numbers do not depend on the number of jobs.
"""
