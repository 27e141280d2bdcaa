"""The corpus: compact descriptions of inputs with their right answers, and how to try one.

A file ``tests/corpus/KIND.jsonl`` holds one input a line. Its right answer is ``refused``, words of
the message that name the place, or ``value``, what comes out. Long inputs are written as
``{"repeat": ["a", 20000]}``.
"""

import csv
import datetime
import io
import json
import math
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.diagnostics.reproduction.own_data import Column, read_own
from quesnay.diagnostics.reproduction.study import template_text

from . import made_up_tables as made
from .own_report import OWN

FOLDER = Path(__file__).resolve().parent / "corpus"


def entries(kind: str) -> list[dict[str, Any]]:
    """Return the inputs of one kind."""
    lines = (FOLDER / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    return [{name: _long(value) for name, value in json.loads(line).items()} for line in lines]


def _long(value: Any) -> Any:
    """Write out what is described: a text repeated, or the number that JSON has no word for."""
    if isinstance(value, dict) and "repeat" in value:
        text, times = value["repeat"]
        return str(text) * int(times)
    return math.nan if value == {"nan": True} else value


def toml_text(value: object) -> str:
    """Write a parsed TOML value as TOML, tables inline."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(k)} = {toml_text(v)}" for k, v in value.items())
        return f"{{ {inside} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_text, value))}]"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return repr(value)


def study_of(entry: dict[str, Any]) -> str:
    """Return the text of a study: a template in which keys are set to other TOML values.

    Keys lie along the path with slashes between; a value of None drops the key.
    """
    return _edited(tomllib.loads(template_text(entry.get("base", "full"))), entry["set"])


def _edited(parsed: dict[str, Any], keys: dict[str, str | None]) -> str:
    for path, written in keys.items():
        *way, last = path.split("/")
        section: Any = parsed
        for name in way:
            section = section[int(name) if isinstance(section, list) else name]
        place = int(last) if isinstance(section, list) else last
        if written is None:
            section.pop(place, None) if isinstance(section, dict) else section.pop(place)
        else:
            section[place] = tomllib.loads(f"value = {written}")["value"]
    return "\n".join(f"{name} = {toml_text(value)}" for name, value in parsed.items()) + "\n"


GDP = """year,vintage,gdp,real_growth,services
2017,final,830,6.9,430
2018,final,919,6.7,490
2019,final,986,6.1,535
"""
JOBS = "code,year,employed\nA,2018,10\nB,2018,20.5\nA,2019,11\n"
DEMAND = "code,year,value\nC,2018,100\nI,2018,-3\nC,2019,110\n"
PANEL = "unit,year,y,x,out,w\na,2018,1,2,true,1\nb,2018,,2.5,false,0\nb,2019,3,1e3,0,2\n"
OWN_FILES = {"gdp": GDP, "employment": JOBS, "demand": DEMAND, "panel": PANEL}
FIGURES = """id,concept,year,printed,unit,kind
T18,total,2018,1.42,trillion CNY,estimate
C18,core,2018,"4,386",100 million CNY,estimate
S18,share of GDP,2018,1.5,percent,estimate
"""


def with_cell(text: str, entry: dict[str, Any]) -> str:
    """Put a cell into a CSV text: `row` from 1, the header, and the name of a column."""
    rows = list(csv.reader(io.StringIO(text)))
    if "cell" in entry:
        place = rows[0].index(entry["column"]) if "column" in entry else 0
        rows[entry["row"] - 1][place] = entry["cell"]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def figures_of(entry: dict[str, Any]) -> str:
    """Return a TOML file of reported figures in which keys are set to other TOML values."""
    return _edited(tomllib.loads(OWN), entry["set"])


EXTRA = {
    "gdp": (Column("services", "number", "", may_be_empty=True),),
    "panel": (
        Column("y", "number", "", may_be_empty=True),
        Column("x", "number", ""),
        Column("out", "truth", ""),
        Column("w", "number", "", least=0),
    ),
}
GRIDS: dict[str, Callable[[], list[list[Any]]]] = {
    "quesnay": made.quesnay_rows,
    "nbs": made.nbs_rows,
    "nbs separate": made.nbs_separate_rows,
    "oecd_icio": made.icio_rows,
    "wiod": made.wiod_rows,
    "figaro": made.figaro_rows,
}
VALUES = pd.Series({"a": 1.0, "b": 2.0, "c": 3.5})


def try_study(entry: dict[str, Any], folder: Path) -> float:
    """Run a study with two draws; the total of the last run in the last year."""
    path = folder / "my.toml"
    path.write_text(study_of(entry), encoding="utf-8")
    return round(float(qn.reproduce(path, draws=2).account["total"].iloc[-1]), 4)


def try_own_data(entry: dict[str, Any], folder: Path) -> str:
    """Read a file of the user's own; the cell as it was understood."""
    path, kind = folder / "own.csv", entry["file"]
    path.write_text(with_cell(OWN_FILES[kind], entry), encoding="utf-8")
    frame = read_own(str(path), kind, EXTRA.get(kind, ()))
    return str(frame[entry["column"]].iloc[entry["row"] - 2])


def try_figures(entry: dict[str, Any], folder: Path) -> str:
    """Audit a file of reported figures; whether they can be true together."""
    path = folder / f"figures.{entry['form']}"
    text = with_cell(FIGURES, entry) if entry["form"] == "csv" else figures_of(entry)
    path.write_text(text, encoding="utf-8")
    return f"feasible={qn.audit(qn.read_figures(path)).feasible}"


def try_identity(entry: dict[str, Any], folder: Path) -> list[float]:
    """Reconcile three values with an identity; the values that meet it."""
    made = qn.reconcile(VALUES, [entry["identity"]], std_errors=VALUES * 0.1)
    return [round(float(value), 6) for value in made.tidy()["estimate"]]


def try_table(entry: dict[str, Any], folder: Path) -> float:
    """Read a table with one other cell or option; its whole output."""
    rows, path = GRIDS[entry["layout"]](), folder / "table.csv"
    if "cell" in entry:
        rows[entry["row"] - 1][entry["place"] - 1] = entry["cell"]
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    options = {"layout": entry["layout"].split()[0]}
    if "option" in entry:
        options[entry["option"]] = entry["given"]
    return round(float(qn.read_io(path, **options).x.sum()), 6)


def odd_calls() -> Iterator[tuple[dict[str, Any], Callable[[], object]]]:
    """Yield public calls with one odd argument each, and what the call should do."""
    odd = json.loads((FOLDER / "odd_values.json").read_text(encoding="utf-8"))
    panel = pd.DataFrame(
        {
            "unit": np.repeat(list("abcd"), 4),
            "year": np.tile([2010, 2011, 2012, 2013], 4),
            "y": np.arange(16.0) ** 1.5,
            "x": np.sin(np.arange(16.0)),
            "w": np.arange(1, 17.0),
        }
    )
    names = ["A", "B"]
    table = qn.InputOutputTable(
        pd.DataFrame([[10.0, 20.0], [30.0, 40.0]], names, names),
        pd.DataFrame({"c": [60.0, 20.0], "x": [10.0, 10.0]}, names),
        pd.Series([60.0, 40.0], names),
    )
    known = {"qn": qn, "np": np, "pd": pd, "panel": panel, "table": table}
    for door in entries("calls"):
        for name, text in odd.items():
            if name in door["leaves out"]:
                continue
            answer = {} if name in door["accepts"] else {"refused": door["refused"]}
            value = eval(text, {"np": np, "pd": pd})
            yield {"door": door["door"], "odd": name, **answer}, _call(door["call"], known, value)


def _call(text: str, known: dict[str, Any], odd: object) -> Callable[[], object]:
    return lambda: eval(text, {**known, "odd": odd})


TRIALS: dict[str, Callable[[dict[str, Any], Path], object]] = {
    "studies": try_study,
    "contradictions": try_study,
    "own_data": try_own_data,
    "figures": try_figures,
    "identities": try_identity,
    "tables": try_table,
}


def trials(kind: str, folder: Path) -> Iterator[tuple[dict[str, Any], Callable[[], object]]]:
    """Yield every input of a kind and the call that tries it."""
    if kind == "calls":
        yield from odd_calls()
        return
    for entry in entries(kind):
        yield entry, lambda entry=entry: TRIALS[kind](entry, folder)  # type: ignore[misc]


def wrong_answer(entry: dict[str, Any], call: Callable[[], object]) -> str:
    """Say what is wrong with the answer to one input: silent, foreign, another place or value."""
    try:
        value = call()
    except qn.QuesnayError as refusal:
        said = str(refusal)
        if "\n" in said or len(said) > 3500:
            return f"not one short line: {said[:200]}"
        named = "refused" in entry and re.search(_pattern(entry), said)
        return "" if named else f"refused, but: {said[:300]}"
    except Exception as error:  # noqa: BLE001 - what the corpus is for: whatever else comes out is foreign
        return f"foreign {type(error).__name__}: {str(error)[:200]}"
    if "refused" in entry:
        return f"silent: {str(value)[:100]}"
    return "" if "value" not in entry or _same(entry["value"], value) else f"gave {value}"


def _same(expected: Any, value: Any) -> bool:
    if isinstance(expected, str):
        return bool(expected == value)
    return bool(np.allclose(expected, value, rtol=1e-4, atol=1e-6))


def _pattern(entry: dict[str, Any]) -> str:
    words = str(entry["refused"])
    return words if "door" in entry else "|".join(map(re.escape, words.split("|")))
