"""The main job: all runs of a study under their uncertain inputs, on common draws.

The central case is the median of the draws, everywhere; the interval is that of the central 95 %.
Where the uncertainty of each figure comes from is said one source at a time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, TypedDict, Unpack, cast, overload

import numpy as np
import pandas as pd

from quesnay.diagnostics.reproduction.assembly import Assembly, Prepared, prepare, row, ties_by_slot
from quesnay.diagnostics.reproduction.facts import Facts
from quesnay.diagnostics.reproduction.klems_account import KlemsAccount, klems_account
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.study import (
    KlemsStudy,
    Study,
    at_key,
    called,
    load_klems_study,
)
from quesnay.diagnostics.reproduction.study_rules import READINGS
from quesnay.diagnostics.reproduction.verdicts import naive_forecasts, score_frame, verdict_frame
from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import seed_sequence, whole
from quesnay.fitting.errors import StudyError
from quesnay.fitting.simulation.distributions import (
    Choice,
    Distribution,
    LogNormal,
    Normal,
    Uniform,
)
from quesnay.fitting.simulation.engine import chunks
from quesnay.fitting.simulation.inference import sobol_indices
from quesnay.models.satellite.account import AccountModel
from quesnay.models.satellite.concepts import ACCOUNT, CONCEPTS
from quesnay.models.satellite.core import keeps_imports_by_product, with_imports_inside
from quesnay.models.uncertainty.monte_carlo import checked_inputs, monte_carlo
from quesnay.models.uncertainty.sensitivity import Tornado

Sources = dict[str, list[str]]

_TAIL = 0.025


@dataclass(frozen=True, slots=True)
class AllRuns:
    """The runs of a study on common draws: one row a draw, one column a figure."""

    model: AccountModel

    def __call__(self, inputs: Mapping[str, Array]) -> Array:
        """Return (n, runs x concepts x slots)."""
        stacked = self.model.evaluate_all(inputs)
        return stacked.reshape(-1, stacked.shape[-1]).T


def labels(model: AccountModel) -> pd.MultiIndex:
    """Return the columns of :class:`AllRuns`: run, concept, year, variant."""
    rows = [
        (run, concept, slot.year, slot.variant)
        for run in model.runs
        for concept in CONCEPTS
        for slot in model.slots
    ]
    return pd.MultiIndex.from_tuples(rows, names=["run", "concept", "year", "variant"])


def uncertain_inputs(
    study: Study, facts: Facts, model: AccountModel, productivity: tuple[float, float]
) -> tuple[dict[str, Distribution], Sources]:
    """Return the distributions of the uncertain inputs by name, and source -> names of its inputs.

    `productivity` holds the lowest and highest yearly growth of value added per person.
    """
    spread = float(np.sqrt(np.log1p(study.core.dispersion**2)))
    inputs: dict[str, Distribution] = {}
    sources: Sources = {}

    def add(source: str, **given: Distribution) -> None:
        inputs.update(given)
        sources.setdefault(source, []).extend(given)

    add("core pattern", **{name: LogNormal(1.0, spread) for name, _, _ in model.cells})
    rounded = [study.core.figure]
    if study.potential is not None:
        add("elasticity, between equations", equation=Uniform(0.0, 1.0))
        add("elasticity, within equations", elasticity_error=Normal(0.0, 1.0))
    if study.penetration is not None:
        low, high = np.log(study.penetration.saturation)
        add("curve family", curve=Choice(tuple(range(len(study.penetration.curves)))))
        add("saturation", saturation=Uniform(float(low), float(high)))
        add("forecast error", forecast_error=Uniform(0.0, 1.0))
        rounded += [study.penetration.total, study.penetration.growth]
    for name in rounded:
        if name is not None:
            own = row(facts.reported, name)
            add("rounding", **{name: Uniform(float(own["low"]), float(own["high"]))})
    add("GDP vintage", gdp_vintage=Choice(tuple(range(len(model.gdp)))))
    forecast = study.gdp.forecast
    growth = Uniform(forecast.low, forecast.high) if forecast else Uniform(0.0, 0.0)
    add("GDP forecast", forecast_growth=growth)
    if model.employment is not None:
        add("jobs per value added", employment_coefficient=Choice((0, 1)))
        add("productivity drift", productivity=Uniform(*productivity))
    return inputs, sources


def median_inputs(
    study: Study, facts: Facts, model: AccountModel, productivity: tuple[float, float]
) -> dict[str, Array]:
    """Return every input at its middle: printed values, first curve and first vintage set."""
    forecast = study.gdp.forecast
    values = {name: 1.0 for name, _, _ in model.cells} | {
        "equation": 0.5, "elasticity_error": 0.0, "curve": 0.0, "saturation": 0.0,
        "forecast_error": 0.5, "gdp_vintage": 0.0, "employment_coefficient": 0.0,
        "forecast_growth": (forecast.low + forecast.high) / 2 if forecast else 0.0,
        "productivity": sum(productivity) / 2,
    }  # fmt: skip
    used = [study.core.figure]
    if study.penetration is not None:
        used += [study.penetration.total, study.penetration.growth]
    values |= {name: float(row(facts.reported, name)["value"]) for name in used if name}
    return {name: np.array([value]) for name, value in values.items()}


def with_intervals(draws: pd.DataFrame) -> pd.DataFrame:
    """Return median and central 95 % interval of every column of draws."""
    found = draws.quantile([0.5, _TAIL, 1 - _TAIL]).T
    return found.set_axis(["estimate", "low", "high"], axis=1)


def account_frame(estimates: pd.DataFrame, *variants: str) -> pd.DataFrame:
    """Return the account by run and year, each figure with the bounds of its interval.

    `estimates` are from :func:`with_intervals`, by run, concept, year and variant; `variants` the
    shown ones: ``"estimate"`` with ``"forecast"`` or ``"outcome"``.
    """
    shown = estimates[estimates.index.get_level_values("variant").isin(variants)]
    runs = list(dict.fromkeys(shown.index.get_level_values(0)))
    wide = shown.droplevel("variant").unstack("concept")
    columns = {}
    for concept in ACCOUNT:
        columns[concept] = wide[("estimate", concept)]
        columns[f"{concept}_low"] = wide[("low", concept)]
        columns[f"{concept}_high"] = wide[("high", concept)]
    frame = pd.DataFrame(columns)
    return frame.reindex([key for run in runs for key in frame.index if key[0] == run])


def possible_readings(assembly: Assembly) -> tuple[str, ...]:
    """Return the readings that the tables of a study allow."""
    if not assembly.model.ties:
        return ()
    apart = all(keeps_imports_by_product(table) for table in assembly.tables.values())
    return READINGS if apart else READINGS[1:]


def read_otherwise(assembly: Assembly, reading: str) -> AccountModel:
    """Return the account model under another reading of the linkage run; "" is its base."""
    model, tables = assembly.model, assembly.tables
    sectors = assembly.pattern.sectors
    if reading == READINGS[0]:
        inside = [year for year, table in tables.items() if not keeps_imports_by_product(table)]
        if inside:
            raise StudyError(
                f"tables.imports: the table of {inside[0]} keeps no imports apart by product; "
                "choose another tables.reading"
            )
        whole_flows = {year: with_imports_inside(table) for year, table in tables.items()}
        return replace(model, ties=ties_by_slot(whole_flows, model.slots, sectors))
    if reading in READINGS[1:3]:
        ties = ties_by_slot(tables, model.slots, sectors, side="forward")
        if reading == READINGS[2]:
            ties = tuple(own and own.outside() for own in ties)
        return replace(model, ties=ties)
    if reading == READINGS[3]:
        return replace(model, ties=tuple(own and replace(own, jointly=False) for own in model.ties))
    return model


def _readings(ready: Prepared, drawn: Mapping[str, Array]) -> pd.DataFrame:
    """Other readings of the linkage run, on the same draws; columns as the account."""
    study, assembly = ready.study, ready.assembly
    variants: dict[str, tuple[AccountModel, Mapping[str, Array]]] = {
        reading: (read_otherwise(assembly, reading), drawn)
        for reading in possible_readings(assembly)
    }
    figure = study.core.figure
    for text in study.core.other_printings if figure else ():
        scale = float(row(ready.facts.reported, str(figure))["scale"])
        other = {**drawn, str(figure): np.full_like(drawn["gdp_vintage"], float(text) * scale)}
        variants[f"{figure} = {text}, as also printed"] = (assembly.model, other)
    found = {}
    for name, (variant, inputs) in variants.items():
        linkage = replace(variant, potential=None, calibration=None)
        values = pd.DataFrame(AllRuns(linkage)(inputs), columns=labels(linkage))
        frame = account_frame(with_intervals(values), "estimate", "forecast")
        found[name] = frame.droplevel("run")
    return pd.concat(found, names=["reading"]) if found else pd.DataFrame()


_MOST_LOST = 0.5


def _check_draws(drawn: pd.DataFrame, where: str) -> None:
    """Refuse a run of which most draws have no account: its interval would be that of the rest."""
    totals = cast("pd.DataFrame", drawn.xs("total", axis=1, level="concept")).isna()
    lost = totals.to_numpy(float).mean(axis=0)
    if float(lost.max()) > _MOST_LOST:
        run, year, _ = cast("tuple[str, int, str]", list(totals)[int(lost.argmax())])
        raise StudyError(
            f"{where}.penetration.saturation: {lost.max():.0%} of the draws of the {run} run have "
            f"no curve in {year}: the integration-driven part lies above the saturation; raise it"
        )


class _Options(TypedDict, total=False):
    """The keywords of :func:`reproduce`."""

    draws: int
    seed: int
    jobs: int
    progress: bool | Callable[[int, int], None]
    client: Any
    checkpoint: str | Path | None


_Drawn = Literal[
    "caict_2020", "caii", "china_digital_economy", "oecd_ict_china", "oecd_ict_japan"
]  # embedded studies with tables


@overload
def reproduce(study: _Drawn | Study = ..., **options: Unpack[_Options]) -> Reproduction: ...
@overload
def reproduce(
    study: Literal["us_digital_economy"] | KlemsStudy, **options: Unpack[_Options]
) -> KlemsAccount: ...
@overload
def reproduce(study: str | Path, **options: Unpack[_Options]) -> Reproduction | KlemsAccount: ...
def reproduce(
    study: str | Path | Study | KlemsStudy = "caict_2020",
    *,
    draws: int = 2000,
    seed: int = 0,
    jobs: int = 1,
    progress: bool | Callable[[int, int], None] = False,
    client: Any = None,
    checkpoint: str | Path | None = None,
) -> Reproduction | KlemsAccount:
    """Estimate a satellite account in up to three runs and hold it against the published report.

    *linkage*: what the rest of the economy produces for the core to exist; *elasticity*: panel
    elasticities times the core's weight in the supply of the technology; *calibrated*: a diffusion
    curve through a printed total and the one that its growth implies for the year before. Whatever
    a run does not use is held out and judged, fact by fact.

    Parameters
    ----------
    study : str, Path or Study
        An embedded study, the path of a TOML file, or a study object.
    draws : int, default 2000
        Monte Carlo draws, at least 1.
    seed : int, default 0
        Root of the random numbers; same seed, same result.
    jobs : int, default 1
        Processes; the numbers do not depend on it.
    progress : bool or callable, default False
        True shows a progress bar on standard error.
    client : distributed.Client, optional
        A Dask cluster that runs the draws.
    checkpoint : path, optional
        Folder where finished chunks of draws are kept, to go on after an interruption.

    Returns
    -------
    Reproduction or KlemsAccount
        Account, verdicts, score, readings, sources of variance, tables, plots and the report; of a
        study with a section ``klems`` a :class:`KlemsAccount`, which has no draws. Type checkers
        know which for embedded studies and study objects; of a file they see both.

    Raises
    ------
    QuesnayError
        If the study, a data file or an argument is at fault.

    Examples
    --------
    >>> result = reproduce("caict_2020", draws=200, seed=0)
    >>> float(result.account.loc[("calibrated", 2018), "core"].round(3))
    0.439
    """
    draws = whole(draws, "draws", error=StudyError)
    seed_sequence(seed)
    growth = load_klems_study(study)
    with at_key(called(study)):
        if growth is not None:
            return klems_account(growth)
        ready = prepare(cast("str | Path | Study", study), seed=seed)
        model = read_otherwise(ready.assembly, ready.study.tables.reading)
        ready = replace(ready, assembly=replace(ready.assembly, model=model))
    inputs, sources = uncertain_inputs(ready.study, ready.facts, model, ready.assembly.productivity)
    found = monte_carlo(
        AllRuns(model), inputs, draws=draws, seed=seed, jobs=jobs, progress=progress,
        client=client, checkpoint=checkpoint,
    )  # fmt: skip
    drawn = found.draws.set_axis(labels(model), axis=1)
    _check_draws(drawn, called(study))
    return _judged(ready, drawn, found.inputs, (inputs, sources), seed=seed)


def _judged(
    ready: Prepared,
    drawn: pd.DataFrame,
    inputs: pd.DataFrame,
    uncertain: tuple[dict[str, Distribution], Sources],
    *,
    seed: int,
) -> Reproduction:
    """Hold the draws of all runs against the printed figures."""
    model, facts = ready.assembly.model, ready.facts
    estimates = with_intervals(drawn)
    values = {str(name): inputs[name].to_numpy(float) for name in inputs}
    verdicts = verdict_frame(ready.study, facts, model.runs, estimates)
    naive = naive_forecasts(facts, model, drawn, seed=seed)
    return Reproduction(
        study=ready.study,
        seed=seed,
        account=account_frame(estimates, "estimate", "forecast"),
        outcome=account_frame(estimates, "estimate", "outcome"),
        verdicts=verdicts,
        score=score_frame(facts, model, verdicts, naive),
        bounds=_readings(ready, values),
        variance=variance_frame(facts, model, *uncertain, seed=seed),
        draws=drawn,
        inputs=inputs,
        naive=naive,
        elasticities=ready.elasticities,
        facts=facts,
        assembly=ready.assembly,
    )


_SOBOL_DRAWS = 1024
_TORNADO_DRAWS = 1000
_DECIMALS = 10  # of a share of a variance; what comes after is rounding
_SHOWN = 1e-2  # of the largest swing: what moves less is no source for a picture


def variance_frame(
    facts: Facts,
    model: AccountModel,
    inputs: Mapping[str, Distribution],
    sources: Mapping[str, list[str]],
    *,
    seed: int,
) -> pd.DataFrame:
    """Split the variance of every judged figure by source of uncertainty.

    Run, id x source: its total-effect Sobol index over the sum of all. Missing where a figure does
    not vary in the run.
    """
    checked = checked_inputs(inputs)
    first, second = chunks(2 * _SOBOL_DRAWS, seed=seed, size=_SOBOL_DRAWS)
    a, b = checked.sample(first), checked.sample(second)
    evaluate = AllRuns(model)
    wanted = _judged_columns(facts, model)
    if not wanted:
        return pd.DataFrame()
    places = labels(model).get_indexer(pd.Index(list(wanted.values())))
    values = [evaluate(a)[:, places], evaluate(b)[:, places]]
    mixed = [
        evaluate({**a, **{name: b[name] for name in names}})[:, places]
        for names in sources.values()
    ]
    found = sobol_indices(values[0], values[1], np.stack(mixed))
    total = np.clip(found.total, 0.0, None)
    every = total.sum(axis=0)
    shares = np.divide(total, every, out=np.full_like(total, np.nan), where=every > 0)
    index = pd.MultiIndex.from_tuples(list(wanted), names=["run", "id"])
    return pd.DataFrame(shares.round(_DECIMALS).T, index, list(sources))


def _judged_columns(
    facts: Facts, model: AccountModel
) -> dict[tuple[str, str], tuple[str, str, int, str]]:
    """Run and id -> column of the draws, the forecast year as it could be seen then."""
    variants = {slot.year: slot.variant for slot in model.slots if slot.variant != "outcome"}
    return {
        (run, str(name)): (run, str(own["concept"]), int(own["year"]), variants[int(own["year"])])
        for run in model.runs
        for name, own in facts.reported.iterrows()
        if int(own["year"]) in variants
    }


def source_tornados(result: Reproduction) -> dict[tuple[str, str], Tornado]:
    """Move one source of uncertainty at a time and read the held-out totals of every run.

    A source such as the core pattern has many inputs, and a rescaled pattern does not move where
    all of them move together: so the inputs of the source are drawn, all others stay at their
    middle, and the ends are those of the central 95 %. Sources that move nothing are left out.
    """
    model, facts = result.assembly.model, result.facts
    shape = (result.study, facts, model, result.assembly.productivity)
    _, sources = uncertain_inputs(*shape)
    drawn = {str(n): v.to_numpy(float)[:_TORNADO_DRAWS] for n, v in result.inputs.items()}
    rows = len(drawn["gdp_vintage"])
    base = {name: np.repeat(value, rows) for name, value in median_inputs(*shape).items()}
    totals = replace(result.facts, reported=result.facts.totals())
    shown = {
        (run, name): column
        for (run, name), column in _judged_columns(totals, result.assembly.model).items()
        if all(result.study.role(one, name) == "held out" for one in result.runs)
    }
    if not shown:
        return {}
    places = labels(model).get_indexer(pd.Index(list(shown.values())))
    ends = {}
    for source, names in sources.items():
        own = {name: drawn[name] for name in names}
        values = AllRuns(model)({**base, **own, **_elasticity_of(model, drawn, names)})[:, places]
        moved = pd.DataFrame(values, columns=pd.Index(list(shown)))
        if set(names) & _ELASTICITY:  # the curve takes the median elasticity, whatever is drawn
            fixed = [column for column in moved.columns if column[0] == "calibrated"]
            moved[fixed] = np.nan
        ends[source] = moved.quantile([_TAIL, 1 - _TAIL]).set_axis(["low", "high"])
    once = {name: v[:1] for name, v in {**base, **_elasticity_of(model, drawn, [])}.items()}
    middle = AllRuns(model)(once)[0, places]
    return _assembled(result, dict(zip(shown, map(float, middle), strict=True)), ends)


_ELASTICITY = {"equation", "elasticity_error"}


def _elasticity_of(
    model: AccountModel, drawn: Mapping[str, np.ndarray], names: list[str]
) -> dict[str, np.ndarray]:
    """Hold the elasticity at its median, unless its equation or its error is the one drawn."""
    use = model.potential
    if use is None or not use.equations.size:
        return {}
    middle, own = np.full(len(drawn["gdp_vintage"]), use.median), use.chosen(drawn["equation"])
    if "equation" in names:
        middle = own[:, 0]
    elif "elasticity_error" in names:
        middle = middle + own[:, 1] * drawn["elasticity_error"]
    return {"elasticity": middle}


def _assembled(
    result: Reproduction,
    middle: Mapping[tuple[str, str], float],
    ends: Mapping[str, pd.DataFrame],
) -> dict[tuple[str, str], Tornado]:
    """Order the sources of every run by their swings over its totals, around the middle."""
    out = {}
    for run in result.runs:
        frames = {}
        for name in [name for one, name in middle if one == run]:
            frame = pd.DataFrame({s: e[(run, name)] for s, e in ends.items()}).T
            frames[name] = frame.assign(swing=frame["high"] - frame["low"])
        size = pd.DataFrame({name: frame["swing"] for name, frame in frames.items()}).sum(axis=1)
        size = size.fillna(0.0)
        order = size[size > _SHOWN * size.max()].sort_values(ascending=False).index
        for name, frame in frames.items() if len(order) else ():
            out[(run, name)] = Tornado(name, middle[(run, name)], frame.loc[order], 1 - 2 * _TAIL)
    return out
