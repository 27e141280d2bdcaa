"""Formulas mean what they mean in R and formulaic, and run nothing."""

import re
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings, strategies as st

import quesnay as qn
from quesnay.fitting.errors import QuesnayError
from quesnay.models.expressions import Expression, evaluate, read_arithmetic, read_tokens
from quesnay.models.regression import formula as room
from quesnay.models.regression.design import build_design, read_ingredients
from quesnay.models.regression.formula import expand_terms, parse_formula
from tests.refusals import refused

GENERATOR = np.random.default_rng(0)
ROWS = 40
FRAME = pd.DataFrame({name: GENERATOR.uniform(0.5, 3.0, ROWS) for name in ("y", "a", "b", "c")})
FRAME["g"] = np.tile(["p", "q", "r", "s"], 10)
FRAME["h"] = np.repeat(["u", "v"], 20)
FRAME["net exports"] = GENERATOR.uniform(0.5, 3.0, ROWS)
FRAME["增加值"] = GENERATOR.uniform(0.5, 3.0, ROWS)

HERE = Path(__file__).parent / "reference"
GOOD = (HERE / "formulas_good.txt").read_text(encoding="utf-8").splitlines()
HOSTILE = [
    *(HERE / "formulas_hostile.txt").read_text(encoding="utf-8").splitlines(),
    "",
    " ",
    "y ~ " + "(" * 500 + "a",
    "y ~ I(" + "-" * 500 + "a)",
    "y ~ " + " + ".join(["a"] * 9000),
    "y ~ a\x00b",
    "y ~ a\u202eb",
    "y ~ I(a" + "**2" * 60 + ")",
]

ALARMS = {"exec", "compile", "open", "import", "os.system", "subprocess.Popen", "marshal.loads"}
HEARD: list[str] = []
WATCH = {"on": False}


def listen(event: str, arguments: tuple[object, ...]) -> None:
    """Note every event by which Python runs code or touches files, while watching."""
    if WATCH["on"] and event in ALARMS:
        HEARD.append(f"{event} {arguments}")


sys.addaudithook(listen)


def design_of(formula: str) -> tuple[list[Any], list[str]]:
    parsed = parse_formula(formula)
    return build_design(parsed, read_ingredients(parsed.factors, FRAME), None, absorbed=False)[:2]


def test_the_corpora_are_as_large_as_promised() -> None:
    assert len(GOOD) >= 65
    assert len(HOSTILE) >= 378


@pytest.mark.parametrize("formula", GOOD)
def test_good_formulas_span_what_formulaic_spans(formula: str) -> None:
    formulaic = pytest.importorskip("formulaic")
    extra = {f: getattr(np, f) for f in ("abs", "expm1", "log1p", "log2", "sqrt")}
    theirs = formulaic.Formula(formula).get_model_matrix(FRAME, context=extra)
    columns, names = design_of(formula)
    ours = np.column_stack([np.asarray(column, dtype=float) for column in columns])
    other = np.asarray(theirs.rhs, dtype=float)
    assert ours.shape == other.shape
    assert len(set(names)) == len(names)
    projection = ours @ np.linalg.lstsq(ours, other, rcond=None)[0]
    np.testing.assert_allclose(projection, other, atol=1e-9)
    shared = {str(name): other[:, j] for j, name in enumerate(theirs.rhs.columns)}
    for name, column in zip(names, ours.T, strict=True):
        if name in shared:
            np.testing.assert_allclose(column, shared[name], rtol=1e-12)


@pytest.mark.parametrize("formula", HOSTILE)
def test_hostile_formulas_are_refused_in_one_line_and_run_nothing(formula: str) -> None:
    with pytest.raises(QuesnayError):  # imports and caches of a refusal happen here
        qn.fit_panel(formula, FRAME)
    HEARD.clear()
    WATCH["on"] = True
    try:
        with pytest.raises(QuesnayError) as caught:
            qn.fit_panel(formula, FRAME)
    finally:
        WATCH["on"] = False
    assert HEARD == []
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="yabg ~+-*/:()`1023.^,ICloge", max_size=30))
def test_no_text_escapes_as_a_foreign_error(text: str) -> None:
    said = ""
    try:
        fit = qn.fit_panel(f"y ~ {text}", FRAME)
    except QuesnayError as error:
        said = str(error)
    assert "\n" not in said
    assert said or fit.tidy()["estimate"].notna().all()


