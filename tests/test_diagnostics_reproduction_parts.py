"""Studies of some parts only, and contradictions that are named before anything is NaN."""

from dataclasses import replace
from typing import Any

import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.assembly import prepare
from quesnay.diagnostics.reproduction.sections import with_keys
from quesnay.diagnostics.reproduction.study import Gdp, Reported, Study, Tables, load_study

FULL = load_study("caict_2020")
SHARES = replace(FULL.core, figure=None, other_printings=())
PLAIN: dict[str, Any] = {
    "potential": None, "penetration": None, "employment": None, "specifications": None,
}  # fmt: skip
BARE = replace(FULL, **PLAIN, reported=Reported(), core=SHARES)
ELASTIC = replace(BARE, potential=FULL.potential)
ONE_TABLE = Tables((2018,), technology_sectors=FULL.tables.technology_sectors)


def _years(study: Study, *years: int, **more: Any) -> Study:
    return replace(study, study=replace(study.study, years=years, **more))


def _runs(study: Study, *runs: str) -> Study:
    return replace(study, study=replace(study.study, runs=runs))


@pytest.mark.parametrize(
    ("study", "runs"),
    [
        (replace(FULL, employment=None), ("linkage", "elasticity", "calibrated")),
        (replace(FULL, penetration=None, specifications=None), ("linkage", "elasticity")),
        (replace(FULL, **PLAIN), ("linkage",)),
        (BARE, ("linkage",)),
        (_runs(BARE, "core"), ("core",)),
        (_runs(replace(FULL, **PLAIN), "core"), ("core",)),
        (_runs(ELASTIC, "elasticity"), ("elasticity",)),
        (_runs(FULL, "calibrated"), ("calibrated",)),
        (
            _years(replace(FULL, gdp=replace(FULL.gdp, forecast=None)), 2017, 2018, 2019),
            ("linkage", "elasticity", "calibrated"),
        ),
        (_years(replace(BARE, gdp=Gdp(), tables=ONE_TABLE), 2018), ("linkage",)),
        (_years(replace(ELASTIC, gdp=Gdp(), tables=ONE_TABLE), 2018), ("linkage", "elasticity")),
        (
            _years(replace(BARE, gdp=Gdp(), tables=Tables((2017, 2018, 2020))), 2017, 2018, 2020),
            ("linkage",),
        ),
    ],
)
def test_a_study_of_some_parts_runs_and_shows_itself(study: Study, runs: tuple[str, ...]) -> None:
    result = qn.reproduce(study, draws=40)
    assert result.runs == runs
    assert list(result.score.index)[: len(runs)] == list(runs)
    assert not result.account.isna().any().any()
    assert result.findings()
    shown = result.console() + "".join(table.to_text() for table in result.tables())
    assert "nan" not in shown.replace("finance", "").lower().split()


def test_the_core_alone_is_its_sectors_in_the_table() -> None:
    whole = replace(SHARES, segments={"services": {"31": 1.0}}, dispersion=0.0)
    study = _years(replace(BARE, core=whole, gdp=Gdp(), tables=ONE_TABLE), 2018, runs=("core",))
    own = qn.reproduce(study, draws=2).account.xs(("core", 2018))
    table = qn.load_io("CHN", 2018)
    assert own["core"] == pytest.approx(1e-4 * float(table.v["31"]), rel=1e-12)
    assert own["total"] == own["core"]
    assert own["share"] == pytest.approx(float(table.v["31"]) / float(table.v.sum()), rel=1e-12)


