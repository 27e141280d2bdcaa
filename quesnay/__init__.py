"""quesnay: the econometric modelling toolkit for satellite accounts.

Public names load when first used, so that ``import quesnay`` stays as light as pandas.
"""

import importlib
from typing import TYPE_CHECKING, Any

from quesnay.fitting.routes import open_routes
from quesnay.routes import FLOORS, ROUTES

if TYPE_CHECKING:
    from quesnay.audit_report import (
        audit as audit,
        read_figures as read_figures,
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
    from quesnay.diagnostics.evidence.diffusion_errors import (
        DiffusionErrors as DiffusionErrors,
        diffusion_errors as diffusion_errors,
        embedded_diffusions as embedded_diffusions,
    )
    from quesnay.diagnostics.evidence.grid import (
        Grid as Grid,
        Rule as Rule,
    )
    from quesnay.diagnostics.evidence.leave_one_out import leave_one_out as leave_one_out
    from quesnay.diagnostics.evidence.specification import run_specifications as run_specifications
    from quesnay.diagnostics.evidence.updating import backtest_update as backtest_update
    from quesnay.diagnostics.plots.fan import plot_fan as plot_fan
    from quesnay.diagnostics.plots.regression import (
        plot_diagnostics as plot_diagnostics,
        plot_influence as plot_influence,
    )
    from quesnay.diagnostics.regression.diagnosis import (
        Diagnosis as Diagnosis,
        diagnose as diagnose,
    )
    from quesnay.diagnostics.reproduction.backtests import (
        backtest_elasticity as backtest_elasticity,
        backtest_penetration as backtest_penetration,
        backtest_tables as backtest_tables,
    )
    from quesnay.diagnostics.reproduction.check import (
        StudyCheck as StudyCheck,
        check_study as check_study,
    )
    from quesnay.diagnostics.reproduction.made_table import update_table_year as update_table_year
    from quesnay.diagnostics.reproduction.result import Reproduction as Reproduction
    from quesnay.diagnostics.reproduction.runs import reproduce as reproduce
    from quesnay.diagnostics.reproduction.specifications import (
        specification_curve as specification_curve,
    )
    from quesnay.diagnostics.reproduction.study import load_study as load_study
    from quesnay.fitting.errors import (
        BalanceError as BalanceError,
        ConvergenceError as ConvergenceError,
        DataError as DataError,
        EstimationError as EstimationError,
        QuesnayError as QuesnayError,
        StudyError as StudyError,
    )
    from quesnay.fitting.regression.covariance import (
        CR0 as CR0,
        CR1 as CR1,
        CR2 as CR2,
        CR3 as CR3,
        DriscollKraay as DriscollKraay,
    )
    from quesnay.fitting.verdict import TestResult as TestResult
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

__version__ = "0.1.0"

# Module -> the public names it holds; each is imported when first used.
_MODULES = {
    "quesnay.audit_report": "audit read_figures",
    "quesnay.datasets.catalogue": "export_dataset list_datasets load_dataset",
    "quesnay.datasets.input_output": "load_io",
    "quesnay.datasets.macro": "load_gdp load_gdp_vintages",
    "quesnay.datasets.panels": "load_panel",
    "quesnay.datasets.readers.china_klems": "read_china_klems",
    "quesnay.datasets.readers.read": "read_io",
    "quesnay.datasets.reported": "load_reported",
    "quesnay.datasets.sectors": "load_concordance load_sectors",
    "quesnay.diagnostics.evidence.diffusion_errors": (
        "DiffusionErrors diffusion_errors embedded_diffusions"
    ),
    "quesnay.diagnostics.evidence.grid": "Grid Rule",
    "quesnay.diagnostics.evidence.leave_one_out": "leave_one_out",
    "quesnay.diagnostics.evidence.specification": "run_specifications",
    "quesnay.diagnostics.evidence.updating": "backtest_update",
    "quesnay.diagnostics.plots.fan": "plot_fan",
    "quesnay.diagnostics.plots.regression": "plot_diagnostics plot_influence",
    "quesnay.diagnostics.regression.diagnosis": "diagnose Diagnosis",
    "quesnay.diagnostics.reproduction.backtests": (
        "backtest_elasticity backtest_penetration backtest_tables"
    ),
    "quesnay.diagnostics.reproduction.check": "StudyCheck check_study",
    "quesnay.diagnostics.reproduction.made_table": "update_table_year",
    "quesnay.diagnostics.reproduction.result": "Reproduction",
    "quesnay.diagnostics.reproduction.runs": "reproduce",
    "quesnay.diagnostics.reproduction.specifications": "specification_curve",
    "quesnay.diagnostics.reproduction.study": "load_study",
    "quesnay.fitting.errors": (
        "BalanceError ConvergenceError DataError EstimationError QuesnayError StudyError"
    ),
    "quesnay.fitting.regression.covariance": "CR0 CR1 CR2 CR3 DriscollKraay",
    "quesnay.fitting.verdict": "TestResult",
    "quesnay.models.growth.capital": "perpetual_inventory",
    "quesnay.models.growth.curve": "fit_curve",
    "quesnay.models.growth.disaggregation": "disaggregate",
    "quesnay.models.growth.domar": "domar_aggregation",
    "quesnay.models.growth.grey": "fit_grey",
    "quesnay.models.growth.growth_accounting": "growth_accounting GrowthAccounting",
    "quesnay.models.growth.ict_level": "accumulate_contributions",
    "quesnay.models.growth.reconciliation": "reconcile",
    "quesnay.models.growth.services": "capital_services",
    "quesnay.models.input_output.balancing": "gras ras",
    "quesnay.models.input_output.decomposition": "structural_decomposition",
    "quesnay.models.input_output.imported": "split_imports",
    "quesnay.models.input_output.imports": "ImportBlock",
    "quesnay.models.input_output.inoperability": "inoperability inoperability_path",
    "quesnay.models.input_output.least_squares": "balance_least_squares",
    "quesnay.models.input_output.mixed": "mixed_model",
    "quesnay.models.input_output.paths": "structural_paths",
    "quesnay.models.input_output.propagation": "average_propagation_lengths upstreamness",
    "quesnay.models.input_output.recovery": "resilience",
    "quesnay.models.input_output.supply_use": "SupplyUseTable",
    "quesnay.models.input_output.table": "InputOutputTable",
    "quesnay.models.regression.averaging": "average_models",
    "quesnay.models.regression.combination": "combine",
    "quesnay.models.regression.differences": "fit_differences fit_half_panel_jackknife",
    "quesnay.models.regression.instrumental": "fit_instrumental to_linearmodels",
    "quesnay.models.regression.panel": "fit_panel",
    "quesnay.models.regression.random_effects": (
        "fit_correlated_random_effects fit_random_effects"
    ),
    "quesnay.models.regression.result": "PanelFit",
    "quesnay.models.regression.shift_share": "shift_share_instrument",
    "quesnay.models.regression.shrinkage": "shrink",
    "quesnay.models.uncertainty": (
        "bootstrap CheckpointWarning Choice Constant Empirical JointNormal LogNormal "
        "monte_carlo Normal tornado Triangular TruncatedNormal Uniform variance_shares"
    ),
}
_NAMES = {name: module for module, names in _MODULES.items() for name in names.split()}

__all__ = [*_NAMES, "__version__"]

open_routes(ROUTES)
open_routes(
    {
        f"{floor}.{name}": f"{module}:{name}"
        for floor, rooms in FLOORS.items()
        for name, module in _NAMES.items()
        if module.startswith(rooms)
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
