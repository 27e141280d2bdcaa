"""Study files: what is measured, from what, and against which report; data, never code.

A study is a TOML file. Its sections are the frozen dataclasses below, its keys their fields;
``key_table`` lists every key with its meaning, so that the documentation cannot go stale. Unknown
keys are refused with the nearest known one, and what a section does not need may be left out.
"""

import re
import tomllib
import types
import typing
from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, field, fields, is_dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, cast

from quesnay.fitting.checks import plain_text
from quesnay.fitting.errors import QuesnayError, StudyError, nearest, shown, suggestion
from quesnay.models.printed import rounding_interval
from quesnay.models.satellite.account import RUNS
from quesnay.models.satellite.concepts import concept_of

__all__ = [
    "ROLES",
    "SUPPLY",
    "TEMPLATES",
    "UNITS",
    "Core",
    "Demand",
    "Employment",
    "Equation",
    "Figure",
    "Forecast",
    "Gdp",
    "Header",
    "Instrument",
    "Klems",
    "KlemsStudy",
    "Penetration",
    "Potential",
    "Regression",
    "Reported",
    "Rival",
    "Specifications",
    "Study",
    "Tables",
    "Vintage",
    "at_key",
    "build",
    "called",
    "convert",
    "key_table",
    "load_klems_study",
    "load_study",
    "study_names",
    "study_text",
    "template_text",
    "unit_scale",
    "with_keys",
]

T = TypeVar("T")

FAMILIES = ("gompertz", "logistic", "bass")
ROLES = ("input", "calibration", "held out")
SUPPLY = ("value_added", "intermediate_sales", "purchases")
UNITS = {
    "trillion": 1e12,
    "billion": 1e9,
    "100 million": 1e8,
    "million": 1e6,
    "10,000": 1e4,
    "percent": 0.01,
}
"""First words of a unit -> ones in it."""
_WORDS = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}


def _key(meaning: str, default: Any = MISSING, *, unit: str = "", example: str = "") -> Any:
    """Return a field with what the documentation says of it."""
    said = {"meaning": meaning, "unit": unit, "example": example}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=said)
    return field(metadata=said) if default is MISSING else field(default=default, metadata=said)


@dataclass(frozen=True, slots=True)
class Header:
    """Section ``study``: what is measured, where and in which unit."""

    name: str = _key("Short name, a word.", example='"caict_2020"')
    title: str = _key("Heading of the report.", example='"Industrial internet in China"')
    technology: str = _key("What is measured, in words.", example='"industrial internet"')
    country: str = _key("Country code of the embedded data.", example='"CHN"')
    years: tuple[int, ...] = _key("Years of the account.", example="[2017, 2018, 2019]")
    unit: str = _key("Unit of the account.", example='"trillion yuan"')
    units_per_data_unit: float = _key(
        "Units of the account in one unit of the tables and of GDP.", example="1e-4"
    )
    runs: tuple[str, ...] = _key(
        'Runs wanted: "core", "linkage", "elasticity", "calibrated"; if empty, all of the last '
        "three that the sections suffice for.",
        (),
        example='["linkage"]',
    )
    report: str = _key(
        "How sentences call the published report.", "the report", example='"the report of CAICT"'
    )


@dataclass(frozen=True, slots=True)
class Demand:
    """Section ``tables.demand``: published totals of final demand, to make a table of a year."""

    dataset: str = _key("Data set, or a csv or xlsx with columns code, year, value.")
    codes: dict[str, str] = _key("Category of final demand -> code of its series.")


@dataclass(frozen=True, slots=True)
class Tables:
    """Section ``tables``: input-output tables and the groups of their sectors."""

    years: tuple[int, ...] = _key("Years with an official table.", example="[2017, 2018, 2020]")
    technology_sectors: tuple[str, ...] = _key(
        "Sectors that produce the technology's inputs; needed by the elasticity run.",
        (),
        example='["20", "21", "31"]',
    )
    imports: str = _key(
        '"separate": domestic flows with imports apart; "included": imports inside the flows.',
        "separate",
    )
    reading: str = _key(
        "Reading of the linkage run where it is not the base one: one of those that its table of "
        "readings shows.",
        "",
        example='"sum over single parts"',
    )
    source: str | None = _key("Which source of an embedded table, where there are several.", None)
    files: dict[str, str] = _key("Year -> a table file of your own, beside the study.", {})
    layout: str | None = _key("Layout of these files; recognised from the content if absent.", None)
    read: dict[str, object] = _key(
        "Options of read_io for these files: sheet, year, country, make, tolerance, strict, blank, "
        "encoding, unit, decimal, thousands, roles, merge_regions; year is that of the table.",
        {},
        example='{ blank = "zero", country = "CHN" }',
    )
    groups: dict[str, tuple[str, ...]] = _key(
        "Published industry group -> sectors, for years between two tables.", {}
    )
    stages: dict[str, tuple[str, ...]] = _key("Stage of the economy -> industry groups.", {})
    demand: Demand | None = _key("Published final demand.", None)


