"""shim"""

import numpy as np

NAIVE_RULES = ("same step", "same growth", "mean of both")


def rule_errors(name):
    r = np.random.default_rng(1).standard_normal((60, 2)) * [0.08, 0.14]
    return r


def naive_forecast(rule, before, now, steps):
    a, b = now + steps * (now - before), now * (now / before) ** steps
    return {"same step": a, "same growth": b, "mean of both": (a + b) / 2}[rule]
