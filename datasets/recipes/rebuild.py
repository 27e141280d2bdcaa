"""Rebuild every embedded file: ``python -m quesnay.datasets.recipes.rebuild FIGURES [TARGET]``."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from quesnay.datasets.recipes.figures import all_figures
from quesnay.datasets.recipes.source import Made, pack
from quesnay.datasets.recipes.tables import all_tables

__all__ = ["made_from", "rebuild"]


def made_from(figures: Path) -> Iterator[Made]:
    """Make every embedded file from the folder of source figures."""
    yield from all_tables(figures / "io")
    yield from all_figures(figures)


def rebuild(figures: Path, target: Path) -> None:
    """Write every embedded file and the descriptor into `target`."""
    resources = []
    for made in made_from(figures):
        packed = pack(made.content())
        (target / f"{made.name}.csv.gz").write_bytes(packed)
        resources.append(made.described(packed))
        print(f"{made.name}: {len(made.rows)} rows, {len(packed)} bytes")
    descriptor = {
        "name": "quesnay-data",
        "title": "Figures that quesnay ships: re-keyed into one schema, with source and licence",
        "profile": "tabular-data-package",
        "version": "1",
        "resources": resources,
    }
    text = json.dumps(descriptor, ensure_ascii=False, indent=1)
    (target / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    rebuild(
        Path(sys.argv[1]),
        Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent.parent / "data",
    )
