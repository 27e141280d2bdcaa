"""Freeze what comes out: ``python -m tools.golden`` renews ``tests/data/golden.json`` deliberately.

Frozen are the main job as JSON, the audit, one specification curve and every table of one example
of each result class, most of them the documented examples. Numbers are kept to twelve digits and
compared with a tolerance, so that they hold on other machines; words are kept as a digest where
they are long. A test compares; whoever means to change what comes out runs this, reads the
difference and says why in the commit.
"""

import doctest
import hashlib
import importlib
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.commands import result_json
from quesnay.diagnostics.reproduction.evidence import gather_evidence
from quesnay.diagnostics.reproduction.linkage import core_linkages
from quesnay.diagnostics.reproduction.study import Specifications, load_study
from quesnay.models.display.table import Table, Tabular, versions

DATA = Path(__file__).resolve().parents[1] / "tests" / "data" / "golden.json"
RELATIVE, ABSOLUTE = 1e-9, 1e-12
_DRAWS = 50
_LONG = 40  # characters: longer words are kept as a digest

# Documented examples; every result that one of them names is frozen.
DOCUMENTED = (
    "diagnostics.evidence.coefficient_stability.oster_bounds",
    "diagnostics.evidence.coefficient_stability.scale_placebo",
    "diagnostics.evidence.diffusion_errors.diffusion_errors",
    "diagnostics.evidence.coefficient_stability.leave_one_out",
    "diagnostics.evidence.specification.run_specifications",
    "diagnostics.evidence.updating.backtest_update",
    "diagnostics.regression.diagnosis.diagnose",
    "diagnostics.reproduction.backtests.OriginBacktest",
    "diagnostics.reproduction.backtests.backtest_elasticity",
    "diagnostics.reproduction.check.check_study",
    "diagnostics.reproduction.comparison.compare",
    "diagnostics.reproduction.klems_account.KlemsAccount",
    "models.growth.capital.CapitalServices",
    "models.growth.curve.fit_curve",
    "models.growth.disaggregation.Disaggregation",
    "models.growth.grey.GreyFit",
    "models.growth.growth_accounting.AccumulatedLevel",
    "models.growth.growth_accounting.DomarAggregation",
    "models.growth.growth_accounting.cost_share",
    "models.growth.growth_accounting.growth_accounting",
    "models.growth.reconciliation.reconcile",
    "models.input_output.balancing.ras_multi",
    "models.input_output.imports.split_imports",
    "models.input_output.inoperability.inoperability_path",
    "models.input_output.inoperability.mixed_model",
    "models.input_output.paths.structural_paths",
    "models.input_output.imports.location_quotient_table",
    "models.input_output.supply_use.SupplyUseTable",
    "models.input_output.supply_use.balance_supply_use",
    "models.input_output.table.InputOutputTable.extract",
    "models.input_output.table.InputOutputTable.extraction_intervals",
    "models.regression.pooling.average_models",
    "models.regression.pooling.combine",
    "models.regression.pooling.shrink",
    "models.regression.resampling.ReplicatedFit",
    "models.regression.resampling.WildTest",
    "models.regression.result.Functions.nonlinear",
    "models.regression.result.PanelFit.tidy",
    "models.uncertainty.bootstrap.bootstrap",
    "models.uncertainty.monte_carlo.monte_carlo",
    "models.uncertainty.sensitivity.tornado",
    "models.uncertainty.sensitivity.variance_shares",
)


def computed() -> dict[str, Any]:
    """Compute everything that is frozen."""
    result = qn.reproduce("caict_2020", draws=_DRAWS, seed=0)
    frozen = {"reproduce --json": _digest(json.loads(json.dumps(result_json(result))))}
    for name, shown in _results(result):
        frozen[name] = [_table(table) for table in shown.tables()]
    return frozen


def _results(result: Any) -> Iterator[tuple[str, Tabular]]:
    """Yield one example of each result class, under its class and where it comes from."""
    for name in DOCUMENTED:
        for variable, value in _documented(f"quesnay.{name}").items():
            if isinstance(value, Tabular) and not isinstance(value, qn.InputOutputTable):
                yield f"{type(value).__name__}: {name}, {variable}", value
    own = [result, result.elasticities, result.explain("T19", run="calibrated")]
    evidence = gather_evidence(result, curve=False)
    own += [evidence.updated, evidence.reconciled, evidence.audit, core_linkages(result)]
    for number, value in enumerate((*own, _curve(), *_tables()), start=1):
        yield f"{type(value).__name__}: own {number}", value