def test_a_message_says_where_and_what_was_meant() -> None:
    with pytest.raises(QuesnayError, match=r"'lox' is not a function .* did you mean 'log'"):
        parse_formula("y ~ lox(x)")
    signs = {"formula": "+ - * / : ** ( ) , or ~", "identity": "+ - * / ** ( ) or ="}
    for kind, example in (("formula", "y ~ x"), ("identity", "total = core + rest")):
        with pytest.raises(QuesnayError) as caught:
            read_tokens("y ~ a; b", kind)
        write = f"write names (odd ones in backticks), numbers, {signs[kind]}"
        assert str(caught.value) == (
            f"{kind} 'y ~ a; b': ';' at character 5 is not allowed; {write}"
        )
        said = re.escape(f"{kind}: expected a text such as {example!r}, got int")
        with pytest.raises(QuesnayError, match=said):
            read_tokens(5, kind)  # type: ignore[arg-type]
    with pytest.raises(QuesnayError, match="no column 'capita'; did you mean 'capital'"):
        qn.fit_panel("y ~ capita", pd.DataFrame({"y": [1.0, 2.0], "capital": [1.0, 3.0]}))


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("y ~ (a + b)**12", r"a power of terms is one of 1 to 9.* at '12' \(character 13\)"),
        ("y ~ b + a^2", r"is the term; for its square write I\(a\*\*2\); stopped at '2' \("),
        ("y ~ (a + b)**2**2", r"expected '\+' or the end at '\*\*' \(character 14\)"),
        ("y ~ (a + b", r"expected '\)' at its end"),
        ("y ~ a)", r"expected '\+' or the end at '\)' \(character 5\)"),
        ("y ~ a - 2", r"no term; for arithmetic write I\(\.\.\.\) at '2' \(character 8\)"),
        ("y ~ (a - 1)", r"outside brackets only; stopped at '1' \(character 9\)"),
        ("y ~ a:1", r"added or taken away, .*; stopped at '1' \(character 6\)"),
        ("y ~ 0:a", r"0 is the intercept; expected '\+', '-' or the end at ':' \(character 5\)"),
        ("y ~ a + y", "'y' is the outcome and would explain itself; take it out"),
        ("y ~ (a - a)/b", r"formulaic cannot expand its terms \(.+ .+\); write them out"),
        ("y ~ C(1)", r"C\(...\) takes the name of one column at '1'"),
        ("y ~ i(x + 1)", r"expected '\)' at '\+'"),
        ("y ~ " + "*".join("abcdefghijklmn"), r"it has more than 10,000 products of columns"),
        ("y ~ (" + "(a + b)**9" + ")**9" * 30, r"expected '\+' or the end"),
        ("y ~ " + "(" * 30 + "a + b" + ")**9" * 30, r"it has more than 10,000 products of columns"),
    ],
)
def test_broken_structure_is_refused_in_one_line_with_its_place(formula: str, message: str) -> None:
    with pytest.raises(QuesnayError, match=message) as caught:
        parse_formula(formula)
    assert str(caught.value).startswith("formula 'y ~ ")
    assert "\n" not in str(caught.value)


