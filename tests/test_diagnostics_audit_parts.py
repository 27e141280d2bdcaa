"""Parts of the audit by themselves: units, rounding, vintages, polynomials, rows of an identity."""

import math
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.audit import assignments, consistency, identities, problem, result
from quesnay.diagnostics.audit.figures import (
    Alternative,
    Unit,
    checked_figures,
    checked_vintages,
    figure_of,
    inner,
    printed_interval,
    unit_of,
    with_the_money_of,
)
from quesnay.diagnostics.audit.files import ReportFile
from quesnay.diagnostics.audit.identities import Identity, Quantity
from quesnay.fitting.errors import DataError, StudyError
from tests.refusals import refused

# ---- figures -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "scale", "base"),
    [
        ("percent", 0.01, ""), ("Per cent", 0.01, ""), ("%", 0.01, ""), ("share", 1.0, ""),
        ("ratio", 1.0, ""), ("1", 1.0, ""), ("persons", 1.0, "persons"),
        ("hundred tonnes", 1e2, "tonnes"), ("thousand persons", 1e3, "persons"),
        ("million RMB", 1e6, "CNY"), ("mn dollars", 1e6, "USD"), ("bn yuan", 1e9, "CNY"),
        ("billion dollar", 1e9, "USD"), ("Trillion CNY", 1e12, "CNY"),
        ("100 million CNY", 1e8, "CNY"), ("10,000 persons", 1e4, "persons"),
        ("0.5 million t", 5e5, "t"), ("thousand CNY per person", 1e3, "CNY per person"),
        ("million yuan / thousand persons", 1e3, "CNY per persons"),
        ("CNY per thousand hours / day", 1e-3, "CNY per hours per day"),
        ("trillions RMB", 1e12, "CNY"), ("万亿元", 1e12, "CNY"), ("100亿元", 1e10, "CNY"),
        ("万人", 1e4, "人"), ("s", 1.0, "s"), ("million s", 1e6, "s"),
    ],
)  # fmt: skip
def test_units_are_read_with_their_size(text: str, scale: float, base: str) -> None:
    assert unit_of(text, where="T18") == Unit(text, pytest.approx(scale, rel=1e-15), base)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "  ", "0 million CNY", "million", "12", "..5 t", None])
def test_what_is_no_unit_is_refused_with_the_figure(text: object) -> None:
    with pytest.raises(DataError, match=r"^T18: "):
        unit_of(text, where="T18")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("1.50", (1.495, 1.505)), ("4,386", (4385.5, 4386.5)), ("-0.5", (-0.55, -0.45)),
        ("\N{MINUS SIGN}2", (-2.5, -1.5)), ("+1,234.5", (1234.45, 1234.55)), ("7", (6.5, 7.5)),
    ],
)  # fmt: skip
def test_digits_stand_for_what_rounds_to_them(text: str, ends: tuple[float, float]) -> None:
    assert printed_interval(text) == pytest.approx(ends, rel=1e-14)


def test_the_open_end_is_a_millionth_of_the_width_inside() -> None:
    low, high = inner(2.0, 4.0)
    assert low == 2.0
    assert 4.0 - high == pytest.approx(2e-6, rel=1e-6)


def row(**more: Any) -> dict[str, Any]:
    return {"concept": "total ", "year": 2018, "unit": "percent", "printed": "1.5"} | more


@pytest.mark.parametrize(
    ("name", "symbol"),
    [("T18", "T"), ("A_2018", "A"), ("A-18", "A"), ("2018", "2018"), ("AB", "AB")],
)
def test_the_symbol_is_the_id_without_its_trailing_digits(name: str, symbol: str) -> None:
    found = figure_of(name, row())
    assert found.symbol == symbol
    assert (found.key, found.concept, found.kind) == ((symbol, 2018), "total", "estimate")
    assert (found.low, found.high) == (1.45, 1.55)
    assert figure_of(name, row(symbol="Q")).symbol == "Q"


@pytest.mark.parametrize("year", [1000, "2018", " 2999 "])
def test_years_of_four_digits_are_read(year: object) -> None:
    assert figure_of("T18", row(year=year)).year == int(str(year))


