"""Fits, reads, runs, pictures and audits in eight threads at once give what one thread gives."""

import hashlib
import random
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest

import quesnay as qn
from quesnay.diagnostics.plots.style import figure_to_bytes, figure_to_svg

from . import made_up_tables as made


@pytest.fixture
def eager() -> Iterator[None]:
    """Let threads take turns very often, so that a race shows."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


def digest(data: bytes | str) -> str:
    return hashlib.sha256(data if isinstance(data, bytes) else data.encode()).hexdigest()


def tasks(folder: Path) -> dict[str, Callable[[], str]]:
    panel, shared = qn.load_panel("us_klems"), qn.load_io("CHN", 2018)
    csv = made.write_rows(folder / "world.csv", made.icio_rows())
    xlsx = made.write_rows(folder / "own.xlsx", made.quesnay_rows())
    gloria = made.write_gloria(folder / "gloria")

    def pictures() -> str:
        figure = shared.plot_linkages()
        return digest(figure_to_bytes(figure, "svg")) + digest(figure_to_svg(figure, "x"))

    return {
        "fit": lambda: qn.fit_panel("value_added ~ year", panel).summary(),
        "diagnosis": lambda: qn.diagnose(qn.fit_panel("value_added ~ year", panel)).summary(),
        "world": lambda: str(qn.read_io(csv, country="AUS").Z.to_numpy().tolist()),
        "workbook": lambda: str(qn.read_io(xlsx).Z.to_numpy().tolist()),
        "folder": lambda: str(qn.read_io(gloria, country="CHN").Z.to_numpy().tolist()),
        "shared table": lambda: shared.linkages().to_csv() + shared.leontief().to_csv(),
        "page": lambda: shared.to_html(),
        "run": lambda: qn.reproduce(draws=40).draws.to_csv(),
        "run of two processes": lambda: qn.reproduce(draws=40, jobs=2).draws.to_csv(),
        "audit": lambda: qn.audit().summary(),
        "pictures": pictures,
    }


LONG = {"run", "run of two processes", "audit"}  # seconds each


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("quick", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_threads_at_once_give_the_numbers_of_one(quick: bool, tmp_path: Path) -> None:
    asked = {name: ask for name, ask in tasks(tmp_path).items() if not (quick and name in LONG)}
    order = [name for name in asked for _ in range(4 if quick else 2)]
    random.Random(1).shuffle(order)
    settings = dict(mpl.rcParams)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda name: asked[name](), order))
    assert dict(mpl.rcParams) == settings
    alone = {name: ask() for name, ask in asked.items()}
    assert [n for n, said in zip(order, found, strict=True) if said != alone[n]] == []


@pytest.fixture
def untraced() -> Iterator[None]:
    """Leave threads without coverage's tracer: on Python 3.11 some that start at once die of it."""
    own = threading.gettrace()
    threading.settrace(None)
    yield
    threading.settrace(own)


@pytest.mark.usefixtures("eager", "untraced")
def test_runs_that_start_processes_at_once_leave_the_filters_of_warnings() -> None:
    """Other packages change filters in threads too, so each of these runs is of ours alone.

    So does pandas where a column is taken by its name: that waits until the threads are done.
    """

    def run(seed: int) -> pd.DataFrame:
        inputs = {"a": qn.Normal(0.0, 1.0)}
        return qn.monte_carlo(_double, inputs, draws=4000, chunk=500, seed=seed, jobs=2).draws

    alone = [run(seed) for seed in range(16)]  # scipy sets a filter when it is loaded
    before = list(warnings.filters)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(run, range(16)))
    assert list(warnings.filters) == before
    for draws, same in zip(found, alone, strict=True):
        pd.testing.assert_frame_equal(draws, same, check_exact=True)


def _double(x: dict[str, float]) -> dict[str, float]:
    return {"b": 2.0 * x["a"]}
