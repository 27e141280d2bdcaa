"""What a checkpoint belongs to: a key that changes with every number and every line that enters.

A function holds what it is made with and what it calls by name, as far as that is the user's own;
what is installed counts by its name. A model of the same name is another model.
"""

import functools
import hashlib
import re
import sys
import sysconfig
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

_Known: TypeAlias = dict[int, object]  # functions and containers met so far
_STANDARD, _INSTALLED = sysconfig.get_path("stdlib"), {"site-packages", "dist-packages"}
_PLACE = re.compile(r" at 0x[0-9A-Fa-f]+")  # in memory, another in every process


def fingerprint(*values: object) -> str:
    """Return 16 digits that change when any of the values changes."""
    total = hashlib.sha256()
    known: dict[int, object] = {}
    for value in values:
        total.update(_bytes(value, known))
        total.update(b"\0")
    return total.hexdigest()[:16]


def _bytes(value: Any, known: _Known) -> bytes:
    if isinstance(value, Mapping | list | FunctionType):
        if id(value) in known:  # a function may call itself
            return f"again {list(known).index(id(value))}".encode()
        known[id(value)] = value
    match value:
        case Mapping():
            pairs = (_bytes(k, known) + b":" + _bytes(v, known) for k, v in value.items())
            return b",".join(pairs) + b","
        case tuple() | list():
            return b"".join(_bytes(item, known) + b"," for item in value)
        case set() | frozenset():
            return _bytes(tuple(sorted(map(repr, value))), known)
        case pd.DataFrame() | pd.Series():
            labels = repr([list(axis) for axis in value.axes]).encode()
            return labels + _bytes(value.to_numpy(), known)
        case pd.Index():
            return _bytes((*value.names, value.to_numpy()), known)
        case np.ndarray():
            kind = f"{value.dtype}{value.shape}".encode()
            body = repr(value.tolist()).encode() if value.dtype == object else value.tobytes()
            return kind + body
    return _of_code(value, known)


def _of_code(value: Any, known: _Known) -> bytes:
    match value:
        case CodeType():  # two methods of one object differ in their names alone
            return value.co_code + _bytes((value.co_names, value.co_consts), known)
        case FunctionType():
            around: list[Any] = [value.__defaults__, value.__kwdefaults__]
            for cell in value.__closure__ or ():
                with suppress(ValueError):  # a name that has no value yet
                    around.append(cell.cell_contents)
            named = _names(value.__code__) if _is_own(value) else []
            around += [value.__globals__[name] for name in named if name in value.__globals__]
            return _bytes((value.__qualname__, value.__code__, *around), known)
        case MethodType():
            return _bytes((value.__func__, value.__self__), known)
        case functools.partial():
            return b"partial" + _bytes((value.func, value.args, value.keywords), known)
        case ModuleType():
            return value.__name__.encode()
        case type():
            held = vars(value) if _is_own(value) else {}
            made = {key: item for key, item in held.items() if isinstance(item, FunctionType)}
            return _name(value) + _bytes(made, known)
    return _of_object(value, known)


def _of_object(value: Any, known: _Known) -> bytes:
    kind = _bytes(type(value), known)
    if is_dataclass(value):
        held = tuple((member.name, getattr(value, member.name)) for member in fields(value))
        return kind + _bytes(held, known)
    if hasattr(value, "tocoo"):  # sparse, which shows its shape alone
        entries = value.tocoo()
        return kind + _bytes((entries.shape, entries.row, entries.col, entries.data), known)
    shown = repr(value)
    if callable(value) or _PLACE.search(shown):  # such as numpy.mean
        within = [vars(value)] if _is_own(type(value)) and hasattr(value, "__dict__") else []
        return kind + _name(value) + _bytes((*within, getattr(value, "__wrapped__", None)), known)
    return shown.encode()


def _name(value: Any) -> bytes:
    name = getattr(value, "__qualname__", getattr(value, "__name__", ""))
    return f"{getattr(value, '__module__', '')}.{name} ".encode()


def _names(code: CodeType) -> list[str]:
    """Return the names that a function and those within it look up."""
    within = [const for const in code.co_consts if isinstance(const, CodeType)]
    return sorted({*code.co_names, *(name for inner in within for name in _names(inner))})


def _is_own(value: FunctionType | type) -> bool:
    """Return whether the user wrote a function or class: it is not installed, and not ours."""
    if value.__module__ == "__main__":
        return True
    file = getattr(sys.modules.get(value.__module__), "__file__", None)
    if file is None or value.__module__.split(".")[0] == "quesnay":
        return False
    return not file.startswith(_STANDARD) and not _INSTALLED & set(Path(file).parts)