def test_products_of_a_formula_are_counted_up_to_their_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By hand: two by two are four, a * b is three, a power of two summands by three eight."""
    for text, products in (("(f1 + f2):(f3 + f4)", 4), ("f1 * f2", 3), ("(f1 + f2)**3", 8)):
        monkeypatch.setattr(room, "_MOST", products + 2)  # the outcome and the intercept too
        expand_terms(f"f0 ~ {text}")
        monkeypatch.setattr(room, "_MOST", products + 1)
        refused(partial(expand_terms, f"f0 ~ {text}"), f"more than {products + 1} products")


def test_formulaic_is_shown_operators_and_stand_ins_only(monkeypatch: pytest.MonkeyPatch) -> None:
    parser = pytest.importorskip("formulaic.parser").DefaultFormulaParser
    shown: list[str] = []

    def spy_on(name: str) -> None:
        real = getattr(parser, name)

        def spy(self: object, text: str) -> object:
            shown.append(text)
            return real(self, text)

        monkeypatch.setattr(parser, name, spy)

    spy_on("get_ast")
    spy_on("get_terms")
    for formula in GOOD:
        parse_formula.__wrapped__(formula)
    assert len(shown) > len(GOOD) // 2
    word = r"(f\d+|[0-9]|\*\*|%in%|[-~+*/:()])"
    assert all(re.fullmatch(rf"{word}( {word})*", text) for text in shown)


def test_a_plain_sum_of_terms_needs_no_expansion(monkeypatch: pytest.MonkeyPatch) -> None:
    expanded = parse_formula.__wrapped__("y ~ (a) + log(b) + a")
    monkeypatch.setattr("quesnay.models.regression.formula.expand_terms", None)
    plain = parse_formula.__wrapped__("y ~ a + log(b) + a")
    assert (plain.terms, plain.intercept) == (expanded.terms, expanded.intercept)


def test_a_formula_is_read_once() -> None:
    assert parse_formula("y ~ a + log(b)") is parse_formula("y ~ a + log(b)")


@pytest.mark.parametrize("formula", ["y ~ a + b %in% a", "y ~ b %in% a", "y ~ a / b"])
def test_nesting_is_main_effect_and_interaction(formula: str) -> None:
    assert design_of(formula)[1] == ["Intercept", "a", "a:b"]


def test_powers_keep_digits_that_columns_have_lost() -> None:
    parsed = parse_formula("y ~ I(a**9)")
    values = read_ingredients(parsed.factors, FRAME).numbers[parsed.terms[0][0]]
    assert values.dtype == np.longdouble


def test_categories_follow_the_rule_of_margins() -> None:
    assert design_of("y ~ C(h) - 1")[1] == ["C(h)[u]", "C(h)[v]"]
    assert design_of("y ~ C(h)")[1] == ["Intercept", "C(h)[T.v]"]
    assert design_of("y ~ C(h):a")[1] == ["Intercept", "C(h)[u]:a", "C(h)[v]:a"]
    assert design_of("y ~ a + C(h):a")[1] == ["Intercept", "a", "C(h)[T.v]:a"]


DRAWN = 80
ATOMS = ["a", "b", "`net exports`", "`x.y`", "log(a)", "I(a**2)", "I(a*b - 1)", "C(g)", "C(h)",
         "C(k)", "C(n)"]  # fmt: skip


def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        pairs.map("{0[0]}:{0[1]}".format),
        pairs.map("{0[0]}*{0[1]}".format),
        pairs.map("({0[0]} + {0[1]})".format),
        pairs.map("({0[0]} + {0[1]})**2".format),
        pairs.map("({0[0]} + {0[1]} - C(g))".format),
    )


ATOM = st.sampled_from(ATOMS)
NESTED = st.tuples(ATOM, ATOM).map("{0[0]}/{0[1]}".format)
TERM = st.recursive(ATOM, grow, max_leaves=4)
RIGHT = st.lists(st.one_of(TERM, NESTED), min_size=1, max_size=3).map(" + ".join)
ENDS = st.sampled_from(["{}", "0 + {}", "{} - 1", "{} - a"])


def frame(seed: int, lossy: bool) -> pd.DataFrame:
    g = np.random.default_rng(seed)
    numbers = ("y", "a", "b", "net exports", "x.y")
    made = pd.DataFrame({name: g.uniform(0.5, 3.0, DRAWN) for name in numbers})
    for name, levels in (
        ("g", list("pqrs")),
        ("h", list("uvw")),
        ("k", list("mn")),
        ("n", [0, 1, 2]),
    ):
        made[name] = g.choice(np.array(levels), DRAWN)
    if lossy:
        made.loc[made["g"] == "s", "b"] = np.nan  # where b is used, a level of g is gone
        made.loc[g.choice(DRAWN, 5, replace=False), "a"] = np.nan
    return made


def outside(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """Return how far columns of `one` lie outside the span of `other`."""
    return float(np.abs(other @ np.linalg.lstsq(other, one, rcond=None)[0] - one).max(initial=0.0))


def refusal(formula: str) -> str:
    try:
        parse_formula(formula)
    except QuesnayError as problem:
        return str(problem)
    return ""


@settings(max_examples=150, deadline=None)
@given(right=RIGHT, ends=ENDS, seed=st.integers(0, 1000), lossy=st.booleans())
def test_random_formulas_span_what_formulaic_spans(
    right: str, ends: str, seed: int, lossy: bool
) -> None:
    formulaic = pytest.importorskip("formulaic")
    formula, data = f"y ~ {ends.format(right)}", frame(seed, lossy)
    if said := refusal(formula):
        assert "takes a term away" in said
        if formula.count(" - ") == 1:  # nothing was there: formulaic reads the same without
            bare = formula.replace(" - a", "").replace(" - C(g)", "")
            assert formulaic.Formula(formula).rhs == formulaic.Formula(bare).rhs
        return
    parsed = parse_formula(formula)
    rows = data[list(parsed.columns)].notna().all(axis=1).to_numpy()
    theirs = formulaic.Formula(formula).get_model_matrix(data[rows])
    other = np.asarray(theirs.rhs, dtype=np.float64)
    read = read_ingredients(parsed.factors, data)
    columns, names, _ = build_design(parsed, read, rows, absorbed=False)
    ours = np.column_stack([*columns, np.zeros((int(rows.sum()), 0))]).astype(np.float64)
    assert ours.shape == other.shape
    assert len(set(names)) == len(names)
    if ours.shape[1] < 40:  # beyond, the design has more columns than cells
        assert outside(ours, other) < 1e-6
        assert outside(other, ours) < 1e-6


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("y ~ a - b", "'-' takes a term away, and 'b' is in none of those before it"),
        ("y ~ -a", "write I(... - a)"),
        ("y ~ log(a) - log(b)", "write I(... - log(b))"),
        ("y ~ a - (b + c)", "'b' is in none of those before it"),
        ("y ~ a + i(g, b)", "for slopes by group write i(group):x"),
        ("y ~ C(g, Sum)", "only the base level is chosen here"),
    ],
)
def test_what_other_packages_write_or_drop_in_silence_is_refused(formula: str, said: str) -> None:
    assert said in refusal(formula)


def test_a_term_that_is_there_is_taken_away() -> None:
    assert list(qn.fit_panel("y ~ a*b - a", FRAME).params.index) == ["Intercept", "b", "a:b"]


def test_functions_of_numpy_are_read_as_others_write_them() -> None:
    one = qn.fit_panel("np.log(y) ~ np.sqrt(a) + np.exp(b)", FRAME).params
    two = qn.fit_panel("log(y) ~ sqrt(a) + exp(b)", FRAME).params
    np.testing.assert_array_equal(one, two)
    for name in ("os.log", "np.C", "np.random", "np.lag", "numpy.linalg.log"):
        with pytest.raises(QuesnayError, match="is not a function of formulas"):
            qn.fit_panel(f"y ~ {name}(a)", FRAME)


@pytest.mark.parametrize(("before", "after"), [("(", ")"), ("-", ""), ("1 ** ", "")])
def test_forty_levels_of_arithmetic_are_read_and_one_more_is_refused(
    before: str, after: str
) -> None:
    def read(levels: int) -> Expression:
        return read_arithmetic(read_tokens(before * levels + "x" + after * levels, "formula"))

    one = {"x": np.array([1.0])}
    assert evaluate(read(40), one) == [1.0]
    with pytest.raises(QuesnayError, match="nested more than 40 deep"):
        read(41)
    many = " * ".join(41 * [f"{before}x{after}"])  # side by side they are no deeper
    assert abs(evaluate(read_arithmetic(read_tokens(many, "formula")), one)) == 1.0
