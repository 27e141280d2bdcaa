"""How far a reader walks: the files and functions that one question passes through.

``python -m tools.walks`` runs each question twice and lists what the second run calls, so that
imports and what is read only once do not count; ``--list QUESTION`` names every function.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd

import quesnay as qn

ROOT = Path(__file__).resolve().parents[1]
_OPTIMISED = 2  # the flag of a code object that is a function, not the body of a module or class


def panel() -> pd.DataFrame:
    """Return 31 units over ten years with an outcome and a regressor."""
    draw = np.random.default_rng(0)
    units, years = np.repeat(np.arange(31), 10), np.tile(np.arange(2010, 2020), 31)
    values = draw.normal(size=(2, units.size))
    return pd.DataFrame({"y": values[0], "x": values[1], "unit": units, "year": years})


def questions() -> dict[str, Callable[[], object]]:
    """Return what is asked, by name."""
    data = panel()
    table = qn.load_io("CHN", 2018, imports="separate")
    return {
        "main job, to the verdicts": lambda: qn.reproduce(draws=50).verdicts,
        "audit of a report": lambda: qn.audit(qn.load_reported("caict_2020")).findings,
        "panel regression, to its summary": lambda: qn.fit_panel(
            "y ~ x", data, absorb=["unit", "year"], cluster="unit"
        ).summary(),
        "NBS table": lambda: qn.load_io("CHN", 2018, imports="separate"),
        "extraction of a sector": lambda: table.extract(["20"]).value_added_loss,
    }


def walk(ask: Callable[[], object]) -> tuple[list[tuple[str, str]], int]:
    """Return the functions that a question calls, and how many regressions it solves."""
    passed: set[tuple[str, str]] = set()
    solved = 0

    def see(frame: FrameType, event: str, _: Any) -> None:
        nonlocal solved
        code = frame.f_code
        if event == "call" and code.co_flags & _OPTIMISED and not code.co_name.startswith("<"):
            path = Path(code.co_filename).resolve()
            if path.suffix == ".py" and path.is_relative_to(ROOT):
                passed.add((str(path.relative_to(ROOT)), code.co_qualname))
                solved += code.co_name == "least_squares"

    ask()
    sys.setprofile(see)
    try:
        ask()
    finally:
        sys.setprofile(None)
    return sorted(one for one in passed if not one[0].startswith("tools")), solved


def main() -> None:
    """Print files, functions and regressions by question."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--list", metavar="QUESTION", help="name every function of one question")
    chosen = parser.parse_args().list
    for name, ask in questions().items():
        if chosen in (None, name):
            passed, solved = walk(ask)
            files = len({file for file, _ in passed})
            print(f"{name:34s} {files:4d} files {len(passed):5d} functions {solved:4d} regressions")
            if chosen:
                print("\n".join(f"    {file} {function}" for file, function in passed))


if __name__ == "__main__":
    main()
