"""Every exported name is documented: on the page of names, and with an example that runs."""

import ast
import inspect
import re
import runpy
from pathlib import Path

import pytest

import quesnay as qn

API = Path(__file__).resolve().parent.parent / "docs" / "reference" / "api"
NAMES = sorted(set(qn.__all__) - {"__version__"})
ELSEWHERE = r"^(\w+(?:, \w+)*)(?: : .+)?\n {4}As in (?::\w+:)?`(?:quesnay\.)?(\w+)`"  # told there


@pytest.mark.skipif(not API.is_dir(), reason="looks at the source, which is not here")
def test_the_page_of_names_lists_every_exported_name_once() -> None:
    listed = re.findall(r"^   (\w+)$", (API / "index.rst").read_text(encoding="utf-8"), re.M)
    assert sorted(set(listed) - {"returned"}) == NAMES
    assert len(listed) == len(set(listed))


@pytest.mark.skipif(not API.is_dir(), reason="looks at the source, which is not here")
def test_what_exported_functions_return_has_a_page() -> None:
    pages = "".join(path.read_text(encoding="utf-8") for path in API.glob("*.rst"))
    undocumented = set()
    for name in NAMES:
        made = getattr(getattr(qn, name), "__annotations__", {}).get("return")
        if not inspect.isclass(made) or not made.__module__.startswith("quesnay."):
            continue
        if not re.search(rf"(?:\.|   ){made.__name__}$", pages, re.M):
            undocumented.add(f"{name}: {made.__module__}.{made.__name__}")
    assert sorted(undocumented) == []


@pytest.mark.skipif(not API.is_dir(), reason="looks at the source, which is not here")
def test_words_for_the_search_belong_to_exported_names_one_each() -> None:
    path = API.parent.parent / "extensions" / "subjects.py"
    subjects: dict[str, tuple[str, ...]] = runpy.run_path(str(path))["SUBJECTS"]
    words = [word for own in subjects.values() for word in own]
    assert set(subjects) <= set(NAMES)
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", NAMES)
def test_an_exported_name_has_a_docstring_with_an_example(name: str) -> None:
    text = inspect.getdoc(getattr(qn, name)) or ""
    assert ">>> " in text, f"{name} has no example"


@pytest.mark.parametrize("name", NAMES)
def test_an_exported_function_says_what_it_takes_and_returns(name: str) -> None:
    made = getattr(qn, name)
    text = inspect.getdoc(made) or ""
    if inspect.isfunction(made):
        assert "Returns\n-------" in text
        if inspect.signature(made).parameters:
            assert "Parameters\n----------" in text


def test_defaults_that_are_documented_are_the_defaults() -> None:
    said, true = {}, {}
    for name in NAMES:
        made = getattr(qn, name)
        for member, function in inspect.getmembers(made, inspect.isfunction) or [("", made)]:
            known = inspect.signature(function).parameters if inspect.isfunction(function) else {}
            text = inspect.getdoc(made if member == "__init__" else function) or ""
            for parameter, default in re.findall(r"^(\w+) : .*, default (.+)$", text, re.M):
                said[function.__qualname__, parameter] = ast.literal_eval(default)
                true[function.__qualname__, parameter] = known[parameter].default
            for parameters, other in re.findall(ELSEWHERE, text, re.M):
                there = getattr(made, other, None) or getattr(qn, other)
                like = inspect.signature(there).parameters
                for parameter in {*parameters.split(", ")} & {*like} & {*known}:
                    said.setdefault((function.__qualname__, parameter), like[parameter].default)
                    true[function.__qualname__, parameter] = known[parameter].default
    assert said == true
    assert len(said) >= 60  # the patterns find them
