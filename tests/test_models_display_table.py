"""The table type: what is shown, in which digits, and that nothing is changed by showing it."""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, strategies as st

from quesnay.fitting.errors import DataError
from quesnay.models.display.escape import display_width, letter_width
from quesnay.models.display.grid import amounts, build_grid, wrap
from quesnay.models.display.table import Explanation, Table, Tabular


def verdicts() -> pd.DataFrame:
    index = pd.MultiIndex.from_product([["independent", "calibrated"], ["T18", "T19"]])
    index.names = ["run", "id"]
    return pd.DataFrame(
        {
            "reported": [1.42, 2.13, 1.42, 2.13],
            "inside": [True, False, None, True],
            "error": [-0.2, np.nan, 0.0, 0.003],
            "sector": ["工业互联网", "total", "core", "core"],
        },
        index=index,
    )


def test_text_is_exactly_this() -> None:
    table = Table("Verdicts", verdicts(), ("Source: CAICT.",), {"error": ".1%"})
    assert table.to_text().splitlines() == [
        "Verdicts",
        "run          id   reported  inside   error  sector",
        "------------------------------------------------------",
        "independent  T18      1.42  yes     -20.0%  工业互联网",
        "             T19      2.13  no           -  total",
        "calibrated   T18      1.42  -         0.0%  core",
        "             T19      2.13  yes       0.3%  core",
        "Source: CAICT.",
    ]


def test_figures_written_out_with_their_interval_stand_to_the_right() -> None:
    frame = pd.DataFrame(
        {"total": ["2.13 [1.90, 2.30]", "-0.5 [-1, 0]", "-", ""], "code": ["01a", "7", "c", "d"]},
        ["8", "09", 10, 11],  # words all the same
    )
    table = Table("Account", frame)
    assert table.to_text().splitlines()[1:5] == [
        "                total  code",
        "---------------------------",
        "8   2.13 [1.90, 2.30]  01a",
        "09       -0.5 [-1, 0]  7",
    ]
    assert r"2.13 \[1.90, 2.30\]" in table.to_markdown()
    assert "$-$0.5 {[}-{}1, 0{]}" in table.to_latex()


@pytest.mark.parametrize("width", [40, 60, 100])
def test_wide_tables_continue_below_and_keep_the_width(width: int) -> None:
    rng = np.random.default_rng(0)
    names = [f"value_added_{number}" for number in range(20)]
    frame = pd.DataFrame(rng.normal(size=(3, 20)), columns=names, index=["甲", "b", "c"])
    frame["remark"] = "robust errors are larger than the classical ones, " * 4
    text = Table("A title that is long " * 9, frame, ("a note " * 40,)).to_text(width=width)
    assert max(map(display_width, text.splitlines())) <= width
    assert text.count("甲") > 1
    assert all(line == line.rstrip() for line in text.splitlines())


@given(st.text(max_size=60), st.integers(min_value=2, max_value=40))
def test_wrapping_keeps_every_letter(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(display_width(line) <= width for line in lines)


def test_chinese_takes_two_columns_and_accents_none() -> None:
    assert display_width("工业") == 4
    assert display_width("e\u0301") == 1
    assert display_width("Ｘ") == 2


@pytest.mark.parametrize(
    ("text", "widest"),
    [
        ("abcdefghijklmnopqrstuvwxyz" * 4, 1.1), ("VALUEADDED" * 4, 1.15), ("mwMW%" * 8, 1.09),
        ("il.,:;|( " * 9, 1.35), ("0123456789" * 4, 1.12), ("\u589e\u52a0\u503c" * 9, 1.05),
        ("\u5e74a" * 9, 1.06),
    ],
)  # fmt: skip
def test_a_text_has_the_room_of_its_letters_in_bold_arial_and_not_much_more(
    text: str, widest: float
) -> None:
    """The widths of Helvetica, which are Arial's, as Adobe publishes them, in thousandths."""
    metrics = Path(matplotlib.get_data_path(), "fonts/afm/phvb8a.afm").read_text("latin-1")
    found = re.findall(r"^C (\d+) ; WX (\d+)", metrics, re.MULTILINE)
    widths = {chr(int(code)): 0.02 * int(width) for code, width in found}
    # a Chinese sign takes the whole size, and a quarter lies between it and a Latin one
    between = sum((a > "\u2e80") != (b > "\u2e80") for a, b in itertools.pairwise(text))
    own = sum(widths.get(sign, 20.0) for sign in text) + 5.0 * between
    assert own <= letter_width(text) <= widest * own


def test_header_levels_are_shown_once() -> None:
    columns = pd.MultiIndex.from_product([["core", "total"], ["low", "high"]])
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=columns, index=["a"])
    table = Table("Levels", frame)
    lines = table.to_text().splitlines()
    assert lines[1].split() == ["core", "total"]
    assert lines[2].split() == ["low", "high", "low", "high"]
    assert '<th scope="colgroup" colspan="2">core</th>' in table.to_html()
    assert r"\multicolumn{2}{c}{core}" in table.to_latex()
    assert "core / low" in table.to_markdown()
    assert table.to_csv().splitlines()[0] == ",core / low,core / high,total / low,total / high"


