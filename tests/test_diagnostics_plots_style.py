"""The look of plots: global settings untouched, text as text, Chinese, whole years, same bytes."""

import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
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
    broken = Path(__file__)
    monkeypatch.setattr(style, "_FAMILIES", ("No Such Family",))
    monkeypatch.setattr(style, "_font_files", lambda: [broken, latin])
    style.cjk_family.cache_clear()
    assert style.cjk_family() == "DejaVu Sans"
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
