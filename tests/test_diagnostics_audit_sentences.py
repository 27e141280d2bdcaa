"""What an audit says, sentence by sentence, of results made by hand."""

import math
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from quesnay.diagnostics.audit import result
from quesnay.diagnostics.audit.figures import Figure, figure_of


def figure(name: str, printed: str, concept: str, published: str = "2020-03") -> Figure:
    return figure_of(
        name,
        {"concept": concept, "year": 2000 + int(name[1:]), "unit": "percent", "printed": printed,
         "published": published},
    )  # fmt: skip


S18, K18, K19 = figure("S18", "1.5", "share"), figure("K18", "6.7", "part"), figure(
    "K19", "9.9", "part")  # fmt: skip
PROBLEM: Any = SimpleNamespace(figures=(S18, K18, K19), tied=lambda one: one is not K19)
NOTHING = SimpleNamespace(feasible=True, deflator=pd.DataFrame(), sets=pd.DataFrame())
COLUMNS = ["id", "vintages", "definition", "fits", "known", "implied_low", "implied_high"]


def made(rows: list[tuple[Any, ...]] | None = None, **fields: Any) -> Any:
    """A result of choices (id, vintages, definition, fits, known, ends) and what else is told."""
    bounds = pd.DataFrame(columns=["concept", "year", "low", "high", "unit", "printed"])
    given: dict[str, Any] = {
        "feasible": True, "tried": 4, "assignments": pd.DataFrame(index=range(2)),
        "vintages": pd.DataFrame(rows or [], columns=COLUMNS), "one_vintage": NOTHING,
        "bounds": bounds.set_index(["concept", "year"]), "conflicts": [], "readings": (),
        "misses": pd.DataFrame(columns=["left_out", "id"]),
    }  # fmt: skip
    return SimpleNamespace(**(given | fields))


def texts(found: Any) -> list[str]:
    return [one.text for one in found]


def test_the_verdict_counts_the_ways_to_choose_and_those_that_fit() -> None:
    tie = "The 5 figures that identities tie are mutually consistent"
    assert result._verdict(5, made(tried=1), []) == (
        f"{tie}: unrounded values exist that satisfy every identity."
    )
    ways = (
        f"{tie}: of the 1,200 ways to choose, figure by figure, the vintages of GDP and the "
        "definition behind it, "
    )
    many = made(tried=1200)
    assert result._verdict(5, many, []) == f"{ways}2 fit all of them at once."
    one = made(tried=1200, assignments=pd.DataFrame(index=range(1)))
    assert result._verdict(5, one, ["S18", "K18"]) == (
        f"{ways}one fits all of them at once, and only with GDP published after the report for "
        "S18 and K18."
    )


def test_what_cannot_hold_is_named_in_sets() -> None:
    broken = made(feasible=False, conflicts=[["S18", "K18"], ["K19"]], tried=1)
    sets = "{S18, K18}; {K19} cannot hold together."
    start = "The figures are not mutually consistent, whatever was rounded"
    assert result._verdict(3, broken, []) == f"{start}: {sets}"
    broken.tried = 1200
    assert result._verdict(3, broken, []) == (
        f"{start}, and whichever vintages of GDP and definition stand behind each (1,200 ways to "
        f"choose): {sets}"
    )


def test_without_some_figures_the_others_hold_and_say_what_those_would_be() -> None:
    misses = pd.DataFrame(
        [("S18", "S18", 1.61, 1.64, "percent"), ("K18, K19", "K18", 8.1, 8.3, "percent"),
         ("K18, K19", "K19", math.nan, math.nan, "percent"), ("K19", "K19", -math.inf, 1.0, "")],
        columns=["left_out", "id", "implied_low", "implied_high", "unit"],
    )  # fmt: skip
    found = list(result._misses(PROBLEM, made(misses=misses)))
    assert texts(found) == [
        "Without S18 all others hold together: the share of 2018 (S18) is printed 1.5, the others "
        "imply 1.610 to 1.640 %.",
        "Without K18 and K19 all others hold together: the part of 2018 (K18) is printed 6.7, the "
        "others imply 8.10 to 8.30 %.",
        "Without K19 all others hold together.",
    ]
    assert [(one.kind, one.ids) for one in found] == [
        ("without", ("S18",)), ("without", ("K18", "K19")), ("without", ("K19",)),
    ]  # fmt: skip