def test_empty_tables_say_so() -> None:
    assert "(no rows)" in Table("None", pd.DataFrame({"a": []})).to_text()
    assert Table("None", pd.DataFrame()).to_text().startswith("None")
    assert "<table>" in Table("None", pd.DataFrame(index=["a"])).to_html()
    assert Table("", pd.DataFrame({"a": [1]})).to_text().splitlines()[0] == "a"


def test_rows_that_are_only_counted_have_no_label() -> None:
    assert Table("t", pd.DataFrame({"a": [7]})).to_text().splitlines()[-1] == "7"
    assert Table("t", pd.DataFrame({"a": [7]}, index=[4])).to_text().splitlines()[-1] == "4  7"
    for index, last in (
        (pd.RangeIndex(2), "8"), (pd.RangeIndex(1, 3), "2  8"), (pd.Index([0, 1]), "1  8"),
        (pd.RangeIndex(2, name="n"), "1  8"),
    ):  # fmt: skip
        assert Table("t", pd.DataFrame({"a": [7, 8]}, index)).to_text().splitlines()[-1] == last


def test_duplicate_column_names_are_both_shown() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    assert Table("t", frame).to_csv() == "a,a\n1,2\n"


def test_long_tables_show_their_ends_and_say_so() -> None:
    table = Table("Long", pd.DataFrame({"a": range(5000)}, index=[f"s{i}" for i in range(5000)]))
    shown = repr(table)
    assert "4,950 of 5,000 rows are not shown here, those after row 40." in shown
    assert "s4999" in shown
    assert "s2500" not in shown
    assert "s2500" in table.to_text()


def test_wide_tables_show_their_ends_and_say_so() -> None:
    frame = pd.DataFrame([range(100)], columns=[f"c{number}" for number in range(100)])
    table = Table("Wide", frame, ("first note",))
    assert table.shortened().notes == (
        "first note",
        "80 of 100 columns are not shown here, those after column 15.",
    )
    assert "c99" in table._repr_html_()
    assert "c50" not in repr(table)


def test_a_table_of_sixty_rows_and_forty_columns_is_shown_whole() -> None:
    whole = Table("t", pd.DataFrame(np.zeros((60, 40))))
    assert whole.shortened() is whole
    rows = Table("t", pd.DataFrame(np.zeros((61, 40)))).shortened()
    assert rows.frame.index.tolist() == [*range(40), *range(51, 61)]
    assert rows.notes == ("11 of 61 rows are not shown here, those after row 40.",)
    columns = Table("t", pd.DataFrame(np.zeros((60, 41)))).shortened()
    assert columns.frame.columns.tolist() == [*range(15), *range(36, 41)]


def test_a_text_is_a_hundred_columns_wide_and_columns_that_just_fit_stand_abreast() -> None:
    long = Table("a" * 101, pd.DataFrame({"aaaa": [1], "bbbb": [2]}))
    assert long.to_text().splitlines()[:2] == ["a" * 100, "a"]

    class Long(Tabular):
        def tables(self) -> tuple[Table, ...]:
            return (long,)

    assert Long().summary().splitlines()[:2] == ["a" * 100, "a"]
    plain = Table("", long.frame)
    assert plain.to_text(width=10).splitlines() == ["aaaa  bbbb", "----------", "   1     2"]
    assert plain.to_text(width=9).splitlines() == [
        "aaaa", "----", "   1", "", "bbbb", "----", "   2",
    ]  # fmt: skip
    four = Table("", pd.DataFrame({"aaaa": [1], "bbbb": [2], "cccc": [3], "dddd": [4]}))
    assert four.to_text(width=10).splitlines() == [
        "aaaa  bbbb", "----------", "   1     2", "", "cccc  dddd", "----------", "   3     4",
    ]  # fmt: skip
    wide = Table("", pd.DataFrame({"a": [10**12], "b": [2]}))  # a number is not broken
    assert wide.to_text(width=9).splitlines() == [
        "            a", "-------------", "1000000000000", "", "b", "-", "2",
    ]  # fmt: skip
    high = Table("", pd.DataFrame({"aaaa bbbb": [1], "cc": [2]}))  # names stand on their numbers
    assert high.to_text(width=9).splitlines() == [
        " aaaa", " bbbb  cc", "---------", "    1   2",
    ]  # fmt: skip