@pytest.mark.parametrize("year", [999, 3000, "20180", 2018.5, "2018a", True])
def test_other_years_are_refused(year: object) -> None:
    with pytest.raises(DataError, match=r"^T18: year "):
        figure_of("T18", row(year=year))


def test_an_interval_may_stand_in_place_of_digits_as_numbers_or_text() -> None:
    found = figure_of("T18", row(low="1.2", high=1.4))
    assert (found.low, found.high) == (1.2, 1.4)
    for low, high in ((1.4, 1.4), (1.5, 1.4), ("x", 1.4), (None, 1.4), (1.2, math.inf)):
        with pytest.raises(DataError, match=r"^T18: "):
            figure_of("T18", row(low=low, high=high))


def test_ids_may_stand_in_a_column_and_are_given_once() -> None:
    frame = pd.DataFrame([row(id="T18"), row(id=" S18 ", year=2019)])
    assert [one.id for one in checked_figures(frame)] == ["T18", "S18"]
    assert [one.id for one in checked_figures(frame, without=["T18"])] == ["S18"]
    with pytest.raises(DataError, match="id 'T18' is given twice"):
        checked_figures(pd.DataFrame([row(id="T18"), row(id="T18")]))
    with pytest.raises(DataError, match="row 2: id 7 is no text"):
        checked_figures(pd.DataFrame([row(id="T18"), row(id=7)]))
    refused(lambda: figure_of("T\n18", row()), "id")
    bare = pd.DataFrame([row(id="T18")]).drop(columns="printed")
    refused(lambda: checked_figures(bare), "no column 'printed'; see the columns of load_reported")
    refused(lambda: checked_figures(bare.assign(low=1.0)), "no column 'printed'")
    (ends,) = checked_figures(bare.assign(low=1.0, high=2.0))
    assert (ends.low, ends.high) == (1.0, 2.0)
    with pytest.raises(DataError, match="every figure is left out"):
        checked_figures(frame, without=["T18", "S18"])


def test_money_is_called_as_in_the_account_and_other_units_stay() -> None:
    assert with_the_money_of("100 million CNY", "trillion yuan") == "100 million yuan"
    assert with_the_money_of("trillion yuan", "million CNY") == "trillion CNY"
    assert with_the_money_of("million persons", "trillion yuan") == "million persons"
    assert with_the_money_of("million USD", "trillion dollars") == "million dollars"
    assert with_the_money_of("million", "trillion yuan") == "million"
    assert with_the_money_of("100 million CNY", "percent") == "100 million CNY"


# ---- vintages ----------------------------------------------------------------------------------


def vintages(rows: list[dict[str, Any]], *kinds: tuple[int, str], growth: Any = None) -> Any:
    figures = [figure_of(f"T{year}", row(year=year, kind=kind)) for year, kind in kinds]
    return checked_vintages(
        pd.DataFrame(rows), figures, unit="trillion CNY", forecast_growth=growth
    )


def gdp(year: int, name: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"year": year, "vintage": name, "gdp": value, **more}


def test_vintages_are_before_or_after_a_revision_by_name_and_date() -> None:
    found = vintages([
        gdp(2018, "preliminary", 90.0309, published="2019-01"),
        gdp(2018, "after fourth census", 91.9281, published="2019-11"),
        gdp(2018, "after fifth census", 92.5, published="2024-12"),
        gdp(2017, "final", 83.2, published="2019-11"),
        gdp(2017, "first", 82.7122, published="2018-01", basis="own"),
        gdp(2016, "undated", 74.0),
    ]).by_year  # fmt: skip
    bases = {one.label: one.basis for options in found.values() for one in options}
    assert bases == {
        "2016 undated": "before revision", "2017 final": "after revision", "2017 first": "own",
        "2018 preliminary": "before revision", "2018 after fourth census": "after revision",
        "2018 after fifth census": "after revision",
    }  # fmt: skip
    assert list(found) == [2016, 2017, 2018]
    assert found[2018][0].gdp == (90.0309e12, 90.0309e12)  # six digits count as a number
    assert found[2016][0].gdp == pytest.approx((73.5e12, 74.5e12))  # two do not


