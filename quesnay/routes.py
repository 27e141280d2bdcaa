"""Where the methods of results find what an upper floor does for them."""

__all__ = ["FLOORS", "ROUTES"]

ROUTES = {
    "evidence.plot_backtest": "quesnay.diagnostics.plots.backtest:plot_backtest",
    "evidence.plot_tornado": "quesnay.diagnostics.plots.tornado:plot_tornado",
    "growth.plot_accounting": "quesnay.diagnostics.plots.growth:plot_growth_accounting",
    "growth.plot_curve": "quesnay.diagnostics.plots.curves:plot_curve",
    "growth.plot_disaggregation": "quesnay.diagnostics.plots.growth:plot_disaggregation",
    "growth.plot_reconciliation": "quesnay.diagnostics.plots.growth:plot_reconciliation",
    "input_output.plot_coefficients": "quesnay.diagnostics.plots.input_output:plot_coefficients",
    "input_output.plot_decomposition": "quesnay.diagnostics.plots.decomposition:plot_decomposition",
    "input_output.plot_extraction": (
        "quesnay.diagnostics.plots.input_output_extraction:plot_extraction"
    ),
    "input_output.plot_linkages": "quesnay.diagnostics.plots.input_output:plot_linkages",
    "regression.diagnose": "quesnay.diagnostics.regression.diagnosis:diagnose",
    "regression.plot_diagnostics": "quesnay.diagnostics.plots.regression:plot_diagnostics",
    "regression.plot_influence": "quesnay.diagnostics.plots.regression:plot_influence",
}
"""Name of the service -> module and function; see :mod:`quesnay.fitting.routes`."""

# Floor -> the rooms whose public names it shows as its own: what estimates is asked for under
# ``quesnay.fitting`` although its labelled doors live in ``models``.
FLOORS = {
    "quesnay.fitting": (
        "quesnay.models.growth",
        "quesnay.models.regression",
        "quesnay.models.uncertainty",
    ),
    "quesnay.models": ("quesnay.models",),
    "quesnay.datasets": ("quesnay.datasets",),
}
