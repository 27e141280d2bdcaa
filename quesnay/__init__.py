"""quesnay: the econometric modelling toolkit for satellite accounts.

Public names load when first used, so that ``import quesnay`` stays as light as pandas.
"""

import importlib
from typing import TYPE_CHECKING, Any

from quesnay.fitting.routes import open_routes

if TYPE_CHECKING:
    from quesnay.audit_report import (
        audit as audit,
        read_figures as read_figures,
    )
    from quesnay.backtests import (
        backtest_tables as backtest_tables,
    )
    from quesnay.datasets.catalogue import (
        export_dataset as export_dataset,
        list_datasets as list_datasets,
        load_dataset as load_dataset,
    )
    from quesnay.datasets.input_output import load_io as load_io
    from quesnay.datasets.macro import (
        load_gdp as load_gdp,
        load_gdp_vintages as load_gdp_vintages,
    )
    from quesnay.datasets.panels import load_panel as load_panel
    from quesnay.datasets.readers.china_klems import read_china_klems as read_china_klems
    from quesnay.datasets.readers.read import read_io as read_io
    from quesnay.datasets.reported import load_reported as load_reported
    from quesnay.datasets.sectors import (
        load_concordance as load_concordance,
        load_sectors as load_sectors,
    )
    from quesnay.diagnostics.evidence.grid import (
        Grid as Grid,
        Rule as Rule,
    )
    from quesnay.diagnostics.evidence.leave_one_out import (
        leave_one_out as leave_one_out,
    )
    from quesnay.diagnostics.evidence.specification import (
        run_specifications as run_specifications,
    )
    from quesnay.diagnostics.evidence.updating import (
        backtest_update as backtest_update,
    )
    from quesnay.diagnostics.plots.fan import (
        plot_fan as plot_fan,
    )
    from quesnay.diagnostics.plots.regression import (
        plot_diagnostics as plot_diagnostics,
        plot_influence as plot_influence,
    )
    from quesnay.diagnostics.regression.diagnosis import (
        Diagnosis as Diagnosis,
        diagnose as diagnose,
    )
    from quesnay.fitting.errors import (
        BalanceError as BalanceError,
        ConvergenceError as ConvergenceError,
        DataError as DataError,
        EstimationError as EstimationError,
        QuesnayError as QuesnayError,
        StudyError as StudyError,
    )
    from quesnay.fitting.regression.covariance_clustered import (
        CR0 as CR0,
        CR1 as CR1,
        CR2 as CR2,
        CR3 as CR3,
    )
    from quesnay.fitting.regression.covariance_serial import DriscollKraay as DriscollKraay
    from quesnay.fitting.regression.verdict import TestResult as TestResult
    from quesnay.job.origins import backtest_penetration as backtest_penetration
    from quesnay.job.reproduction import Reproduction as Reproduction
    from quesnay.job.run import reproduce as reproduce
    from quesnay.job.specifications import specification_curve as specification_curve
    from quesnay.job.stability import backtest_elasticity as backtest_elasticity
    from quesnay.job.updated_table import update_table_year as update_table_year
    from quesnay.models.growth.capital import perpetual_inventory as perpetual_inventory
    from quesnay.models.growth.curve import fit_curve as fit_curve
    from quesnay.models.growth.disaggregation import disaggregate as disaggregate
    from quesnay.models.growth.domar import domar_aggregation as domar_aggregation
    from quesnay.models.growth.grey import fit_grey as fit_grey
    from quesnay.models.growth.growth_accounting import (
        GrowthAccounting as GrowthAccounting,
        growth_accounting as growth_accounting,
    )
    from quesnay.models.growth.ict_level import accumulate_contributions as accumulate_contributions
    from quesnay.models.growth.reconciliation import reconcile as reconcile
    from quesnay.models.growth.services import capital_services as capital_services
    from quesnay.models.input_output.balancing import gras as gras, ras as ras
    from quesnay.models.input_output.decomposition import (
        structural_decomposition as structural_decomposition,
    )
    from quesnay.models.input_output.imported import split_imports as split_imports
    from quesnay.models.input_output.imports import ImportBlock as ImportBlock
    from quesnay.models.input_output.inoperability import (
        inoperability as inoperability,
        inoperability_path as inoperability_path,
    )
    from quesnay.models.input_output.least_squares import (
        balance_least_squares as balance_least_squares,
    )
    from quesnay.models.input_output.mixed import mixed_model as mixed_model
    from quesnay.models.input_output.paths import structural_paths as structural_paths
    from quesnay.models.input_output.propagation import (
        average_propagation_lengths as average_propagation_lengths,
        upstreamness as upstreamness,
    )
    from quesnay.models.input_output.recovery import resilience as resilience
    from quesnay.models.input_output.supply_use import SupplyUseTable as SupplyUseTable
    from quesnay.models.input_output.table import InputOutputTable as InputOutputTable
    from quesnay.models.regression.averaging import average_models as average_models
    from quesnay.models.regression.combination import combine as combine
    from quesnay.models.regression.differences import (
        fit_differences as fit_differences,
        fit_half_panel_jackknife as fit_half_panel_jackknife,
    )
    from quesnay.models.regression.instrumental import (
        fit_instrumental as fit_instrumental,
        to_linearmodels as to_linearmodels,
    )
    from quesnay.models.regression.panel import fit_panel as fit_panel
    from quesnay.models.regression.random_effects import (
        fit_correlated_random_effects as fit_correlated_random_effects,
        fit_random_effects as fit_random_effects,
    )
    from quesnay.models.regression.result import PanelFit as PanelFit
    from quesnay.models.regression.shift_share import (
        shift_share_instrument as shift_share_instrument,
    )
    from quesnay.models.regression.shrinkage import shrink as shrink
    from quesnay.models.uncertainty import (
        CheckpointWarning as CheckpointWarning,
        Choice as Choice,
        Constant as Constant,
        Empirical as Empirical,
        JointNormal as JointNormal,
        LogNormal as LogNormal,
        Normal as Normal,
        Triangular as Triangular,
        TruncatedNormal as TruncatedNormal,
        Uniform as Uniform,
        bootstrap as bootstrap,
        monte_carlo as monte_carlo,
        tornado as tornado,
        variance_shares as variance_shares,
    )
    from quesnay.studies.load import load_study as load_study