@given(
    data=st.lists(
        st.lists(st.one_of(st.floats(), st.text(max_size=9), st.none(), st.booleans(),
                           st.integers(), st.lists(st.integers(), max_size=2)),
                 min_size=2, max_size=2),
        max_size=3,
    ),
    width=st.integers(min_value=1, max_value=40),
)  # fmt: skip
def test_anything_can_be_shown(data: list[list[object]], width: int) -> None:
    table = Table("Anything", pd.DataFrame(data, columns=["a", "b"], dtype=object))
    assert table.to_text(width=width).count("\n") >= len(data)
    for method in ("to_html", "to_latex", "to_markdown", "to_csv"):
        assert isinstance(getattr(table, method)(), str)


def test_rendering_changes_nothing(tmp_path: Path) -> None:
    frame = verdicts()
    before = frame.copy(deep=True)
    table = Table("Verdicts", frame, ("n",), {"error": ".1%"})
    for method in ("to_text", "to_html", "to_latex", "to_markdown", "to_csv"):
        assert getattr(table, method)() == getattr(table, method)()
    table.to_excel(tmp_path / "a.xlsx")
    pd.testing.assert_frame_equal(frame, before)
    pd.testing.assert_frame_equal(table.frame, before)


def test_a_table_keeps_its_notes_when_their_list_grows() -> None:
    notes: Any = ["first"]
    table = Table("t", pd.DataFrame({"a": [1]}), notes)
    notes.append("second")
    assert table.notes == ("first",)


def test_a_table_keeps_its_values_when_the_frame_changes() -> None:
    frame = pd.DataFrame({"a": [1.5]})
    table = Table("t", frame)
    frame.loc[0, "a"] = 9.0
    assert table.frame.loc[0, "a"] == 1.5


def test_a_table_keeps_its_notes_when_their_list_changes() -> None:
    notes: Any = ["one note"]
    table = Table("t", pd.DataFrame({"a": [1.5]}), notes)
    notes.append("another")
    assert table.notes == ("one note",)


def test_a_table_refuses_what_it_cannot_show() -> None:
    with pytest.raises(DataError, match="table 't': expected a DataFrame, got list; convert it"):
        Table("t", [1, 2])  # type: ignore[arg-type]
    with pytest.raises(DataError, match="notes must be a tuple of sentences, not a text"):
        Table("t", pd.DataFrame(), "one note")  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Result(Tabular):
    """A result as every room defines them: a dataclass that inherits."""

    value: float

    def tables(self) -> tuple[Table, ...]:
        """Return two tables."""
        first = pd.DataFrame({"estimate": [self.value]}, index=["T19"])
        notes = ("Source: CAICT 2020.", "Trillion yuan.")
        return Table("First", first, notes), Table("Second", 2.0 * first, notes)


def test_a_result_shows_itself_through_its_tables(tmp_path: Path) -> None:
    result = _Result(2.13)
    assert repr(result) == result.summary()
    assert repr(result).startswith("First\n     estimate")
    assert result._repr_html_().count("<table>") == 2
    assert result.to_latex().count(r"\toprule") == 2
    assert result.to_markdown(tmp_path / "r.md").count("**") == 4
    assert (tmp_path / "r.md").read_text(encoding="utf-8") == result.to_markdown()
    assert result.to_html(tmp_path / "r.html") == (tmp_path / "r.html").read_text(encoding="utf-8")
    assert result.to_csv() == ",estimate\nT19,2.13\n"
    assert result.to_excel(tmp_path / "r.xlsx").is_file()


def test_a_result_names_the_table_it_does_not_have() -> None:
    with pytest.raises(DataError, match="there is no table 2: the result has 2, from 0 on"):
        _Result(1.0).to_csv(table=2)


