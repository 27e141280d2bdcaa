"""Rebuild every embedded file: ``python -m tools.recipes.rebuild FIGURES [TARGET]``."""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.recipes.classifications import all_classifications
from tools.recipes.lists import all_lists
from tools.recipes.macro import all_series
from tools.recipes.panels import all_panels
from tools.recipes.source import Made, pack
from tools.recipes.tables import all_tables


def made_from(figures: Path) -> Iterator[Made]:
    """Make every embedded file from the folder of source figures."""
    yield from all_tables(figures / "io")
    yield from all_panels(figures)
    yield from all_series(figures)
    yield from all_lists(figures)
    yield from all_classifications()


def rebuild(figures: Path, target: Path) -> str:
    """Write every embedded file and the descriptor into `target`; return its fingerprint."""
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
    text = _written(descriptor)
    (target / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _written(descriptor: dict[str, Any]) -> str:
    """Return the descriptor as JSON with one line a column, so that it can be read."""
    text = json.dumps(descriptor, ensure_ascii=False, indent=1)
    flat = re.sub(r"\{\s+(\"name\": \"[^\"]*\",\s+\"type\"[^{}]*?)\s+\}", _one_line, text)
    return flat + "\n"


def _one_line(found: re.Match[str]) -> str:
    return "{" + re.sub(r"\s*\n\s*", " ", found.group(1)) + "}"


def main(arguments: list[str]) -> None:
    """Rebuild into the embedded data, whose fingerprint the loader knows, or into a folder."""
    home = Path(__file__).resolve().parents[2] / "datasets"
    figures = Path(arguments[0])
    if len(arguments) > 1:
        rebuild(figures, Path(arguments[1]))
        return
    digest, store = rebuild(figures, home / "data"), home / "store.py"
    known = 'DESCRIPTOR = "[0-9a-f]{64}"'
    text = re.sub(known, f'DESCRIPTOR = "{digest}"', store.read_text("utf-8"))
    store.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