def test_the_official_deflator_is_what_the_digits_of_nominal_and_real_gdp_leave_open() -> None:
    """80 and 90 stand for 79.5 to 80.5 and 89.5 to 90.5, growth of 6.6 for 6.55 to 6.65 %."""
    known = vintages(
        [gdp(2017, "a", 80.0), gdp(2018, "a", 90.0, real_growth="6.6"), gdp(2018, "b", 85.0)]
    )
    found = consistency._official_deflators(SimpleNamespace(vintages=known))  # type: ignore[arg-type]
    ends = 89.5 / 80.5 / 1.0665, 90.5 / 79.5 / 1.0655
    assert found == {2018: pytest.approx([100 * (end - 1) for end in ends])}


def test_growth_of_gdp_is_what_its_digits_leave_open() -> None:
    found = vintages([
        gdp(2018, "a", 90.0309, real_growth=6.6), gdp(2018, "b", 91.9281, real_growth="6.70"),
        gdp(2018, "c", 91.0, real_growth=None), gdp(2019, "d", 95.0),
    ])  # fmt: skip
    first, second, third = found.by_year[2018]
    assert first.growth == pytest.approx((0.0655, 0.0665))
    assert second.growth == pytest.approx((0.06695, 0.06705))
    assert third.growth is None
    assert first.interval("R") == first.growth
    assert first.interval("GDP") == first.gdp
    assert found.knows("R", 2018)
    assert not found.knows("R", 2019)  # no vintage tells it
    assert found.knows("GDP", 2019)
    assert not found.knows("GDP", 2017)
    assert not found.knows("T", 2018)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([gdp(2018, "a", 0.0)], "gdp: 2018 a is 0.0; a positive number expected"),
        ([gdp(2018, "a", 90.0, unit="trillion CNY"), gdp(2017, "a", 80.0, unit="billion CNY")],
         r"gdp: several units, \['billion CNY', 'trillion CNY'\]; give all vintages in one"),
        ([gdp(2018, "a", 90.0, country="CHN"), gdp(2017, "a", 80.0, country="USA")],
         r"gdp: several countries \['CHN', 'USA'\]; give one"),
        ([gdp(999, "a", 90.0)], "gdp: row 1: year 999 is no calendar year"),
        ([gdp(3000, "a", 90.0)], "gdp: row 1: year 3000 is no calendar year"),
        ([gdp(2018, " ", 90.0)], "gdp: row 1: vintage ' ' is no text"),
        ([gdp(2018, "a", "x")], "gdp: row 1: gdp 'x' of 2018 a; numbers expected"),
        ([gdp(2018, "a", 90.0, real_growth=[6.6])], r"row 1: real_growth \[6.6\] is no percentage"),
        ([gdp(2018, "a", 90.0, real_growth=True)], "row 1: real_growth True is no percentage"),
        ([gdp(2018, "a", 90.0, real_growth="-100.0")], "'-100.0': nothing is left of GDP"),
        ([gdp(2018, "a", 90.0, basis=7)], "row 1: basis 7 is no text"),
    ],
)  # fmt: skip
def test_a_vintage_at_fault_is_named_by_its_row(rows: list[dict[str, Any]], said: str) -> None:
    refused(lambda: vintages(rows), said)


def test_years_of_vintages_may_stand_in_the_index() -> None:
    frame = pd.DataFrame([gdp(2018, "a", 90.0, unit="trillion CNY")])
    for given in (frame, frame.set_index("year")):
        found = checked_vintages(given, [figure_of("T18", row())], unit=None, forecast_growth=None)
        assert found.by_year[2018][0].label == "2018 a"
    ends = vintages([gdp(1000, "a", 0.5), gdp(2999, "a", 90.0, country="CHN")]).by_year
    assert list(ends) == [1000, 2999]
    (low,) = vintages([gdp(2018, "a", 90.0, real_growth="-99.9")]).by_year[2018]
    assert low.growth == pytest.approx((-0.9995, -0.9985))