@dataclass(frozen=True, slots=True)
class Core:
    """Section ``core``: the core industries as weights of segments in sectors."""

    segments: dict[str, dict[str, float]] = _key(
        "Segment -> sector -> relative weight, 0 to 1.",
        example='{ "platforms" = { "31" = 0.3 } }',
    )
    figure: str | None = _key(
        "Id of the printed core that fixes the common scale of the weights; absent: the weights "
        "are shares of the sectors as they stand.",
        None,
        example='"C18"',
    )
    dispersion: float = _key(
        "Coefficient of variation of each weight in the draws.", 0.5, unit="ratio"
    )
    other_printings: tuple[str, ...] = _key(
        "Other values that are printed for the core figure, shown as a sensitivity.",
        (),
        example='["4389"]',
    )


@dataclass(frozen=True, slots=True)
class Regression:
    """One regression on a panel: what ``potential``, its equations and its rivals share."""

    panel: str = _key("Embedded panel, or a csv or xlsx of your own.", example='"china_provinces"')
    formula: str = _key("Wilkinson formula.", example='"ln_value_added ~ ln_ict + ln_labour"')
    term: str = _key("Term of the formula that is the elasticity.", example='"ln_ict"')
    logarithms: dict[str, tuple[str, ...]] = _key(
        "New column -> columns of the panel whose sum is taken in logarithms."
    )
    years: tuple[int, ...] = _key("Years of the sample; all if empty.", ())
    absorb: tuple[str, ...] = _key("Fixed effects.", (), example='["province:sector", "year"]')
    cluster: str | None = _key("Column of the clusters of the errors.", None)
    exclude: str | None = _key("Column of truth values: rows where it holds are left out.", None)
    weights: str | None = _key("Column of weights.", None)
    applies_to: str = _key(
        'What the elasticity is one of: "value_added" or "gross_output".', "value_added"
    )


@dataclass(frozen=True, slots=True)
class Rival:
    """A rival of the base regression: only the keys that differ from it."""

    name: str = _key("In words.")
    panel: str | None = _key("As in potential.", None)
    formula: str | None = _key("As in potential.", None)
    term: str | None = _key("As in potential.", None)
    years: tuple[int, ...] | None = _key("As in potential.", None)
    absorb: tuple[str, ...] | None = _key("As in potential.", None)
    cluster: str | None = _key("As in potential.", None)
    exclude: str | None = _key("As in potential.", None)
    weights: str | None = _key("As in potential.", None)
    applies_to: str | None = _key("As in potential.", None)
    logarithms: dict[str, tuple[str, ...]] = _key("Added to those of potential.", {})


@dataclass(frozen=True, slots=True)
class Equation(Rival):
    """One admissible source of the elasticity, with its weight in the mixture."""

    weight: float = _key("Weight in the mixture.", 1.0)
    kind: str = _key(
        '"regression", "cost share" (purchases of the technology over value added, from the '
        'tables), "capital share" (cost share of capital inputs of a panel) or "outside" (a value '
        "with its source).",
        "regression",
    )
    value: float | None = _key("The elasticity, kind outside.", None)
    std_error: float = _key("Its standard error, kind outside.", 0.0)
    source: str = _key("Where an outside value comes from.", "")
    inputs: tuple[str, ...] = _key("Cost columns, kind capital share.", ())
    producers: tuple[str, ...] = _key("Industries left out as producers, kind capital share.", ())


@dataclass(frozen=True, slots=True)
class Instrument:
    """Section ``potential.instrument``: a leave-one-out shift-share instrument."""

    cell: str = _key("Cells whose initial mix is taken.", example='"province:sector"')
    unit: str = _key("Unit that is left out.", example='"province"')
    columns: tuple[str, ...] = _key("Columns of the technology's inputs.")


@dataclass(frozen=True, slots=True)
class Potential(Regression):
    """Section ``potential``: the base regression, admissible equations, rivals, instrument."""

    equations: tuple[Equation, ...] = _key(
        "Admissible equations with weights; the elasticity of the account is drawn from them. "
        "Absent: the base regression alone.",
        (),
    )
    scale: tuple[str, ...] = _key(
        "Columns that measure the scale of a cell: for placebos that keep it, and for Oster's "
        "bounds.",
        (),
        example='["ln_other_inputs"]',
    )
    placebo_groups: str | None = _key(
        "Groups within which the placebo is dealt anew.", None, example='"sector:year"'
    )
    rivals: tuple[Rival, ...] = _key("Rivals shown beside the base case, not in the account.", ())
    instrument: Instrument | None = _key("An instrument for the technology's inputs.", None)
    supply: str = _key(
        "What the core is held against as supplier of the technology's inputs: "
        '"value_added", "intermediate_sales" or "purchases".',
        "value_added",
    )


