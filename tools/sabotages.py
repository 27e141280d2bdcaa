"""Faults of central formulas that the fast suite must kill: ``python -m tools.mutate --sabotage``.

Name -> file, what stands there (once), what a slip would make of it.
"""

SABOTAGES: dict[str, tuple[str, str, str]] = {
    "Leontief inverse": (
        "fitting/tables/leontief.py",
        'matrix = np.multiply(flows, -inverted(output), order="C")',
        'matrix = np.multiply(flows, -inverted(output)[:, None], order="C")',
    ),
    "multipliers of closed households": (
        "models/input_output/multipliers.py",
        "effects = effects + closing.row()",
        "effects = effects - closing.row()",
    ),
    "RAS": (
        "fitting/tables/balancing.py",
        "r = np.where(total >= 0, _ratio(up, 2.0 * p), _ratio(2.0 * n, down))",
        "r = np.where(total >= 0, _ratio(up, 2.01 * p), _ratio(2.0 * n, down))",
    ),
    "core scale": (
        "models/satellite/account.py",
        "(inputs[self.core_id] / (shares * own).sum(axis=1))[:, None]",
        "(inputs[self.core_id] / own.sum(axis=1))[:, None]",
    ),
    "linkage run": (
        "fitting/tables/extraction.py",
        "values[:, places] *= 1.0 - weights",
        "values[:, places] *= 1.0",
    ),
    "elasticity run": (
        "models/satellite/account.py",
        "potential * core / (use.supply[known.vintage] * known.factor)",
        "potential * core / (use.supply[known.vintage] + core)",
    ),
    "calibrated run": (
        "models/satellite/account.py",
        "later_total / (1.0 + inputs[use.growth]) / inflation",
        "later_total / (1.0 + inputs[use.growth])",
    ),
    "interval of the account": (
        "diagnostics/reproduction/runs.py",
        "_TAIL = 0.025",
        "_TAIL = 0.05",
    ),
    "interval of the curve": (
        "diagnostics/reproduction/specifications.py",
        "np.quantile(drawn, [0.025, 0.975])",
        "np.quantile(drawn, [0.05, 0.95])",
    ),
    "interval of a grid of specifications": (
        "diagnostics/evidence/specification.py",
        "np.nanquantile(finite[good], [0.025, 0.975], axis=1)",
        "np.nanquantile(finite[good], [0.05, 0.95], axis=1)",
    ),
    "interval of the made table": (
        "diagnostics/reproduction/made_table.py",
        "_TAIL = 0.025",
        "_TAIL = 0.05",
    ),
    "interval of the naive forecast": (
        "diagnostics/reproduction/verdicts.py",
        "np.quantile(wide, [0.025, 0.975])",
        "np.quantile(wide, [0.05, 0.95])",
    ),
    "interval of the back-test": (
        "diagnostics/reproduction/backtests.py",
        "np.nanquantile(drawn[:, places], [0.025, 0.975], axis=0)",
        "np.nanquantile(drawn[:, places], [0.05, 0.95], axis=0)",
    ),
    "interval of the placebo": (
        "diagnostics/evidence/coefficient_stability.py",
        "np.quantile(self.made_up, [0.025, 0.975])",
        "np.quantile(self.made_up, [0.05, 0.95])",
    ),
    "interval in a tornado": (
        "models/uncertainty/sensitivity.py",
        "    level: float = 0.95,",
        "    level: float = 0.9,",
    ),
    "cluster covariance": (
        "fitting/regression/covariance.py",
        "factor = groups / (groups - 1) * size",
        "factor = size",
    ),
    "verdict rule": (
        "diagnostics/reproduction/verdicts.py",
        '(found["low"] < printed["high"]) & (found["high"] >= printed["low"])',
        '(found["low"] <= printed["high"]) & (found["high"] >= printed["low"])',
    ),
    "verdict on a naive forecast": (
        "diagnostics/reproduction/verdicts.py",
        'bounds["low"] < printed["high"] and bounds["high"] >= printed["low"]',
        'bounds["low"] <= printed["high"] and bounds["high"] >= printed["low"]',
    ),
    "open end of a rounding interval": (
        "diagnostics/audit/figures.py",
        "return low, high - _OPEN * (high - low)",
        "return low, high",
    ),
    "units of an audit": (
        "diagnostics/audit/problem.py",
        "factor = own.scale / figure.unit.scale",
        "factor = figure.unit.scale / own.scale",
    ),
    "scale of a quantity of an audit": (
        "diagnostics/audit/problem.py",
        "return self.units[symbol].scale / self.base_size(symbol)",
        "return self.units[symbol].scale * self.base_size(symbol)",
    ),
    "digits of JSON": ("quesnay/commands.py", "_DIGITS = 10", "_DIGITS = 4"),
    "sectors that produce the technology": (
        "models/satellite/account.py",
        "users = self.value_added * use.intensity",
        "users = self.value_added * np.maximum(use.intensity, 0.2)",
    ),
    "contribution to growth": (
        "models/satellite/concepts.py",
        '"K = (T - T before) / (GDP - GDP before)"',
        '"K = (T - T before) / GDP"',
    ),
}