def _documented(name: str) -> dict[str, Any]:
    """Run the example of a documented name and return its variables."""
    module, parts = name, list[str]()
    while True:
        try:
            thing: Any = importlib.import_module(module)
            break
        except ModuleNotFoundError:
            module, _, last = module.rpartition(".")
            parts.insert(0, last)
    space = dict(vars(thing))
    known = set(space)
    for part in parts:
        thing = getattr(thing, part)
    for example in doctest.DocTestParser().get_examples(thing.__doc__ or ""):
        exec(compile(example.source, name, "exec"), space)
    return {key: value for key, value in space.items() if key not in known}


def _curve() -> Tabular:
    """Return a specification curve of the embedded study, with two levels of each choice."""
    study = load_study("caict_2020")
    grid = study.specifications
    if grid is None:
        raise SystemExit("the embedded study has no specifications")
    regression, account = (
        {choice: dict(list(levels.items())[:2]) for choice, levels in part.items()}
        for part in (grid.regression, grid.account)
    )
    regression = {choice: regression[choice] for choice in list(regression)[:2]}
    small = Specifications("T19", regression, account)
    return qn.specification_curve(replace(study, specifications=small), draws=20, seed=0)


def _tables() -> list[Tabular]:
    """Results on small tables whose documented example names none."""
    flows, demand, output = [[150, 500], [200, 100]], [350, 1700], [650, 1400]
    table = qn.InputOutputTable(flows, demand, output)
    later = qn.InputOutputTable([[200, 500], [200, 200]], [500, 1800], [800, 1500])
    sut = qn.SupplyUseTable([[8, 2], [0, 10]], [[2, 3], [1, 4]], [5, 5], [5, 5])
    return [
        table,
        table.check(),
        table.multiplier_intervals(relative_error={1: 0.1}),
        qn.concordance("isic4", "isic4_sections"),
        qn.concordance("csic2017", "isic4_sections").check(),
        qn.SdmxData(pd.DataFrame({"geo": ["DE"], "value": [3.5]}), ("geo",), (), "gdp.csv"),
        qn.structural_decomposition(table, later),
        qn.average_propagation_lengths(table),
        qn.upstreamness(table),
        qn.inoperability([[0, 0.8], [0.2, 0]], [0, 0.6]),
        qn.ras([[1.0, 2.0], [3.0, 4.0]], [4.0, 6.0], [5.0, 5.0]),
        qn.gras([[1.0, 2.0], [3.0, -1.0]], [4.0, 3.0], [5.0, 2.0]),
        qn.balance_least_squares([[1, 2], [3, 4]], [4, 6], [5, 5], fixed=[(0, 0)]),
        sut.symmetric("B"),
    ]


def _table(table: Table) -> dict[str, Any]:
    frame = table.frame.reset_index()
    columns = {str(name): frame.iloc[:, k].tolist() for k, name in enumerate(frame.columns)}
    words = [table.title, *table.notes, *sorted(table.formats.items())]
    return {"words": _words(json.dumps(words)), "columns": _digest(columns)}


def _digest(value: Any) -> Any:
    """Return plain numbers and short words of nested lists and mappings."""
    if isinstance(value, dict):
        return {str(key): _digest(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        plain = [_digest(one) for one in value]
        words = [one for one in plain if isinstance(one, str)]
        return _words(json.dumps(plain)) if words and len(words) == len(plain) > 2 else plain
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | float | np.integer | np.floating):
        return _number(float(value))
    return _words(str(value))


def _number(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None if math.isnan(value) else math.copysign(1e308, value)
    return int(value) if value.is_integer() and abs(value) < 1e15 else float(f"{value:.12g}")


def _words(text: str) -> str:
    text = text.replace(versions(), "(versions)")
    if len(text) <= _LONG:
        return text
    return f"#{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def differences(stored: Any, found: Any, place: str = "") -> Iterator[str]:
    """Yield where two frozen outputs differ, numbers by more than the tolerance."""
    if isinstance(stored, dict) and isinstance(found, dict):
        for key in dict.fromkeys((*stored, *found)):
            if key in stored and key in found:
                yield from differences(stored[key], found[key], f"{place} / {key}")
            else:
                yield f"{place} / {key}: {'missing' if key in stored else 'new'}"
    elif isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        for number, pair in enumerate(zip(stored, found, strict=True)):
            yield from differences(*pair, f"{place}[{number}]")
    elif _is_number(stored) and _is_number(found):
        if not math.isclose(stored, found, rel_tol=RELATIVE, abs_tol=ABSOLUTE):
            yield f"{place}: {stored} became {found}"
    elif stored != found:
        yield f"{place}: {str(stored)[:60]} became {str(found)[:60]}"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def main() -> None:
    """Compute and store, and say what differs from what was stored."""
    found = computed()
    if DATA.exists():
        for line in differences(json.loads(DATA.read_text("utf-8")), found):
            print(line.removeprefix(" / "))
    DATA.parent.mkdir(exist_ok=True)
    lines = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
        for name, value in found.items()
    )
    DATA.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