def _figure(printed: str, unit: str, year: int = 2018) -> dict[str, object]:
    return {"printed": printed, "unit": unit, "year": year}


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        (
            {"study.units_per_data_unit": 1e-3},
            r"study\.units_per_data_unit: 0\.001, but the table of 2017 is in 100 million yuan",
        ),
        ({"study.unit": "billion yuan"}, r"study\.units_per_data_unit: 0\.0001.*expected 0\.1"),
        (
            {"reported.figures": {"T18": _figure("1.42", "billion CNY")}},
            r"reported\.figures\.T18: 1\.42 billion yuan is 0\.002% of GDP, but S18 prints 1\.50%",
        ),
        (
            {"reported.figures": {"T18": _figure("1420", "trillion CNY")}},
            r"reported\.figures\.T18: 1420 trillion yuan is 15\.4 times GDP",
        ),
        (
            {"reported.figures": {"T18": _figure("1.42", "percent")}},
            r"reported\.figures\.T18\.unit: a total value added in 'percent'; expected a unit such "
            r"as trillion yuan",
        ),
        (
            {"reported.figures": {"G18": _figure("55.7", "million")}},
            r"reported\.figures\.G18\.unit: a real growth of the total in 'million'; expected perc",
        ),
        (
            {"reported.figures": {"G18": _figure("-5", "percent")}},
            r"no diffusion curve rises through falling points",
        ),
        (
            {"reported.figures": {"C18": _figure("43860", "100 million CNY")}},
            r"penetration\.total: T18 = 1\.42 trillion yuan is no more than the core, 4\.386",
        ),
        (
            {"penetration.saturation": [0.05, 0.1]},
            r"penetration\.saturation: the integration-driven part, .* above the highest potential",
        ),
        (
            {"penetration.saturation": [0.05, 0.3]},
            r"penetration\.saturation: \d+% of the draws of the calibrated run have no curve in 20",
        ),
        (
            {"tables.technology_sectors": ["21"]},
            r"tables\.technology_sectors: the core of 2017, .* penetration would be above one",
        ),
        (
            {"core.segments": {"x": {"21": 1.0}}},
            r"core\.segments: C18 = 0\.4386 takes 181% of sector '21', whose value added is 0\.24",
        ),
        (
            {"core.figure": "C17"},
            r"core\.figure: no printed figure 'C17'",
        ),
        ({"study.years": [2018, 2019, 2020, 2021]}, r"gdp\.vintages 'current': year 2021 is miss"),
    ],
)
def test_contradictions_are_named_with_key_and_numbers(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(qn.StudyError, match=rf"study caict_2020\..*{words}") as caught:
        qn.reproduce(with_keys(FULL, keys), draws=60)
    assert "\n" not in str(caught.value)
    assert "nan" not in str(caught.value).split()


def test_shares_that_take_a_sector_more_than_once_are_refused() -> None:
    twice = replace(SHARES, segments={"a": {"31": 0.6}, "b": {"31": 0.5}})
    with pytest.raises(qn.StudyError, match=r"core\.segments\.b\.31: the segments take 110%"):
        qn.reproduce(replace(BARE, core=twice), draws=2)


def test_a_year_without_table_and_gdp_is_named() -> None:
    with pytest.raises(qn.StudyError, match=r"gdp\.vintages: no GDP of 2019, which has no table"):
        qn.reproduce(_years(replace(BARE, gdp=Gdp()), 2018, 2019), draws=2)


@pytest.mark.parametrize("kind", ["intermediate_sales", "purchases"])
def test_supply_is_what_the_producers_sell(kind: str) -> None:
    study = with_keys(load_study("caict_2020"), {"potential.supply": kind})
    made = prepare(study, seed=0)
    table, producing = qn.load_io("CHN", 2018, imports="separate"), ["20", "21", "31"]
    # by hand: what the three sectors sell to sectors, or to the others, per unit of value added
    buyers = [s for s in table.sectors if kind != "purchases" or s not in producing]
    sold = sum(float(table.Z.loc[p, b]) for p in producing for b in buyers)
    ratio = sold / sum(float(table.v[p]) for p in producing)
    model = made.assembly.model
    slot = next(k for k, one in enumerate(model.slots) if one.year == 2018)
    places = [list(table.sectors).index(p) for p in producing]
    assert model.potential is not None
    expected = model.value_added[0, slot, places].sum() * ratio
    assert model.potential.supply[0, slot] == pytest.approx(expected, rel=1e-9)