ROWS = [
    ("S18", "2018 first", "", True, True, 1.4, 1.6), ("S18", "2018 final", "", False, True, 1, 2),
    ("K18", "2017 a, 2018 first", "nominal", True, True, 6.6, 6.8),
    ("K18", "2017 a, 2018 first", "constant", False, True, 8.1, 8.2),
    ("K18", "2017 a, 2018 final", "constant", False, True, 8.2, 8.3),
    ("K19", "", "nominal", True, True, 9.8, 10.0),
    ("K19", "", "constant", False, True, math.nan, math.nan),
]  # fmt: skip


def test_a_figure_rests_on_what_every_assignment_uses() -> None:
    assert texts(result._shared(PROBLEM, made(ROWS))) == [
        "The share of 2018 (S18) rests in every consistent assignment on GDP of 2018 (first).",
        "The part of 2018 (K18) rests in every consistent assignment on GDP of 2017 (a) and 2018 "
        "(first), by the 'nominal' definition.",
        "The part of 2019 (K19) is in every consistent assignment computed by the 'nominal' "
        "definition.",
    ]
    alone = made(ROWS[:2], assignments=pd.DataFrame(index=[0]))
    assert texts(result._shared(PROBLEM, alone)) == [
        "The share of 2018 (S18) rests on GDP of 2018 (first)."
    ]
    both = [(*row[:3], True, *row[4:]) for row in ROWS[:2]]
    assert texts(result._shared(PROBLEM, made(both))) == []  # any choice fits: nothing to say
    two = [*both, ("S18", "2018 last", "", False, True, 1, 2)]
    assert texts(result._shared(PROBLEM, made(two))) == [
        "The share of 2018 (S18) rests in every consistent assignment on GDP of 2018 (first) or "
        "2018 (final)."
    ]


def test_a_definition_that_nothing_fits_says_what_the_figures_would_be() -> None:
    (found,) = result._definitions(PROBLEM, made(ROWS))
    assert found.text == (
        "By the 'constant' definition nothing fits, whatever the vintages: K18 would be 8.10 to "
        "8.30 %, not 6.7."
    )
    assert (found.kind, found.ids) == ("definition excluded", ("K18", "K19"))
    (bare,) = result._definitions(PROBLEM, made(ROWS[5:]))
    assert bare.text == "By the 'constant' definition nothing fits."
    assert list(result._definitions(PROBLEM, made(ROWS[:3]))) == []


SPECIAL = SimpleNamespace(
    feasible=False,
    sets=pd.DataFrame(),
    deflator=pd.DataFrame(
        {"low": [9.0, 3.0], "high": [10.0, 5.0], "official_low": [3.0, 3.5],
         "official_high": [4.0, 4.5]}, [2018, 2019],
    ),
)  # fmt: skip


def test_findings_stand_in_the_order_of_an_audit() -> None:
    bounds = pd.DataFrame(
        {"concept": ["total", "core"], "year": 2018, "low": [1.41, 0.43], "high": [1.42, 0.44],
         "unit": "trillion yuan", "printed": [True, False]}
    ).set_index(["concept", "year"])  # fmt: skip
    found = list(result.findings_of(PROBLEM, made(ROWS, one_vintage=SPECIAL, bounds=bounds)))
    assert [one.kind for one in found] == [
        "verdict", "rests on", "rests on", "rests on", "vintages mixed", "definition excluded",
        "one vintage", "implied", "not tied",
    ]  # fmt: skip
    by_kind = {one.kind: one.text for one in found}
    assert by_kind["verdict"].startswith("The 2 figures that identities tie")
    assert by_kind["vintages mixed"] == (
        "So the report, where all figures are right, mixes vintages of GDP: no consistent "
        "assignment uses one vintage a year."
    )
    assert by_kind["implied"] == (
        "Implied, not printed: core of 2018, 0.430 to 0.440 trillion yuan."
    )
    assert by_kind["not tied"] == (
        "No identity ties the part of 2019 (K19) to another figure: printed, but not checked."
    )
    assert by_kind["one vintage"] == (
        "Only if all figures had to rest on one vintage of each year would the report need a GDP "
        "deflator of its own: 9.0 to 10.0 % in 2018, where nominal and real GDP give 3.0 to 4.0 % "
        "in any pair of vintages. That reading is not needed."
    )


def test_findings_that_have_no_ground_are_not_told() -> None:
    for tried, one in ((1, SPECIAL), (4, NOTHING)):
        own = made(ROWS, tried=tried, one_vintage=one)
        kinds = [finding.kind for finding in result.findings_of(PROBLEM, own)]
        assert "vintages mixed" not in kinds
    tied: Any = SimpleNamespace(figures=PROBLEM.figures, tied=lambda _: True)
    assert "not tied" not in [one.kind for one in result.findings_of(tied, made(ROWS))]
    broken = made(ROWS, feasible=False, one_vintage=SPECIAL, conflicts=[["S18"]])
    assert [one.kind for one in result.findings_of(PROBLEM, broken)] == ["verdict", "not tied"]


