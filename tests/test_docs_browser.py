"""The built pages in a browser: axe-core's rules, no request, no console error, no wide page."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import open_page, requests, start_browser

SITE = os.environ.get("QUESNAY_SITE", "")
if not SITE:
    pytest.skip(
        "looks at the built pages: nox -s docs, or name their folder in QUESNAY_SITE",
        allow_module_level=True,
    )
PAGES = (
    "index", "install", "tutorial", "gallery", "howto/own_table", "method/input_output",
    "reference/api/generated/quesnay.reproduce", "reference/glossary",
)  # fmt: skip


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    """Start one browser that logs its console and its requests."""
    one = start_browser()
    yield one
    one.quit()


def _open(driver: Any, page: str, *, width: int = 1280, scheme: str = "light") -> None:
    address = (Path(SITE).resolve() / f"{page}.html").as_uri()
    open_page(driver, address, width=width, scheme=scheme)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_no_network_and_says_nothing_on_the_console(driver: Any, page: str) -> None:
    _open(driver, page)
    assert [url for url in requests(driver) if not url.startswith(("file:", "data:"))] == []
    said = driver.get_log("browser")  # the theme tells which of its modes it shows, as INFO
    assert [entry for entry in said if entry["level"] != "INFO"] == []


@pytest.mark.parametrize("width", [380, 1280])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_scrolls_sideways(driver: Any, page: str, width: int) -> None:
    _open(driver, page, width=width)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", PAGES)
def test_no_page_breaks_a_rule_of_accessibility(driver: Any, page: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_core_python.selenium", reason="axe-core is not installed")
    _open(driver, page, scheme=scheme)
    settled = "Promise.all(document.getAnimations().map(one => one.finished)).then(arguments[0])"
    driver.execute_async_script(settled)  # colours fade into those of the scheme
    found = axe.Axe().run(driver)
    broken = {one["id"]: [n["target"] for n in one["nodes"]][:4] for one in found["violations"]}
    assert broken == {}


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("multipliers", "quesnay.InputOutputTable.multipliers"),
        ("fixed effects", "quesnay.fit_panel"),
        ("audit", "quesnay.audit"),
        ("extract", "quesnay.InputOutputTable.extract"),
        ("leontief inverse", "quesnay.InputOutputTable"),
        ("gompertz", "quesnay.fit_curve"),
    ],
)
def test_the_search_finds_the_public_name_first(driver: Any, asked: str, first: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    open_page(driver, f"{(Path(SITE).resolve() / 'search.html').as_uri()}?q={asked}")
    found = (By.CSS_SELECTOR, "#search-results ul.search li a")
    answers = WebDriverWait(driver, 20).until(lambda one: one.find_elements(*found))
    assert answers[0].text == first
