"""Sections of a TOML file as frozen dataclasses whose keys document themselves.

A field made by ``key`` says what its key means; ``build`` makes a section of parsed TOML and
refuses unknown keys with the nearest known one; ``with_keys`` changes keys by their dotted names.
"""

import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, field, fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from quesnay.fitting.checks import plain_text
from quesnay.fitting.errors import StudyError, shown, suggestion

T = TypeVar("T")

_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def key(meaning: str, default: Any = MISSING, *, unit: str = "", example: str = "") -> Any:
    """Return a field with what the documentation says of it."""
    said = {"meaning": meaning, "unit": unit, "example": example}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=said)
    return field(metadata=said) if default is MISSING else field(default=default, metadata=said)


def sections_of(cls: type[Any], prefix: str) -> Iterator[tuple[type[Any], str]]:
    """Return the sections inside a section, to any depth, with their dotted names."""
    hints = typing.get_type_hints(cls)
    for member in fields(cls):
        kinds = (hints[member.name], *typing.get_args(hints[member.name]))
        found = (kind for one in kinds for kind in (one, *typing.get_args(one)))
        inner = next((kind for kind in found if is_dataclass(kind)), None)
        if inner is not None:
            name = f"{prefix}{member.name}"
            yield cast("type[Any]", inner), name
            yield from sections_of(cast("type[Any]", inner), f"{name}.")


def rows_of(cls: type[Any], name: str) -> Iterator[dict[str, str]]:
    """Return a section's keys with type, default, unit, meaning and example."""
    hints = typing.get_type_hints(cls)
    for member in fields(cls):
        said = member.metadata
        if member.default is not MISSING:
            default = "none" if member.default is None else repr(member.default)
        else:
            default = "none" if member.default_factory is not MISSING else "required"
        yield {
            "key": f"{name}.{member.name}",
            "type": _type_words(hints[member.name]),
            "default": default,
            "unit": said["unit"],
            "meaning": said["meaning"],
            "example": said["example"],
        }


def _type_words(kind: Any) -> str:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        return _type_words(next(a for a in inner if a is not type(None)))
    if origin is tuple:
        return f"list of {_plural(inner[0])}"
    if origin is dict:
        return f"section of {_plural(inner[1])}"
    return "section" if is_dataclass(kind) else _WORDS.get(kind, "any value")


def _plural(kind: Any) -> str:
    """Several of a type in words."""
    words = _type_words(kind).removeprefix("a ")
    first, of, rest = words.partition(" of ")
    many = {"whole number": "whole numbers", "true or false": first, "any value": "values"}
    return f"{many.get(first, f'{first}s')}{of}{rest}"


class Written(float):
    """A number of a TOML file that remembers its digits: trailing zeros count."""

    text: str

    def __new__(cls, text: str) -> "Written":
        """Read the number and keep its text."""
        made = super().__new__(cls, text)
        made.text = text
        return made


def build(cls: type[T], given: object, where: str) -> T:
    """Build a dataclass from a parsed section and refuse whatever does not fit.

    Fields without default are required; `where` names the section in messages, such as
    ``"study.core"``.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Curve:
    ...     family: str
    ...     points: tuple[int, ...] = ()
    >>> build(Curve, {"family": "gompertz", "points": [2017, 2018]}, "curve")
    Curve(family='gompertz', points=(2017, 2018))
    """
    if not isinstance(given, Mapping):
        raise StudyError(f"{where}: expected a section with keys, got {shown(given)}")
    members = {member.name: member for member in fields(cls)}  # type: ignore[arg-type]
    for name in given:
        if name not in members:
            raise StudyError(
                f"{where}.{shown(name)[1:-1]}: unknown key;{suggestion(name, members)}"
            )
    values: dict[str, Any] = {}
    for name, member in members.items():
        if name in given:
            values[name] = convert(cls, name, given[name], f"{where}.{name}")
        elif member.default is MISSING and member.default_factory is MISSING:
            raise StudyError(f"{where}.{name}: this key is missing; add it{_like(member)}")
    return cls(**values)


