"""Concordances lose nothing: totals are those that went in, and what is open is said."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.datasets.concordance import ConcordanceCheck
from quesnay.datasets.store import fetch
from quesnay.fitting.errors import DataError

WHOLE = [
    ("isic4", "nace2"),
    ("nace2", "isic4"),
    ("isic4", "isic4_sections"),
    ("nace2", "nace2_sections"),
    ("csic2017", "csic2017_sections"),
    ("nbs153", "nbs42"),
    ("nbs153", "csic2017_sections"),
    ("nbs149", "csic2017_sections"),
    ("nbs139", "csic2017_sections"),
]


@pytest.mark.parametrize(("source", "target"), WHOLE)
def test_a_structure_loses_nothing(source: str, target: str) -> None:
    to = qn.concordance(source, target)
    assert to.check().ok
    amounts = pd.Series(np.arange(1.0, len(to.codes) + 1), index=list(to.codes))
    assert to.apply(amounts).sum() == amounts.sum()


def test_isic_has_88_divisions_and_21_sections_and_nace_the_same() -> None:
    to = qn.concordance("isic4", "nace2").links
    assert len(to) == 88
    assert (to["source"] == to["target"]).all()
    assert qn.concordance("isic4", "isic4_sections").links["target"].nunique() == 21


def test_gb_t_4754_has_97_divisions_and_20_sections() -> None:
    to = qn.concordance("csic2017", "csic2017_sections").links
    assert len(to) == 97
    assert to["target"].nunique() == 20


@pytest.mark.parametrize("detail", [149, 153])
def test_a_detailed_table_of_china_joined_by_19_is_that_of_42_joined(detail: int) -> None:
    year = {149: 2017, 153: 2018}[detail]
    fine = qn.load_io("CHN", year, detail=detail, imports="included")
    broad = qn.load_io("CHN", year, imports="included")
    one = qn.concordance(f"nbs{detail}", "csic2017_sections").apply(fine)
    other = qn.concordance("nbs42", "csic2017_sections").apply(broad)
    assert list(one.sectors) == list("ABCDEFGHIJKLMNOPQRS")
    assert np.allclose(one.Z, other.Z, rtol=1e-5, atol=1.0)
    assert one.check().ok


def test_industries_of_the_oecd_are_those_of_their_isic_divisions() -> None:
    to = qn.concordance("isic4", "oecd45")
    names = qn.load_sectors("OECD", 45)["name_en"]
    goes = to.links.set_index("source")["target"].map(names)
    assert goes["26"] == "Computer, electronic and optical equipment"
    assert goes["61"] == "Telecommunications"
    assert goes["85"] == "Education"
    assert to.links["target"].nunique() == 45
    assert to.check().unmapped == ("99",)


def test_every_code_of_a_link_is_a_code_of_its_list() -> None:
    lists = fetch("classifications").groupby("classification")["code"].agg(set)
    for side in ("source", "target"):
        for name, rows in fetch("concordances").groupby(side):
            listed = str(name).replace("nace2", "isic4")
            if listed in lists:
                assert set(rows[f"{side}_code"]) <= lists[listed]


def test_only_a_code_with_one_link_has_a_weight() -> None:
    links = fetch("concordances")
    count = links.groupby(["source", "source_code", "target"])["weight"].transform("size")
    assert (links["weight"].notna() == (count == 1)).all()
    assert (links["basis"] != "").all()


def test_what_needs_weights_or_a_link_is_listed_and_refused() -> None:
    to = qn.concordance("csic2017", "isic4_sections")
    found = to.check()
    assert not found.ok
    assert found.unweighted == ("70", "72", "77", "78", "80", "81", "82", "90")
    assert found.unmapped == ("76", "79", "91", "93", "96")
    with pytest.raises(DataError, match=r"'70' falls into 2 .* with_weights\({'70': {'F': …, 'L'"):
        to.apply(pd.Series({"70": 1.0}))
    with pytest.raises(DataError, match=r"'76' has no link to isic4_sections: say where it goes"):
        to.apply(pd.Series({"76": 1.0}))


def test_a_way_on_that_loses_a_part_is_refused() -> None:
    to = qn.concordance("csic2017", "isic4_sections").with_weights({"70": {"F": 0.4, "L": 0.6}})
    links = pd.DataFrame({"source": ["F"], "target": ["works"], "weight": [1.0], "basis": ["own"]})
    on = to.then(qn.Concordance("isic4_sections", "own", links, ("F", "L")))
    said = r"csic2017 '70': its weights add up to 0.4, not 1: pass with_weights\({'70'"
    with pytest.raises(DataError, match=said):
        on.apply(pd.Series({"70": 1.0}))


@pytest.mark.parametrize(
    ("weights", "said"),
    [((1.0, np.nan), "'a' falls into 2 of new, and no"), ((0.5, 0.2), "'a': its .* to 0.7, not 1")],
)
def test_a_code_of_which_one_weight_is_missing_or_wrong_is_refused(
    weights: tuple[float, float], said: str
) -> None:
    links = pd.DataFrame({"source": "a", "target": ["x", "y"], "weight": weights, "basis": "own"})
    to = qn.Concordance("old", "new", links, ("a",))
    assert not to.check().ok
    with pytest.raises(DataError, match=said):
        to.apply(pd.Series({"a": 1.0}))


def test_weights_of_the_user_split_a_code_and_link_another() -> None:
    to = qn.concordance("csic2017", "isic4_sections")
    own = to.with_weights({"70": {"F": 0.4, "L": 0.6}, "76": {"O": 1.0}})
    assert own.links["basis"].tolist()[-3:] == ["given by the user"] * 3
    rows: Any = (to.matrix.loc["70"], own.matrix.loc["70"])
    open_, given = rows
    assert open_[["F", "L"]].isna().all()
    assert (open_.drop(["F", "L"]) == 0).all()
    assert given[given != 0].to_dict() == {"F": 0.4, "L": 0.6}
    one = own.with_weights({"70": {"L": 1.0, "F": 0.0}}).apply(pd.Series({"70": 2.0}, name="jobs"))
    pd.testing.assert_series_equal(one, pd.Series({"L": 2.0}, name="jobs"))  # F gets nothing
    data = pd.DataFrame({"a": [10.0, 3.0, 1.0], "b": [1.0, 2.0, 3.0]}, ["70", "76", "47"])
    mapped = own.apply(data)
    assert mapped["a"].to_dict() == {"F": 5.0, "L": 6.0, "O": 3.0}
    assert mapped.sum().tolist() == data.sum().tolist()
    assert own.check(data).ok
    assert own.check(data).lost == 0.0
    assert to.check(data).lost == pytest.approx(13.0 + 3.0)
    assert to.check(data).unmapped == ("76",)


def test_the_way_back_needs_weights_and_then_gives_the_data_back() -> None:
    to = qn.concordance("isic4", "isic4_sections")
    data = pd.Series({"64": 6.0, "65": 3.0, "66": 1.0, "68": 5.0})
    back = to.reversed()
    assert "L" not in back.check().unweighted
    assert "K" in back.check().unweighted
    again = back.with_weights({"K": {"64": 0.6, "65": 0.3, "66": 0.1}}).apply(to.apply(data))
    assert again.to_dict() == pytest.approx(data.to_dict())


def test_a_table_that_is_split_by_weights_balances_and_keeps_its_totals() -> None:
    table = qn.InputOutputTable(
        pd.DataFrame([[10.0, 20.0], [30.0, 40.0]], ["53", "62"], ["53", "62"]),
        pd.DataFrame({"home": [70.0, 50.0]}, ["53", "62"]),
        pd.DataFrame([[60.0, 60.0]], ["wages"], ["53", "62"]),
    )
    to = qn.concordance("naics2017", "isic4_sections").with_weights({"53": {"L": 0.75, "N": 0.25}})
    mapped = to.apply(table)
    assert list(mapped.sectors) == ["L", "N", "Q"]
    assert mapped.x.tolist() == [75.0, 25.0, 120.0]
    share = np.array([[0.75, 0.0], [0.25, 0.0], [0.0, 1.0]])
    assert np.allclose(mapped.Z, share @ table.Z.to_numpy() @ share.T)
    assert mapped.check().ok
    assert to.check(table).lost == 0.0


def test_two_steps_multiply_their_weights() -> None:
    there = qn.concordance("naics2017", "isic4_sections")
    both = there.then(qn.concordance("isic4_sections", "nace2_sections"))
    pd.testing.assert_series_equal(both.links["weight"], there.links["weight"])
    assert both.check().unweighted == there.check().unweighted


def test_ways_that_meet_again_add_up_unless_one_is_open() -> None:
    columns = ["source", "target", "weight", "basis"]
    rows = [["b", "y", 1.0, "three"], ["a", "x", 0.4, "one"], ["a", "y", 0.6, "two"]]
    there = qn.Concordance("old", "mid", pd.DataFrame(rows, columns=columns), ("a", "b"))
    for share, last in ((0.5, (0.7, 0.3)), (np.nan, (np.nan, np.nan))):
        rows = [["x", "T", 1.0, "I"], ["y", "T", share, "II"], ["y", "U", share, "III"]]
        on = qn.Concordance("mid", "new", pd.DataFrame(rows, columns=columns), ("x", "y"))
        made = there.then(on)
        whole = [
            ["b", "T", share, "three; II"], ["b", "U", share, "three; III"],
            ["a", "T", last[0], "one; I"], ["a", "U", 0.6 * share, "two; III"],
        ]  # fmt: skip
        pd.testing.assert_frame_equal(made.links, pd.DataFrame(whole, columns=columns))
        assert (made.source, made.target, made.codes) == ("old", "new", ("a", "b"))
        back = made.reversed()
        assert (back.source, back.target, back.codes) == ("new", "old", ("T", "U"))
        assert back.links["basis"].tolist() == [row[3] for row in whole]


SERIES = pd.Series({"26": 1.0})


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: qn.concordance("isic", "nace2"), "did you mean 'isic4"),
        (lambda: qn.concordance("isic4", 3), "classification 3 is unknown"),  # type: ignore[arg-type]
        (lambda: qn.concordance("isic4", "isic4"), "they are the same"),
        (lambda: to().apply(pd.Series({"4": 1.0})), "'4' is no code of isic4"),
        (lambda: to().apply(pd.Series({26: 1.0})), "26 is no code of isic4; did you mean '26'"),
        (lambda: to().apply(pd.Series([1.0, 2.0], ["26", "26"])), "'26' stands twice"),
        (lambda: to().apply(pd.Series({"26": np.nan})), "the value of '26' .* is missing"),
        (lambda: to().apply(pd.DataFrame({"a": {"26": "x"}})), "'a' holds no numbers"),
        (lambda: to().apply([1.0]), "expected a Series, DataFrame or InputOutputTable, got list"),
        (lambda: to().with_weights({}), "weights: expected"),
        (lambda: to().with_weights({"26": {"C": 0.5}}), "'26' add up to 0.5, not 1"),
        (lambda: to().with_weights({"26": {"C": 0.999998}}), "'26' add up to 0.999998, not 1"),
        (lambda: to().with_weights({"26": {"Z": 1.0}}), "'Z' is no code of the target"),
        (lambda: to().with_weights({"26": {"C": -1.0}}), "-1.0 is no share"),
        (lambda: to().with_weights({"4": {"C": 1.0}}), "'4' is no code of isic4"),
        (lambda: to().with_weights({"26": 1.0}), "expected {code: share}"),  # type: ignore[dict-item]
        (lambda: to().then(to()), "'isic4' does not start where"),
    ],
)
def test_an_odd_argument_is_named(call: object, said: str) -> None:
    with pytest.raises(DataError, match=said):
        call()  # type: ignore[operator]


def to() -> qn.Concordance:
    return qn.concordance("isic4", "isic4_sections")


def test_shares_may_miss_one_by_a_millionth() -> None:
    assert to().with_weights({"26": {"C": 0.9999995}}).check(SERIES).ok


SHARES = pd.DataFrame({"x": [0.5, 0.5], "y": [0.5, 0.5]})


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        (SHARES.iloc[:1], "sector 1 has no row of shares"),
        (SHARES * 0.9, "shares of sector 0 add up to 0.9, not 1"),
        (-SHARES, "a share is negative"),
        (SHARES.astype(str), "a share is negative, missing or no number"),
        (pd.concat([SHARES, SHARES]), "occurs twice in the frame of shares"),
    ],
)
def test_shares_that_lose_something_are_refused(shares: pd.DataFrame, said: str) -> None:
    table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    with pytest.raises(DataError, match=said):
        table.aggregate(shares)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pd.Series({"26": np.inf}), "'26' in column 0 is infinite"),
        (pd.Series({"26": 1.0, "27": np.inf, "62": np.inf}), "'27' in column 0 is infinite"),
        (pd.Series({"26": 1.0, "27": np.nan, "62": np.nan}), "'27' in column 0 is missing"),
        (pd.Series([1.0] * 5, ["26", "27", "62", "62", "27"]), "'62' stands twice"),
        (pd.DataFrame([[1.0] * 5], ["26"], list("abccb")), "'c' stands twice"),
        (pd.Series({"26": 1 + 2j}), "holds no numbers"),
        (pd.DataFrame([[1.0, 2.0]], index=["26"], columns=["a", "a"]), "'a' stands twice"),
        (pd.Series({26: 3.0}), "26 is no code of isic4; did you mean '26'"),
    ],
)
def test_amounts_that_cannot_be_mapped_are_refused_by_check_and_apply_alike(
    data: pd.Series, said: str
) -> None:
    to = qn.concordance("isic4", "isic4_sections")
    for act in (to.apply, to.check):
        with pytest.raises(qn.DataError, match=said):
            act(data)


def test_only_a_concordance_goes_on_from_another() -> None:
    with pytest.raises(qn.DataError, match="then: expected a Concordance, got 'nace2'"):
        qn.concordance("isic4", "isic4_sections").then("nace2")  # type: ignore[arg-type]


def test_what_is_open_in_a_concordance_is_said_in_words() -> None:
    (isic,) = qn.concordance("isic4", "oecd45").tables()
    assert isic.notes == ("88 codes of isic4, 87 links.", "Without a link: 99.")
    (broad,) = qn.concordance("isic4_sections", "isic4").tables()
    # sections of one division need no weights: D, L, O, P and U
    assert (
        broad.notes[1] == "For the user to weight: A, B, C, E, F, G, H, I, J, K, M, N, Q, R, S, T."
    )
    assert len(qn.concordance("isic4", "isic4_sections").tables()[0].notes) == 1


def test_what_is_wrong_with_a_concordance_is_listed_code_by_code() -> None:
    sums = pd.Series({"01": 1.0, "02": 0.75, "03": 0.0, "04": 0.0, "05": 1.0 + 1e-7})
    found = ConcordanceCheck(False, ("03",), ("04",), sums, 2.5)
    (table,) = found.tables()
    assert table.frame["problem"].to_dict() == {
        "03": "no link: give it one by with_weights",
        "04": "needs weights: give them by with_weights",
        "02": "weights add up to 0.75",
    }
    assert table.notes == ("5 codes, 3 with a problem. Lost of the data: 2.5.",)
    sound = ConcordanceCheck(True, (), (), sums.iloc[:1], float("nan"))
    assert sound.tables()[0].notes == ("1 codes, 0 with a problem.",)
