"""The corpus: compact descriptions of good and bad inputs, and how each becomes an input.

A file ``tests/corpus/KIND.jsonl`` holds one input a line, with its right answer: ``refused``, words
that the message must hold, or ``value``, what comes out.
"""

import csv
import datetime
import io
import json
import tomllib
from pathlib import Path
from typing import Any

from quesnay.diagnostics.reproduction.study import template_text

from .own_report import OWN

FOLDER = Path(__file__).resolve().parent / "corpus"


def entries(kind: str) -> list[dict[str, Any]]:
    """Return the inputs of one kind."""
    lines = (FOLDER / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


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
            del section[place]
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
