"""Every input of the corpus gets its right answer: none is silent, none foreign, none crashes."""

import warnings
from pathlib import Path

import pytest

from .corpus_inputs import TRIALS, trials, wrong_answer

LEAST = {
    "studies": 500,
    "contradictions": 70,
    "own_data": 500,
    "figures": 400,
    "identities": 90,
    "tables": 500,
    "calls": 800,
}


SLOW = {"calls", "studies"}
KINDS = [pytest.param(one, marks=[pytest.mark.slow] * (one in SLOW)) for one in (*TRIALS, "calls")]


@pytest.mark.parametrize("kind", KINDS)
def test_every_input_gets_its_right_answer(kind: str, tmp_path: Path) -> None:
    wrong, tried = [], 0
    for entry, call in trials(kind, tmp_path):
        tried += 1
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            fault = wrong_answer(entry, call)
        if fault:
            shown = {name: str(value)[:60] for name, value in entry.items()}
            wrong.append(f"{shown}: {fault}")
    assert wrong == []
    assert tried >= LEAST[kind]
