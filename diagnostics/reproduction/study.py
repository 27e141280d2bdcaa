"""From the keys of a TOML file to frozen dataclasses; unknown keys are refused with the nearest.

The sections of a study file as frozen dataclasses; field names are the keys of the file.

Variants of a study: the same sections with some keys replaced.

Loading and checking of study files; ``quesnay init`` writes a commented example.
"""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, TypeVar
from quesnay.fitting.errors import StudyError, suggestion
from dataclasses import dataclass, field
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, cast
import tomllib
from importlib.resources import files
from pathlib import Path
from quesnay.fitting.errors import StudyError, nearest, shown, suggestion

__all__ = [
    "Core",
    "Demand",
    "Employment",
    "Figure",
    "Forecast",
    "Gdp",
    "Header",
    "Instrument",
    "Penetration",
    "Potential",
    "ROLES",
    "RUNS",
    "Reported",
    "Rival",
    "Specifications",
    "Study",
    "Tables",
    "Vintage",
    "build",
    "convert",
    "load_study",
    "study_names",
    "study_text",
    "with_keys",
]


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
    >>> from quesnay.diagnostics.reproduction.study import Potential
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


@dataclass(frozen=True, slots=True)
class Header:
    """What is measured, where and in which unit."""

    name: str
    title: str
    technology: str
    country: str
    years: tuple[int, ...]
    unit: str
    units_per_data_unit: float


@dataclass(frozen=True, slots=True)
class Demand:
    """Published totals of final demand: a data set or CSV (code, year, value), category -> code."""

    dataset: str
    codes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Tables:
    """Input-output tables, the sectors that produce the technology, published industry groups."""

    years: tuple[int, ...]
    technology_sectors: tuple[str, ...]
    imports: str = "separate"
    source: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    layout: str = "quesnay"
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    demand: Demand | None = None


@dataclass(frozen=True, slots=True)
class Core:
    """The core's segments and the printed figure that fixes their scale."""

    figure: str
    segments: dict[str, dict[str, float]]
    dispersion: float = 0.5


@dataclass(frozen=True, slots=True)
class Rival:
    """A rival of the base regression: only the keys that differ from it."""

    name: str
    panel: str | None = None
    formula: str | None = None
    term: str | None = None
    years: tuple[int, ...] | None = None
    absorb: tuple[str, ...] | None = None
    cluster: str | None = None
    exclude: str | None = None
    weights: str | None = None
    logarithms: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A leave-one-out shift-share instrument for the technology's inputs."""

    cell: str
    unit: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Potential:
    """The regression whose elasticity gives the potential."""

    panel: str
    formula: str
    term: str
    logarithms: dict[str, tuple[str, ...]]
    years: tuple[int, ...] = ()
    absorb: tuple[str, ...] = ()
    cluster: str | None = None
    exclude: str | None = None
    weights: str | None = None
    applies_to: str = "value_added"
    rivals: tuple[Rival, ...] = ()
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True)
class Penetration:
    """The curve of the calibrated run and the supply measure of the independent one."""

    curves: tuple[str, ...]
    total: str
    growth: str
    launch: int
    supply: str = "value_added"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Growth that could be expected of the last year before its outcome was known."""

    year: int
    base_vintage: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Vintage:
    """One consistent set of GDP vintages, year -> name of the vintage."""

    name: str
    years: dict[str, str]


@dataclass(frozen=True, slots=True)
class Gdp:
    """GDP vintages and the forecast year."""

    vintages: tuple[Vintage, ...]
    file: str | None = None
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True)
class Employment:
    """Employment by industry and how it maps to the sectors of the tables."""

    panel: str
    year: int
    unit: str
    units_per_data_unit: float
    productivity_since: int
    figure: str
    sectors: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure of a user's own report."""

    concept: str
    year: int
    printed: str
    unit: str
    kind: str = "estimate"


