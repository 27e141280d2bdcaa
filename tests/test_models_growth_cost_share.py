"""Cost shares as the competitive benchmark of an elasticity."""

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.errors import DataError

US_PRODUCERS = [
    "Computer and electronic products",
    "Publishing industries, except internet (includes software)",
    "Broadcasting and telecommunications",
    "Data processing, internet publishing, and other information services",
    "Computer systems design and related services",
]
FRAME = pd.DataFrame(
    {
        "industry": ["a", "a", "b", "b"],
        "year": [2017, 2018, 2017, 2018],
        "it": [1.0, 2.0, 3.0, 4.0],
        "software": [1.0, 1.0, np.nan, 1.0],
        "value_added": [10.0, 20.0, 30.0, 40.0],
    }
)


def test_share_is_the_ratio_of_sums_and_gaps_leave_both_sums() -> None:
    result = qn.cost_share(FRAME, ["it", "software"], by="year")
    assert result.share == pytest.approx(10 / 70)
    assert result.by_group["share"].tolist() == pytest.approx([0.2, 8 / 60])
    assert result.mean == pytest.approx((0.2 + 8 / 60) / 2)
    assert result.rows == 3
    small = FRAME.assign(**{name: FRAME[name] / 200 for name in ("it", "software", "value_added")})
    assert qn.cost_share(small, "it", by="year").share == pytest.approx(10 / 100)
    assert "it, software. 3 rows" in result.summary()
    assert qn.cost_share(FRAME, "it").by_group.empty


def test_us_it_and_software_cost_a_little_over_a_thirtieth_of_users_value_added() -> None:
    klems = qn.load_panel("us_klems")
    users = klems[~klems["industry"].isin(US_PRODUCERS)]
    result = qn.cost_share(users, ["cost_it_capital", "cost_software_capital"], by="year")
    assert result.share == pytest.approx(0.035, abs=5e-4)  # as the page on growth says
    first, later = result.by_group["share"].loc[[1997, 2019]].tolist()
    assert first < 0.032
    assert later == pytest.approx(0.036, abs=5e-4)
    private = users[~users["industry"].isin(["Federal", "State and local"])]
    business = qn.cost_share(private, ["cost_it_capital", "cost_software_capital"])
    assert business.share == pytest.approx(0.0367, abs=5e-5)


def test_chinese_ict_inputs_are_a_twentieth_of_users_value_added() -> None:
    panel = qn.load_panel("china_provinces")
    users = panel[~panel["ict_producing"] & panel["year"].isin([2012, 2017])]
    result = qn.cost_share(users, "ict_inputs", by="sector")
    assert result.share == pytest.approx(0.050, abs=5e-4)
    assert result.mean == pytest.approx(0.057, abs=1e-3)


@pytest.mark.parametrize(
    ("costs", "options", "says"),
    [
        ("its", {}, "did you mean 'it'"),
        ([], {}, "costs is empty"),
        ("it", {"total": "industry"}, "column 'industry' holds"),
        ("it", {"by": "sector"}, "no column 'sector'"),
    ],
)
def test_bad_columns_are_refused(costs: object, options: dict[str, str], says: str) -> None:
    with pytest.raises(DataError, match=says):
        qn.cost_share(FRAME, costs, **options)  # type: ignore[arg-type]


def test_totals_that_are_not_positive_are_refused_with_their_group() -> None:
    lost = FRAME.assign(value_added=[10.0, 20.0, -30.0, -40.0])
    with pytest.raises(DataError, match="'value_added' for b is not above zero"):
        qn.cost_share(lost, "it", by="industry")
    with pytest.raises(DataError, match="no row without a gap"):
        qn.cost_share(FRAME.assign(it=np.nan), "it")
    with pytest.raises(DataError, match="must be a DataFrame"):
        qn.cost_share([1.0], "it")  # type: ignore[arg-type]


def test_a_share_without_groups_shows_no_amounts_that_are_nought() -> None:
    (table,) = qn.cost_share(FRAME, "it").tables()
    assert table.frame.to_dict("index") == {"all": {"share": pytest.approx(0.1)}}
    (grouped,) = qn.cost_share(FRAME, "it", by="industry").tables()
    assert grouped.frame.index[-1] == "all"
    assert grouped.frame.to_numpy()[-1] == pytest.approx([10.0, 100.0, 0.1])
