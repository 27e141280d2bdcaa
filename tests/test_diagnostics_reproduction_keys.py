"""Sections of a study file: how keys become typed values, and how a wrong one is told."""

from dataclasses import MISSING, dataclass, field
from typing import Any

import pytest

from quesnay.diagnostics.reproduction.sections import (
    Written,
    build,
    convert,
    key,
    rows_of,
    sections_of,
    with_keys,
)
from tests.refusals import refused


def says(meaning: str = "", unit: str = "", example: str = "") -> dict[str, str]:
    return {"meaning": meaning, "unit": unit, "example": example}


@dataclass(frozen=True)
class Inner:
    """A section inside another."""

    year: int = field(metadata=says("the year", "year", "2018"))


@dataclass(frozen=True)
class Outer:
    """A section of every kind of key."""

    name: str = field(metadata=says("what it is called", "", '"a"'))
    inner: Inner = field(metadata=says())
    share: float = field(default=0.5, metadata=says("a share", "fraction", "0.5"))
    on: bool = field(default=False, metadata=says())
    printed: str | None = field(default=None, metadata=says())
    years: tuple[int, ...] = field(default=(), metadata=says())
    parts: dict[str, tuple[float, ...]] = field(default_factory=dict, metadata=says())
    more: dict[str, Inner] = field(default_factory=dict, metadata=says())
    any: object = field(default=None, metadata=says())


GIVEN: dict[str, Any] = {"name": "a", "inner": {"year": 2018}}


def made(**keys: Any) -> Any:
    return build(Outer, GIVEN | keys, "s")


def test_keys_become_values_of_their_kind() -> None:
    found = made(share=1, on=True, years=[2017, 2018], parts={"x": [1, 0.5]}, any=[1],
                 more={"m": {"year": 2019}})  # fmt: skip
    assert found == Outer("a", Inner(2018), 1.0, True, None, (2017, 2018), {"x": (1.0, 0.5)},
                          {"m": Inner(2019)}, [1])  # fmt: skip
    assert isinstance(found.share, float)
    bare = made()
    assert (bare.share, bare.on, bare.printed, bare.years, bare.parts) == (0.5, False, None, (), {})
    assert made(printed="").printed == ""  # none, in place of another


def test_printed_digits_are_kept_as_they_were_written() -> None:
    assert Written("1.20").text == "1.20"
    assert made(printed=Written("1.20")).printed == "1.20"
    assert made(printed=4386).printed == "4386"
    assert made(printed="1.42").printed == "1.42"


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"nam": "a"}, "s.nam: unknown key; did you mean 'name'"),
        ({"name": ""}, "s.name: a name or text is empty; write it or leave the key out"),
        ({"name": "  "}, "s.name: a name or text is empty"),
        ({"name": "a\nb"}, "s.name"),
        ({"name": 3}, "s.name: expected a text, got 3"),
        ({"inner": 3}, "s.inner: expected a section with keys, got 3"),
        ({"inner": {}}, "s.inner.year: this key is missing; add it, such as year = 2018"),
        ({"inner": {"year": 2018.5}}, "s.inner.year: expected a whole number, got 2018.5"),
        ({"inner": {"year": True}}, "s.inner.year: expected a whole number, got True"),
        ({"share": "x"}, "s.share: expected a number, got 'x'"),
        ({"share": True}, "s.share: expected a number, got True"),
        ({"share": float("nan")}, "s.share: expected a finite number, got nan"),
        ({"share": 1.1e300}, "s.share: expected a finite number"),
        ({"on": 1}, "s.on: expected true or false, got 1"),
        ({"printed": True}, "s.printed: expected a text, got True"),
        ({"printed": 1.5}, "s.printed: expected a text, got 1.5"),
        ({"years": 2018}, "s.years: expected a list, got 2018"),
        ({"years": [2018, "x"]}, r"s.years\[1\]: expected a whole number, got 'x'"),
        ({"parts": [1]}, r"s.parts: expected a section with keys, got \[1\]"),
        ({"parts": {"": [1.0]}}, "s.parts: a name or text is empty"),
        ({"parts": {"x": ["y"]}}, r"s.parts.x\[0\]: expected a number, got 'y'"),
        ({"more": {"m": {"yeer": 1}}}, "s.more.m.yeer: unknown key; did you mean 'year'"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_its_key(keys: dict[str, Any], said: str) -> None:
    refused(lambda: made(**keys), said)


def test_a_section_needs_keys_and_all_that_have_no_default() -> None:
    refused(lambda: build(Outer, [1], "s"), r"s: expected a section with keys, got \[1\]")
    refused(lambda: build(Outer, {"name": "a"}, "s"), "s.inner: this key is missing; add it$")
    assert made(share=1e300).share == 1e300
    assert convert(Outer, "share", 2, "s.share") == 2.0


def test_dotted_keys_replace_values_on_a_copy() -> None:
    whole = made(parts={"x": [1.0]}, more={"m": {"year": 2019}})
    other: Any = with_keys(whole, {"inner.year": 2020, "parts.x": [2.0], "more.m.year": 2021})
    assert (other.inner.year, other.parts, other.more["m"].year) == (2020, {"x": (2.0,)}, 2021)
    assert (whole.inner.year, whole.parts, whole.more["m"].year) == (2018, {"x": (1.0,)}, 2019)
    added: Any = with_keys(whole, {"parts.y": [3.0]})
    assert added.parts == {"x": (1.0,), "y": (3.0,)}
    refused(
        lambda: with_keys(whole, {"iner.year": 1}), "study.iner: unknown key; did you mean 'inn"
    )
    refused(lambda: with_keys(whole, {"inner.yeer": 1}), "study.inner.yeer: unknown key; did you")
    refused(lambda: with_keys(whole, {"more.n.year": 1}, "w"), "w.more.n: unknown key; known: m")
    refused(lambda: with_keys(whole, {"name.x": 1}), "study.name.x: unknown key")
    refused(lambda: with_keys(whole, {"share": "x"}), "study.share: expected a number, got 'x'")


def test_every_key_is_documented_with_type_default_and_example() -> None:
    rows = {row["key"]: (row["type"], row["default"]) for row in rows_of(Outer, "s")}
    assert rows == {
        "s.name": ("a text", "required"), "s.inner": ("section", "required"),
        "s.share": ("a number", "0.5"), "s.on": ("true or false", "False"),
        "s.printed": ("a text", "none"), "s.years": ("list of whole numbers", "()"),
        "s.parts": ("section of lists of numbers", "none"),
        "s.more": ("section of sections", "none"),
        "s.any": ("any value", "none"),
    }  # fmt: skip
    first = next(rows_of(Outer, "s"))
    assert (first["unit"], first["meaning"], first["example"]) == ("", "what it is called", '"a"')
    assert [(cls.__name__, name) for cls, name in sections_of(Outer, "s.")] == [
        ("Inner", "s.inner"), ("Inner", "s.more"),
    ]  # fmt: skip


def test_a_key_says_what_it_means_and_dictionaries_are_made_anew() -> None:
    needed = key("m", unit="u", example="e")
    assert needed.default is MISSING
    assert dict(needed.metadata) == {"meaning": "m", "unit": "u", "example": "e"}
    assert key("m", 3).default == 3
    own = key("m", {})
    assert own.default_factory is dict
    assert own.metadata["meaning"] == "m"