def test_deflators_that_overlap_are_all_told_where_none_stands_apart() -> None:
    frame = pd.DataFrame(
        {"low": [3.0, 3.0], "high": [5.0, 3.4], "official_low": 3.5, "official_high": 4.5},
        [2018, 2019],
    )
    special: Any = SimpleNamespace(feasible=False, deflator=frame)
    (found,) = result._one_vintage(special)
    assert "in 2018" not in found.text  # 2019 alone lies apart, below
    assert "3.0 to 3.4 % in 2019" in found.text
    special.deflator = frame.assign(high=3.5)  # touching is not apart
    (found,) = result._one_vintage(special)
    assert "in 2018" in found.text
    assert "in 2019" in found.text
    special.feasible = True
    assert result._one_vintage(special) == []


def reading(**fields: Any) -> Any:
    given = {"name": "without page 2", "left_out": ("K18",), "assignments": pd.DataFrame(),
             "bounds": made().bounds}  # fmt: skip
    return SimpleNamespace(**(given | fields))


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "no assignment fits"), (1, "one assignment fits"), (3, "3 assignments fit")],
)
def test_a_reading_says_how_many_assignments_fit(count: int, words: str) -> None:
    own = reading(assignments=pd.DataFrame(index=range(count)))
    assert result._reading(made(), own) == f"Without page 2 (K18), {words}."
    own.left_out = ()
    assert result._reading(made(), own) == f"Without page 2, {words}."


def test_a_reading_names_what_it_allows_beside_and_what_it_widens() -> None:
    base = made(
        assignments=pd.DataFrame({"S18": ["2018 a"], "K18": ["2018 a"], "K18 definition": ["x"]}),
        bounds=pd.DataFrame(
            {"concept": ["core", "rest"], "year": 2018, "low": [1.0, 1.0], "high": [2.0, 2.0],
             "unit": "percent", "printed": False}
        ).set_index(["concept", "year"]),
    )  # fmt: skip
    own = reading(
        left_out=(),
        assignments=pd.DataFrame(
            {"S18": ["2018 a", "2018 b", "2018 c"], "K18 definition": ["x", "y", "z"]}
        ),
        bounds=pd.DataFrame(
            {"concept": ["core", "rest", "else"], "year": 2018, "low": 1.0,
             "high": [2.3, 2.15, 9.0], "unit": "percent", "printed": False}
        ).set_index(["concept", "year"]),
    )  # fmt: skip
    assert result._reading(base, own) == (
        "Without page 2, 3 assignments fit; S18 may then also rest on 2018 (b) or 2018 (c); core "
        "of 2018 is 1.0 to 2.3 %."
    )
    base.feasible = False
    assert result._reading(base, own) == (
        "Without page 2, 3 assignments fit; core of 2018 is 1.0 to 2.3 %."
    )
    own.bounds["printed"] = True
    assert result._reading(base, own) == "Without page 2, 3 assignments fit."


def test_a_fault_elsewhere_is_one_without_whose_figures_known_gdp_fits() -> None:
    rows = [
        ("S18", "2018 first", "", False, True, 1, 2), ("S18", "2018 late", "", True, False, 1, 2),
        ("S18", "2018 second", "", False, True, 1, 2),
    ]  # fmt: skip
    fits = reading(left_out=("K18", "K19"), assignments=pd.DataFrame({"S18": ["2018 first"]}))
    late = reading(left_out=("T18",), assignments=pd.DataFrame({"S18": ["2018 late"]}))
    none = reading(left_out=("S18",), assignments=pd.DataFrame({"K18": ["2018 first"]}))
    other = reading(left_out=(), assignments=pd.DataFrame({"S18": ["2018 second"]}))
    said = result._fault_elsewhere(made(rows, readings=(fits, late, none, other)), S18)
    assert said == (
        "; or a fault in what others quote: without (K18, K19) it fits GDP of 2018 (first)"
    )
    assert result._fault_elsewhere(made(rows, readings=(late, none, other)), S18) == ""
    more = reading(left_out=("C18",), assignments=pd.DataFrame({"S18": ["2018 second"]}))
    assert result._fault_elsewhere(made(rows, readings=(fits, more)), S18) == (
        "; or a fault in what others quote: without (K18, K19) or (C18) it fits GDP of 2018 "
        "(first) or 2018 (second)"
    )