@dataclass(frozen=True, slots=True)
class Reported:
    """The printed figures, embedded or inline, and their roles by run."""

    roles: dict[str, dict[str, str]]
    dataset: str | None = None
    figures: dict[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Specifications:
    """Choices of the specification curve: choice -> level -> study keys that it replaces."""

    figure: str
    regression: dict[str, dict[str, dict[str, object]]]
    account: dict[str, dict[str, dict[str, object]]]
    inadmissible: tuple[dict[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that a run of the satellite account needs to know."""

    study: Header
    tables: Tables
    core: Core
    potential: Potential
    penetration: Penetration
    gdp: Gdp
    employment: Employment
    reported: Reported
    specifications: Specifications | None = None

    def role(self, run: str, figure: str) -> str:
        """Return the role of a printed figure in a run: input, calibration or held out."""
        return self.reported.roles.get(run, {}).get(figure, "held out")


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
    >>> from quesnay.diagnostics.reproduction.study import load_study
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


ROLES = ("input", "calibration", "held out")
RUNS = ("independent", "calibrated")


def study_names() -> list[str]:
    """Return the names of the embedded studies.

    Examples
    --------
    >>> "caict_2020" in study_names()
    True
    """
    folder = files("quesnay.datasets") / "data"
    return sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )


def study_text(name: str) -> str:
    """Return the text of an embedded study file.

    Parameters
    ----------
    name : str
        One of :func:`study_names`.

    Returns
    -------
    str
        TOML.

    Raises
    ------
    StudyError
        If no embedded study has this name.

    Examples
    --------
    >>> study_text("caict_2020").splitlines()[3]
    '[study]'
    """
    known = study_names()
    if name not in known:
        raise StudyError(
            f"unknown study {shown(name)};{nearest(name, known)} embedded: "
            f"{', '.join(known)}; a file of your own ends in .toml"
        )
    return (files("quesnay.datasets") / "data" / f"{name}.toml").read_text(encoding="utf-8")


def load_study(study: str | Path | Study) -> Study:
    """Load and check a study: an embedded name, the path of a TOML file, or a study itself.

    Parameters
    ----------
    study : str, Path or Study
        ``"caict_2020"``, ``"my_study.toml"`` or an object.

    Returns
    -------
    Study
        The checked study.

    Raises
    ------
    StudyError
        If the study or one of its keys is unknown, missing or contradictory.

    Examples
    --------
    >>> load_study("caict_2020").study.years
    (2017, 2018, 2019, 2020)
    """
    if isinstance(study, Study):
        return study
    if str(study).endswith(".toml"):
        where, text = str(study), _read(Path(study))
    else:
        where, text = f"study {study}", study_text(str(study))
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{where}: not valid TOML: {error}") from error
    folder = Path(study).parent if str(study).endswith(".toml") else None
    result = build(Study, parsed if folder is None else _beside(parsed, folder), where)
    _check(result, where)
    return result


def _beside(value: object, folder: Path) -> object:
    """Make names of the user's data files relative to the folder of the study."""
    if isinstance(value, dict):
        return {key: _beside(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [_beside(item, folder) for item in value]
    if isinstance(value, str) and value.endswith((".csv", ".xlsx")):
        return str(folder / value)
    return value


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: cannot read the study ({error}); check the path") from error


def _check(study: Study, where: str) -> None:
    """Refuse sections that contradict each other."""
    for run, roles in study.reported.roles.items():
        if run not in RUNS:
            raise StudyError(f"{where}.reported.roles.{run}: unknown run;{suggestion(run, RUNS)}")
        for figure, role in roles.items():
            if role not in ROLES:
                raise StudyError(
                    f"{where}.reported.roles.{run}.{figure}: unknown role {role!r};"
                    f"{nearest(role, ROLES)} known: {', '.join(ROLES)}"
                )
    if study.reported.dataset is None and not study.reported.figures:
        raise StudyError(f"{where}.reported: give a dataset or figures")
    _check_roles(study, where)
    _check_gdp(study, where)
    if study.core.dispersion < 0:
        raise StudyError(f"{where}.core.dispersion: expected 0 or more")
    if not study.penetration.curves:
        raise StudyError(f"{where}.penetration.curves: name at least one curve")


def _check_roles(study: Study, where: str) -> None:
    """Refuse roles that differ from what a run uses."""
    used = {
        "independent": {study.core.figure: "input"},
        "calibrated": {
            study.core.figure: "input",
            study.penetration.total: "calibration",
            study.penetration.growth: "calibration",
        },
    }
    for run in RUNS:
        named = {
            figure: role
            for figure, role in study.reported.roles.get(run, {}).items()
            if role != "held out"
        }
        if named != used[run]:
            raise StudyError(
                f"{where}.reported.roles.{run}: the run uses {used[run]}, the file says {named}; "
                "make them agree"
            )


def _check_gdp(study: Study, where: str) -> None:
    """Every vintage set names every year of the account."""
    if not study.gdp.vintages:
        raise StudyError(f"{where}.gdp.vintages: give at least one set of vintages")
    for vintage in study.gdp.vintages:
        for year in study.study.years:
            if str(year) not in vintage.years:
                raise StudyError(f"{where}.gdp.vintages {vintage.name!r}: year {year} is missing")
    forecast = study.gdp.forecast
    if forecast is not None and forecast.low > forecast.high:
        raise StudyError(f"{where}.gdp.forecast: low lies above high")
