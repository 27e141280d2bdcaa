"""From the keys of a TOML file to frozen dataclasses; unknown keys are refused with the nearest."""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar

from quesnay.fitting.errors import StudyError, suggestion

__all__ = ["build", "convert"]

T = TypeVar("T")
_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def build(cls: type[T], given: object, where: str) -> T:
    """Build a dataclass from a parsed section and refuse whatever does not fit.

    Parameters
    ----------
    cls : type
        A dataclass; fields without default are required.
    given : mapping
        The parsed section.
    where : str
        Name of the section for messages, such as ``"study.core"``.

    Returns
    -------
    object of `cls`
        The section.

    Raises
    ------
    StudyError
        If a key is unknown or missing, or a value has another type; the message names the key.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Curve:
    ...     family: str
    ...     points: tuple[int, ...] = ()
    >>> build(Curve, {"family": "gompertz", "points": [2017, 2018]}, "curve")
    Curve(family='gompertz', points=(2017, 2018))
    """
    if not isinstance(given, Mapping):
        raise StudyError(f"{where}: expected a section with keys, got {given!r}")
    hints = typing.get_type_hints(cls)
    members = {field.name: field for field in fields(cls)}  # type: ignore[arg-type]
    for key in given:
        if key not in members:
            raise StudyError(f"{where}.{key}: unknown key;{suggestion(key, members)}")
    values: dict[str, Any] = {}
    for name, field in members.items():
        if name in given:
            values[name] = _convert(hints[name], given[name], f"{where}.{name}")
        elif field.default is MISSING and field.default_factory is MISSING:
            raise StudyError(f"{where}.{name}: this key is missing; add it")
    return cls(**values)


def convert(cls: type[Any], name: str, value: object, where: str) -> Any:
    """Convert a parsed value to the type of one field of a section.

    Parameters
    ----------
    cls : type
        A dataclass.
    name : str
        One of its fields.
    value : object
        As a study file gives it.
    where : str
        Name of the key for messages.

    Returns
    -------
    object
        The value in the field's type.

    Examples
    --------
    >>> from quesnay.studies.sections import Potential
    >>> convert(Potential, "years", [2012, 2017], "potential.years")
    (2012, 2017)
    """
    return _convert(typing.get_type_hints(cls)[name], value, where)


def _convert(kind: Any, value: object, where: str) -> Any:
    """Convert one parsed value to the annotated type."""
    if is_dataclass(kind):
        return build(typing.cast("type[Any]", kind), value, where)
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        return _convert(next(a for a in arguments if a is not type(None)), value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise StudyError(f"{where}: expected a list, got {value!r}")
        return tuple(_convert(arguments[0], v, f"{where}[{k}]") for k, v in enumerate(value))
    if origin is dict:
        if not isinstance(value, Mapping):
            raise StudyError(f"{where}: expected a section with keys, got {value!r}")
        return {k: _convert(arguments[1], v, f"{where}.{k}") for k, v in value.items()}
    return _scalar(kind, value, where)


def _scalar(kind: Any, value: object, where: str) -> Any:
    """Check a text, number or truth value; anything goes where the key is open."""
    if kind is object:
        return value
    whole = isinstance(value, int) and not isinstance(value, bool)
    if kind is float and (whole or isinstance(value, float)):
        return float(typing.cast("float", value))
    if (kind is int and whole) or (kind in {str, bool} and isinstance(value, kind)):
        return value
    raise StudyError(f"{where}: expected {_WORDS[kind]}, got {value!r}")
