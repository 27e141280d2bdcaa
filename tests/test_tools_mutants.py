"""Faults are put where code runs, and nowhere else."""

import pytest

mutants = pytest.importorskip("tools.mutants", reason="the tools are in the checkout only")


def kinds(source: str) -> list[tuple[int, str]]:
    return [(one.line, one.kind) for one in mutants.list_mutants(source.encode())]


def test_names_of_types_messages_and_imports_are_left_alone() -> None:
    assert kinds("if TYPE_CHECKING:\n    from a import B\n    C = 1\n") == []
    assert kinds("from a import b\nx: Literal[1, 2]\n") == []
    assert kinds("def f(x: Literal[1]) -> Literal[2]: ...\n") == []
    assert kinds('raise E(f"{1 + 1}")\n') == [(1, "refusal removed")]
    assert kinds('x = f"{1 + 1}"\n') == []


def test_every_other_condition_can_be_turned() -> None:
    assert kinds("if TYPES:\n    x = y\n") == [(1, "condition turned")]
    assert kinds("if TYPE_CHECKING and x:\n    y\n") == [
        (1, "condition turned"), (1, "and becomes or"),
    ]  # fmt: skip


def test_a_fault_changes_its_own_bytes_only() -> None:
    source = b"d = '\xc3\xa4'; x = a < 2\n"
    made = {one.kind: one.apply(source) for one in mutants.list_mutants(source)}
    assert made == {
        "< becomes <=": b"d = '\xc3\xa4'; x = a <= 2\n",
        "< becomes >=": b"d = '\xc3\xa4'; x = a >= 2\n",
        "2 plus one": b"d = '\xc3\xa4'; x = a < 3\n",
    }
