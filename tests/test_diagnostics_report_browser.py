"""The report in a browser: offline, readable, usable by keyboard, printable; axe-core's rules."""

import base64
import contextlib
import io
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import open_page, requests, start_browser
from tests.founding_case import founding_case, study_case

pytestmark = pytest.mark.slow  # a browser loads ten megabytes of pages

STUDIES = ("caict_2020", "caii", "oecd_ict_china", "us_digital_economy")
PAGES = [(study, language) for study in STUDIES for language in ("en", "zh")]
MISSING = """
const same = (a, b) => a.every((v, i) => v === b[i]);
const canvas = Object.assign(document.createElement('canvas'), {width: 40, height: 40});
const pen = canvas.getContext('2d', {willReadFrequently: true});
const drawn = (sign) => {
  pen.clearRect(0, 0, 40, 40);
  pen.font = '20px ' + getComputedStyle(document.body).fontFamily;
  pen.fillText(sign, 5, 28);
  return Array.from(pen.getImageData(0, 0, 40, 40).data);
};
const box = drawn('\\u0378');
return [...new Set(document.body.textContent)].filter(s => s.trim() && same(drawn(s), box));
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the reports of four studies in both languages, each by one process of tests."""
    base = tmp_path_factory.getbasetemp()
    out = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "reports"
    out.mkdir(exist_ok=True)
    for study in STUDIES:
        with contextlib.suppress(FileExistsError):
            (out / f"{study}.taken").mkdir()
            result = founding_case() if study == "caict_2020" else study_case(study)
            for language in ("en", "zh"):
                result.to_html(out / f"{study}-{language}.html", language=language)
            (out / f"{study}.made").touch()
    ends = time.monotonic() + 300.0
    while not all((out / f"{study}.made").exists() for study in STUDIES):
        assert time.monotonic() < ends, "another process of tests made no report"
        time.sleep(0.1)
    return out


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    """Start one browser that logs its console and its requests."""
    one = start_browser()
    yield one
    one.quit()


def _open(driver: Any, folder: Path, name: str, *, width: int = 1280, scheme: str = "light") -> str:
    address = (folder / f"{name}.html").as_uri()
    open_page(driver, address, width=width, scheme=scheme)
    return address


@pytest.mark.parametrize(("study", "language"), PAGES)
def test_page_loads_alone_without_a_word_on_the_console(
    driver: Any, folder: Path, study: str, language: str
) -> None:
    address = _open(driver, folder, f"{study}-{language}")
    assert {a for a in requests(driver) if not a.startswith("data:")} == {address}
    assert driver.get_log("browser") == []
    assert driver.execute_script(MISSING) == []


@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize(("study", "language"), PAGES)
def test_only_tables_and_pictures_scroll_sideways(
    driver: Any, folder: Path, study: str, language: str, width: int
) -> None:
    _open(driver, folder, f"{study}-{language}", width=width)
    wide = driver.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width
    smallest = driver.execute_script(
        "return Math.min(...[...document.querySelectorAll('svg text')].map("
        "t => parseFloat(getComputedStyle(t).fontSize) * t.ownerSVGElement.getScreenCTM().a))"
    )
    assert smallest >= 6.5


@pytest.mark.parametrize(("study", "language"), PAGES)
def test_links_lead_to_a_place_on_the_page_and_identifiers_are_unique(
    driver: Any, folder: Path, study: str, language: str
) -> None:
    _open(driver, folder, f"{study}-{language}")
    lost = driver.execute_script(
        "return [...document.querySelectorAll('[href^=\"#\"]')].map(a => a.getAttribute('href')"
        ".slice(1)).filter(id => !document.getElementById(id))"
    )
    ids = driver.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert lost == []
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("study", "language", "width", "scheme"),
    [
        *((study, language, 1280, "light") for study, language in PAGES),
        ("caict_2020", "en", 380, "light"),
        ("caict_2020", "zh", 380, "dark"),
        ("us_digital_economy", "en", 380, "dark"),
    ],
)
def test_axe_finds_no_violation(
    driver: Any, folder: Path, study: str, language: str, width: int, scheme: str
) -> None:
    axe = pytest.importorskip("axe_core_python.selenium", reason="axe-core is not installed")
    _open(driver, folder, f"{study}-{language}", width=width, scheme=scheme)
    driver.set_script_timeout(300)
    found = axe.Axe().run(driver)
    told = [
        (rule["id"], node["target"], node["failureSummary"])
        for rule in found["violations"]
        for node in rule["nodes"][:3]
    ]
    assert told == []


