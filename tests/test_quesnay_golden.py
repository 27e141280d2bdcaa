"""What comes out stays: every table of an example of each result class, held against a frozen copy.

This says that something moved, not which of the two is right: the tests with outside oracles do.
"""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from quesnay.models.display.table import Tabular

ROOT = Path(__file__).parents[1]

pytestmark = pytest.mark.skipif(
    not (ROOT / "tools" / "golden.py").is_file(), reason="looks at the source, which is not here"
)


@pytest.mark.slow
def test_what_comes_out_is_what_was_frozen() -> None:
    from tools.golden import DATA, computed, differences

    stored = json.loads(DATA.read_text(encoding="utf-8"))
    moved = list(differences(stored, computed()))
    assert moved == [], "if you mean it: python -m tools.golden"


def test_every_result_class_is_frozen() -> None:
    from tools.golden import DATA

    def below(kind: type[Any]) -> set[type[Any]]:
        found = {kind}
        for one in kind.__subclasses__():
            found |= below(one)
        return found

    classes = {
        one.__name__
        for one in below(Tabular) - {Tabular}
        if one.__module__.startswith("quesnay.") and one.tables is not Tabular.tables
    }
    stored = json.loads(DATA.read_text(encoding="utf-8"))
    own = {"SelfTest"}  # tells versions and the processor: another on every machine
    assert classes - own - {name.split(":")[0] for name in stored} == set()


def test_a_change_is_seen_and_rounding_is_not() -> None:
    from tools.golden import DATA, differences

    stored = json.loads(DATA.read_text(encoding="utf-8"))
    assert list(differences(stored, copy.deepcopy(stored))) == []
    account = stored["reproduce --json"]["account"][0]
    total = account["total"]
    assert total > 0.0
    account["total"] = total * (1 + 1e-12)
    again = json.loads(DATA.read_text(encoding="utf-8"))
    assert list(differences(again, stored)) == []
    account["total"] = total * (1 + 1e-6)
    (said,) = differences(again, stored)
    assert said.startswith(" / reproduce --json / account[0] / total: ")
    del account["total"]
    assert list(differences(again, stored)) == [" / reproduce --json / account[0] / total: missing"]