def test_a_result_says_how_to_cite_it_and_its_sources_once() -> None:
    lines = _Result(1.0).cite().splitlines()
    assert lines[0].startswith("quesnay ")
    assert lines[1:] == ["Source: CAICT 2020."]


def test_an_explanation_shows_equation_inputs_and_sources() -> None:
    inputs = pd.DataFrame(
        {"value": [0.54, 1.59], "unit": "trillion yuan", "source": ["M1", "M4"], "year": 2019},
        index=["C", "I"],
    )
    shown = Explanation("T19", "total", 2.13, "trillion yuan", equation="T = C + I", inputs=inputs)
    assert repr(shown).splitlines()[0] == "T19: total = 2.13 trillion yuan"
    assert repr(shown).splitlines()[-1] == "Equation: T = C + I"
    assert shown.cite().splitlines()[1:] == ["Source: M1", "Source: M4"]
    with pytest.raises(DataError, match="explanation of T19: inputs lack year; give the columns"):
        Explanation("T19", "t", 1.0, "", equation="", inputs=inputs.drop(columns="year"))


def test_sentences_are_wrapped_where_a_page_cannot_hold_them() -> None:
    said = "the coefficients stay unbiased, but classical standard errors are wrong"
    wide = pd.DataFrame({"p_value": [0.01], "means": [said], "do": [said]}, index=["White"])
    sides = Table("What it means", wide).to_latex().split("begin{tabular}")[1].splitlines()[0]
    parts = [float(part) for part in re.findall(r"p\{([\d.]+)\\linewidth\}", sides)]
    assert sides.startswith("{lr")
    assert len(parts) == 2
    assert 0.7 < sum(parts) < 0.95
    narrow = Table("Core", pd.DataFrame({"unit": ["trillion yuan"], "core": [0.4386]}))
    assert r"\begin{tabular}{lr}" in narrow.to_latex()


def test_a_small_p_value_is_not_zero() -> None:
    table = Table("Test", pd.DataFrame({"p_value": [3e-9, 0.0213]}), (), {"p_value": "p"})
    assert [line.strip() for line in table.to_text().splitlines()[-2:]] == ["<0.0001", "0.0213"]
    assert "3e-09" in table.to_csv()


def test_an_interval_is_not_broken_over_lines() -> None:
    assert wrap("the total is 1.20 [1.07, 1.32] at home", 24) == [
        "the total is 1.20",
        "[1.07, 1.32] at home",
    ]
    table = Table(
        "t", pd.DataFrame({"a": ["1.19 [1.06, 1.32], agrees"] * 2, "b": ["word " * 9] * 2})
    )
    assert "[1.06, 1.32]" in table.to_text(width=40)


def test_a_notebook_shows_words_to_the_left_and_numbers_to_the_right() -> None:
    table = Table("Core", pd.DataFrame({"unit": ["yuan"], "core": [0.4]}, index=["a"]))
    assert '<td style="text-align:left">yuan</td><td style="text-align:right">0.4</td>' in (
        table._repr_html_()
    )
    assert "<td>yuan</td>" in table.to_html()


def test_latex_breaks_headers_and_takes_smaller_letters_before_a_page_is_left() -> None:
    wide = pd.DataFrame(
        {f"productivity of the sector {k}": [123.4] for k in range(7)}, index=["all sectors"]
    )
    tex = Table("Productivity", wide).to_latex()
    assert r"\shortstack[r]{productivity" in tex
    short = wide.set_axis([f"productivity growth of{k}" for k in range(7)], axis=1)
    short = pd.concat([short, short.add_suffix("0")], axis=1)
    assert r"\shortstack[r]{productivity\\growth of1}" in Table("P", short).to_latex()
    plain = Table("Core", pd.DataFrame({"core": [0.4]})).to_latex()
    assert "shortstack" not in plain
    assert "tabcolsep" not in plain


def test_a_column_without_any_entry_is_left_out_unless_it_is_the_only_one(tmp_path: Path) -> None:
    empty = pd.DataFrame({"agreeing": ["", None], "p": [np.nan, np.nan], "error": [0.1, 0.2]})
    table = Table("Score", empty)
    for text in (table.to_text(), table.to_html(), table.to_latex(), table.to_markdown()):
        assert "agreeing" not in text
        assert "error" in text
    assert "agreeing" in Table("Score", empty[["agreeing"]]).to_html()
    assert "agreeing" in Table("Score", empty.iloc[:0]).to_html()
    assert table.to_csv().startswith("agreeing,p,error")  # a file keeps its columns
    calamine = pytest.importorskip("python_calamine", reason="reads the workbook back")
    book = calamine.CalamineWorkbook.from_path(str(table.to_excel(tmp_path / "a.xlsx")))
    assert book.get_sheet_by_index(0).to_python()[2] == ["error"]