@dataclass(frozen=True, slots=True)
class Penetration:
    """Section ``penetration``: the curve of the calibrated run."""

    curves: tuple[str, ...] = _key(
        "Families, each as likely.", example='["gompertz", "logistic", "bass"]'
    )
    total: str = _key("Id of the printed total of the later point.", example='"T18"')
    growth: str = _key(
        "Id of its printed real growth, which gives the year before.", example='"G18"'
    )
    launch: int = _key("Year that Bass's curve starts from.", example="2012")
    saturation: tuple[float, ...] = _key(
        "Lowest and highest saturation, in multiples of the potential at the median elasticity; "
        "drawn evenly in logarithms.",
        (0.5, 2.0),
    )
    errors: bool = _key(
        "Add the errors that the same rule made on embedded ICT diffusions.", default=True
    )


@dataclass(frozen=True, slots=True)
class Forecast:
    """Section ``gdp.forecast``: growth that could be expected before the outcome was known."""

    year: int = _key("The forecast year, the last of the study.", example="2020")
    base_vintage: str = _key("GDP vintage of the year before.", example='"preliminary"')
    low: float = _key("Lowest nominal growth.", unit="fraction", example="0.07")
    high: float = _key("Highest nominal growth; drawn evenly.", unit="fraction", example="0.085")


@dataclass(frozen=True, slots=True)
class Vintage:
    """One coherent set of GDP vintages."""

    name: str = _key("In words.", example='"current"')
    years: dict[str, str] = _key("Year -> name of its vintage.")


@dataclass(frozen=True, slots=True)
class Gdp:
    """Section ``gdp``: vintages of GDP and the forecast year."""

    vintages: tuple[Vintage, ...] = _key(
        "Sets of vintages, each as likely in the draws; absent: GDP of a table year is the value "
        "added of its table, and real growth is not known.",
        (),
    )
    file: str | None = _key(
        "A csv or xlsx of your own: year, vintage, gdp, real_growth, and the industry groups.",
        None,
    )
    forecast: Forecast | None = _key("What could be expected of the last year.", None)


