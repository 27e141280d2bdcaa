"""The names of the contract are where it says."""

import importlib

import pytest

import quesnay as qn

CONTRACT = {
    "quesnay.models": ["InputOutputTable", "structural_decomposition", "ras", "gras"],
    "quesnay.fitting": [
        "fit_panel",
        "fit_curve",
        "perpetual_inventory",
        "growth_accounting",
        "bootstrap",
        "monte_carlo",
    ],
    "quesnay.datasets": [
        "list_datasets",
        "load_io",
        "load_panel",
        "load_gdp",
        "load_reported",
        "read_io",
    ],
}


@pytest.mark.parametrize("floor", CONTRACT)
def test_a_floor_shows_the_names_of_the_contract(floor: str) -> None:
    room = importlib.import_module(floor)
    for name in CONTRACT[floor]:
        assert getattr(room, name) is getattr(qn, name)


@pytest.mark.parametrize("floor", CONTRACT)
def test_a_floor_has_no_other_names(floor: str) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'no_such_name'"):
        importlib.import_module(floor).no_such_name  # noqa: B018


def test_a_floor_has_no_names_of_another() -> None:
    with pytest.raises(AttributeError, match=r"'quesnay.models' has no attribute 'load_io'"):
        importlib.import_module("quesnay.models").load_io  # noqa: B018


def test_the_main_job_and_its_evidence_are_at_the_front_door() -> None:
    for name in ("reproduce", "audit", "specification_curve", "QuesnayError", "StudyError"):
        assert hasattr(qn, name)
    assert issubclass(qn.QuesnayError, ValueError)
