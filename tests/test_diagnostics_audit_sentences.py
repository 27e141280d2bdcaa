"""What an audit says, sentence by sentence, of results made by hand."""

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from quesnay.diagnostics.audit import problem, result
from quesnay.diagnostics.audit.figures import Alternative, Figure, figure_of


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
    for tried, said in ((2, "2"), (1200, "1,200")):
        broken.tried = tried
        assert result._verdict(3, broken, []) == (
            f"{start}, and whichever vintages of GDP and definition stand behind each ({said} "
            f"ways to choose): {sets}"
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
    (second,) = result._shared(PROBLEM, made([*both, *ROWS[2:5]]))
    assert second.ids == ("K18",)
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
    some = ("K18", "2017 b, 2018 first", "nominal", False, True, 7.0, 7.1)
    assert len(list(result._definitions(PROBLEM, made([*ROWS, some])))) == 1
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
    for tried, one, mixed in ((1, SPECIAL, False), (2, SPECIAL, True), (4, NOTHING, False)):
        own = made(ROWS, tried=tried, one_vintage=one)
        kinds = [finding.kind for finding in result.findings_of(PROBLEM, own)]
        assert ("vintages mixed" in kinds) is mixed
    both = [("S18", "2018 a", "", True, True, 1, 2), ("S18", "2018 late", "", True, False, 1, 2)]
    found = list(result.findings_of(PROBLEM, made(both)))
    assert "late" not in [one.kind for one in found]  # it fits what was known too
    assert "only with GDP published after" not in found[0].text
    other = reading(left_out=("K18",))
    misses = pd.DataFrame(
        {"left_out": ["S18"], "id": "S18", "implied_low": 1.0, "implied_high": 2.0, "unit": "t"}
    )
    more = made(ROWS, readings=(other,), misses=misses)
    found = list(result.findings_of(PROBLEM, more))
    assert [one.kind for one in found if one.kind in {"without", "reading"}] == [
        "without", "reading",
    ]  # fmt: skip
    assert found[-2].ids == ("K18",)
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
    for ends in ({"high": [3.5, 3.4]}, {"low": [4.5, 4.6], "high": 5.0}):  # the first touches
        special.deflator = frame.assign(**ends)
        (found,) = result._one_vintage(special)
        assert "in 2018" not in found.text
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


# ---- late figures --------------------------------------------------------------------------------


def choice(name: str, published: str, share: float, *, known: bool = True) -> Any:
    """A GDP of 100 under which the printed total makes a share, percent; or an unknown total."""
    identity: Any = SimpleNamespace(text="S * Y = T")
    keys = {letter: (letter, 2018) for letter in "SYT"}
    terms = ((1.0, (keys["S"], keys["Y"])), (-1.0, (keys["T"],)))
    option = problem.Option(identity, 2018, terms, frozenset({keys["Y"]}))
    ends = {"Y": (100.0, 100.0), "T": (share - 0.001, share + 0.001) if known else None}
    return SimpleNamespace(
        vintages=(Alternative(2018, name, published, "", (100.0, 100.0)),), options=(option,),
        text=f"2018 {name}", ends=ends,
    )  # fmt: skip


@pytest.fixture(name="posed")
def _posed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A problem in percent whose intervals are those of the choice that is asked about."""
    given: dict[str, Any] = {}

    def interval(_: Any, option: Any, chosen: Any, key: Any) -> Any:
        assert set(chosen) == {2018}
        return given[chosen[2018].name][key[0]]

    monkeypatch.setattr(result, "factor_interval", interval)
    monkeypatch.setattr(result, "choices_of", lambda problem: {"S18": problem.several})

    def made_of(*several: Any) -> Any:
        given.update({one.vintages[0].name: one.ends for one in several})
        return SimpleNamespace(scale=lambda symbol: 0.01, several=several)

    return made_of


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (1.447, ", or a double rounding: the printed figures and GDP of 2018 (a) give 1.4470, "
         "rounded 1.45, rounded again 1.5"),
        (1.451, ""), (1.443, ""), (1.56, ""), (1.547, ""),
    ],
)  # fmt: skip
def test_a_double_rounding_rounds_to_what_is_printed_and_one_does_not(
    share: float, said: str, posed: Any
) -> None:
    """By hand: 1.447 is 1.45 and then 1.5, but 1.4 at once."""
    own = posed(choice("a", "2019-01", share))
    assert result._double_rounding(own, S18, own.several) == said


def test_a_figure_of_two_digits_is_rounded_to_three_first(posed: Any) -> None:
    """By hand: 1.4447 is 1.445 and then 1.45, but 1.44 at once."""
    own = posed(choice("a", "2019-01", 1.4447))
    said = "give 1.44470, rounded 1.445, rounded again 1.45"
    fine = replace(S18, printed="1.45")
    assert result._double_rounding(own, fine, own.several).endswith(said)


def test_only_gdp_that_was_known_is_rounded_twice(posed: Any) -> None:
    own = posed(
        choice("late", "2020-12", 1.446), choice("open", "2019-01", 1.446, known=False),
        choice("year", "2020", 1.51), choice("a", "2020-03", 1.448),
    )  # fmt: skip
    assert "GDP of 2018 (a) give 1.4480" in result._double_rounding(own, S18, own.several)
    late = posed(choice("late", "2020-12", 1.446))
    assert result._double_rounding(late, S18, late.several) == ""
    half = choice("a", "2019-01", 1.447)  # one of its two was not known
    half.vintages += (Alternative(2017, "late", "2020-12", "", (90.0, 90.0)),)
    assert result._double_rounding(posed(half), S18, [half]) == ""


def test_a_figure_that_fits_late_gdp_only_is_an_anachronism(posed: Any) -> None:
    own = posed(
        choice("a", "2019-01", 1.447), choice("late", "2020-12", 1.5),
        choice("later", "2021-01", 1.5),
    )  # fmt: skip
    rows = [("S18", "2018 a", "", False, True, 1, 2), ("S18", "2018 late", "", True, False, 1, 2),
            ("K18", "2018 later", "", True, False, 1, 2)]  # fmt: skip
    found = result._late(own, made(rows), S18)
    assert found.text == (
        "The share of 2018 (S18) fits only GDP published in 2020-12, after the report (2020-03): "
        "an anachronism, or a double rounding: the printed figures and GDP of 2018 (a) give "
        "1.4470, rounded 1.45, rounded again 1.5."
    )
    assert (found.kind, found.ids) == ("late", ("S18",))


def test_what_the_others_give_is_solved_for_the_figure(posed: Any) -> None:
    """S in (S Y) - T = 0 is T over Y; without S in it, or with open ends, nothing is given."""
    one = choice("a", "2019-01", 1.447)
    own = posed(one)
    assert result._from_printed(own, S18, one) == pytest.approx(1.447, rel=1e-12)
    wide = choice("b", "2019-01", 1.447)
    wide.ends["T"] = (0.0, math.inf)
    assert result._from_printed(posed(wide), S18, wide) is None
    nothing = choice("c", "2019-01", 1.447)
    nothing.ends["Y"] = (0.0, 0.0)
    assert result._from_printed(posed(nothing), S18, nothing) is None
    (option,) = one.options  # the total itself, 1.447, as a figure in percent
    plain = ((2.0, (("S", 2018),)), (-2.0, (("T", 2018),)))
    one.options = (problem.Option(option.identity, 2018, plain, option.vintaged),)
    assert result._from_printed(own, S18, one) == pytest.approx(144.7, rel=1e-12)


# ---- tables --------------------------------------------------------------------------------------


def audited(**fields: Any) -> result.AuditResult:
    """A whole result, of which each part can be taken away."""
    rows = pd.DataFrame(ROWS, columns=COLUMNS)
    bounds = pd.DataFrame(
        {"concept": ["core"], "year": 2018, "low": 0.4, "high": 0.5, "unit": "u", "printed": False}
    )
    misses = pd.DataFrame(
        {"left_out": "S18", "id": ["S18"], "printed_low": 1.45, "printed_high": 1.55,
         "implied_low": 1.6, "implied_high": 1.7, "missed_by": 2.0}
    )  # fmt: skip
    given: dict[str, Any] = {
        "feasible": True, "assignments": pd.DataFrame({"S18": ["2018 a"]}), "tried": 2,
        "vintages": rows, "bounds": bounds.set_index(["concept", "year"]),
        "one_vintage": result.OneVintage(False, pd.DataFrame(), pd.DataFrame({"vintages": ["a"]})),
        "conflicts": [["S18", "K18 definition"]], "misses": misses, "readings": (),
        "figures": pd.DataFrame(
            {"concept": ["share", "part", "part"], "year": [2018, 2018, 2019]},
            ["S18", "K18", "K19"],
        ),
        "found": (result.Finding("verdict", (), "One."), result.Finding("implied", (), "Two."),
                  result.Finding("late", ("S18",), "Three.")),
        "identities": ("T[t] = C[t] + I[t]",), "letters": {"T": "total", "C": "core", "X": "x"},
    }  # fmt: skip
    return result.AuditResult(**(given | fields))


def test_an_audit_has_a_table_for_each_part_that_it_found() -> None:
    findings, chosen, rests, implied, vintages, sets, misses = audited().tables()
    assert findings.title == "Audit: the printed figures are mutually consistent"
    assert findings.frame["finding"].to_dict() == {1: "One.", 2: "Two.", 3: "Three."}
    assert chosen.title == "Consistent assignments, one a column"
    assert list(chosen.frame.index) == ["share, 2018 (S18)"]
    assert rests.title == "What each figure can rest on"
    assert rests.frame.index[2] == ("part, 2018 (K18)", "2017 a, 2018 first")
    assert list(rests.frame.columns) == ["definition", "fits", "known", "implied, low",
                                         "implied, high"]  # fmt: skip
    assert implied.notes == (
        "Bounds hold for every unrounded value and every consistent assignment.",
        "T[t] = C[t] + I[t]", "Letters, t the year: T = total; C = core.",
    )  # fmt: skip
    assert vintages.title == "One vintage a year, any deflator"
    assert sets.frame["figures"].tolist() == ["share, 2018 (S18); part, 2018 (K18), definition"]
    assert misses.frame["figure"].tolist() == ["share, 2018 (S18)"]
    assert set(misses.formats) == {"printed, low", "printed, high", "implied, low", "implied, high"}
    broken = audited(feasible=False).tables()[0]
    assert broken.title == "Audit: the printed figures are not mutually consistent"


@pytest.mark.parametrize(
    ("part", "value", "title"),
    [
        ("assignments", pd.DataFrame(index=[0]), "Consistent assignments, one a column"),
        ("vintages", pd.DataFrame(columns=COLUMNS), "What each figure can rest on"),
        ("bounds", made().bounds, "Printed and implied quantities"),
        ("one_vintage", result.OneVintage(True, pd.DataFrame(), pd.DataFrame()),
         "One vintage a year, any deflator"),
        ("conflicts", [], "Smallest sets of figures that cannot hold together"),
        ("misses", pd.DataFrame(columns=["id"]), "Smallest sets without which the others hold"),
    ],
)  # fmt: skip
def test_a_part_that_is_not_there_has_no_table(part: str, value: Any, title: str) -> None:
    whole = [table.title for table in audited().tables()]
    assert title in whole
    assert [table.title for table in audited(**{part: value}).tables()] == [
        one for one in whole if one != title
    ]


def test_letters_are_told_where_they_are_not_the_word_itself() -> None:
    words = audited(identities=("core[t] + rest[t] = T[t]",), letters={"core": "core", "T": "sum"})
    assert words.tables()[3].notes[-1] == "Letters, t the year: T = sum."
    assert len(audited(letters={}).tables()[3].notes) == 2


def test_findings_and_those_that_tell_are_sentences() -> None:
    found = audited()
    assert found.findings == ["One.", "Two.", "Three."]
    assert found.telling == ["One.", "Three."]
    assert found.name_of("K19 definition") == "part, 2019 (K19), definition"
