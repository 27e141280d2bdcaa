"""README and documentation say what comes out: every generated block is computed again."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(
    not (ROOT / "tools" / "readme.py").is_file(), reason="looks at the source, which is not here"
)


@pytest.mark.slow
def test_the_pages_say_what_comes_out() -> None:
    from tools.readme import PAGES, blocks, replaced

    found = blocks()
    for name in PAGES:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert replaced(text, found) == text, f"{name}: python -m tools.readme"


def test_the_readme_is_short() -> None:
    assert (ROOT / "README.md").read_text(encoding="utf-8").count("\n") < 80