def test_dark_scheme_darkens_the_paper(driver: Any, folder: Path) -> None:
    paper = "return getComputedStyle(document.body).backgroundColor"
    _open(driver, folder, "caict_2020-en")
    light = driver.execute_script(paper)
    _open(driver, folder, "caict_2020-en", scheme="dark")
    assert light == "rgb(255, 255, 255)"
    assert driver.execute_script(paper) == "rgb(20, 24, 28)"


def test_tab_goes_to_the_answer_then_through_the_contents_and_opens_a_number(
    driver: Any, folder: Path
) -> None:
    from selenium.webdriver.common.keys import Keys

    _open(driver, folder, "caict_2020-en")
    focus = "return document.activeElement.getAttribute('href')"
    reached = []
    for _ in range(4):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(driver.execute_script(focus))
    assert reached == ["#answer", "#answer", "#verdicts", "#findings"]
    number = driver.find_element("css selector", "button.why")
    driver.execute_script("arguments[0].focus()", number)
    number.send_keys(Keys.ENTER)
    shown = driver.find_element("id", number.get_attribute("popovertarget"))
    assert shown.is_displayed()
    assert "printed as 1.42" in shown.text
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert not shown.is_displayed()


def test_every_number_of_account_and_verdicts_opens_where_it_comes_from(
    driver: Any, folder: Path
) -> None:
    _open(driver, folder, "caict_2020-en")
    opened = driver.execute_script(
        "return [...document.querySelectorAll('button.why')].map(b => [b.textContent, "
        "document.getElementById(b.getAttribute('popovertarget')).textContent])"
    )
    assert len(opened) > 12 * 4 + 3 * 16 * 2
    values = {said.split(":")[0].strip(): said for _, said in opened}
    assert "I = " in values["total value added, 2019, linkage run"]
    assert "T = C + I" in values["total value added, 2020 (T20), calibrated run"]
    for text, said in opened:
        told = said.partition(": ")[2].removeprefix("printed as ")
        number, other = (float(part.split()[0].rstrip(".")) for part in (text, told))
        assert number == pytest.approx(other, rel=0.02, abs=0.006), (text, said)


def test_formulas_are_drawn_and_read_out(driver: Any, folder: Path) -> None:
    _open(driver, folder, "caict_2020-zh")
    drawn = driver.execute_script(
        "return [...document.querySelectorAll('math')].map(m => [m.getAttribute('alttext'), "
        "m.getBoundingClientRect().height])"
    )
    assert dict(drawn).keys() >= {"T = C + I", "I_t = M_t C_t / Q_t", "M_t = e sum_j v_j,t"}
    assert min(height for _, height in drawn) > 10
    plain = "return getComputedStyle(document.querySelector('.box code')).display"
    assert driver.execute_script(plain) == "none"
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert driver.execute_script(plain) != "none"
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_contents_stay_in_view(driver: Any, folder: Path) -> None:
    for width in (380, 1280, 1500):
        _open(driver, folder, "caict_2020-en", width=width)
        driver.execute_script("document.getElementById('reproduce').scrollIntoView()")
        top = driver.execute_script(
            "return document.querySelector('nav a').getBoundingClientRect().top"
        )
        assert 0 <= top < 60


def test_contents_are_whole_beside_the_page_and_fade_where_they_scroll(
    driver: Any, folder: Path
) -> None:
    asked = (
        "const list = document.querySelector('nav ol');"
        "return [list.scrollWidth <= list.clientWidth, getComputedStyle(list).maskImage != 'none'];"
    )
    for width, shown in {380: [False, True], 900: [False, True], 1280: [True, False]}.items():
        _open(driver, folder, "caict_2020-en", width=width)
        assert driver.execute_script(asked) == shown


def test_first_screen_has_no_letter_codes(driver: Any, folder: Path) -> None:
    for language in ("en", "zh"):
        _open(driver, folder, f"caict_2020-{language}")
        lead = driver.execute_script("return document.querySelector('.lead').textContent")
        assert not re.search(r"(?<![A-Za-z0-9])[A-Z][0-9]{1,2}(?![0-9])", lead)
        assert "0.44" in lead
        explained = driver.execute_script(
            "return [...document.querySelectorAll('[popover]')].map(p => p.textContent).join()"
        )
        assert not re.search(r"[(\uff08]M\d[)\uff09]", explained)


@pytest.mark.parametrize(("study", "language"), PAGES)
def test_print_is_a_brief_of_two_pages(
    driver: Any, folder: Path, study: str, language: str
) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    _open(driver, folder, f"{study}-{language}")
    made = driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    pages = pypdf.PdfReader(io.BytesIO(base64.b64decode(made["data"]))).pages
    assert len(pages) == 2
    number = "1.42" if study == "caict_2020" else "20"
    assert number in pages[0].extract_text()
