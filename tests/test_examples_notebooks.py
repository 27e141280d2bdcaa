"""The notebooks run from top to bottom, store no outputs, and their pictures show themselves."""

from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "examples" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))

pytestmark = pytest.mark.skipif(not NOTEBOOKS, reason="looks at the source, which is not here")


def read(path: Path) -> Any:
    nbformat = pytest.importorskip("nbformat", reason="reads notebooks")
    return nbformat.read(path, as_version=4)


def test_there_are_four() -> None:
    assert len(NOTEBOOKS) == 4


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_teaches_and_stores_no_outputs(path: Path) -> None:
    cells = read(path).cells
    words = sum(len(cell.source.split()) for cell in cells if cell.cell_type == "markdown")
    assert words > 200
    assert cells[0].source.startswith("# ")
    for cell in cells:
        assert not cell.get("outputs")
        assert "%matplotlib" not in cell.source


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the packages that run the kernel
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_pictures_show(path: Path) -> None:
    nbclient = pytest.importorskip("nbclient", reason="runs notebooks")
    pytest.importorskip("ipykernel", reason="runs notebooks")
    book = read(path)
    place = {"metadata": {"path": str(FOLDER.parent.parent)}}
    nbclient.NotebookClient(book, timeout=300, resources=place).execute()
    pictures = 0
    for cell in book.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", output.get("text")
            shown = output.get("data", {})
            assert not shown.get("text/plain", "").startswith("<")
            pictures += "image/png" in shown
    assert pictures >= 2