def _like(member: Any) -> str:
    example = member.metadata.get("example", "")
    return f", such as {member.name} = {example}" if example else ""


def convert(cls: type[Any], name: str, value: object, where: str) -> Any:
    """Convert a parsed value to the type of one field of a section."""
    member = next(member for member in fields(cls) if member.name == name)
    if value == "" and member.default in {"", None}:
        return ""  # none, in place of another
    return _convert(typing.get_type_hints(cls)[name], value, where)


def _convert(kind: Any, value: object, where: str) -> Any:
    """Convert one parsed value to the annotated type."""
    if is_dataclass(kind):
        return build(cast("type[Any]", kind), value, where)
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in {typing.Union, types.UnionType}:
        return _convert(next(a for a in arguments if a is not type(None)), value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise StudyError(f"{where}: expected a list, got {shown(value)}")
        return tuple(_convert(arguments[0], v, f"{where}[{k}]") for k, v in enumerate(value))
    if origin is dict:
        if not isinstance(value, Mapping):
            raise StudyError(f"{where}: expected a section with keys, got {shown(value)}")
        for key in value:
            _text(key, where)
        return {k: _convert(arguments[1], v, f"{where}.{k}") for k, v in value.items()}
    return _scalar(kind, value, where)


def _text(value: str, where: str) -> str:
    """Refuse a text that names nothing, or one with characters that cannot be shown."""
    if not value.strip():
        raise StudyError(f"{where}: a name or text is empty; write it or leave the key out")
    return plain_text(value, where, error=StudyError)


def _scalar(kind: Any, value: object, where: str) -> Any:
    """Check a text, number or truth value; anything goes where the key is open."""
    if kind is object:
        return value
    whole = isinstance(value, int) and not isinstance(value, bool)
    if kind is float and (whole or isinstance(value, float)):
        number = float(cast("float", value))
        if not abs(number) <= _LARGEST:
            raise StudyError(f"{where}: expected a finite number, got {shown(value)}")
        return number
    if kind is str and where.endswith(".printed"):
        if isinstance(value, Written):
            return value.text
        if whole:
            return str(value)
    if kind is str and isinstance(value, str):
        return _text(value, where)
    if (kind is int and whole) or (kind is bool and isinstance(value, bool)):
        return value
    raise StudyError(f"{where}: expected {_WORDS[kind]}, got {shown(value)}")


_LARGEST = 1e300


def with_keys(section: T, keys: Mapping[str, object], where: str = "study") -> T:
    """Return a copy of a section in which dotted keys have new values.

    `keys` are dotted names, such as ``"potential.years"``, with values as a study file would give
    them; `where` names the section in messages.

    >>> from quesnay.diagnostics.reproduction.study import load_study
    >>> study = load_study("caict_2020")
    >>> with_keys(study, {"potential.years": [2012]}).potential.years
    (2012,)
    """
    for name, value in keys.items():
        section = _replaced(section, name.split("."), value, where)
    return section


def _replaced(section: Any, path: list[str], value: object, where: str) -> Any:
    """Replace the value at one path, copying what lies on the way."""
    name, rest = path[0], path[1:]
    if isinstance(section, dict):
        if rest and name not in section:
            raise StudyError(f"{where}.{name}: unknown key;{suggestion(name, section)}")
        sample = next(iter(section.values()), None)
        own = value if not rest else _replaced(section[name], rest, value, f"{where}.{name}")
        if not rest and isinstance(sample, tuple) and isinstance(own, list):
            own = tuple(own)
        return {**section, name: own}
    known = [member.name for member in fields(section)] if is_dataclass(section) else []
    if name not in known:
        raise StudyError(f"{where}.{name}: unknown key;{suggestion(name, known)}")
    if rest:
        changed = _replaced(getattr(section, name), rest, value, f"{where}.{name}")
    else:
        changed = convert(type(section), name, value, f"{where}.{name}")
    return replace(cast("Any", section), **{name: changed})
