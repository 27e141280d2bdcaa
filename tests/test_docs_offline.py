"""The built pages work without a network: no script, style, picture or font from elsewhere."""

import json
import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

SITE = os.environ.get("QUESNAY_SITE", "")

pytestmark = pytest.mark.skipif(
    not SITE, reason="looks at the built pages: nox -s docs, or name their folder in QUESNAY_SITE"
)


@pytest.fixture(scope="module")
def site() -> Path:
    return Path(SITE)


class _Resources(HTMLParser):
    """What a page loads by itself: everything with src, linked styles and fonts."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.undescribed: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and given.get("rel") not in {"canonical", "next", "prev", "search"}:
            self.loaded.append(given.get("href") or "")
        if tag != "a":
            self.loaded.append(given.get("src") or "")
            self.loaded += (given.get("srcset") or "").split()
        if tag == "img" and not given.get("alt"):
            self.undescribed.append(given.get("src") or "")


def _read(site: Path) -> dict[str, _Resources]:
    pages = {}
    for path in sorted(set(site.rglob("*.html")) - set(site.glob("_static/*"))):
        parser = _Resources()
        parser.feed(path.read_text(encoding="utf-8"))
        pages[path.relative_to(site).as_posix()] = parser
    return pages


def test_no_page_loads_anything_from_another_host(site: Path) -> None:
    pages = _read(site)
    assert len(pages) > 150
    outside = re.compile(r"^(https?:)?//")
    assert {p: u for p, r in pages.items() for u in r.loaded if outside.match(u)} == {}
    remote = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])(?:https?:)?//""")
    styles = [p for p in site.rglob("*.css") if remote.search(p.read_text(encoding="utf-8"))]
    assert styles == []


def test_every_resource_of_a_page_is_in_the_site(site: Path) -> None:
    missing = [
        f"{page}: {address}"
        for page, read in _read(site).items()
        for address in read.loaded
        if address and not address.startswith(("data:", "#"))
        if not ((site / page).parent / address.partition("?")[0]).exists()
    ]
    assert missing == []


def test_every_picture_is_described(site: Path) -> None:
    assert {page: read.undescribed for page, read in _read(site).items() if read.undescribed} == {}


def test_formulas_are_mathml(site: Path) -> None:
    page = (site / "method" / "index.html").read_text(encoding="utf-8")
    assert page.count("<math ") > 20
    assert "$" not in re.sub(r"<(script|style|pre|code)\b.*?</\1>", "", page, flags=re.S)


def test_a_search_finds_the_public_name_first(site: Path) -> None:
    """Objects rank above titles and text; a name stands once, under the name that users type."""
    import quesnay as qn

    text = (site / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.partition("(")[2].rpartition(")")[0])
    known = {
        f"{prefix}.{entry[4]}" for prefix, entries in index["objects"].items() for entry in entries
    }
    names = {f"quesnay.{name}" for name in qn.__all__ if name != "__version__"}
    assert sorted(names - known) == []
    leaves = [name.rpartition(".")[2] for name in known if name.startswith("quesnay.")]
    assert leaves.count("reproduce") == 1
