"""Variants of a study: the same sections with some keys replaced."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from quesnay.fitting.errors import StudyError, suggestion
from quesnay.studies.schema import convert

__all__ = ["with_keys"]

T = TypeVar("T")


def with_keys(section: T, keys: Mapping[str, object], where: str = "study") -> T:
    """Return a copy of a section in which dotted keys have new values.

    Parameters
    ----------
    section : Study or one of its sections
        What is changed; itself stays as it is.
    keys : mapping of str to object
        ``"potential.years"`` -> value as a study file would give it.
    where : str
        Name of the section for messages.

    Returns
    -------
    object of the same type
        The variant.

    Raises
    ------
    StudyError
        If a key does not exist or a value has another type.

    Examples
    --------
    >>> from quesnay.studies.load import load_study
    >>> study = load_study("caict_2020")
    >>> with_keys(study, {"potential.years": [2012]}).potential.years
    (2012,)
    """
    for key, value in keys.items():
        section = _one(section, key.split("."), value, where)
    return section


def _one(section: Any, path: list[str], value: object, where: str) -> Any:
    """Replace the value at one path, copying what lies on the way."""
    name, rest = path[0], path[1:]
    if isinstance(section, dict):
        sample = next(iter(section.values()), None)
        own = value if not rest else _one(section[name], rest, value, f"{where}.{name}")
        if not rest and isinstance(sample, tuple) and isinstance(own, list):
            own = tuple(own)
        return {**section, name: own}
    known = [field.name for field in fields(section)] if is_dataclass(section) else []
    if name not in known:
        raise StudyError(f"{where}.{name}: unknown key;{suggestion(name, known)}")
    if rest:
        changed = _one(getattr(section, name), rest, value, f"{where}.{name}")
    else:
        changed = convert(type(section), name, value, f"{where}.{name}")
    return replace(cast("Any", section), **{name: changed})
