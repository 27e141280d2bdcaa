"""The examples in the pages of docs/ and in the README run and print what the page says."""

import ast
import doctest
import re
import shlex
from pathlib import Path

import pytest

from quesnay.cli import main

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
WALKS = [page for page in PAGES if "```sh\nquesnay " in page.read_text("utf-8")]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
FENCE = re.compile(r"^```([^\n]+)\n(?::caption: ([^\n]+)\n\n)?(.*?)^```\n", re.M | re.S)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path) -> list[str]:
    """Return the Python blocks of a page, in order."""
    found = re.findall(r"^```(?:python|pycon)\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)
    return [str(block) for block in found]


@pytest.mark.parametrize(
    "page",
    [pytest.param(p, marks=[pytest.mark.slow] * (p.name == "second_studies.md")) for p in PAGES],
    ids=name_of,
)
def test_examples_of_a_page_print_what_it_says(page: Path) -> None:
    sessions = [block for block in blocks(page) if ">>> " in block]
    test = doctest.DocTestParser().get_doctest("\n".join(sessions), {}, page.name, str(page), 0)
    report: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=FLAGS)
    runner.run(test, out=report.append)
    assert "".join(report) == ""


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_code_of_a_page_is_python(page: Path) -> None:
    for block in blocks(page):
        if ">>> " not in block:
            assert ast.parse(block, filename=str(page)).body, block


@pytest.mark.slow
@pytest.mark.parametrize("page", WALKS, ids=name_of)
def test_commands_of_a_page_run_and_print_what_it_says(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Files with a caption are written; what is shown below a command is in what it printed."""
    monkeypatch.chdir(tmp_path)
    printed, ran = "", 0
    for language, caption, body in FENCE.findall(page.read_text(encoding="utf-8")):
        if caption:
            Path(caption).write_text(body, encoding="utf-8")
        elif language == "sh":
            for line in body.splitlines():
                if line.startswith("quesnay "):
                    assert main(shlex.split(line, comments=True)[1:]) == 0, line
                    ran += 1
            printed = capsys.readouterr().out
        elif language == "text":
            missing = [line for line in body.splitlines() if line not in printed]
            assert missing == [], f"{name_of(page)}\n{printed}"
    assert ran == page.read_text("utf-8").count("\nquesnay ") > 0


@pytest.mark.skipif(
    not (ROOT / "docs" / "gallery.md").is_file(), reason="looks at the source, which is not here"
)
def test_every_picture_of_the_gallery_is_described() -> None:
    """The build of the pages draws them."""
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    found = re.findall(r"^```\{picture\} (\w+)\n:alt: ([^\n]{20,})\n\n(.*?)^```", page, re.M | re.S)
    assert len(found) == page.count("```{picture}") > 10
    for name, _, code in found:
        assert ast.parse(code, filename=name).body
        assert "figure = " in code