def test_a_table_longer_than_a_page_goes_on_over_pages_in_latex() -> None:
    rows = pd.DataFrame({"value": range(60)})
    assert "longtable" not in Table("Short", rows.iloc[:30]).to_latex()
    long = Table("Long", rows, ("Source: none.",)).to_latex()
    assert long.count(r"\toprule") == 2  # the header is set again on each page
    assert long.index(r"\endhead") < long.index(r"\end{longtable}") < long.index("Source")


@pytest.mark.parametrize(
    ("rows", "notes", "long"),
    [
        (40, [], False),  # as many lines as a page has
        (41, [], True),
        (30, ["Short."] * 11, False),  # letters of notes, and their lines, are 0.84 as large
        (30, ["Short."] * 12, True),
        (39, ["a" * 95], False),  # 1179 twentieths, for which a line of notes has room
        (39, ["a" * 105], True),
    ],
)
def test_notes_count_where_a_table_fills_a_page_of_latex(
    rows: int, notes: list[str], long: bool
) -> None:
    table = Table("t", pd.DataFrame({"value": range(rows)}), tuple(notes))
    assert ("longtable" in table.to_latex()) is long


def words_of(width: int) -> str:
    """Return words that are so wide in twentieths of the size of their letters.

    A letter takes 12.4, a blank 7.9, the whole 1 more, and fractions count whole.
    """
    blanks, letters = next(
        (blanks, letters)
        for letters in range(width // 12 + 1)
        for blanks in range(letters)
        if -(-(124 * letters + 79 * blanks) // 10) + 1 == width
    )
    ends = [letters * k // (blanks + 1) for k in range(blanks + 2)]
    return " ".join("a" * (stop - start) for start, stop in itertools.pairwise(ends))


@pytest.mark.parametrize(
    ("width", "size"),
    [
        # a line of 1050 less 30 beside a column, or in smaller letters 1050 less 15 over their size
        (1020, ""), (1021, "small"), (1125, "small"), (1126, "footnotesize"),
        (1232, "footnotesize"), (1233, "scriptsize"), (1344, "scriptsize"), (1345, ""),
        (2600, "scriptsize"), (3900, ""),  # two lines in place of three are worth it, not 3 of 4
    ],
)  # fmt: skip
def test_latex_takes_the_largest_letters_that_save_no_line_worth_it(width: int, size: str) -> None:
    text = words_of(width)
    assert letter_width(text) == width
    tex = Table("t", pd.DataFrame({"what": [text]})).to_latex()
    found = re.findall(r"\\setlength\{\\tabcolsep\}\{3pt\}\\(\w+)", tex)
    assert found == ([size] if size else [])
    assert ("raggedright" in tex) is (width > 1344)
    parts = [float(part) for part in re.findall(r"p\{([0-9.]+)\\linewidth\}", tex)]
    assert parts == pytest.approx(
        [] if width <= 1344 else [1.0 - (15 if size else 30) / 1050], abs=2e-3
    )
    if width == 1020:  # and a column each where both together just fit
        for last, letters in ((490, ""), (491, "small")):
            both = pd.DataFrame({"a": [words_of(500)], "b": [words_of(last)]})
            made = Table("t", both).to_latex()
            assert "raggedright" not in made
            assert re.findall(r"3pt\}\\(\w+)", made) == ([letters] if letters else [])
    if width > 2000:  # the lines of a row are those of its highest cell
        assert size in Table("t", pd.DataFrame({"a": ["a"], "what": [text]})).to_latex()


@pytest.mark.parametrize(("letters", "broken"), [(14, False), (17, True)])
def test_a_word_of_up_to_sixteen_letters_is_not_broken_in_latex(letters: int, broken: bool) -> None:
    wide = pd.DataFrame({f"c{k}": ["a" * letters, "b"] for k in range(9)})  # no page holds it
    assert ("raggedright" in Table("t", wide).to_latex()) is broken


def test_a_value_that_nothing_moves_has_no_brackets() -> None:
    cells = amounts("{:.2f}".format, [1.0, 1.0], [1.0, 0.999], [1.0, 1.001])
    assert [str(cell) for cell in cells] == ["1.00", "1.00 [1.00, 1.00]"]
    assert cells[0].low == 1.0


LEVELS = Table(
    "Levels, yuan",
    pd.DataFrame(
        [
            [1.234, 20.5, "a short remark that is wrapped"],
            [-0.5, np.nan, "yes"],
            [12345.6, 3.0, "a_b <c>"],
        ],
        pd.MultiIndex.from_tuples(
            [("ict", 2018), ("ict", 2019), ("other", 2018)], names=["run", "year"]
        ),
        pd.MultiIndex.from_tuples([("core", "low"), ("core", "high"), ("all", "note")]),
    ),
    ("A note & more.",),
)


def test_a_table_with_two_levels_both_ways_is_exactly_this() -> None:
    assert LEVELS.to_text().splitlines() == [
        "Levels, yuan",
        "                   core        all",
        "run    year         low  high  note",
        "-------------------------------------------------------------",
        "ict    2018       1.234  20.5  a short remark that is wrapped",
        "       2019      -0.500     -  yes",
        "other  2018  12,345.600   3.0  a_b <c>",
        "A note & more.",
    ]
    assert LEVELS.to_text(width=40).splitlines() == [
        "Levels, yuan",
        "                   core",
        "run    year         low  high",
        "-----------------------------",
        "ict    2018       1.234  20.5",
        "       2019      -0.500     -",
        "other  2018  12,345.600   3.0",
        "",
        "             all",
        "run    year  note",
        "-----------------------------",
        "ict    2018  a short remark",
        "             that is wrapped",
        "       2019  yes",
        "other  2018  a_b <c>",
        "A note & more.",
    ]
    assert LEVELS.to_markdown().splitlines() == [
        "**Levels, yuan**",
        "",
        "| run | year | core / low | core / high | all / note |",
        "| --- | ---: | ---: | ---: | --- |",
        "| ict | 2018 | 1.234 | 20.5 | a short remark that is wrapped |",
        "|  | 2019 | -0.500 | - | yes |",
        r"| other | 2018 | 12,345.600 | 3.0 | a\_b &lt;c&gt; |",
        "",
        "A note &amp; more.",
    ]


def test_a_minus_of_latex_is_one_and_a_missing_number_none() -> None:
    tex = Table("t", pd.DataFrame({"a": [-5, 7, None]}, dtype=object)).to_latex()
    cells = re.findall(r"^(.*) \\tabularnewline$", tex, re.MULTILINE)
    assert cells == ["$-$5", "7", "-{}"]


def test_the_same_table_in_latex_and_on_a_page() -> None:
    assert LEVELS.to_latex().splitlines() == [
        r"\begin{table}[htbp]",
        r"\centering",
        r"\caption{Levels, yuan}",
        r"\begin{tabular}{lrrrl}",
        r"\toprule",
        r" &  & \multicolumn{2}{c}{core} & all \\",
        r"run & year & low & high & note \\",
        r"\midrule",
        r"ict & 2018 & 1.234 & 20.5 & a short remark that is wrapped \tabularnewline",
        r" & 2019 & $-$0.500 & -{} & yes \tabularnewline",
        r"other & 2018 & 12,345.600 & 3.0 & a\_b \textless{}c\textgreater{} \tabularnewline",
        r"\bottomrule",
        r"\end{tabular}",
        r"\par\smallskip\footnotesize A note \& more.",
        r"\end{table}",
    ]
    rows = re.findall("<tr>(.*)</tr>", LEVELS.to_html())
    right = ' style="text-align:right"'
    assert rows == [
        '<td></td><td></td><th scope="colgroup" colspan="2">core</th>'
        '<th scope="colgroup" colspan="1">all</th>',
        f'<th scope="col">run</th><th scope="col">year</th><th scope="col"{right}>low</th>'
        f'<th scope="col"{right}>high</th><th scope="col">note</th>',
        '<th scope="rowgroup" rowspan="2">ict</th><th scope="row">2018</th>'
        f"<td{right}>1.234</td><td{right}>20.5</td><td>a short remark that is wrapped</td>",
        f'<th scope="row">2019</th><td{right}>-0.500</td><td{right}>-</td><td>yes</td>',
        '<th scope="rowgroup">other</th><th scope="row">2018</th>'
        f"<td{right}>12,345.600</td><td{right}>3.0</td><td>a_b &lt;c&gt;</td>",
    ]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("input/output", 8, ["input/", "output"]),
        ("value_added", 7, ["value_", "added"]),
        ("long-range", 7, ["long-", "range"]),
        ("a-b 1-2", 4, ["a-b", "1-2"]),  # of a range and of letters nothing is parted
        ("工业，农业。", 7, ["工业，", "农业。"]),  # a comma stays with the word before it
        ("，工业", 4, ["，工", "业"]),
        ("工（业）", 4, ["工", "（业", "）"]),
        ("abcdefgh", 3, ["abc", "def", "gh"]),
        ("one two", 7, ["one two"]),
        ("one two", 6, ["one", "two"]),
        ("aa bb cc", 5, ["aa bb", "cc"]),
        ("aa bb cc", 4, ["aa", "bb", "cc"]),
        ("", 5, [""]),
    ],
)
def test_a_line_breaks_where_it_may(text: str, width: int, lines: list[str]) -> None:
    assert wrap(text, width) == lines


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (pd.Timestamp(2020, 3, 1), "2020-03-01"),
        (pd.Timestamp(2020, 3, 1, 12, 30), "2020-03-01T12:30:00"),
        (True, "yes"),
        (np.bool_(False), "no"),
        (None, "-"),
        (pd.NA, "-"),
        (10**16, "10000000000000000"),
        (1e15, "1.000e+15"),
        (9.5e14, "950,000,000,000,000"),
        (float("inf"), "inf"),
        (1e-9, "1e-09"),
        (0.0, "0"),
        (-0.0, "0"),
        (1235.6, "1236"),
        (10_000.0, "10,000"),
    ],
)
def test_one_value_of_each_kind(value: object, text: str) -> None:
    frame = pd.DataFrame({"a": pd.Series([value], ["x"], dtype=object)})
    assert Table("t", frame).to_text().splitlines()[-1].split("  ")[-1].strip() == text