def test_a_year_that_is_only_forecast_rests_on_the_first_gdp_of_the_year_before() -> None:
    base = [
        gdp(2019, "final", 98.0, published="2020-12"),
        gdp(2019, "first", 99.0865, published="2020-01"),
        gdp(2020, "later", 101.3567, published="2021-12"),
    ]
    found = vintages(base, (2020, "forecast"), growth=(7.0, 8.5)).by_year[2020]
    assert [one.name for one in found] == [
        "forecast (2019 first and 7 to 8.5 % nominal growth)", "later",
    ]  # fmt: skip
    assert found[0].gdp == pytest.approx((99.0865e12 * 1.07, 99.0865e12 * 1.085))
    assert (found[0].published, found[0].basis) == ("", "before revision")
    open_ = vintages(base, (2020, "forecast")).by_year[2020][0]
    assert (open_.name, open_.gdp) == ("forecast, not printed", (0.0, math.inf))
    both = vintages(base, (2020, "forecast"), (2020, "estimate"), growth=(7.0, 8.5)).by_year
    assert [one.name for one in both[2020]] == ["later"]
    far = vintages(base, (2024, "forecast"), growth=(7.0, 8.5)).by_year
    assert 2024 not in far


@pytest.mark.parametrize(
    "growth", [(8.0, 7.0), (7.0,), "7 to 8", (7.0, "x"), (-100.0, 1.0), (1.0, math.inf)]
)
def test_a_forecast_of_gdp_is_a_pair_the_lower_first(growth: object) -> None:
    with pytest.raises(DataError, match="is no pair of percentages, the lower first"):
        vintages([gdp(2019, "a", 99.0)], growth=growth)
    assert vintages([gdp(2019, "a", 99.0)], growth=[7, 7]).by_year


@pytest.mark.parametrize("growth", ["x", "-100", [6.6], -101.0])
def test_growth_that_is_no_percentage_is_refused_with_its_row(growth: object) -> None:
    with pytest.raises(DataError, match=r"^gdp: row 2: real_growth"):
        vintages([gdp(2019, "a", 99.0), gdp(2018, "b", 90.0, real_growth=growth)])


# ---- identities --------------------------------------------------------------------------------

Poly = dict[tuple[tuple[str, int], ...], float]
T, C, B = ("T", 0), ("C", 0), ("B", 0)


@pytest.mark.parametrize(
    ("text", "polynomial"),
    [
        ("T = C + B", {(T,): 1.0, (C,): -1.0, (B,): -1.0}),
        ("T = -(C - 2)", {(T,): 1.0, (C,): 1.0, (): -2.0}),
        ("T = C / B", {(B, T): 1.0, (C,): -1.0}),
        ("T / B = C / B", {(B, T): 1.0, (B, C): -1.0}),
        ("T = (1 + C)**2", {(T,): 1.0, (): -1.0, (C,): -2.0, (C, C): -1.0}),
        ("T = C / B + 1 / B", {(B, T): 1.0, (C,): -1.0, (): -1.0}),
        ("T = C / B - 1 / T[t-1]",
         {(B, T, ("T", -1)): 1.0, (C, ("T", -1)): -1.0, (B,): 1.0}),
        ("T = C * B * 0.5", {(T,): 1.0, (B, C): -0.5}),
        ("T = C**1", {(T,): 1.0, (C,): -1.0}),
        ("T = C**9 / C**8", {(C,) * 8 + (T,): 1.0, (C,) * 9: -1.0}),
    ],
)  # fmt: skip
def test_an_identity_is_multiplied_out(text: str, polynomial: Poly) -> None:
    found = Identity.parse("made up", text)
    assert {tuple(sorted(k)): v for k, v in found.polynomial.items()} == {
        tuple(sorted(k)): v for k, v in polynomial.items()
    }
    assert found.names == {name for product in polynomial for name in product}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("T = C**10", "an exponent is a whole number from 1 to 9"),
        ("T = C**0", "an exponent is a whole number"),
        ("T = C**1.5", "an exponent is a whole number"),
        ("T = C / (B - B)", "divides by zero"),
        ("1 = 2", "names no quantity"),
        ("T = T + 1", "cannot hold"),
        ("T = (A + B + C + D + E)**9", "more than 200 terms"),
        ("T = C * 1e200 * 1e200", "numbers beyond all bounds"),
    ],
)
def test_an_identity_that_is_none_is_refused(text: str, message: str) -> None:
    with pytest.raises(StudyError, match=f"identity made up.*{message}"):
        Identity.parse("made up", text)


