"""Verdicts: every printed figure beside the estimate, each fact counted once, naive rules beside.

A printed figure is an interval, not a point: 1.42 stands for [1.415, 1.425). An estimate *agrees*
with it when the two intervals overlap. A figure that a run used is never judged, and figures that
restate one another are one fact: the first of them counts, the others stand beside it.
"""

import numpy as np
import pandas as pd

from quesnay.diagnostics.evidence.diffusion_errors import NAIVE, naive_forecast
from quesnay.diagnostics.reproduction.assembly import part, row, rule_errors
from quesnay.diagnostics.reproduction.facts import Facts, as_printed
from quesnay.diagnostics.reproduction.study import Study
from quesnay.fitting.checks import seed_sequence
from quesnay.models.satellite.account import AccountModel

HELD_OUT = "held out"


def judge(printed: pd.DataFrame, roles: pd.Series, estimates: pd.DataFrame) -> pd.DataFrame:
    """Hold printed figures against the estimates of one run, both in the units of `printed`.

    By id, reported, low, high (the rounding interval), role, fact, estimate, estimate_low,
    estimate_high, error (estimate over reported, less one), agrees (the two intervals overlap;
    missing where the run used the figure or estimates nothing), restates (id of the first figure of
    the same fact, or None) and unit.

    >>> printed = pd.DataFrame({"value": [2.13, 2.2], "low": [2.125, 2.15], "high": [2.135, 2.25],
    ...                         "unit": ["tn", "%"], "fact": "level 2019"}, index=["T19", "S19"])
    >>> estimates = pd.DataFrame({"estimate": [2.2, 2.3], "low": [2.0, 2.26], "high": [2.5, 2.4]},
    ...                          index=["T19", "S19"])
    >>> judge(printed, pd.Series(dtype=object), estimates)[["agrees", "restates"]].values.tolist()
    [[True, None], [False, 'T19']]
    """
    found = estimates.reindex(printed.index)
    role = roles.reindex(printed.index).fillna(HELD_OUT)
    known = (role == HELD_OUT) & found["estimate"].notna()
    # the printed interval is open above: an estimate from there on rounds to another figure
    agrees = (found["low"] < printed["high"]) & (found["high"] >= printed["low"])
    first = printed.groupby("fact", sort=False)["value"].transform(lambda own: own.index[0])
    restates = [None if str(name) == str(one) else str(one) for name, one in first.items()]
    return pd.DataFrame(
        {
            "reported": printed["value"],
            "low": printed["low"],
            "high": printed["high"],
            "role": role,
            "fact": printed["fact"],
            "estimate": found["estimate"],
            "estimate_low": found["low"],
            "estimate_high": found["high"],
            "error": found["estimate"] / printed["value"] - 1.0,
            "agrees": pd.Series(
                pd.arrays.BooleanArray(agrees.to_numpy(bool), ~known.to_numpy(bool)), agrees.index
            ),
            "restates": pd.Series(restates, printed.index, dtype=object),
            "unit": printed["unit"],
        }
    )


def verdict_frame(
    study: Study, facts: Facts, runs: tuple[str, ...], estimates: pd.DataFrame
) -> pd.DataFrame:
    """Judge every printed figure in every run, in the units it was printed in."""
    printed = as_printed(facts.reported)
    comparable = estimates[estimates.index.get_level_values("variant") != "outcome"]
    comparable = comparable.droplevel("variant")
    parts = {}
    for run in runs:
        keys = [(run, own["concept"], own["year"]) for _, own in printed.iterrows()]
        found = comparable.reindex(keys).set_axis(printed.index)
        roles = pd.Series({name: study.role(run, str(name)) for name in printed.index})
        parts[run] = judge(printed, roles, found.div(printed["scale"], axis=0))
    return pd.concat(parts, names=["run", "id"])


def judged_facts(own: pd.DataFrame) -> pd.DataFrame:
    """Return the verdicts of one run that count: the first figure of every fact it did not use.

    What restates a figure that the run used is not held out. Where the first figure of a fact has
    no estimate, the next of the fact that has one counts.
    """
    used = own.loc[own["role"] != HELD_OUT, "fact"]
    free = own[own["agrees"].notna() & ~own["fact"].isin(used)]
    return free[~free["fact"].duplicated()]