@pytest.mark.parametrize(
    ("value", "spec", "text"),
    [
        (0.0, "p", "<0.0001"),
        (0.00004, "p", "<0.0001"),
        (0.00005, "p", "0.0001"),
        (1.0, "p", "1.0000"),
        (-0.001, ".1f", "0.0"),
        (-0.06, ".1f", "-0.1"),
        (0.256, ".1%", "25.6%"),
        (float("-inf"), ".1f", "-inf"),
    ],
)
def test_a_format_is_followed_but_for_a_zero_with_a_sign(
    value: float, spec: str, text: str
) -> None:
    table = Table("t", pd.DataFrame({"a": [value]}, index=["x"]), (), {"a": spec})
    assert table.to_text().splitlines()[-1].split()[-1] == text


def test_a_format_is_that_of_the_whole_name_or_of_the_innermost() -> None:
    columns = pd.MultiIndex.from_tuples([("core", "low"), ("core", "high"), ("all", "high")])
    formats = {"high": ".3f", "core": ".5f", "('all', 'high')": ".1f"}
    table = Table("t", pd.DataFrame([[1.0, 2.0, 3.0]], columns=columns), (), formats)
    assert table.to_text().splitlines()[-1].split() == ["1", "2.000", "3.0"]


def test_texts_reach_over_equal_neighbours_but_in_the_innermost_level() -> None:
    rows = pd.MultiIndex.from_tuples([("a", 1), ("a", 1), ("b", 1), ("b", 2), ("a", 2)])
    columns = pd.MultiIndex.from_tuples([("x", "p"), ("x", "p"), ("y", "p")])
    grid = build_grid(pd.DataFrame(np.ones((5, 3)), rows, columns), {})
    assert grid.spans() == ([[2, 0, 2, 0, 1], [1, 1, 1, 1, 1]], [[2, 0, 1], [1, 1, 1]])
    plain = build_grid(pd.DataFrame({"x": [1.0, 2.0]}, ["a", "a"]), {})
    assert plain.spans() == ([[1, 1]], [[1]])
    three = pd.MultiIndex.from_tuples([("a", "u", 1), ("a", "u", 2), ("a", "v", 3), ("b", "v", 4)])
    assert build_grid(pd.DataFrame({"x": range(4)}, three), {}).spans()[0] == [
        [3, 0, 0, 1], [2, 0, 1, 1], [1, 1, 1, 1],
    ]  # fmt: skip
