"""The public names of quesnay and where each of them lives; imported when first used."""

from .datasets.concordance import (
    Concordance as Concordance,
    concordance as concordance,
)
from .datasets.download import (
    download as download,
    list_downloads as list_downloads,
)
from .datasets.embedded import (
    load_concordance as load_concordance,
    load_gdp as load_gdp,
    load_gdp_vintages as load_gdp_vintages,
    load_panel as load_panel,
    load_reported as load_reported,
    load_sectors as load_sectors,
)
from .datasets.readers.offices import (
    read_china_klems as read_china_klems,
)
from .datasets.readers.read import (
    read_io as read_io,
)
from .datasets.sdmx import (
    SdmxData as SdmxData,
    read_sdmx as read_sdmx,
)
from .datasets.store import (
    export_dataset as export_dataset,
    list_datasets as list_datasets,
    load_dataset as load_dataset,
)
from .datasets.tables import (
    load_io as load_io,
)
from .diagnostics.audit.consistency import (
    audit as audit,
)
from .diagnostics.audit.files import (
    read_figures as read_figures,
)
from .diagnostics.evidence.coefficient_stability import (
    leave_one_out as leave_one_out,
    oster_bounds as oster_bounds,
    scale_placebo as scale_placebo,
)
from .diagnostics.evidence.diffusion_errors import (
    DiffusionErrors as DiffusionErrors,
    diffusion_errors as diffusion_errors,
    embedded_diffusions as embedded_diffusions,
)
from .diagnostics.evidence.specification import (
    Grid as Grid,
    Rule as Rule,
    run_specifications as run_specifications,
)
from .diagnostics.evidence.updating import (
    backtest_tables as backtest_tables,
    backtest_update as backtest_update,
)
from .diagnostics.plots.account import (
    plot_mixture as plot_mixture,
)
from .diagnostics.plots.evidence import (
    plot_specification_runs as plot_specification_runs,
)
from .diagnostics.plots.input_output import (
    plot_flows as plot_flows,
    plot_heat_map as plot_heat_map,
    plot_waterfall as plot_waterfall,
)
from .diagnostics.plots.regression import (
    plot_diagnostics as plot_diagnostics,
    plot_influence as plot_influence,
)
from .diagnostics.plots.uncertainty import (
    plot_fan as plot_fan,
    plot_path as plot_path,
)
from .diagnostics.regression.diagnosis import (
    Diagnosis as Diagnosis,
    diagnose as diagnose,
)
from .diagnostics.reproduction.backtests import (
    backtest_elasticity as backtest_elasticity,
    backtest_penetration as backtest_penetration,
)
from .diagnostics.reproduction.check import (
    StudyCheck as StudyCheck,
    check_study as check_study,
)
from .diagnostics.reproduction.comparison import (
    Comparison as Comparison,
    compare as compare,
)
from .diagnostics.reproduction.klems_account import (
    KlemsAccount as KlemsAccount,
)
from .diagnostics.reproduction.made_table import (
    update_table_year as update_table_year,
)
from .diagnostics.reproduction.result import (
    Reproduction as Reproduction,
)
from .diagnostics.reproduction.runs import (
    reproduce as reproduce,
)
from .diagnostics.reproduction.specifications import (
    specification_curve as specification_curve,
)
from .diagnostics.reproduction.study import (
    load_study as load_study,
)
from .diagnostics.selftest import (
    selftest as selftest,
)
from .fitting.errors import (
    BalanceError as BalanceError,
    ConvergenceError as ConvergenceError,
    DataError as DataError,
    EstimationError as EstimationError,
    QuesnayError as QuesnayError,
    StudyError as StudyError,
)
from .fitting.regression.covariance import (
    CR0 as CR0,
    CR1 as CR1,
    CR2 as CR2,
    CR3 as CR3,
    DriscollKraay as DriscollKraay,
    NeweyWest as NeweyWest,
)
from .fitting.simulation.distributions import (
    Choice as Choice,
    Constant as Constant,
    Empirical as Empirical,
    JointNormal as JointNormal,
    LogNormal as LogNormal,
    Normal as Normal,
    Triangular as Triangular,
    TruncatedNormal as TruncatedNormal,
    Uniform as Uniform,
)
from .fitting.verdict import (
    TestResult as TestResult,
)
from .models.growth.capital import (
    capital_services as capital_services,
    perpetual_inventory as perpetual_inventory,
)
from .models.growth.curve import (
    fit_curve as fit_curve,
)
from .models.growth.disaggregation import (
    disaggregate as disaggregate,
)
from .models.growth.grey import (
    fit_grey as fit_grey,
)
from .models.growth.growth_accounting import (
    GrowthAccounting as GrowthAccounting,
    accumulate_contributions as accumulate_contributions,
    cost_share as cost_share,
    domar_aggregation as domar_aggregation,
    growth_accounting as growth_accounting,
)
from .models.growth.reconciliation import (
    reconcile as reconcile,
)
from .models.input_output.balancing import (
    balance_least_squares as balance_least_squares,
    gras as gras,
    ras as ras,
    ras_multi as ras_multi,
)
from .models.input_output.decomposition import (
    structural_decomposition as structural_decomposition,
)
from .models.input_output.imports import (
    location_quotient_table as location_quotient_table,
    split_imports as split_imports,
)
from .models.input_output.inoperability import (
    inoperability as inoperability,
    inoperability_path as inoperability_path,
    mixed_model as mixed_model,
    resilience as resilience,
)
from .models.input_output.paths import (
    average_propagation_lengths as average_propagation_lengths,
    structural_paths as structural_paths,
    upstreamness as upstreamness,
)
from .models.input_output.supply_use import (
    SupplyUseTable as SupplyUseTable,
    balance_supply_use as balance_supply_use,
)
from .models.input_output.table import (
    InputOutputTable as InputOutputTable,
)
from .models.input_output.validation import (
    ImportBlock as ImportBlock,
)
from .models.regression.instrumental import (
    fit_instrumental as fit_instrumental,
    shift_share_instrument as shift_share_instrument,
    to_linearmodels as to_linearmodels,
)
from .models.regression.panel import (
    fit_differences as fit_differences,
    fit_half_panel_jackknife as fit_half_panel_jackknife,
    fit_panel as fit_panel,
)
from .models.regression.pooling import (
    average_models as average_models,
    combine as combine,
    shrink as shrink,
)
from .models.regression.random_effects import (
    fit_between as fit_between,
    fit_correlated_random_effects as fit_correlated_random_effects,
    fit_random_effects as fit_random_effects,
)
from .models.regression.result import (
    PanelFit as PanelFit,
)
from .models.uncertainty.bootstrap import (
    bootstrap as bootstrap,
)
from .models.uncertainty.monte_carlo import (
    monte_carlo as monte_carlo,
)
from .models.uncertainty.running import (
    CheckpointWarning as CheckpointWarning,
)
from .models.uncertainty.sensitivity import (
    tornado as tornado,
    variance_shares as variance_shares,
)

__version__: str
__all__: list[str]
