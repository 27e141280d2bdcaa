"""What the concepts of an account say, computed by hand for two years."""

import math
from typing import Any

import pytest

from quesnay.models.satellite.concepts import (
    ACCOUNT,
    CONCEPTS,
    derive,
    describe,
    fact_of,
    figure_name,
)

# this year and the year before
YEARS = {
    "core": (0.5, 0.4), "integration": (1.5, 1.2), "total": (2.0, 1.6), "gdp": (100.0, 90.0),
    "potential": (6.0, 4.0),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("total", 2.0), ("share", 0.02), ("integration_share", 0.75), ("contribution", 0.04),
        ("growth", 1.25 / 1.05 - 1.0), ("nominal_growth", 0.25), ("penetration", 0.25),
    ],
)  # fmt: skip
def test_a_concept_follows_from_its_year_and_the_year_before(name: str, answer: float) -> None:
    def of(part: str, back: int) -> Any:
        return YEARS[part][back]

    prices = {"P": 1.05, "P before": 1.0}
    assert float(derive(name, of, **prices)) == pytest.approx(answer, rel=1e-14)


def test_only_what_is_called_so_is_of_the_year_before() -> None:
    for concept in CONCEPTS.values():
        for letter, part, back in concept.inputs:
            assert part in CONCEPTS
            assert back == letter.endswith(" before")


def test_amounts_are_not_negative_shares_no_more_than_all_and_nothing_shrinks_by_more() -> None:
    amounts, parts, rates = (0.0, math.inf), (0.0, 1.0), (-1.0, math.inf)
    expected = dict.fromkeys(("core", "integration", "total", "gdp"), amounts)
    expected |= dict.fromkeys(("share", "integration_share"), parts)
    expected |= dict.fromkeys(("growth", "nominal_growth"), rates)
    bounded = {name: (c.low, c.high) for name, c in CONCEPTS.items() if math.isfinite(c.low)}
    assert bounded == expected
    assert all(c.high == math.inf for name, c in CONCEPTS.items() if name not in expected)


def test_shares_are_shown_in_percent_under_their_title() -> None:
    shares = {c.name for c in CONCEPTS.values() if c.scale == 100.0}
    assert shares == {
        "share", "integration_share", "contribution", "growth", "nominal_growth", "penetration",
    }  # fmt: skip
    assert {c.scale for c in CONCEPTS.values() if c.name not in shares} == {1.0}
    assert CONCEPTS["share"].header == "share of GDP, %"
    assert [CONCEPTS[name].header for name in ACCOUNT[:3]] == ["core", "integration", "total"]


def test_a_figure_is_told_in_words_and_states_a_fact_of_its_year() -> None:
    assert describe("T19", 2019) == "total value added, 2019 (T19)"
    assert figure_name("Q19", 2019) == "figure, 2019"
    facts = {
        **dict.fromkeys(("T19", "S19", "I19", "K19", "G19", "N19", "Q19"), "level"),
        **dict.fromkeys(("C19", "H19"), "core"), "J19": "jobs",
    }  # fmt: skip
    assert {name: fact_of(name, 2019, 2018) for name in facts} == {
        name: f"{fact} 2019" for name, fact in facts.items()
    }
    for name in ("K18", "G18", "N18"):  # its total is the first: it tells of the year before
        assert fact_of(name, 2018, 2018) == "growth 2018"
