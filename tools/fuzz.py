"""Throw mutated inputs at a reader: ``python -m tools.fuzz readers --seconds 30``.

Seeds are the corpus of the tests and its good inputs. An input that ends in anything but an answer
or one line of ours is printed, with the seed that makes it again, and the exit status is 1.
"""

import argparse
import random
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.diagnostics.reproduction.own_data import read_own
from quesnay.diagnostics.reproduction.study import study_names, study_text, template_text
from tests import corpus_inputs as corpus
from tests.made_up_tables import write_rows
from tests.own_report import OWN

HOSTILE = [
    "", "0", "-1", "1e400", "9" * 400, "nan", "inf", "1,5", "5%", "²", "１", "\x00", "\x1b[31m",
    "\u202e", "(", ")", "[", "]", '"', "'", "=", "~", "**", ":", "#DIV/0!", "true", "\n", "\r",
    "\t", "\ufeff", "\ud7ff",
]  # fmt: skip
REFERENCE = Path(corpus.__file__).parent / "reference"
PANEL = pd.DataFrame({name: np.arange(1.0, 9.0) ** k for k, name in enumerate("yabc", start=1)})
PANEL["g"] = list("ppqqrrss")


def mutated(text: str, choose: random.Random, others: list[str]) -> str:
    """Change a text in one to six places: insert, drop, repeat, swap, splice."""
    for _ in range(choose.randint(1, 6)):
        a, b = sorted(choose.randrange(len(text) + 1) for _ in range(2))
        b = min(b, a + 40)
        text = choose.choice(
            [
                text[:a] + choose.choice(HOSTILE) + text[a:],
                text[:a] + text[b:],
                text[:b] + text[a:b] * choose.randint(1, 5) + text[b:],
                text[:a] + choose.choice(HOSTILE) + text[b:],
                text[:a] + choose.choice(others)[a : a + 60] + text[b:],
            ]
        )
    return text


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(text.encode("utf-8", "replace"))
    return path


def read_table(text: str, folder: Path) -> object:
    return qn.read_io(written(folder, "t.csv", text))


def read_own_file(text: str, folder: Path) -> object:
    return read_own(str(written(folder, "own.csv", text)), "gdp")


def fit_formula(text: str, folder: Path) -> object:
    return qn.fit_panel(text, PANEL)


def meet_identity(text: str, folder: Path) -> object:
    return qn.reconcile(corpus.VALUES, [text], std_errors=corpus.VALUES * 0.1)


def audit_figures(text: str, folder: Path) -> object:
    ending = "csv" if text.startswith("id") else "toml"
    return qn.audit(qn.read_figures(written(folder, f"f.{ending}", text)))


def check_study(text: str, folder: Path) -> object:
    return qn.load_study(written(folder, "s.toml", text))


def table_texts() -> list[str]:
    """Return the good tables of the corpus as CSV."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "t.csv"
        return [write_rows(place, rows()).read_text("utf-8") for rows in corpus.GRIDS.values()]


def formula_texts() -> list[str]:
    names = ("formulas_good.txt", "formulas_hostile.txt")
    lines = [line for name in names for line in (REFERENCE / name).read_text("utf-8").splitlines()]
    return [line for line in lines if line]


Target = tuple[Callable[[str, Path], object], Callable[[], list[str]]]
TARGETS: dict[str, Target] = {
    "readers": (read_table, table_texts),
    "own": (read_own_file, lambda: [corpus.GDP]),
    "formulas": (fit_formula, formula_texts),
    "identities": (
        meet_identity,
        lambda: [e["identity"] for e in corpus.entries("identities") if e["identity"]],
    ),
    "figures": (audit_figures, lambda: [OWN, corpus.FIGURES]),
    "studies": (
        check_study,
        lambda: [template_text("full"), *(study_text(name) for name in study_names())],
    ),
}


def fault(call: Callable[[str, Path], object], text: str, folder: Path) -> str:
    """Return what is foreign about the answer to an input, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            call(text, folder)
    except qn.QuesnayError as refusal:
        said = str(refusal)
        return "" if "\n" not in said and len(said) < 3500 else f"no short line: {said[:100]!r}"
    except Exception as error:  # noqa: BLE001 - what the fuzzer looks for
        return f"{type(error).__name__}: {str(error)[:200]}"
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    parser.add_argument("target", choices=[*TARGETS, "all"])
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0, help="the first of the run")
    options = parser.parse_args()
    names = list(TARGETS) if options.target == "all" else [options.target]
    return max(run(name, options.seconds, options.seed) for name in names)


def run(name: str, seconds: float, seed: int) -> int:
    """Fuzz one target; 1 where anything foreign came out."""
    call, make = TARGETS[name]
    texts, found, tried, end = make(), set[str](), 0, time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            choose = random.Random(seed + tried)
            text = mutated(choose.choice(texts), choose, texts)
            said = fault(call, text, Path(folder))
            if said and said not in found:
                found.add(said)
                print(f"{name}, seed {seed + tried}: {said}\n  {text[:300]!r}")
            tried += 1
    print(f"{name}: {tried} inputs in {seconds:g} s, {len(found)} kinds of fault")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