def naive_forecasts(
    facts: Facts, model: AccountModel, draws: pd.DataFrame, *, seed: int
) -> pd.DataFrame:
    """Forecast the total by rules without a model from the two points of the curve.

    Rule, year: estimate, the rule's own forecast (median over the rounding of the two points); low
    and high, its 95 % interval with the errors that the rule made itself on other diffusions. Empty
    where the study has no curve.
    """
    use = model.calibration
    if use is None or "calibrated" not in model.runs:
        return pd.DataFrame()
    points = (model.slots[k] for k in (use.earlier, use.later))
    earlier, later = (
        draws[("calibrated", "total", slot.year, slot.variant)].to_numpy(float) for slot in points
    )
    start = model.slots[use.later].year
    position = np.random.default_rng(seed_sequence(seed)).random(len(draws))
    rows: dict[tuple[str, int], dict[str, float]] = {}
    for rule in NAIVE:
        errors = rule_errors(rule)
        picked = errors[np.minimum((position * len(errors)).astype(int), len(errors) - 1)]
        for slot in model.slots:
            ahead = slot.year - start
            if ahead < 1 or slot.variant == "outcome":
                continue
            value = naive_forecast(rule, earlier, later, ahead)
            wide = value * np.exp(picked[:, min(ahead, picked.shape[1]) - 1])
            low, high = np.quantile(wide, [0.025, 0.975])
            rows[(rule, slot.year)] = {
                "estimate": float(np.median(value)), "low": float(low), "high": float(high)
            }  # fmt: skip
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index = pd.MultiIndex.from_tuples(list(rows), names=["rule", "year"])
    return frame


def score_frame(
    facts: Facts, model: AccountModel, verdicts: pd.DataFrame, naive: pd.DataFrame
) -> pd.DataFrame:
    """Count facts: how many a run is judged by, and with how many it agrees.

    Run, then the naive rules: judged, agree, agreeing and other (ids), error (mean absolute
    relative error of the medians over the printed totals that are held out).
    """
    rows: dict[str, dict[str, object]] = {}
    for run in model.runs:
        own = part(verdicts, run)
        counted = judged_facts(own)
        totals = counted[counted.index.astype(str).str.startswith("T")]
        rows[run] = score_row(counted["agrees"], totals["error"])
    # a naive rule is judged by the totals that the calibrated run is judged by, after its points
    for rule in [] if naive.empty else naive.index.get_level_values("rule").unique():
        paths, errors, agrees = part(naive, rule), {}, {}
        for name in judged_facts(part(verdicts, "calibrated")).index:
            printed = row(facts.reported, name)
            if printed["concept"] == "total" and int(printed["year"]) in paths.index:
                bounds = row(paths, int(printed["year"]))
                errors[name] = float(bounds["estimate"]) / float(printed["value"]) - 1.0
                agrees[name] = bounds["low"] < printed["high"] and bounds["high"] >= printed["low"]
        rows[str(rule)] = score_row(pd.Series(agrees, dtype=bool), pd.Series(errors, dtype=float))
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = "run"
    return frame


def score_row(agrees: pd.Series, errors: pd.Series) -> dict[str, object]:
    """Return what is said of the facts that count: agreement by id, and relative errors."""
    agree = agrees.astype(bool)
    return {
        "judged": len(agree),
        "agree": int(agree.sum()),
        "agreeing": ", ".join(map(str, agree.index[agree])),
        "other": ", ".join(map(str, agree.index[~agree])),
        "error": float(errors.abs().mean()) if len(errors) else float("nan"),
    }


def facts_in_words(score: pd.Series) -> str:
    """Say in one clause how a run is scored."""
    inner = [str(score["agreeing"])] if score["agree"] else []
    inner += [f"not {score['other']}"] if score["other"] else []
    tail = f" ({'; '.join(inner)})" if inner else ""
    return f"agrees with {score['agree']} of {score['judged']} independent facts{tail}"