__version__ = "0.1.0"

_NAMES: dict[str, str] = {
    "plot_diagnostics": "quesnay.diagnostics.plots.regression",
    "plot_influence": "quesnay.diagnostics.plots.regression",
    "Diagnosis": "quesnay.diagnostics.regression.diagnosis",
    "diagnose": "quesnay.diagnostics.regression.diagnosis",
    "TestResult": "quesnay.fitting.regression.verdict",
    "average_models": "quesnay.models.regression.averaging",
    "combine": "quesnay.models.regression.combination",
    "fit_differences": "quesnay.models.regression.differences",
    "fit_half_panel_jackknife": "quesnay.models.regression.differences",
    "fit_instrumental": "quesnay.models.regression.instrumental",
    "to_linearmodels": "quesnay.models.regression.instrumental",
    "fit_correlated_random_effects": "quesnay.models.regression.random_effects",
    "fit_random_effects": "quesnay.models.regression.random_effects",
    "shift_share_instrument": "quesnay.models.regression.shift_share",
    "shrink": "quesnay.models.regression.shrinkage",
    "GrowthAccounting": "quesnay.models.growth.growth_accounting",
    "accumulate_contributions": "quesnay.models.growth.ict_level",
    "domar_aggregation": "quesnay.models.growth.domar",
    "capital_services": "quesnay.models.growth.services",
    "fit_grey": "quesnay.models.growth.grey",
    "CR3": "quesnay.fitting.regression.covariance_clustered",
    "CR2": "quesnay.fitting.regression.covariance_clustered",
    "CR1": "quesnay.fitting.regression.covariance_clustered",
    "CR0": "quesnay.fitting.regression.covariance_clustered",
    "DriscollKraay": "quesnay.fitting.regression.covariance_serial",
    "PanelFit": "quesnay.models.regression.result",
    "fit_panel": "quesnay.models.regression.panel",
    "disaggregate": "quesnay.models.growth.disaggregation",
    "backtest_elasticity": "quesnay.job.stability",
    "backtest_penetration": "quesnay.job.origins",
    "reproduce": "quesnay.job.run",
    "specification_curve": "quesnay.job.specifications",
    "update_table_year": "quesnay.job.updated_table",
    "Reproduction": "quesnay.job.reproduction",
    "load_study": "quesnay.studies.load",
    "reconcile": "quesnay.models.growth.reconciliation",
    "growth_accounting": "quesnay.models.growth.growth_accounting",
    "perpetual_inventory": "quesnay.models.growth.capital",
    "fit_curve": "quesnay.models.growth.curve",
    "export_dataset": "quesnay.datasets.catalogue",
    "list_datasets": "quesnay.datasets.catalogue",
    "load_dataset": "quesnay.datasets.catalogue",
    "load_concordance": "quesnay.datasets.sectors",
    "load_gdp": "quesnay.datasets.macro",
    "load_gdp_vintages": "quesnay.datasets.macro",
    "load_panel": "quesnay.datasets.panels",
    "load_reported": "quesnay.datasets.reported",
    "read_china_klems": "quesnay.datasets.readers.china_klems",
    "read_io": "quesnay.datasets.readers.read",
    "load_sectors": "quesnay.datasets.sectors",
    "load_io": "quesnay.datasets.input_output",
    "BalanceError": "quesnay.fitting.errors",
    "ConvergenceError": "quesnay.fitting.errors",
    "DataError": "quesnay.fitting.errors",
    "EstimationError": "quesnay.fitting.errors",
    "QuesnayError": "quesnay.fitting.errors",
    "StudyError": "quesnay.fitting.errors",
    "CheckpointWarning": "quesnay.models.uncertainty",
    "Choice": "quesnay.models.uncertainty",
    "Constant": "quesnay.models.uncertainty",
    "Empirical": "quesnay.models.uncertainty",
    "JointNormal": "quesnay.models.uncertainty",
    "LogNormal": "quesnay.models.uncertainty",
    "Normal": "quesnay.models.uncertainty",
    "Triangular": "quesnay.models.uncertainty",
    "TruncatedNormal": "quesnay.models.uncertainty",
    "Uniform": "quesnay.models.uncertainty",
    "bootstrap": "quesnay.models.uncertainty",
    "monte_carlo": "quesnay.models.uncertainty",
    "gras": "quesnay.models.input_output.balancing",
    "ras": "quesnay.models.input_output.balancing",
    "balance_least_squares": "quesnay.models.input_output.least_squares",
    "structural_decomposition": "quesnay.models.input_output.decomposition",
    "structural_paths": "quesnay.models.input_output.paths",
    "average_propagation_lengths": "quesnay.models.input_output.propagation",
    "upstreamness": "quesnay.models.input_output.propagation",
    "mixed_model": "quesnay.models.input_output.mixed",
    "ImportBlock": "quesnay.models.input_output.imports",
    "InputOutputTable": "quesnay.models.input_output.table",
    "SupplyUseTable": "quesnay.models.input_output.supply_use",
    "split_imports": "quesnay.models.input_output.imported",
    "inoperability": "quesnay.models.input_output.inoperability",
    "inoperability_path": "quesnay.models.input_output.inoperability",
    "resilience": "quesnay.models.input_output.recovery",
    "audit": "quesnay.audit_report",
    "read_figures": "quesnay.audit_report",
    "Grid": "quesnay.diagnostics.evidence.grid",
    "Rule": "quesnay.diagnostics.evidence.grid",
    "run_specifications": "quesnay.diagnostics.evidence.specification",
    "tornado": "quesnay.models.uncertainty",
    "variance_shares": "quesnay.models.uncertainty",
    "plot_fan": "quesnay.diagnostics.plots.fan",
    "backtest_tables": "quesnay.backtests",
    "backtest_update": "quesnay.diagnostics.evidence.updating",
    "leave_one_out": "quesnay.diagnostics.evidence.leave_one_out",
}

