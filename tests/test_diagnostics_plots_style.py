"""The look of plots: global settings untouched, text as text, Chinese, whole years, same bytes."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from PIL import Image

from quesnay.diagnostics.plots import style
from quesnay.diagnostics.plots.style import (
    COLOURS,
    GREY,
    axis_label,
    draw_picture,
    figure_to_bytes,
    finish,
    integer_years,
    new_figure,
    save_figure,
)
from quesnay.fitting.errors import DataError


@pytest.fixture(autouse=True)
def settings_untouched() -> Iterator[None]:
    before = dict(mpl.rcParams)
    yield
    assert dict(mpl.rcParams) == before


@pytest.fixture
def no_chinese_font(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(style, "_FAMILIES", ())
    monkeypatch.setattr(style, "_font_files", list)
    style.cjk_family.cache_clear()
    yield
    style.cjk_family.cache_clear()


def account(title: str = "Value added") -> Figure:
    figure = new_figure(1, 2, size=(8, 4))
    left, right = figure.axes
    left.plot([2017, 2018, 2019, 2020], [0.9, 1.4, 2.1, 3.1], label=title)
    left.set_ylabel(axis_label("value added", "trillion yuan"))
    left.legend()
    integer_years(left)
    right.barh([title, "core"], [3.0, 40.0])
    right.set_xscale("log")
    right.set_title(title)
    return finish(figure, alt=f"{title}: 3.1 trillion yuan in 2020.")


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.usefixtures("no_chinese_font")
def test_a_family_that_matplotlib_knows_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "_FAMILIES", ("not on this machine", "DejaVu Sans"))
    assert style.cjk_family() == "DejaVu Sans"


def test_the_palette_is_okabe_and_itos() -> None:
    assert set(COLOURS) == {
        "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
    }  # fmt: skip
    assert 1.05 / (luminance(GREY) + 0.05) > 4.5


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_a_plot_made_again_gives_the_same_bytes(kind: str) -> None:
    assert figure_to_bytes(account(), kind) == figure_to_bytes(account(), kind)


def test_no_time_and_the_description_are_in_the_file() -> None:
    with Image.open(io.BytesIO(figure_to_bytes(account()))) as picture:
        assert picture.info["Description"] == "Value added: 3.1 trillion yuan in 2020."
        assert set(picture.info) == {"Description", "dpi"}
    assert b"<dc:date>" not in figure_to_bytes(account(), "svg")
    assert b"CreationDate" not in figure_to_bytes(account(), "pdf")


def test_a_figure_has_a_description() -> None:
    with pytest.raises(DataError, match="a figure needs a description in words: give alt="):
        finish(new_figure(), alt=" ")
    assert str(account().get_label()).startswith("Value added")


def test_html_escapes_the_description() -> None:
    figure = finish(new_figure(), alt='"><script>x</script>')
    assert draw_picture(figure).to_html().startswith('<img alt="&quot;&gt;&lt;script&gt;')


@pytest.mark.parametrize("title", [r"$\frac{", "price in $ and $", r"$\x$", "a_b^c", "%", "#"])
def test_labels_are_text_not_mathematics(title: str) -> None:
    figure = account(title)
    assert figure_to_bytes(figure).startswith(b"\x89PNG")
    assert figure.axes[1].get_title() == title


def test_powers_of_ten_on_an_axis_are_still_typeset() -> None:
    figure = account()
    figure.draw_without_rendering()
    labels = figure.axes[1].get_xticklabels()
    assert any(label.get_text().startswith("$") and label.get_parse_math() for label in labels)


@pytest.mark.parametrize("years", [[2018], [2018, 2019], [2017, 2018, 2019, 2020]])
def test_years_are_whole(years: list[int]) -> None:
    figure = new_figure()
    (axes,) = figure.axes
    axes.plot(years, [1.42] * len(years), "o")
    integer_years(axes)
    figure.draw_without_rendering()
    low, high = axes.get_xlim()
    shown = [label.get_text() for label in axes.get_xticklabels()]
    inside = [text for text in shown if low <= float(text) <= high]
    assert set(map(str, years)) <= set(inside)
    assert all(text.isdigit() for text in inside)
    assert len(inside) == len(set(inside)) <= len(years) + 2
    assert len(years) > 1 or inside == ["2018"]  # no year without an account beside a single one
    assert axes.get_xlabel() == "year"


@pytest.mark.usefixtures("no_chinese_font")
def test_without_a_chinese_font_boxes_and_one_warning() -> None:
    with pytest.warns(UserWarning, match="install Noto Sans CJK") as caught:
        figure = account("Core 工业")
    figure_to_bytes(figure)
    assert len(caught) == 1
    assert figure.axes[1].get_title() == "Core □□"
    assert figure.axes[1].get_yticklabels()[0].get_text() == "Core □□"


def test_a_chinese_font_comes_after_the_latin_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(style, "cjk_family", lambda: "Some Chinese Font")
    figure = new_figure()
    title = figure.suptitle("Core 工业")
    plain = figure.axes[0].set_title("Core")
    finish(figure, alt="Two titles.")
    assert title.get_fontfamily()[-1] == "Some Chinese Font"
    assert plain.get_fontfamily() == title.get_fontfamily()[:-1]


def test_the_regular_weight_of_a_font_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NotoSansCJK-Bold.ttc", "NotoSansCJK-Regular.ttc", "wqy-zenhei.ttc", "Latin.ttf"):
        (tmp_path / name).touch()
    import matplotlib.font_manager as manager

    monkeypatch.setattr(manager, "X11FontDirectories", [str(tmp_path)])
    monkeypatch.setattr(manager, "OSXFontDirectories", [])
    monkeypatch.setattr(manager, "win32FontDirectory", lambda: str(tmp_path))
    found = [path.name for path in style._font_files()]
    assert found == ["NotoSansCJK-Regular.ttc", "wqy-zenhei.ttc", "NotoSansCJK-Bold.ttc"]


def test_a_font_is_looked_up_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    latin = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    bold, other = latin.with_name("DejaVuSans-Bold.ttf"), latin.with_name("DejaVuSerif.ttf")
    broken = Path(__file__)
    monkeypatch.setattr(style, "_FAMILIES", ("No Such Family",))
    monkeypatch.setattr(style, "_font_files", lambda: [broken, latin, other, bold])
    added: list[Path] = []
    monkeypatch.setattr("matplotlib.font_manager.fontManager.addfont", added.append)
    style.cjk_family.cache_clear()
    assert style.cjk_family() == "DejaVu Sans"
    assert added == [latin, bold]  # with the bold file of the family, and of no other
    style.cjk_family.cache_clear()


def test_a_picture_kind_is_known(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="picture kind 'gif' is not known: choose one of png, svg"):
        save_figure(account(), tmp_path / "a.gif")
    assert save_figure(account(), tmp_path / "a.PNG").is_file()
    with pytest.raises(DataError, match="cannot write here"):
        save_figure(account(), tmp_path / "missing" / "a.png")


def test_pyplot_is_never_loaded() -> None:
    code = (
        "import sys; from quesnay.diagnostics.plots.style import new_figure, finish;"
        "from quesnay.diagnostics.plots.style import figure_to_bytes;"
        "figure_to_bytes(finish(new_figure(), alt='x')); print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    "source",
    [
        "National Bureau of Statistics of China, national input-output tables; " * 3,
        "国家统计局，全国投入产出表；Wang, Jia and Wang（2021），《统计研究》38(12)；" * 4,
        "WMWMWM " * 40,
    ],
)
def test_the_source_fills_its_lines_and_stays_inside_the_figure(source: str) -> None:
    if style.cjk_family() is None:
        pytest.skip("no font with Chinese characters on this machine")
    figure = new_figure()
    finish(figure, alt="A source.", source=source)
    figure.draw_without_rendering()
    (foot,) = [text for text in figure.texts if text.get_gid() == "source"]
    window = foot.get_window_extent()
    assert 0.85 < window.x1 / figure.bbox.width < 1.0
    assert not any(line[0] in "，。；：、）》" for line in foot.get_text().split("\n"))


def test_a_translated_source_is_broken_anew() -> None:
    if style.cjk_family() is None:
        pytest.skip("no font with Chinese characters on this machine")
    figure = new_figure()
    finish(figure, alt="A source.", source="National accounts and tables, " * 8)
    style.relabel(
        figure, lambda text: "国家统计局，全国投入产出表；" * 6 if "Source" in text else text
    )
    (foot,) = [text for text in figure.texts if text.get_gid() == "source"]
    assert len(foot.get_text().split("\n")[0]) > 50


# ---- what every plot rests on ----------------------------------------------------------------


def test_a_new_figure_has_quiet_axes() -> None:
    figure = new_figure(1, 2, size=(8.0, 4.0), sharey=True)
    assert figure.get_size_inches().tolist() == [8.0, 4.0]
    assert new_figure().get_size_inches().tolist() == [7.2, 4.2]
    assert len(figure.axes) == 2
    for axes in figure.axes:
        shown = {side: spine.get_visible() for side, spine in axes.spines.items()}
        assert shown == {"left": True, "bottom": True, "top": False, "right": False}
        assert axes.get_axisbelow() is True
        assert all(line.get_visible() for line in axes.get_xgridlines())
        assert axes.get_xgridlines()[0].get_color() == "#DDDDDD"
        assert axes.get_xgridlines()[0].get_linewidth() == 0.6
        assert axes.xaxis.get_ticklabels()[0].get_fontsize() == 9
    assert figure.axes[0].get_shared_y_axes().joined(*figure.axes)
    with pytest.raises(AttributeError, match="has no attribute 'Plot'"):
        style.__getattr__("Plot")
    assert style.__getattr__("PlotFigure") is type(figure)


@pytest.mark.parametrize(
    ("value", "plain", "signed"),
    [
        (999.94, "999.9", "+999.9"), (1000.0, "1,000", "+1,000"), (-1234.5, "-1,234", "-1,234"),
        (0.12344, "0.1234", "+0.1234"), (-2.0, "-2", "-2"),
    ],
)  # fmt: skip
def test_numbers_are_in_full_from_a_thousand_on(value: float, plain: str, signed: str) -> None:
    assert (style.in_full(value), style.in_full(value, "+")) == (plain, signed)


def test_an_axis_says_its_unit_where_there_is_one() -> None:
    assert axis_label("total", "yuan") == "total, yuan"
    assert axis_label("total") == axis_label("total", "") == "total"


@pytest.mark.parametrize("rows", [1, 2])
def test_a_label_longer_than_its_panel_is_broken_and_fills_it(rows: int) -> None:
    figure = new_figure(rows, size=(6.0, 4.0))
    words = "value added of the using industries that rests on inputs of the technology, yuan"
    figure.axes[0].set_ylabel(words)
    figure.axes[-1].set_ylabel("total" if rows > 1 else words)
    finish(figure, alt="A label.")
    text = figure.axes[0].yaxis.label
    assert text.get_text().replace("\n", " ") == words
    lines = text.get_text().split("\n")
    # 72 points an inch, letters of about half their size of 10, three quarters of the height
    most = 0.75 * 4.0 * 72 / rows / 5.2
    assert most - 12 < max(map(len, lines)) <= most
    assert figure.axes[-1].get_ylabel() == "total" or rows == 1
    figure.draw_without_rendering()
    height = text.get_window_extent().height
    assert 0.6 < height / figure.axes[0].get_window_extent().height < 1.0


def test_a_single_year_has_a_year_of_room_on_both_sides() -> None:
    (axes,) = new_figure().axes
    axes.plot([2017.9, 2018.1], [1, 2])
    integer_years(axes, label="period")
    assert axes.get_xlim() == pytest.approx((2016.9, 2019.1))
    assert list(axes.get_xticks()) == [2018]
    assert axes.get_xlabel() == "period"
    (two,) = new_figure().axes
    two.plot([2017, 2018], [1, 2])
    integer_years(two)
    assert two.get_xlim() == pytest.approx((2016.95, 2018.05))


def test_panels_are_the_caller_s_or_those_of_a_new_figure() -> None:
    made, panels = style.panels_of(None, 2, 1, size=(5.0, 6.0))
    assert (len(panels), made.get_size_inches().tolist()) == (2, [5.0, 6.0])
    figure = Figure()
    grid = figure.subplots(2, 2)
    assert style.panels_of(grid, 2, 2) == (figure, list(grid.ravel()))
    assert style.panel_of(grid[0, 0]) == (figure, grid[0, 0])
    for wrong, asked in ((grid, (1, 3)), ([grid[0, 0], "x"], (1, 2)), ("x", (1, 1))):
        with pytest.raises(DataError, match=r"^ax: "):
            style.panels_of(wrong, *asked)  # type: ignore[arg-type]
    with pytest.raises(DataError, match=r"give the 2 panels, such as those of plt\.subplots\(1, 2"):
        style.panels_of(grid[0, 0], 1, 2)
    with pytest.raises(DataError, match=r"give the 3 panels, such as those of plt\.subplots\(1, 3"):
        style.panels_of(grid, 1, 3)
    grid[0, 0].remove()
    with pytest.raises(DataError, match="the panel was removed from its figure"):
        style.panel_of(grid[0, 0])


def test_pictures_have_the_size_of_a_column_and_150_points_an_inch(tmp_path: Path) -> None:
    for figure in (new_figure(), style.panels_of(None)[0], style.panel_of(None)[0]):
        assert figure.get_size_inches().tolist() == [7.2, 4.2]
    small = new_figure(size=(2.0, 1.0))
    finish(small, alt="Small.")
    path = save_figure(small, tmp_path / "a.png")
    for data in (figure_to_bytes(small), style.draw_picture(small).png, path.read_bytes()):
        # width and height are the first numbers behind the signature of a PNG
        assert (int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")) == (
            300,
            150,
        )


def test_a_legend_stands_below_or_inside_the_caller_s_panel() -> None:
    figure = new_figure(1, 2)
    for k, axes in enumerate(figure.axes):
        axes.plot([0, 1], [0, 1], label="both", color=COLOURS[k])
        axes.plot([0, 1], [1, 0], label=f"own {k}")
    style.legend_below(figure, None, columns=2)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["both", "own 1", "own 0"]
    assert legend.get_lines()[0].get_color() == COLOURS[0]  # the first panel's mark
    assert legend._ncols == 2  # type: ignore[attr-defined]
    assert not legend.get_frame_on()
    mine = Figure()
    axes = mine.subplots()
    axes.plot([0, 1], [0, 1], label="line")
    style.legend_below(mine, axes)
    assert not mine.legends
    inside = axes.get_legend()
    assert inside is not None
    assert inside.get_texts()[0].get_fontsize() == 8.5
    assert not inside.get_frame_on()


def test_bars_pile_up_away_from_zero_on_both_sides() -> None:
    for across in (False, True):
        axes = new_figure().axes[0]
        style.stack_bars(
            axes, [0, 1], {"a": [1, -2], "b": [3, -1], "c": [-1, 4]}, COLOURS, width=0.5,
            across=across,
        )  # fmt: skip
        bars = [one for one in axes.patches if isinstance(one, Rectangle)]
        found = [(b.get_x(), b.get_y(), b.get_width(), b.get_height()) for b in bars]
        upright = [
            (-0.25, 0, 0.5, 1), (0.75, 0, 0.5, -2), (-0.25, 1, 0.5, 3), (0.75, -2, 0.5, -1),
            (-0.25, 0, 0.5, -1), (0.75, 0, 0.5, 4),
        ]  # fmt: skip
        turned = [(y, x, h, w) for x, y, w, h in upright]
        assert found == (turned if across else upright)
        assert [c.get_label() for c in axes.containers] == ["a", "b", "c"]


def test_the_foot_takes_paper_of_its_own_below_everything() -> None:
    figure = new_figure(size=(6.0, 4.0))
    figure.axes[0].plot([0, 1], [0, 1], label="line")
    style.legend_below(figure, None)
    pad = figure.legends[0].borderaxespad
    finish(figure, alt="A line.", source="made up")
    # one line of 8 points at 1.25 and 4 points of air
    added = (8 * 1.25 + 4) / 72
    assert figure.get_size_inches().tolist() == pytest.approx([6.0, 4.0 + added])
    (foot,) = [text for text in figure.texts if text.get_gid() == "source"]
    assert foot.get_text() == "Source: made up"
    assert (foot.get_fontsize(), foot.get_color()) == (8, GREY)
    assert foot.get_position() == (0.01, 0.004)
    figure.draw_without_rendering()
    box = foot.get_window_extent()
    below = min(axes.get_tightbbox().y0 for axes in figure.axes)  # type: ignore[union-attr]
    assert 0 < box.y0 < box.y1 <= figure.legends[0].get_window_extent().y0 < below
    # a notebook cuts a figure to what is in this box
    assert figure.get_tightbbox().y0 * figure.dpi <= box.y0
    across = figure.axes[0].get_window_extent()
    assert 0 < across.x0 < 0.2 * figure.bbox.width < across.width  # the foot takes height alone
    lifted = figure.legends[0].borderaxespad - pad
    assert lifted == pytest.approx(72 * added / figure.legends[0].prop.get_size_in_points())
    two = finish(new_figure(size=(3.0, 4.0)), alt="x", source="National accounts, " * 5)
    lines = next(t.get_text() for t in two.texts).count("\n") + 1
    assert lines > 1
    assert two.get_size_inches()[1] == pytest.approx(4.0 + (lines * 10 + 4) / 72)


@pytest.mark.parametrize(("letter", "units"), [("i", 569), ("W", 2025), ("m", 1995), (" ", 651)])
def test_letters_of_the_foot_are_as_wide_as_they_are_drawn(letter: str, units: int) -> None:
    """Advances in the metrics of DejaVu Sans, 2,048 units an em; a Chinese letter is square."""
    assert style._advance(letter) == pytest.approx(8 * units / 2048, abs=0.01)
    assert style._advance("\u6838") == 8.0


def test_a_picture_knows_its_words_and_its_width_on_a_page() -> None:
    figure = finish(new_figure(size=(5.0, 3.0)), alt='Two "lines".')
    picture = style.draw_picture(figure, dpi=50)
    assert (picture.width, picture.alt) == (550, 'Two "lines".')
    with Image.open(io.BytesIO(picture.png)) as seen:
        assert seen.size == (250, 150)
    bundle = figure._repr_mimebundle_()  # type: ignore[attr-defined]
    with Image.open(io.BytesIO(bundle["image/png"])) as seen:
        assert seen.size == (550, 330)  # a notebook shows it as wide as a page does
    assert bundle["text/plain"] == 'Two "lines".'
    html = picture.to_html()
    assert html.startswith('<img alt="Two &quot;lines&quot;." width="550" src="data:image/png;base')
    with Image.open(io.BytesIO(figure_to_bytes(figure))) as seen:
        assert seen.size == (750, 450)


def test_pictures_of_one_page_have_identifiers_of_their_own() -> None:
    drawn = style.figure_to_svg(account(), "first")
    assert drawn.startswith('<svg role="img" aria-label="Value added: 3.1 trillion yuan in 2020." ')
    ids = set(re.findall(r' id="([^"]+)"', drawn))
    used = set(re.findall(r'(?:url\(|href=")#([^)"]+)', drawn))
    assert ids == used
    assert all(re.fullmatch(r"first-\d+", one) for one in ids)
    assert len(ids) > 2
    for word in ("<metadata", "xmlns", "<style", "\n "):
        assert word not in drawn
    assert "font-family: var(--font, sans-serif)" in drawn
    assert "Value added</text>" in drawn or ">Value added<" in drawn  # text stays text
    assert not drawn.endswith("\n")


def test_names_of_sectors_are_cut_at_a_word_and_long_ones_in_the_middle() -> None:
    names = {"20": "Communication equipment, computers and other electronics"}
    assert style.sector_name("20", names) == "20 Communication equipment..."
    assert style.sector_name("20", names, longest=100).endswith("other electronics")
    assert style.sector_name("x" * 30, None) == "x" * 30
    assert style.sector_name("x" * 31, None) == "x" * 28 + "..."
    assert style.sector_name("21", names) == "21"
    assert style.short_name("abcdefghij", widest=9) == "abc...hij"
    assert style.short_name("abcdefghij", widest=10) == "abcdefghij"
    assert style.short_name("abcdefghijkl", widest=8) == "ab...jkl"


@pytest.mark.usefixtures("no_chinese_font")
def test_without_a_font_labels_are_not_translated_but_the_description_is() -> None:
    figure = account()
    style.relabel(figure, lambda text: f"\u6838 {text}")
    assert str(figure.get_label()).startswith("\u6838 Value added")
    assert figure.axes[1].get_title() == "Value added"


def test_a_label_of_several_lines_is_translated_whole_and_broken_anew() -> None:
    if style.cjk_family() is None:
        pytest.skip("no font with Chinese characters on this machine")
    (axes,) = new_figure().axes
    axes.set_title("first line\nsecond line")
    axes.set_xlabel("kept\nas it is")
    axes.set_ylabel("a line of twenty signs\nmore")
    axes.set_xticks([0, 1], ["core", "7"])
    axes.set_yticks([0, 1])
    known = {"first line second line": "one two three four five", "core": "heart"}
    known["a line of twenty signs more"] = known["first line second line"]
    style.relabel(axes.figure, lambda text: known.get(text, text))  # type: ignore[arg-type]
    assert axes.get_title() == "one two\nthree four\nfive"  # twelve columns at least
    assert axes.get_ylabel() == "one two three four\nfive"
    assert axes.get_xlabel() == "kept\nas it is"
    assert [text.get_text() for text in axes.get_xticklabels()] == ["heart", "7"]
    assert list(axes.get_xticks()) == [0, 1]


def test_a_figure_is_laid_out_once() -> None:
    figure = account()
    style.settle(figure)
    assert figure.get_layout_engine() is None
    place = figure.axes[0].get_position().bounds
    figure.draw_without_rendering()
    assert figure.axes[0].get_position().bounds == place
    style.settle(figure)  # a second time changes nothing