def test_an_identity_has_two_hundred_terms_at_most() -> None:
    def text(one: int, other: int) -> str:
        sums = [
            " + ".join(f"{letter}{k}" for k in range(n)) for letter, n in (("A", one), ("B", other))
        ]
        return f"T = ({sums[0]}) * ({sums[1]})"

    assert len(Identity.parse("made up", text(10, 20)).polynomial) == 201  # T stands beside them
    refused(lambda: Identity.parse("made up", text(3, 67)), "more than 200 terms")


@pytest.mark.parametrize(
    ("base", "kinds"),
    [
        ("CNY", {"CNY": 1}), ("CNY per person", {"CNY": 1, "persons": -1}), ("", {}),
        ("persons", {"persons": 1}),
        ("CNY per persons per hour", {"CNY": 1, "persons": -1, "hours": -1}),
    ],
)  # fmt: skip
def test_kinds_of_a_unit_are_counted_in_the_plural(base: str, kinds: dict[str, int]) -> None:
    assert identities._kinds(base) == Counter(kinds)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("T = J", "sets CNY beside persons"),
        ("T = C * C", r"sets CNY beside CNY\^2"),
        ("T = C / J", "sets CNY beside CNY per persons"),
        ("T = S", "sets CNY beside a pure number"),
        ("T = 1 / J", "sets CNY beside 1 per persons"),
        ("T = C**2 / J**2", r"sets CNY beside CNY\^2 per persons\^2"),
        ("T = C + J * S", "sets CNY beside persons"),
        ("T = (X + C) * J", "sets CNY beside CNY persons"),
        ("T = (C + X) * J", "sets CNY beside CNY persons"),
    ],
)
def test_units_that_do_not_go_together_are_named(text: str, words: str) -> None:
    units = {
        "T": Unit("yuan", 1.0, "CNY"), "C": Unit("yuan", 1.0, "CNY"),
        "J": Unit("persons", 1.0, "persons"), "S": Unit("percent", 0.01, ""),
        "X": Unit("", 1.0, ""),
    }  # fmt: skip
    with pytest.raises(StudyError, match=words):
        identities.check_dimensions(Identity.parse("made up", text), units)
    for fine in ("T = C * S", "T = C * J / J", "T = X", "T = C + X", "T * J = C * J + 2 * X * T"):
        identities.check_dimensions(Identity.parse("made up", fine), units)


# ---- what may vary -------------------------------------------------------------------------------


def roles(text: str, ends: dict[str, tuple[float, float]], **more: Any) -> dict[str, str]:
    """Return what each quantity of an identity is: T, C, D and Y in yuan, r a share."""
    units = {name: Unit("yuan", 1.0, "CNY") for name in "TCDY"}
    units["r"] = Unit("share", 1.0, "")
    identity = Identity.parse("made up", text)
    terms = more.pop("terms")
    posed: Any = SimpleNamespace(
        units=units, interval=lambda key: ends.get(key[0], (-math.inf, math.inf))
    )
    vintaged = frozenset((name, 2018) for name in more.pop("vintaged", ""))
    option = problem.Option(identity, 2018, terms, vintaged)
    shared = {(name, 2018): 2 for name in more.pop("shared", "")}
    return {key[0]: role for key, role in problem._roles(posed, option, shared).items()}


def of(*products: str) -> tuple[Any, ...]:
    return tuple((1.0, tuple((name, 2018) for name in product)) for product in products)