__all__ = [*_NAMES, "__version__"]

open_routes(
    {
        "evidence.plot_backtest": "quesnay.diagnostics.plots.backtest:plot_backtest",
        "evidence.plot_tornado": "quesnay.diagnostics.plots.tornado:plot_tornado",
        "audit.plot": "quesnay.diagnostics.plots.audit:plot_audit",
        "input_output.plot_coefficients": (
            "quesnay.diagnostics.plots.input_output:plot_coefficients"
        ),
        "input_output.plot_extraction": (
            "quesnay.diagnostics.plots.input_output_extraction:plot_extraction"
        ),
        "input_output.plot_linkages": "quesnay.diagnostics.plots.input_output:plot_linkages",
        "input_output.plot_decomposition": (
            "quesnay.diagnostics.plots.decomposition:plot_decomposition"
        ),
        "regression.diagnose": "quesnay.diagnostics.regression.diagnosis:diagnose",
        "growth.plot_curve": "quesnay.diagnostics.plots.curves:plot_curve",
        "growth.plot_accounting": "quesnay.diagnostics.plots.growth:plot_growth_accounting",
        "growth.plot_disaggregation": "quesnay.diagnostics.plots.growth:plot_disaggregation",
        "growth.plot_reconciliation": "quesnay.diagnostics.plots.growth:plot_reconciliation",
        "regression.plot_diagnostics": "quesnay.diagnostics.plots.regression:plot_diagnostics",
    }
)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'quesnay' has no attribute {name!r}")
    value = getattr(importlib.import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
