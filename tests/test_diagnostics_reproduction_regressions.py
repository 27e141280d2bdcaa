"""The elasticity of the account: rows, the mixture and its median."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction import regressions
from quesnay.diagnostics.reproduction.regressions import (
    mixture_median,
    regression_rows,
)
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.diagnostics.reproduction.study import Rival, load_study

from .founding_case import founding_case

STUDY = load_study("caict_2020")
assert STUDY.potential is not None
USE = STUDY.potential


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_median_of_a_mixture_is_that_of_many_draws(seed: int) -> None:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "elasticity": rng.normal(0.05, 0.03, 5),
            "std_error": rng.uniform(0.002, 0.02, 5),
            "weight": rng.dirichlet(np.ones(5)),
        }
    )
    equation = rng.choice(5, size=2_000_000, p=frame["weight"])
    drawn = frame["elasticity"].to_numpy()[equation]
    drawn = drawn + frame["std_error"].to_numpy()[equation] * rng.standard_normal(len(drawn))
    median = mixture_median(frame)
    # the share of draws below is a half within four standard errors of a share
    assert abs((drawn < median).mean() - 0.5) < 4 * 0.5 / np.sqrt(len(drawn))


def test_the_rows_of_a_regression_are_those_of_its_logarithms() -> None:
    rows = regression_rows(USE)
    panel = qn.load_panel("china_provinces")
    kept = panel[panel["year"].isin([2012, 2017]) & ~panel["ict_producing"]]
    assert len(rows) == len(kept)
    bought = kept[list(USE.logarithms["ln_ict"])].sum(axis=1)
    assert rows["ln_ict"].isna().sum() == (bought <= 0).sum()
    known = rows["ln_ict"].notna()
    assert np.allclose(np.exp(rows.loc[known, "ln_ict"]), bought[known], rtol=1e-12)


def test_empty_cells_of_an_own_panel_are_missing_and_no_weight_leaves_a_row_out(
    tmp_path: Path,
) -> None:
    path = tmp_path / "panel.csv"
    path.write_text(
        "year,va,ict,w,out,more\n2012,2,1,1,false,1\n2012,,3,1,false,\n2017,4,5,2,false,2\n"
        "2017,4,5,,false,1\n2017,9,9,9,true,1\n",
        "utf-8",
    )
    use = replace(
        USE, panel=str(path), formula="y ~ x", term="x",
        logarithms={"y": ("va",), "x": ("ict", "more")}, years=(2012, 2017), exclude="out",
        weights="w", absorb=(), cluster=None,
    )  # fmt: skip
    rows = regression_rows(use)
    np.testing.assert_allclose(rows["y"], np.log([2.0, np.nan, 4.0]))
    np.testing.assert_allclose(rows["x"], np.log([2.0, np.nan, 7.0]))  # of both or of none


def test_unknown_columns_and_years_are_refused() -> None:
    with pytest.raises(qn.DataError, match="no column 'b'"):
        regression_rows(replace(USE, logarithms={"ln_b": ("b",)}))
    with pytest.raises(qn.DataError, match="no row for the years"):
        regression_rows(replace(USE, years=(1999,)))


# ---- the elasticity of the founding case ---------------------------------------------------------


@pytest.fixture(scope="module")
def result() -> Reproduction:
    return founding_case()


def shares_of_tables() -> list[float]:
    """Purchases of the technology at home and abroad over value added of the users, by table."""
    out = []
    for year in (2017, 2018, 2020):
        table = qn.load_io("CHN", year, imports="separate")
        assert table.imports is not None
        made = list(STUDY.tables.technology_sectors)
        using = [s for s in table.sectors if s not in made]
        flows: Any = (table.Z, table.imports.Z)
        bought = sum(own.loc[made, using].to_numpy() for own in flows)
        out.append(float(bought.sum() / table.v[using].sum()))
    return out


def test_equations_of_the_mixture_are_estimates_and_shares_of_published_tables(
    result: Reproduction,
) -> None:
    found = result.elasticities
    assert found is not None
    mixed, shares = found.mixture, shares_of_tables()
    assert mixed["weight"].tolist() == pytest.approx([1 / 6] * 6)
    line = mixed.loc["cost share of ICT inputs, China"]
    assert line["elasticity"] == pytest.approx(np.mean(shares))
    assert line["std_error"] == pytest.approx(np.std(shares))
    assert np.isnan(line["observations"])
    assert line["source"] == "purchases over value added, mean and spread over the tables"
    assert found.cost_share == pytest.approx(np.mean(shares))
    equation = next(one for one in USE.equations if one.kind == "capital share")
    panel = qn.load_panel("us_klems")
    users = panel[~panel["industry"].isin(equation.producers)]
    if equation.years:
        users = users[users["year"].isin(equation.years)]
    sums = users.groupby("year")[[*equation.inputs, "value_added"]].sum()
    ratio = sums[list(equation.inputs)].sum(axis=1) / sums["value_added"]
    line = mixed.loc[equation.name]
    assert line["elasticity"] == pytest.approx(ratio.mean())
    assert line["std_error"] == pytest.approx(ratio.std(ddof=0))
    base = mixed.loc["value added on ICT, capital and labour"]
    assert base["elasticity"] == pytest.approx(float(found.base.params["ln_ict"]))
    assert base["std_error"] == pytest.approx(float(found.base.std_errors["ln_ict"]))
    assert base["observations"] == found.base.nobs == 2348


def test_an_elasticity_of_output_is_scaled_to_value_added(result: Reproduction) -> None:
    table = qn.load_io("CHN", 2018, imports="separate")
    using = [s for s in table.sectors if s not in STUDY.tables.technology_sectors]
    factor = float(table.x[using].sum() / table.v[using].sum())
    found = regressions.per_value_added(STUDY, result.facts, "gross_output")
    assert found == pytest.approx(factor)
    assert regressions.per_value_added(STUDY, result.facts, "value_added") == 1.0
    jobless = replace(STUDY, employment=None)  # then the last table
    last = qn.load_io("CHN", 2020, imports="separate")
    assert regressions.per_value_added(jobless, result.facts, "gross_output") == pytest.approx(
        float(last.x[using].sum() / last.v[using].sum())
    )
    assert result.elasticities is not None
    equation = next(one for one in USE.equations if one.applies_to == "gross_output")
    own = regressions.fit_potential(regressions.rival_of(USE, equation))
    line = result.elasticities.mixture.loc[equation.name]
    assert line["elasticity"] == pytest.approx(
        factor * float(own.params[equation.term or USE.term])
    )


def test_rivals_stand_with_their_intervals_and_what_they_mean(result: Reproduction) -> None:
    found = result.elasticities
    assert found is not None
    base = found.base
    low, high = base.conf_int().loc["ln_ict"]
    assert found.rivals.loc["base case"].to_dict() == pytest.approx(
        {"estimate": base.params["ln_ict"], "std_error": base.std_errors["ln_ict"], "low": low,
         "high": high, "observations": 2348.0}
    )  # fmt: skip
    rival = next(one for one in USE.rivals if one.name == "without province-sector effects")
    own = regressions.fit_potential(regressions.rival_of(USE, rival))
    assert found.rivals.loc[rival.name, "estimate"] == pytest.approx(float(own.params["ln_ict"]))
    rows = regressions.regression_rows(USE)
    assert USE.instrument is not None
    rows["s"] = qn.shift_share_instrument(rows, USE.instrument.columns, cell=USE.instrument.cell,
                                          unit=USE.instrument.unit, time="year")  # fmt: skip
    outcome, right = USE.formula.replace("ln_ict", "s").split("~")
    known = rows[rows[outcome.strip()].notna() & rows["ln_ict"].notna()]
    reduced, first = (
        float(qn.fit_panel(f"{left} ~ {right}", known, absorb=USE.absorb).params["s"])
        for left in (outcome, "ln_ict")
    )
    instrumented = found.rivals.loc["shift-share instrument", "estimate"]
    assert instrumented == pytest.approx(reduced / first)
    plain = qn.fit_panel(USE.formula, rows, absorb=USE.absorb, covariance="classical")
    t2 = float(plain.tstats["ln_ict"]) ** 2
    direct = float(plain.params["ln_ict"])
    reverse = direct * (t2 + plain.df_resid) / t2
    assert any(
        f"between {direct:.3f}, the direct regression, and {reverse:.2f}, the reverse one" in note
        for note in found.notes
    )
    assert f"inputs are {np.mean(shares_of_tables()):.3f} of value added" in found.notes[1]


def test_rules_of_inference_are_those_of_refits(result: Reproduction) -> None:
    found = result.elasticities
    assert found is not None
    frame: Any = found.inference.frame
    rows = regressions.regression_rows(USE)
    assert list(frame.index) == ["classical", "HC1", "CR1", "CR2", "wild cluster bootstrap"]
    for rule in ("classical", "HC1", "CR1"):
        cluster = USE.cluster if rule == "CR1" else None
        fit = qn.fit_panel(USE.formula, rows, absorb=USE.absorb, cluster=cluster, covariance=rule)
        assert frame.loc[rule, "std_error"] == pytest.approx(float(fit.std_errors["ln_ict"]))
        assert frame.loc[rule, "p_value"] == pytest.approx(float(fit.pvalues["ln_ict"]))
        ends: Any = fit.conf_int().loc["ln_ict"]
        assert frame.loc[rule, ["low", "high"]].tolist() == pytest.approx(ends.tolist())
    assert np.isnan(frame.loc["wild cluster bootstrap", "std_error"])
    title = (
        f"The elasticity {float(found.base.params['ln_ict']):.3f} under rival rules of inference"
    )
    assert found.inference.title == title
    assert found.inference.notes[1] == "Wild cluster bootstrap: null imposed, 999 draws, seed 3."
    assert found.inference.formats == {
        "std_error": ".3g", "p_value": "p", "low": ".3g", "high": ".3g",
    }  # fmt: skip
    mixed, rivals, *_ = found.tables()
    assert mixed.formats == {
        "elasticity": ".3f", "weight": ".0%", "observations": ".0f", "standard error": ".3f",
    }  # fmt: skip
    assert rivals.formats["observations"] == ".0f"
    assert f"median {found.median:.3f}" in mixed.notes[0]


@pytest.mark.parametrize(
    ("slope", "said"),
    [
        (0.314, "0.31; its interval"),
        (0.0, "0.00; its interval"),
        (-0.314, "-0.31, negative: inputs return to the mean, the instrument does not push them; "
         "its interval"),
    ],
)  # fmt: skip
def test_a_first_stage_against_its_reason_is_told(slope: float, said: str) -> None:
    found: Any = SimpleNamespace(details={"first stage, shift_share": slope})
    assert regressions._strength(found) == (
        f"Instrument: first stage {said} says how little it can tell apart."
    )


def test_a_rival_changes_only_the_keys_that_it_names() -> None:
    rival = Rival(name="x", term="ln_labour", weights="value_added", logarithms={"ln_z": ("a",)})
    own = regressions.rival_of(USE, rival)
    assert (own.term, own.weights) == ("ln_labour", "value_added")
    assert (own.formula, own.absorb, own.panel) == (USE.formula, USE.absorb, USE.panel)
    assert own.logarithms == {**USE.logarithms, "ln_z": ("a",)}
    away = regressions.rival_of(USE, replace(rival, panel="us_klems"))
    assert away.logarithms == {"ln_z": ("a",)}  # names of another panel
    same = regressions.rival_of(USE, replace(rival, panel=USE.panel))
    assert same.logarithms == own.logarithms


def test_the_first_of_the_draws_is_the_estimate_and_a_resample_is_a_refit() -> None:
    draws = regressions.elasticity_draws(USE, draws=3, rng=np.random.default_rng(5))
    rows = regressions.complete_rows(USE, regressions.regression_rows(USE))
    assert draws[0] == pytest.approx(float(regressions.fit_potential(USE).params["ln_ict"]))
    names = np.array(sorted(rows["province"].unique()))
    counts = np.random.default_rng(5).multinomial(
        len(names), np.full(len(names), 1 / len(names)), size=3
    )
    copies = pd.concat(
        rows[rows["province"] == name].assign(province=f"{name} {k}")
        for name, count in zip(names, counts[0], strict=True)
        for k in range(count)
    )
    assert draws[1] == pytest.approx(
        float(regressions.fit_potential(USE, copies).params["ln_ict"]), rel=1e-6
    )
    bare = replace(USE, cluster=None)
    with pytest.raises(qn.StudyError, match="the specification curve redraws clusters; name one"):
        regressions.elasticity_draws(bare, draws=2, rng=np.random.default_rng(0))


def test_without_clusters_there_is_no_bootstrap_and_without_scale_no_placebo() -> None:
    rows = regressions.regression_rows(USE)
    fit = regressions.fit_potential(replace(USE, cluster=None), rows)
    table = regressions._inference_table(replace(USE, cluster=None), fit, seed=0)
    assert list(table.frame.index) == ["classical", "HC1"]
    assert len(table.notes) == 1
    none = regressions.placebo_of(replace(USE, scale=()), fit, rows, draws=2, seed=0)
    assert none is None
    (scale, *_), gaps = USE.scale, rows.copy()
    gaps.loc[gaps["province"] == "Beijing", scale] = np.nan  # the equation without these rows
    other = regressions.placebo_of(replace(USE, cluster=None), fit, gaps, draws=2, seed=0)
    assert other is not None
    rest = regressions.fit_potential(USE, rows[rows["province"] != "Beijing"])
    assert other.estimate == pytest.approx(float(rest.params["ln_ict"]), rel=1e-9)
    assert other.estimate != pytest.approx(float(fit.params["ln_ict"]), rel=1e-6)
    assert (
        regressions.placebo_of(replace(USE, placebo_groups=None), fit, rows, draws=2, seed=0)
        is None
    )
    assert regressions._instrumented(replace(USE, instrument=None), rows) is None
