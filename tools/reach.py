"""Which test reaches which line: a pytest plug-in, ``-p tools.reach``, that `tools.mutate` uses.

Each process measures into ``$REACH_DATA.<process>`` with the test as coverage's context, so that it
works under pytest-xdist too. What runs while a fixture is set up belongs to every test of the file.
The seconds of each test go into ``$REACH_DATA.<process>.json``.
"""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

FOLDERS = ("fitting", "models", "datasets", "diagnostics", "quesnay", "tests")
DATA = os.environ["REACH_DATA"]
seconds: dict[str, float] = {}
measured = coverage.Coverage(
    data_file=DATA,
    data_suffix=True,
    branch=True,
    config_file=False,
    include=[f"{folder}/*" for folder in FOLDERS],
)
measured.set_option("run:disable_warnings", ["no-data-collected"])
measured.start()
threading.settrace(None)  # two that start at once fail where each installs a tracer (Python 3.11)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Count what a fixture runs for the whole file."""
    measured.switch_context(item.nodeid.split("::")[0])
    yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Count what a test runs for the test, and its seconds."""
    measured.switch_context(item.nodeid)
    start = sum(os.times()[:4])  # of the processor, so that a busy machine counts as a free one
    yield
    seconds[item.nodeid] = sum(os.times()[:4]) - start


def pytest_sessionfinish() -> None:
    """Write what was measured, before the process says that it is done and may be stopped."""
    measured.stop()
    Path(f"{DATA}.{os.getpid()}.json").write_text(json.dumps(seconds), encoding="utf-8")
    measured.save()
