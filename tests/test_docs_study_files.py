"""The page of all keys of a study file is written from the schema and cannot go stale."""

from pathlib import Path

import pytest

from quesnay.diagnostics.reproduction.own_data import column_table
from quesnay.diagnostics.reproduction.study import key_table

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(
    not (ROOT / "tools" / "study_files.py").is_file(),
    reason="looks at the source, which is not here",
)
def test_the_page_of_study_files_is_that_of_the_schema() -> None:
    from tools.study_files import page

    written = (ROOT / "docs" / "reference" / "study_files.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m tools.study_files"


def test_every_key_and_column_says_what_it_means_once() -> None:
    keys = [row["key"] for row in key_table()]
    assert len(keys) == len(set(keys))
    assert all(row["meaning"].endswith((".", ")")) for row in (*key_table(), *column_table()))