@dataclass(frozen=True, slots=True)
class Employment:
    """Section ``employment``: jobs by industry and how they map to sectors."""

    panel: str = _key("Embedded series, or a csv or xlsx: code, year, employed.")
    year: int = _key("Year of the jobs per value added; a table year.", example="2018")
    unit: str = _key("Unit of jobs.", example='"million persons"')
    units_per_data_unit: float = _key("Units of jobs in one of the series.", example="0.01")
    productivity_since: int = _key(
        "Growth of nominal value added per worker is drawn between the lowest and the highest "
        "average since years from this one on.",
        example="2012",
    )
    figure: str | None = _key("Id of the printed jobs.", None, example='"J20"')
    sectors: dict[str, tuple[str, ...]] = _key("Sector of the tables -> codes of the series.", {})


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure of ``reported.figures``, by id: concept letter and year."""

    printed: str = _key("The digits as printed.", example='"2.13"')
    unit: str = _key("Unit as printed.", example='"trillion CNY"')
    year: int = _key("Its year.", example="2019")
    concept: str = _key("In words; by default what the letter of the id stands for.", "")
    kind: str = _key('"estimate" or "forecast".', "estimate")
    provenance: str = _key("Where it was read.", "study file")
    fact: str = _key("Figures that restate one another share this text.", "")


@dataclass(frozen=True, slots=True)
class Reported:
    """Section ``reported``: the published figures; what a run uses is never judged."""

    dataset: str | None = _key("An embedded report.", None, example='"caict_2020"')
    figures: dict[str, Figure] = _key(
        "Id -> figure, in place of or beside the embedded ones.",
        {},
        example='{ T19 = { printed = "2.13", unit = "trillion CNY", year = 2019 } }',
    )
    roles: dict[str, dict[str, str]] = _key(
        "Run -> id -> role; follows from core.figure and penetration, and must agree with them.", {}
    )


@dataclass(frozen=True, slots=True)
class Specifications:
    """Section ``specifications``: choice -> level -> study keys that it replaces."""

    figure: str = _key("Id of the figure that is estimated anew.", example='"T19"')
    regression: dict[str, dict[str, dict[str, object]]] = _key("Choices of the regression.", {})
    account: dict[str, dict[str, dict[str, object]]] = _key("Choices of the account.", {})
    inadmissible: tuple[dict[str, tuple[str, ...]], ...] = _key(
        "Combinations that are left out.", ()
    )


@dataclass(frozen=True, slots=True)
class Klems:
    """Section ``klems``: an account by growth accounting from a panel of industries."""

    panel: str = _key(
        "Embedded panel, or a csv or xlsx: industry, year, value_added, gross_output, "
        "quantity_gross_output, and cost_ and quantity_ of every input.",
        example='"us_klems"',
    )
    producers: dict[str, tuple[str, ...]] = _key(
        "Definition -> industries that produce the technology; the first is the base case.",
        example='{ "base" = ["Computer and electronic products"] }',
    )
    capital: dict[str, tuple[str, ...]] = _key(
        "Definition -> inputs that are the technology's capital; the first is the base case.",
        example='{ "IT and software" = ["it_capital", "software_capital"] }',
    )


@dataclass(frozen=True, slots=True)
class KlemsStudy:
    """A study of an economy whose industries' capital services are published."""

    study: Header
    klems: Klems
    reported: Reported = Reported()


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that a run of the satellite account needs to know."""

    study: Header
    tables: Tables
    core: Core
    gdp: Gdp = Gdp()
    potential: Potential | None = None
    penetration: Penetration | None = None
    employment: Employment | None = None
    reported: Reported = Reported()
    specifications: Specifications | None = None

    def role(self, run: str, figure: str) -> str:
        """Return the role of a printed figure in a run: input, calibration or held out."""
        if figure == self.core.figure:
            return "input"
        use = self.penetration
        if run == "calibrated" and use is not None and figure in {use.total, use.growth}:
            return "calibration"
        return "held out"


def key_table() -> list[dict[str, str]]:
    """List every key of a study file with its type, default, unit, meaning and an example.

    Examples
    --------
    >>> next(row["meaning"] for row in key_table() if row["key"] == "core.dispersion")
    'Coefficient of variation of each weight in the draws.'
    """
    sections: list[tuple[type[Any], str]] = [*_sections(Study, ""), (Klems, "klems")]
    return [row for cls, name in sections for row in _rows(cls, name)]


def _sections(cls: type[Any], prefix: str) -> Iterator[tuple[type[Any], str]]:
    hints = typing.get_type_hints(cls)
    for member in fields(cls):
        kinds = (hints[member.name], *typing.get_args(hints[member.name]))
        found = (kind for one in kinds for kind in (one, *typing.get_args(one)))
        inner = next((kind for kind in found if is_dataclass(kind)), None)
        if inner is not None:
            name = f"{prefix}{member.name}"
            yield cast("type[Any]", inner), name
            yield from _sections(cast("type[Any]", inner), f"{name}.")


def _rows(cls: type[Any], name: str) -> Iterator[dict[str, str]]:
    hints = typing.get_type_hints(cls)
    for member in fields(cls):
        said = member.metadata
        if "meaning" not in said:
            continue
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
    first, *rest = words.split(" of ", 1)
    many = {"whole number": "whole numbers", "true or false": first, "any value": "values"}
    return " of ".join([many.get(first, f"{first}s"), *rest])


class _Written(float):
    """A number of a TOML file that remembers its digits: trailing zeros count."""

    text: str

    def __new__(cls, text: str) -> "_Written":
        made = super().__new__(cls, text)
        made.text = text
        return made


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

    Raises
    ------
    StudyError
        If a key is unknown or missing, or a value has another type; the message names the key.

    Examples
    --------
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
        if isinstance(value, _Written):
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

    Parameters
    ----------
    section : Study or one of its sections
        What is changed; itself stays as it is.
    keys : mapping of str to object
        ``"potential.years"`` -> value as a study file would give it.
    where : str
        Name of the section for messages.

    Raises
    ------
    StudyError
        If a key does not exist or a value has another type.

    Examples
    --------
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


def study_names() -> list[str]:
    """Return the names of the embedded studies.

    Examples
    --------
    >>> "caict_2020" in study_names()
    True
    """
    folder = files("quesnay.datasets") / "data"
    names = [f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")]
    return sorted(name for name in names if not name.startswith("template_"))


def study_text(name: str) -> str:
    """Return the text of an embedded study file.

    Raises
    ------
    StudyError
        If no embedded study has this name.
    """
    known = study_names()
    if name not in known:
        raise StudyError(
            f"unknown study {shown(name)};{nearest(name, known)} embedded: "
            f"{', '.join(known)}; a file of your own ends in .toml"
        )
    return (files("quesnay.datasets") / "data" / f"{name}.toml").read_text(encoding="utf-8")


TEMPLATES = ("minimal", "full", "country")


def template_text(name: str) -> str:
    """Return the text of a template of a study file.

    Raises
    ------
    StudyError
        If there is none of this name.

    Examples
    --------
    >>> "[study]" in template_text("minimal").splitlines()
    True
    """
    if name not in TEMPLATES:
        raise StudyError(f"unknown template {shown(name)};{suggestion(name, TEMPLATES)}")
    folder = files("quesnay.datasets") / "data"
    return (folder / f"template_{name}.toml").read_text(encoding="utf-8")


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
        _check(study, f"study {study.study.name}")
        return study
    where, parsed = _parsed(study)
    if "klems" in parsed:
        raise StudyError(f"{where}.klems: growth accounting has no tables; qn.reproduce runs it")
    result = build(Study, parsed, where)
    _check(result, where)
    return result


def load_klems_study(study: str | Path | Study | KlemsStudy) -> KlemsStudy | None:
    """Load and check a study with a section ``klems``; None where a study has none.

    Raises
    ------
    StudyError
        As :func:`load_study`.

    Examples
    --------
    >>> load_klems_study("caict_2020") is None
    True
    """
    if isinstance(study, Study):
        return None
    if isinstance(study, KlemsStudy):
        _check_klems(study, called(study))
        return study
    where, parsed = _parsed(study)
    if "klems" not in parsed:
        return None
    result = build(KlemsStudy, parsed, where)
    _check_klems(result, where)
    return result


def _parsed(study: str | Path) -> tuple[str, dict[str, Any]]:
    """Return how messages call a study, and its sections."""
    own = str(study).endswith(".toml")
    where = called(study)
    text = _read(Path(study)) if own else study_text(str(study))
    try:
        parsed = tomllib.loads(text, parse_float=_Written)
        return where, cast("dict[str, Any]", _beside(parsed, Path(study).parent)) if own else parsed
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise StudyError(f"{where}: not valid TOML: {shown(str(error), 120)[1:-1]}") from error


def _check_klems(study: KlemsStudy, where: str) -> None:
    """Refuse an account of growth without industries, capital or years."""
    own = study.study
    if not own.years or len(set(own.years)) < len(own.years):
        raise StudyError(f"{where}.study.years: name at least one year, each once")
    _years(own.years, f"{where}.study.years")
    _factor(own.units_per_data_unit, f"{where}.study.units_per_data_unit")
    unit_scale(own.unit, f"{where}.study.unit")
    for key in ("producers", "capital"):
        found = getattr(study.klems, key)
        if not found or not all(found.values()):
            raise StudyError(f"{where}.klems.{key}: give at least one definition with names")
    _check_printed(study.reported, where)


def _beside(value: object, folder: Path) -> object:
    """Make names of the user's data files relative to the folder of the study."""
    if isinstance(value, dict):
        return {key: _beside(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [_beside(item, folder) for item in value]
    if isinstance(value, str) and value.lower().endswith(_DATA_FILES):
        return str(folder / value)
    return value


_DATA_FILES = (".csv", ".tsv", ".xlsx", ".xls", ".xlsb", ".ods", ".parquet", ".zip", ".gz")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: cannot read the study ({error}); check the path") from error


@contextmanager
def at_key(key: str) -> Iterator[None]:
    """Put the key of a study, or the study itself, before what is found wrong inside the block.

    Examples
    --------
    >>> try:
    ...     with at_key("my.toml"), at_key("gdp.file"):
    ...         raise StudyError("gdp.csv: row 2, column 'gdp': empty")
    ... except StudyError as error:
    ...     print(error)
    my.toml.gdp.file: gdp.csv: row 2, column 'gdp': empty
    """
    try:
        yield
    except QuesnayError as error:
        said = str(error)
        if said.startswith((f"{key}:", f"{key}.", f"{key}[", f"{key} ")):
            raise
        raise type(error)(f"{key}{'.' if _KEYED.match(said) else ': '}{said}") from error


def called(study: "str | Path | Study | KlemsStudy") -> str:
    """Return how messages call a study: the path of its file, or its name."""
    name = study.study.name if isinstance(study, Study | KlemsStudy) else str(study)
    return name if name.endswith(".toml") else f"study {name}"


_KEYED = re.compile(
    r"(?!\w+\.(csv|tsv|txt|xlsx|xlsm)\b)(study|tables|core|gdp|potential|penetration|employment|reported|specifications|klems)"
    r"(\.[\w. -]+|\[\d+\])*( '[^']*')?:"
)


def unit_scale(unit: str, where: str) -> float:
    """Return ones per unit named by the first words of `unit`.

    Raises
    ------
    StudyError
        If it begins with none of ``UNITS``.

    Examples
    --------
    >>> unit_scale("trillion yuan", "study.unit")
    1000000000000.0
    """
    for word, scale in UNITS.items():
        if unit.startswith(word):
            return scale
    raise StudyError(
        f"{where}: unknown unit {shown(unit)}; start it with one of {', '.join(UNITS)}"
    )


def _check(study: Study, where: str) -> None:
    """Refuse sections that contradict each other, before anything is read."""
    _check_header(study, where)
    _check_tables(study, where)
    _check_groups(study, where)
    _check_core(study, where)
    _check_gdp(study, where)
    if study.potential is not None:
        _check_potential(study, study.potential, where)
    if study.penetration is not None:
        _check_penetration(study, study.penetration, where)
    if study.employment is not None:
        _check_employment(study.employment, where)
    _check_reported(study, where)
    _check_specifications(study, where)


def _check_header(study: Study, where: str) -> None:
    own = study.study
    if not own.years or len(set(own.years)) < len(own.years):
        raise StudyError(f"{where}.study.years: name at least one year, each once")
    _years(own.years, f"{where}.study.years")
    _factor(own.units_per_data_unit, f"{where}.study.units_per_data_unit")
    unit_scale(own.unit, f"{where}.study.unit")
    for run in own.runs:
        _one_of(run, ("core", *RUNS), f"{where}.study.runs", "run")
    for run, section, there in (
        ("elasticity", "potential", study.potential is not None),
        ("calibrated", "penetration", study.penetration is not None),
    ):
        if run in own.runs and not there:
            raise StudyError(
                f"{where}.study.runs: the {run} run needs the section {section}; add it"
            )


def _check_tables(study: Study, where: str) -> None:
    use = study.tables
    if not use.years or len(set(use.years)) < len(use.years):
        raise StudyError(f"{where}.tables.years: name at least one year with a table, each once")
    _years(use.years, f"{where}.tables.years")
    _one_of(use.imports, ("separate", "included"), f"{where}.tables.imports")
    if use.demand is not None and not use.demand.codes:
        raise StudyError(
            f"{where}.tables.demand.codes: name at least one series, or leave out the section"
        )
    for year in use.files:
        if year not in map(str, use.years):
            raise StudyError(
                f"{where}.tables.files.{year}: {year} is not among tables.years; add it"
            )


def _years(years: tuple[int, ...], where: str) -> None:
    for year in years:
        if not 1000 <= year <= 2999:
            raise StudyError(f"{where}: {shown(year)} is no calendar year")


def _one_of(word: object, known: tuple[str, ...], where: str, what: str = "word") -> None:
    if word not in known:
        raise StudyError(f"{where}: unknown {what} {shown(word)};{suggestion(word, known)}")


def _number(text: str, where: str) -> None:
    """Refuse a printed figure that is no number."""
    try:
        rounding_interval(text)
        float(text)
    except (QuesnayError, ValueError, ArithmeticError) as error:
        raise StudyError(f"{where}: {shown(text)} is no printed number such as 2.13") from error


def _positive(value: float, where: str) -> None:
    if not value > 0:
        raise StudyError(f"{where}: expected a number above zero, got {value:g}")


def _is_of(figure: str | None, letter: str, where: str) -> None:
    """Refuse a printed figure of another concept than the key needs."""
    concept = concept_of(letter)
    if concept is not None and figure and not figure.startswith(letter):
        raise StudyError(
            f"{where}: {shown(figure)} is no printed {concept.title}; ids of these start with "
            f"{letter}"
        )


def _unique(names: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise StudyError(f"{where}: {shown(name)} stands twice; name each once")
        seen.add(name)


def _filled(names: Sized, where: str, what: str) -> None:
    if not names:
        raise StudyError(f"{where}: name at least one {what}, or leave the key out")


def _factor(value: float, where: str) -> None:
    """Refuse a change of units that no pair of units has: squares of it would overflow."""
    if not 1e-30 <= value <= 1e30:
        raise StudyError(
            f"{where}: expected a number above zero, from 1e-30 to 1e30, got {value:g}"
        )


def _check_groups(study: Study, where: str) -> None:
    owner: dict[str, str] = {}
    for group, sectors in study.tables.groups.items():
        for sector in sectors:
            if sector in owner:
                raise StudyError(
                    f"{where}.tables.groups.{group}: sector {sector!r} is in group "
                    f"{owner[sector]!r} already; name it once"
                )
            owner[sector] = group
    for stage, groups in study.tables.stages.items():
        for group in groups:
            if group not in study.tables.groups:
                raise StudyError(
                    f"{where}.tables.stages.{stage}: no industry group {group!r};"
                    f"{suggestion(group, study.tables.groups)}"
                )


def _check_core(study: Study, where: str) -> None:
    _is_of(study.core.figure, "C", f"{where}.core.figure")
    if not 0 <= study.core.dispersion <= _WIDEST:
        raise StudyError(f"{where}.core.dispersion: expected 0 or more, at most {_WIDEST}")
    if not study.core.segments:
        raise StudyError(f"{where}.core.segments: name at least one segment with a sector")
    for segment, weights in study.core.segments.items():
        _filled(weights, f"{where}.core.segments.{segment}", "sector")
        for sector, weight in weights.items():
            if not 0 <= weight <= 1:
                raise StudyError(
                    f"{where}.core.segments.{segment}.{sector}: the weight is {weight:g}; "
                    "expected 0 to 1"
                )
    if not any(
        weight > 0 for weights in study.core.segments.values() for weight in weights.values()
    ):
        raise StudyError(f"{where}.core.segments: every weight is zero")
    for text in study.core.other_printings:
        _number(text, f"{where}.core.other_printings")
        if study.core.figure is None:
            raise StudyError(
                f"{where}.core.other_printings: they stand beside core.figure; name it"
            )
    if study.core.figure is None:
        _check_shares(study, where)


_WIDEST = 10  # a coefficient of variation; wider, a weight is drawn as 0 or 1


def _check_shares(study: Study, where: str) -> None:
    """Weights that are shares as they stand take no sector more than once."""
    taken: dict[str, float] = {}
    for segment, weights in study.core.segments.items():
        for sector, weight in weights.items():
            taken[sector] = taken.get(sector, 0.0) + weight
            if taken[sector] > 1 + 1e-9:
                raise StudyError(
                    f"{where}.core.segments.{segment}.{sector}: the segments take "
                    f"{taken[sector]:.0%} of sector {sector!r}; without core.figure the weights "
                    "are shares of the sector and add up to 1 at most"
                )


def _check_gdp(study: Study, where: str) -> None:
    """Every vintage set names every year of the account, once."""
    for given, key in ((study.gdp.file, "file"), (study.gdp.forecast, "forecast")):
        if given is not None and not study.gdp.vintages:
            raise StudyError(
                f"{where}.gdp.{key}: it needs gdp.vintages, which say what vintage each year takes"
            )
    names = [vintage.name for vintage in study.gdp.vintages]
    for name in names:
        if names.count(name) > 1:
            raise StudyError(f"{where}.gdp.vintages: two sets are called {name!r}; name each once")
    for vintage in study.gdp.vintages:
        for year in study.study.years:
            if str(year) not in vintage.years:
                raise StudyError(f"{where}.gdp.vintages {vintage.name!r}: year {year} is missing")
    if study.gdp.forecast is not None:
        _check_forecast(study, study.gdp.forecast, where)


def _check_forecast(study: Study, forecast: Forecast, where: str) -> None:
    if forecast.low > forecast.high:
        raise StudyError(f"{where}.gdp.forecast: low lies above high")
    if not -1 < forecast.low <= forecast.high < 1:
        raise StudyError(
            f"{where}.gdp.forecast: growth from low = {forecast.low:g} to high = "
            f"{forecast.high:g}; expected fractions such as 0.07"
        )
    if forecast.year != max(study.study.years):
        raise StudyError(
            f"{where}.gdp.forecast.year: {forecast.year} is not the last of study.years"
        )


def _check_potential(study: Study, use: Potential, where: str) -> None:
    if not study.tables.technology_sectors:
        raise StudyError(
            f"{where}.tables.technology_sectors: the elasticity run holds the core against the "
            "supply of the technology; name the sectors that produce it, or leave out potential"
        )
    _one_of(use.supply, SUPPLY, f"{where}.potential.supply", "measure")
    _unique((equation.name for equation in use.equations), f"{where}.potential.equations")
    parts: tuple[Regression | Rival, ...] = (use, *use.rivals, *use.equations)
    for part in parts:
        _check_rows(part, f"{where}.potential")
    _check_regression(use.formula, use.term, use.applies_to, f"{where}.potential")
    for place, rival in enumerate(use.rivals):
        _check_regression(
            rival.formula or use.formula,
            rival.term or use.term,
            rival.applies_to or use.applies_to,
            f"{where}.potential.rivals[{place}]",
        )
    for place, equation in enumerate(use.equations):
        name = f"{where}.potential.equations[{place}]"
        _check_regression(
            equation.formula or use.formula,
            equation.term or use.term,
            equation.applies_to or use.applies_to,
            name,
        )
        if equation.std_error < 0:
            raise StudyError(f"{name}.std_error: {equation.std_error:g}; expected 0 or more")
        _positive(equation.weight, f"{name}.weight")
        kinds = ("regression", "cost share", "capital share", "outside")
        if equation.kind not in kinds:
            raise StudyError(f"{name}.kind: {equation.kind!r};{suggestion(equation.kind, kinds)}")
        if equation.kind == "outside" and (equation.value is None or not equation.source):
            raise StudyError(f"{name}: an outside value needs value and source; add them")
        if equation.kind == "capital share" and not (equation.panel and equation.inputs):
            raise StudyError(f"{name}: a capital share needs panel and inputs; add them")


def _check_rows(use: Regression | Rival, where: str) -> None:
    _years(use.years or (), f"{where}.years")
    for name, columns in use.logarithms.items():
        if not columns:
            raise StudyError(f"{where}.logarithms.{name}: name at least one column of the panel")


def _check_regression(formula: str, term: str, applies_to: str, where: str) -> None:
    left, tilde, right = formula.partition("~")
    if not tilde or not left.strip() or not right.strip():
        raise StudyError(f"{where}.formula: {shown(formula)}; expected outcome ~ regressors")
    if not re.search(rf"(?<!\w){re.escape(term)}(?!\w)", right):
        raise StudyError(f"{where}.term: {shown(term)} is no term of {shown(formula)}")
    _one_of(applies_to, ("value_added", "gross_output"), f"{where}.applies_to", "measure")


def _check_penetration(study: Study, use: Penetration, where: str) -> None:
    if study.potential is None:
        raise StudyError(f"{where}.penetration: a curve needs a potential; add section potential")
    _is_of(use.total, "T", f"{where}.penetration.total")
    _is_of(use.growth, "G", f"{where}.penetration.growth")
    _unique(use.curves, f"{where}.penetration.curves")
    if not use.curves:
        raise StudyError(f"{where}.penetration.curves: name at least one curve")
    if not study.gdp.vintages:
        raise StudyError(f"{where}.penetration: real growth needs that of GDP; name gdp.vintages")
    for name in use.curves:
        if name not in FAMILIES:
            raise StudyError(
                f"{where}.penetration.curves: unknown curve {shown(name)};"
                f"{suggestion(name, FAMILIES)}"
            )
    if len(use.saturation) != 2 or not 0 < use.saturation[0] <= use.saturation[1]:
        raise StudyError(
            f"{where}.penetration.saturation: expected two positive numbers, lowest first"
        )
    _years((use.launch,), f"{where}.penetration.launch")
    if use.launch >= min(study.study.years):
        raise StudyError(
            f"{where}.penetration.launch: {use.launch} is not before the first year, "
            f"{min(study.study.years)}"
        )


def _check_employment(use: Employment, where: str) -> None:
    _factor(use.units_per_data_unit, f"{where}.employment.units_per_data_unit")
    _is_of(use.figure, "J", f"{where}.employment.figure")
    _years((use.year, use.productivity_since), f"{where}.employment.productivity_since")
    owner: dict[str, str] = {}
    for sector, codes in use.sectors.items():
        _filled(codes, f"{where}.employment.sectors.{sector}", "industry")
        for code in codes:
            if code in owner:
                raise StudyError(
                    f"{where}.employment.sectors.{sector}: industry {code!r} is in sector "
                    f"{owner[code]!r} already; its jobs would count twice"
                )
            owner[code] = sector
    if use.productivity_since >= use.year:
        raise StudyError(
            f"{where}.employment.productivity_since: expected a year before {use.year}"
        )


def _check_printed(reported: Reported, where: str) -> None:
    for name, figure in reported.figures.items():
        here = f"{where}.reported.figures.{name}"
        if concept_of(name) is None:
            raise StudyError(f"{here}: ids start with one of C, I, T, S, H, K, G, N, J")
        if name[1:] != f"{figure.year % 100:02d}":
            raise StudyError(
                f"{here}.year: {figure.year} does not fit the id; expected "
                f"{name[0]}{figure.year % 100:02d}"
            )
        _number(figure.printed, f"{here}.printed")
        _years((figure.year,), f"{here}.year")
        unit_scale(figure.unit, f"{here}.unit")
        _one_of(figure.kind, ("estimate", "forecast"), f"{here}.kind")


def _check_reported(study: Study, where: str) -> None:
    _check_printed(study.reported, where)
    for run, roles in study.reported.roles.items():
        if run not in RUNS:
            raise StudyError(f"{where}.reported.roles.{run}: unknown run;{suggestion(run, RUNS)}")
        for figure_id, role in roles.items():
            here = f"{where}.reported.roles.{run}.{figure_id}"
            if role not in ROLES:
                raise StudyError(f"{here}: unknown role {role!r};{suggestion(role, ROLES)}")
            if role != study.role(run, figure_id):
                raise StudyError(
                    f"{here}: the run takes it as {study.role(run, figure_id)}, the file says "
                    f"{role}; make core.figure, penetration and the role agree"
                )


_NOT_KEYS = ("run", "reading", "gdp.vintage")


def _check_specifications(study: Study, where: str) -> None:
    """Every level replaces keys that exist, by values of their type."""
    use = study.specifications
    if use is None:
        return
    for part in ("regression", "account"):
        for choice, levels in getattr(use, part).items():
            _filled(levels, f"{where}.specifications.{part}.{choice}", "level")
            for level, keys in levels.items():
                here = f"{where}.specifications.{part}.{choice}.{level}"
                if "run" in keys:
                    _one_of(keys["run"], RUNS, here, "run")
                own = {k: v for k, v in keys.items() if k not in _NOT_KEYS}
                _check(replace(with_keys(study, own, here), specifications=None), here)
    known = {**use.regression, **use.account}
    for place, combination in enumerate(use.inadmissible):
        for choice, levels in combination.items():
            here = f"{where}.specifications.inadmissible[{place}]"
            _one_of(choice, tuple(known), here, "choice")
            for level in levels:
                if level not in known[choice]:
                    raise StudyError(
                        f"{here}: {choice!r} has no level {level!r};"
                        f"{suggestion(level, known[choice])}"
                    )