def test_a_rate_between_two_ends_is_a_factor_of_what_varies() -> None:
    ends = {"r": (0.1, 0.2), "D": (1.0, 2.0)}
    assert roles("T = C * r", ends, terms=of("T", "Cr")) == {
        "T": "variable", "C": "variable", "r": "factor",
    }  # fmt: skip
    # beside GDP alone it could vary, but not where it is multiplied by the core too
    assert (
        roles("T = C * r + Y * r", ends, terms=of("T", "Cr", "Yr"), vintaged="Y")["r"] == "factor"
    )
    assert roles("T = Y * r", ends, terms=of("T", "Yr"), vintaged="Y")["r"] == "variable"
    # of an amount and a rate, both with ends, the rate is the factor
    found = roles("T = D * r", ends, terms=of("T", "Dr"))
    assert (found["D"], found["r"]) == ("variable", "factor")
    assert roles("T = C * r**2", ends, terms=of("T", "Crr"))["r"] == "factor"
    assert roles("T = r**2", ends, terms=of("T", "rr"))["r"] == "factor"
    said = "'T = C \\* r' multiplies C of 2018 times r of 2018, which other identities share"
    with pytest.raises(StudyError, match=said):
        roles("T = C * r", ends, terms=of("T", "Cr"), shared="r")
    with pytest.raises(StudyError, match="multiplies"):
        roles("T = C * r", {}, terms=of("T", "Cr"))


def instance(*names: str) -> Any:
    return SimpleNamespace(keys=frozenset(names))


def test_an_identity_with_a_quantity_of_its_own_says_nothing_of_the_others() -> None:
    one, two, three = instance("a", "b"), instance("b", "c"), instance("c", "d")
    known: Any = {"a", "d"}
    assert problem._constraining([one, two, three], known) == [one, two, three]
    known = {"a"}
    assert problem._constraining([one, two, three], known) == []
    known = {"a", "c"}
    assert problem._constraining([one, two, three], known) == [one, two]


def test_identities_with_one_open_quantity_define_it_one_after_the_other() -> None:
    one, two, far = instance("a", "b"), instance("b", "c"), instance("p", "q")
    known: Any = {"a"}
    assert problem._defining([two, far, one], [], known) == [one, two]
    assert problem._defining([two], [instance("b")], known) == [two]
    assert problem._defining([far], [], known) == []


# ---- rows --------------------------------------------------------------------------------------


def test_corners_that_are_nowhere_least_are_dropped() -> None:
    """Over x in [0, 2]: 1 + x, 3 - x and 3 + x; the last is never below the first."""
    low, high = np.array([0.0]), np.array([2.0])
    forms = [np.array([1.0, 1.0]), np.array([-1.0, 3.0]), np.array([1.0, 3.0])]
    least = assignments._undominated(forms, low, high, 1.0)
    assert [form.tolist() for form in least] == [[1.0, 1.0], [-1.0, 3.0]]
    largest = assignments._undominated(forms, low, high, -1.0)
    assert [form.tolist() for form in largest] == [[1.0, 3.0]]
    assert assignments._never_below(forms[2], forms[0], low, high, 1.0)
    assert not assignments._never_below(forms[1], forms[0], low, high, 1.0)
    # touching counts: 3 - x against 1 on [0, 2]
    assert assignments._never_below(forms[1], np.array([0.0, 1.0]), low, high, 1.0)
    assert not assignments._never_below(forms[1], np.array([0.0, 1.0]), low, high * np.inf, 1.0)
    assert assignments._never_below(forms[0], forms[0], low, high * np.inf, 1.0)


def test_a_product_with_a_factor_has_the_corners_of_the_factor() -> None:
    """a x - 1 with a in [2, 3] and x in [0, 1]: least 2 x - 1, largest 3 x - 1."""
    key = ("a", 2018)
    least, largest = assignments._corner_forms(
        [(1.0, (key,), 0), (-1.0, (), 1)], {key: (2.0, 3.0)}, np.array([0.0]), np.array([1.0])
    )
    assert [form.tolist() for form in least] == [[2.0, -1.0]]
    assert [form.tolist() for form in largest] == [[3.0, -1.0]]
    ((rows, limits),) = assignments._pairs(least, largest)
    # 2 x - 1 <= 0 <= 3 x - 1: x between a third and a half
    assert rows.tolist() == [[2.0], [-3.0]]
    assert limits.tolist() == [1.0, -1.0]


