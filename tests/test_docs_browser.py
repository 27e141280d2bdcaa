"""The built pages in a browser: axe-core's rules, no request, no console error, no wide page."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SITE = os.environ.get("QUESNAY_SITE", "")
if not SITE:
    pytest.skip(
        "looks at the built pages: nox -s docs, or name their folder in QUESNAY_SITE",
        allow_module_level=True,
    )
webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
if shutil.which("chromium") is None or shutil.which("chromedriver") is None:
    pytest.skip("chromium or its driver is not installed", allow_module_level=True)

PAGES = (
    "index", "install", "tutorial", "gallery", "howto/own_table", "method/input_output",
    "reference/api/generated/quesnay.reproduce", "reference/glossary",
)  # fmt: skip


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    """Start one browser that logs its console and its requests."""
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(word)
    options.binary_location = str(shutil.which("chromium"))
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(str(shutil.which("chromedriver")))
    one = webdriver.Chrome(options=options, service=service)
    yield one
    one.quit()


def _open(driver: Any, page: str, *, width: int = 1280, scheme: str = "light") -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    media = [{"name": "prefers-color-scheme", "value": scheme}]
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})
    driver.get_log("browser")
    driver.get_log("performance")
    driver.get((Path(SITE).resolve() / f"{page}.html").as_uri())


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_no_network_and_says_nothing_on_the_console(driver: Any, page: str) -> None:
    _open(driver, page)
    messages = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    sent = [m for m in messages if m["method"] == "Network.requestWillBeSent"]
    asked = {m["params"]["request"]["url"] for m in sent}
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
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
