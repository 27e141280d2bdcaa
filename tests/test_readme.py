"""The README shows what comes out."""

from pathlib import Path

import pytest

import quesnay as qn
from quesnay.diagnostics.reproduction.tables import glance_table

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.skipif(not README.exists(), reason="run against an installed wheel: no README here")
def test_the_table_of_the_readme_is_what_comes_out() -> None:
    text = README.read_text(encoding="utf-8")
    shown = text.split("<!-- result -->\n")[1].split("<!-- /result -->")[0]
    result = qn.reproduce("caict_2020", draws=2000, seed=0)
    assert shown.strip() == glance_table(result).to_markdown().strip()