def test_one_vintage_a_year_is_the_same_in_every_year_of_a_choice() -> None:
    def choice(*chosen: tuple[int, str]) -> Any:
        ones = tuple(Alternative(year, name, "", "", (1.0, 1.0)) for year, name in chosen)
        return SimpleNamespace(vintages=ones)

    state: Any = SimpleNamespace(choices=(choice((2018, "a")), choice()))
    assert assignments._agrees(state, choice((2017, "b"), (2018, "a")))
    assert not assignments._agrees(state, choice((2017, "b"), (2018, "b")))


def test_of_an_account_what_cannot_hold_is_traced_to_the_smallest_sets() -> None:
    assert consistency._smallest_repairs([["a", "b"], ["b", "c"]]) == [("b",)]
    assert consistency._smallest_repairs([["a", "b"], ["c", "d"]]) == [
        ("a", "c"), ("a", "d"), ("b", "c"), ("b", "d"),
    ]  # fmt: skip
    assert consistency._smallest_repairs([]) == []
    four = [[str(k)] for k in range(4)]
    assert consistency._smallest_repairs(four) == []  # four repairs are no explanation
    assert consistency._smallest_repairs(four[:3]) == [("0", "1", "2")]
    many = [[f"a{k}" for k in range(13)]]
    assert len(consistency._smallest_repairs(many)) == 12


@pytest.mark.parametrize(
    ("figure", "vintage", "late"),
    [
        ("2020-03", "2020-12", True), ("2020-03", "2020-03", False), ("2020-03", "2020-01", False),
        ("2020", "2020-12", False), ("2020-03", "2020", False), ("2020-03", "2021", True),
        ("", "2021", False), ("2020-03", "", False),
    ],
)  # fmt: skip
def test_a_vintage_is_late_where_both_dates_say_so(figure: str, vintage: str, late: bool) -> None:
    own = figure_of("T18", row(published=figure))
    one = Alternative(2018, "x", vintage, "", (1.0, 1.0))
    assert consistency._late(own, [one]) is late
    assert consistency._late(own, []) is False


def test_a_deflator_of_the_official_gdp_is_nominal_over_real() -> None:
    made = vintages([
        gdp(2017, "a", 82.7122), gdp(2018, "b", 90.0309, real_growth=6.6),
        gdp(2018, "c", 91.9281, real_growth=6.7),
    ])  # fmt: skip
    stub: Any = type("Stub", (), {"vintages": made})
    (year,) = (found := consistency._official_deflators(stub))
    assert year == 2018
    ratios = [90.0309 / 82.7122 / (1 + r) for r in (0.0655, 0.0665)]
    ratios += [91.9281 / 82.7122 / (1 + r) for r in (0.0665, 0.0675)]
    assert found[2018] == pytest.approx(
        (100 * (min(ratios) - 1), 100 * (max(ratios) - 1)), abs=1e-6
    )


# ---- problem and words -------------------------------------------------------------------------


def test_declared_bounds_and_printed_digits_meet_in_one_interval() -> None:
    """T between 1.415 and 1.425 trillion; declared at most 1,420 billion: 1.415 to 1.42."""
    figures = checked_figures(
        pd.DataFrame(
            {"concept": ["total", "core", "rest"], "year": 2018, "printed": ["1.42", "400", "1.0"],
             "unit": ["trillion CNY", "billion CNY", "trillion CNY"]},
            ["T18", "C18", "I18"],
        )
    )  # fmt: skip
    posed = problem.pose(
        figures,
        [Quantity("T", "total", "billion CNY", low=0.0, high=1420.0)],
        [Identity.parse("sum", "T = C + I")],
        checked_vintages(None, figures, unit=None, forecast_growth=None),
    )
    assert posed.base_size("T") == 1e12
    assert posed.scale("C") == pytest.approx(1e-3)
    assert posed.interval(("T", 2018)) == pytest.approx((1.415, 1.42))
    assert posed.declared(("T", 2018)) == pytest.approx((0.0, 1.42))
    low, high = posed.interval(("C", 2018))
    assert (low, high) == pytest.approx((0.3995, 0.4005), abs=1e-8)
    assert high < 0.4005
    assert posed.impossible() == []
    assert set(posed.variables) == {("T", 2018), ("C", 2018), ("I", 2018)}
    box = dict(zip(posed.variables, np.array(posed.box()[:2]).T.tolist(), strict=True))
    assert box["T", 2018] == pytest.approx([1.415, 1.42])
    free = dict(zip(posed.variables, np.array(posed.box(("T", 2018))[:2]).T.tolist(), strict=True))
    assert free["T", 2018] == pytest.approx([0.0, 1.42])
    assert free["C", 2018] == box["C", 2018]
    assert posed.box()[2].tolist() == [1.42] * 3  # the largest end of one kind
    assert posed.without(["I18"]).figures == figures[:2]


@pytest.mark.parametrize(
    ("low", "high", "unit", "text"),
    [
        (0.8852, 0.8867, "trillion CNY", "0.8852 to 0.8867 trillion CNY"),
        (1.0, 3.0, "percent", "1.0 to 3.0 %"), (4385.5, 4386.5, "t", "4,385.5 to 4,386.5 t"),
        (100.0, 250.0, "t", "100 to 250 t"), (2.0, 2.0, "t", "2.00000000 to 2.00000000 t"),
        (0.5, 0.501, "t", "0.5000 to 0.5010 t"),
    ],
)  # fmt: skip
def test_an_interval_has_the_digits_that_tell_its_ends_apart(
    low: float, high: float, unit: str, text: str
) -> None:
    assert result._range(low, high, unit) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2018 preliminary", "2018 (preliminary)"),
        ("2017 final before census, 2018 preliminary",
         "2017 (final before census) and 2018 (preliminary)"),
        ("2020 forecast (2019 first)", "2020 forecast (2019 first)"),
    ],
)  # fmt: skip
def test_vintages_are_told_as_years_with_names(text: str, words: str) -> None:
    assert result._pair(text) == words


def test_columns_are_words() -> None:
    assert result._in_words("implied_low") == "implied, low"
    assert result._in_words("missed_by") == "missed by"
    assert result._capital("the") == "The"


def test_what_follows_of_an_unprinted_sum_is_bounded() -> None:
    frame = pd.DataFrame(
        {"concept": ["a", "b"], "year": 2018, "printed": ["1.0", "2.0"], "unit": "t"},
        ["A18", "B18"],
    )
    ties = (Identity.parse("sum", "C = A + B"), Identity.parse("twice", "B = 2 * A"))
    file = ReportFile(frame, None, ties, (Quantity("C", "c", "t"),))
    found = qn.audit(file)
    assert found.feasible
    low, high = found.bounds.loc[("c", 2018), ["low", "high"]]
    # B = 2 A with A in [0.95, 1.05) and B in [1.95, 2.05): A in [0.975, 1.025), C = 3 A
    assert (low, high) == pytest.approx((2.925, 3.075), abs=1e-5)


FAR_APART = """
figure = [
    {id = "C18", concept = "core", year = 2018, printed = "0.4", unit = "trillion yuan"},
    {id = "T18", concept = "total", year = 2018, printed = "6", unit = "trillion yuan"},
    {id = "T19", concept = "total", year = 2019, printed = "492086.73", unit = "trillion yuan"},
    {id = "G19", concept = "growth", year = 2019, printed = "285.0", unit = "percent"},
]
identity = [
    {name = "sum", equation = "T = C + I"},
    {name = "users", equation = "Q * C = I"},
    {name = "growth", equation = "G = T / T[t-1] - 1"},
]
quantity = [
    {symbol = "I", concept = "integration", like = "T"},
    {symbol = "Q", concept = "users by core", unit = "1", low = 0.0, high = 100.0},
]
"""


def test_figures_a_million_times_apart_are_audited_too(tmp_path: Path) -> None:
    """G19 follows from T18, which is 5.5 to 6.5: 492086.73 / 6.5 - 1 to 492086.73 / 5.5 - 1."""
    path = tmp_path / "apart.toml"
    path.write_text(FAR_APART, encoding="utf-8")
    found = qn.audit(qn.read_figures(path))
    assert not found.feasible
    without = found.tables()[-1].frame.set_index("left out")
    ends = without.loc[["G19"], ["implied, low", "implied, high"]].to_numpy(float)[0]
    np.testing.assert_allclose(ends, [7570465, 8946931], rtol=1e-6)
